//! `kontor bench`: what can be asked, and how figures are printed. Knows no load.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::{Outcome, Wrong};
use crate::bench::conversations::{self, Run};
use crate::bench::{Db, Mode, Progress, RAISED, ReplyPath};

/// Telegram opens no more to a webhook.
const CONNECTIONS_MAX: usize = 100;

#[derive(Clone, Debug, Subcommand)]
pub enum BenchCommand {
    /// The five-step dialogue at full speed: updates a second, latencies, CPU, memory, and what was lost or doubled
    Conversations(ConversationOptions),
}

/// The server runs as a process of its own with its defaults, but for keys under [limits], which are printed. The load is
/// one thread of this process. Figures count from a release build only.
#[derive(Clone, Debug, Args)]
pub struct ConversationOptions {
    #[arg(long, value_enum, default_value = "sqlite")]
    pub db: Db,
    #[arg(long, value_enum, default_value = "webhook")]
    pub mode: Mode,
    /// By which way replies come back [default: both, one after the other; with --json or --mode polling the way that a
    /// server takes as shipped: in the response to a webhook, by a call of its own in polling]
    #[arg(long, value_enum)]
    pub reply: Option<ReplyPath>,
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub users: usize,
    /// Exchanges under way at once
    #[arg(long, default_value_t = 64, value_name = "N")]
    pub concurrency: usize,
    /// Length of the measured time
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub seconds: u64,
    /// Kill the server with SIGKILL so many times meanwhile
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub kill: u32,
    /// Decides the moments of the kills
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// One object instead of a table: updates_per_s, p50_ms, p95_ms, p99_ms, cpu_us_per_update,
    /// store_cpu_us_per_update, rss_mb, lost, duplicated, state_lost, corrupt, load_cpu_us_per_update
    #[arg(long)]
    pub json: bool,
    /// A PostgreSQL server on which a database of the run's own is made and dropped
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
    /// Where the run's files go; the disk that is measured
    #[arg(long, value_name = "DIR", default_value = "data/bench")]
    pub data: PathBuf,
}

pub(super) async fn run(command: BenchCommand) -> anyhow::Result<Outcome> {
    let BenchCommand::Conversations(options) = command;
    let mut outcome = Outcome::Fine;
    for reply in paths(&options)? {
        let run = check(&options, reply)?;
        let (bar, progress) = progress();
        let ended = conversations::run(&run, &progress).await;
        bar.finish_and_clear();
        let ended = ended?;
        match options.json {
            true => println!("{}", serde_json::to_string(&ended.figures)?),
            false => print(&run, &ended),
        }
        complain(&ended);
        if !ended.is_fine(&run) {
            outcome = Outcome::Problems;
        }
    }
    Ok(outcome)
}

/// The ways of replying that are run.
fn paths(options: &ConversationOptions) -> anyhow::Result<Vec<ReplyPath>> {
    Ok(match (options.mode, options.reply) {
        (Mode::Polling, Some(ReplyPath::Response)) => {
            let problem = "in polling there is no response for a reply to travel in";
            return Err(Wrong::usage(problem, "leave --reply out, or choose --mode webhook"));
        }
        (_, Some(reply)) => vec![reply],
        (Mode::Polling, None) => vec![ReplyPath::Send],
        (Mode::Webhook, None) if options.json => vec![ReplyPath::Response],
        (Mode::Webhook, None) => vec![ReplyPath::Response, ReplyPath::Send],
    })
}

fn check(options: &ConversationOptions, reply: ReplyPath) -> anyhow::Result<Run> {
    for (name, value) in [
        ("--users", options.users as u64),
        ("--concurrency", options.concurrency as u64),
        ("--seconds", options.seconds),
    ] {
        if value == 0 {
            return Err(Wrong::usage(format!("{name} is 0"), "write 1 or more"));
        }
    }
    if options.mode == Mode::Webhook && options.concurrency > CONNECTIONS_MAX {
        let problem = "Telegram opens at most 100 connections to a webhook";
        return Err(Wrong::usage(problem, "choose --concurrency 100 or less, or --mode polling"));
    }
    if options.db == Db::Sqlite && options.postgres_url.is_some() {
        let problem = "--postgres-url says nothing about SQLite";
        return Err(Wrong::usage(problem, "add --db postgres"));
    }
    Ok(Run {
        db: options.db,
        mode: options.mode,
        reply,
        users: options.users,
        concurrency: options.concurrency,
        seconds: options.seconds,
        kills: options.kill,
        seed: options.seed,
        postgres_url: options.postgres_url.clone(),
        data: options.data.clone(),
    })
}

/// A bar on a terminal, nothing elsewhere.
fn progress() -> (ProgressBar, Progress) {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent} %, {eta} left") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let progress = move |done: u64, of: u64| {
        shown.set_length(of);
        shown.set_position(done);
    };
    (bar, Arc::new(progress))
}

fn print(run: &Run, ended: &conversations::Outcome) {
    let figures = &ended.figures;
    let (db, mode, reply) = (run.db.name(), run.mode.name(), run.reply.name());
    println!("{db}, {mode}, replies by {reply}");
    let warm_up_s = ended.warm_up.as_secs_f64();
    println!(
        "  {} users, {} in flight, {} s after {warm_up_s} s of warm-up, {} kills, {} dialogues",
        run.users, run.concurrency, run.seconds, ended.kills, ended.dialogues
    );
    let raised: Vec<String> = RAISED.iter().map(|(key, value)| format!("{key} {value}")).collect();
    println!("  [limits] raised: {}", raised.join(", "));
    if cfg!(debug_assertions) {
        println!("  a debug build: only the counts mean something");
    }
    println!("  updates/s   {:.0}", figures.updates_per_s);
    println!(
        "  latency     p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms",
        figures.p50_ms, figures.p95_ms, figures.p99_ms
    );
    let store = match (run.db, figures.store_cpu_us_per_update) {
        (Db::Sqlite, _) => "store within it".to_owned(),
        (Db::Postgres, Some(us)) => format!("store {us:.1} µs"),
        (Db::Postgres, None) => "store out of sight".to_owned(),
    };
    println!(
        "  CPU/update  server {:.1} µs, {store}, load {:.1} µs",
        figures.cpu_us_per_update, figures.load_cpu_us_per_update
    );
    println!("  memory      {:.0} MB at most", figures.rss_mb);
    println!(
        "  lost {}, duplicated {}, state lost {}, corrupt {}; posted again {}",
        figures.lost, figures.duplicated, figures.state_lost, figures.corrupt, ended.repeated
    );
}

fn complain(ended: &conversations::Outcome) {
    for example in &ended.examples {
        eprintln!("{example}");
    }
    if let Some(kept) = &ended.kept {
        eprintln!("the database and the server's log are kept in {}", kept.display());
    }
}
