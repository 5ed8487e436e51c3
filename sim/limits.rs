//! Telegram's flood limits as token buckets on the world's clock. It must not know what is being
//! sent.

use std::collections::HashMap;

use crate::reply::Refused;

/// The rates; the defaults are the ones Telegram documents.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages a second of one bot, all chats together.
    pub bot_per_s: f64,
    /// Messages a second in one private chat.
    pub chat_per_s: f64,
    /// How many messages a private chat takes at once.
    pub chat_burst: f64,
    /// Messages a minute in one group or channel.
    pub group_per_min: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bot_per_s: 30.0, chat_per_s: 1.0, chat_burst: 8.0, group_per_min: 20.0 }
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

impl Bucket {
    /// Refills; the seconds to wait for `cost` tokens, 0 when they are there.
    fn wait_s(&mut self, now_ms: i64, per_s: f64, size: f64, cost: f64) -> f64 {
        let passed_s = (now_ms - self.at_ms).max(0) as f64 / 1000.0;
        self.tokens = (self.tokens + passed_s * per_s).min(size);
        self.at_ms = now_ms;
        // An album larger than the bucket passes when the bucket is full.
        let cost = cost.min(size);
        ((cost - self.tokens) / per_s).max(0.0)
    }
}

/// The buckets of one bot.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    bot: Option<Bucket>,
    chats: HashMap<i64, Bucket>,
}

/// Buckets kept at most; full ones are forgotten beyond it.
const BUCKETS_KEPT: usize = 50_000;

impl Buckets {
    /// Takes `cost` messages for a chat, or says when to come back.
    pub(crate) fn take(
        &mut self,
        limits: &Limits,
        now_ms: i64,
        chat: i64,
        cost: f64,
    ) -> Result<(), Refused> {
        let (per_s, size) = if chat < 0 {
            (limits.group_per_min / 60.0, limits.group_per_min)
        } else {
            (limits.chat_per_s, limits.chat_burst)
        };
        if self.chats.len() > BUCKETS_KEPT {
            self.chats.retain(|_, bucket| now_ms - bucket.at_ms < 60_000);
        }
        let full = |tokens| Bucket { tokens, at_ms: now_ms };
        let bot = self.bot.get_or_insert_with(|| full(limits.bot_per_s));
        let chat = self.chats.entry(chat).or_insert_with(|| full(size));
        let wait = bot
            .wait_s(now_ms, limits.bot_per_s, limits.bot_per_s, cost)
            .max(chat.wait_s(now_ms, per_s, size, cost));
        if wait > 0.0 {
            return Err(Refused::too_many((wait.ceil() as i64).max(1)));
        }
        bot.tokens -= cost;
        chat.tokens -= cost;
        Ok(())
    }
}
