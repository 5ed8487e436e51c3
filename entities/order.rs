//! Read model: orders. Written by order actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// The order's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// What people call it.
    pub number: String,
    /// The customer's session.
    pub session: String,
    pub state: String,
    pub total_minor: i64,
    pub currency: String,
    pub placed_ms: i64,
    pub changed_ms: i64,
    /// Part of the total.
    pub shipping_minor: i64,
    /// Taken off the total.
    pub discount_minor: i64,
    pub promo: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An order's head.
pub type OrderRow = Model;

/// One order by its key.
///
/// # Errors
/// The database's.
pub async fn order(db: &impl ConnectionTrait, id: &str) -> Result<Option<OrderRow>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// # Errors
/// The database's.
pub async fn orders(db: &impl ConnectionTrait) -> Result<Vec<OrderRow>, DbErr> {
    Entity::find().order_by_asc(Column::PlacedMs).all(db).await
}

/// One customer's orders, newest first.
///
/// # Errors
/// The database's.
pub async fn orders_of(db: &impl ConnectionTrait, session: &str) -> Result<Vec<OrderRow>, DbErr> {
    Entity::find().filter(Column::Session.eq(session)).order_by_desc(Column::PlacedMs).all(db).await
}

/// How many orders are in each state: all of them, and those placed since.
///
/// # Errors
/// The database's.
pub async fn count_orders(
    db: &impl ConnectionTrait,
    since_ms: i64,
) -> Result<Vec<(String, i64, i64)>, DbErr> {
    let by_state = || {
        Entity::find()
            .select_only()
            .column(Column::State)
            .column_as(Column::Id.count(), "orders")
            .group_by(Column::State)
            .order_by_asc(Column::State)
    };
    let all: Vec<(String, i64)> = by_state().into_tuple().all(db).await?;
    let recent = by_state().filter(Column::PlacedMs.gte(since_ms));
    let recent: Vec<(String, i64)> = recent.into_tuple().all(db).await?;
    let of = |state: &str| recent.iter().find(|(name, _)| name == state).map_or(0, |(_, n)| *n);
    Ok(all.into_iter().map(|(state, count)| (state.clone(), count, of(&state))).collect())
}
