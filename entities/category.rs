//! Where products stand in the catalogue. Written by the catalogue's import.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "categories")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Titles by language, JSON.
    pub titles: String,
    pub parent: Option<String>,
    /// The order in which it is shown.
    pub position: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A category of the catalogue.
pub type CategoryRow = Model;

/// # Errors
/// The database's.
pub(crate) async fn categories(db: &impl ConnectionTrait) -> Result<Vec<CategoryRow>, DbErr> {
    Entity::find().order_by_asc(Column::Position).order_by_asc(Column::Id).all(db).await
}
