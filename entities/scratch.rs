//! Throw-away databases for tests and benchmarks. Knows no tables.

use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::database::{Backend, Database, DatabaseError};
use crate::lock::LOCK_CLASS;

/// Makes an empty database on a PostgreSQL server and says its address.
///
/// # Errors
/// When the server does not answer, or forbids it.
pub async fn create_scratch(server: &str) -> Result<String, DbErr> {
    let name = format!("scratch_{}", uuid::Uuid::now_v7().simple());
    let db = sea_orm::Database::connect(server).await?;
    db.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    db.close().await?;
    let (start, _) = server.rsplit_once('/').unwrap_or((server, ""));
    Ok(format!("{start}/{name}"))
}

/// Drops a database made by `create_scratch`, whoever is still connected.
///
/// # Errors
/// When the server does not answer, or the address is of no scratch database.
pub async fn drop_scratch(server: &str, address: &str) -> Result<(), DbErr> {
    let name = address.rsplit('/').next().filter(|name| name.starts_with("scratch_"));
    let name = name.ok_or_else(|| DbErr::Custom(format!("{address} is no scratch database")))?;
    let db = sea_orm::Database::connect(server).await?;
    db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    db.close().await
}

/// Ends every connection to a scratch database, as a crash of the database server would; they may come back at once.
///
/// # Errors
/// When the server does not answer.
pub async fn cut_scratch(server: &str, address: &str) -> Result<(), DbErr> {
    let name = address.rsplit('/').next().unwrap_or_default();
    let db = sea_orm::Database::connect(server).await?;
    let cut = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
        name.replace('\'', "''")
    );
    db.execute_unprepared(&cut).await?;
    db.close().await
}

/// The process that serves us on a PostgreSQL server; its parent is the server's first one.
///
/// # Errors
/// When the server does not answer.
pub async fn backend_pid(server: &str) -> Result<i32, DbErr> {
    let db = sea_orm::Database::connect(server).await?;
    let ask = Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT pg_backend_pid()");
    let row = db.query_one_raw(ask).await?;
    db.close().await?;
    let row = row.ok_or_else(|| DbErr::Custom("no row".to_owned()))?;
    row.try_get_by_index(0)
}

/// Makes an actor's row undecodable, as a bad disk or a bad migration would.
///
/// # Errors
/// The database's.
pub async fn damage_actor(
    db: &impl ConnectionTrait,
    backend: Backend,
    key: &str,
) -> Result<(), DbErr> {
    let (blob, mark) = match backend {
        Backend::Sqlite => ("x'00'", "?"),
        Backend::Postgres => ("'\\x00'::bytea", "$1"),
    };
    let sql = format!("UPDATE actors SET body = {blob} WHERE key = {mark}");
    let statement = Statement::from_sql_and_values(backend.into(), sql, [key.into()]);
    db.execute_raw(statement).await?;
    Ok(())
}

/// Every byte in the files of a PostgreSQL database (the write-ahead log apart: it is recycled, and the server's own).
///
/// # Errors
/// The database's, or when the user is no superuser.
pub async fn scratch_bytes(database: &Database) -> Result<Vec<u8>, DbErr> {
    let backend = database.backend.into();
    database.write.execute_unprepared("CHECKPOINT").await?;
    let sql = "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class \
               WHERE relkind IN ('r', 't', 'i') AND pg_relation_filepath(oid) IS NOT NULL";
    let rows = database.read.query_all_raw(Statement::from_string(backend, sql)).await?;
    let mut all = Vec::new();
    for row in rows {
        all.extend(row.try_get_by_index::<Vec<u8>>(0)?);
    }
    Ok(all)
}

/// The tables that the schema has.
///
/// # Errors
/// The database's.
pub async fn table_names(database: &Database) -> Result<Vec<String>, DbErr> {
    let sql = match database.backend {
        Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        Backend::Postgres => "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    };
    let statement = Statement::from_string(database.backend.into(), sql);
    let rows = database.read.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect()
}

/// A session of somebody else's, in everybody's way.
pub struct Blockade {
    database: Database,
}

impl Blockade {
    /// Gets out of the way.
    ///
    /// # Errors
    /// The database's.
    pub async fn let_go(self) -> Result<(), DbErr> {
        self.database.write.execute_unprepared("ROLLBACK").await?;
        self.leave().await;
        Ok(())
    }

    /// Ends the session, and with it whatever it holds.
    pub async fn leave(self) {
        self.database.close().await;
    }

    pub fn database(&self) -> &Database {
        &self.database
    }
}

/// Keeps everybody else from writing actors' rows, as somebody's long transaction would.
///
/// # Errors
/// When the database does not answer.
pub async fn blockade(url: &str) -> Result<Blockade, DatabaseError> {
    let database = Database::open(url).await?;
    match database.backend {
        Backend::Sqlite => database.write.execute_unprepared("BEGIN IMMEDIATE").await?,
        Backend::Postgres => {
            database.write.execute_unprepared("BEGIN").await?;
            database.write.execute_unprepared("LOCK TABLE actors IN EXCLUSIVE MODE").await?
        }
    };
    Ok(Blockade { database })
}

/// Cuts the server off from its PostgreSQL database and works on it as another server would, until the blockade leaves.
///
/// # Errors
/// When the database does not answer.
pub async fn usurp_scratch(url: &str) -> Result<Blockade, DatabaseError> {
    let database = Database::open(url).await?;
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND \
         classid = {LOCK_CLASS} AND granted AND database = \
         (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    let ask = format!("SELECT pg_try_advisory_lock({LOCK_CLASS}, 0) AS got");
    loop {
        database.read.execute_unprepared(&end).await?;
        let statement = Statement::from_string(Backend::Postgres.into(), ask.clone());
        let row = database.write.query_one_raw(statement).await?;
        if row.map(|row| row.try_get::<bool>("", "got")).transpose()? == Some(true) {
            break;
        }
    }
    crate::set_meta(&database.write, "server_instance", "another server").await?;
    Ok(Blockade { database })
}
