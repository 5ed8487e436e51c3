//! What happened to actors: append-only, sealed. Knows no fact's meaning.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "facts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub name: String,
    pub at_ms: i64,
    /// Whose key seals the body; none: the master key.
    pub person: Option<i64>,
    pub body: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A fact as it is stored.
pub type FactRow = Model;

/// An actor's facts, oldest first.
///
/// # Errors
/// The database's.
pub async fn facts_of(db: &impl ConnectionTrait, owner: &str) -> Result<Vec<FactRow>, DbErr> {
    Entity::find().filter(Column::Owner.eq(owner)).order_by_asc(Column::Seq).all(db).await
}
