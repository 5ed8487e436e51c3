//! Read model: how much there is. Written by the stock actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product: String,
    /// In the shelf, reserved pieces included.
    pub on_hand: i64,
    pub reserved: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How much there is of a product.
pub type StockRow = Model;

/// # Errors
/// The database's.
pub async fn stock(db: &impl ConnectionTrait) -> Result<Vec<StockRow>, DbErr> {
    Entity::find().order_by_asc(Column::Product).all(db).await
}
