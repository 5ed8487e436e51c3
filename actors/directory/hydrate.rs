//! Reading actors' rows, many at once. Knows no capability.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use entities::{HeldRow, Key, SpilledReceipts};

use super::{Directory, Entry, Event, Hydrated};
use crate::address::IntentId;
use crate::office::{Failure, Letter};
use crate::shared::Shared;
use crate::stored::sealed_by;
use crate::supervise::caught;

/// A database that does not answer for so long is gone.
const PATIENCE: Duration = Duration::from_secs(15);
/// Keys of one read.
const BATCH: usize = 256;

impl Directory {
    /// Starts the way of a key into memory, with what waits for it.
    pub(super) fn begin(&mut self, key: Key, waiting: VecDeque<Letter>) {
        let hydrating = Entry::Hydrating { waiting, refused_before: 0 };
        self.entries.insert(key.clone(), hydrating);
        self.to_hydrate.push(key);
        self.hydrate_next();
    }

    /// One read at a time: what comes meanwhile is in the next.
    pub(super) fn hydrate_next(&mut self) {
        if self.hydrating || self.to_hydrate.is_empty() {
            return;
        }
        self.hydrating = true;
        let batch = self.to_hydrate.len().min(BATCH);
        let keys: Vec<Key> = self.to_hydrate.drain(..batch).collect();
        let (home, shared) = (self.home.clone(), Rc::clone(&self.shared));
        actix_rt::spawn(async move {
            let read = tokio::time::timeout(PATIENCE, caught(read(&shared, &keys))).await;
            let read = read.map_err(|_| "the database does not answer".to_owned()).flatten();
            let found = match read.map_err(|reason| anyhow!(reason)).flatten() {
                Ok(found) => found,
                Err(error) => {
                    let reason = format!("{error:#}");
                    keys.into_iter().map(|key| (key, Err(anyhow!(reason.clone())))).collect()
                }
            };
            drop(home.send(Event::Hydrated(found)));
        });
    }

    pub(super) fn hydrated(&mut self, key: Key, hydrated: anyhow::Result<Hydrated>) {
        let Some(Entry::Hydrating { waiting, .. }) = self.entries.remove(&key) else {
            return;
        };
        match hydrated {
            Ok(hydrated) => self.start(key, hydrated, waiting),
            Err(error) => {
                tracing::warn!(actor = %key, error = format!("{error:#}"), "cannot hydrate");
                for letter in waiting {
                    letter.answer(Err(Failure::Fault(format!("{error:#}"))));
                }
                // Numbers in doubt must be settled, and held inputs replayed, once the database is back.
                if self.doubts.contains_key(&key) || self.owed.contains(&key) {
                    let home = self.home.clone();
                    actix_rt::spawn(async move {
                        tokio::time::sleep(crate::supervise::backoff(0)).await;
                        drop(home.send(Event::Wake(key)));
                    });
                }
            }
        }
    }
}

async fn read(
    shared: &Shared,
    keys: &[Key],
) -> anyhow::Result<Vec<(Key, anyhow::Result<Hydrated>)>> {
    let db = &shared.database.read;
    let names: Vec<String> = keys.iter().map(|key| key.as_str().to_owned()).collect();
    let rows = entities::load_many(db, shared.database.backend, &names).await;
    let mut rows: HashMap<String, _> =
        rows.context("read actors")?.into_iter().map(|row| (row.key.clone(), row)).collect();
    let known: Vec<String> = rows.keys().cloned().collect();
    let mut spilled: HashMap<String, Vec<SpilledReceipts>> = HashMap::new();
    if !known.is_empty() {
        let found = entities::spilled_receipts_of(db, &known).await;
        for bundle in found.context("read spilled receipts")? {
            spilled.entry(bundle.owner.clone()).or_default().push(bundle);
        }
    }
    let mut held: HashMap<String, Vec<HeldRow>> = HashMap::new();
    for row in entities::held_of_many(db, &names).await.context("read held inputs")? {
        held.entry(row.owner.clone()).or_default().push(row);
    }
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let mut hydrated = Hydrated {
            row: rows.remove(key.as_str()),
            spilled: spilled.remove(key.as_str()).unwrap_or_default(),
            held: held.remove(key.as_str()).unwrap_or_default(),
            seal: None,
        };
        let opened = find_seal(shared, key, &mut hydrated).await;
        found.push((key.clone(), opened.map(|()| hydrated)));
    }
    Ok(found)
}

/// Finds the key that opens the row's intents, unless all of them are done and need no opening.
async fn find_seal(shared: &Shared, key: &Key, hydrated: &mut Hydrated) -> anyhow::Result<()> {
    let Some(row) = &mut hydrated.row else {
        return Ok(());
    };
    let Some(person) = sealed_by(&row.intents) else {
        return Ok(());
    };
    let partition = key.partition();
    let last = IntentId { partition, number: row.intent_high };
    let mark = shared.numbers.watermark(partition);
    let none_excepted = !shared.numbers.any_excepted(partition);
    if row.intent_high <= mark && none_excepted && shared.numbers.is_done(last) {
        row.intents.clear();
        return Ok(());
    }
    hydrated.seal = shared.open_key(person).await?;
    Ok(())
}
