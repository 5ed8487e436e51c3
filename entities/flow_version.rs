//! Every version of a flow that a conversation may still run. Written at start.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flow_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: String,
    pub source: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A flow's source at one version.
pub type FlowVersionRow = Model;

/// # Errors
/// The database's.
pub async fn flow_versions(db: &impl ConnectionTrait) -> Result<Vec<FlowVersionRow>, DbErr> {
    Entity::find().all(db).await
}

/// # Errors
/// The database's.
pub async fn keep_flow_versions(
    db: &impl ConnectionTrait,
    rows: Vec<FlowVersionRow>,
) -> Result<(), DbErr> {
    crate::row::upsert::<Entity>(db, rows).await
}
