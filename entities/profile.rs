//! Read model: consent, contact and wishes of customers. Written by sessions.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ConnectionTrait, DbErr};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_profiles")]
pub struct Model {
    /// The session's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub time_zone: Option<String>,
    pub currency: Option<String>,
    /// No reminders, no marketing.
    pub silent: bool,
    /// Minutes of the day, `1320-480`.
    pub quiet: Option<String>,
    /// Which terms they agreed to, and when.
    pub terms_version: Option<String>,
    pub consented_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What else is known of a customer.
pub type ProfileRow = Model;

/// # Errors
/// The database's.
pub async fn profile(
    db: &impl ConnectionTrait,
    session: &str,
) -> Result<Option<ProfileRow>, DbErr> {
    Entity::find_by_id(session).one(db).await
}
