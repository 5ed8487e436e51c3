//! Throw-away databases for tests and benchmarks. Knows no tables.

use sea_orm::{ConnectionTrait, DbErr};

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
    let ask =
        sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT pg_backend_pid()");
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
    backend: crate::database::Backend,
    key: &str,
) -> Result<(), DbErr> {
    let (blob, mark) = match backend {
        crate::database::Backend::Sqlite => ("x'00'", "?"),
        crate::database::Backend::Postgres => ("'\\x00'::bytea", "$1"),
    };
    let sql = format!("UPDATE actors SET body = {blob} WHERE key = {mark}");
    let statement = sea_orm::Statement::from_sql_and_values(backend.into(), sql, [key.into()]);
    db.execute_raw(statement).await?;
    Ok(())
}

/// Every byte in the files of a PostgreSQL database (the write-ahead log apart: it is recycled, and the server's own).
///
/// # Errors
/// The database's, or when the user is no superuser.
pub async fn scratch_bytes(database: &crate::Database) -> Result<Vec<u8>, DbErr> {
    let backend = database.backend.into();
    database.write.execute_unprepared("CHECKPOINT").await?;
    let sql = "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class \
               WHERE relkind IN ('r', 't', 'i') AND pg_relation_filepath(oid) IS NOT NULL";
    let rows = database.read.query_all_raw(sea_orm::Statement::from_string(backend, sql)).await?;
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
pub async fn table_names(database: &crate::Database) -> Result<Vec<String>, DbErr> {
    let sql = match database.backend {
        crate::database::Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        crate::database::Backend::Postgres => {
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        }
    };
    let statement = sea_orm::Statement::from_string(database.backend.into(), sql);
    let rows = database.read.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect()
}
