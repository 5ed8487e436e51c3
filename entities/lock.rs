//! One server per database: an OS lock beside a SQLite file, an advisory lock on PostgreSQL. Knows no tables.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::sync::atomic::Ordering;

use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::database::{Backend, Database};

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another server works on {database}: {holder}")]
    Held { database: String, holder: String },
    #[error("cannot lock {database}: {source}")]
    File { database: String, source: std::io::Error },
    #[error("cannot lock {database}: {source}")]
    Database { database: String, source: DbErr },
}

/// Held as long as the server lives; the operating system or the database lets it go when the process dies.
#[derive(Debug)]
pub struct ServerLock {
    /// SQLite: the locked file. PostgreSQL: the lock lives in the write connection's session.
    _file: Option<File>,
}

/// "kontor" in ASCII; the first half of every advisory lock of ours.
pub(crate) const LOCK_CLASS: i32 = 0x6b6f_6e74;

impl ServerLock {
    /// Takes the lock for `holder` (a line for people: process id, host, since when).
    ///
    /// # Errors
    /// When another server holds it (named), or the lock cannot be asked for.
    pub async fn take(database: &Database, url: &str, holder: &str) -> Result<Self, LockError> {
        match database.backend {
            Backend::Sqlite => Self::lock_file(database, url, holder),
            Backend::Postgres => Self::lock_session(database).await,
        }
    }

    fn lock_file(database: &Database, url: &str, holder: &str) -> Result<Self, LockError> {
        let failed = |source| LockError::File { database: database.name.clone(), source };
        let path = format!("{}.lock", Database::file(url).unwrap_or("kontor.db"));
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(failed)?;
                let holder = holder.trim().to_owned();
                return Err(LockError::Held { database: database.name.clone(), holder });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        writeln!(file, "{holder}").map_err(failed)?;
        Ok(Self { _file: Some(file) })
    }

    async fn lock_session(database: &Database) -> Result<Self, LockError> {
        let failed = |source| LockError::Database { database: database.name.clone(), source };
        let backend = database.backend.into();
        let ask = format!("SELECT pg_try_advisory_lock({LOCK_CLASS}, 0) AS got");
        let row = database.write.query_one_raw(Statement::from_string(backend, ask)).await;
        let got = row.map_err(failed)?.map(|row| row.try_get::<bool>("", "got"));
        if got.transpose().map_err(failed)? == Some(true) {
            database.locked.store(true, Ordering::Relaxed);
            return Ok(Self { _file: None });
        }
        let who = format!(
            "SELECT 'process ' || a.pid || ' of ' || COALESCE(host(a.client_addr), 'this machine') \
             || ', connected since ' || a.backend_start::text AS holder FROM pg_locks l \
             JOIN pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.classid = {LOCK_CLASS} AND l.granted \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        );
        let row = database.write.query_one_raw(Statement::from_string(backend, who)).await;
        let holder = row.map_err(failed)?.and_then(|row| row.try_get::<String>("", "holder").ok());
        Err(LockError::Held {
            database: database.name.clone(),
            holder: holder.unwrap_or_else(|| "a server that has just let go".to_owned()),
        })
    }

    /// Whether the write connection still holds the lock (a lost PostgreSQL session has lost it), taking it again when
    /// nobody else has.
    ///
    /// # Errors
    /// When another server took over, or the database does not answer.
    pub async fn check(&self, database: &Database) -> Result<(), LockError> {
        if database.backend == Backend::Sqlite {
            return Ok(());
        }
        let failed = |source| LockError::Database { database: database.name.clone(), source };
        let ask = format!(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND \
             classid = {LOCK_CLASS} AND granted AND pid = pg_backend_pid()) AS got"
        );
        let statement = Statement::from_string(database.backend.into(), ask);
        let row = database.write.query_one_raw(statement).await.map_err(failed)?;
        let got = row.map(|row| row.try_get::<bool>("", "got")).transpose().map_err(failed)?;
        if got == Some(true) {
            return Ok(());
        }
        Self::lock_session(database).await.map(|_| ())
    }
}
