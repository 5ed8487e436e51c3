//! Everything the world holds, behind one short-held lock. It must not know HTTP.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value};
use tokio::sync::{mpsc, oneshot};

use crate::chats::Chat;
use crate::files::Files;
use crate::history::History;
use crate::payments::Invoice;
use crate::people::{Bot, Person};
use crate::polls::Poll;
use crate::repeats::Repeats;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The private chat of a bot with a person.
    Private { bot: i64, person: i64 },
    /// A group, supergroup or channel.
    Shared(i64),
}

impl Place {
    /// The chat id that the Bot API shows.
    pub(crate) fn chat_id(self) -> i64 {
        match self {
            Self::Private { person, .. } => person,
            Self::Shared(id) => id,
        }
    }
}

/// What a watcher of a private chat hears the bot do.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// The message as it is now.
    pub(crate) message: Arc<Map<String, Value>>,
    /// Whether it is a change of an older message.
    pub(crate) edited: bool,
}

/// The private chat of one bot with one person.
#[derive(Debug)]
pub(crate) struct Private {
    pub(crate) history: History,
    /// The person blocked the bot.
    pub(crate) blocked: bool,
    /// The person has written first.
    pub(crate) started: bool,
    pub(crate) keyboard: Option<Value>,
    pub(crate) repeats: Repeats,
    pub(crate) typing_until_ms: i64,
    pub(crate) menu_button: Option<Value>,
    pub(crate) pinned: Vec<i64>,
    pub(crate) watcher: Option<mpsc::Sender<Heard>>,
}

impl Private {
    pub(crate) fn new(cap: usize) -> Self {
        Self {
            history: History::new(cap),
            blocked: false,
            started: false,
            keyboard: None,
            repeats: Repeats::default(),
            typing_until_ms: 0,
            menu_button: None,
            pinned: Vec::new(),
            watcher: None,
        }
    }
}

/// What kind of question waits for the bot's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Callback,
    Inline,
    PreCheckout,
    Shipping,
}

impl Asked {
    /// How long Telegram accepts the answer, milliseconds of world time.
    fn valid_ms(self) -> i64 {
        match self {
            Self::Callback => 60_000,
            Self::Inline => 30_000,
            Self::PreCheckout | Self::Shipping => 10_000,
        }
    }
}

/// A question that waits for the bot's answer.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) asked: Asked,
    pub(crate) bot: i64,
    pub(crate) at_ms: i64,
    /// Where a button was pressed.
    pub(crate) place: Option<Place>,
    pub(crate) waiter: Option<oneshot::Sender<Value>>,
}

/// Counters that the chat page shows.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Counters {
    /// How often the server was killed, as told by who kills it.
    pub kills: u64,
    /// Replies that a person saw twice.
    pub doubled_replies: u64,
}

/// The world's contents.
pub(crate) struct State {
    pub(crate) rng: StdRng,
    pub(crate) cap: usize,
    pub(crate) people: HashMap<i64, Person>,
    pub(crate) bots: HashMap<i64, Bot>,
    pub(crate) tokens: HashMap<String, i64>,
    /// Lower-case usernames of bots, people and public chats.
    pub(crate) usernames: HashMap<String, i64>,
    pub(crate) privates: HashMap<(i64, i64), Private>,
    pub(crate) chats: HashMap<i64, Chat>,
    pub(crate) files: Files,
    queries: HashMap<String, Query>,
    query_order: VecDeque<String>,
    /// Invoices by slug.
    pub(crate) invoices: HashMap<String, Invoice>,
    pub(crate) polls: HashMap<String, Poll>,
    /// Messages sent through inline mode, by their inline id.
    pub(crate) inline_messages: HashMap<String, (Place, i64)>,
    pub(crate) inline_order: VecDeque<String>,
    /// Results a bot offered for an inline query of a person.
    pub(crate) offers: HashMap<(i64, i64), (String, Value)>,
    pub(crate) counters: Counters,
    pub(crate) hints: Vec<String>,
    next_person: i64,
    next_group: i64,
}

