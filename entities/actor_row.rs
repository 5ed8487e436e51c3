//! The one row of an actor, and the one hot statement. Knows no actor's state.

use std::collections::HashMap;
use std::fmt::Write;

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};

use crate::database::Backend;

/// What a step writes: everything about one actor. Its columns are in the order of `COLUMNS`.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRow {
    pub key: String,
    pub part: i16,
    /// The version after the step; 1 for the first.
    pub version: i64,
    /// Which hydrated instance writes: tells our own version from a stranger's.
    pub writer: i64,
    /// State, receipts and timers.
    pub body: Vec<u8>,
    /// Intents not yet done, sealed.
    pub intents: Vec<u8>,
    /// The highest intent number this actor ever had.
    pub intent_high: i64,
    /// What the partition's watermark was when this was written.
    pub watermark: i64,
    /// The earliest deadline.
    pub due_ms: Option<i64>,
}

/// What hydration reads.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct ActorRow {
    pub key: String,
    pub version: i64,
    pub body: Vec<u8>,
    pub intents: Vec<u8>,
    pub intent_high: i64,
}

/// A row that may have undone intents.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Undone {
    pub key: String,
    pub body: Vec<u8>,
    pub intents: Vec<u8>,
}

const COLUMNS: usize = 9;
const HEAD: &str = "INSERT INTO actors (key, part, version, writer, body, intents, intent_high, \
                    watermark, due_ms) VALUES ";
/// A stale writer changes nothing: the version must follow the stored one, and only a first version may insert.
const TAIL: &str = " ON CONFLICT (key) DO UPDATE SET version = excluded.version, \
                    writer = excluded.writer, body = excluded.body, intents = excluded.intents, \
                    intent_high = excluded.intent_high, watermark = excluded.watermark, \
                    due_ms = excluded.due_ms WHERE actors.version = excluded.version - 1";

/// The upsert's text.
pub(crate) fn build(backend: Backend, rows: usize) -> String {
    let mut sql = String::from(HEAD);
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=COLUMNS {
            let comma = if column == 1 { "" } else { ", " };
            match backend {
                Backend::Sqlite => write!(sql, "{comma}?"),
                Backend::Postgres => write!(sql, "{comma}${}", row * COLUMNS + column),
            }
            .expect("writing to a String succeeds");
        }
        sql.push(')');
    }
    sql.push_str(TAIL);
    sql
}

/// Writes the rows of one group in one statement; says which of them (by index) were refused as stale. No key may
/// appear twice.
///
/// # Errors
/// The database's; outside a transaction nothing was written then.
pub(crate) async fn upsert(
    db: &impl ConnectionTrait,
    backend: Backend,
    rows: &[&StepRow],
) -> Result<Vec<usize>, DbErr> {
    let values: Vec<Value> = rows.iter().flat_map(|row| values(row)).collect();
    let sql = build(backend, rows.len());
    let statement = Statement::from_sql_and_values(backend.into(), sql, values);
    let written = db.execute_raw(statement).await?.rows_affected();
    if written == rows.len() as u64 {
        return Ok(Vec::new());
    }
    losers(db, backend, rows).await
}

fn values(row: &StepRow) -> [Value; COLUMNS] {
    [
        row.key.as_str().into(),
        row.part.into(),
        row.version.into(),
        row.writer.into(),
        row.body.clone().into(),
        row.intents.clone().into(),
        row.intent_high.into(),
        row.watermark.into(),
        row.due_ms.into(),
    ]
}

#[derive(FromQueryResult)]
struct Stored {
    key: String,
    version: i64,
    writer: i64,
}

