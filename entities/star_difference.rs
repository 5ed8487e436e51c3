//! Where Telegram's list of Stars and our books did not agree. Written by the bots' Stars.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "star_differences")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bot: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// `missed`, `unclaimed`, `unexplained`, `balance`.
    pub what: String,
    /// The charge, where there is one.
    pub name: String,
    pub stars: i64,
    pub at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One difference.
pub type StarDifferenceRow = Model;

/// A bot's differences, oldest first.
///
/// # Errors
/// The database's.
pub async fn star_differences(
    db: &impl ConnectionTrait,
    bot: &str,
) -> Result<Vec<StarDifferenceRow>, DbErr> {
    Entity::find().filter(Column::Bot.eq(bot)).order_by_asc(Column::Number).all(db).await
}
