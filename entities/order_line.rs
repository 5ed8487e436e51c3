//! Read model: what an order is of. Written by order actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub product: String,
    pub title: String,
    pub quantity: i32,
    pub price_minor: i64,
    /// What the customer wants it to be like.
    pub note: Option<String>,
    pub digital: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One line of an order.
pub type OrderLineRow = Model;

/// # Errors
/// The database's.
pub async fn order_lines(
    db: &impl ConnectionTrait,
    order: &str,
) -> Result<Vec<OrderLineRow>, DbErr> {
    Entity::find().filter(Column::OrderId.eq(order)).order_by_asc(Column::Position).all(db).await
}
