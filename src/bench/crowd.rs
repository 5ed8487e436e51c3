//! The users of a run, what they heard, and what is wrong with it. One thread's; knows no connections.

use std::cell::{Cell, RefCell};
use std::fmt::Write;
use std::time::{Duration, Instant};

use actors::Clock;
use serde::Deserialize;
use tokio::sync::Notify;

use super::dialogue::{Talk, Verdict};
use super::latency::Latencies;

/// Ids as Telegram's users have them.
const FIRST_USER: i64 = 500_000_001;
/// What went wrong is told in words this often.
const EXAMPLES: usize = 10;
/// Far more than an answer takes, a restart included.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What came of a run.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) latencies: Latencies,
    /// Updates whose reply came, within the measured time.
    pub(super) updates: u64,
    /// Dialogues that were held to their end, in all.
    pub(super) dialogues: u64,
    pub(super) lost: u64,
    pub(super) duplicated: u64,
    pub(super) state_lost: u64,
    pub(super) corrupt: u64,
    /// Updates that were posted again since they were not acknowledged.
    pub(super) repeated: u64,
    pub(super) examples: Vec<String>,
}

struct User {
    talk: Talk,
    messages: i64,
    begun: Instant,
    verdict: Option<Verdict>,
}

pub(super) struct Crowd {
    users: RefCell<Vec<User>>,
    woken: Vec<Notify>,
    tally: RefCell<Tally>,
    clock: Clock,
    measures: Cell<bool>,
    over: Cell<bool>,
    last_heard: Cell<Instant>,
    next_update: Cell<i64>,
}

/// A call as a webhook's response or a request holds it, as much of it as is looked at.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow, default)]
    method: Option<std::borrow::Cow<'a, str>>,
    chat_id: i64,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

impl Crowd {
    pub(super) fn new(count: usize, first_update: i64, clock: Clock) -> Self {
        let now = Instant::now();
        let user =
            |at| User { talk: Talk::new(FIRST_USER + at), messages: 0, begun: now, verdict: None };
        Self {
            users: RefCell::new((0..count as i64).map(user).collect()),
            woken: (0..count).map(|_| Notify::new()).collect(),
            tally: RefCell::default(),
            clock,
            measures: Cell::new(false),
            over: Cell::new(false),
            last_heard: Cell::new(now),
            next_update: Cell::new(first_update),
        }
    }

    pub(super) fn now_s(&self) -> i64 {
        self.clock.now_ms() / 1_000
    }

    /// From now on updates and their latencies count.
    pub(super) fn measure(&self) {
        let mut tally = self.tally.borrow_mut();
        tally.updates = 0;
        tally.latencies.clear();
        self.measures.set(true);
    }

    /// From now on nothing counts but what is wrong, and no dialogue is begun.
    pub(super) fn end(&self) {
        self.measures.set(false);
        self.over.set(true);
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.get()
    }

    pub(super) fn quiet_for(&self) -> Duration {
        self.last_heard.get().elapsed()
    }

    pub(super) fn tally<T>(&self, look: impl FnOnce(&mut Tally) -> T) -> T {
        look(&mut self.tally.borrow_mut())
    }

    pub(super) fn begin(&self, user: usize) {
        self.users.borrow_mut()[user].talk.begin();
    }

    /// Writes what the user says next as Telegram's update, whose id it gives.
    pub(super) fn say(&self, user: usize, text: &mut String, update: &mut String) -> i64 {
        let mut users = self.users.borrow_mut();
        let speaker = &mut users[user];
        speaker.talk.say(text);
        speaker.messages += 1;
        speaker.verdict = None;
        speaker.begun = Instant::now();
        let (id, number) = (FIRST_USER + user as i64, speaker.messages);
        let update_id = self.next_update.replace(self.next_update.get() + 1);
        update.clear();
        let date = self.now_s();
        write!(
            update,
            "{{\"update_id\":{update_id},\"message\":{{\"message_id\":{number},\"from\":{{\"id\":{id},\
             \"is_bot\":false,\"first_name\":\"Load {user}\",\"language_code\":\"en\"}},\"chat\":{{\
             \"id\":{id},\"first_name\":\"Load {user}\",\"type\":\"private\"}},\"date\":{date},\
             \"text\":\"{text}\""
        )
        .expect("a string takes everything");
        if text.starts_with('/') {
            let length = text.len();
            write!(
                update,
                ",\"entities\":[{{\"offset\":0,\"length\":{length},\"type\":\"bot_command\"}}]"
            )
            .expect("a string takes everything");
        }
        update.push_str("}}");
        update_id
    }

    /// Takes a call of the bot's. False when it is none of sendMessage.
    pub(super) fn take(&self, call: &[u8]) -> bool {
        match serde_json::from_slice::<Said>(call) {
            Ok(said) if said.method.as_deref().is_none_or(|method| method == "sendMessage") => {
                self.hear(said.chat_id, &said.text);
                true
            }
            _ => false,
        }
    }

    fn hear(&self, chat: i64, text: &str) {
        let Ok(at) = usize::try_from(chat - FIRST_USER) else { return };
        let mut users = self.users.borrow_mut();
        let Some(user) = users.get_mut(at) else { return };
        let now = Instant::now();
        self.last_heard.set(now);
        let mut tally = self.tally.borrow_mut();
        let verdict = user.talk.hear(text);
        match verdict {
            Verdict::Expected if self.measures.get() => {
                tally.updates += 1;
                tally.latencies.add((now - user.begun).as_micros());
            }
            Verdict::Expected => {}
            Verdict::Again => tally.duplicated += 1,
            Verdict::Corrupt => tally.corrupt += 1,
            Verdict::OutOfStep => tally.state_lost += 1,
        }
        if matches!(verdict, Verdict::Corrupt | Verdict::OutOfStep) {
            let expected = user.talk.expected();
            tally.example(format!("{verdict:?}: chat {chat}: {expected:?} came as {text:?}"));
        }
        if verdict != Verdict::Again {
            user.verdict = Some(verdict);
            self.woken[at].notify_one();
        }
    }

    /// Resolves when the user's reply came, or something that ends the dialogue: then false.
    pub(super) async fn heard(&self, user: usize) -> bool {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(verdict) = self.users.borrow_mut()[user].verdict.take() {
                return verdict == Verdict::Expected;
            }
            let woken = tokio::time::timeout_at(deadline, self.woken[user].notified()).await;
            if woken.is_err() {
                self.lost(user);
                return false;
            }
        }
    }

    pub(super) fn lost(&self, user: usize) {
        let mut users = self.users.borrow_mut();
        let talk = &mut users[user].talk;
        talk.give_up();
        let mut tally = self.tally.borrow_mut();
        tally.lost += 1;
        let chat = FIRST_USER + user as i64;
        tally.example(format!("Lost: chat {chat}: {:?} never came", talk.expected()));
    }
}

impl Tally {
    pub(super) fn example(&mut self, text: String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(text);
        }
    }
}
