//! The business's own MTProto accounts: where each stands, since when and why, and its sealed session. Knows no MTProto.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    /// Telegram's user id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    pub name: String,
    pub state: String,
    pub reason: Option<String>,
    pub since_ms: i64,
    pub added_ms: i64,
    /// Sealed under the master key.
    pub session: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One account.
pub type AccountRow = Model;

/// All accounts, the oldest first.
///
/// # Errors
/// The database's.
pub async fn accounts(db: &impl ConnectionTrait) -> Result<Vec<AccountRow>, DbErr> {
    Entity::find().order_by_asc(Column::AddedMs).order_by_asc(Column::UserId).all(db).await
}

/// # Errors
/// The database's.
pub async fn account(db: &impl ConnectionTrait, user_id: i64) -> Result<Option<AccountRow>, DbErr> {
    Entity::find_by_id(user_id).one(db).await
}

/// Keeps a new account, or an old one with a new session.
///
/// # Errors
/// The database's.
pub async fn keep_account(db: &impl ConnectionTrait, row: AccountRow) -> Result<(), DbErr> {
    crate::row::upsert::<Entity>(db, vec![row]).await
}

/// Keeps what an account's session has become; whether the account is there.
///
/// # Errors
/// The database's.
pub async fn keep_session(
    db: &impl ConnectionTrait,
    user_id: i64,
    session: Vec<u8>,
) -> Result<bool, DbErr> {
    let changed = Entity::update_many()
        .col_expr(Column::Session, Expr::value(session))
        .filter(Column::UserId.eq(user_id))
        .exec(db)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Moves an account to a state; whether it is there.
///
/// # Errors
/// The database's.
pub async fn move_account(
    db: &impl ConnectionTrait,
    user_id: i64,
    state: &str,
    reason: Option<&str>,
    at_ms: i64,
) -> Result<bool, DbErr> {
    let changed = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Reason, Expr::value(reason))
        .col_expr(Column::SinceMs, Expr::value(at_ms))
        .filter(Column::UserId.eq(user_id))
        .exec(db)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Forgets an account with its session; whether it was there.
///
/// # Errors
/// The database's.
pub async fn remove_account(db: &impl ConnectionTrait, user_id: i64) -> Result<bool, DbErr> {
    let gone = Entity::delete_many().filter(Column::UserId.eq(user_id)).exec(db).await?;
    Ok(gone.rows_affected > 0)
}
