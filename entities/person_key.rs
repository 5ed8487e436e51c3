//! Each person's own key, sealed under the master key; erasure destroys it. Knows no persons.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

use crate::ids::PersonId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person: i64,
    pub sealed: Vec<u8>,
    pub created_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// # Errors
/// The database's.
pub async fn person_key(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Option<Vec<u8>>, DbErr> {
    Ok(Entity::find_by_id(person.0).one(db).await?.map(|row| row.sealed))
}

/// Every key, for a change of the master key.
///
/// # Errors
/// The database's.
pub async fn person_keys(db: &impl ConnectionTrait) -> Result<Vec<(PersonId, Vec<u8>)>, DbErr> {
    let rows = Entity::find().order_by_asc(Column::Person).all(db).await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.person), row.sealed)).collect())
}

/// Keeps the keys of new persons; where one exists already, that one stays.
///
/// # Errors
/// The database's.
pub async fn keep_person_keys(
    db: &impl ConnectionTrait,
    keys: Vec<(PersonId, Vec<u8>)>,
    now_ms: i64,
) -> Result<(), DbErr> {
    let models = keys.into_iter().map(|(person, sealed)| ActiveModel {
        person: Set(person.0),
        sealed: Set(sealed),
        created_ms: Set(now_ms),
    });
    Entity::insert_many(models)
        .on_conflict_do_nothing_on([Column::Person])
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Replaces a person's sealed key (the same key under a new master key).
///
/// # Errors
/// The database's.
pub async fn rewrap_person_key(
    db: &impl ConnectionTrait,
    person: PersonId,
    sealed: Vec<u8>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Sealed, Expr::value(sealed))
        .filter(Column::Person.eq(person.0))
        .exec(db)
        .await?;
    Ok(())
}
