//! One message, post or edit: who, where, when and what it holds. Knows nothing of dialogues.

use serde::Deserialize;

use super::money::{RefundedPayment, SuccessfulPayment};
use super::part::{Chat, Contact, File, Location, MediaKind, Text, User, Venue, nullable};
use crate::delivery::markup::Entity;

/// A message. A person's has `from`, a channel's post has `sender_chat`, an anonymous
/// administrator's both.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<'a> {
    /// Unique within the chat.
    pub message_id: i64,
    pub chat: Chat<'a>,
    pub from: Option<User<'a>>,
    pub sender_chat: Option<Box<Chat<'a>>>,
    /// Unix time in seconds of the original, of edits too.
    pub date: i64,
    /// The topic, or in groups without topics the thread of replies; only a topic can be written
    /// to.
    pub thread_id: Option<i64>,
    pub is_topic: bool,
    pub reply_to: Option<Reply>,
    /// Parts of an album share this and arrive as messages of their own.
    pub media_group_id: Option<Text<'a>>,
    /// The text, or the caption of media.
    pub text: Option<Text<'a>>,
    /// Styles of `text`; UTF-16 offsets as received, which may lie outside it.
    pub entities: Vec<Entity>,
    pub content: Content<'a>,
}

/// The message that this one answers; never more than its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Reply {
    pub message_id: i64,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content<'a> {
    /// `Message::text` and nothing else.
    Text,
    /// A file, perhaps with a caption in `Message::text`. Of a photo the largest size.
    Media(MediaKind, Box<File<'a>>),
    Contact(Box<Contact<'a>>),
    /// A point, perhaps of a named place.
    Location(Location, Option<Box<Venue<'a>>>),
    Paid(Box<SuccessfulPayment<'a>>),
    Refunded(Box<RefundedPayment<'a>>),
    WebApp(Box<Submission<'a>>),
    Joined(Vec<User<'a>>),
    Left(Box<User<'a>>),
    /// This group is now that supergroup.
    MigratedTo(i64),
    /// This supergroup was that group.
    MigratedFrom(i64),
    /// Somebody sent what Kontor does not read (`dice`, `poll`, …): the Bot API's name of the
    /// field.
    Other(&'static str),
    /// Telegram notes an event (`pinned_message`, `forum_topic_closed`, …): the Bot API's name of
    /// the field.
    Service(&'static str),
    /// Nothing that the Bot API had when this was written.
    Unknown,
}

/// What a Web App's keyboard button sent. The user's app chose it: it proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Submission<'a> {
    #[serde(borrow)]
    pub data: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub button_text: Text<'a>,
}

/// A text that begins with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command<'m> {
    /// Without the slash, as typed.
    pub name: &'m str,
    /// The bot it is addressed to, without `@`.
    pub bot: Option<&'m str>,
    /// The rest, trimmed: the payload of a deep link after `/start`.
    pub args: &'m str,
}

impl Message<'_> {
    /// The command at the very beginning of a text (never of a caption), if there is one: a slash
    /// and 1 to 32 of `A-Z a-z 0-9 _`, then perhaps `@` and a bot's name, then white space or the
    /// end. Read from the text, since Telegram's entities say no more and simpler senders leave
    /// them out.
    pub fn command(&self) -> Option<Command<'_>> {
        if !matches!(self.content, Content::Text) {
            return None;
        }
        let rest = self.text.as_deref()?.strip_prefix('/')?;
        let (head, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (name, bot) = match head.split_once('@') {
            Some((name, bot)) => (name, Some(bot)),
            None => (head, None),
        };
        let word = |word: &str| {
            (1..=32).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        (word(name) && bot.is_none_or(word)).then(|| Command { name, bot, args: args.trim() })
    }
}
