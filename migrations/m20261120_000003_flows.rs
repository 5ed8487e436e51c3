//! Flows: every version a conversation may still run, and what was answered.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261120_000003_flows"
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
    "CREATE TABLE flow_versions (
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        source TEXT NOT NULL,
        PRIMARY KEY (name, version)
    )",
    "CREATE TABLE flow_answers (
        session TEXT NOT NULL,
        run BIGINT NOT NULL,
        started_ms BIGINT NOT NULL,
        flow TEXT NOT NULL,
        version TEXT NOT NULL,
        finished_ms BIGINT NOT NULL,
        answers TEXT NOT NULL,
        PRIMARY KEY (session, run)
    )",
];
