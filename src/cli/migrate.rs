//! `kontor migrate`: the database's schema.

use anyhow::Context;
use entities::Database;

use super::MigrateCommand;
use super::desk::{Desk, missing_file, pending};
use super::exit::Outcome;
use super::table::{Table, count, good, warn};
use crate::settings::Settings;

pub(super) async fn run(command: MigrateCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    match command {
        MigrateCommand::Up => up(desk, &settings).await,
        MigrateCommand::Status => status(&settings).await,
    }
}

async fn up(desk: &Desk, settings: &Settings) -> anyhow::Result<Outcome> {
    let (database, lock) = desk.locked(settings).await?;
    let before = pending(&database).await?;
    migrations::up(&database.write).await.context("bring the schema up to date")?;
    match before {
        0 => println!("up to date: {}", database.name),
        _ => println!("applied {}: {}", count(before as u64, "migration"), database.name),
    }
    database.close().await;
    drop(lock);
    Ok(Outcome::Fine)
}

async fn status(settings: &Settings) -> anyhow::Result<Outcome> {
    if let Some(file) = missing_file(settings) {
        println!("no database yet: {file}\n  hint: `kontor migrate up` makes it");
        return Ok(Outcome::Problems);
    }
    let database = Database::open(settings.database_url()).await?;
    let all = migrations::status(&database.read).await.context("read the schema's state")?;
    let mut table = Table::new(&["migration", "state"]);
    for (name, is_applied) in &all {
        let state = if *is_applied { good("applied") } else { warn("pending") };
        table.row(vec![name.clone(), state]);
    }
    table.print();
    database.close().await;
    Ok(match all.iter().all(|(_, is_applied)| *is_applied) {
        true => Outcome::Fine,
        false => Outcome::Problems,
    })
}
