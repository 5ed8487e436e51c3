//! The pending updates of one bot: numbering, filter, age, and the lanes that keep the order per
//! user. It must not know how they are delivered.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::state::Place;
use crate::wire::Target;

/// Telegram keeps an undelivered update this long.
const KEPT_MS: i64 = 24 * 3600 * 1000;
/// After so long without updates the next id is chosen at random.
const NEW_IDS_AFTER_MS: i64 = 7 * 24 * 3600 * 1000;
/// Kinds that are only sent when asked for by name.
const OPT_IN: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// One update that the bot has not confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) id: i64,
    /// The whole update as JSON.
    pub(crate) body: Arc<str>,
    /// Updates of one lane keep their order.
    pub(crate) lane: i64,
    /// The message it brings, to be marked when it arrives.
    pub(crate) about: Option<(Place, i64)>,
    expires_ms: i64,
    /// Failed webhook attempts.
    pub(crate) fails: u32,
    /// To be delivered twice.
    pub(crate) twice: bool,
    /// To be sent again by the webhook although it was acknowledged.
    pub(crate) again: bool,
    /// A poller has seen it.
    given: bool,
}

impl Update {
    /// Gives it another number, in its body too.
    fn renumber(&mut self, id: i64) {
        let rest = self.body.split_once(',').map_or("", |(_, rest)| rest);
        self.body = format!("{{\"update_id\":{id},{rest}").into();
        self.id = id;
    }
}

/// Which updates keep their order with this one, and which message it brings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane {
    pub(crate) key: i64,
    pub(crate) about: Option<(Place, i64)>,
}

impl From<i64> for Lane {
    fn from(key: i64) -> Self {
        Self { key, about: None }
    }
}

/// Where the updates go, when not to a poller.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    /// Set for plain http.
    pub(crate) target: Option<Target>,
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    pub(crate) max_connections: usize,
    pub(crate) has_certificate: bool,
    pub(crate) ip_address: Option<String>,
    /// When it first answered 410 in a row, world milliseconds.
    pub(crate) gone_since_ms: Option<i64>,
}

/// The queue of one bot.
#[derive(Debug)]
pub(crate) struct Queue {
    pending: BTreeMap<i64, Update>,
    next_id: i64,
    last_ms: i64,
    pub(crate) allowed: Option<HashSet<String>>,
    /// The number of the last getUpdates call; an older one is told 409.
    pub(crate) poll: u64,
    pub(crate) polled: Arc<Notify>,
    pub(crate) hook: Option<Hook>,
    /// Grows with each change of the webhook; older workers stop.
    pub(crate) hook_generation: u64,
    pub(crate) hooked: Arc<Notify>,
    lanes: HashMap<i64, VecDeque<i64>>,
    ready: VecDeque<i64>,
    /// World seconds and text of the last webhook error.
    pub(crate) last_error: Option<(i64, String)>,
}

impl Queue {
    pub(crate) fn new(rng: &mut StdRng) -> Self {
        Self {
            pending: BTreeMap::new(),
            next_id: first_id(rng),
            last_ms: i64::MIN,
            allowed: None,
            poll: 0,
            polled: Arc::new(Notify::new()),
            hook: None,
            hook_generation: 0,
            hooked: Arc::new(Notify::new()),
            lanes: HashMap::new(),
            ready: VecDeque::new(),
            last_error: None,
        }
    }