/// How many unanswered questions are kept.
const QUERIES_KEPT: usize = 100_000;

impl State {
    pub(crate) fn new(seed: u64, cap: usize) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            cap,
            people: HashMap::new(),
            bots: HashMap::new(),
            tokens: HashMap::new(),
            usernames: HashMap::new(),
            privates: HashMap::new(),
            chats: HashMap::new(),
            files: Files::default(),
            queries: HashMap::new(),
            query_order: VecDeque::new(),
            invoices: HashMap::new(),
            polls: HashMap::new(),
            inline_messages: HashMap::new(),
            inline_order: VecDeque::new(),
            offers: HashMap::new(),
            counters: Counters::default(),
            hints: Vec::new(),
            next_person: 5_000_000_001,
            next_group: 4_000_000_001,
        }
    }

    /// An id for a new person.
    pub(crate) fn take_person_id(&mut self) -> i64 {
        while self.people.contains_key(&self.next_person) {
            self.next_person += 1;
        }
        self.next_person += 1;
        self.next_person - 1
    }

    /// The number behind a new shared chat's id.
    pub(crate) fn take_group_number(&mut self) -> i64 {
        self.next_group += 1;
        self.next_group - 1
    }

    /// A random number as Telegram uses for query ids.
    pub(crate) fn random_id(&mut self) -> String {
        self.rng.random_range(1_000_000_000_000_000_u64..9_000_000_000_000_000_000).to_string()
    }

    /// Random characters of the URL-safe alphabet.
    pub(crate) fn random_text(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..length)
            .map(|_| char::from(ALPHABET[self.rng.random_range(0..ALPHABET.len())]))
            .collect()
    }

    pub(crate) fn history(&self, place: Place) -> Option<&History> {
        match place {
            Place::Private { bot, person } => {
                self.privates.get(&(bot, person)).map(|private| &private.history)
            }
            Place::Shared(id) => self.chats.get(&id).map(|chat| &chat.history),
        }
    }

    pub(crate) fn history_mut(&mut self, place: Place) -> Option<&mut History> {
        match place {
            Place::Private { bot, person } => {
                self.privates.get_mut(&(bot, person)).map(|private| &mut private.history)
            }
            Place::Shared(id) => self.chats.get_mut(&id).map(|chat| &mut chat.history),
        }
    }

    /// The private chat, made when it is not there.
    pub(crate) fn private_mut(&mut self, bot: i64, person: i64) -> &mut Private {
        let cap = self.cap;
        self.privates.entry((bot, person)).or_insert_with(|| Private::new(cap))
    }

    /// The `User` of a person or a bot.
    pub(crate) fn user(&self, id: i64) -> Option<Value> {
        match self.people.get(&id) {
            Some(person) => Some(person.user()),
            None => self.bots.get(&id).map(Bot::user),
        }
    }

    /// The `Chat` of a place.
    pub(crate) fn chat_json(&self, place: Place) -> Value {
        match place {
            Place::Private { person, .. } => {
                self.people.get(&person).map(Person::chat).unwrap_or_default()
            }
            Place::Shared(id) => self.chats.get(&id).map(Chat::json).unwrap_or_default(),
        }
    }

    /// Opens a question to a bot and returns its id.
    pub(crate) fn ask(&mut self, query: Query) -> String {
        let id = self.random_id();
        if self.query_order.len() >= QUERIES_KEPT
            && let Some(oldest) = self.query_order.pop_front()
        {
            self.queries.remove(&oldest);
        }
        self.query_order.push_back(id.clone());
        self.queries.insert(id.clone(), query);
        id
    }

    /// The question that a bot answers, none when it is unknown, another bot's, or too old.
    pub(crate) fn asked(
        &mut self,
        id: &str,
        bot: i64,
        asked: Asked,
        now_ms: i64,
    ) -> Option<&mut Query> {
        self.queries.get_mut(id).filter(|query| {
            query.bot == bot && query.asked == asked && now_ms - query.at_ms <= asked.valid_ms()
        })
    }
}
