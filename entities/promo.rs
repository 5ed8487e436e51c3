//! Read model: promo codes and how often they were used. Written by promo actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promo_codes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// What it gives and to whom, JSON.
    pub terms: String,
    /// By orders that are not paid yet.
    pub held: i64,
    pub used: i64,
    pub changed_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A promo code.
pub type PromoRow = Model;

/// # Errors
/// The database's.
pub async fn promos(db: &impl ConnectionTrait) -> Result<Vec<PromoRow>, DbErr> {
    Entity::find().order_by_asc(Column::Code).all(db).await
}
