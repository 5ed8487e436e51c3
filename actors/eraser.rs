//! Carries erasures out: orders and payments first, then the sessions, then what is left anywhere. Every step may be
//! repeated after a crash. Knows no conversation.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context, anyhow};
use entities::{Database, ErasureRow, Key, Kind, MasterKey, PersonId, Row};

use crate::capability::Answer;
use crate::clock::Clock;
use crate::external::External;
use crate::journal::Journal;
use crate::message::Message;
use crate::office::Office;
use crate::receipts::without_words;
use crate::shared::Shared;
use crate::{order, payment, session, subscription};

/// How often it is looked whether an erasure is due.
const LOOK: Duration = Duration::from_secs(10);
/// An order that is still under way is asked again after so long.
const AGAIN_MS: i64 = 6 * 3_600_000;
/// What failed (a quarantined conversation, say) is tried again after so long.
const FAILED_MS: i64 = 10 * 60_000;
/// Writing the database anew costs time: at most this often.
const SCRUB_GAP_MS: i64 = 15 * 60_000;

pub(crate) struct Eraser {
    database: Database,
    master: MasterKey,
    office: Office,
    journal: Journal,
    clock: Clock,
}

/// By which a person is known again in a restored backup: says nothing to whoever lacks the master key.
pub(crate) fn erased_mark(master: &MasterKey, person: PersonId) -> String {
    master.derive(&format!("erased person {}", person.0))
}

/// Whoever is in this database and among those erased elsewhere (a mark, and when it was done) is in it only because it
/// was restored: the rows that have them erased again as soon as a server runs on it. What this database knows itself
/// does not count: whoever came back after that is somebody new.
///
/// # Errors
/// The database's.
pub async fn erased_before(
    database: &Database,
    master: &MasterKey,
    erased: &[(String, i64)],
    now_ms: i64,
) -> anyhow::Result<Vec<ErasureRow>> {
    let known = entities::erasures(&database.read).await.context("read the erasures")?;
    let is_known = |(mark, done_ms): &&(String, i64)| {
        known.iter().any(|row| row.person.as_ref() == Some(mark) && row.done_ms == Some(*done_ms))
    };
    let news = erased.iter().filter(|one| !is_known(one));
    let marks: HashSet<&str> = news.map(|(mark, _)| mark.as_str()).collect();
    let customers = entities::customers(&database.read).await.context("read the customers")?;
    let mut persons = HashSet::new();
    let mut rows = Vec::new();
    for customer in customers {
        let person = PersonId(customer.user_id);
        // One conversation stands for all of theirs.
        if !marks.contains(&*erased_mark(master, person)) || !persons.insert(person.0) {
            continue;
        }
        let (bot, _) = Key::parse(&customer.session)?.bot_and_number().context("a session")?;
        let number: i64 = rand::random_range(0..1 << 52);
        rows.push(ErasureRow {
            pseudonym: Key::session(&bot, -1 - number).to_string(),
            session: Some(customer.session),
            person: None,
            due_ms: now_ms,
            next_ms: Some(now_ms),
            done_ms: None,
            scrubbed: false,
        });
    }
    Ok(rows)
}

impl Eraser {
    pub(crate) fn new(shared: &Shared, office: &Office) -> Self {
        Self {
            database: shared.database.clone(),
            master: shared.keys.master().clone(),
            office: office.clone(),
            journal: shared.journal.clone(),
            clock: shared.clock.clone(),
        }
    }

    pub(crate) async fn run(self) {
        let mut scrubbed_ms = i64::MIN;
        loop {
            self.clock.sleep(LOOK).await;
            if let Err(error) = self.pass(&mut scrubbed_ms).await {
                tracing::warn!(error = format!("{error:#}"), "an erasure is tried again");
            }
        }
    }

    async fn pass(&self, scrubbed_ms: &mut i64) -> anyhow::Result<()> {
        let now_ms = self.clock.now_ms();
        let due = entities::due_erasures(&self.database.read, now_ms).await;
        for row in due.context("read the erasures")? {
            // One that cannot go on now keeps no other waiting.
            if let Err(error) = self.erase(row.clone()).await {
                tracing::warn!(error = format!("{error:#}"), "an erasure is tried again later");
                let next_ms = Some(now_ms + FAILED_MS);
                self.write(vec![Row::Erasure(ErasureRow { next_ms, ..row })]).await?;
            }
        }
        let rows = entities::erasures(&self.database.read).await.context("read the erasures")?;
        let waits = rows.iter().any(|row| row.done_ms.is_some() && !row.scrubbed);
        if waits && now_ms.saturating_sub(*scrubbed_ms) >= SCRUB_GAP_MS {
            let done = entities::scrub(&self.database).await.context("write the database anew")?;
            if done {
                entities::scrubbed(&self.database.write).await.context("note the scrubbing")?;
                *scrubbed_ms = now_ms;
            }
        }
        Ok(())
    }

