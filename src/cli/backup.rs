//! `kontor backup` and `kontor restore`: a copy of everything, and the way back from one.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use actors::{Clock, Undone};
use indicatif::{ProgressBar, ProgressStyle};

use super::RestoreOptions;
use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::{Table, bold, count, when};
use crate::backup::{self, reconcile};
use crate::secrets;

/// Rows of a list that a person reads; the rest is counted.
const SHOWN: usize = 20;

pub(super) async fn backup(file: &Path, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    let database = desk.database(&settings).await?;
    let (started, bar) = (Instant::now(), spinner());
    let written = backup::write(&database, file, &|what| bar.set_message(what.to_owned())).await;
    bar.finish_and_clear();
    database.close().await;
    let mb = written? as f64 / f64::from(1 << 20);
    let took_s = started.elapsed().as_secs_f64();
    println!("backup: {} ({mb:.1} MB in {took_s:.1} s)", file.display());
    println!("  hint: the master key is not in it: keep a copy of that apart");
    Ok(Outcome::Fine)
}

pub(super) async fn restore(options: &RestoreOptions, desk: &Desk) -> anyhow::Result<Outcome> {
    match &options.file {
        Some(file) => bring_back(file, options.replace, desk).await,
        None => release(options.yes, desk).await,
    }
}

async fn bring_back(file: &Path, replace: bool, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    if desk.is_running(&settings) {
        let problem = "a server is running on this database";
        return Err(Wrong::usage(problem, "stop it, restore, start it again"));
    }
    let (database, lock) = desk.locked(&settings).await?;
    let (started, bar) = (Instant::now(), spinner());
    let told = |what: &str| bar.set_message(what.to_owned());
    let restored = backup::restore(&settings, database, (file, replace), &told).await;
    bar.finish_and_clear();
    drop(lock);
    let old = restored?;
    println!("restored: {} in {:.1} s", file.display(), started.elapsed().as_secs_f64());
    if let Some(old) = old {
        println!("what was there before: {}", old.display());
    }
    println!("the server starts held: it takes nothing and sends nothing");
    println!("  hint: `kontor restore --release` shows what it would do, and lets it go");
    Ok(Outcome::Fine)
}

async fn release(yes: bool, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    let database = desk.database(&settings).await?;
    let Some(held) = backup::held(&database).await? else {
        database.close().await;
        println!("nothing is held");
        return Ok(Outcome::Fine);
    };
    let clock = Clock::system();
    let master = secrets::master_key(&settings.secrets, false)?;
    println!("{}: {}, taken {}", bold("held"), held.file, when(held.taken_ms));
    println!("what happened after that is not in it: what customers said");
    let undone = actors::undone(&database, master, &clock).await?;
    show(&undone);
    let due = entities::due_between(&database.read, database.backend, clock.now_ms(), 100_000);
    println!("deadlines that have passed, and come at once: {}", due.await?.len());
    let payments = reconcile::payments(&database).await?.len();
    println!("payments that first ask their gateways what became of them: {payments}");
    database.close().await;
    if !yes && !agreed()? {
        return Ok(Outcome::Problems);
    }
    let (database, lock) = desk.locked(&settings).await?;
    backup::release(&database).await?;
    database.close().await;
    drop(lock);
    println!("released: a server that waits goes on now; otherwise start `kontor serve`");
    Ok(Outcome::Fine)
}

fn show(undone: &[Undone]) {
    let (waiting, going): (Vec<&Undone>, Vec<&Undone>) =
        undone.iter().partition(|one| one.waits_for_a_person);
    println!("under way when it was taken: {}", undone.len());
    println!("  done when it is released: {}", going.len());
    println!(
        "  not done again, since it may have been done; `kontor stuck` has it: {}",
        waiting.len()
    );
    if undone.is_empty() {
        return;
    }
    let mut table = Table::new(&["id", "of", "what", "since", "then"]);
    for one in undone.iter().take(SHOWN) {
        let then = if one.waits_for_a_person { "waits for you" } else { "is done" };
        let id = one.id.to_string();
        table.row(vec![
            id,
            one.owner.to_string(),
            one.what.clone(),
            when(one.at_ms),
            then.to_owned(),
        ]);
    }
    table.print();
    if undone.len() > SHOWN {
        println!("and {}", count((undone.len() - SHOWN) as u64, "more"));
    }
}

fn agreed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        let problem = "nobody is there to say yes";
        return Err(Wrong::usage(
            problem,
            "`kontor restore --release --yes` lets go without asking",
        ));
    }
    print!("let it go? [y/N] ");
    std::io::stdout().flush()?;
    let mut said = String::new();
    std::io::stdin().read_line(&mut said)?;
    Ok(matches!(said.trim(), "y" | "Y" | "yes"))
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar
}
