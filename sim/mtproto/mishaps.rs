//! Faults of the data centres on demand: which are set, which strikes now, and the flood waits that
//! run. It must not know how a connection plays them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MishapKind {
    /// 420 `FLOOD_WAIT_<seconds>`; the method stays refused to the user until the wait is over.
    FloodWait,
    /// 420 `FLOOD_PREMIUM_WAIT_<seconds>`, likewise.
    FloodPremiumWait,
    /// The call is taken and never answered; the connection stays open and mute.
    Silent,
    /// The connection is reset (RST) before the call was processed.
    Reset,
    /// The call is processed, then the connection closes without the answer.
    DropAfter,
    /// The data centre forgets the key: transport error −404.
    KeyLost,
    /// All salts become wrong.
    BadSalt,
    /// The login ends: 401 `SESSION_REVOKED`, or the error given by `name`.
    Revoked,
    /// 500 `INTERNAL`, or the error given by `code` and `name`.
    Error,
    /// The call is answered `delay_ms` later.
    Slow,
    /// An update is not pushed.
    LostUpdate,
    /// An update is pushed as `updateChannelTooLong`.
    TooLong,
    /// An update is pushed after the next one.
    LateUpdate,
    /// An update is pushed twice.
    DoubleUpdate,
}

impl MishapKind {
    /// Whether it concerns updates rather than calls.
    pub fn on_updates(self) -> bool {
        matches!(self, Self::LostUpdate | Self::TooLong | Self::LateUpdate | Self::DoubleUpdate)
    }

    /// Its name in the log of calls.
    pub fn name(self) -> &'static str {
        match self {
            Self::FloodWait => "flood_wait",
            Self::FloodPremiumWait => "flood_premium_wait",
            Self::Silent => "silent",
            Self::Reset => "reset",
            Self::DropAfter => "drop_after",
            Self::KeyLost => "key_lost",
            Self::BadSalt => "bad_salt",
            Self::Revoked => "revoked",
            Self::Error => "error",
            Self::Slow => "slow",
            Self::LostUpdate => "lost_update",
            Self::TooLong => "too_long",
            Self::LateUpdate => "late_update",
            Self::DoubleUpdate => "double_update",
        }
    }
}

/// One fault to play.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mishap {
    /// Its number, given by the data centres.
    #[serde(default)]
    pub id: u64,
    /// What goes wrong.
    pub kind: MishapKind,
    /// The methods concerned (`messages.getHistory`, several with commas), any when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// The user concerned, any when absent.
    #[serde(default)]
    pub user: Option<i64>,
    /// The data centre concerned, any when absent.
    #[serde(default)]
    pub dc: Option<i32>,
    /// How likely it strikes, 0 to 1.
    #[serde(default = "certain")]
    pub probability: f64,
    /// How often it strikes at most.
    #[serde(default)]
    pub count: Option<u64>,
    /// How many matching calls pass first.
    #[serde(default)]
    pub skip: u64,
    /// For `slow`.
    #[serde(default)]
    pub delay_ms: u64,
    /// For the flood waits.
    #[serde(default)]
    pub seconds: Option<i64>,
    /// For `error`.
    #[serde(default)]
    pub code: Option<i32>,
    /// For `error` and `revoked`.
    #[serde(default)]
    pub name: Option<String>,
    /// How often it struck.
    #[serde(default)]
    pub struck: u64,
}

impl Mishap {
    /// A fault of this kind that always strikes, everywhere.
    pub fn new(kind: MishapKind) -> Self {
        Self {
            id: 0,
            kind,
            method: None,
            user: None,
            dc: None,
            probability: 1.0,
            count: None,
            skip: 0,
            delay_ms: 0,
            seconds: None,
            code: None,
            name: None,
            struck: 0,
        }
    }

    /// The same, for some methods.
    pub fn on(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// The same, at most so often.
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// The same, after so many matching calls.
    pub fn after(mut self, skip: u64) -> Self {
        self.skip = skip;
        self
    }

    fn matches(&self, place: &Struck<'_>) -> bool {
        let method_fits = self.method.as_deref().is_none_or(|filter| {
            filter == "*" || filter.split(',').any(|one| one.trim() == place.method)
        });
        method_fits
            && self.user.is_none_or(|user| user == place.user)
            && self.dc.is_none_or(|dc| dc == place.dc)
            && self.count.is_none_or(|count| self.struck < count)
    }
}

fn certain() -> f64 {
    1.0
}

/// The call or the update that a fault may strike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Struck<'a> {
    pub(crate) dc: i32,
    pub(crate) user: i64,
    /// The method, or the constructor of the update.
    pub(crate) method: &'a str,
}

