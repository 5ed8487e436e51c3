//! Schema history: append-only, one file per subject, explicit statements that never change. Knows no rows.

mod ddl;
mod m20261120_000001_core;
mod m20261120_000002_shop;
mod m20261120_000003_flows;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_core::Migration),
            Box::new(m20261120_000002_shop::Migration),
            Box::new(m20261120_000003_flows::Migration),
        ]
    }
}
