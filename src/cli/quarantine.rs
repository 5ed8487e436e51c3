//! `kontor quarantine`: actors that failed too often, and the inputs that they hold.

use clap::Subcommand;
use entities::Key;
use serde_json::Value;

use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::{Table, count, date, when};
use crate::control::{self, Request};
use crate::settings::Settings;

#[derive(Clone, Debug, Subcommand)]
pub enum QuarantineCommand {
    /// List the quarantined actors
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one and the inputs that it holds
    Show {
        /// For instance session:shop:42
        key: String,
    },
    /// Put one back into service; what was held is replayed before anything new
    Release {
        /// For instance session:shop:42
        key: String,
    },
    /// Throw its held inputs away and put it back into service
    Drop {
        /// For instance session:shop:42
        key: String,
    },
}

pub(super) async fn run(command: QuarantineCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = &desk.settings()?;
    match command {
        QuarantineCommand::List { json } => list(desk, settings, json).await,
        QuarantineCommand::Show { key } => show(desk, settings, &key).await,
        QuarantineCommand::Release { key } => release(desk, settings, key, false).await,
        QuarantineCommand::Drop { key } => release(desk, settings, key, true).await,
    }
}

async fn rows(desk: &Desk, settings: &Settings) -> anyhow::Result<Vec<Value>> {
    let rows = match desk.is_running(settings) {
        true => control::ask(&settings.control.socket, &Request::QuarantineList)?,
        false => {
            let database = desk.database(settings).await?;
            let rows = control::quarantine(&database).await?;
            database.close().await;
            rows
        }
    };
    Ok(rows.as_array().cloned().unwrap_or_default())
}

async fn list(desk: &Desk, settings: &Settings, json: bool) -> anyhow::Result<Outcome> {
    let rows = rows(desk, settings).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(Outcome::Fine);
    }
    if rows.is_empty() {
        println!("nothing is quarantined");
        return Ok(Outcome::Fine);
    }
    let mut table = Table::new(&["key", "since", "failures", "held inputs", "reason"]);
    for row in &rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let since = when(row["since_ms"].as_i64().unwrap_or_default());
        let (failures, held) = (row["failures"].to_string(), row["held_inputs"].to_string());
        table.row(vec![text("key"), since, failures, held, text("reason")]);
    }
    table.print();
    let hint = "`kontor quarantine release KEY` replays what is held, `drop KEY` throws it away";
    println!("\n{}; {hint}", count(rows.len() as u64, "actor"));
    Ok(Outcome::Fine)
}

async fn show(desk: &Desk, settings: &Settings, key: &str) -> anyhow::Result<Outcome> {
    checked(key)?;
    let rows = rows(desk, settings).await?;
    let Some(row) = rows.iter().find(|row| row["key"] == key) else {
        eprintln!("{key} is not quarantined");
        return Ok(Outcome::Problems);
    };
    println!("key: {key}");
    println!("since: {}", date(row["since_ms"].as_i64().unwrap_or_default()));
    println!("failures: {}", row["failures"]);
    println!("reason: {}", row["reason"].as_str().unwrap_or_default());
    println!("held inputs: {}", row["held_inputs"]);
    let database = desk.database(settings).await?;
    let held = entities::held_of_many(&database.read, &[key.to_owned()]).await?;
    database.close().await;
    if !held.is_empty() {
        println!();
        let mut table = Table::new(&["input", "held", "bytes (sealed)"]);
        for input in held {
            table.row(vec![input.external, when(input.at_ms), input.body.len().to_string()]);
        }
        table.print();
    }
    Ok(Outcome::Fine)
}

async fn release(
    desk: &Desk,
    settings: &Settings,
    key: String,
    drops: bool,
) -> anyhow::Result<Outcome> {
    checked(&key)?;
    let (is_known, dropped) = match desk.is_running(settings) {
        true => {
            let request = match drops {
                true => Request::QuarantineDrop { key: key.clone() },
                false => Request::QuarantineRelease { key: key.clone() },
            };
            let answer = control::ask(&settings.control.socket, &request)?;
            (true, answer["dropped_inputs"].as_u64().unwrap_or_default())
        }
        false => at_rest(desk, settings, &key, drops).await?,
    };
    if !is_known {
        eprintln!("{key} is not quarantined");
        return Ok(Outcome::Problems);
    }
    match drops {
        true => println!("released: {key}, without {}", count(dropped, "held input")),
        false => println!("released: {key}"),
    }
    Ok(Outcome::Fine)
}

/// Without a server: whether the key was quarantined, and how many held inputs were thrown away.
async fn at_rest(
    desk: &Desk,
    settings: &Settings,
    key: &str,
    drops: bool,
) -> anyhow::Result<(bool, u64)> {
    desk.database(settings).await?.close().await;
    let (database, lock) = desk.locked(settings).await?;
    let rows = entities::quarantined(&database.read).await?;
    let is_known = rows.iter().any(|row| row.owner == key);
    let dropped = match is_known && drops {
        true => entities::drop_held(&database.write, key).await?,
        false => 0,
    };
    if is_known {
        entities::release(&database.write, key).await?;
    }
    database.close().await;
    drop(lock);
    Ok((is_known, dropped))
}

fn checked(key: &str) -> anyhow::Result<()> {
    let wrong = |error: entities::KeyError| {
        Wrong::usage(error.to_string(), "write it as `kontor quarantine list` shows it")
    };
    Key::parse(key).map(|_| ()).map_err(wrong)
}
