//! Read model: who the customers are. Written by sessions.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

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

/// How many customers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomersCount {
    pub all: i64,
    /// Seen for the first time since.
    pub recent: i64,
    pub reachable: i64,
}

/// # Errors
/// The database's.
pub async fn count_customers(
    db: &impl ConnectionTrait,
    since_ms: i64,
) -> Result<CustomersCount, DbErr> {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let recent = Entity::find().filter(Column::FirstSeenMs.gte(since_ms)).count(db).await?;
    let reachable = Entity::find().filter(Column::Reachable.eq(true)).count(db).await?;
    let all = Entity::find().count(db).await?;
    Ok(CustomersCount { all: whole(all), recent: whole(recent), reachable: whole(reachable) })
}

/// By which links customers came, and how many by each.
///
/// # Errors
/// The database's.
pub async fn count_origins(db: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::CameBy)
        .column_as(Column::Session.count(), "customers")
        .filter(Column::CameBy.is_not_null())
        .group_by(Column::CameBy)
        .into_tuple()
        .all(db)
        .await
}
