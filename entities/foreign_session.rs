//! Logins that Telethon keeps in SQLite files of its own. Knows nothing of our tables.

use sea_orm::{ConnectionTrait, Database, DbErr, Statement};

/// A login as Telethon keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignSession {
    pub dc: i32,
    pub address: String,
    pub port: i32,
    pub key: Vec<u8>,
}

/// Reads Telethon's session file; none when nobody has logged in with it.
///
/// # Errors
/// When it is no such file.
pub async fn telethon_session(path: &str) -> Result<Option<ForeignSession>, DbErr> {
    let db = Database::connect(format!("sqlite://{path}?mode=ro")).await?;
    let sql = "SELECT dc_id, server_address, port, auth_key FROM sessions";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await;
    let read = row.and_then(|row| row.map(|row| of_row(&row)).transpose());
    db.close().await?;
    read
}

fn of_row(row: &sea_orm::QueryResult) -> Result<ForeignSession, DbErr> {
    Ok(ForeignSession {
        dc: row.try_get("", "dc_id")?,
        address: row.try_get("", "server_address")?,
        port: row.try_get("", "port")?,
        key: row.try_get("", "auth_key")?,
    })
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, Database};

    use super::telethon_session;

    #[tokio::test]
    async fn a_session_file_is_read_and_anything_else_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.session").display().to_string();
        let db = Database::connect(format!("sqlite://{path}?mode=rwc")).await.expect("makes");
        let sql = "CREATE TABLE sessions (dc_id INTEGER PRIMARY KEY, server_address TEXT,
            port INTEGER, auth_key BLOB, takeout_id INTEGER)";
        db.execute_unprepared(sql).await.expect("makes");
        assert_eq!(telethon_session(&path).await.expect("reads"), None);
        let sql = "INSERT INTO sessions VALUES (2, '127.0.0.1', 443, x'0102', NULL)";
        db.execute_unprepared(sql).await.expect("writes");
        db.close().await.expect("closes");
        let found = telethon_session(&path).await.expect("reads").expect("there");
        assert_eq!((found.dc, found.address.as_str(), found.port), (2, "127.0.0.1", 443));
        assert_eq!(found.key, [1, 2]);
        std::fs::write(&path, "no database").expect("writes");
        assert!(telethon_session(&path).await.is_err());
        assert!(telethon_session("/nowhere/at/all").await.is_err());
    }
}
