//! What came of a load: rates, latencies, and what each virtual user missed. It must not know how
//! the load is put on.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;

/// Milliseconds from an act to the expected message.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// The slowest.
    pub max: f64,
}

/// What one virtual user missed.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Missed {
    /// Expected messages that did not come in time.
    pub lost: u64,
    /// Messages that repeated the one before them unasked.
    pub duplicated: u64,
    /// Messages that were not what was expected.
    pub mismatched: u64,
}

/// What came of a load.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Seconds from the first act to the last answer.
    pub seconds: f64,
    /// Updates given to the bot.
    pub updates: u64,
    /// The same, a second.
    pub updates_per_s: f64,
    /// Dialogues that were held to the end.
    pub dialogues: u64,
    /// Milliseconds from act to answer.
    pub ms: Latency,
    /// All users together.
    pub lost: u64,
    /// All users together.
    pub duplicated: u64,
    /// All users together.
    pub mismatched: u64,
    /// Users who missed something.
    pub users: HashMap<i64, Missed>,
    /// The first few things that went wrong, in words.
    pub examples: Vec<String>,
}

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) micros: Vec<u64>,
    pub(crate) updates: u64,
    pub(crate) dialogues: u64,
    pub(crate) users: HashMap<i64, Missed>,
    pub(crate) examples: Vec<String>,
}

impl Tally {
    pub(crate) fn example(&mut self, text: String) {
        if self.examples.len() < 20 {
            self.examples.push(text);
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.micros.extend(other.micros);
        self.updates += other.updates;
        self.dialogues += other.dialogues;
        self.users.extend(other.users);
        for example in other.examples {
            self.example(example);
        }
    }
}

pub(crate) fn report(mut total: Tally, took: Duration) -> Report {
    total.micros.sort_unstable();
    let at = |share: f64| {
        let last = total.micros.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        total.micros.get(index).map_or(0.0, |micros| *micros as f64 / 1000.0)
    };
    let seconds = took.as_secs_f64();
    let sum = |part: fn(&Missed) -> u64| total.users.values().map(part).sum();
    Report {
        seconds,
        updates: total.updates,
        updates_per_s: total.updates as f64 / seconds.max(0.001),
        dialogues: total.dialogues,
        ms: Latency { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1.0) },
        lost: sum(|missed| missed.lost),
        duplicated: sum(|missed| missed.duplicated),
        mismatched: sum(|missed| missed.mismatched),
        users: total.users,
        examples: total.examples,
    }
}
