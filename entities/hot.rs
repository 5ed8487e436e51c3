//! The one hot statement: plain steps of many actors, in one round trip. Raw sqlx, since every step of every
//! conversation goes through here; everything else is sea-orm. Knows no actors.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sqlx::{AssertSqlSafe, PgPool, SqlitePool, query, query_scalar};
use sea_orm::{DbErr, RuntimeErr};

use crate::actor_row::{self, StepRow};
use crate::answer::AnswerRow;
use crate::database::{Backend, Database, is_fault};
use crate::group::{GroupStep, roll_back};
use crate::receipt::SpilledReceipts;
use crate::row::Row;

/// What the hot statement can carry besides the actors' own rows.
#[derive(Default)]
struct Carried<'a> {
    spilled: Vec<&'a SpilledReceipts>,
    answers: Vec<&'a AnswerRow>,
}

impl<'a> Carried<'a> {
    /// `None` when some row has to go the long way.
    fn of(steps: &[GroupStep<'a>]) -> Option<Self> {
        let mut carried = Self::default();
        for row in steps.iter().flat_map(|step| step.rows) {
            match row {
                Row::Spill(row) => carried.spilled.push(row),
                Row::Answer(row) => carried.answers.push(row),
                _ => return None,
            }
        }
        Some(carried)
    }

    fn is_empty(&self) -> bool {
        self.spilled.is_empty() && self.answers.is_empty()
    }
}

/// Commits plain steps: `Some` with the indexes of those refused as stale (whose rows were not written either), `None`
/// when this group has to go the long way; nothing was written then.
///
/// # Errors
/// The database's own faults; whether anything was written is not known then.
pub(crate) async fn write_plain(
    database: &Database,
    steps: &[GroupStep<'_>],
) -> Result<Option<Vec<usize>>, DbErr> {
    let Some(carried) = Carried::of(steps) else {
        return Ok(None);
    };
    let rows: Vec<&StepRow> = steps.iter().map(|step| step.row).collect();
    let written = match database.backend {
        Backend::Sqlite => {
            sqlite(database.write.get_sqlite_connection_pool(), &rows, &carried).await
        }
        Backend::Postgres => {
            postgres(database.write.get_postgres_connection_pool(), &rows, &carried).await
        }
    };
    match written {
        Ok(written) if written == rows.len() as u64 => Ok(Some(Vec::new())),
        Ok(_) => {
            let losers = actor_row::losers(&database.write, database.backend, &rows).await?;
            Ok(Some(losers))
        }
        // Refused for its data, or a stale step that carries rows (SQLite): the long way finds out whose.
        Err(error) if !is_fault(&error) => {
            roll_back(database).await;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn fault(error: sea_orm::sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error)))
}

/// By number of rows, and whether anything else is carried.
type Texts = HashMap<(usize, bool), Arc<str>>;

/// One cached text per group size, so that the driver's prepared statements are found again.
static TEXTS: Mutex<Option<Texts>> = Mutex::new(None);

fn text(rows: usize, carries: bool) -> Arc<str> {
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    let texts = texts.get_or_insert_default();
    Arc::clone(texts.entry((rows, carries)).or_insert_with(|| script(rows, carries).into()))
}

/// Fails as a broken constraint, and with it the transaction, when a step was stale: winners are not known in time to
/// leave the losers' rows out.
const GUARD: &str = "INSERT INTO meta (name, value) SELECT NULL, '' WHERE changes() <> ?";
const SPILL: &str = "INSERT OR REPLACE INTO receipts (owner, seq, keep_until_ms, body) \
                     SELECT value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BLOB) \
                     FROM json_each(?)";
const ANSWER: &str = "INSERT OR REPLACE INTO flow_answers \
                      (session, run, started_ms, flow, version, finished_ms, answers) \
                      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, \
                      value ->> 5, value ->> 6 FROM json_each(?)";

fn script(rows: usize, carries: bool) -> String {
    let upsert = actor_row::build(Backend::Sqlite, rows);
    if !carries {
        return upsert;
    }
    let mut sql = String::new();
    write!(sql, "BEGIN IMMEDIATE; {upsert}; {GUARD}; {SPILL}; {ANSWER}; COMMIT")
        .expect("writing to a String succeeds");
    sql
}

/// Says how many actors' rows were written.
async fn sqlite(pool: &SqlitePool, rows: &[&StepRow], carried: &Carried<'_>) -> Result<u64, DbErr> {
    let carries = !carried.is_empty();
    let mut statement = query(AssertSqlSafe(text(rows.len(), carries)));
    for row in rows {
        statement = statement
            .bind(row.key.as_str())
            .bind(row.part)
            .bind(row.version)
            .bind(row.writer)
            .bind(row.body.as_slice())
            .bind(row.intents.as_slice())
            .bind(row.intent_high)
            .bind(row.watermark)
            .bind(row.due_ms);
    }
    if !carries {
        return Ok(statement.execute(pool).await.map_err(fault)?.rows_affected());
    }
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let statement = statement.bind(count).bind(spilled(carried)).bind(answers(carried));
    statement.execute(pool).await.map_err(fault)?;
    // The guard would not have let it pass otherwise.
    Ok(rows.len() as u64)
}

fn spilled(carried: &Carried<'_>) -> String {
    let row = |row: &&SpilledReceipts| {
        let body = String::from_utf8_lossy(&row.body);
        serde_json::json!([row.owner, row.seq, row.keep_until_ms, body])
    };
    serde_json::Value::from_iter(carried.spilled.iter().map(row)).to_string()
}

fn answers(carried: &Carried<'_>) -> String {
    let row = |row: &&AnswerRow| {
        let (flow, version) = (&row.flow, &row.version);
        let (started, finished) = (row.started_ms, row.finished_ms);
        serde_json::json!([row.session, row.run, started, flow, version, finished, row.answers])
    };
    serde_json::Value::from_iter(carried.answers.iter().map(row)).to_string()
}

/// Rows travel as arrays, one per column, so that one prepared statement serves every size; what follows joins with
/// those that won.
const UNNEST: &str = "WITH won AS (
    INSERT INTO actors (key, part, version, writer, body, intents, intent_high, watermark, due_ms)
    SELECT * FROM UNNEST($1::text[], $2::int2[], $3::int8[], $4::int8[], $5::bytea[], $6::bytea[],
        $7::int8[], $8::int8[], $9::int8[])
    ON CONFLICT (key) DO UPDATE SET version = excluded.version, writer = excluded.writer,
        body = excluded.body, intents = excluded.intents, intent_high = excluded.intent_high,
        watermark = excluded.watermark, due_ms = excluded.due_ms
        WHERE actors.version = excluded.version - 1
    RETURNING key
), spilled AS (
    INSERT INTO receipts (owner, seq, keep_until_ms, body)
    SELECT r.owner, r.seq, r.keep_until_ms, r.body
    FROM UNNEST($10::text[], $11::int8[], $12::int8[], $13::bytea[])
        AS r(owner, seq, keep_until_ms, body) JOIN won ON won.key = r.owner
    ON CONFLICT (owner, seq) DO UPDATE
        SET keep_until_ms = excluded.keep_until_ms, body = excluded.body
), answered AS (
    INSERT INTO flow_answers (session, run, started_ms, flow, version, finished_ms, answers)
    SELECT a.session, a.run, a.started_ms, a.flow, a.version, a.finished_ms, a.answers
    FROM UNNEST($14::text[], $15::int8[], $16::int8[], $17::text[], $18::text[], $19::int8[],
        $20::text[])
        AS a(session, run, started_ms, flow, version, finished_ms, answers)
        JOIN won ON won.key = a.session
    ON CONFLICT (session, run) DO UPDATE SET started_ms = excluded.started_ms,
        flow = excluded.flow, version = excluded.version, finished_ms = excluded.finished_ms,
        answers = excluded.answers
) SELECT count(*) FROM won";

/// Says how many actors' rows were written.
async fn postgres(pool: &PgPool, rows: &[&StepRow], carried: &Carried<'_>) -> Result<u64, DbErr> {
    fn column<T, U>(rows: &[T], value: impl Fn(&T) -> U) -> Vec<U> {
        rows.iter().map(value).collect()
    }
    let (spilled, answers) = (&carried.spilled, &carried.answers);
    let won: i64 = query_scalar(UNNEST)
        .bind(column(rows, |row| row.key.as_str()))
        .bind(column(rows, |row| row.part))
        .bind(column(rows, |row| row.version))
        .bind(column(rows, |row| row.writer))
        .bind(column(rows, |row| row.body.as_slice()))
        .bind(column(rows, |row| row.intents.as_slice()))
        .bind(column(rows, |row| row.intent_high))
        .bind(column(rows, |row| row.watermark))
        .bind(column(rows, |row| row.due_ms))
        .bind(column(spilled, |row| row.owner.as_str()))
        .bind(column(spilled, |row| row.seq))
        .bind(column(spilled, |row| row.keep_until_ms))
        .bind(column(spilled, |row| row.body.as_slice()))
        .bind(column(answers, |row| row.session.as_str()))
        .bind(column(answers, |row| row.run))
        .bind(column(answers, |row| row.started_ms))
        .bind(column(answers, |row| row.flow.as_str()))
        .bind(column(answers, |row| row.version.as_str()))
        .bind(column(answers, |row| row.finished_ms))
        .bind(column(answers, |row| row.answers.as_str()))
        .fetch_one(pool)
        .await
        .map_err(fault)?;
    Ok(won.unsigned_abs())
}
