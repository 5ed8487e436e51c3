//! Presses and inline questions: what users ask without writing a message. Knows nothing of
//! answers.

use serde::Deserialize;

use super::part::{Chat, ChatKind, Location, Text, User, nullable};

/// A pressed inline button. Has to be answered, or the app shows a waiting bar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Callback<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    pub from: User<'a>,
    /// Where the button stands, unless the message was sent through inline mode.
    pub message: Option<Pressed<'a>>,
    pub inline_message_id: Option<Text<'a>>,
    pub chat_instance: Option<Text<'a>>,
    /// At most 64 bytes; absent for games.
    pub data: Option<Text<'a>>,
    pub game_short_name: Option<Text<'a>>,
}

/// The message under a pressed button, as little of it as is needed to edit it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pressed<'a> {
    pub message_id: i64,
    #[serde(borrow)]
    pub chat: Chat<'a>,
    /// Unix time in seconds; 0 says that the message is no longer accessible to the bot.
    #[serde(default, deserialize_with = "nullable")]
    pub date: i64,
    #[serde(rename = "message_thread_id")]
    pub thread_id: Option<i64>,
    #[serde(default, rename = "is_topic_message", deserialize_with = "nullable")]
    pub is_topic: bool,
}

impl Pressed<'_> {
    /// Whether the bot can still edit it. An inaccessible one has date 0.
    pub fn is_accessible(&self) -> bool {
        self.date != 0
    }
}

/// A question typed after the bot's name in any chat.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InlineQuery<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    pub from: User<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub query: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub offset: Text<'a>,
    /// What kind of chat the user types in; absent in secret chats and from old apps.
    pub chat_type: Option<ChatKind>,
    pub location: Option<Location>,
}

/// The inline result that a user picked. Comes only where BotFather's feedback setting asks for it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ChosenResult<'a> {
    #[serde(borrow)]
    pub result_id: Text<'a>,
    pub from: User<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub query: Text<'a>,
    pub inline_message_id: Option<Text<'a>>,
    pub location: Option<Location>,
}
