//! Read model: each bot's Stars as they were last looked at. Written by the bots' Stars.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stars")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bot: String,
    /// What moved before is the opening balance.
    pub since_ms: i64,
    /// The sum of the movements that are taken in.
    pub stars: i64,
    /// What Telegram said the bot has.
    pub balance: Option<i64>,
    pub checked_ms: i64,
    /// Why the last look failed.
    pub failed: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A bot's Stars.
pub type StarsRow = Model;

/// # Errors
/// The database's.
pub async fn stars(db: &impl ConnectionTrait) -> Result<Vec<StarsRow>, DbErr> {
    Entity::find().order_by_asc(Column::Bot).all(db).await
}
