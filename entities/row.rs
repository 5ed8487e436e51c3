//! Typed writes to tables other than the actors' own row; a step's rows are written in its transaction. Knows no decisions.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, Iden, IntoActiveModel, Iterable,
    ModelTrait, PrimaryKeyToColumn,
};

use crate::{
    answer, customer, erasure, fact, held, ledger, order, order_line, payment, profile, promo,
    quarantine, receipt, sent_picture, shipment, star_difference, star_move, stars, stock,
    subscription,
};

/// One write that belongs to a step. Each table has one kind of actor that writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Fact(fact::Model),
    Spill(receipt::Model),
    Customer(customer::Model),
    Profile(profile::Model),
    Stock(stock::Model),
    Promo(promo::Model),
    Order(order::Model),
    OrderLine(order_line::Model),
    Shipment(shipment::Model),
    Payment(payment::Model),
    Ledger(ledger::Model),
    Subscription(subscription::Model),
    Stars(stars::Model),
    StarMove(star_move::Model),
    StarDifference(star_difference::Model),
    Answer(answer::Model),
    SentPicture(sent_picture::Model),
    /// A held input was replayed.
    Unhold {
        owner: String,
        seq: i64,
    },
    Erasure(erasure::Model),
    /// Nothing of the session or its person is left in tables of their own, and what their key sealed is unreadable.
    PersonErased {
        session: String,
        person: i64,
    },
    /// A kept update that nobody understood.
    UnparsedForgotten {
        bot: String,
        update_id: i64,
    },
    Quarantined(quarantine::Model),
    Released {
        owner: String,
    },
}

/// Writes rows in their order, adjoining ones of one table together. Rows are upserts by primary key, so that a step
/// tried again after an unknown outcome does no harm.
///
/// # Errors
/// The database's; the caller's transaction is then void.
pub(crate) async fn write_rows(db: &impl ConnectionTrait, rows: Vec<Row>) -> Result<(), DbErr> {
    let mut batch = Batch::default();
    for row in rows {
        if let Some(row) = batch.take(row) {
            batch.flush(db).await?;
            delete(db, row).await?;
        }
    }
    batch.flush(db).await
}

/// Rows gathered by table, until one that deletes asks for order.
#[derive(Default)]
struct Batch {
    facts: Vec<fact::Model>,
    spills: Vec<receipt::Model>,
    customers: Vec<customer::Model>,
    profiles: Vec<profile::Model>,
    stock: Vec<stock::Model>,
    promos: Vec<promo::Model>,
    orders: Vec<order::Model>,
    lines: Vec<order_line::Model>,
    shipments: Vec<shipment::Model>,
    payments: Vec<payment::Model>,
    ledger: Vec<ledger::Model>,
    subscriptions: Vec<subscription::Model>,
    stars: Vec<stars::Model>,
    star_moves: Vec<star_move::Model>,
    star_differences: Vec<star_difference::Model>,
    answers: Vec<answer::Model>,
    quarantine: Vec<quarantine::Model>,
    erasures: Vec<erasure::Model>,
    pictures: Vec<sent_picture::Model>,
}

impl Batch {
    /// Keeps an upsert; gives a deletion back.
    fn take(&mut self, row: Row) -> Option<Row> {
        match row {
            Row::Fact(model) => self.facts.push(model),
            Row::Spill(model) => self.spills.push(model),
            Row::Customer(model) => self.customers.push(model),
            Row::Profile(model) => self.profiles.push(model),
            Row::Stock(model) => self.stock.push(model),
            Row::Promo(model) => self.promos.push(model),
            Row::Order(model) => self.orders.push(model),
            Row::OrderLine(model) => self.lines.push(model),
            Row::Shipment(model) => self.shipments.push(model),
            Row::Payment(model) => self.payments.push(model),
            Row::Ledger(model) => self.ledger.push(model),
            Row::Subscription(model) => self.subscriptions.push(model),
            Row::Stars(model) => self.stars.push(model),
            Row::StarMove(model) => self.star_moves.push(model),
            Row::StarDifference(model) => self.star_differences.push(model),
            Row::Answer(model) => self.answers.push(model),
            Row::Quarantined(model) => self.quarantine.push(model),
            Row::Erasure(model) => self.erasures.push(model),
            Row::SentPicture(model) => self.pictures.push(model),
            deletion => return Some(deletion),
        }
        None
    }

