//! One bot's updates on their way to the Office, by whichever way they came. Knows no HTTP.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use actors::{
    Answer, Clock, External, Failure, Journal, Kernel, Lane, Message, Office, Posted, Rules,
    TelegramCall, Tell,
};
use entities::{BotId, Key, MasterKey, UnparsedRow};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::intake::epoch::Epoch;
use crate::intake::flood::{Flood, FloodLimits, Heard};
use crate::intake::route::{self, Routed};
use crate::intake::update::unparsed::Unparsed;
use crate::intake::update::{Route, Update, UpdateKind};
use crate::telegram::Me;

/// A step that is not committed by then is tried again.
pub const COMMIT_WITHIN: Duration = Duration::from_secs(50);

/// The owner is told of the same trouble this often.
const ALARM_EVERY_MS: i64 = 3_600_000;

/// How a bot's intake is, for `/ready` and the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "reason")]
pub enum IntakeState {
    Starting,
    Running,
    /// Updates wait at Telegram: we are too busy, or the database is gone.
    Waiting(String),
    /// Telegram does not answer.
    Unreachable(String),
    /// Another program takes this bot's updates.
    Conflict(String),
    /// The token is no longer valid: somebody has to put a new one into the configuration.
    Revoked(String),
    Stopped,
}

impl IntakeState {
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Running)
    }
}

/// Takes the updates of one bot.
pub struct BotIntake {
    bot: BotId,
    office: Office,
    journal: Journal,
    clock: Clock,
    master: MasterKey,
    epoch: Epoch,
    flood: Flood,
    me: OnceLock<Me>,
    state: watch::Sender<IntakeState>,
    alarm: Box<dyn Fn(String) + Send + Sync>,
    rules: Arc<Rules>,
    /// By action and kind of update, both few: finding a counter by its labels costs more than the counting.
    counted: Mutex<HashMap<&'static str, HashMap<String, metrics::Counter>>>,
    /// What the owner was told last, and when.
    alarmed: Mutex<Option<(Discriminant<IntakeState>, i64)>>,
}

/// An update that was read: what is to be done with it, as often as it takes.
#[derive(Clone)]
pub(super) enum Sorted {
    Tell { key: Key, external: External, message: Message },
    Unparsed(UnparsedRow),
    Nothing,
}

impl Sorted {
    pub(super) fn key(&self) -> Option<&Key> {
        match self {
            Self::Tell { key, .. } => Some(key),
            Self::Unparsed(_) | Self::Nothing => None,
        }
    }
}

/// What the actor of a session or chat answers to its chat at once.
pub(super) fn call(key: &Key, answer: Answer) -> Option<TelegramCall> {
    let Answer::Inline(method) = answer else {
        return None;
    };
    let (bot, chat) = key.bot_and_number()?;
    Some(TelegramCall { bot, chat, method, lane: Lane::Answer, report: false })
}

/// Something that is being committed.
pub(super) enum Pending {
    Posted(Posted),
    Unparsed(UnparsedRow),
    Nothing,
}

impl BotIntake {
    pub fn new(kernel: &Kernel, bot: BotId, master: MasterKey, flood: FloodLimits) -> Arc<Self> {
        let (office, clock) = (kernel.office.clone(), kernel.clock.clone());
        let core = kernel.clone();
        Arc::new(Self {
            epoch: Epoch::new(&bot, office.clone(), clock.clone()),
            bot,
            office,
            journal: kernel.journal.clone(),
            flood: Flood::new(flood, clock.clone()),
            clock,
            master,
            me: OnceLock::new(),
            state: watch::Sender::new(IntakeState::Starting),
            rules: kernel.house().rules,
            alarm: Box::new(move |what| core.alarm(what)),
            counted: Mutex::default(),
            alarmed: Mutex::default(),
        })
    }

