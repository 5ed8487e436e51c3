//! The catalogue: what is for sale. Written by the catalogue's import.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Titles by language, JSON.
    pub titles: String,
    /// Descriptions by language, JSON.
    pub descriptions: String,
    pub photo: Option<String>,
    /// The order in which it is shown.
    pub position: i32,
    pub category: Option<String>,
    /// `physical` or `digital`.
    pub kind: String,
    /// Minor units by currency, JSON.
    pub prices: String,
    /// Regions where it is sold, JSON; none: everywhere.
    pub regions: String,
    /// What a digital product is, JSON.
    pub goods: Option<String>,
    /// The merchant sells digital goods otherwise than for Stars, and accepts that Telegram may ban the bot for it.
    pub risk_accepted: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A product for sale.
pub type ProductRow = Model;

/// The catalogue in the order in which it is shown.
///
/// # Errors
/// The database's.
pub(crate) async fn products(db: &impl ConnectionTrait) -> Result<Vec<ProductRow>, DbErr> {
    Entity::find().order_by_asc(Column::Position).order_by_asc(Column::Id).all(db).await
}
