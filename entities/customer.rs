//! Read model: who the customers are. Written by sessions.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub struct Model {
    /// The session's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session: String,
    pub bot: String,
    pub user_id: i64,
    pub name: String,
    pub language: String,
    /// False once the customer blocked the bot.
    pub reachable: bool,
    /// The payload of the first /start.
    pub came_by: Option<String>,
    pub first_seen_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A customer, as one session knows them.
pub type CustomerRow = Model;

/// # Errors
/// The database's.
pub async fn customer(
    db: &impl ConnectionTrait,
    session: &str,
) -> Result<Option<CustomerRow>, DbErr> {
    Entity::find_by_id(session).one(db).await
}

/// # Errors
/// The database's.
pub async fn customers(db: &impl ConnectionTrait) -> Result<Vec<CustomerRow>, DbErr> {
    Entity::find().order_by_asc(Column::FirstSeenMs).all(db).await
}