    async fn flush(&mut self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        use std::mem::take;
        upsert::<fact::Entity>(db, take(&mut self.facts)).await?;
        upsert::<receipt::Entity>(db, take(&mut self.spills)).await?;
        upsert::<customer::Entity>(db, take(&mut self.customers)).await?;
        upsert::<profile::Entity>(db, take(&mut self.profiles)).await?;
        upsert::<stock::Entity>(db, take(&mut self.stock)).await?;
        upsert::<promo::Entity>(db, take(&mut self.promos)).await?;
        upsert::<order::Entity>(db, take(&mut self.orders)).await?;
        upsert::<order_line::Entity>(db, take(&mut self.lines)).await?;
        upsert::<shipment::Entity>(db, take(&mut self.shipments)).await?;
        upsert::<payment::Entity>(db, take(&mut self.payments)).await?;
        upsert::<ledger::Entity>(db, take(&mut self.ledger)).await?;
        upsert::<subscription::Entity>(db, take(&mut self.subscriptions)).await?;
        upsert::<stars::Entity>(db, take(&mut self.stars)).await?;
        upsert::<star_move::Entity>(db, take(&mut self.star_moves)).await?;
        upsert::<star_difference::Entity>(db, take(&mut self.star_differences)).await?;
        upsert::<answer::Entity>(db, take(&mut self.answers)).await?;
        upsert::<erasure::Entity>(db, take(&mut self.erasures)).await?;
        upsert::<quarantine::Entity>(db, take(&mut self.quarantine)).await?;
        upsert::<sent_picture::Entity>(db, take(&mut self.pictures)).await
    }
}

async fn delete(db: &impl ConnectionTrait, row: Row) -> Result<(), DbErr> {
    match row {
        Row::Unhold { owner, seq } => held::Entity::delete_by_id((owner, seq)).exec(db).await?,
        Row::PersonErased { session, person } => {
            return erasure::erase(db, &session, person).await;
        }
        Row::UnparsedForgotten { bot, update_id } => {
            return erasure::forget_update(db, bot, update_id).await;
        }
        Row::Released { owner } => quarantine::Entity::delete_by_id(owner).exec(db).await?,
        _ => unreachable!("upserts are gathered by Batch::take"),
    };
    Ok(())
}

/// Inserts or replaces by primary key. Later models of the same key win.
pub(crate) async fn upsert<E>(
    db: &impl ConnectionTrait,
    models: Vec<<E as EntityTrait>::Model>,
) -> Result<(), DbErr>
where
    E: EntityTrait,
    <E as EntityTrait>::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    if models.is_empty() {
        return Ok(());
    }
    // One statement must not name the same key twice (PostgreSQL refuses it).
    let mut unique: Vec<<E as EntityTrait>::Model> = Vec::with_capacity(models.len());
    let mut places = std::collections::HashMap::new();
    for model in models {
        let key = format!("{:?}", model.get_primary_key_value());
        match places.entry(key) {
            std::collections::hash_map::Entry::Occupied(place) => unique[*place.get()] = model,
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(unique.len());
                unique.push(model);
            }
        }
    }
    let keys: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let is_key = |column: &E::Column| keys.iter().any(|key| key.to_string() == column.to_string());
    let others: Vec<E::Column> = E::Column::iter().filter(|column| !is_key(column)).collect();
    let conflict = OnConflict::columns(keys.iter().copied()).update_columns(others).to_owned();
    E::insert_many(unique.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(conflict)
        .exec_without_returning(db)
        .await?;
    Ok(())
}
