//! One transaction for many steps. Knows no actors.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, TransactionTrait};

use crate::actor_row::{self, StepRow};
use crate::database::{Backend, Database};
use crate::delivery::{DeliveryRow, write_deliveries, write_waiting};
use crate::held::{HeldRow, hold};
use crate::hot;
use crate::row::{Row, write_rows};
use crate::unparsed::{UnparsedRow, keep_unparsed};

/// An actor's row and the rows that belong to the same step.
pub struct GroupStep<'a> {
    pub row: &'a StepRow,
    pub rows: &'a [Row],
}

/// What else is written in the same transaction.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    pub rows: Vec<Row>,
    pub held: Vec<HeldRow>,
    pub unparsed: Vec<UnparsedRow>,
    pub failed: Vec<DeliveryRow>,
    /// Open for long without a failure: written only where nothing is known yet.
    pub waiting: Vec<DeliveryRow>,
    /// Rows of `deliveries` that are no longer needed.
    pub done: Vec<(i16, i64)>,
}

impl Extra {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.held.is_empty()
            && self.unparsed.is_empty()
            && self.failed.is_empty()
            && self.waiting.is_empty()
            && self.done.is_empty()
    }
}

/// Commits a group; says which steps (by index) were refused as stale, and writes nothing of those. A group of plain
/// steps is one statement on its own, without the two round trips of a transaction.
///
/// # Errors
/// The database's. Unless `is_fault`, nothing was written.
pub async fn write_group(
    database: &Database,
    steps: &[GroupStep<'_>],
    extra: Extra,
) -> Result<Vec<usize>, DbErr> {
    if steps.is_empty() && extra.is_empty() {
        return Ok(Vec::new());
    }
    let written = write_once(database, steps, extra).await;
    if written.is_err() {
        roll_back(database).await;
    }
    written
}

/// Leaves the write connection without an open transaction. On a full disk SQLite rolls back by itself; the driver then
/// believes that a transaction is still open, and would put everything after it inside one that never commits; a
/// statement that nobody waited for may have left one, too. "No transaction is active" is the good answer.
pub async fn roll_back(database: &Database) {
    if database.backend == Backend::Sqlite {
        drop(database.write.execute_unprepared("ROLLBACK").await);
    }
}

async fn write_once(
    database: &Database,
    steps: &[GroupStep<'_>],
    extra: Extra,
) -> Result<Vec<usize>, DbErr> {
    if extra.is_empty()
        && let Some(losers) = hot::write_plain(database, steps).await?
    {
        return Ok(losers);
    }
    let rows: Vec<&StepRow> = steps.iter().map(|step| step.row).collect();
    let tx = database.write.begin().await?;
    // Actor rows first: only the winners may write anything else.
    let losers = match rows.is_empty() {
        true => Vec::new(),
        false => actor_row::upsert(&tx, database.backend, &rows).await?,
    };
    let winners = steps.iter().enumerate().filter(|(index, _)| !losers.contains(index));
    let mut domain: Vec<Row> = winners.flat_map(|(_, step)| step.rows.iter().cloned()).collect();
    domain.extend(extra.rows.iter().cloned());
    write_rows(&tx, domain).await?;
    write_extra(&tx, extra).await?;
    tx.commit().await?;
    Ok(losers)
}

async fn write_extra(tx: &DatabaseTransaction, extra: Extra) -> Result<(), DbErr> {
    for row in extra.held {
        hold(tx, row).await?;
    }
    for row in extra.unparsed {
        keep_unparsed(tx, row).await?;
    }
    write_waiting(tx, extra.waiting).await?;
    write_deliveries(tx, extra.failed, extra.done).await
}

#[cfg(test)]
mod tests;
