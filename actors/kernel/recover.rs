//! Queues what the last process committed and did not get done. Knows no edges.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use anyhow::Context;
use entities::Key;

use crate::intent::{Intent, IntentId};
use crate::outbox::Job;
use crate::shared::Shared;
use crate::stored::{Pending, open_intents, sealed_by};

/// Opens an actor's undone intents.
async fn open(shared: &Shared, owner: &str, sealed: &[u8]) -> anyhow::Result<Vec<Pending>> {
    let Some(person) = sealed_by(sealed) else {
        return Ok(Vec::new());
    };
    let key = shared.open_key(person).await?;
    open_intents(sealed, key.as_ref(), owner)
}

pub(super) async fn pending_of(shared: &Shared, owner: &str) -> anyhow::Result<Vec<Pending>> {
    let row = entities::load(&shared.database.read, shared.database.backend, owner).await?;
    match row {
        Some(row) => open(shared, owner, &row.intents).await,
        None => Ok(Vec::new()),
    }
}

/// Intents that the last process committed and did not get done are queued again, in order of commit.
pub(super) async fn recover(shared: &Shared) -> anyhow::Result<()> {
    let database = &shared.database;
    let rows = entities::deliveries(&database.read).await.context("read deliveries")?;
    let mut excepted: HashMap<IntentId, _> = HashMap::new();
    let mut owners: HashSet<String> = HashSet::new();
    for row in rows {
        let id = IntentId { partition: u8::try_from(row.part)?, number: row.number };
        shared.numbers.except(id);
        owners.insert(row.owner.clone());
        excepted.insert(id, row);
    }
    let marks: Vec<(i16, i64)> = (0..=u8::MAX)
        .map(|partition| (i16::from(partition), shared.numbers.recovered_mark(partition)))
        .collect();
    let undone = entities::undone_after(&database.read, database.backend, &marks).await;
    let mut sealed: BTreeMap<String, Vec<u8>> = undone
        .context("read undone intents")?
        .into_iter()
        .map(|row| (row.key, row.intents))
        .collect();
    for owner in owners {
        if let Some(row) = entities::load(&database.read, database.backend, &owner).await? {
            sealed.entry(owner).or_insert(row.intents);
        }
    }
    let mut jobs: Vec<(i64, Job)> = Vec::new();
    for (owner, intents) in sealed {
        let key = Key::parse(&owner)?;
        for pending in open(shared, &owner, &intents).await? {
            let id = IntentId { partition: key.partition(), number: pending.number };
            let row = excepted.get(&id);
            let done = row.is_none() && id.number <= marks[usize::from(id.partition)].1;
            if done || row.is_some_and(|row| row.stuck) {
                continue;
            }
            if row.is_none() {
                shared.numbers.reopen(id, shared.clock.now_ms());
            }
            jobs.push((pending.at_ms, job(id, key.clone(), pending.intent, row)));
        }
    }
    jobs.sort_by_key(|(at_ms, job)| (*at_ms, job.id));
    tracing::info!(intents = jobs.len(), "intents of the last process are queued again");
    for (_, job) in jobs {
        shared.outbox.enqueue_job(job);
    }
    Ok(())
}

fn job(id: IntentId, owner: Key, intent: Intent, row: Option<&entities::DeliveryRow>) -> Job {
    Job {
        id,
        owner,
        intent: Arc::new(intent),
        attempts: row.map_or(0, |row| u32::try_from(row.attempts).unwrap_or_default()),
        maybe_done: true,
        not_before_ms: row.map_or(0, |row| row.next_try_ms),
    }
}
