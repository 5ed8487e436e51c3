//! The world: a cloneable handle, and `Turn`, one locked moment of it. It must not know HTTP.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

use crate::changes::{Change, Changes};
use crate::clock::WorldClock;
use crate::events::{Audience, Events};
use crate::faults::{Fault, Faults};
use crate::ledger::Happening;
use crate::limits::Limits;
use crate::log::{Call, Log};
use crate::people::{Bot, NewBot, Person};
use crate::state::{Counters, Place, State};
use crate::updates::{Lane, Queue};

/// How the world behaves; all of it can be left to [`Default`].
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// Everything random in the world comes from it.
    pub seed: u64,
    /// The clock to share.
    pub clock: WorldClock,
    /// Whether flood limits hold.
    pub limits_on: bool,
    /// The flood limits.
    pub limits: Limits,
    /// Messages kept per chat.
    pub history_kept: usize,
    /// A webhook that answers 410 for so long is removed, milliseconds of world time.
    pub gone_after_ms: i64,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            clock: WorldClock::default(),
            limits_on: true,
            limits: Limits::default(),
            history_kept: 1000,
            gone_after_ms: 23 * 3600 * 1000,
        }
    }
}

pub(crate) struct Inner {
    pub(crate) options: WorldOptions,
    pub(crate) state: Mutex<State>,
    pub(crate) events: Events,
    pub(crate) changes: Changes,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) http: reqwest::Client,
    pub(crate) runtime: tokio::runtime::Handle,
}

/// A cloneable handle over the simulated world.
#[derive(Clone)]
pub struct World(pub(crate) Arc<Inner>);

/// One locked moment of the world. It is never held across an await.
pub(crate) struct Turn<'a> {
    pub(crate) world: &'a World,
    pub(crate) state: MutexGuard<'a, State>,
    pub(crate) now_ms: i64,
}

impl Turn<'_> {
    /// Unix seconds of this moment.
    pub(crate) fn now_s(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    /// Tells watchers of a chat; `json` gets `bot_id` or `chat_id` added.
    pub(crate) fn tell(&self, place: Place, json: impl FnOnce() -> Value) {
        if !self.world.0.events.watched() {
            return;
        }
        let audience = match place {
            Place::Private { person, .. } => Audience::One(person),
            Place::Shared(id) => {
                let people = self.state.chats.get(&id).map(|chat| chat.people());
                Audience::Many(people.unwrap_or_default().into())
            }
        };
        self.world.0.events.tell(audience, || {
            let mut json = json();
            match place {
                Place::Private { bot, .. } => json["bot_id"] = json!(bot),
                Place::Shared(id) => json["chat_id"] = json!(id),
            }
            json
        });
    }

    /// Writes down what happened to a shared chat's posts, and tells it.
    pub(crate) fn note(&mut self, place: Place, happening: Happening) {
        let Place::Shared(chat) = place else { return };
        if let Some(found) = self.state.chats.get_mut(&chat) {
            let entry = found.ledger.note(happening);
            self.world.0.changes.tell(Change::Post { chat, entry });
        }
    }

    /// Gives one update to one bot, unless it did not ask for this kind.
    pub(crate) fn push_update(
        &mut self,
        bot: i64,
        kind: &'static str,
        content: &(impl Serialize + ?Sized),
        lane: impl Into<Lane>,
    ) {
        let now_ms = self.now_ms;
        let State { bots, rng, .. } = &mut *self.state;
        let Some(bot) = bots.get_mut(&bot).filter(|bot| bot.queue.wants(kind)) else {
            return;
        };
        let fault = self.world.0.faults.strike(bot.id, kind, true);
        // Maps of JSON values always serialize.
        let content = serde_json::to_string(content).unwrap_or_default();
        bot.queue.renumber(rng, now_ms);
        let update = bot.queue.push(now_ms, kind, &content, lane.into());
        match fault.map(|fault| fault.kind) {
            Some(crate::faults::FaultKind::Duplicate) => update.twice = true,
            Some(crate::faults::FaultKind::Redeliver) => update.again = true,
            Some(crate::faults::FaultKind::Reorder) => bot.queue.swap_newest(),
            _ => {}
        }
    }
}

impl World {
    /// A world without a server; `runtime` runs the webhook deliveries.
    pub(crate) fn new(
        options: WorldOptions,
        http: reqwest::Client,
        runtime: tokio::runtime::Handle,
    ) -> Self {
        let state = State::new(options.seed, options.history_kept);
        Self(Arc::new(Inner {
            faults: Faults::new(options.seed),
            state: Mutex::new(state),
            events: Events::new(),
            changes: Changes::default(),
            log: Log::default(),
            options,
            http,
            runtime,
        }))
    }

