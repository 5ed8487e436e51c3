//! Single values about the database itself. Knows none of their meanings.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meta")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub value: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// # Errors
/// The database's.
pub async fn meta(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>, DbErr> {
    Ok(Entity::find_by_id(name).one(db).await?.map(|row| row.value))
}

/// # Errors
/// The database's.
pub async fn set_meta(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<(), DbErr> {
    let row = Model { name: name.to_owned(), value: value.to_owned() };
    crate::row::upsert::<Entity>(db, vec![row]).await
}
