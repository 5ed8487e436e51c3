//! Removing what is over, in small pieces, so that no conversation waits for it. Knows no rules of what is over.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};

use crate::database::{Backend, Database};

/// A place in the order of a table's keys, from which a walk goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    owner: String,
    seq: i64,
}

/// What one piece of a walk did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub removed: u64,
    /// Where the next piece begins; `None`: this was the last.
    pub next: Option<Place>,
}

/// A row whose intents may all be done.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Idle {
    pub key: String,
    pub part: i16,
    pub version: i64,
    pub intent_high: i64,
}

/// Keys in one statement; SQLite and PostgreSQL take far more.
const KEYS: usize = 200;

impl Database {
    fn statement(&self, sql: &str, values: Vec<Value>) -> Statement {
        let mut numbered = String::with_capacity(sql.len());
        for (index, part) in sql.split('?').enumerate() {
            if index > 0 {
                match self.backend {
                    Backend::Sqlite => numbered.push('?'),
                    Backend::Postgres => numbered.push_str(&format!("${index}")),
                }
            }
            numbered.push_str(part);
        }
        Statement::from_sql_and_values(self.backend.into(), numbered, values)
    }

    async fn remove(&self, sql: &str, values: Vec<Value>) -> Result<u64, DbErr> {
        Ok(self.write.execute_raw(self.statement(sql, values)).await?.rows_affected())
    }
}

fn count(limit: u64) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

/// Forgets bundles of receipts that nobody can repeat any more, `limit` at most; says how many.
///
/// # Errors
/// The database's.
pub async fn prune_receipts(db: &Database, now_ms: i64, limit: u64) -> Result<u64, DbErr> {
    let sql = "DELETE FROM receipts WHERE (owner, seq) IN (SELECT owner, seq FROM receipts \
               WHERE keep_until_ms < ? ORDER BY keep_until_ms LIMIT ?)";
    db.remove(sql, vec![now_ms.into(), count(limit)]).await
}

/// Removes kept updates from before `before_ms`, `limit` at most; says how many.
///
/// # Errors
/// The database's.
pub async fn prune_unparsed(db: &Database, before_ms: i64, limit: u64) -> Result<u64, DbErr> {
    let sql = "DELETE FROM unparsed_updates WHERE (bot, update_id) IN (SELECT bot, update_id \
               FROM unparsed_updates WHERE at_ms < ? LIMIT ?)";
    db.remove(sql, vec![before_ms.into(), count(limit)]).await
}

#[derive(FromQueryResult)]
struct FactPlace {
    owner: String,
    seq: i64,
    at_ms: i64,
}

/// Looks at `limit` facts of one kind of actor (`session`), from `from` on, and removes those from before `before_ms`.
///
/// # Errors
/// The database's.
pub async fn prune_facts(
    db: &Database,
    (kind, before_ms): (&str, i64),
    from: &Place,
    limit: u64,
) -> Result<Piece, DbErr> {
    // Keys are `kind:…`; ';' follows ':'.
    let sql = "SELECT owner, seq, at_ms FROM facts WHERE owner > ? AND owner < ? \
               AND (owner, seq) > (?, ?) ORDER BY owner, seq LIMIT ?";
    let values = vec![
        format!("{kind}:").into(),
        format!("{kind};").into(),
        from.owner.as_str().into(),
        from.seq.into(),
        count(limit),
    ];
    let looked = FactPlace::find_by_statement(db.statement(sql, values)).all(&db.read).await?;
    let old: Vec<&FactPlace> = looked.iter().filter(|fact| fact.at_ms < before_ms).collect();
    let mut removed = 0;
    for piece in old.chunks(KEYS) {
        let sql = format!("DELETE FROM facts WHERE (owner, seq) IN ({})", pairs(piece.len()));
        let values = piece.iter().flat_map(|fact| [fact.owner.as_str().into(), fact.seq.into()]);
        removed += db.remove(&sql, values.collect()).await?;
    }
    let is_last = (looked.len() as u64) < limit;
    let next = looked.last().filter(|_| !is_last);
    let next = next.map(|fact| Place { owner: fact.owner.clone(), seq: fact.seq });
    Ok(Piece { removed, next })
}

/// Actors that have intents in their rows, in order of key, after `after`.
///
/// # Errors
/// The database's.
pub async fn with_intents_after(
    db: &Database,
    after: &str,
    limit: u64,
) -> Result<Vec<Idle>, DbErr> {
    let sql = "SELECT key, part, version, intent_high FROM actors \
               WHERE key > ? AND length(intents) > 0 ORDER BY key LIMIT ?";
    let statement = db.statement(sql, vec![after.into(), count(limit)]);
    Idle::find_by_statement(statement).all(&db.read).await
}

/// Empties the intents of rows that are still as they were seen: all of them are done. A row that was written since
/// keeps what it has.
///
/// # Errors
/// The database's.
pub async fn clear_intents(db: &Database, idle: &[Idle]) -> Result<u64, DbErr> {
    let empty = match db.backend {
        Backend::Sqlite => "x''",
        Backend::Postgres => "'\\x'::bytea",
    };
    let mut cleared = 0;
    for piece in idle.chunks(KEYS) {
        let marks = pairs(piece.len());
        let sql = format!("UPDATE actors SET intents = {empty} WHERE (key, version) IN ({marks})");
        let values = piece.iter().flat_map(|row| [row.key.as_str().into(), row.version.into()]);
        cleared += db.remove(&sql, values.collect()).await?;
    }
    Ok(cleared)
}

/// `(?, ?), (?, ?)`. SQLite wants `VALUES` before them.
fn pairs(count: usize) -> String {
    format!("VALUES {}", vec!["(?, ?)"; count].join(", "))
}

#[derive(FromQueryResult)]
struct Count {
    rows: i64,
}

/// How many rows a table has: for tests of what grows.
///
/// # Errors
/// The database's, or when there is no such table.
pub async fn count_rows(db: &Database, table: &str) -> Result<i64, DbErr> {
    let is_name = table.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let table = if is_name { table } else { "no_such_table" };
    let sql = format!("SELECT COUNT(*) AS rows FROM {table}");
    let found = Count::find_by_statement(db.statement(&sql, Vec::new())).one(&db.read).await?;
    Ok(found.map_or(0, |count| count.rows))
}
