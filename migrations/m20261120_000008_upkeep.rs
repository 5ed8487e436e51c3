//! What keeps a long life cheap: the files that Telegram has of our pictures.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261120_000008_upkeep"
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

const STATEMENTS: &[&str] = &["CREATE TABLE sent_pictures (
        bot TEXT NOT NULL,
        picture TEXT NOT NULL,
        stamp TEXT NOT NULL,
        file_id TEXT NOT NULL,
        PRIMARY KEY (bot, picture)
    )"];
