//! Everything that is kept about one person, gathered for them to read. Knows no pages and no chat.

use anyhow::Context;
use entities::{
    Currency, CustomerRow, Database, Key, Kind, MasterKey, Money, PersonId, ProfileRow,
};
use serde::Serialize;
use serde_json::Value;

use crate::clock::{Clock, from_ms};
use crate::eraser::names_person;
use crate::person_keys::PersonKeys;

/// Reads what is kept. Cheap to clone.
#[derive(Clone)]
pub struct Dossiers {
    database: Database,
    keys: PersonKeys,
    clock: Clock,
}

/// All of it.
#[derive(Debug, Serialize)]
pub struct Dossier {
    /// When it was gathered, UTC.
    pub made_at: String,
    pub telegram_id: i64,
    /// One per bot of the business that they have spoken to.
    pub conversations: Vec<Conversation>,
    /// Updates of theirs that nobody could read, as they came.
    pub updates_not_understood: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Conversation {
    pub bot: String,
    pub name: Option<String>,
    pub language: Option<String>,
    pub came_by: Option<String>,
    pub first_seen: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub time_zone: Option<String>,
    pub currency: Option<String>,
    pub reminders: bool,
    pub quiet_hours: Option<String>,
    pub terms_version: Option<String>,
    pub terms_agreed_at: Option<String>,
    pub questionnaires: Vec<Questionnaire>,
    pub orders: Vec<Order>,
    pub history: Vec<Event>,
    /// The conversation as the bot remembers it.
    pub memory: Value,
}

#[derive(Debug, Serialize)]
pub struct Questionnaire {
    pub name: String,
    pub finished_at: String,
    pub answers: Value,
}

#[derive(Debug, Serialize)]
pub struct Order {
    pub number: String,
    pub state: String,
    pub placed_at: String,
    pub total: String,
    pub lines: Vec<Line>,
    pub payment: Option<Payment>,
    /// Where it goes.
    pub address: Option<String>,
    pub phone: Option<String>,
    /// The order as the shop remembers it.
    pub memory: Value,
}

#[derive(Debug, Serialize)]
pub struct Line {
    pub title: String,
    pub quantity: i64,
    pub price: String,
}

#[derive(Debug, Serialize)]
pub struct Payment {
    pub state: String,
    pub gateway: String,
    pub amount: String,
    pub captured: String,
    pub refunded: String,
}

#[derive(Debug, Serialize)]
pub struct Event {
    pub at: String,
    pub what: String,
    pub details: Value,
}

impl Dossiers {
    pub fn new(database: Database, master: MasterKey, clock: Clock) -> Self {
        let keys = PersonKeys::new(database.clone(), master, clock.clone());
        Self { database, keys, clock }
    }

    /// Gathers it.
    ///
    /// # Errors
    /// A fault of the database, or rows that cannot be decoded.
    pub async fn of(&self, person: PersonId) -> anyhow::Result<Dossier> {
        let mut conversations = Vec::new();
        let sessions = entities::sessions_of(&self.database.read, person.0).await;
        for session in sessions.context("find the conversations")? {
            conversations.push(self.conversation(&session, person).await?);
        }
        Ok(Dossier {
            made_at: instant(self.clock.now_ms()),
            telegram_id: person.0,
            conversations,
            updates_not_understood: self.updates(person).await?,
        })
    }

    async fn conversation(&self, session: &str, person: PersonId) -> anyhow::Result<Conversation> {
        let db = &self.database.read;
        let customer: Option<CustomerRow> = entities::customer(db, session).await?;
        let profile: Option<ProfileRow> = entities::profile(db, session).await?;
        let answers = entities::answers_of(db, session).await?;
        let questionnaires = answers.into_iter().map(|row| Questionnaire {
            name: row.flow,
            finished_at: instant(row.finished_ms),
            answers: serde_json::from_str(&row.answers).unwrap_or(Value::String(row.answers)),
        });
        let mut orders = Vec::new();
        for order in entities::orders_of(db, session).await? {
            orders.push(self.order(order).await?);
        }
        let (bot, _) = Key::parse(session)?.bot_and_number().context("a session's key")?;
        let of = |take: fn(&ProfileRow) -> Option<String>| profile.as_ref().and_then(take);
        Ok(Conversation {
            bot: bot.to_string(),
            name: customer.as_ref().map(|row| row.name.clone()),
            language: customer.as_ref().map(|row| row.language.clone()),
            came_by: customer.as_ref().and_then(|row| row.came_by.clone()),
            first_seen: customer.as_ref().map(|row| instant(row.first_seen_ms)),
            phone: of(|row| row.phone.clone()),
            email: of(|row| row.email.clone()),
            time_zone: of(|row| row.time_zone.clone()),
            currency: of(|row| row.currency.clone()),
            reminders: profile.as_ref().is_none_or(|row| !row.silent),
            quiet_hours: of(|row| row.quiet.clone()),
            terms_version: of(|row| row.terms_version.clone()),
            terms_agreed_at: of(|row| row.consented_ms.map(instant)),
            questionnaires: questionnaires.collect(),
            orders,
            history: self.history(session, person).await?,
            memory: self.memory(session).await?,
        })
    }

