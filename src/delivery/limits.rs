//! Telegram's limits on what a bot sends: per bot, per chat, per group; and who waits for whom. Knows no wire.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::{Clock, Lane};
use tokio::sync::Notify;

#[cfg(test)]
mod tests;

/// How fast a bot may send. Source: <https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>.
#[derive(Clone, Debug)]
pub struct OutboundLimits {
    /// Messages a second, all chats together.
    pub bot_per_second: u32,
    /// Messages that a bot may send at once.
    pub bot_burst: u32,
    /// Messages a second in one private chat, after a burst.
    pub chat_per_second: u32,
    pub chat_burst: u32,
    /// Messages a minute in one group or channel, after a burst.
    pub group_per_minute: u32,
    pub group_burst: u32,
}

impl Default for OutboundLimits {
    fn default() -> Self {
        Self {
            bot_per_second: 30,
            bot_burst: 10,
            chat_per_second: 1,
            chat_burst: 5,
            group_per_minute: 20,
            group_burst: 5,
        }
    }
}

/// A wait for a chat's limit that is longer than this is not made in place: it would hold one of the few calls
/// that may be under way.
const WAIT_IN_PLACE: Duration = Duration::from_secs(2);
/// Chats whose limits are remembered before the rested ones are forgotten.
const CHATS_KEPT: usize = 4096;

/// A token bucket kept as the instant at which it would be full again (GCRA), microseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    full_at_us: i64,
}

/// The time between two tokens, and how many fit.
#[derive(Clone, Copy, Debug)]
struct Rate {
    interval_us: i64,
    burst: u32,
}

impl Rate {
    fn new(count: u32, per: Duration, burst: u32) -> Self {
        let per_us = i64::try_from(per.as_micros()).unwrap_or(i64::MAX);
        Self { interval_us: per_us / i64::from(count.max(1)), burst: burst.max(1) }
    }

    fn tolerance_us(self) -> i64 {
        self.interval_us.saturating_mul(i64::from(self.burst) - 1)
    }
}

impl Bucket {
    /// How long until the next token, microseconds.
    fn wait_us(self, rate: Rate, now_us: i64) -> i64 {
        // A clock that was set back must not make anybody wait for longer than an empty bucket does.
        let latest = now_us.saturating_add(rate.interval_us.saturating_mul(i64::from(rate.burst)));
        (self.full_at_us.min(latest) - rate.tolerance_us() - now_us).max(0)
    }

    /// Takes the next token, though it may not be there before `wait_us`.
    fn take(&mut self, rate: Rate, now_us: i64) {
        let begins = now_us + self.wait_us(rate, now_us);
        let full_at = self.full_at_us.clamp(begins, begins + rate.tolerance_us());
        self.full_at_us = full_at + rate.interval_us;
    }
}

/// Who waits for the bot's next token: by lane, then by arrival.
type Place = (Lane, u64);

struct State {
    bot: Bucket,
    chats: HashMap<i64, Bucket>,
    prune_at: usize,
    waiting: BTreeMap<Place, Arc<Notify>>,
    arrivals: u64,
}

/// The limits of one bot.
pub struct Limiter {
    clock: Clock,
    bot: Rate,
    chat: Rate,
    group: Rate,
    state: Mutex<State>,
}

impl Limiter {
    pub fn new(limits: &OutboundLimits, clock: Clock) -> Self {
        let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
        Self {
            clock,
            bot: Rate::new(limits.bot_per_second, second, limits.bot_burst),
            chat: Rate::new(limits.chat_per_second, second, limits.chat_burst),
            group: Rate::new(limits.group_per_minute, minute, limits.group_burst),
            state: Mutex::new(State {
                bot: Bucket::default(),
                chats: HashMap::new(),
                prune_at: CHATS_KEPT,
                waiting: BTreeMap::new(),
                arrivals: 0,
            }),
        }
    }

