//! Brings stored deadlines back as messages. Knows no deadline's meaning.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use entities::{Database, Key};
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::office::Office;

/// Deadlines nearer than this are kept in memory; the others stay in the rows until they are.
const HORIZON_MS: i64 = 60_000;
/// How often the rows are looked at: what a failed step left behind is found then.
const RELOAD_MS: i64 = 20_000;
/// Deadlines read, and steps begun, at once.
const BATCH: usize = 500;
/// A step that takes longer is no reason to keep the others waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// Deadlines on their way into memory; what finds no room is read from the rows.
const SETS: usize = 4_096;

#[derive(Clone)]
pub(crate) struct Timers {
    sets: mpsc::Sender<(Key, i64)>,
    missed: Arc<AtomicBool>,
}

/// Where committed deadlines come out.
pub(crate) struct Sets {
    sets: mpsc::Receiver<(Key, i64)>,
    /// Some found no room: they stand in the rows.
    missed: Arc<AtomicBool>,
}

impl Timers {
    pub(crate) fn new() -> (Self, Sets) {
        let (sets, out) = mpsc::channel(SETS);
        let missed: Arc<AtomicBool> = Arc::default();
        (Self { sets, missed: Arc::clone(&missed) }, Sets { sets: out, missed })
    }

    /// An actor's earliest deadline, as committed.
    pub(crate) fn set(&self, key: Key, due_ms: i64) {
        // Full, or stopping: the deadline stands in the row.
        if self.sets.try_send((key, due_ms)).is_err() {
            self.missed.store(true, Ordering::Relaxed);
        }
    }
}

/// Reads deadlines and tells the Office; ends when every `Timers` is gone.
pub(crate) async fn run(
    Sets { mut sets, missed }: Sets,
    database: Database,
    office: Office,
    clock: Clock,
) {
    let mut near: BTreeSet<(i64, Key)> = BTreeSet::new();
    let mut moved = clock.subscribe();
    let mut reload_ms = 0;
    loop {
        let now_ms = clock.now_ms();
        // Also when the clock was set back.
        let is_late = now_ms >= reload_ms || reload_ms - now_ms > RELOAD_MS;
        if missed.swap(false, Ordering::Relaxed) || is_late {
            near.extend(read(&database, now_ms).await);
            reload_ms = now_ms + RELOAD_MS;
        }
        if fire(&mut near, &office, &clock).await {
            // More may be due in the rows than one read gave.
            reload_ms = reload_ms.min(clock.now_ms() + 100);
            continue;
        }
        let next_ms = near.first().map_or(reload_ms, |(due_ms, _)| (*due_ms).min(reload_ms));
        tokio::select! {
            set = sets.recv() => match set {
                Some((key, due_ms)) if due_ms <= clock.now_ms() + HORIZON_MS => {
                    near.insert((due_ms, key));
                }
                Some(_) => {}
                None => return,
            },
            () = clock.sleep_until_ms(next_ms) => {}
            _ = moved.changed() => reload_ms = 0,
        }
    }
}

async fn read(database: &Database, now_ms: i64) -> Vec<(i64, Key)> {
    let until_ms = now_ms + HORIZON_MS;
    let found =
        entities::due_between(&database.read, database.backend, until_ms, BATCH as u64).await;
    match found {
        Ok(found) => {
            let parsed =
                found.into_iter().map(|(key, due_ms)| Some((due_ms, Key::parse(&key).ok()?)));
            parsed.flatten().collect()
        }
        Err(error) => {
            tracing::warn!(%error, "cannot read deadlines; trying again");
            Vec::new()
        }
    }
}

/// Tells what has come, in order of deadline; true when something had.
async fn fire(near: &mut BTreeSet<(i64, Key)>, office: &Office, clock: &Clock) -> bool {
    let now_ms = clock.now_ms();
    let mut begun = Vec::new();
    while begun.len() < BATCH && near.first().is_some_and(|(due_ms, _)| *due_ms <= now_ms) {
        let (_, key) = near.pop_first().expect("it has a first");
        begun.extend(office.due(key));
    }
    let some = !begun.is_empty();
    let all = async {
        for posted in begun {
            // Failed: the row still holds it, and the next look at the rows finds it.
            drop(posted.wait().await);
        }
    };
    if tokio::time::timeout(PATIENCE, all).await.is_err() {
        tracing::warn!("steps of deadlines take long");
    }
    some
}

#[cfg(test)]
mod tests {
    use entities::{Key, Kind};

    use super::{Ordering, SETS, Timers};

    #[test]
    fn deadlines_that_find_no_room_are_looked_for_in_the_rows() {
        let (timers, sets) = Timers::new();
        let key = Key::new(Kind::Order, "AAAAAA");
        for due_ms in 0..SETS as i64 {
            timers.set(key.clone(), due_ms);
        }
        assert!(!sets.missed.load(Ordering::Relaxed));
        timers.set(key, 0);
        assert!(sets.missed.load(Ordering::Relaxed));
        assert_eq!(sets.sets.len(), SETS, "and nothing grew");
    }
}
