//! People: their consent, contact and wishes, and the erasures that they asked for.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261120_000006_people"
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
    "CREATE TABLE customer_profiles (
        session TEXT NOT NULL PRIMARY KEY,
        phone TEXT,
        email TEXT,
        time_zone TEXT,
        currency TEXT,
        silent BOOLEAN NOT NULL,
        quiet TEXT,
        terms_version TEXT,
        consented_ms BIGINT
    )",
    // `pseudonym` owns what must stay; `session` goes when the erasure is done, `person` is a keyed hash by which a
    // restored backup knows whom to erase again.
    "CREATE TABLE erasures (
        pseudonym TEXT NOT NULL PRIMARY KEY,
        session TEXT,
        person TEXT,
        due_ms BIGINT NOT NULL,
        next_ms BIGINT,
        done_ms BIGINT,
        scrubbed BOOLEAN NOT NULL
    )",
    "CREATE INDEX erasures_next ON erasures (next_ms) WHERE next_ms IS NOT NULL",
];