/// The places of rows that are not stored as they were to be.
pub(crate) async fn losers(
    db: &impl ConnectionTrait,
    backend: Backend,
    rows: &[&StepRow],
) -> Result<Vec<usize>, DbErr> {
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let sql = format!(
        "SELECT key, version, writer FROM actors WHERE key IN ({})",
        marks(backend, keys.len())
    );
    let stored = select::<Stored>(db, backend, sql, keys.into_iter().map(Value::from)).await?;
    let stored: HashMap<&str, &Stored> = stored.iter().map(|row| (row.key.as_str(), row)).collect();
    let is_ours = |row: &StepRow| {
        stored
            .get(row.key.as_str())
            .is_some_and(|found| found.version == row.version && found.writer == row.writer)
    };
    Ok((0..rows.len()).filter(|index| !is_ours(rows[*index])).collect())
}

/// `?, ?, ?` or `$1, $2, $3`.
fn marks(backend: Backend, count: usize) -> String {
    let mark = |index: usize| match backend {
        Backend::Sqlite => "?".to_owned(),
        Backend::Postgres => format!("${}", index + 1),
    };
    (0..count).map(mark).collect::<Vec<_>>().join(", ")
}

async fn select<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    backend: Backend,
    sql: String,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>, DbErr> {
    let statement = Statement::from_sql_and_values(backend.into(), sql, values);
    T::find_by_statement(statement).all(db).await
}

const READ: &str = "SELECT key, version, body, intents, intent_high FROM actors WHERE key";

/// # Errors
/// The database's.
pub async fn load(
    db: &impl ConnectionTrait,
    backend: Backend,
    key: &str,
) -> Result<Option<ActorRow>, DbErr> {
    let sql = format!("{READ} = {}", marks(backend, 1));
    Ok(select(db, backend, sql, [key.into()]).await?.pop())
}

/// Hydration of many at once; keys without a row are absent.
///
/// # Errors
/// The database's.
pub async fn load_many(
    db: &impl ConnectionTrait,
    backend: Backend,
    keys: &[String],
) -> Result<Vec<ActorRow>, DbErr> {
    let sql = format!("{READ} IN ({})", marks(backend, keys.len()));
    select(db, backend, sql, keys.iter().map(|key| key.as_str().into())).await
}

#[derive(FromQueryResult)]
struct Mark {
    part: i16,
    watermark: i64,
    intent_high: i64,
}

/// The row that carries a partition's watermark when no actor's step does: written by the same statement.
pub fn mark_row(part: i16, watermark: i64, version: i64) -> StepRow {
    StepRow {
        key: format!("{MARK}{part}"),
        part,
        version,
        writer: 0,
        body: Vec::new(),
        intents: Vec::new(),
        intent_high: 0,
        watermark,
        due_ms: None,
    }
}

/// Before the number of the partition; no actor's key begins so.
const MARK: &str = "mark:";

#[derive(FromQueryResult)]
struct MarkVersion {
    part: i16,
    version: i64,
}

/// The versions of the partitions' own rows.
///
/// # Errors
/// The database's.
pub async fn mark_versions(
    db: &impl ConnectionTrait,
    backend: Backend,
) -> Result<Vec<(i16, i64)>, DbErr> {
    let sql = format!("SELECT part, version FROM actors WHERE key LIKE '{MARK}%'");
    let found = select::<MarkVersion>(db, backend, sql, []).await?;
    Ok(found.into_iter().map(|row| (row.part, row.version)).collect())
}

/// Where numbering and delivery stood: per partition the highest watermark and the highest intent number.
///
/// # Errors
/// The database's.
pub async fn recovery_marks(
    db: &impl ConnectionTrait,
    backend: Backend,
) -> Result<Vec<(i16, i64, i64)>, DbErr> {
    let sql = "SELECT part, MAX(watermark) AS watermark, MAX(intent_high) AS intent_high \
               FROM actors GROUP BY part";
    let found = select::<Mark>(db, backend, sql.to_owned(), []).await?;
    Ok(found.into_iter().map(|mark| (mark.part, mark.watermark, mark.intent_high)).collect())
}