    async fn order(&self, row: entities::OrderRow) -> anyhow::Result<Order> {
        let db = &self.database.read;
        let lines = entities::order_lines(db, &row.id).await?;
        let key = Key::parse(&row.id)?;
        let payment = entities::payment(db, Key::new(Kind::Payment, key.id()).as_str()).await?;
        let shipment = entities::shipment(db, &row.id).await?;
        Ok(Order {
            address: shipment.as_ref().map(|shipment| shipment.address.clone()),
            phone: shipment.map(|shipment| shipment.phone),
            number: row.number,
            state: row.state,
            placed_at: instant(row.placed_ms),
            total: amount(row.total_minor, &row.currency),
            lines: lines
                .into_iter()
                .map(|line| Line {
                    title: line.title,
                    quantity: i64::from(line.quantity),
                    price: amount(line.price_minor, &row.currency),
                })
                .collect(),
            payment: payment.map(|payment| Payment {
                state: payment.state,
                gateway: payment.gateway,
                amount: amount(payment.amount_minor, &payment.currency),
                captured: amount(payment.captured_minor, &payment.currency),
                refunded: amount(payment.refunded_minor, &payment.currency),
            }),
            memory: self.memory(&row.id).await?,
        })
    }

    /// The state of an actor.
    async fn memory(&self, key: &str) -> anyhow::Result<Value> {
        let backend = self.database.backend;
        let row = entities::load(&self.database.read, backend, key).await?;
        let Some(row) = row else {
            return Ok(Value::Null);
        };
        let mut body: Value = serde_json::from_slice(&row.body).context("decode an actor")?;
        Ok(body["s"].take())
    }

    async fn history(&self, session: &str, person: PersonId) -> anyhow::Result<Vec<Event>> {
        let facts = entities::facts_of(&self.database.read, session).await?;
        let own = self.keys.get(person).await?;
        let mut events = Vec::with_capacity(facts.len());
        for fact in facts {
            let key = if fact.person.is_some() { own.as_ref() } else { Some(self.keys.master()) };
            // What was sealed for somebody who was erased says nothing to anybody.
            let opened = key.and_then(|key| key.open(&fact.body, &format!("fact {session}")).ok());
            let Some(body) = opened else {
                continue;
            };
            events.push(Event {
                at: instant(fact.at_ms),
                what: fact.name,
                details: serde_json::from_slice(&body).context("decode a fact")?,
            });
        }
        Ok(events)
    }

    async fn updates(&self, person: PersonId) -> anyhow::Result<Vec<String>> {
        let kept = entities::unparsed(&self.database.read).await.context("read kept updates")?;
        let opened = kept.into_iter().filter_map(|update| {
            let purpose = entities::unparsed_purpose(&update.bot);
            self.keys.master().open(&update.body, &purpose).ok()
        });
        let theirs = opened.filter(|body| names_person(body, person.0));
        Ok(theirs.map(|body| String::from_utf8_lossy(&body).into_owned()).collect())
    }
}

fn instant(at_ms: i64) -> String {
    let format = time::format_description::well_known::Rfc3339;
    from_ms(at_ms).format(&format).unwrap_or_default()
}

fn amount(minor: i64, currency: &str) -> String {
    match Currency::parse(currency) {
        Ok(currency) => format!("{} {currency}", Money::new(minor, currency).decimal()),
        Err(_) => format!("{minor} {currency} (minor units)"),
    }
}