    /// Waits until one more message may go to this chat.
    ///
    /// # Errors
    /// How long to stay away, when the chat's own limit is far from free.
    pub async fn turn(&self, chat: i64, lane: Lane) -> Result<(), Duration> {
        let now_us = self.now_us();
        let wait_us = {
            let rate = self.rate(chat);
            let mut state = self.state();
            let bucket = state.chats.entry(chat).or_default();
            let wait_us = bucket.wait_us(rate, now_us);
            let wait = Duration::from_micros(wait_us.unsigned_abs());
            if wait > WAIT_IN_PLACE {
                return Err(wait);
            }
            bucket.take(rate, now_us);
            self.prune(&mut state, now_us);
            wait_us
        };
        if wait_us > 0 {
            self.clock.sleep_until_ms(ms_after(now_us + wait_us)).await;
        }
        self.bot_turn(lane).await;
        Ok(())
    }

    /// Takes a token of the bot and of the chat if both are there and nobody waits.
    pub fn try_turn(&self, chat: i64) -> bool {
        let (now_us, rate) = (self.now_us(), self.rate(chat));
        let mut state = self.state();
        let rested = |bucket: Bucket, rate| bucket.wait_us(rate, now_us) == 0;
        let known = state.chats.get(&chat).copied().unwrap_or_default();
        if !state.waiting.is_empty() || !rested(state.bot, self.bot) || !rested(known, rate) {
            return false;
        }
        state.bot.take(self.bot, now_us);
        state.chats.entry(chat).or_default().take(rate, now_us);
        self.prune(&mut state, now_us);
        true
    }

    /// The bot's own limit: money and answers go first.
    async fn bot_turn(&self, lane: Lane) {
        let ticket = Ticket::take(self, lane);
        loop {
            let wake_us = {
                let mut state = self.state();
                let now_us = self.now_us();
                let first = state.waiting.keys().next() == Some(&ticket.place);
                match (first, state.bot.wait_us(self.bot, now_us)) {
                    (true, 0) => {
                        state.bot.take(self.bot, now_us);
                        return;
                    }
                    (true, wait_us) => Some(now_us + wait_us),
                    // Whoever is first wakes the next.
                    (false, _) => None,
                }
            };
            match wake_us {
                None => ticket.called.notified().await,
                Some(wake_us) => tokio::select! {
                    () = self.clock.sleep_until_ms(ms_after(wake_us)) => {}
                    () = ticket.called.notified() => {}
                },
            }
        }
    }

    fn rate(&self, chat: i64) -> Rate {
        // Groups, supergroups and channels have negative ids.
        if chat < 0 { self.group } else { self.chat }
    }

    fn prune(&self, state: &mut State, now_us: i64) {
        if state.chats.len() >= state.prune_at {
            state.chats.retain(|_, bucket| bucket.full_at_us > now_us);
            state.prune_at = (2 * state.chats.len()).max(CHATS_KEPT);
        }
    }

    fn now_us(&self) -> i64 {
        self.clock.now_ms().saturating_mul(1000)
    }

    /// Nothing panics while it is held; if it did, the counts would still be sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first millisecond in which the clock shows this instant or a later one.
fn ms_after(us: i64) -> i64 {
    us.div_euclid(1000) + i64::from(us.rem_euclid(1000) > 0)
}

/// A place among those who wait for the bot; given back when the wait ends, however it ends.
struct Ticket<'l> {
    limiter: &'l Limiter,
    place: Place,
    called: Arc<Notify>,
}

impl<'l> Ticket<'l> {
    fn take(limiter: &'l Limiter, lane: Lane) -> Self {
        let called = Arc::new(Notify::new());
        let mut state = limiter.state();
        state.arrivals += 1;
        let place = (lane, state.arrivals);
        state.waiting.insert(place, Arc::clone(&called));
        drop(state);
        Self { limiter, place, called }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        state.waiting.remove(&self.place);
        if let Some(next) = state.waiting.values().next() {
            next.notify_one();
        }
    }
}
