//! Opening a database, and telling its faults from faults of the data. Knows no tables.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement,
};

use crate::lock::LOCK_CLASS;

/// Which of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl From<Backend> for DbBackend {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::Sqlite,
            Backend::Postgres => Self::Postgres,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(
        "'{0}' is not a database address: expected sqlite://path/to/file.db or postgres://user@host/name"
    )]
    Address(String),
    #[error("cannot open the database: {0}")]
    Open(#[from] DbErr),
    #[error("cannot write {file}: {source}")]
    File { file: String, source: std::io::Error },
    #[error("cannot create the folder {folder}: {source}")]
    Folder { folder: String, source: std::io::Error },
}

/// One writing connection and several reading ones.
#[derive(Clone, Debug)]
pub struct Database {
    pub backend: Backend,
    /// The Journal's, and that of commands that hold the server's lock. One connection.
    pub write: DatabaseConnection,
    pub read: DatabaseConnection,
    /// Where SQLite's write-ahead log is.
    log: Option<std::path::PathBuf>,
    /// Without a password; for people.
    pub name: String,
    /// The server's lock was taken: from now on the write connection may only be opened again together with it.
    pub(crate) locked: Arc<AtomicBool>,
}

/// More than the number of group sizes, so that no prepared statement is thrown out.
const STATEMENTS: usize = 600;
const READERS: u32 = 4;
/// What is left of the write-ahead log's file once everything in it is written back. While somebody reads it grows
/// beyond: it cannot be written back past what they see.
const LOG_BYTES: u64 = 32 << 20;

impl Database {
    /// Opens `sqlite://path` (created when missing) or `postgres://…`.
    ///
    /// # Errors
    /// When the address is not understood or the database does not answer within 10 s.
    pub async fn open(url: &str) -> Result<Self, DatabaseError> {
        let backend = match url.split_once(':') {
            Some(("sqlite", _)) => Backend::Sqlite,
            Some(("postgres" | "postgresql", _)) => Backend::Postgres,
            _ => return Err(DatabaseError::Address(without_password(url))),
        };
        if backend == Backend::Sqlite {
            create_folder(url)?;
        }
        let locked: Arc<AtomicBool> = Arc::default();
        let write = sea_orm::Database::connect(write_options(url, backend, &locked)).await;
        let file = Self::file(url).filter(|_| backend == Backend::Sqlite);
        // The system's own words say more (a read-only disk, no permission).
        if let (Err(_), Some(file)) = (&write, file)
            && let Err(source) = std::fs::OpenOptions::new().append(true).create(true).open(file)
        {
            return Err(DatabaseError::File { file: file.to_owned(), source });
        }
        let write = write?;
        let read = sea_orm::Database::connect(options(url, backend, READERS)).await?;
        let log = Self::file(url).filter(|_| backend == Backend::Sqlite);
        let log = log.map(|file| format!("{file}-wal").into());
        Ok(Self { backend, write, read, log, name: without_password(url), locked })
    }

    /// How large SQLite's write-ahead log is; `None` for PostgreSQL, which keeps its own in bounds.
    pub fn log_bytes(&self) -> Option<u64> {
        std::fs::metadata(self.log.as_ref()?).ok().map(|found| found.len())
    }

    /// The file of a SQLite database.
    pub fn file(url: &str) -> Option<&str> {
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
        Some(path.split('?').next().unwrap_or(path))
    }

    pub async fn close(self) {
        // Both are closed even if one fails; there is nobody left to tell.
        let (write, read) = (self.write.close().await, self.read.close().await);
        if let Err(error) = write.and(read) {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }
}

fn create_folder(url: &str) -> Result<(), DatabaseError> {
    let Some(folder) = Database::file(url).and_then(|path| std::path::Path::new(path).parent())
    else {
        return Ok(());
    };
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)
        .map_err(|source| DatabaseError::Folder { folder: folder.display().to_string(), source })
}

/// The one connection that writes. PostgreSQL's lock lives in its session: it is never closed for its age, and a new
/// one without the lock is refused, so that losing the lock and losing the ability to write are one event.
fn write_options(url: &str, backend: Backend, locked: &Arc<AtomicBool>) -> ConnectOptions {
    let mut options = options(url, backend, 1);
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    let locked = Arc::clone(locked);
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let locked = Arc::clone(&locked);
        pool.after_connect(move |connection, _| {
            let locked = locked.load(Ordering::Relaxed);
            Box::pin(async move {
                if !locked {
                    return Ok(());
                }
                let got: bool = sea_orm::sqlx::query_scalar("SELECT pg_try_advisory_lock($1, 0)")
                    .bind(LOCK_CLASS)
                    .fetch_one(connection)
                    .await?;
                let held = "another session holds the server's lock".to_owned();
                if got { Ok(()) } else { Err(sea_orm::sqlx::Error::Protocol(held)) }
            })
        })
    });
    options
}

fn options(url: &str, backend: Backend, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(connections)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false);
    match backend {
        Backend::Sqlite => options.map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .pragma("temp_store", "memory")
                .pragma("journal_size_limit", LOG_BYTES.to_string())
                .statement_cache_capacity(STATEMENTS)
        }),
        Backend::Postgres => options.map_sqlx_postgres_opts(|options| {
            options.application_name("kontor").statement_cache_capacity(STATEMENTS)
        }),
    };
    options
}

/// Whether a SQLite file is whole.
///
/// # Errors
/// What is wrong with it.
pub async fn quick_check(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA quick_check(1)");
    let row = db.query_one_raw(statement).await?;
    match row.map(|row| row.try_get_by::<String, _>(0)).transpose()?.as_deref() {
        Some("ok") => Ok(()),
        found => Err(DbErr::Custom(found.unwrap_or("it says nothing").to_owned())),
    }
}

/// The address as it may be shown.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => {
            let user = url[scheme + 3..at].split(':').next().unwrap_or_default();
            format!("{}{user}{}", &url[..scheme + 3], &url[at..])
        }
        _ => url.to_owned(),
    }
}

/// Whether the database itself is at fault (gone, full, locked, misconfigured) rather than what was written. Only what is
/// known to be the data's own guilt is not: everything else would blame the innocent.
pub fn is_fault(error: &DbErr) -> bool {
    use sea_orm::sqlx::Error;
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        return true;
    };
    match error.as_ref() {
        Error::Database(database) => match database.code().as_deref() {
            // PostgreSQL's classes: 22 data, 23 constraint, 54 a limit of the program.
            Some(code) if code.len() == 5 => !matches!(&code[..2], "22" | "23" | "54"),
            // SQLite's primary codes: 18 too big, 19 constraint, 20 mismatch.
            Some(code) => !code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 18..=20)),
            None => true,
        },
        Error::ColumnDecode { .. } | Error::Decode(_) | Error::Encode(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Database, without_password};

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(without_password("postgres://a:s3cret@h/db"), "postgres://a@h/db");
        assert_eq!(without_password("sqlite://data/k.db"), "sqlite://data/k.db");
    }

    #[tokio::test]
    async fn another_kind_of_address_is_refused_with_what_to_write() {
        let error = Database::open("mysql://x").await.expect_err("refused");
        assert!(error.to_string().contains("sqlite://"), "{error}");
    }
}
