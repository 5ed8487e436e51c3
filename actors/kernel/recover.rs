//! Queues what the last process committed and did not get done. Knows no edges.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use entities::{DeliveryRow, Key, QuarantineRow, Row};

use super::restored;
use crate::address::IntentId;
use crate::intent::Intent;
use crate::numbers::HELD_BACK;
use crate::outbox::{Job, RESTORED};
use crate::person_keys::PersonKeys;
use crate::shared::Shared;
use crate::stored::{Pending, open_intents, sealed_by};

/// Opens an actor's undone intents.
pub(super) async fn open(
    keys: &PersonKeys,
    owner: &str,
    sealed: &[u8],
) -> anyhow::Result<Vec<Pending>> {
    let Some(person) = sealed_by(sealed) else {
        return Ok(Vec::new());
    };
    let key = keys.opening(person).await?;
    open_intents(sealed, key.as_ref(), owner)
}

pub(super) async fn pending_of(shared: &Shared, owner: &str) -> anyhow::Result<Vec<Pending>> {
    let row = entities::load(&shared.database.read, shared.database.backend, owner).await?;
    match row {
        Some(row) => open(&shared.keys, owner, &row.intents).await,
        None => Ok(Vec::new()),
    }
}

/// What the last process left undone.
struct Left {
    /// Watermarks by partition.
    marks: Vec<(i16, i64)>,
    /// Failed before, with their rows.
    excepted: HashMap<IntentId, DeliveryRow>,
    /// Sealed intents by owner.
    sealed: BTreeMap<String, Vec<u8>>,
    /// Numbers up to this come from a backup.
    backup_up_to: i64,
}

/// Intents that the last process committed and did not get done are queued again, in order of commit. Gives the keys
/// whose intents cannot be read: they are out of service until a person looks at them.
pub(super) async fn recover(shared: &Shared) -> anyhow::Result<Vec<Key>> {
    let mut left = read(shared).await?;
    let mut damaged = Vec::new();
    let mut jobs: Vec<(i64, Job)> = Vec::new();
    for (owner, intents) in std::mem::take(&mut left.sealed) {
        let key = Key::parse(&owner)?;
        match open(&shared.keys, &owner, &intents).await {
            Ok(pending) => left.queue(shared, &key, pending, &mut jobs),
            Err(error) => {
                left.hold_back(shared, &key, &error).await?;
                damaged.push(key);
            }
        }
    }
    left.tidy(shared).await;
    // Nothing is forgotten from here on.
    shared.numbers.recovered();
    jobs.sort_by_key(|(at_ms, job)| (*at_ms, job.id));
    tracing::info!(intents = jobs.len(), "intents of the last process are queued again");
    for (_, job) in jobs {
        shared.outbox.enqueue_job(job);
    }
    Ok(damaged)
}

async fn read(shared: &Shared) -> anyhow::Result<Left> {
    let database = &shared.database;
    let rows = entities::deliveries(&database.read).await.context("read deliveries")?;
    let mut excepted: HashMap<IntentId, DeliveryRow> = HashMap::new();
    for row in rows {
        let id = IntentId { partition: u8::try_from(row.part)?, number: row.number };
        shared.numbers.except(id);
        excepted.insert(id, row);
    }
    let mark = |partition| (i16::from(partition), shared.numbers.recovered_mark(partition));
    let marks: Vec<(i16, i64)> = (0..=u8::MAX).map(mark).collect();
    let undone = entities::undone_after(&database.read, database.backend, &marks).await;
    let undone = undone.context("read undone intents")?.into_iter();
    let mut sealed: BTreeMap<String, Vec<u8>> = undone.map(|row| (row.key, row.intents)).collect();
    for row in excepted.values() {
        if sealed.contains_key(&row.owner) {
            continue;
        }
        let found = entities::load(&database.read, database.backend, &row.owner).await?;
        sealed.extend(found.map(|found| (found.key, found.intents)));
    }
    let backup_up_to = restored::backup_up_to(database).await?;
    Ok(Left { marks, excepted, sealed, backup_up_to })
}

impl Left {
    /// One actor's undone intents, in the order of their numbers whatever the clock said.
    fn queue(
        &mut self,
        shared: &Shared,
        key: &Key,
        pending: Vec<Pending>,
        jobs: &mut Vec<(i64, Job)>,
    ) {
        let partition = key.partition();
        let mut latest_ms = i64::MIN;
        for pending in pending {
            let id = IntentId { partition, number: pending.number };
            latest_ms = latest_ms.max(pending.at_ms);
            let row = self.excepted.remove(&id);
            let done = row.is_none() && id.number <= self.marks[usize::from(partition)].1;
            if done || row.as_ref().is_some_and(|row| row.stuck) {
                continue;
            }
            if row.is_none() {
                shared.numbers.reopen(id, shared.clock.now_ms());
            }
            let mut job = job(id, key.clone(), pending.intent, row.as_ref());
            // One that was stuck for it and is not any more: a person said that it is to be done.
            let is_wanted = row.is_some_and(|row| row.reason == RESTORED);
            job.from_backup =
                !is_wanted && restored::is_from_backup(id, &job.intent, self.backup_up_to);
            jobs.push((latest_ms, job));
        }
    }

    /// Intents that cannot be read must not be passed by the mark, nor keep everybody else from starting.
    async fn hold_back(
        &mut self,
        shared: &Shared,
        key: &Key,
        error: &anyhow::Error,
    ) -> anyhow::Result<()> {
        let reason = format!("its intents cannot be read: {error:#}");
        tracing::error!(actor = %key, reason, "an actor is quarantined");
        let partition = key.partition();
        let number = self.marks[usize::from(partition)].1 + 1;
        shared.numbers.reopen(IntentId { partition, number }, HELD_BACK);
        self.excepted.retain(|_, row| row.owner != key.as_str());
        let row = Row::Quarantined(QuarantineRow {
            owner: key.as_str().to_owned(),
            since_ms: shared.clock.now_ms(),
            failures: 1,
            reason: reason.clone(),
        });
        shared.journal.rows(vec![row]).await.map_err(|reason| anyhow!(reason))?;
        shared.alarm(format!("{key} is quarantined: {reason}"));
        Ok(())
    }

    /// Rows of intents that are no longer in their actor's row: done, or their person was erased.
    async fn tidy(&self, shared: &Shared) {
        let gone: Vec<IntentId> = self.excepted.keys().copied().collect();
        for id in &gone {
            shared.numbers.close(*id);
        }
        let rows = gone.iter().map(|id| (i16::from(id.partition), id.number)).collect::<Vec<_>>();
        if !rows.is_empty() && !shared.journal.deliveries(Vec::new(), rows).await {
            tracing::warn!("rows of finished deliveries stay until the next start");
        }
    }
}

fn job(id: IntentId, owner: Key, intent: Intent, row: Option<&entities::DeliveryRow>) -> Job {
    Job {
        id,
        owner,
        intent: Arc::new(intent),
        attempts: row.map_or(0, |row| u32::try_from(row.attempts).unwrap_or_default()),
        // A row without an attempt says that it only waited for its turn.
        maybe_done: row.is_none_or(|row| row.attempts > 0),
        not_before_ms: row.map_or(0, |row| row.next_try_ms),
        from_backup: false,
        span: tracing::info_span!("recovered", intent.id = %id),
    }
}
