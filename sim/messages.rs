//! Puts messages into chats, changes and removes them, and tells bots and pages. It must not know
//! who may do so.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::acts::Deed;
use crate::chats::ChatKind;
use crate::events::Audience;
use crate::history::{Marks, Stored};
use crate::keyboard::Markup;
use crate::ledger::Happening;
use crate::people::Fields;
use crate::state::{Heard, Place};
use crate::updates::Lane;
use crate::world::Turn;

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Bot(i64),
    Person(i64),
}

impl Sender {
    pub(crate) fn id(self) -> i64 {
        match self {
            Self::Bot(id) | Self::Person(id) => id,
        }
    }
}

/// A message that is not sent yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// Its content: text, photo, caption…
    pub(crate) fields: Fields,
    pub(crate) markup: Option<Markup>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) thread: Option<i64>,
    /// The slug of its invoice.
    pub(crate) invoice: Option<String>,
}

impl Draft {
    /// A message with one field.
    pub(crate) fn of(name: &str, value: Value) -> Self {
        let mut draft = Self::default();
        draft.fields.insert(name.to_owned(), value);
        draft
    }
}

/// Fields that make a service message.
const SERVICE: [&str; 14] = [
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "pinned_message",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "successful_payment",
    "refunded_payment",
    "forum_topic_created",
    "forum_topic_closed",
    "forum_topic_reopened",
];