    async fn erase(&self, row: ErasureRow) -> anyhow::Result<()> {
        let asked = row.session.as_deref().context("an erasure that is not done has a session")?;
        let (_, user) = Key::parse(asked)?.bot_and_number().context("a session's key")?;
        let (_, number) = Key::parse(&row.pseudonym)?.bot_and_number().context("a pseudonym")?;
        let mut sessions = entities::sessions_of(&self.database.read, user).await?;
        if !sessions.iter().any(|session| session == asked) {
            sessions.push(asked.to_owned());
        }
        for session in &sessions {
            let (bot, _) = Key::parse(session)?.bot_and_number().context("a session's key")?;
            let pseudonym = Key::session(&bot, number);
            if !self.forget_orders(session, &pseudonym).await? {
                let next_ms = Some(self.clock.now_ms() + AGAIN_MS);
                return self.write(vec![Row::Erasure(ErasureRow { next_ms, ..row })]).await;
            }
        }
        for session in &sessions {
            self.empty(session, &row.pseudonym).await?;
        }
        let mut rows = self.updates_of(user).await?;
        rows.push(Row::Erasure(ErasureRow {
            session: None,
            person: Some(erased_mark(&self.master, PersonId(user))),
            next_ms: None,
            done_ms: Some(self.clock.now_ms()),
            ..row
        }));
        self.write(rows).await?;
        metrics::counter!("kontor_erasures_total").increment(1);
        tracing::info!("a person was erased");
        Ok(())
    }

    async fn write(&self, rows: Vec<Row>) -> anyhow::Result<()> {
        self.journal.rows(rows).await.map_err(|reason| anyhow!(reason))
    }

    /// Orders, their payments and subscriptions go on under the pseudonym; `false` while one of them is under way.
    async fn forget_orders(&self, session: &str, pseudonym: &Key) -> anyhow::Result<bool> {
        for order in entities::orders_of(&self.database.read, session).await? {
            let key = Key::parse(&order.id)?;
            let customer = pseudonym.clone();
            let payment = Key::new(Kind::Payment, key.id());
            // The payment first: the order's row is how it is found. Not every order came so far as to have one.
            let paid = entities::payment(&self.database.read, payment.as_str()).await?;
            let message = payment::Message::Forget { customer: customer.clone() };
            if paid.is_some() && !self.ask(payment, message.into()).await? {
                return Ok(false);
            }
            if !self.ask(key, order::Message::Forget { customer }.into()).await? {
                return Ok(false);
            }
        }
        for row in entities::subscriptions_of(&self.database.read, session).await? {
            let customer = pseudonym.clone();
            let message = subscription::Message::Forget { customer };
            if !self.ask(Key::parse(&row.id)?, message.into()).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether it agreed. A refusal must not be remembered as the answer to the next try.
    async fn ask(&self, key: Key, message: Message) -> anyhow::Result<bool> {
        let external = External::Request(format!("forget:{}", self.clock.now_ms()));
        let reply = self.office.tell_patiently(key, external, message).await;
        match reply.map_err(|failure| anyhow!("{failure:?}"))? {
            Answer::Refused(_) | Answer::Held => Ok(false),
            _ => Ok(true),
        }
    }

    async fn empty(&self, session: &str, pseudonym: &str) -> anyhow::Result<()> {
        // Once only: whoever comes back meanwhile is somebody new.
        let external = External::Request(format!("erase:{pseudonym}"));
        let key = Key::parse(session)?;
        let message = session::Message::Erase.into();
        let reply = self.office.tell_patiently(key, external, message).await;
        if let Answer::Held = reply.map_err(|failure| anyhow!("{failure:?}"))? {
            return Err(anyhow!("{session} is quarantined: release it first"));
        }
        let bundles =
            entities::spilled_receipts_of(&self.database.read, &[session.to_owned()]).await?;
        let mut rows = Vec::with_capacity(bundles.len());
        for mut bundle in bundles {
            bundle.body = without_words(&bundle.body)?;
            rows.push(Row::Spill(bundle));
        }
        self.write(rows).await
    }

    /// Kept updates that name the person.
    async fn updates_of(&self, user: i64) -> anyhow::Result<Vec<Row>> {
        let kept = entities::unparsed(&self.database.read).await.context("read kept updates")?;
        let names = |update: &entities::UnparsedRow| {
            match self.master.open(&update.body, &entities::unparsed_purpose(&update.bot)) {
                Ok(body) => names_person(&body, user),
                // Nobody can read it: it says nothing about anybody.
                Err(_) => false,
            }
        };
        let gone = kept.into_iter().filter(names);
        Ok(gone
            .map(|update| Row::UnparsedForgotten { bot: update.bot, update_id: update.update_id })
            .collect())
    }
}

/// Whether the id stands in the bytes as a number of its own: an update that could not be read has no fields.
pub(crate) fn names_person(body: &[u8], user: i64) -> bool {
    let text = String::from_utf8_lossy(body);
    let id = user.to_string();
    let is_digit = |letter: char| letter.is_ascii_digit();
    text.match_indices(&id).any(|(at, _)| {
        !text[..at].ends_with(is_digit) && !text[at + id.len()..].starts_with(is_digit)
    })
}

#[cfg(test)]
mod tests {
    use super::names_person;

    #[test]
    fn an_update_names_whom_it_names() {
        assert!(names_person(br#"{"from":{"id":42}"#, 42));
        assert!(names_person(b"42", 42));
        assert!(!names_person(br#"{"from":{"id":421}}"#, 42));
        assert!(!names_person(br#"{"id":142}"#, 42));
    }
}
