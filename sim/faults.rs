//! Faults on demand: which are set, and which one strikes now, seeded. It must not know how they
//! are played.

use std::sync::{Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The call is processed `delay_ms` later.
    Delay,
    /// The connection closes, nothing was processed.
    DropBefore,
    /// The call is processed, then the connection closes without a reply.
    DropAfter,
    /// `429` with `retry_after`.
    #[serde(alias = "429", alias = "flood")]
    TooMany,
    /// A 5xx answer, nothing was processed.
    #[serde(alias = "5xx", alias = "500")]
    ServerError,
    /// The connection is reset (RST), nothing was processed.
    Reset,
    /// An update is delivered twice.
    #[serde(alias = "duplicated")]
    Duplicate,
    /// An update overtakes the one before it.
    #[serde(alias = "reordered")]
    Reorder,
    /// A webhook update that was acknowledged is sent again after the usual back-off.
    #[serde(alias = "redelivery")]
    Redeliver,
}

impl FaultKind {
    /// Whether it concerns updates rather than calls.
    pub fn on_updates(self) -> bool {
        matches!(self, Self::Duplicate | Self::Reorder | Self::Redeliver)
    }
}

/// One fault to play.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// Its number, given by the world.
    #[serde(default)]
    pub id: u64,
    /// What goes wrong.
    pub kind: FaultKind,
    /// The method (or the kind of update) concerned, any when absent or `*`.
    #[serde(default)]
    pub method: Option<String>,
    /// The bot concerned, any when absent.
    #[serde(default)]
    pub bot: Option<i64>,
    /// How likely it strikes, 0 to 1.
    #[serde(default = "certain")]
    pub probability: f64,
    /// How often it strikes at most.
    #[serde(default)]
    pub count: Option<u64>,
    /// How many matching calls pass first.
    #[serde(default)]
    pub skip: u64,
    /// For `delay`, and how late a reordered update is.
    #[serde(default)]
    pub delay_ms: u64,
    /// For `too_many`, seconds.
    #[serde(default)]
    pub retry_after: Option<i64>,
    /// For `server_error`.
    #[serde(default)]
    pub code: Option<u16>,
    /// How often it struck.
    #[serde(default)]
    pub struck: u64,
}

impl Fault {
    /// A fault of this kind that always strikes, everywhere.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            id: 0,
            kind,
            method: None,
            bot: None,
            probability: 1.0,
            count: None,
            skip: 0,
            delay_ms: 0,
            retry_after: None,
            code: None,
            struck: 0,
        }
    }

    /// The same, for one method or kind of update.
    pub fn on(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// The same, at most so often.
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// The same, with this probability.
    pub fn likely(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    fn matches(&self, bot: i64, method: &str) -> bool {
        let method_fits = self.method.as_deref().is_none_or(|filter| {
            filter == "*" || filter.split(',').any(|one| one.trim().eq_ignore_ascii_case(method))
        });
        method_fits && self.bot.is_none_or(|id| id == bot) && self.left() > 0
    }

    fn left(&self) -> u64 {
        self.count.map_or(u64::MAX, |count| count.saturating_sub(self.struck))
    }
}

fn certain() -> f64 {
    1.0
}

struct Inner {
    rng: StdRng,
    last_id: u64,
    set: Vec<Fault>,
}

/// The faults in force.
pub(crate) struct Faults(Mutex<Inner>);

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(Inner { rng: StdRng::seed_from_u64(seed), last_id: 0, set: Vec::new() }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets one and returns its id.
    pub(crate) fn add(&self, mut fault: Fault) -> u64 {
        let mut inner = self.lock();
        inner.last_id += 1;
        fault.id = inner.last_id;
        fault.struck = 0;
        inner.set.push(fault);
        inner.last_id
    }

    /// Removes one, or all; how many went.
    pub(crate) fn remove(&self, id: Option<u64>) -> usize {
        let mut inner = self.lock();
        let before = inner.set.len();
        inner.set.retain(|fault| id.is_some_and(|id| fault.id != id));
        before - inner.set.len()
    }

    /// Starts the seeded choice anew, so that a run can be repeated.
    pub(crate) fn reseed(&self, seed: u64) {
        self.lock().rng = StdRng::seed_from_u64(seed);
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.lock().set.clone()
    }

    /// The first fault that strikes this call, or this update.
    pub(crate) fn strike(&self, bot: i64, method: &str, on_updates: bool) -> Option<Fault> {
        let mut inner = self.lock();
        let Inner { rng, set, .. } = &mut *inner;
        for fault in set.iter_mut() {
            if fault.kind.on_updates() != on_updates || !fault.matches(bot, method) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if fault.probability >= 1.0 || rng.random_range(0.0..1.0) < fault.probability {
                fault.struck += 1;
                return Some(fault.clone());
            }
        }
        None
    }
}
