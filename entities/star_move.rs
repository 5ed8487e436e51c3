//! Telegram's list of a bot's Stars, as it was read. Written by the bot's Stars.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "star_moves")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bot: String,
    /// In Telegram's list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i64,
    pub id: String,
    /// Positive when they came, negative when they went.
    pub stars: i64,
    /// Billionths beyond whole Stars, with the same sign.
    pub nanos: i64,
    pub at_ms: i64,
    pub partner: String,
    pub payload: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One movement of Stars.
pub type StarMoveRow = Model;

/// A bot's movements since then, oldest first.
///
/// # Errors
/// The database's.
pub async fn star_moves(
    db: &impl ConnectionTrait,
    bot: &str,
    since_ms: i64,
) -> Result<Vec<StarMoveRow>, DbErr> {
    Entity::find()
        .filter(Column::Bot.eq(bot))
        .filter(Column::AtMs.gte(since_ms))
        .order_by_asc(Column::Place)
        .all(db)
        .await
}
