//! What all actors of a shard share. Knows no capability.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use anyhow::Context;
use entities::{Database, Key, PersonId, SealKey};

use crate::ages::Ages;
use crate::capability::Answer;
use crate::clock::Clock;
use crate::external::External;
use crate::house::House;
use crate::journal::Journal;
use crate::numbers::Numbers;
use crate::outbox::Outbox;
use crate::person_keys::PersonKeys;
use crate::receipts::Receipt;
use crate::timers::Timers;

/// Tells the owner of the shop what needs a person; never waits.
pub(crate) type Alarm = Arc<dyn Fn(String) + Send + Sync>;

/// Randomness for one actor's next decision.
pub type Seeds = Arc<dyn Fn(&Key) -> u64 + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) journal: Journal,
    pub(crate) outbox: Outbox,
    pub(crate) timers: Timers,
    pub(crate) numbers: Arc<Numbers>,
    pub(crate) clock: Clock,
    pub(crate) keys: PersonKeys,
    pub(crate) house: Arc<RwLock<House>>,
    /// Randomness of decisions; a simulation gives its own.
    pub(crate) seeds: Seeds,
    pub(crate) writers: Arc<AtomicI64>,
    pub(crate) alarm: Alarm,
    /// By which receipts are kept.
    pub(crate) ages: Arc<Ages>,
    /// The order of arrival of all inputs.
    pub(crate) orders: Arc<AtomicU64>,
}

impl Shared {
    pub(crate) fn house(&self) -> House {
        self.house.read().expect("nothing panics while the house is replaced").clone()
    }

    pub(crate) fn alarm(&self, what: String) {
        (self.alarm)(what);
    }

    pub(crate) fn seed(&self, key: &Key) -> u64 {
        (self.seeds)(key)
    }

    /// Tells this instance from every other that may write the same key.
    pub(crate) fn next_writer(&self) -> i64 {
        self.writers.fetch_add(1, Ordering::Relaxed)
    }

    /// The key in memory: the person's, or the master key for what belongs to nobody.
    pub(crate) fn seal_key(&self, person: Option<PersonId>) -> Option<SealKey> {
        person.map_or_else(|| Some(self.keys.master().clone()), |person| self.keys.cached(person))
    }

    pub(crate) async fn make_seal_key(&self, person: Option<PersonId>) -> anyhow::Result<SealKey> {
        match person {
            Some(person) => self.keys.get_or_make(person).await,
            None => Ok(self.keys.master().clone()),
        }
    }

    /// The key to open with; `None` when the person was erased.
    pub(crate) async fn open_key(
        &self,
        person: Option<PersonId>,
    ) -> anyhow::Result<Option<SealKey>> {
        self.keys.opening(person).await
    }

    /// Looks an input up among the receipts that left the actor's row.
    pub(crate) async fn spilled_answer(
        &self,
        owner: String,
        external: Option<External>,
    ) -> anyhow::Result<Option<Answer>> {
        let bundles = entities::spilled_receipts_of(&self.database.read, &[owner]).await;
        for bundle in bundles.context("read spilled receipts")? {
            let receipts: Vec<Receipt> = serde_json::from_slice(&bundle.body)?;
            let found = receipts.into_iter().find(|one| Some(&one.external) == external.as_ref());
            if let Some(receipt) = found {
                return Ok(Some(receipt.answer));
            }
        }
        Ok(None)
    }
}
