//! A database that came out of a backup: the server that it was taken of went on for a while, and nobody knows what it did.
//! So what it left undone is not done again by itself, and no number of its is given twice. Knows no files.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use entities::{Database, Key, MasterKey};

use super::recover::open;
use crate::address::{Destination, IntentId};
use crate::clock::Clock;
use crate::gateway::GatewayOp;
use crate::intent::Intent;
use crate::numbers::Numbers;
use crate::outbox::describe;
use crate::person_keys::PersonKeys;

/// Up to which number intents come from a backup.
const UP_TO: &str = "backup_up_to";
/// Far more numbers than a partition uses between a backup and its return: what the other server numbered in that time
/// (they are keys at the gateways) is never numbered again.
const ROOM: i64 = 1 << 40;

/// An intent that a database holds and that is not known to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Undone {
    pub id: IntentId,
    pub owner: Key,
    /// What and where to, without its content.
    pub what: String,
    pub at_ms: i64,
    /// Waits for a person, instead of being done when the server starts.
    pub waits_for_a_person: bool,
}

/// Marks a database that came out of a backup; the server that starts on it treats what it finds undone with care. Only
/// while no server runs.
///
/// # Errors
/// The database's.
pub async fn mark_restored(database: &Database) -> anyhow::Result<()> {
    let marks = entities::recovery_marks(&database.read, database.backend).await;
    let highest = marks.context("read the marks")?.into_iter();
    let highest = highest.map(|(_, mark, number)| mark.max(number)).max().unwrap_or_default();
    let highest = highest.max(backup_up_to(database).await?);
    ensure!(highest < i64::MAX - 2 * ROOM, "the intents' numbers are used up");
    let up_to = (highest + ROOM).to_string();
    entities::set_meta(&database.write, UP_TO, &up_to).await.context("mark the database")
}

/// 0: the database never came out of a backup.
pub(super) async fn backup_up_to(database: &Database) -> anyhow::Result<i64> {
    let found = entities::meta(&database.read, UP_TO).await.context("read where a backup ends")?;
    let number = found.map(|text| text.parse()).transpose();
    Ok(number.with_context(|| format!("{UP_TO} is not a number"))?.unwrap_or_default())
}

/// Numbering goes on where it was; after a backup above whatever the other server may have used.
pub(super) async fn numbers(database: &Database) -> anyhow::Result<Numbers> {
    let numbers = Numbers::default();
    let marks = entities::recovery_marks(&database.read, database.backend).await;
    for (part, watermark, highest) in marks.context("read the marks")? {
        numbers.recover(u8::try_from(part)?, watermark, highest);
    }
    let up_to = backup_up_to(database).await?;
    for partition in 0..=u8::MAX {
        let mark = numbers.recovered_mark(partition);
        numbers.recover(partition, mark, up_to);
    }
    Ok(numbers)
}

/// Whether it waits for a person: messages between actors are the database's own business, and a question does no harm.
pub(super) fn is_from_backup(id: IntentId, intent: &Intent, up_to: i64) -> bool {
    let is_harmless = match (intent, intent.destination()) {
        // Telegram takes an answer to a query once, and soon.
        (Intent::Tell { .. }, _) | (_, Destination::Query(..)) => true,
        (Intent::Gateway(call), _) => {
            matches!(call.op, GatewayOp::AskCheckout { .. } | GatewayOp::ReadStars { .. })
        }
        _ => false,
    };
    id.number <= up_to && !is_harmless
}

/// What a server that starts on this database would find undone, in order of commit. Intents whose person was erased are
/// not among them.
///
/// # Errors
/// The database's, or when something was sealed with another master key.
pub async fn undone(
    database: &Database,
    master: MasterKey,
    clock: &Clock,
) -> anyhow::Result<Vec<Undone>> {
    let keys = PersonKeys::new(database.clone(), master, clock.clone());
    let up_to = backup_up_to(database).await?;
    let marks = entities::recovery_marks(&database.read, database.backend).await;
    let marks: Vec<(i16, i64)> =
        marks.context("read the marks")?.iter().map(|(part, mark, _)| (*part, *mark)).collect();
    let rows = entities::deliveries(&database.read).await.context("read deliveries")?;
    let rows: BTreeMap<(i16, i64), bool> =
        rows.into_iter().map(|row| ((row.part, row.number), row.stuck)).collect();
    let mut undone = Vec::new();
    for (owner, intents) in sealed(database, &marks).await? {
        let key = Key::parse(&owner)?;
        let part = i16::from(key.partition());
        let mark = marks.iter().find(|(other, _)| *other == part).map_or(0, |(_, mark)| *mark);
        for pending in open(&keys, &owner, &intents).await? {
            let id = IntentId { partition: key.partition(), number: pending.number };
            let is_stuck = rows.get(&(part, id.number)).copied();
            if is_stuck.is_none() && id.number <= mark {
                continue;
            }
            undone.push(Undone {
                id,
                owner: key.clone(),
                what: describe(&pending.intent),
                at_ms: pending.at_ms,
                waits_for_a_person: is_stuck == Some(true)
                    || is_from_backup(id, &pending.intent, up_to),
            });
        }
    }
    undone.sort_by_key(|one| (one.at_ms, one.id));
    Ok(undone)
}

/// Sealed intents by owner: of whoever has some above its partition's mark, or one that failed before.
async fn sealed(
    database: &Database,
    marks: &[(i16, i64)],
) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let found = entities::undone_after(&database.read, database.backend, marks).await;
    let found = found.context("read undone intents")?.into_iter();
    let mut sealed: BTreeMap<String, Vec<u8>> = found.map(|row| (row.key, row.intents)).collect();
    for row in entities::deliveries(&database.read).await.context("read deliveries")? {
        if !sealed.contains_key(&row.owner) {
            let found = entities::load(&database.read, database.backend, &row.owner).await?;
            sealed.extend(found.map(|found| (found.key, found.intents)));
        }
    }
    Ok(sealed)
}
