//! The believable life of a channel: how it grows, when it posts, who sees a post and for how long.
//! All of it follows from a seed, so that a day can be asked for at any time. It must not know
//! MTProto.

mod curve;
mod pulse;
pub(crate) mod text;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub(crate) use curve::{Curve, Day};
pub(crate) use pulse::Pulse;
pub(crate) use text::{Mark, Written};

use text::Language;

pub(crate) const DAY_S: i64 = 86_400;

/// Which share of a day's posts an hour gets, UTC, in thousandths.
const HOURS: [u32; 24] =
    [8, 4, 2, 2, 4, 12, 28, 48, 62, 66, 60, 54, 58, 52, 46, 44, 48, 58, 72, 84, 76, 56, 36, 20];

/// What a life follows from.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Unix seconds of its first day.
    pub(crate) born_s: i64,
    pub(crate) language: Language,
    /// Subscribers on its first day.
    pub(crate) subscribers: i64,
    /// Posts of an ordinary day.
    pub(crate) posts_per_day: f64,
    /// Channels whose posts it forwards.
    pub(crate) friends: Vec<i64>,
    /// The bot that some posts link to, with a payload of its own.
    pub(crate) bot: Option<String>,
}

/// One post that a plan foresees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) at_s: i64,
    /// Everything else about it follows from this.
    pub(crate) seed: u64,
}

impl Planned {
    fn one_in(self, n: u64, which: u64) -> bool {
        (self.seed >> 8) % n == which
    }

    /// When it is edited, if it is.
    pub(crate) fn edited_s(self) -> Option<i64> {
        self.one_in(16, 3).then(|| self.at_s + 120 + i64::from(self.seed as u8) * 20)
    }

    /// When it is deleted, if it is.
    pub(crate) fn deleted_s(self) -> Option<i64> {
        self.one_in(43, 7).then(|| self.at_s + 600 + i64::from(self.seed as u8) * 500)
    }

    /// Whether it is a picture with a caption.
    pub(crate) fn has_photo(self) -> bool {
        self.one_in(4, 1)
    }

    /// Whether it is somebody else's post.
    pub(crate) fn is_forward(self) -> bool {
        self.one_in(11, 2)
    }
}

/// One channel's life.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) plan: Plan,
    pub(crate) curve: Curve,
    /// The posts of before anybody looked; the first has the id 1.
    past: Vec<Planned>,
    /// The ids of those that were not deleted, rising.
    alive: Vec<i32>,
    /// Until when the plan was lived, Unix seconds.
    lived_s: i64,
    upcoming: Option<Planned>,
}

impl Life {
    /// A life with everything posted from its birth until `now_s`.
    pub(crate) fn until(plan: Plan, now_s: i64) -> Self {
        let mut curve = Curve::new(plan.seed, plan.subscribers);
        let last = (now_s - plan.born_s).max(0) / DAY_S;
        let mut past = Vec::new();
        for day in 0..=last {
            let posts = posts_of(&plan, curve.day(day), day);
            past.extend(posts.into_iter().filter(|post| post.at_s <= now_s));
        }
        let ids = past.iter().zip(1..).filter(|(post, _)| post.deleted_s().is_none());
        let alive = ids.map(|(_, id)| id).collect();
        Self { plan, curve, past, alive, lived_s: now_s, upcoming: None }
    }

    /// Posts of the past, the deleted ones too.
    pub(crate) fn past_count(&self) -> usize {
        self.past.len()
    }

    /// Ids of the posts of the past that are there, rising.
    pub(crate) fn alive(&self) -> &[i32] {
        &self.alive
    }

    /// A post of the past that is there.
    pub(crate) fn past(&self, id: i64) -> Option<Planned> {
        let at = usize::try_from(id - 1).ok()?;
        self.past.get(at).copied().filter(|post| post.deleted_s().is_none())
    }

    /// The next post that is not lived yet.
    pub(crate) fn upcoming(&mut self) -> Option<Planned> {
        if self.upcoming.is_none() {
            self.upcoming = self.next_post(self.lived_s);
        }
        self.upcoming
    }

    /// The upcoming post was posted.
    pub(crate) fn lived(&mut self, post: Planned) {
        self.lived_s = post.at_s;
        self.upcoming = None;
        self.know(post.at_s);
    }

    /// The next post that the plan foresees after `after_s`; looks at most a month ahead.
    fn next_post(&mut self, after_s: i64) -> Option<Planned> {
        let first = (after_s - self.plan.born_s).max(0) / DAY_S;
        for day in first..first + 31 {
            let posts = posts_of(&self.plan, self.curve.day(day), day);
            if let Some(next) = posts.into_iter().find(|post| post.at_s > after_s) {
                return Some(next);
            }
        }
        None
    }

    /// Makes the days until an instant known.
    pub(crate) fn know(&mut self, now_s: i64) {
        self.curve.day((now_s - self.plan.born_s) / DAY_S);
    }

    /// Subscribers at an instant whose day is known.
    pub(crate) fn subscribers(&self, now_s: i64) -> i64 {
        let since = (now_s - self.plan.born_s).max(0);
        let today = self.curve.known(since / DAY_S);
        let share = (since % DAY_S) * 1000 / DAY_S;
        today.before + (today.joined - today.left) * share / 1000
    }

    /// What a post says.
    pub(crate) fn written(&self, post: Planned, edited: bool) -> Written {
        text::write(self.plan.language, post.seed, self.plan.bot.as_deref(), edited)
    }
}

/// The posts of one day, oldest first.
fn posts_of(plan: &Plan, day: &Day, number: i64) -> Vec<Planned> {
    let mut rng =
        StdRng::seed_from_u64(plan.seed ^ number.unsigned_abs().wrapping_mul(0x9e37_79b9));
    let expected = plan.posts_per_day * day.mood;
    let mut count = expected.floor();
    if rng.random_range(0.0..1.0) < expected - count {
        count += 1.0;
    }
    let mut posts = Vec::new();
    let mut left = count;
    while left >= 1.0 {
        left -= 1.0;
        let at_s = plan.born_s + number * DAY_S + second_of_day(plan.born_s, &mut rng);
        posts.push(Planned { at_s, seed: rng.random() });
    }
    posts.sort_by_key(|post| (post.at_s, post.seed));
    posts
}

/// A second after the day's begin; days begin when the channel was born, hours count in UTC.
fn second_of_day(born_s: i64, rng: &mut StdRng) -> i64 {
    let mut at = rng.random_range(0..HOURS.iter().sum::<u32>());
    let mut hour = 0;
    for (number, share) in HOURS.iter().enumerate() {
        hour = i64::try_from(number).unwrap_or(0);
        if at < *share {
            break;
        }
        at -= share;
    }
    let of_day = hour * 3600 + rng.random_range(0..3600);
    (of_day - born_s).rem_euclid(DAY_S)
}

#[cfg(test)]
mod tests;
