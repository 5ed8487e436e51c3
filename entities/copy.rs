//! Copies a whole database into another, of either kind, from one consistent view. Knows no table's meaning.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult, IsolationLevel,
    QueryResult, Statement, StreamTrait, TransactionTrait, Value,
};

use crate::database::{Backend, Database};

/// Rows of one insert.
const ROWS: usize = 100;

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{0}")]
    Database(#[from] DbErr),
    #[error("column {column} of table {table} has the type {kind}, which backups do not know")]
    Type { table: String, column: String, kind: String },
    #[error("the two databases have different tables: {0}")]
    Schema(String),
}

/// What a column holds, in both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Text,
    Small,
    Int,
    Big,
    Real,
    Bool,
    Bytes,
}

impl Holds {
    fn parse(kind: &str) -> Option<Self> {
        Some(match kind.to_ascii_lowercase().as_str() {
            "text" => Self::Text,
            "smallint" => Self::Small,
            "integer" => Self::Int,
            "bigint" => Self::Big,
            "double precision" | "real" => Self::Real,
            "boolean" => Self::Bool,
            "blob" | "bytea" => Self::Bytes,
            _ => return None,
        })
    }

    fn read(self, row: &QueryResult, index: usize) -> Result<Value, DbErr> {
        Ok(match self {
            Self::Text => row.try_get_by::<Option<String>, _>(index)?.into(),
            Self::Small => row.try_get_by::<Option<i16>, _>(index)?.into(),
            Self::Int => row.try_get_by::<Option<i32>, _>(index)?.into(),
            Self::Big => row.try_get_by::<Option<i64>, _>(index)?.into(),
            Self::Real => row.try_get_by::<Option<f64>, _>(index)?.into(),
            Self::Bool => row.try_get_by::<Option<bool>, _>(index)?.into(),
            Self::Bytes => row.try_get_by::<Option<Vec<u8>>, _>(index)?.into(),
        })
    }
}

type Columns = Vec<(String, Holds)>;

#[derive(FromQueryResult)]
struct Column {
    table_name: String,
    column_name: String,
    data_type: String,
}

const OF_SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name, c.type AS data_type \
     FROM sqlite_master m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid";
const OF_POSTGRES: &str = "SELECT c.table_name::text, c.column_name::text, c.data_type::text \
     FROM information_schema.columns c JOIN information_schema.tables t \
     ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
     WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' \
     ORDER BY c.table_name, c.ordinal_position";
/// The schema's own history: each database has its own.
const HISTORY: &str = "seaql_migrations";

async fn tables(
    db: &impl ConnectionTrait,
    backend: Backend,
) -> Result<BTreeMap<String, Columns>, CopyError> {
    let sql = match backend {
        Backend::Sqlite => OF_SQLITE,
        Backend::Postgres => OF_POSTGRES,
    };
    let statement = Statement::from_string(backend.into(), sql);
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for found in Column::find_by_statement(statement).all(db).await? {
        let Column { table_name: table, column_name: column, data_type: kind } = found;
        if table == HISTORY {
            continue;
        }
        let Some(holds) = Holds::parse(&kind) else {
            return Err(CopyError::Type { table, column, kind });
        };
        tables.entry(table).or_default().push((column, holds));
    }
    Ok(tables)
}

/// Replaces everything in `to` by what `from` holds at one moment; both have the same schema. `told` hears of each table
/// and how many rows it had. Nothing is replaced when it fails.
///
/// # Errors
/// A database's, or where the schemas differ.
pub async fn copy_database(
    from: &Database,
    to: &Database,
    told: &dyn Fn(&str, u64),
) -> Result<u64, CopyError> {
    let view = match from.backend {
        // One view of everything, however long it takes; writers go on.
        Backend::Postgres => {
            let (level, mode) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
            from.read.begin_with_config(Some(level), Some(mode)).await?
        }
        Backend::Sqlite => from.read.begin().await?,
    };
    let into = to.write.begin().await?;
    let (ours, theirs) = (tables(&view, from.backend).await?, tables(&into, to.backend).await?);
    let mut rows = 0;
    for (table, columns) in &theirs {
        let Some(known) = ours.get(table) else {
            return Err(CopyError::Schema(format!("{table} is missing")));
        };
        let is_same = known.len() == columns.len()
            && columns.iter().all(|(name, _)| known.iter().any(|(ours, _)| ours == name));
        if !is_same {
            return Err(CopyError::Schema(format!("{table} has other columns")));
        }
        let copied = Table { name: table, from: known, to: columns };
        let count = copied.copy((&view, from.backend), (&into, to.backend)).await?;
        told(table, count);
        rows += count;
    }
    into.commit().await?;
    view.commit().await?;
    Ok(rows)
}

