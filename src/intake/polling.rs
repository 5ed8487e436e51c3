//! Long polling: takes updates from `getUpdates` and confirms them once they are committed. Knows no actors by name.

use std::sync::Arc;
use std::time::Duration;

use actors::Failure;
use serde_json::json;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use crate::delivery::telegram::TelegramCourier;
use crate::intake::backoff::Backoff;
use crate::intake::bot::{self, BotIntake, IntakeState, Sorted};
use crate::intake::registration::{self, Mode};
use crate::intake::update::HANDLED;
use crate::telegram::{BotApi, CALL_WITHIN, CallError};

/// How a bot is polled.
#[derive(Clone, Debug)]
pub struct PollingConfig {
    /// How long Telegram holds a call without updates; it grants at most 50 s.
    pub timeout: Duration,
    /// Updates in one answer; Telegram gives at most 100.
    pub limit: u8,
}

impl Default for PollingConfig {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(50), limit: 100 }
    }
}

/// Another poller is given way at first, and then asked about at this pace.
const CONFLICT_FIRST: Duration = Duration::from_secs(2);
const CONFLICT_LAST: Duration = Duration::from_secs(60);
const BUSY_FIRST: Duration = Duration::from_millis(20);
const BUSY_LAST: Duration = Duration::from_secs(2);
const FAULT_FIRST: Duration = Duration::from_millis(250);
const FAULT_LAST: Duration = Duration::from_secs(15);
const NETWORK_FIRST: Duration = Duration::from_millis(500);
const NETWORK_LAST: Duration = Duration::from_secs(30);

/// Everything that polling one bot needs. Cheap to clone, so that a failed task can be started afresh.
#[derive(Clone)]
pub struct Polling {
    pub intake: Arc<BotIntake>,
    pub api: BotApi,
    pub courier: TelegramCourier,
    pub config: PollingConfig,
    /// Ends it: the batch under way is finished and confirmed first.
    pub stop: CancellationToken,
}

/// What the next call is to confirm.
struct Taken {
    offset: i64,
    /// The server is stopping: what is beyond the offset comes again.
    closing: bool,
}

impl Polling {
    /// Polls until it is stopped. Under a supervisor: `Restart::Permanent`.
    pub async fn run(self) {
        let intake = Arc::clone(&self.intake);
        if !registration::begin(&intake, &self.api, &Mode::Polling, &self.stop).await {
            return intake.enter(IntakeState::Stopped);
        }
        intake.enter(IntakeState::Running);
        let mut offset = 0;
        let mut network = Backoff::new(NETWORK_FIRST, NETWORK_LAST);
        let mut conflict = Backoff::new(CONFLICT_FIRST, CONFLICT_LAST);
        while !self.stop.is_cancelled() {
            let asked = tokio::select! {
                // A call that is given up here confirmed its offset already, or will with the last one.
                () = self.stop.cancelled() => break,
                asked = self.get_updates(offset, self.patience()) => asked,
            };
            match asked {
                Ok(updates) => {
                    network.reset();
                    conflict.reset();
                    intake.enter(IntakeState::Running);
                    let taken = self.take(&updates, offset).await;
                    // Ids that cannot be read at all cannot be confirmed: not in a tight loop.
                    if !updates.is_empty() && taken.offset == offset && !taken.closing {
                        self.pause(network.next()).await;
                    }
                    offset = taken.offset;
                    if taken.closing {
                        break;
                    }
                }
                Err(error) => self.trouble(&error, &mut network, &mut conflict).await,
            }
        }
        self.confirm(offset).await;
        intake.enter(IntakeState::Stopped);
    }

    /// How long the next call may wait. After a failure it does not: that it works again should be known at once.
    /// Another poller is only gone when a whole call was not disturbed.
    fn patience(&self) -> Duration {
        match self.intake.state() {
            IntakeState::Running | IntakeState::Conflict(_) => self.config.timeout,
            _ => Duration::ZERO,
        }
    }

    async fn get_updates(
        &self,
        offset: i64,
        timeout: Duration,
    ) -> Result<Vec<Box<RawValue>>, CallError> {
        let body = json!({
            "offset": offset,
            "limit": self.config.limit.clamp(1, 100),
            "timeout": timeout.as_secs(),
            "allowed_updates": HANDLED,
        });
        let result = self.api.call("getUpdates", &body, timeout + CALL_WITHIN).await?;
        serde_json::from_str(result.get())
            .map_err(|error| CallError::Unanswered(format!("the answer to getUpdates: {error}")))
    }

