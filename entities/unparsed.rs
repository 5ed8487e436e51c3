//! Updates that could not be parsed, kept with the reason. Knows no Bot API.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unparsed_updates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bot: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub update_id: i64,
    pub at_ms: i64,
    pub reason: String,
    /// Sealed under the master key.
    pub body: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An update kept for a person to look at.
pub type UnparsedRow = Model;

/// # Errors
/// The database's.
pub async fn unparsed(db: &impl ConnectionTrait) -> Result<Vec<UnparsedRow>, DbErr> {
    Entity::find().order_by_asc(Column::AtMs).all(db).await
}

/// # Errors
/// The database's.
pub(crate) async fn keep_unparsed(
    db: &impl ConnectionTrait,
    row: UnparsedRow,
) -> Result<(), DbErr> {
    crate::row::upsert::<Entity>(db, vec![row]).await
}

/// What the body is sealed for.
pub fn unparsed_purpose(bot: &str) -> String {
    format!("unparsed {bot}")
}