    /// Whether the bot asked for this kind of update.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        match &self.allowed {
            Some(list) => list.contains(kind),
            None => !OPT_IN.contains(&kind),
        }
    }

    /// Remembers `allowed_updates`; an empty list means the default.
    pub(crate) fn allow(&mut self, list: &Value) {
        let Some(list) = list.as_array() else { return };
        let names: HashSet<String> =
            list.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        self.allowed = (!names.is_empty()).then_some(names);
    }

    /// After a week without updates the next one starts a new row of numbers.
    pub(crate) fn renumber(&mut self, rng: &mut StdRng, now_ms: i64) {
        if self.last_ms != i64::MIN && now_ms - self.last_ms > NEW_IDS_AFTER_MS {
            self.purge(now_ms);
            if self.pending.is_empty() {
                self.next_id = first_id(rng);
            }
        }
        self.last_ms = now_ms;
    }

    /// Numbers an update and adds it; `content` is the JSON under `kind`.
    pub(crate) fn push(
        &mut self,
        now_ms: i64,
        kind: &'static str,
        content: &str,
        lane: Lane,
    ) -> &mut Update {
        let Lane { key: lane, about } = lane;
        let id = self.next_id;
        self.next_id += 1;
        let update = Update {
            id,
            body: format!("{{\"update_id\":{id},\"{kind}\":{content}}}").into(),
            lane,
            about,
            expires_ms: now_ms + KEPT_MS,
            fails: 0,
            twice: false,
            again: false,
            given: false,
        };
        if self.hook.is_some() {
            self.enlist(id, lane);
            self.hooked.notify_one();
        } else {
            self.polled.notify_waiters();
        }
        self.pending.entry(id).or_insert(update)
    }

    fn enlist(&mut self, id: i64, lane: i64) {
        let ids = self.lanes.entry(lane).or_default();
        ids.push_back(id);
        if ids.len() == 1 {
            self.ready.push_back(lane);
        }
    }

    /// Drops what Telegram would have dropped by now.
    pub(crate) fn purge(&mut self, now_ms: i64) {
        while let Some(first) = self.pending.first_entry() {
            if first.get().expires_ms > now_ms {
                return;
            }
            first.remove();
        }
    }

    /// Takes the webhook away; what is pending waits for a poller or the next webhook.
    pub(crate) fn remove_hook(&mut self) {
        self.hook = None;
        self.hook_generation += 1;
        self.last_error = None;
        self.stop_lanes();
        self.hooked.notify_waiters();
    }

    /// Drops one update wherever it is.
    pub(crate) fn forget(&mut self, id: i64) {
        self.pending.remove(&id);
    }

    pub(crate) fn clear(&mut self) {
        self.pending.clear();
        self.lanes.clear();
        self.ready.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// Confirms everything below `offset`; a negative one keeps only that many of the last.
    pub(crate) fn confirm(&mut self, offset: i64) -> Vec<Update> {
        let keep_from = if offset < 0 {
            let skipped =
                usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX).saturating_sub(1);
            self.pending.keys().rev().nth(skipped).copied()
        } else {
            Some(offset)
        };
        let Some(keep_from) = keep_from.filter(|from| *from > 0) else {
            return Vec::new();
        };
        let kept = self.pending.split_off(&keep_from);
        let confirmed = std::mem::replace(&mut self.pending, kept);
        confirmed.into_values().collect()
    }

    /// The next updates for a poller, in the order of their ids.
    pub(crate) fn peek(&mut self, limit: usize) -> Vec<Update> {
        let mut batch = Vec::new();
        for update in self.pending.values_mut().take(limit) {
            update.given = true;
            batch.push(update.clone());
            if std::mem::take(&mut update.twice) {
                batch.push(update.clone());
            }
        }
        batch
    }

    /// Exchanges the two newest updates, as a network can.
    pub(crate) fn swap_newest(&mut self) {
        let mut ids = self.pending.keys().rev().copied();
        let (Some(last), Some(before)) = (ids.next(), ids.next()) else {
            return;
        };
        let newer = self.pending.remove(&last);
        let older = self.pending.remove(&before);
        if let (Some(mut newer), Some(mut older)) = (newer, older) {
            // To a webhook only the order of sending changes: each update keeps its number.
            if newer.lane == older.lane
                && let Some(ids) = self.lanes.get_mut(&newer.lane)
                && let (Some(a), Some(b)) =
                    (ids.iter().position(|id| *id == last), ids.iter().position(|id| *id == before))
                && b > 0
            {
                ids.swap(a, b);
            }
            if self.hook.is_some() {
                self.pending.insert(last, newer);
                self.pending.insert(before, older);
            } else {
                // A poller confirms by number: what it saw keeps its own, and numbers go up as ever.
                if !older.given {
                    newer.renumber(before);
                    older.renumber(last);
                }
                self.pending.insert(newer.id, newer);
                self.pending.insert(older.id, older);
            }
        }
    }

    /// Starts lanes over everything pending, for a new webhook.
    pub(crate) fn start_lanes(&mut self) {
        self.stop_lanes();
        let all: Vec<(i64, i64)> = self.pending.values().map(|one| (one.id, one.lane)).collect();
        for (id, lane) in all {
            self.enlist(id, lane);
        }
        self.hooked.notify_one();
    }

    pub(crate) fn stop_lanes(&mut self) {
        self.lanes.clear();
        self.ready.clear();
    }

    /// The head of the next lane; the lane is the caller's until [`Self::lane_done`] or
    /// [`Self::lane_ready`].
    pub(crate) fn next_for_hook(&mut self) -> Option<Update> {
        while let Some(lane) = self.ready.pop_front() {
            while let Some(id) = self.lanes.get(&lane).and_then(|ids| ids.front().copied()) {
                if let Some(update) = self.pending.get(&id) {
                    let update = update.clone();
                    if !self.ready.is_empty() {
                        self.hooked.notify_one();
                    }
                    return Some(update);
                }
                self.drop_head(lane); // it expired or was confirmed otherwise
            }
        }
        None
    }

    fn drop_head(&mut self, lane: i64) {
        if let Some(ids) = self.lanes.get_mut(&lane) {
            ids.pop_front();
            if ids.is_empty() {
                self.lanes.remove(&lane);
            }
        }
    }

    /// The head of a lane was delivered: the next one of the lane may go.
    pub(crate) fn lane_done(&mut self, lane: i64, id: i64) {
        self.pending.remove(&id);
        let heads = self.lanes.get(&lane).and_then(|ids| ids.front().copied());
        if heads == Some(id) {
            self.drop_head(lane);
        }
        self.lane_ready(lane);
    }

    /// The lane may be tried (again).
    pub(crate) fn lane_ready(&mut self, lane: i64) {
        if self.lanes.get(&lane).is_some_and(|ids| !ids.is_empty()) {
            self.ready.push_back(lane);
            self.hooked.notify_one();
        }
    }

    pub(crate) fn get_mut(&mut self, id: i64) -> Option<&mut Update> {
        self.pending.get_mut(&id)
    }

    /// `getWebhookInfo`.
    pub(crate) fn info(&self) -> Value {
        let mut info = json!({
            "url": self.hook.as_ref().map_or("", |hook| hook.url.as_str()),
            "has_custom_certificate": self.hook.as_ref().is_some_and(|hook| hook.has_certificate),
            "pending_update_count": self.pending.len(),
        });
        if let Some(hook) = &self.hook {
            info["max_connections"] = json!(hook.max_connections);
            info["ip_address"] = json!(hook.ip_address.as_deref().unwrap_or("127.0.0.1"));
        }
        if let (Some(_), Some((date, text))) = (&self.hook, &self.last_error) {
            info["last_error_date"] = json!(date);
            info["last_error_message"] = json!(text);
        }
        if let Some(allowed) = &self.allowed {
            let mut names: Vec<&String> = allowed.iter().collect();
            names.sort();
            info["allowed_updates"] = json!(names);
        }
        info
    }
}

fn first_id(rng: &mut StdRng) -> i64 {
    rng.random_range(100_000_000..900_000_000)
}
