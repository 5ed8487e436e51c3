//! Kinds of one product, for instance its sizes. Written by the catalogue's import.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Titles by language, JSON.
    pub titles: String,
    /// Minor units by currency, JSON; none: the product's own.
    pub prices: String,
    /// The order in which it is shown.
    pub position: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One kind of a product.
pub type VariantRow = Model;

/// # Errors
/// The database's.
pub(crate) async fn variants(db: &impl ConnectionTrait) -> Result<Vec<VariantRow>, DbErr> {
    Entity::find().order_by_asc(Column::Position).order_by_asc(Column::Id).all(db).await
}
