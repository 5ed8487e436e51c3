//! Who says too much is asked once to slow down, and then not heard for a while. Knows users by number only.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actors::Clock;

/// How much one user may say to one bot.
#[derive(Clone, Debug)]
pub struct FloodLimits {
    /// Updates in a row before the rate counts.
    pub burst: u32,
    /// Updates a second after that; 0 switches the protection off.
    pub per_second: u32,
    /// How long a user is not heard after the warning.
    pub silence: Duration,
}

impl Default for FloodLimits {
    fn default() -> Self {
        Self { burst: 20, per_second: 2, silence: Duration::from_secs(30) }
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

#[derive(Clone, Copy, Debug, Default)]
struct User {
    /// When the bucket would be full again (GCRA), milliseconds.
    full_at_ms: i64,
    silent_until_ms: i64,
}

struct Users {
    users: HashMap<i64, User>,
    prune_at: usize,
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
        if self.limits.per_second == 0 {
            return Heard::Yes;
        }
        let now_ms = self.clock.now_ms();
        let interval_ms = (1000 / i64::from(self.limits.per_second)).max(1);
        let size_ms = interval_ms * i64::from(self.limits.burst.max(1));
        let silence_ms = i64::try_from(self.limits.silence.as_millis()).unwrap_or(i64::MAX);
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if users.users.len() >= users.prune_at {
            users.users.retain(|_, user| user.full_at_ms.max(user.silent_until_ms) > now_ms);
            users.prune_at = (2 * users.users.len()).max(USERS_KEPT);
        }
        let user = users.users.entry(user).or_default();
        // Times further ahead than any of ours come from a clock that was set back.
        if (now_ms..now_ms.saturating_add(silence_ms))
            .contains(&user.silent_until_ms.saturating_sub(1))
        {
            return Heard::Silence;
        }
        let full_at_ms = user.full_at_ms.clamp(now_ms, now_ms + size_ms);
        if full_at_ms + interval_ms <= now_ms + size_ms {
            user.full_at_ms = full_at_ms + interval_ms;
            return Heard::Yes;
        }
        // After the silence the user starts afresh.
        *user = User { full_at_ms: 0, silent_until_ms: now_ms.saturating_add(silence_ms) };
        Heard::Warn
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actors::Clock;

    use super::{Flood, FloodLimits, Heard};

    fn flood() -> Flood {
        let limits = FloodLimits { burst: 3, per_second: 1, silence: Duration::from_secs(30) };
        Flood::new(limits, Clock::system())
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
    fn who_keeps_to_the_rate_is_always_heard() {
        let flood = flood();
        for _ in 0..100 {
            assert_eq!(flood.hear(1), Heard::Yes);
            flood.clock.advance(time::Duration::seconds(1));
        }
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
        let limits = FloodLimits { per_second: 0, ..FloodLimits::default() };
        let flood = Flood::new(limits, Clock::system());
        assert!((0..1000).all(|_| flood.hear(1) == Heard::Yes));
    }

    #[test]
    fn a_clock_set_back_silences_nobody() {
        let flood = flood();
        while flood.hear(1) == Heard::Yes {}
        flood.clock.set_offset_ms(-86_400_000);
        assert_eq!(flood.hear(1), Heard::Yes);
    }
}
