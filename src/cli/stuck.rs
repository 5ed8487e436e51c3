//! `kontor stuck`: what could not be delivered and waits for a person.

use clap::Subcommand;
use entities::DeliveryRow;
use serde_json::Value;

use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::{Table, count, when};
use crate::control::{self, Request, parse_id};
use crate::settings::Settings;

#[derive(Clone, Debug, Subcommand)]
pub enum StuckCommand {
    /// List what is stuck
    List {
        /// Also what is still being tried again by itself
        #[arg(long)]
        all: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one in full
    Show {
        /// As `stuck list` shows it
        id: String,
    },
    /// Try one again, from the first attempt
    Retry {
        /// As `stuck list` shows it
        id: String,
    },
    /// Give one up; whoever waits for its result hears a refusal
    Drop {
        /// As `stuck list` shows it
        id: String,
    },
}

pub(super) async fn run(command: StuckCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = &desk.settings()?;
    match command {
        StuckCommand::List { all, json } => list(desk, settings, all, json).await,
        StuckCommand::Show { id } => show(desk, settings, &id).await,
        StuckCommand::Retry { id } => retry(desk, settings, &id).await,
        StuckCommand::Drop { id } => {
            parse_id(&id).map_err(|error| Wrong::usage(error.to_string(), "0-1, for instance"))?;
            if !desk.is_running(settings) {
                let problem =
                    "only a running server can drop an intent: its actor has to hear of it";
                return Err(Wrong::not_running(problem, "start `kontor serve`, then drop it"));
            }
            control::ask(&settings.control.socket, &Request::StuckDrop { id: id.clone() })?;
            println!("dropped: {id}");
            Ok(Outcome::Fine)
        }
    }
}

async fn rows(desk: &Desk, settings: &Settings, all: bool) -> anyhow::Result<Vec<Value>> {
    if !all && desk.is_running(settings) {
        let rows = control::ask(&settings.control.socket, &Request::StuckList)?;
        return Ok(rows.as_array().cloned().unwrap_or_default());
    }
    let database = desk.database(settings).await?;
    let rows: Vec<DeliveryRow> = match all {
        true => entities::deliveries(&database.read).await?,
        false => entities::stuck(&database.read).await?,
    };
    database.close().await;
    Ok(rows.iter().map(control::stuck_row).collect())
}

async fn list(desk: &Desk, settings: &Settings, all: bool, json: bool) -> anyhow::Result<Outcome> {
    let rows = rows(desk, settings, all).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(Outcome::Fine);
    }
    if rows.is_empty() {
        println!("nothing is stuck");
        return Ok(Outcome::Fine);
    }
    let mut table = Table::new(&["id", "what", "for", "attempts", "state", "reason"]);
    for row in &rows {
        let state = match row["stuck"].as_bool() {
            Some(true) => "stuck".to_owned(),
            _ => format!("next {}", when(row["next_try_ms"].as_i64().unwrap_or_default())),
        };
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let attempts = row["attempts"].to_string();
        let cells = [text("id"), text("what"), text("owner"), attempts, state, text("reason")];
        table.row(cells.to_vec());
    }
    table.print();
    println!(
        "\n{}; `kontor stuck retry ID` tries one again, `drop ID` gives it up",
        count(rows.len() as u64, "intent")
    );
    Ok(Outcome::Fine)
}

async fn show(desk: &Desk, settings: &Settings, id: &str) -> anyhow::Result<Outcome> {
    parse_id(id).map_err(|error| Wrong::usage(error.to_string(), "0-1, for instance"))?;
    let rows = rows(desk, settings, true).await?;
    let Some(row) = rows.iter().find(|row| row["id"] == id) else {
        eprintln!("no intent {id} is stuck or tried again");
        return Ok(Outcome::Problems);
    };
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    println!("id: {id}");
    println!("what: {}", text("what"));
    println!("for: {}", text("owner"));
    println!("attempts: {}", row["attempts"]);
    match row["stuck"].as_bool() {
        Some(true) => println!("state: stuck"),
        _ => println!("state: next try {}", when(row["next_try_ms"].as_i64().unwrap_or_default())),
    }
    println!("reason: {}", text("reason"));
    Ok(Outcome::Fine)
}

async fn retry(desk: &Desk, settings: &Settings, id: &str) -> anyhow::Result<Outcome> {
    let parsed =
        parse_id(id).map_err(|error| Wrong::usage(error.to_string(), "0-1, for instance"))?;
    if desk.is_running(settings) {
        control::ask(&settings.control.socket, &Request::StuckRetry { id: id.to_owned() })?;
        println!("tried again: {id}");
        return Ok(Outcome::Fine);
    }
    desk.database(settings).await?.close().await;
    let (database, lock) = desk.locked(settings).await?;
    let key = (i16::from(parsed.partition), parsed.number);
    let found = entities::unstick(&database.write, key).await?;
    database.close().await;
    drop(lock);
    match found {
        true => println!("tried again at the next start: {id}"),
        false => eprintln!("no intent {id} is stuck"),
    }
    Ok(if found { Outcome::Fine } else { Outcome::Problems })
}
