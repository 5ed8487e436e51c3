//! The business's own MTProto accounts.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261120_000010_accounts"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::ddl::run(manager, STATEMENTS).await
    }

    /// All of a migration, or nothing.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const STATEMENTS: &[&str] = &[
    "CREATE TABLE accounts (
        user_id BIGINT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        since_ms BIGINT NOT NULL,
        added_ms BIGINT NOT NULL,
        session {bytes} NOT NULL
    )",
    "CREATE TABLE account_states (
        user_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        at_ms BIGINT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        PRIMARY KEY (user_id, seq)
    )",
];
