//! Erasures: who asked, what is done, and what every table keeps of people. Knows no actors.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

use crate::database::{Backend, Database};
use crate::{answer, customer, delivery, fact, held, person_key, profile, shipment, unparsed};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erasures")]
pub struct Model {
    /// The session that owns afterwards what must stay: of nobody.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pseudonym: String,
    /// Whose; forgotten once it is done.
    pub session: Option<String>,
    /// A keyed hash of the person, once it is done: enough to know them again in a restored backup.
    pub person: Option<String>,
    pub due_ms: i64,
    /// When it is tried (again); none: it is done.
    pub next_ms: Option<i64>,
    pub done_ms: Option<i64>,
    /// Nothing of them is left in free pages either.
    pub scrubbed: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An erasure that was asked for.
pub type ErasureRow = Model;

/// Every table, and what erasure does about it. A test holds it against the schema: whoever adds a table says here what
/// it keeps of people.
pub const TABLES: &[(&str, &str)] = &[
    ("account_states", "names the business's own accounts, nobody else"),
    ("accounts", "the business's own logins, nobody else"),
    ("actors", "a session is emptied by its own step; orders and payments get the pseudonym"),
    ("categories", "the merchant's own texts"),
    ("customer_profiles", "deleted"),
    ("customers", "deleted"),
    ("deliveries", "deleted"),
    ("erasures", "the session's key goes when it is done; a keyed hash stays"),
    ("facts", "deleted, and unreadable without the person's key"),
    ("flow_answers", "deleted"),
    ("flow_versions", "the merchant's own texts"),
    ("held_inputs", "deleted"),
    ("ledger_entries", "names payments, nobody else"),
    ("meta", "names no person"),
    ("order_lines", "names products, nobody else"),
    ("orders", "get the pseudonym"),
    ("payments", "names orders, nobody else"),
    ("person_keys", "destroyed"),
    ("products", "the merchant's own texts"),
    ("promo_codes", "counts uses, names nobody else"),
    ("quarantine", "keys of actors and reasons in our own words"),
    ("receipts", "answers with texts are replaced"),
    ("sent_pictures", "names our own pictures"),
    ("seaql_migrations", "the schema's history"),
    ("shipments", "deleted"),
    ("star_differences", "names charges, nobody else"),
    ("star_moves", "names charges and payments, nobody else"),
    ("stars", "counts of a bot, names no person"),
    ("stock", "names products, nobody else"),
    ("subscriptions", "get the pseudonym"),
    ("unparsed_updates", "those that name the person are deleted"),
    ("variants", "the merchant's own texts"),
];

/// Erasures whose time has come.
///
/// # Errors
/// The database's.
pub async fn due_erasures(
    db: &impl ConnectionTrait,
    now_ms: i64,
) -> Result<Vec<ErasureRow>, DbErr> {
    Entity::find().filter(Column::NextMs.lte(now_ms)).order_by_asc(Column::DueMs).all(db).await
}

/// All of them, in the order in which they were due.
///
/// # Errors
/// The database's.
pub async fn erasures(db: &impl ConnectionTrait) -> Result<Vec<ErasureRow>, DbErr> {
    Entity::find().order_by_asc(Column::DueMs).all(db).await
}

/// Keeps erasures: of another database, which this one takes the place of.
///
/// # Errors
/// The database's.
pub async fn keep_erasures(db: &impl ConnectionTrait, rows: Vec<ErasureRow>) -> Result<(), DbErr> {
    crate::row::upsert::<Entity>(db, rows).await
}

/// Every session of a person.
///
/// # Errors
/// The database's.
pub async fn sessions_of(db: &impl ConnectionTrait, person: i64) -> Result<Vec<String>, DbErr> {
    let rows = customer::Entity::find().filter(customer::Column::UserId.eq(person)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.session).collect())
}

/// Deletes what one session and its person have in tables of their own.
pub(crate) async fn erase(
    db: &impl ConnectionTrait,
    session: &str,
    person: i64,
) -> Result<(), DbErr> {
    customer::Entity::delete_by_id(session).exec(db).await?;
    profile::Entity::delete_by_id(session).exec(db).await?;
    shipment::Entity::delete_many().filter(shipment::Column::Session.eq(session)).exec(db).await?;
    answer::Entity::delete_many().filter(answer::Column::Session.eq(session)).exec(db).await?;
    fact::Entity::delete_many().filter(fact::Column::Person.eq(person)).exec(db).await?;
    held::Entity::delete_many().filter(held::Column::Owner.eq(session)).exec(db).await?;
    delivery::Entity::delete_many().filter(delivery::Column::Owner.eq(session)).exec(db).await?;
    person_key::Entity::delete_by_id(person).exec(db).await?;
    Ok(())
}

/// Deletes an update that was kept because nobody understood it.
pub(crate) async fn forget_update(
    db: &impl ConnectionTrait,
    bot: String,
    update_id: i64,
) -> Result<(), DbErr> {
    unparsed::Entity::delete_by_id((bot, update_id)).exec(db).await?;
    Ok(())
}

/// Writes the database anew, so that nothing deleted is left in its free pages. It blocks writers for as long as it
/// takes. `false`: readers were in the way of the last part; try again.
///
/// # Errors
/// The database's.
pub async fn scrub(database: &Database) -> Result<bool, DbErr> {
    let db = &database.write;
    match database.backend {
        Backend::Sqlite => {
            // In memory it would need as much of that as the database is large.
            db.execute_unprepared("PRAGMA temp_store = FILE").await?;
            let vacuumed = db.execute_unprepared("VACUUM").await;
            db.execute_unprepared("PRAGMA temp_store = MEMORY").await?;
            vacuumed?;
            let statement = sea_orm::Statement::from_string(
                sea_orm::DbBackend::Sqlite,
                "PRAGMA wal_checkpoint(TRUNCATE)",
            );
            let row = db.query_one_raw(statement).await?;
            Ok(row.is_some_and(|row| row.try_get_by_index::<i32>(0).is_ok_and(|busy| busy == 0)))
        }
        Backend::Postgres => {
            for (table, _) in TABLES.iter().filter(|(_, how)| holds_people(how)) {
                db.execute_unprepared(&format!("VACUUM (FULL) {table}")).await?;
            }
            Ok(true)
        }
    }
}

/// Whether deleted rows of the table may say something of somebody.
fn holds_people(how: &str) -> bool {
    ["nobody else", "own texts", "own words", "names no person", "history"]
        .iter()
        .all(|words| !how.contains(words))
}

/// Nothing of those that are done is left in free pages.
///
/// # Errors
/// The database's.
pub async fn scrubbed(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Scrubbed, Expr::value(true))
        .filter(Column::DoneMs.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}