    /// Commits a batch: posted in order, so that each user's is kept, and awaited together. What fails is handed over
    /// again, in order, until it is committed; receipts make that harmless.
    async fn take(&self, updates: &[Box<RawValue>], offset: i64) -> Taken {
        let mut busy = Backoff::new(BUSY_FIRST, BUSY_LAST);
        let mut fault = Backoff::new(FAULT_FIRST, FAULT_LAST);
        let mut sorted: Vec<(Option<i64>, Sorted)> = Vec::with_capacity(updates.len());
        let mut next = 0;
        loop {
            let trouble = match self.sort_all(updates, &mut next, &mut sorted).await {
                Ok(()) => {
                    let before = sorted.len();
                    let trouble = self.commit(&mut sorted).await;
                    if sorted.len() < before {
                        busy.reset();
                        fault.reset();
                    }
                    trouble
                }
                Err(failure) => Some(failure),
            };
            match trouble {
                None if next == updates.len() => break,
                None => {}
                Some(Failure::Closing) => {
                    let offset = first_open(updates, next, &sorted).unwrap_or(offset);
                    return Taken { offset, closing: true };
                }
                Some(Failure::Busy) => {
                    self.intake.enter(IntakeState::Waiting("too much at once".to_owned()));
                    self.pause(busy.next()).await;
                }
                Some(Failure::Fault(reason)) => {
                    self.intake.enter(IntakeState::Waiting(reason));
                    self.pause(fault.next()).await;
                }
            }
            // Stopping while nothing can be committed: Telegram keeps what is open.
            if self.stop.is_cancelled() && (!sorted.is_empty() || next < updates.len()) {
                let offset = first_open(updates, next, &sorted).unwrap_or(offset);
                return Taken { offset, closing: true };
            }
        }
        let last = updates.iter().filter_map(|update| id_of(update)).max();
        Taken { offset: last.map_or(offset, |last| last + 1), closing: false }
    }

    /// Reads what is not read yet: once each, since reading counts for the flood protection.
    async fn sort_all(
        &self,
        updates: &[Box<RawValue>],
        next: &mut usize,
        sorted: &mut Vec<(Option<i64>, Sorted)>,
    ) -> Result<(), Failure> {
        while let Some(update) = updates.get(*next) {
            let one = self.intake.sort(update.get().as_bytes()).await?;
            sorted.push((id_of(update), one));
            *next += 1;
        }
        Ok(())
    }

    /// Hands all over and waits; leaves what was not committed, in order.
    async fn commit(&self, sorted: &mut Vec<(Option<i64>, Sorted)>) -> Option<Failure> {
        let mut trouble = None;
        let mut pending = Vec::with_capacity(sorted.len());
        for (_, one) in sorted.iter() {
            match self.intake.post(one.clone(), false) {
                Ok(posted) => pending.push(posted),
                // Nothing may overtake it.
                Err(failure) => {
                    trouble = Some(failure);
                    break;
                }
            }
        }
        let mut left = Vec::new();
        let posted = pending.len();
        for (one, pending) in sorted.drain(..posted).zip(pending) {
            match self.intake.wait(pending).await {
                Ok(answer) => {
                    // Taken by webhook before, and now repeated by polling.
                    if let Some(call) = one.1.key().and_then(|key| bot::call(key, answer)) {
                        self.courier.send_now(&call).await;
                    }
                }
                Err(failure) => {
                    left.push(one);
                    trouble.get_or_insert(failure);
                }
            }
        }
        left.append(sorted);
        *sorted = left;
        trouble
    }

    async fn trouble(&self, error: &CallError, network: &mut Backoff, conflict: &mut Backoff) {
        match error.code() {
            _ if error.is_revoked() => {
                self.intake.enter(registration::revoked(error));
                self.pause(registration::REVOKED_RETRY).await;
            }
            Some(409) => {
                let is_repeated = conflict.is_going_on();
                self.conflict(error, is_repeated, conflict.next()).await;
            }
            Some(429) => self.pause(registration::told_to_wait(error)).await,
            _ => {
                self.intake.enter(IntakeState::Unreachable(error.to_string()));
                self.pause(network.next()).await;
            }
        }
    }

    /// A webhook is set again, or somebody else polls.
    async fn conflict(&self, error: &CallError, is_repeated: bool, wait: Duration) {
        if error.to_string().contains("webhook") {
            tracing::warn!(bot = %self.intake.bot(), "a webhook stands in the way and is removed");
            if let Err(error) = registration::delete_webhook(&self.api).await {
                tracing::warn!(bot = %self.intake.bot(), %error, "the webhook could not be removed");
            }
            return self.pause(wait).await;
        }
        // The first one may be our own last process, still waiting for its answer.
        if is_repeated {
            let reason = "another program polls with this bot's token; stop it, or get a new \
                          token from BotFather";
            self.intake.enter(IntakeState::Conflict(reason.to_owned()));
        }
        self.pause(wait).await;
    }

    /// Waits, but not after the end.
    async fn pause(&self, wait: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    /// The last call: it takes nothing and leaves nothing to be repeated.
    async fn confirm(&self, offset: i64) {
        if offset == 0 {
            return;
        }
        let body = json!({"offset": offset, "limit": 1, "timeout": 0, "allowed_updates": HANDLED});
        if let Err(error) = self.api.call("getUpdates", &body, registration::LAST_WITHIN).await {
            let bot = self.intake.bot();
            tracing::warn!(%bot, %error, "the last batch is not confirmed and will be repeated");
        }
    }
}

/// The first update that is not committed; everything before it is. `None` where its id cannot be told: then nothing
/// more is confirmed.
fn first_open(
    updates: &[Box<RawValue>],
    next: usize,
    sorted: &[(Option<i64>, Sorted)],
) -> Option<i64> {
    let unread = updates.iter().skip(next).map(|update| id_of(update));
    let open = sorted.iter().map(|(id, _)| *id).chain(unread);
    open.min().flatten()
}

/// The id of an update, even of one that is otherwise unreadable.
fn id_of(update: &RawValue) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Numbered {
        update_id: i64,
    }
    serde_json::from_str::<Numbered>(update.get()).ok().map(|numbered| numbered.update_id)
}
