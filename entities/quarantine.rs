//! Keys that failed too often and wait for a person. Knows no actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quarantine")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    pub since_ms: i64,
    pub failures: i32,
    pub reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A key out of service.
pub type QuarantineRow = Model;

/// # Errors
/// The database's.
pub async fn quarantined(db: &impl ConnectionTrait) -> Result<Vec<QuarantineRow>, DbErr> {
    Entity::find().order_by_asc(Column::SinceMs).all(db).await
}

/// Puts a key back into service; says whether it was out of it. Only while no server runs.
///
/// # Errors
/// The database's.
pub async fn release(db: &impl ConnectionTrait, owner: &str) -> Result<bool, DbErr> {
    Ok(Entity::delete_by_id(owner).exec(db).await?.rows_affected > 0)
}
