//! Read model: subscriptions. Written by subscription actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    /// The subscription's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose it is.
    pub session: String,
    pub plan: String,
    pub state: String,
    pub amount_minor: i64,
    pub currency: String,
    /// Paid until then; 0: never paid.
    pub until_ms: i64,
    /// The newest payment.
    pub charge: Option<String>,
    /// Telegram's last words.
    pub note: Option<String>,
    pub changed_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A subscription.
pub type SubscriptionRow = Model;

/// # Errors
/// The database's.
pub async fn subscriptions(db: &impl ConnectionTrait) -> Result<Vec<SubscriptionRow>, DbErr> {
    Entity::find().order_by_asc(Column::Id).all(db).await
}

/// # Errors
/// The database's.
pub async fn subscription(
    db: &impl ConnectionTrait,
    id: &str,
) -> Result<Option<SubscriptionRow>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// A customer's.
///
/// # Errors
/// The database's.
pub async fn subscriptions_of(
    db: &impl ConnectionTrait,
    session: &str,
) -> Result<Vec<SubscriptionRow>, DbErr> {
    Entity::find().filter(Column::Session.eq(session)).order_by_asc(Column::Id).all(db).await
}
