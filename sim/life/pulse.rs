//! How a post is received: views that come fast and fade, forwards and reactions in their wake. It
//! must not know what the post says.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Reactions in the order of their frequency.
const EMOJI: [&str; 6] = ["👍", "❤", "🔥", "👏", "😁", "🤔"];

/// How one post is received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pulse {
    at_s: i64,
    /// Views in the end.
    reach: f64,
    forwards: f64,
    reactions: f64,
    /// How fast it fades, days.
    fades: f64,
    seed: u64,
}

impl Pulse {
    pub(crate) fn new(seed: u64, at_s: i64, subscribers: i64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ 0x7075_6c73);
        let crowd = f64::from(i32::try_from(subscribers.max(1)).unwrap_or(i32::MAX));
        let viral = rng.random_range(0.0..1.0) < 0.03;
        let lift = if viral { rng.random_range(2.0..5.0) } else { 1.0 };
        let reach = crowd * rng.random_range(0.22..0.55) * lift;
        Self {
            at_s,
            reach,
            forwards: reach * rng.random_range(0.004..0.02) * lift,
            reactions: reach * rng.random_range(0.008..0.045),
            fades: rng.random_range(0.8..2.4),
            seed,
        }
    }

    /// Which share of the views has come: most within hours, the rest over days.
    fn share(&self, now_s: i64) -> f64 {
        let age_s = f64::from(i32::try_from((now_s - self.at_s).max(0)).unwrap_or(i32::MAX));
        let hours = age_s / 3600.0;
        let slow = self.fades * 24.0;
        1.0 - 0.55 * (-hours / 2.5).exp() - 0.45 * (-hours / slow).exp()
    }

    /// The one who posts sees it first.
    pub(crate) fn views(&self, now_s: i64) -> i32 {
        1 + (self.reach * self.share(now_s)) as i32
    }

    pub(crate) fn forwards(&self, now_s: i64) -> i32 {
        (self.forwards * self.share(now_s)) as i32
    }

    /// Reactions, the most frequent first.
    pub(crate) fn reactions(&self, now_s: i64) -> Vec<(&'static str, i32)> {
        let all = self.reactions * self.share(now_s);
        let first = usize::try_from(self.seed % 3).unwrap_or(0);
        let mut share = 0.55;
        let mut given = Vec::new();
        for at in 0..4 {
            let count = (all * share) as i32;
            if count > 0 {
                given.push((EMOJI[(first + at) % EMOJI.len()], count));
            }
            share *= 0.42;
        }
        given
    }
}
