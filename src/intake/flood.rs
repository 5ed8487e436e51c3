//! Who says too much is asked once to slow down, and then not heard for a while. Knows users by number only.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actors::Clock;

/// How much one user may say to one bot: so many updates within any window of that length.
#[derive(Clone, Debug)]
pub struct FloodLimits {
    /// 0 switches the protection off.
    pub messages: u32,
    pub window: Duration,
    /// How long a user is not heard after the warning.
    pub silence: Duration,
}

impl Default for FloodLimits {
    fn default() -> Self {
        Self { messages: 30, window: Duration::from_secs(10), silence: Duration::from_secs(60) }
    }
}

/// What becomes of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Yes,
    /// The first one too many: the user is told.
    Warn,
    /// Confirmed, and nothing else.
    Silence,
}

/// Users remembered before the quiet ones are forgotten.
const USERS_KEPT: usize = 4096;

#[derive(Debug, Default)]
struct User {
    /// When each update of the last window came, oldest first; never more than the limit.
    heard_ms: VecDeque<i64>,
    silent_until_ms: i64,
}

impl User {
    /// Leaves out what no longer counts. Times ahead of now come from a clock that was set back.
    fn forget(&mut self, now_ms: i64, window_ms: i64) {
        while self.heard_ms.front().is_some_and(|at_ms| now_ms.saturating_sub(*at_ms) >= window_ms)
        {
            self.heard_ms.pop_front();
        }
        while self.heard_ms.back().is_some_and(|at_ms| *at_ms > now_ms) {
            self.heard_ms.pop_back();
        }
    }

    /// A silence that ends further ahead than any of ours comes from a clock that was set back.
    fn is_silenced(&self, now_ms: i64, silence_ms: i64) -> bool {
        let left_ms = self.silent_until_ms.saturating_sub(now_ms);
        0 < left_ms && left_ms <= silence_ms
    }
}

struct Users {
    users: HashMap<i64, User>,
    prune_at: usize,
}

impl Users {
    /// Forgets who went quiet, whenever there are twice as many as were left the last time.
    fn prune(&mut self, now_ms: i64, window_ms: i64, silence_ms: i64) {
        if self.users.len() < self.prune_at {
            return;
        }
        self.users.retain(|_, user| {
            user.forget(now_ms, window_ms);
            !user.heard_ms.is_empty() || user.is_silenced(now_ms, silence_ms)
        });
        self.prune_at = (2 * self.users.len()).max(USERS_KEPT);
    }
}

/// The flood protection of one bot.
pub struct Flood {
    limits: FloodLimits,
    clock: Clock,
    users: Mutex<Users>,
}

impl Flood {
    pub fn new(limits: FloodLimits, clock: Clock) -> Self {
        let users = Mutex::new(Users { users: HashMap::new(), prune_at: USERS_KEPT });
        Self { limits, clock, users }
    }

    /// Counts one update of a user's.
    pub fn hear(&self, user: i64) -> Heard {
        if self.limits.messages == 0 {
            return Heard::Yes;
        }
        let now_ms = self.clock.now_ms();
        let (window_ms, silence_ms) = (millis(self.limits.window), millis(self.limits.silence));
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.prune(now_ms, window_ms, silence_ms);
        let user = users.users.entry(user).or_default();
        if user.is_silenced(now_ms, silence_ms) {
            return Heard::Silence;
        }
        user.forget(now_ms, window_ms);
        if user.heard_ms.len() < self.limits.messages as usize {
            user.heard_ms.push_back(now_ms);
            return Heard::Yes;
        }
        // After the silence the user starts afresh.
        let silent_until_ms = now_ms.saturating_add(silence_ms);
        *user = User { heard_ms: VecDeque::new(), silent_until_ms };
        Heard::Warn
    }
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actors::Clock;

    use super::{Flood, FloodLimits, Heard};

    fn flood() -> Flood {
        let (window, silence) = (Duration::from_secs(7), Duration::from_secs(30));
        Flood::new(FloodLimits { messages: 3, window, silence }, Clock::system())
    }

    #[test]
    fn one_warning_then_silence_then_a_fresh_start() {
        let flood = flood();
        let heard: Vec<Heard> = (0..6).map(|_| flood.hear(1)).collect();
        assert_eq!(heard[..3], [Heard::Yes; 3]);
        assert_eq!(heard[3..], [Heard::Warn, Heard::Silence, Heard::Silence]);
        assert_eq!(flood.hear(2), Heard::Yes, "others are heard");
        flood.clock.advance(time::Duration::seconds(29));
        assert_eq!(flood.hear(1), Heard::Silence);
        flood.clock.advance(time::Duration::seconds(2));
        assert_eq!((0..3).map(|_| flood.hear(1)).collect::<Vec<_>>(), [Heard::Yes; 3]);
        assert_eq!(flood.hear(1), Heard::Warn);
    }

    #[test]
    fn who_keeps_to_the_limit_is_always_heard() {
        let flood = flood();
        for _ in 0..100 {
            assert_eq!([(); 3].map(|()| flood.hear(1)), [Heard::Yes; 3]);
            flood.clock.advance(time::Duration::seconds(7));
        }
    }

    #[test]
    fn the_window_moves_with_each_update() {
        let flood = flood();
        for _ in 0..3 {
            assert_eq!(flood.hear(1), Heard::Yes);
            flood.clock.advance(time::Duration::seconds(2));
        }
        // Six seconds after the first: it still counts, and a second later it does not.
        flood.clock.advance(time::Duration::seconds(1));
        assert_eq!(flood.hear(1), Heard::Yes);
        assert_eq!(flood.hear(1), Heard::Warn, "the second one is five seconds old");
    }

    #[test]
    fn users_who_went_quiet_are_forgotten() {
        let flood = flood();
        for user in 0..10_000 {
            flood.hear(user);
            if user % 1000 == 0 {
                flood.clock.advance(time::Duration::seconds(10));
            }
        }
        assert!(flood.users.lock().unwrap().users.len() < 6000);
    }

    #[test]
    fn no_limit_means_no_limit() {
        let limits = FloodLimits { messages: 0, ..FloodLimits::default() };
        let flood = Flood::new(limits, Clock::system());
        assert!((0..1000).all(|_| flood.hear(1) == Heard::Yes));
    }

    #[test]
    fn a_clock_set_back_silences_nobody() {
        let flood = flood();
        while flood.hear(1) == Heard::Yes {}
        assert_eq!([(); 2].map(|()| flood.hear(2)), [Heard::Yes; 2]);
        flood.clock.set_offset_ms(-86_400_000);
        assert_eq!(flood.hear(1), Heard::Yes);
        assert_eq!([(); 3].map(|()| flood.hear(2)), [Heard::Yes; 3]);
    }
}