    pub fn bot(&self) -> &BotId {
        &self.bot
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub fn state(&self) -> IntakeState {
        self.state.borrow().clone()
    }

    /// Resolves once nothing more is taken: the last batch is committed and confirmed.
    pub async fn stopped(&self) {
        self.reaches(|state| *state == IntakeState::Stopped).await;
    }

    /// Resolves once its state is such.
    pub async fn reaches(&self, is_so: impl FnMut(&IntakeState) -> bool) {
        // The sender lives in `self`: it cannot be gone.
        drop(self.state.subscribe().wait_for(is_so).await);
    }

    /// Before the first update, once the token is known to be good.
    ///
    /// # Errors
    /// When the epoch cannot be read or written now.
    pub async fn open(&self, me: Me, api_url: &str) -> Result<(), Failure> {
        // A restarted task finds it set; the account behind a token never changes.
        drop(self.me.set(me));
        self.epoch.open(api_url).await
    }

    /// Takes one update; returns when it is committed, with the call that is to travel in the response.
    ///
    /// # Errors
    /// Nothing was acknowledged: it has to come again.
    pub async fn take(&self, raw: &[u8], inline: bool) -> Result<Option<TelegramCall>, Failure> {
        let sorted = self.sort(raw).await?;
        let key = sorted.key().cloned();
        let pending = self.post(sorted, inline)?;
        let answer = self.wait(pending).await?;
        Ok(key.and_then(|key| call(&key, answer)))
    }

    /// Reads an update and finds out whose it is. Counts for the flood protection: once per update.
    pub(super) async fn sort(&self, raw: &[u8]) -> Result<Sorted, Failure> {
        let Some(me) = self.me.get().filter(|_| self.epoch.is_open()) else {
            return Err(Failure::Fault("intake is not open yet".to_owned()));
        };
        let update = match Update::parse(raw) {
            Ok(update) => update,
            Err(unparsed) => {
                self.count(unparsed.kind.as_deref().unwrap_or("unknown"), "unparsed");
                return Ok(Sorted::Unparsed(self.unparsed(raw, unparsed)));
            }
        };
        let kind = match &update.kind {
            UpdateKind::Ignored(ignored) if !ignored.is_known => "unknown",
            kind => kind.name(),
        };
        let (routed, action) = match self.hear(&update) {
            Heard::Yes => (route::route(&self.bot, me, &update), "handled"),
            Heard::Warn => {
                tracing::info!(bot = %self.bot, "a user says too much and is not heard for a while");
                (route::too_fast(&self.bot, &update), "too_fast")
            }
            Heard::Silence => (Routed::Ignored, "silenced"),
        };
        // Ignored ones too: they tell whether ids go on or jumped.
        let external = self.epoch.external(update.update_id).await?;
        Ok(match routed {
            Routed::To(key, message) => {
                self.count(kind, action);
                Sorted::Tell { key, external, message }
            }
            Routed::Ignored => {
                self.count(kind, if action == "handled" { "ignored" } else { action });
                Sorted::Nothing
            }
        })
    }

    /// What somebody says in groups does not silence them in private.
    fn hear(&self, update: &Update<'_>) -> Heard {
        let user = update.user_id().filter(|_| route::is_chatter(update));
        match (user, update.route()) {
            (Some(user), Route::Private { .. }) => self.flood.hear(user),
            (Some(user), _) => self.flood.hear(-user),
            (None, _) => Heard::Yes,
        }
    }

    /// Hands it over; the order of calls is kept for each user.
    pub(super) fn post(&self, sorted: Sorted, inline: bool) -> Result<Pending, Failure> {
        Ok(match sorted {
            Sorted::Tell { key, external, message } => {
                Pending::Posted(self.office.post(Tell { key, external, message, inline })?)
            }
            Sorted::Unparsed(row) => Pending::Unparsed(row),
            Sorted::Nothing => Pending::Nothing,
        })
    }

    /// Waits until it is committed.
    pub(super) async fn wait(&self, pending: Pending) -> Result<Answer, Failure> {
        let committed = async {
            match pending {
                Pending::Posted(posted) => posted.wait().await,
                Pending::Unparsed(row) => {
                    let kept = self.journal.keep_unparsed(row).await;
                    kept.map(|()| Answer::Done).map_err(Failure::Fault)
                }
                Pending::Nothing => Ok(Answer::Done),
            }
        };
        let late = || Err(Failure::Fault("the commit takes too long".to_owned()));
        tokio::time::timeout(COMMIT_WITHIN, committed).await.unwrap_or_else(|_| late())
    }

    fn unparsed(&self, raw: &[u8], unparsed: Unparsed) -> UnparsedRow {
        tracing::warn!(bot = %self.bot, reason = unparsed.reason, "an update was kept unparsed");
        UnparsedRow {
            bot: self.bot.to_string(),
            update_id: unparsed.update_id.unwrap_or_else(|| fingerprint(raw)),
            at_ms: self.clock.now_ms(),
            reason: unparsed.reason,
            body: self.master.seal(raw, &entities::unparsed_purpose(self.bot.as_str())),
        }
    }

    fn count(&self, kind: &str, action: &'static str) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let counters = counted.entry(action).or_default();
        if let Some(counter) = counters.get(kind) {
            return counter.increment(1);
        }
        let (bot, kind) = (self.bot.to_string(), kind.to_owned());
        let counter = metrics::counter!(
            "kontor_updates_total", "bot" => bot, "kind" => kind.clone(), "action" => action
        );
        counter.increment(1);
        counters.insert(kind, counter);
    }

    /// Notes how it goes; what needs a person is said aloud once.
    pub(super) fn enter(&self, state: IntakeState) {
        let before = self.state.send_replace(state.clone());
        if discriminant(&before) == discriminant(&state) {
            return;
        }
        match &state {
            IntakeState::Revoked(reason) | IntakeState::Conflict(reason) => {
                tracing::error!(bot = %self.bot, reason, "intake needs a person");
                self.alarm(&state, reason);
            }
            IntakeState::Waiting(reason) | IntakeState::Unreachable(reason) => {
                tracing::warn!(bot = %self.bot, reason, "intake waits");
            }
            IntakeState::Starting | IntakeState::Running | IntakeState::Stopped => {
                tracing::info!(bot = %self.bot, ?state, "intake");
            }
        }
    }

    /// Tells the owner, but not again and again while a state comes and goes.
    fn alarm(&self, state: &IntakeState, reason: &str) {
        let (kind, now_ms) = (discriminant(state), self.clock.now_ms());
        let told = {
            let mut alarmed = self.alarmed.lock().unwrap_or_else(PoisonError::into_inner);
            let is_fresh = |at_ms: i64| (at_ms..at_ms + ALARM_EVERY_MS).contains(&now_ms);
            let told = alarmed.is_some_and(|(last, at_ms)| last == kind && is_fresh(at_ms));
            if !told {
                *alarmed = Some((kind, now_ms));
            }
            told
        };
        if !told {
            (self.alarm)(format!("Bot {}: {reason}", self.bot));
        }
    }
}

/// A stand-in for an id that could not be read: negative, and the same for the same bytes.
fn fingerprint(raw: &[u8]) -> i64 {
    let hash = Sha256::digest(raw);
    let (head, _) = hash.split_first_chunk::<8>().expect("a hash has 32 bytes");
    i64::from_le_bytes(*head) | i64::MIN
}