/// The rows of a partition whose highest intent number exceeds the watermark.
///
/// # Errors
/// The database's.
pub async fn undone_after(
    db: &impl ConnectionTrait,
    backend: Backend,
    watermarks: &[(i16, i64)],
) -> Result<Vec<Undone>, DbErr> {
    let mut undone = Vec::new();
    // In pieces, so that the statement stays small; an actor whose last intent is done is not read.
    for piece in watermarks.chunks(32) {
        let clause = |(index, _): (usize, &(i16, i64))| match backend {
            Backend::Sqlite => "(part = ? AND intent_high > ?)".to_owned(),
            Backend::Postgres => {
                format!("(part = ${} AND intent_high > ${})", index * 2 + 1, index * 2 + 2)
            }
        };
        let any = piece.iter().enumerate().map(clause).collect::<Vec<_>>().join(" OR ");
        let sql = format!("SELECT key, body, intents FROM actors WHERE {any}");
        let values = piece.iter().flat_map(|(part, mark)| [Value::from(*part), Value::from(*mark)]);
        undone.extend(select::<Undone>(db, backend, sql, values).await?);
    }
    Ok(undone)
}

#[derive(FromQueryResult)]
struct Due {
    key: String,
    due_ms: i64,
}

/// Keys whose earliest deadline is at or before `until_ms`, in order of deadline, quarantined ones left out.
///
/// # Errors
/// The database's.
pub async fn due_between(
    db: &impl ConnectionTrait,
    backend: Backend,
    until_ms: i64,
    limit: u64,
) -> Result<Vec<(String, i64)>, DbErr> {
    let [until, most] = match backend {
        Backend::Sqlite => ["?", "?"],
        Backend::Postgres => ["$1", "$2"],
    };
    let sql = format!(
        "SELECT key, due_ms FROM actors WHERE due_ms IS NOT NULL AND due_ms <= {until} \
         AND key NOT IN (SELECT owner FROM quarantine) ORDER BY due_ms, key LIMIT {most}"
    );
    let values = [until_ms.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let found = select::<Due>(db, backend, sql, values).await?;
    Ok(found.into_iter().map(|due| (due.key, due.due_ms)).collect())
}

#[derive(FromQueryResult)]
struct SealedIntents {
    key: String,
    intents: Vec<u8>,
}

/// The sealed intents of actors that have some, in order of key, after `after`.
///
/// # Errors
/// The database's.
pub(crate) async fn intents_after(
    db: &impl ConnectionTrait,
    after: &str,
    limit: u64,
) -> Result<Vec<(String, Vec<u8>)>, DbErr> {
    let backend = backend_of(db);
    let [after_mark, most] = match backend {
        Backend::Sqlite => ["?", "?"],
        Backend::Postgres => ["$1", "$2"],
    };
    let sql = format!(
        "SELECT key, intents FROM actors WHERE key > {after_mark} AND length(intents) > 0 \
         ORDER BY key LIMIT {most}"
    );
    let values = [after.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let found = select::<SealedIntents>(db, backend, sql, values).await?;
    Ok(found.into_iter().map(|row| (row.key, row.intents)).collect())
}

/// Replaces an actor's sealed intents by the same ones under another key. Only while no server runs.
///
/// # Errors
/// The database's.
pub(crate) async fn replace_intents(
    db: &impl ConnectionTrait,
    key: &str,
    intents: Vec<u8>,
) -> Result<(), DbErr> {
    let backend = backend_of(db);
    let sql = match backend {
        Backend::Sqlite => "UPDATE actors SET intents = ? WHERE key = ?",
        Backend::Postgres => "UPDATE actors SET intents = $1 WHERE key = $2",
    };
    let values = [Value::from(intents), key.into()];
    db.execute_raw(Statement::from_sql_and_values(backend.into(), sql, values)).await?;
    Ok(())
}

fn backend_of(db: &impl ConnectionTrait) -> Backend {
    match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => Backend::Postgres,
        _ => Backend::Sqlite,
    }
}
