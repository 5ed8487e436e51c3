//! After a backup came back: each payment asks its gateway what became of it, before anybody relies on what the backup
//! says. Knows no gateway.

use std::time::Duration;

use actors::{External, Failure, Kernel, payment};
use anyhow::Context;
use entities::{Database, DbErr, Key};

/// When the backup came back; empty: everybody was asked.
const WANTED: &str = "reconcile_payments";
/// Payments that changed longer ago than this before it (milliseconds) are left alone: 90 days.
const RECENT_MS: i64 = 90 * 24 * 3_600_000;
/// The wait after our own database failed.
const AGAIN: Duration = Duration::from_secs(1);

pub(super) async fn want(database: &Database, restored_ms: i64) -> Result<(), DbErr> {
    entities::set_meta(&database.write, WANTED, &restored_ms.to_string()).await
}

/// The payments that are asked once the database is let go.
///
/// # Errors
/// The database's.
pub async fn payments(database: &Database) -> anyhow::Result<Vec<Key>> {
    let wanted = entities::meta(&database.read, WANTED).await.context("read what to reconcile")?;
    let Some(restored_ms) = wanted.and_then(|text| text.parse::<i64>().ok()) else {
        return Ok(Vec::new());
    };
    let rows = entities::payments(&database.read).await.context("read the payments")?;
    let is_recent = |row: &&entities::PaymentRow| row.changed_ms >= restored_ms - RECENT_MS;
    rows.iter().filter(is_recent).map(|row| Ok(Key::parse(&row.id)?)).collect()
}

/// Asks them all, once; a restart in between goes on where it was.
pub async fn run(kernel: Kernel) {
    loop {
        match ask(&kernel).await {
            Ok(0) => return,
            Ok(asked) => return tracing::info!(asked, "payments of the backup ask their gateways"),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "payments are not asked yet");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

async fn ask(kernel: &Kernel) -> anyhow::Result<usize> {
    let database = kernel.database();
    let keys = payments(database).await?;
    let wanted = entities::meta(&database.read, WANTED).await?.unwrap_or_default();
    for key in &keys {
        let ask = payment::Message::Ask { by: "restore".to_owned() };
        let external = External::Request(format!("restored-{wanted}"));
        match kernel.office.tell_patiently(key.clone(), external, ask.into()).await {
            Ok(_) => {}
            Err(Failure::Closing) => return Ok(0),
            Err(failure) => anyhow::bail!("{failure}"),
        }
    }
    entities::set_meta(&database.write, WANTED, "").await?;
    Ok(keys.len())
}
