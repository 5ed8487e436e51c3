//! The durable core: actors, deliveries, receipts, held inputs, facts, keys.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261120_000001_core"
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
    "CREATE TABLE actors (
        key TEXT NOT NULL PRIMARY KEY,
        part SMALLINT NOT NULL,
        version BIGINT NOT NULL,
        writer BIGINT NOT NULL,
        body {bytes} NOT NULL,
        intents {bytes} NOT NULL,
        intent_high BIGINT NOT NULL,
        watermark BIGINT NOT NULL,
        due_ms BIGINT
    )",
    // Partial: a plain conversation step has no deadline and leaves every index alone (PostgreSQL's HOT updates).
    "CREATE INDEX actors_due ON actors (due_ms) WHERE due_ms IS NOT NULL",
    "CREATE TABLE deliveries (
        part SMALLINT NOT NULL,
        number BIGINT NOT NULL,
        owner TEXT NOT NULL,
        what TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_try_ms BIGINT NOT NULL,
        reason TEXT NOT NULL,
        stuck BOOLEAN NOT NULL,
        PRIMARY KEY (part, number)
    )",
    "CREATE TABLE held_inputs (
        owner TEXT NOT NULL,
        seq BIGINT NOT NULL,
        external TEXT NOT NULL,
        at_ms BIGINT NOT NULL,
        body {bytes} NOT NULL,
        PRIMARY KEY (owner, seq),
        UNIQUE (owner, external)
    )",
    "CREATE TABLE quarantine (
        owner TEXT NOT NULL PRIMARY KEY,
        since_ms BIGINT NOT NULL,
        failures INTEGER NOT NULL,
        reason TEXT NOT NULL
    )",
    "CREATE TABLE receipts (
        owner TEXT NOT NULL,
        seq BIGINT NOT NULL,
        keep_until_ms BIGINT,
        body {bytes} NOT NULL,
        PRIMARY KEY (owner, seq)
    )",
    "CREATE INDEX receipts_age ON receipts (keep_until_ms) WHERE keep_until_ms IS NOT NULL",
    "CREATE TABLE facts (
        owner TEXT NOT NULL,
        seq BIGINT NOT NULL,
        name TEXT NOT NULL,
        at_ms BIGINT NOT NULL,
        person BIGINT,
        body {bytes} NOT NULL,
        PRIMARY KEY (owner, seq)
    )",
    "CREATE TABLE person_keys (
        person BIGINT NOT NULL PRIMARY KEY,
        sealed {bytes} NOT NULL,
        created_ms BIGINT NOT NULL
    )",
    "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE unparsed_updates (
        bot TEXT NOT NULL,
        update_id BIGINT NOT NULL,
        at_ms BIGINT NOT NULL,
        reason TEXT NOT NULL,
        body {bytes} NOT NULL,
        PRIMARY KEY (bot, update_id)
    )",
];