    /// Locks the world for a moment.
    pub(crate) fn turn(&self) -> Turn<'_> {
        Turn {
            world: self,
            // A panic in a turn leaves plain data behind; going on is right for a simulator.
            state: self.0.state.lock().unwrap_or_else(PoisonError::into_inner),
            now_ms: self.clock().now_ms(),
        }
    }

    /// The world's clock.
    pub fn clock(&self) -> &WorldClock {
        &self.0.options.clock
    }

    /// Adds a bot and returns its id; a token that is there already keeps its bot.
    pub fn add_bot(&self, new: NewBot) -> i64 {
        let mut turn = self.turn();
        if let Some(id) = turn.state.tokens.get(&new.token) {
            return *id;
        }
        let own = new.token.split(':').next().and_then(|id| id.parse().ok());
        let id = own.unwrap_or_else(|| turn.state.take_person_id());
        let queue = Queue::new(&mut turn.state.rng);
        let bot = Bot::new(id, new, queue);
        turn.state.tokens.insert(bot.token.clone(), id);
        turn.state.usernames.insert(bot.username.to_lowercase(), id);
        turn.state.bots.insert(id, bot);
        id
    }

    /// Replaces a bot's token, as BotFather does; the old one is answered 401 from now on.
    pub fn revoke_token(&self, bot: i64, new_token: &str) {
        let mut turn = self.turn();
        let Some(found) = turn.state.bots.get_mut(&bot) else {
            return;
        };
        let old = std::mem::replace(&mut found.token, new_token.to_owned());
        turn.state.tokens.remove(&old);
        turn.state.tokens.insert(new_token.to_owned(), bot);
    }

    /// Adds a person and returns it with its id; an id of 0 is replaced by a fresh one.
    pub fn add_person(&self, mut person: Person) -> Person {
        let mut turn = self.turn();
        if person.id == 0 {
            person.id = turn.state.take_person_id();
        }
        if let Some(name) = &person.username {
            let name = name.to_lowercase();
            turn.state.usernames.insert(name, person.id);
        }
        turn.state.people.insert(person.id, person.clone());
        drop(turn);
        self.tell_all(json!({"type": "people"}));
        person
    }

    /// Everybody, by id.
    pub fn people(&self) -> Vec<Person> {
        let turn = self.turn();
        let mut people: Vec<Person> = turn.state.people.values().cloned().collect();
        people.sort_by_key(|person| person.id);
        people
    }

    /// Sets a fault and returns its id.
    pub fn add_fault(&self, fault: Fault) -> u64 {
        self.0.faults.add(fault)
    }

    /// Removes one fault, or all of them.
    pub fn remove_faults(&self, id: Option<u64>) -> usize {
        self.0.faults.remove(id)
    }

    /// The faults in force, with how often each struck.
    pub fn faults(&self) -> Vec<Fault> {
        self.0.faults.list()
    }

    /// Starts the seeded choice of faults anew.
    pub fn reseed_faults(&self, seed: u64) {
        self.0.faults.reseed(seed);
    }

    /// Bot API calls numbered above `n`, oldest first.
    pub fn calls_after(&self, n: u64) -> Vec<Call> {
        self.0.log.after(n, 1000)
    }

    /// The counters of the chat page.
    pub fn counters(&self) -> Counters {
        self.turn().state.counters
    }

    /// Counts kills of the server, as told by who kills it.
    pub fn add_kills(&self, kills: u64) {
        let mut turn = self.turn();
        turn.state.counters.kills += kills;
        let counters = turn.state.counters;
        drop(turn);
        self.tell_all(json!({"type": "counters", "counters": counters}));
    }

    /// What the chat page invites to do.
    pub fn set_hints(&self, hints: Vec<String>) {
        self.turn().state.hints = hints;
    }

    /// Moves the world's clock and tells the pages.
    pub fn advance(&self, by_ms: i64) {
        self.clock().advance(by_ms);
        self.tell_all(json!({"type": "clock", "now_ms": self.clock().now_ms(),
            "offset_ms": self.clock().offset_ms()}));
    }

    pub(crate) fn tell_all(&self, json: Value) {
        self.0.events.tell(Audience::All, || json);
    }
}
