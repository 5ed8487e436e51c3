//! Intents whose first attempt failed: attempts, next try, reason. Knows no intents' content.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, IntoActiveModel, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i16,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub owner: String,
    /// What it is and where to, for people; no content.
    pub what: String,
    pub attempts: i32,
    pub next_try_ms: i64,
    pub reason: String,
    /// Given up: a person owns it.
    pub stuck: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An intent that did not succeed at once.
pub type DeliveryRow = Model;

/// # Errors
/// The database's.
pub async fn deliveries(db: &impl ConnectionTrait) -> Result<Vec<DeliveryRow>, DbErr> {
    Entity::find().order_by_asc(Column::Part).order_by_asc(Column::Number).all(db).await
}

/// Those that a person owns.
///
/// # Errors
/// The database's.
pub async fn stuck(db: &impl ConnectionTrait) -> Result<Vec<DeliveryRow>, DbErr> {
    Entity::find().filter(Column::Stuck.eq(true)).order_by_asc(Column::NextTryMs).all(db).await
}

/// A stuck intent is tried again at the next start, from the first attempt; says whether there was one. Only while no
/// server runs.
///
/// # Errors
/// The database's.
pub async fn unstick(db: &impl ConnectionTrait, id: (i16, i64)) -> Result<bool, DbErr> {
    let (part, number) = id;
    let changed = Entity::update_many()
        .col_expr(Column::Stuck, Expr::value(false))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::NextTryMs, Expr::value(0_i64))
        .filter(Column::Part.eq(part))
        .filter(Column::Number.eq(number))
        .filter(Column::Stuck.eq(true))
        .exec(db)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Writes what only waits for its turn; a row that says more of the same intent stays as it is.
///
/// # Errors
/// The database's.
pub(crate) async fn write_waiting(
    db: &impl ConnectionTrait,
    waiting: Vec<DeliveryRow>,
) -> Result<(), DbErr> {
    if waiting.is_empty() {
        return Ok(());
    }
    let known = OnConflict::columns([Column::Part, Column::Number]).do_nothing().to_owned();
    Entity::insert_many(waiting.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(known)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Writes what failed and removes what is done.
///
/// # Errors
/// The database's.
pub(crate) async fn write_deliveries(
    db: &impl ConnectionTrait,
    failed: Vec<DeliveryRow>,
    done: Vec<(i16, i64)>,
) -> Result<(), DbErr> {
    crate::row::upsert::<Entity>(db, failed).await?;
    for id in done {
        Entity::delete_by_id(id).exec(db).await?;
    }
    Ok(())
}