/// One table on its way.
struct Table<'a> {
    name: &'a str,
    /// As `from` calls them; `to` may have them in another order.
    from: &'a Columns,
    to: &'a Columns,
}

impl Table<'_> {
    fn names(&self) -> Vec<String> {
        self.from.iter().map(|(name, _)| format!("\"{name}\"")).collect()
    }

    async fn copy(
        &self,
        (view, of): (&DatabaseTransaction, Backend),
        (into, at): (&DatabaseTransaction, Backend),
    ) -> Result<u64, CopyError> {
        into.execute_unprepared(&format!("DELETE FROM \"{}\"", self.name)).await?;
        let sql = format!("SELECT {} FROM \"{}\"", self.names().join(", "), self.name);
        let mut found = view.stream_raw(Statement::from_string(of.into(), sql)).await?;
        let mut piece: Vec<Value> = Vec::new();
        let mut rows = 0;
        while let Some(row) = found.try_next().await? {
            for (index, (name, holds)) in self.from.iter().enumerate() {
                let value = holds.read(&row, index)?;
                let wanted = self.to.iter().find(|(other, _)| other == name);
                piece.push(fitted(value, wanted.map_or(*holds, |(_, holds)| *holds)));
            }
            rows += 1;
            if piece.len() == ROWS * self.from.len() {
                self.insert((into, at), std::mem::take(&mut piece)).await?;
            }
        }
        if !piece.is_empty() {
            self.insert((into, at), piece).await?;
        }
        Ok(rows)
    }

    async fn insert(
        &self,
        (into, at): (&DatabaseTransaction, Backend),
        values: Vec<Value>,
    ) -> Result<(), DbErr> {
        let columns = self.from.len();
        let mark = |index: usize| match at {
            Backend::Sqlite => "?".to_owned(),
            Backend::Postgres => format!("${}", index + 1),
        };
        let row = |row: usize| {
            let marks: Vec<String> =
                (0..columns).map(|column| mark(row * columns + column)).collect();
            format!("({})", marks.join(", "))
        };
        let rows: Vec<String> = (0..values.len() / columns).map(row).collect();
        let names = self.names().join(", ");
        let sql = format!("INSERT INTO \"{}\" ({names}) VALUES {}", self.name, rows.join(", "));
        into.execute_raw(Statement::from_sql_and_values(at.into(), sql, values)).await?;
        Ok(())
    }
}

/// SQLite says BIGINT where it was asked for, and so does PostgreSQL: only the width may differ.
fn fitted(value: Value, wanted: Holds) -> Value {
    let wide = match value {
        Value::SmallInt(Some(n)) => i64::from(n),
        Value::Int(Some(n)) => i64::from(n),
        Value::BigInt(Some(n)) => n,
        other => return other,
    };
    match wanted {
        Holds::Small => i16::try_from(wide).map_or(Value::BigInt(Some(wide)), Value::from),
        Holds::Int => i32::try_from(wide).map_or(Value::BigInt(Some(wide)), Value::from),
        _ => wide.into(),
    }
}

/// Writes a copy of a running SQLite database into a new file: one view, compact, without a log beside it.
///
/// # Errors
/// The database's; the file may be there in part.
pub async fn vacuum_into(from: &Database, file: &str) -> Result<(), DbErr> {
    let statement =
        Statement::from_sql_and_values(Backend::Sqlite.into(), "VACUUM INTO ?", [file.into()]);
    from.read.execute_raw(statement).await.map(|_| ())
}
