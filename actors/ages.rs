//! How old receipts are: by the time that servers ran on this database, not by the wall clock. A system's time that jumps
//! ahead must not make a server forget what it applied a minute ago. Knows no receipts.

use anyhow::Context;
use entities::Database;

use crate::clock::Clock;

/// Where the age of everything is kept between two lives.
const KEPT: &str = "receipts_ms";

/// Begins as the wall clock's time and goes on only while a server runs; so it never runs ahead of what really passed.
/// A receipt is stamped with it, and forgotten by it.
#[derive(Debug)]
pub(crate) struct Ages {
    clock: Clock,
    /// What it shows is this and the time since the clock was made.
    base_ms: i64,
}

impl Ages {
    /// Goes on where the last life left off.
    ///
    /// # Errors
    /// When the database does not answer, or holds no number there.
    pub(crate) async fn open(database: &Database, clock: Clock) -> anyhow::Result<Self> {
        let kept = entities::meta(&database.read, KEPT).await.context("read the receipts' age")?;
        let kept_ms = kept.map(|text| text.parse::<i64>()).transpose();
        let kept_ms = kept_ms.with_context(|| format!("{KEPT} is not a number"))?;
        let now_ms = kept_ms.unwrap_or_else(|| clock.now_ms());
        Ok(Self { base_ms: now_ms.saturating_sub(clock.elapsed_ms()), clock })
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.base_ms.saturating_add(self.clock.elapsed_ms())
    }

    /// What a crash takes of it only lets receipts live longer.
    pub(crate) async fn keep(&self, database: &Database) -> Result<(), entities::DbErr> {
        entities::set_meta(&database.write, KEPT, &self.now_ms().to_string()).await
    }
}
