//! Schema history: append-only, one file per subject, explicit statements that never change. Knows no rows.

mod ddl;
mod m20261120_000001_core;
mod m20261120_000002_shop;
mod m20261120_000003_flows;
mod m20261120_000004_catalogue;
mod m20261120_000005_stars;
mod m20261120_000006_people;
mod m20261120_000008_upkeep;
mod m20261120_000010_accounts;

use sea_orm_migration::sea_orm::{ActiveValue::Set, DatabaseConnection, DbErr, EntityTrait};
use sea_orm_migration::{MigrationStatus, MigrationTrait, MigratorTrait, seaql_migrations};

pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_core::Migration),
            Box::new(m20261120_000002_shop::Migration),
            Box::new(m20261120_000003_flows::Migration),
            Box::new(m20261120_000004_catalogue::Migration),
            Box::new(m20261120_000005_stars::Migration),
            Box::new(m20261120_000006_people::Migration),
            Box::new(m20261120_000008_upkeep::Migration),
            Box::new(m20261120_000010_accounts::Migration),
        ]
    }
}

/// Why the schema is not brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error(
        "the database was written by a newer Kontor (it has {0}, which this one does not know)\n  hint: start that version again, or restore a backup from before it"
    )]
    Newer(String),
    #[error("{0}")]
    Database(#[from] DbErr),
}

/// Brings the schema up to date.
///
/// # Errors
/// When a newer program wrote the database; or the database's: a migration that fails leaves nothing of itself behind.
pub async fn up(db: &DatabaseConnection) -> Result<(), SchemaError> {
    refuse_newer(db).await?;
    Ok(Migrator::up(db, None).await?)
}

/// Applies the first `steps` migrations only, as a program of that time did. For tests of upgrades.
///
/// # Errors
/// As `up`.
pub async fn up_by(db: &DatabaseConnection, steps: u32) -> Result<(), SchemaError> {
    refuse_newer(db).await?;
    Ok(Migrator::up(db, Some(steps)).await?)
}

/// Each known migration and whether it is applied, in order.
///
/// # Errors
/// The database's, or when a newer program wrote it.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, SchemaError> {
    refuse_newer(db).await?;
    let all = Migrator::get_migration_with_status(db).await?;
    Ok(all
        .iter()
        .map(|one| (one.name().to_owned(), one.status() == MigrationStatus::Applied))
        .collect())
}

/// Records a migration of a time to come. For tests of downgrades.
///
/// # Errors
/// The database's.
pub async fn pretend(db: &DatabaseConnection, name: &str) -> Result<(), DbErr> {
    Migrator::install(db).await?;
    let row = seaql_migrations::ActiveModel { version: Set(name.to_owned()), applied_at: Set(0) };
    seaql_migrations::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

async fn refuse_newer(db: &DatabaseConnection) -> Result<(), SchemaError> {
    // It makes the table of what was applied, so that a new database can be asked, too.
    Migrator::install(db).await?;
    let known: Vec<String> =
        Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    let applied = Migrator::get_migration_models(db).await?;
    let newer = applied.into_iter().find(|one| !known.contains(&one.version));
    match newer {
        Some(newer) => Err(SchemaError::Newer(newer.version)),
        None => Ok(()),
    }
}
