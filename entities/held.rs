//! Inputs of a key that cannot take them now, in order. Knows no inputs' meaning.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "held_inputs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub external: String,
    pub at_ms: i64,
    /// The sealed message.
    pub body: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An input that waits.
pub type HeldRow = Model;

/// The held inputs of some actors, oldest first.
///
/// # Errors
/// The database's.
pub async fn held_of_many(
    db: &impl ConnectionTrait,
    owners: &[String],
) -> Result<Vec<HeldRow>, DbErr> {
    Entity::find()
        .filter(Column::Owner.is_in(owners.iter().map(String::as_str)))
        .order_by_asc(Column::Seq)
        .all(db)
        .await
}

/// Who has held inputs, and how many.
///
/// # Errors
/// The database's.
pub async fn held_keys(db: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::Owner)
        .column_as(Column::Seq.count(), "inputs")
        .group_by(Column::Owner)
        .into_tuple()
        .all(db)
        .await
}

/// The highest sequence number among all held inputs.
///
/// # Errors
/// The database's.
pub async fn last_held(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let last = Entity::find().order_by_desc(Column::Seq).one(db).await?;
    Ok(last.map_or(0, |row| row.seq))
}

/// Keeps an input unless the same one is held already.
///
/// # Errors
/// The database's.
pub(crate) async fn hold(db: &impl ConnectionTrait, row: HeldRow) -> Result<(), DbErr> {
    let again = Entity::find()
        .filter(Column::Owner.eq(&row.owner))
        .filter(Column::External.eq(&row.external))
        .one(db)
        .await?;
    if again.is_none() {
        crate::row::upsert::<Entity>(db, vec![row]).await?;
    }
    Ok(())
}

/// Throws the held inputs of an actor away; says how many there were. Only while no server runs.
///
/// # Errors
/// The database's.
pub async fn drop_held(db: &impl ConnectionTrait, owner: &str) -> Result<u64, DbErr> {
    let gone = Entity::delete_many().filter(Column::Owner.eq(owner)).exec(db).await?;
    Ok(gone.rows_affected)
}
