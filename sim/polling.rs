//! getUpdates: long polling, confirmation by offset, and the conflict of two pollers. It must not
//! know HTTP.

use std::time::Duration;

use crate::params::Params;
use crate::reply::{Refused, bad, conflict};
use crate::updates::Update;
use crate::world::{Turn, World};

/// The longest wait that Telegram grants, seconds.
const WAIT_MAX_S: i64 = 50;

const HOOKED: &str = "can't use getUpdates method while webhook is active; \
    use deleteWebhook to delete the webhook first";
const OTHER_POLLER: &str =
    "terminated by other getUpdates request; make sure that only one bot instance is running";

/// Answers with a JSON array of updates, as text.
pub(crate) async fn get_updates(
    world: &World,
    bot: i64,
    params: &Params,
) -> Result<String, Refused> {
    let limit = params.int("limit").unwrap_or(100).clamp(1, 100).unsigned_abs() as usize;
    let wait_s = params.int("timeout").unwrap_or(0).clamp(0, WAIT_MAX_S).unsigned_abs();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(wait_s);
    let (turn_no, notify) = begin(world, bot, params)?;
    loop {
        let notified = notify.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        if let Some(batch) = look(world, bot, turn_no, limit)? {
            return Ok(join(&batch));
        }
        if tokio::time::timeout_at(deadline, notified).await.is_err() {
            // A last look, for what came with the deadline.
            let batch = look(world, bot, turn_no, limit)?.unwrap_or_default();
            return Ok(join(&batch));
        }
    }
}

fn begin(
    world: &World,
    bot: i64,
    params: &Params,
) -> Result<(u64, std::sync::Arc<tokio::sync::Notify>), Refused> {
    let allowed = params.json("allowed_updates", "can't parse allowed_updates JSON object")?;
    let mut turn = world.turn();
    let queue = turn.queue(bot)?;
    if queue.hook.is_some() {
        return Err(conflict(HOOKED));
    }
    if let Some(allowed) = allowed {
        if !allowed.is_array() {
            return Err(bad("can't parse allowed_updates: expected an Array of String"));
        }
        queue.allow(&allowed);
    }
    queue.poll += 1;
    queue.polled.notify_waiters(); // an older poll is told to go
    let begun = (queue.poll, std::sync::Arc::clone(&queue.polled));
    let confirmed = queue.confirm(params.int("offset").unwrap_or(0));
    turn.arrived(&confirmed, true);
    Ok(begun)
}

fn look(
    world: &World,
    bot: i64,
    turn_no: u64,
    limit: usize,
) -> Result<Option<Vec<Update>>, Refused> {
    let mut turn = world.turn();
    let now_ms = turn.now_ms;
    let queue = turn.queue(bot)?;
    if queue.hook.is_some() {
        return Err(conflict("terminated by setWebhook request"));
    }
    if queue.poll != turn_no {
        return Err(conflict(OTHER_POLLER));
    }
    queue.purge(now_ms);
    let batch = queue.peek(limit);
    if batch.is_empty() {
        return Ok(None);
    }
    turn.arrived(&batch, false);
    Ok(Some(batch))
}

fn join(batch: &[Update]) -> String {
    let size: usize = batch.iter().map(|update| update.body.len() + 1).sum();
    let mut text = String::with_capacity(size + 2);
    text.push('[');
    for (at, update) in batch.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&update.body);
    }
    text.push(']');
    text
}

impl Turn<'_> {
    /// The queue of a bot.
    pub(crate) fn queue(&mut self, bot: i64) -> Result<&mut crate::updates::Queue, Refused> {
        let found = self.state.bots.get_mut(&bot);
        found.map(|bot| &mut bot.queue).ok_or_else(|| Refused::new(401, "Unauthorized"))
    }

    /// Marks the messages that these updates brought.
    pub(crate) fn arrived(&mut self, updates: &[Update], read: bool) {
        for update in updates {
            if let Some((place, id)) = update.about {
                self.mark(place, id, read);
            }
        }
    }
}
