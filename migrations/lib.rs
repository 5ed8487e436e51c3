//! Schema history: append-only, one file per subject, explicit statements that never change. Knows no rows.

mod ddl;
mod m20261120_000001_core;
mod m20261120_000002_shop;
mod m20261120_000003_flows;
mod m20261120_000004_catalogue;
mod m20261120_000006_people;

use sea_orm_migration::sea_orm::{DatabaseConnection, DbErr};
use sea_orm_migration::{MigrationStatus, MigrationTrait, MigratorTrait};

pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_core::Migration),
            Box::new(m20261120_000002_shop::Migration),
            Box::new(m20261120_000003_flows::Migration),
            Box::new(m20261120_000004_catalogue::Migration),
            Box::new(m20261120_000006_people::Migration),
        ]
    }
}

/// Brings the schema up to date.
///
/// # Errors
/// The database's; a migration that fails leaves nothing of itself behind.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// Each known migration and whether it is applied, in order.
///
/// # Errors
/// The database's, or when it holds migrations that this program does not know (a newer program made it).
pub async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, DbErr> {
    let all = Migrator::get_migration_with_status(db).await?;
    Ok(all
        .iter()
        .map(|one| (one.name().to_owned(), one.status() == MigrationStatus::Applied))
        .collect())
}
