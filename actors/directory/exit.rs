//! What follows when an actor ends: back-off, quarantine, doubts. Knows no decisions.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use entities::Key;

use super::{Directory, Entry, Event};
use crate::address::IntentId;
use crate::office::{Failure, Letter};
use crate::stored::Pending;
use crate::supervise::{Exit, backoff};

/// What a letter is answered that stood behind one whose fate is unknown.
pub(super) fn behind() -> Failure {
    Failure::Fault("an earlier input's step may or may not be committed".to_owned())
}

impl Directory {
    pub(super) fn exited(&mut self, key: Key, generation: u64, exit: Exit) {
        let waiting = match self.entries.get_mut(&key) {
            Some(Entry::Live(live)) if live.generation == generation => {
                self.live -= 1;
                VecDeque::new()
            }
            Some(Entry::Leaving { generation: leaving, waiting }) if *leaving == generation => {
                std::mem::take(waiting)
            }
            // A report of an instance that was replaced already.
            _ => return,
        };
        self.entries.remove(&key);
        match exit {
            Exit::Passivated => {
                if !waiting.is_empty() {
                    self.begin(key, waiting);
                }
            }
            Exit::Stale => {
                tracing::warn!(actor = %key, "another writer was first; an actor hydrates again");
                self.restarts += 1;
                self.begin(key, waiting);
            }
            Exit::Unknown { reason, numbers } => {
                tracing::warn!(actor = %key, reason, "an actor hydrates again");
                self.restarts += 1;
                for letter in waiting {
                    letter.answer(Err(behind()));
                }
                self.begin_once_settled(key, numbers);
            }
            Exit::Failed(reason) => self.failed(key, &reason, waiting),
        }
    }

    /// Nobody knows whether a step was committed. Whoever reads too early may see the old row and take the step for lost
    /// while it is still landing: the Journal knows when its old session is gone.
    fn begin_once_settled(&mut self, key: Key, numbers: Vec<i64>) {
        if !numbers.is_empty() {
            self.doubts.entry(key.clone()).or_default().extend(numbers);
        }
        let unsettled = Entry::Hydrating { waiting: VecDeque::new(), refused_before: u64::MAX };
        self.entries.insert(key.clone(), unsettled);
        let mut health = self.shared.journal.health().subscribe();
        let home = self.home.clone();
        actix_rt::spawn(async move {
            // The Journal is gone: so are we.
            if health.wait_for(Option::is_none).await.is_ok() {
                drop(home.send(Event::Settled(key)));
            }
        });
    }

    /// The database takes writes again: what arrives from now on waits for the fresh instance.
    pub(super) fn settled(&mut self, key: Key) {
        if let Some(Entry::Hydrating { refused_before, .. }) = self.entries.get_mut(&key) {
            *refused_before = self.shared.orders.load(Ordering::Relaxed);
        }
        self.to_hydrate.push(key);
        self.hydrate_next();
    }

    /// A bug: what came in is held as rows, and the key rests; too often, and it is quarantined.
    pub(super) fn failed(&mut self, key: Key, reason: &str, waiting: VecDeque<Letter>) {
        let now = tokio::time::Instant::now();
        let failures = self.failures.entry(key.clone()).or_default();
        failures.retain(|at| now.duration_since(*at) < self.limits.failure_window);
        failures.push_back(now);
        let count = failures.len();
        self.restarts += 1;
        metrics::counter!("kontor_actor_failures_total", "kind" => key.kind().as_str())
            .increment(1);
        tracing::error!(actor = %key, reason, failures = count, "an actor failed");
        if count >= self.limits.failures {
            self.quarantine(key.clone(), count, reason);
        } else {
            self.entries.insert(key.clone(), Entry::Resting { over: false });
            let (home, rest, key) = (self.home.clone(), backoff(count - 1), key.clone());
            actix_rt::spawn(async move {
                tokio::time::sleep(rest).await;
                drop(home.send(Event::Rested { key }));
            });
        }
        for letter in waiting {
            self.hold(letter);
        }
    }

    pub(super) fn rested(&mut self, key: &Key) {
        if let Some(Entry::Resting { over }) = self.entries.get_mut(key) {
            *over = true;
        }
        self.resume(key);
    }

    pub(super) fn kept(&mut self, key: &Key) {
        if let Some(count) = self.keeping.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.keeping.remove(key);
            }
        }
        self.resume(key);
    }

    /// Hydrates a rested key once everything held for it is committed, so that the replay is whole.
    fn resume(&mut self, key: &Key) {
        let rested = matches!(self.entries.get(key), Some(Entry::Resting { over: true }));
        if rested && !self.keeping.contains_key(key) {
            self.entries.remove(key);
            self.owed.insert(key.clone());
            self.begin(key.clone(), VecDeque::new());
        }
    }

    /// Intents of a step whose fate was unknown: those in the row are sent, the others never were.
    pub(super) fn resolve_doubts(&mut self, key: &Key, stored: &[Pending]) {
        let partition = key.partition();
        for number in self.doubts.remove(key).unwrap_or_default() {
            let id = IntentId { partition, number };
            match stored.iter().find(|pending| pending.number == number) {
                Some(pending) => {
                    self.shared.outbox.enqueue(id, key.clone(), pending.intent.clone());
                }
                None => self.shared.numbers.close(id),
            }
        }
    }
}
