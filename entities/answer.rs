//! What customers answered in flows. Written by sessions.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flow_answers")]
pub struct Model {
    /// The session's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session: String,
    /// Which of the session's finished runs, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run: i64,
    pub started_ms: i64,
    pub flow: String,
    pub version: String,
    pub finished_ms: i64,
    /// Answers by name, JSON.
    pub answers: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The answers of one finished run of a flow.
pub type AnswerRow = Model;

/// All answers, or those of one flow, in order of completion.
///
/// # Errors
/// The database's.
pub async fn answers(
    db: &impl ConnectionTrait,
    flow: Option<&str>,
) -> Result<Vec<AnswerRow>, DbErr> {
    let mut found = Entity::find().order_by_asc(Column::FinishedMs);
    if let Some(flow) = flow {
        found = found.filter(Column::Flow.eq(flow));
    }
    found.all(db).await
}

/// One customer's answers, in order of completion.
///
/// # Errors
/// The database's.
pub async fn answers_of(db: &impl ConnectionTrait, session: &str) -> Result<Vec<AnswerRow>, DbErr> {
    let found = Entity::find().filter(Column::Session.eq(session));
    found.order_by_asc(Column::FinishedMs).all(db).await
}