impl Turn<'_> {
    /// Sends a message; the place must exist.
    pub(crate) fn post(&mut self, place: Place, sender: Sender, draft: Draft) -> Arc<Fields> {
        let mut message = self.envelope(place, sender, &draft);
        let Some(history) = self.state.history_mut(place) else {
            return Arc::new(message);
        };
        let id = history.take_id();
        message.insert("message_id".to_owned(), json!(id));
        let fingerprint = matches!(sender, Sender::Bot(_)).then(|| fingerprint(&draft));
        message.extend(draft.fields);
        if let Some(markup) = draft.markup.as_ref().and_then(Markup::inline) {
            message.insert("reply_markup".to_owned(), markup.clone());
        }
        let message = Arc::new(message);
        let from_person = matches!(sender, Sender::Person(_));
        let mut marks = Marks {
            out: from_person,
            delivered: !from_person,
            invoice_state: draft.invoice.as_ref().map(|_| "open"),
            ..Marks::default()
        };
        if let Place::Private { bot, person } = place {
            marks.doubled = self.said((bot, person), fingerprint, draft.markup, &message);
        }
        let stored = Stored {
            id,
            message: Arc::clone(&message),
            marks,
            sender: sender.id(),
            invoice: draft.invoice,
            reactions: Fields::new(),
        };
        self.tell(place, || json!({"type": "message", "message": stored.view()}));
        if let Some(history) = self.state.history_mut(place) {
            history.push(stored);
        }
        self.note(place, Happening::Posted(id));
        if from_person {
            let kind = self.kind_of_message(place, false);
            self.spread(place, sender, kind, &message);
        }
        message
    }

    fn envelope(&self, place: Place, sender: Sender, draft: &Draft) -> Fields {
        let mut message = Fields::new();
        let mut put = |name: &str, value: Value| message.insert(name.to_owned(), value);
        put("message_id", Value::Null);
        let chat = self.state.chat_json(place);
        if self.is_channel(place) {
            put("sender_chat", chat.clone());
        } else if let Some(user) = self.state.user(sender.id()) {
            put("from", user);
        }
        put("chat", chat);
        put("date", json!(self.now_s()));
        if let Some(thread) = draft.thread {
            put("message_thread_id", json!(thread));
            put("is_topic_message", json!(true));
        }
        let replied = draft.reply_to.and_then(|id| self.state.history(place)?.find(id));
        if let Some(replied) = replied {
            let mut quoted = Fields::clone(&replied.message);
            quoted.remove("reply_to_message");
            put("reply_to_message", Value::Object(quoted));
        }
        message
    }

    fn is_channel(&self, place: Place) -> bool {
        match place {
            Place::Private { .. } => false,
            Place::Shared(id) => {
                self.state.chats.get(&id).is_some_and(|chat| chat.kind == ChatKind::Channel)
            }
        }
    }

    /// The kind of update that a message of this place makes.
    pub(crate) fn kind_of_message(&self, place: Place, edited: bool) -> &'static str {
        match (self.is_channel(place), edited) {
            (false, false) => "message",
            (false, true) => "edited_message",
            (true, false) => "channel_post",
            (true, true) => "edited_channel_post",
        }
    }

    /// Keeps what a private chat remembers of the last message; whether the bot repeated itself.
    fn said(
        &mut self,
        (bot, person): (i64, i64),
        fingerprint: Option<u64>,
        markup: Option<Markup>,
        message: &Arc<Fields>,
    ) -> bool {
        let private = self.state.private_mut(bot, person);
        let Some(fingerprint) = fingerprint else {
            private.started = true;
            private.repeats.heard();
            return false;
        };
        private.typing_until_ms = 0;
        let doubled = private.repeats.said(fingerprint);
        if let Some(watcher) = &private.watcher {
            let heard = Heard { message: Arc::clone(message), edited: false };
            // A watcher that lags this far behind counts the message as lost.
            let _ = watcher.try_send(heard);
        }
        let keyboard = match markup {
            Some(Markup::Keyboard(keyboard) | Markup::ForceReply(keyboard)) => Some(Some(keyboard)),
            Some(Markup::Remove) => Some(None),
            _ => None,
        };
        if let Some(keyboard) = keyboard {
            private.keyboard.clone_from(&keyboard);
            self.tell(
                Place::Private { bot, person },
                || json!({"type": "keyboard", "reply_keyboard": keyboard}),
            );
        }
        if doubled {
            self.state.counters.doubled_replies += 1;
            let counters = self.state.counters;
            self.world
                .0
                .events
                .tell(Audience::All, || json!({"type": "counters", "counters": counters}));
        }
        doubled
    }

    /// Gives a message to the bots that may see it.
    pub(crate) fn spread(
        &mut self,
        place: Place,
        sender: Sender,
        kind: &'static str,
        message: &Fields,
    ) {
        let id = message.get("message_id").and_then(Value::as_i64).unwrap_or_default();
        let lane = Lane { key: place.chat_id(), about: Some((place, id)) };
        match place {
            Place::Private { bot, .. } => self.push_update(bot, kind, message, lane),
            Place::Shared(chat) => {
                for bot in self.listeners(chat, sender, message) {
                    self.push_update(bot, kind, message, lane);
                }
            }
        }
    }

    /// Bots of a shared chat that see this message under their privacy mode.
    fn listeners(&self, chat: i64, sender: Sender, message: &Fields) -> Vec<i64> {
        let Some(chat) = self.state.chats.get(&chat) else {
            return Vec::new();
        };
        let text =
            ["text", "caption"].iter().find_map(|name| message.get(*name)?.as_str()).unwrap_or("");
        let service = SERVICE.iter().any(|name| message.contains_key(*name));
        let answered =
            message.get("reply_to_message").and_then(|replied| replied["from"]["id"].as_i64());
        let bots = chat.present().filter(|(id, member)| member.is_bot && **id != sender.id());
        bots.filter_map(|(id, member)| {
            let bot = self.state.bots.get(id)?;
            let name = bot.username.to_lowercase();
            let sees = service
                || bot.reads_all
                || member.is_admin()
                || chat.kind == ChatKind::Channel
                || answered == Some(*id)
                || addressed(&text.to_lowercase(), &name);
            sees.then_some(*id)
        })
        .collect()
    }

    /// Changes a message and tells watchers; `visible` says whether people see "edited".
    pub(crate) fn change(
        &mut self,
        place: Place,
        id: i64,
        visible: bool,
        edit: impl FnOnce(&mut Stored),
    ) -> Option<Arc<Fields>> {
        let now_s = self.now_s();
        let stored = self.state.history_mut(place)?.find_mut(id)?;
        edit(stored);
        if visible {
            stored.marks.edited = true;
            stored.edit().insert("edit_date".to_owned(), json!(now_s));
        }
        let stored = stored.clone();
        self.note(place, Happening::Edited(id));
        self.tell(place, || json!({"type": "edit", "message": stored.view()}));
        if let Place::Private { bot, person } = place
            && let Some(private) = self.state.privates.get(&(bot, person))
            && let Some(watcher) = &private.watcher
        {
            // A watcher that lags this far behind counts the change as lost.
            let _ = watcher.try_send(Heard { message: Arc::clone(&stored.message), edited: true });
        }
        Some(stored.message)
    }

    /// Removes a message and tells watchers.
    pub(crate) fn remove(&mut self, place: Place, id: i64) -> bool {
        let Some(history) = self.state.history_mut(place) else {
            return false;
        };
        let Some(stored) = history.remove(id) else {
            return false;
        };
        let now_s = self.now_s();
        if let Place::Shared(chat) = place
            && let Some(chat) = self.state.chats.get_mut(&chat)
        {
            chat.acts.add(now_s, stored.sender, Deed::Deleted(Box::new(stored)));
        }
        self.note(place, Happening::Deleted([id].into()));
        self.tell(place, || json!({"type": "delete", "message_id": id}));
        true
    }

    /// Marks a person's message as arrived at the bot, and as handled.
    pub(crate) fn mark(&mut self, place: Place, id: i64, read: bool) {
        let Some(stored) = self.state.history_mut(place).and_then(|all| all.find_mut(id)) else {
            return;
        };
        let before = (stored.marks.delivered, stored.marks.read);
        stored.marks.delivered = true;
        stored.marks.read |= read;
        let after = (stored.marks.delivered, stored.marks.read);
        if before != after {
            self.tell(
                place,
                || json!({"type": "read", "message_id": id, "delivered": after.0, "read": after.1}),
            );
        }
    }
}

/// Whether a group text is a command or a mention that concerns this bot.
fn addressed(text: &str, bot: &str) -> bool {
    if text.contains(&format!("@{bot}")) {
        return true;
    }
    let Some(command) = text.strip_prefix('/') else {
        return false;
    };
    let word = command.split_whitespace().next().unwrap_or("");
    !word.contains('@') && !word.is_empty()
}

fn fingerprint(draft: &Draft) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (name, value) in &draft.fields {
        name.hash(&mut hasher);
        value.to_string().hash(&mut hasher);
    }
    if let Some(markup) = &draft.markup {
        format!("{markup:?}").hash(&mut hasher);
    }
    hasher.finish()
}
