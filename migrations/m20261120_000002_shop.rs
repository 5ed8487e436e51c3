//! The shop's read models: customers, products, stock, orders, payments, the ledger.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261120_000002_shop"
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
    "CREATE TABLE customers (
        session TEXT NOT NULL PRIMARY KEY,
        bot TEXT NOT NULL,
        user_id BIGINT NOT NULL,
        name TEXT NOT NULL,
        language TEXT NOT NULL,
        reachable BOOLEAN NOT NULL,
        came_by TEXT,
        first_seen_ms BIGINT NOT NULL
    )",
    "CREATE TABLE products (
        id TEXT NOT NULL PRIMARY KEY,
        titles TEXT NOT NULL,
        descriptions TEXT NOT NULL,
        price_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        photo TEXT,
        position INTEGER NOT NULL
    )",
    "CREATE TABLE stock (
        product TEXT NOT NULL PRIMARY KEY,
        on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
        reserved BIGINT NOT NULL CHECK (reserved >= 0 AND reserved <= on_hand)
    )",
    "CREATE TABLE orders (
        id TEXT NOT NULL PRIMARY KEY,
        number TEXT NOT NULL,
        session TEXT NOT NULL,
        state TEXT NOT NULL,
        total_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        placed_ms BIGINT NOT NULL,
        changed_ms BIGINT NOT NULL
    )",
    "CREATE INDEX orders_session ON orders (session, placed_ms)",
    "CREATE TABLE order_lines (
        order_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        product TEXT NOT NULL,
        title TEXT NOT NULL,
        quantity INTEGER NOT NULL CHECK (quantity > 0),
        price_minor BIGINT NOT NULL,
        PRIMARY KEY (order_id, position)
    )",
    "CREATE TABLE payments (
        id TEXT NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        gateway TEXT NOT NULL,
        state TEXT NOT NULL,
        amount_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        captured_minor BIGINT NOT NULL,
        refunded_minor BIGINT NOT NULL,
        checkout TEXT,
        note TEXT,
        created_ms BIGINT NOT NULL,
        changed_ms BIGINT NOT NULL
    )",
    "CREATE TABLE ledger_entries (
        owner TEXT NOT NULL,
        booking BIGINT NOT NULL,
        line INTEGER NOT NULL,
        account TEXT NOT NULL,
        amount_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        at_ms BIGINT NOT NULL,
        memo TEXT NOT NULL,
        PRIMARY KEY (owner, booking, line)
    )",
];
