//! How a channel's number of subscribers goes, day by day: weekly rhythm, spikes, quiet spells. It
//! must not know posts.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Growth by day of the week, beginning with the day of birth.
const WEEK: [f64; 7] = [1.0, 1.04, 1.08, 1.0, 0.94, 0.78, 0.74];

/// One day of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Day {
    /// Subscribers at its begin.
    pub(crate) before: i64,
    pub(crate) joined: i64,
    pub(crate) left: i64,
    /// How busy the channel is, 1 on an ordinary day.
    pub(crate) mood: f64,
    /// A spike began: somebody large recommended the channel.
    pub(crate) spike: bool,
    /// Within a quiet spell.
    pub(crate) quiet: bool,
}

/// All days so far; more are made when they are asked for.
#[derive(Debug)]
pub(crate) struct Curve {
    rng: StdRng,
    growth: f64,
    churn: f64,
    spike: f64,
    quiet_days: i64,
    days: Vec<Day>,
    next: f64,
}

impl Curve {
    pub(crate) fn new(seed: u64, subscribers: i64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ 0x0067_726f);
        Self {
            growth: rng.random_range(0.001..0.006),
            churn: rng.random_range(0.0004..0.0022),
            rng,
            spike: 0.0,
            quiet_days: 0,
            days: Vec::new(),
            next: whole_to_float(subscribers.max(1)),
        }
    }

    /// The day with this number.
    pub(crate) fn day(&mut self, number: i64) -> &Day {
        let at = usize::try_from(number.max(0)).unwrap_or(0);
        while self.days.len() <= at {
            self.live_a_day();
        }
        &self.days[at]
    }

    /// A day that was made already, or the last one.
    pub(crate) fn known(&self, number: i64) -> Day {
        let at = usize::try_from(number.max(0)).unwrap_or(0);
        let nothing = Day { before: 0, joined: 0, left: 0, mood: 1.0, spike: false, quiet: false };
        self.days.get(at).or(self.days.last()).copied().unwrap_or(nothing)
    }

    fn live_a_day(&mut self) {
        let total = self.next;
        let spike = self.rng.random_range(0.0..1.0) < 1.0 / 45.0;
        if spike {
            self.spike += total * self.rng.random_range(0.008..0.05);
        }
        if self.quiet_days == 0 && self.rng.random_range(0.0..1.0) < 1.0 / 60.0 {
            self.quiet_days = self.rng.random_range(4..13);
        }
        let quiet = self.quiet_days > 0;
        self.quiet_days = (self.quiet_days - 1).max(0);
        let week = WEEK[self.days.len() % WEEK.len()];
        let mood = week * if quiet { 0.2 } else { 1.0 } * self.rng.random_range(0.7..1.3);
        let joined = (total * self.growth * mood + self.spike).round();
        let left =
            (total * self.churn * self.rng.random_range(0.6..1.5) + self.spike * 0.15).round();
        self.spike *= 0.45;
        let whole = |number: f64| number as i64;
        self.days.push(Day {
            before: whole(total),
            joined: whole(joined),
            left: whole(left),
            mood,
            spike,
            quiet,
        });
        self.next = (total + joined - left).max(1.0);
    }
}

fn whole_to_float(number: i64) -> f64 {
    i32::try_from(number).map_or(f64::from(i32::MAX), f64::from)
}
