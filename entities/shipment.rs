//! Read model: where an order is sent, and where the parcel is. Personal; written by order actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shipments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// The order's key.
    pub order_id: String,
    /// The customer's session.
    pub session: String,
    /// The delivery method's id.
    pub method: String,
    pub address: String,
    pub phone: String,
    pub tracking: Option<String>,
    pub tracking_url: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where an order goes.
pub type ShipmentRow = Model;

/// # Errors
/// The database's.
pub async fn shipment(
    db: &impl ConnectionTrait,
    order: &str,
) -> Result<Option<ShipmentRow>, DbErr> {
    Entity::find_by_id(order).one(db).await
}
