//! Receipts that did not fit into an actor's row, many to a row. Knows no inputs.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When all of them may be forgotten; none: never.
    pub keep_until_ms: Option<i64>,
    pub body: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A bundle of receipts.
pub type SpilledReceipts = Model;

/// # Errors
/// The database's.
pub async fn spilled_receipts_of(
    db: &impl ConnectionTrait,
    owners: &[String],
) -> Result<Vec<SpilledReceipts>, DbErr> {
    Entity::find()
        .filter(Column::Owner.is_in(owners.iter().map(String::as_str)))
        .order_by_asc(Column::Seq)
        .all(db)
        .await
}
