//! The catalogue grows: categories, variants, prices in several currencies, goods that need no parcel; what an order
//! adds to its lines (shipping, discount); promo codes.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261120_000004_catalogue"
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
    "CREATE TABLE categories (
        id TEXT NOT NULL PRIMARY KEY,
        titles TEXT NOT NULL,
        parent TEXT,
        position INTEGER NOT NULL
    )",
    "CREATE TABLE variants (
        product TEXT NOT NULL,
        id TEXT NOT NULL,
        titles TEXT NOT NULL,
        prices TEXT NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (product, id)
    )",
    "ALTER TABLE products ADD COLUMN category TEXT",
    "ALTER TABLE products ADD COLUMN kind TEXT NOT NULL DEFAULT 'physical'",
    "ALTER TABLE products ADD COLUMN prices TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE products ADD COLUMN regions TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE products ADD COLUMN goods TEXT",
    "ALTER TABLE products ADD COLUMN risk_accepted BOOLEAN NOT NULL DEFAULT FALSE",
    "UPDATE products SET prices = '{\"' || currency || '\":' || CAST(price_minor AS TEXT) || '}'",
    "ALTER TABLE products DROP COLUMN price_minor",
    "ALTER TABLE products DROP COLUMN currency",
    "ALTER TABLE orders ADD COLUMN shipping_minor BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE orders ADD COLUMN discount_minor BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE orders ADD COLUMN promo TEXT",
    "ALTER TABLE order_lines ADD COLUMN note TEXT",
    "ALTER TABLE order_lines ADD COLUMN digital BOOLEAN NOT NULL DEFAULT FALSE",
    "CREATE TABLE shipments (
        order_id TEXT NOT NULL PRIMARY KEY,
        session TEXT NOT NULL,
        method TEXT NOT NULL,
        address TEXT NOT NULL,
        phone TEXT NOT NULL,
        tracking TEXT,
        tracking_url TEXT
    )",
    "CREATE INDEX shipments_session ON shipments (session)",
    "CREATE TABLE promo_codes (
        code TEXT NOT NULL PRIMARY KEY,
        terms TEXT NOT NULL,
        held BIGINT NOT NULL,
        used BIGINT NOT NULL,
        changed_ms BIGINT NOT NULL
    )",
];
