//! Removes what is over, by rule and in small pieces between the steps; keeps an eye on the write-ahead log. Knows no
//! capability.

use std::time::Duration;

use entities::{Database, DbErr, Place};

use crate::address::IntentId;
use crate::shared::Shared;

/// How long what only serves looking back is kept. Receipts have their own rule: as long as their sender may repeat.
#[derive(Clone, Debug)]
pub struct Retention {
    /// Facts of conversations (sessions, chats, bots); `None`: for ever. Those of orders, stock and payments stay.
    pub conversations: Option<Duration>,
    /// Updates that could not be understood.
    pub unparsed: Option<Duration>,
    /// A write-ahead log larger than this (bytes) means that somebody reads without an end: the owner is told.
    pub wal_bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 3_600);
        Self { conversations: Some(90 * DAY), unparsed: Some(30 * DAY), wal_bytes: 256 << 20 }
    }
}

/// What one round removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Bundles of receipts.
    pub receipts: u64,
    pub facts: u64,
    pub unparsed: u64,
    /// Actors' rows that still held intents which were done.
    pub intents: u64,
}

/// How often ages are kept and the log is looked at.
const BEAT: Duration = Duration::from_secs(60);
/// A round of removing, every so many beats.
const ROUND: u32 = 10;
/// Rows of one piece: a few milliseconds of the one writing connection.
const PIECE: u64 = 500;
/// The pause after a piece, so that steps go between.
const PAUSE: Duration = Duration::from_millis(20);
/// Whose facts serve looking back only.
const CONVERSATIONS: [&str; 3] = ["session", "chat", "bot"];

pub(super) async fn run(shared: Shared, retention: Retention) {
    let mut beats = 0_u32;
    let mut is_large = false;
    loop {
        shared.clock.sleep(BEAT).await;
        beats = beats.wrapping_add(1);
        if let Err(error) = shared.ages.keep(&shared.database).await {
            tracing::debug!(%error, "the receipts' age is not kept this time");
        }
        is_large = watch_log(&shared, retention.wal_bytes, is_large);
        if beats.is_multiple_of(ROUND) {
            match tidy(&shared, &retention).await {
                Ok(tidied) => tracing::debug!(?tidied, "what is over is removed"),
                Err(error) => tracing::warn!(%error, "what is over stays for now"),
            }
        }
    }
}

/// A log that grows means that a reader never ends: SQLite cannot write it back past that reader.
fn watch_log(shared: &Shared, most: u64, was_large: bool) -> bool {
    let Some(bytes) = shared.database.log_bytes() else { return false };
    metrics::gauge!("kontor_wal_bytes").set(bytes as f64);
    let is_large = bytes > most;
    if is_large && !was_large {
        let mb = bytes >> 20;
        tracing::error!(mb, "the write-ahead log grows: some program reads without an end");
        shared.alarm(format!(
            "the database's write-ahead log has grown to {mb} MB: some program reads from the \
             database and does not end"
        ));
    }
    is_large
}

/// One round over everything that may be over.
///
/// # Errors
/// The database's; what was removed by then stays removed.
pub(super) async fn tidy(shared: &Shared, retention: &Retention) -> Result<Tidied, DbErr> {
    let database = &shared.database;
    let now_ms = shared.clock.now_ms();
    let before =
        |kept: Duration| now_ms.saturating_sub(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX));
    let mut tidied = Tidied::default();
    let age_ms = shared.ages.now_ms();
    tidied.receipts = piecewise(|| entities::prune_receipts(database, age_ms, PIECE)).await?;
    if let Some(kept) = retention.unparsed {
        let before_ms = before(kept);
        tidied.unparsed =
            piecewise(|| entities::prune_unparsed(database, before_ms, PIECE)).await?;
    }
    if let Some(kept) = retention.conversations {
        for kind in CONVERSATIONS {
            tidied.facts += facts(database, kind, before(kept)).await?;
        }
    }
    tidied.intents = done_intents(shared).await?;
    for (what, removed) in [
        ("receipts", tidied.receipts),
        ("facts", tidied.facts),
        ("unparsed", tidied.unparsed),
        ("intents", tidied.intents),
    ] {
        metrics::counter!("kontor_removed_total", "what" => what).increment(removed);
    }
    Ok(tidied)
}

/// Piece after piece, until one is not full.
async fn piecewise(mut remove: impl AsyncFnMut() -> Result<u64, DbErr>) -> Result<u64, DbErr> {
    let mut removed = 0;
    loop {
        let piece = remove().await?;
        removed += piece;
        if piece < PIECE {
            return Ok(removed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn facts(database: &Database, kind: &str, before_ms: i64) -> Result<u64, DbErr> {
    let mut removed = 0;
    let mut from = Place::default();
    loop {
        let piece = entities::prune_facts(database, (kind, before_ms), &from, PIECE).await?;
        removed += piece.removed;
        match piece.next {
            Some(next) => from = next,
            None => return Ok(removed),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// An actor's intents leave its row with its next step. One that has none for long is tidied here: what it sent is
/// nobody's business any more.
async fn done_intents(shared: &Shared) -> Result<u64, DbErr> {
    let mut cleared = 0;
    let mut after = String::new();
    loop {
        let looked = entities::with_intents_after(&shared.database, &after, PIECE).await?;
        let is_last = (looked.len() as u64) < PIECE;
        if let Some(last) = looked.last() {
            after.clone_from(&last.key);
        }
        let done = |row: &entities::Idle| {
            let partition = u8::try_from(row.part).expect("256 partitions");
            let id = IntentId { partition, number: row.intent_high };
            let numbers = &shared.numbers;
            // The mark as it stands in the database: recovery must not miss what this clears.
            row.intent_high <= numbers.recovered_mark(partition)
                && !numbers.any_excepted(partition)
                && numbers.is_done(id)
        };
        let done: Vec<entities::Idle> = looked.into_iter().filter(done).collect();
        cleared += entities::clear_intents(&shared.database, &done).await?;
        if is_last {
            return Ok(cleared);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