struct Wait {
    until_ms: i64,
    premium: bool,
}

struct Inner {
    rng: StdRng,
    last_id: u64,
    set: Vec<Mishap>,
    waits: HashMap<(i64, String), Wait>,
}

/// The faults in force.
pub(crate) struct Mishaps(Mutex<Inner>);

impl Mishaps {
    pub(crate) fn new(seed: u64) -> Self {
        let rng = StdRng::seed_from_u64(seed ^ 0x6d69_7368);
        Self(Mutex::new(Inner { rng, last_id: 0, set: Vec::new(), waits: HashMap::new() }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets one and returns its id.
    pub(crate) fn add(&self, mut mishap: Mishap) -> u64 {
        let mut inner = self.lock();
        inner.last_id += 1;
        mishap.id = inner.last_id;
        mishap.struck = 0;
        inner.set.push(mishap);
        inner.last_id
    }

    /// Removes one, or all; how many went. Waits that run are forgotten with all.
    pub(crate) fn remove(&self, id: Option<u64>) -> usize {
        let mut inner = self.lock();
        let before = inner.set.len();
        inner.set.retain(|mishap| id.is_some_and(|id| mishap.id != id));
        if id.is_none() {
            inner.waits.clear();
        }
        before - inner.set.len()
    }

    pub(crate) fn list(&self) -> Vec<Mishap> {
        self.lock().set.clone()
    }

    /// The first fault that strikes.
    pub(crate) fn strike(&self, place: Struck<'_>, on_updates: bool) -> Option<Mishap> {
        let mut inner = self.lock();
        let Inner { rng, set, .. } = &mut *inner;
        for mishap in set.iter_mut() {
            if mishap.kind.on_updates() != on_updates || !mishap.matches(&place) {
                continue;
            }
            if mishap.skip > 0 {
                mishap.skip -= 1;
                continue;
            }
            if mishap.probability >= 1.0 || rng.random_range(0.0..1.0) < mishap.probability {
                mishap.struck += 1;
                return Some(mishap.clone());
            }
        }
        None
    }

    /// Begins a flood wait of a user and a method.
    pub(crate) fn begin_wait(&self, place: Struck<'_>, until_ms: i64, premium: bool) {
        let key = (place.user, place.method.to_owned());
        self.lock().waits.insert(key, Wait { until_ms, premium });
    }

    /// The seconds left of a running flood wait, and whether it is the premium one.
    pub(crate) fn waiting(&self, place: Struck<'_>, now_ms: i64) -> Option<(i64, bool)> {
        let inner = self.lock();
        let wait = inner.waits.get(&(place.user, place.method.to_owned()))?;
        let left = wait.until_ms - now_ms;
        (left > 0).then_some(((left + 999) / 1000, wait.premium))
    }
}

#[cfg(test)]
mod tests {
    use super::{Mishap, MishapKind, Mishaps, Struck};

    #[test]
    fn a_fault_strikes_where_and_as_often_as_it_says() {
        let mishaps = Mishaps::new(1);
        mishaps.add(Mishap::new(MishapKind::Error).on("a.b, c.d").times(2).after(1));
        let call = |method| Struck { dc: 1, user: 5, method };
        let struck = |method| mishaps.strike(call(method), false).is_some();
        assert!(!struck("x.y"));
        assert_eq!(["a.b", "c.d", "a.b", "a.b"].map(struck), [false, true, true, false]);
        assert!(mishaps.strike(call("a.b"), true).is_none());
    }

    #[test]
    fn a_flood_wait_runs_for_one_user_and_method_until_it_is_over() {
        let mishaps = Mishaps::new(1);
        let call = Struck { dc: 1, user: 5, method: "a.b" };
        mishaps.begin_wait(call, 10_000, false);
        assert_eq!(mishaps.waiting(call, 7_500), Some((3, false)));
        assert_eq!(mishaps.waiting(Struck { user: 6, ..call }, 7_500), None);
        assert_eq!(mishaps.waiting(call, 10_000), None);
    }
}
