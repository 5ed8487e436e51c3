//! Payments gain the gateway's charge and the next try; Telegram Stars: what moved, what differs, subscriptions.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261120_000005_stars"
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
    "ALTER TABLE payments ADD COLUMN charge TEXT",
    "ALTER TABLE payments ADD COLUMN next_try_ms BIGINT",
    "CREATE TABLE stars (
        bot TEXT NOT NULL PRIMARY KEY,
        since_ms BIGINT NOT NULL,
        stars BIGINT NOT NULL,
        balance BIGINT,
        checked_ms BIGINT NOT NULL,
        failed TEXT
    )",
    "CREATE TABLE star_moves (
        bot TEXT NOT NULL,
        place BIGINT NOT NULL,
        id TEXT NOT NULL,
        stars BIGINT NOT NULL,
        nanos BIGINT NOT NULL,
        at_ms BIGINT NOT NULL,
        partner TEXT NOT NULL,
        payload TEXT,
        PRIMARY KEY (bot, place)
    )",
    "CREATE INDEX star_moves_at ON star_moves (bot, at_ms)",
    "CREATE TABLE star_differences (
        bot TEXT NOT NULL,
        number BIGINT NOT NULL,
        what TEXT NOT NULL,
        name TEXT NOT NULL,
        stars BIGINT NOT NULL,
        at_ms BIGINT NOT NULL,
        PRIMARY KEY (bot, number)
    )",
    "CREATE TABLE subscriptions (
        id TEXT NOT NULL PRIMARY KEY,
        session TEXT NOT NULL,
        plan TEXT NOT NULL,
        state TEXT NOT NULL,
        amount_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        until_ms BIGINT NOT NULL,
        charge TEXT,
        note TEXT,
        changed_ms BIGINT NOT NULL
    )",
    "CREATE INDEX subscriptions_session ON subscriptions (session)",
];
