//! `kontor bench`: what can be asked, and how figures are printed. Knows no load.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::{Outcome, Wrong};
use crate::bench::conversations::{self, Run};
use crate::bench::crash::run::RunReport;
use crate::bench::crash::{self, Campaign};
use crate::bench::{Db, Mode, Progress, RAISED, ReplyPath};

/// Telegram opens no more to a webhook.
const CONNECTIONS_MAX: usize = 100;

#[derive(Clone, Debug, Subcommand)]
pub enum BenchCommand {
    /// The five-step dialogue at full speed: updates a second, latencies, CPU, memory, and what was lost or doubled
    Conversations(ConversationOptions),
    /// Kill server and database at random moments while everything around them fails, and audit what is left
    Crash(CrashOptions),
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

/// Each run has people who talk and people who shop, kills, faults of Telegram and of the gateway, outages and jumps of
/// the clock, all decided by the seed. Afterwards an auditor compares what people said and saw, what the database holds,
/// and what Telegram and the gateway hold, and names every difference. Exit code 1 if there is one.
#[derive(Clone, Debug, Args)]
pub struct CrashOptions {
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub runs: u64,
    /// Kills in each run
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub kills: u32,
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Only this database [default: in turn, PostgreSQL where it is installed]
    #[arg(long, value_enum)]
    pub db: Option<Db>,
    /// Only this mode [default: in turn]
    #[arg(long, value_enum)]
    pub mode: Option<Mode>,
    /// Only the run of this number: what was found is looked at again
    #[arg(long, value_name = "N")]
    pub only: Option<u64>,
    /// Go on where the same campaign was interrupted
    #[arg(long)]
    pub resume: bool,
    /// Some outages last a minute of real time
    #[arg(long)]
    pub long_outages: bool,
    /// One object per run instead of a line
    #[arg(long)]
    pub json: bool,
    /// A PostgreSQL server on which databases are made and dropped; it is not killed, its connections are cut
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
    /// Where the runs' files go; those of a run in which something differs are kept
    #[arg(long, value_name = "DIR", default_value = "data/bench")]
    pub data: PathBuf,
}

pub(super) async fn run(command: BenchCommand) -> anyhow::Result<Outcome> {
    match command {
        BenchCommand::Conversations(options) => conversations(options).await,
        BenchCommand::Crash(options) => crash(options).await,
    }
}

async fn crash(options: CrashOptions) -> anyhow::Result<Outcome> {
    let campaign = Campaign {
        runs: options.runs,
        kills: options.kills,
        seed: options.seed,
        db: options.db,
        mode: options.mode,
        only: options.only,
        resume: options.resume,
        long_outages: options.long_outages,
        postgres_url: options.postgres_url,
        data: options.data,
    };
    let json = options.json;
    let told = move |report: &RunReport| match (json, serde_json::to_string(report)) {
        (true, Ok(object)) => println!("{object}"),
        _ => print_run(report),
    };
    let reports = crash::run(&campaign, &told).await?;
    if !json {
        print_campaign(&reports);
    }
    let is_fine = reports.iter().all(|report| report.differences.is_empty());
    Ok(if is_fine { Outcome::Fine } else { Outcome::Problems })
}

fn print_run(report: &RunReport) {
    println!(
        "run {}: {}, {}, replies by {}: {} kills of the server, {} of the database, {} faults, {} dialogues, \
         {} orders, {} captures, {} shown twice ({} may have been), {} with a person, {} s: {}",
        report.run,
        report.db,
        report.mode,
        report.reply,
        report.server_kills,
        report.database_kills,
        report.faults,
        report.dialogues,
        report.orders,
        report.captured,
        report.doubled,
        report.allowed,
        report.with_a_person,
        report.seconds,
        if report.differences.is_empty() { "nothing differs" } else { "DIFFERENCES" },
    );
    for difference in &report.differences {
        println!("  {difference}");
    }
    if let Some(kept) = &report.kept {
        println!("  its files are in {}", kept.display());
    }
}

/// Sums by database and mode.
fn print_campaign(reports: &[RunReport]) {
    let mut ways: Vec<(&str, &str)> =
        reports.iter().map(|report| (&*report.db, &*report.mode)).collect();
    ways.sort_unstable();
    ways.dedup();
    for (db, mode) in ways {
        let of = || reports.iter().filter(|report| (&*report.db, &*report.mode) == (db, mode));
        let sum = |part: fn(&RunReport) -> u64| of().map(part).sum::<u64>();
        println!(
            "{db}, {mode}: {} runs, {} kills of the server, {} of the database, {} faults, {} dialogues, {} orders, \
             {} captures, {} shown twice, {} with a person, {} differences",
            of().count(),
            sum(|report| report.server_kills),
            sum(|report| report.database_kills),
            sum(|report| report.faults),
            sum(|report| report.dialogues),
            sum(|report| report.orders),
            sum(|report| report.captured),
            sum(|report| report.doubled),
            sum(|report| report.with_a_person),
            sum(|report| report.differences.len() as u64),
        );
    }
}

async fn conversations(options: ConversationOptions) -> anyhow::Result<Outcome> {
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
