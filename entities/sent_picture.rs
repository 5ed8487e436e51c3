//! As which file Telegram knows a picture of ours, per bot. Knows no pictures.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sent_pictures")]
pub struct Model {
    /// A file id is good for the bot that uploaded it, and for no other.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bot: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub picture: String,
    /// Tells the picture that was uploaded from another that has its name now.
    pub stamp: String,
    pub file_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A picture that Telegram has.
pub type SentPictureRow = Model;

/// # Errors
/// The database's.
pub async fn sent_pictures(db: &impl ConnectionTrait) -> Result<Vec<SentPictureRow>, DbErr> {
    Entity::find().all(db).await
}
