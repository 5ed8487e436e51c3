//! Who exists: people and bots, as Telegram's `User` shows them. It must not know what they say.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::limits::Buckets;
use crate::updates::Queue;

/// A simulated person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Telegram's user id.
    #[serde(default)]
    pub id: i64,
    /// Never empty.
    pub first_name: String,
    /// The rest of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Without the `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// IETF language tag of the client.
    #[serde(default = "english")]
    pub language_code: String,
    /// What the person's contact card says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
}

fn english() -> String {
    "en".to_owned()
}

impl Person {
    /// A person to be added; the world gives the id.
    pub fn named(first_name: &str) -> Self {
        Self {
            id: 0,
            first_name: first_name.to_owned(),
            last_name: None,
            username: None,
            language_code: english(),
            phone_number: None,
        }
    }

    /// The Bot API's `User`.
    pub(crate) fn user(&self) -> Value {
        let mut user = json!({"id": self.id, "is_bot": false, "first_name": self.first_name});
        self.add_names(&mut user);
        user["language_code"] = json!(self.language_code);
        user
    }

    /// The Bot API's private `Chat`.
    pub(crate) fn chat(&self) -> Value {
        let mut chat = json!({"id": self.id, "type": "private", "first_name": self.first_name});
        self.add_names(&mut chat);
        chat
    }

    fn add_names(&self, object: &mut Value) {
        if let Some(name) = &self.last_name {
            object["last_name"] = json!(name);
        }
        if let Some(name) = &self.username {
            object["username"] = json!(name);
        }
    }
}

/// What a new bot is.
#[derive(Clone, Debug, Deserialize)]
pub struct NewBot {
    /// `123456:…`; the number before the colon is the bot's id.
    pub token: String,
    /// Without the `@`.
    pub username: String,
    /// The name in the chat list.
    pub first_name: String,
    /// Whether it sees everything in groups (privacy mode off).
    #[serde(default)]
    pub reads_all: bool,
    /// Whether inline mode is on.
    #[serde(default)]
    pub inline: bool,
}

/// One movement of Stars.
#[derive(Clone, Debug)]
pub(crate) struct StarMove {
    pub(crate) id: String,
    /// Positive when received.
    pub(crate) amount: i64,
    pub(crate) date: i64,
    pub(crate) partner: Value,
}

/// A simulated bot.
#[derive(Debug)]
pub(crate) struct Bot {
    pub(crate) id: i64,
    pub(crate) token: String,
    pub(crate) username: String,
    pub(crate) first_name: String,
    pub(crate) reads_all: bool,
    pub(crate) inline: bool,
    pub(crate) queue: Queue,
    pub(crate) buckets: Buckets,
    /// Commands by scope (canonical JSON) and language.
    pub(crate) commands: HashMap<(String, String), Value>,
    /// Name, description and short description by field and language.
    pub(crate) texts: HashMap<(&'static str, String), String>,
    pub(crate) menu_button: Option<Value>,
    pub(crate) default_rights: HashMap<bool, Value>,
    pub(crate) stars: i64,
    pub(crate) star_moves: Vec<StarMove>,
    /// Charges by their Telegram id.
    pub(crate) charges: HashMap<String, Charge>,
    /// When it logged out, world milliseconds.
    pub(crate) logged_out_ms: Option<i64>,
}

/// A payment that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) person: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) payload: String,
    pub(crate) refunded: bool,
    /// For a subscription: when it ends, world seconds.
    pub(crate) until_s: Option<i64>,
    pub(crate) period_s: i64,
    pub(crate) canceled: bool,
}

impl Bot {
    pub(crate) fn new(id: i64, new: NewBot, queue: Queue) -> Self {
        Self {
            id,
            token: new.token,
            username: new.username,
            first_name: new.first_name,
            reads_all: new.reads_all,
            inline: new.inline,
            queue,
            buckets: Buckets::default(),
            commands: HashMap::new(),
            texts: HashMap::new(),
            menu_button: None,
            default_rights: HashMap::new(),
            stars: 0,
            star_moves: Vec::new(),
            charges: HashMap::new(),
            logged_out_ms: None,
        }
    }

    /// The Bot API's `User`.
    pub(crate) fn user(&self) -> Value {
        json!({
            "id": self.id, "is_bot": true,
            "first_name": self.first_name, "username": self.username,
        })
    }

    /// `getMe`.
    pub(crate) fn me(&self) -> Value {
        let mut me = self.user();
        let flags = [
            ("can_join_groups", true),
            ("can_read_all_group_messages", self.reads_all),
            ("supports_guest_queries", false),
            ("supports_join_request_queries", false),
            ("supports_inline_queries", self.inline),
            ("can_connect_to_business", false),
            ("has_main_web_app", false),
            ("has_topics_enabled", false),
            ("allows_users_to_create_topics", false),
            ("can_manage_bots", false),
        ];
        for (name, value) in flags {
            me[name] = json!(value);
        }
        me
    }

    /// The commands a person sees in the private chat, most specific scope first.
    pub(crate) fn commands_for(&self, person: i64, language: &str) -> Value {
        let scopes = [
            json!({"type": "chat", "chat_id": person}).to_string(),
            json!({"type": "all_private_chats"}).to_string(),
            json!({"type": "default"}).to_string(),
        ];
        for scope in scopes {
            for language in [language, ""] {
                if let Some(list) = self.commands.get(&(scope.clone(), language.to_owned())) {
                    return list.clone();
                }
            }
        }
        json!([])
    }
}

/// A message's own fields.
pub(crate) type Fields = Map<String, Value>;
