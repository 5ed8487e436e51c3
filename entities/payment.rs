//! Read model: payments. Written by payment actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    /// The payment's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The order's key.
    pub order_id: String,
    pub gateway: String,
    pub state: String,
    pub amount_minor: i64,
    pub currency: String,
    pub captured_minor: i64,
    pub refunded_minor: i64,
    /// The gateway's own id.
    pub checkout: Option<String>,
    /// The gateway's id of the money itself, where that is not the checkout's.
    pub charge: Option<String>,
    /// When the gateway is asked next, while an outcome is not known.
    pub next_try_ms: Option<i64>,
    /// The gateway's last words.
    pub note: Option<String>,
    pub created_ms: i64,
    pub changed_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A payment.
pub type PaymentRow = Model;

/// # Errors
/// The database's.
pub async fn payments(db: &impl ConnectionTrait) -> Result<Vec<PaymentRow>, DbErr> {
    Entity::find().order_by_asc(Column::CreatedMs).all(db).await
}

/// # Errors
/// The database's.
pub async fn payment(db: &impl ConnectionTrait, id: &str) -> Result<Option<PaymentRow>, DbErr> {
    Entity::find_by_id(id).one(db).await
}
