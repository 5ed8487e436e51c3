//! The states that accounts went through, in order. Knows no MTProto.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_states")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at_ms: i64,
    pub state: String,
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One state of an account.
pub type AccountStateRow = Model;

/// The states of an account, the oldest first.
///
/// # Errors
/// The database's.
pub async fn account_states(
    db: &impl ConnectionTrait,
    user_id: i64,
) -> Result<Vec<AccountStateRow>, DbErr> {
    Entity::find().filter(Column::UserId.eq(user_id)).order_by_asc(Column::Seq).all(db).await
}

/// Writes the next state down.
///
/// # Errors
/// The database's.
pub async fn add_account_state(
    db: &impl ConnectionTrait,
    user_id: i64,
    state: &str,
    reason: Option<&str>,
    at_ms: i64,
) -> Result<(), DbErr> {
    let mine = Entity::find().filter(Column::UserId.eq(user_id));
    let last = mine.order_by_desc(Column::Seq).one(db).await?;
    let row = Model {
        user_id,
        seq: last.map_or(1, |last| last.seq + 1),
        at_ms,
        state: state.to_owned(),
        reason: reason.map(str::to_owned),
    };
    crate::row::upsert::<Entity>(db, vec![row]).await
}
