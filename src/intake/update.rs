//! One update of the Bot API: a slim, lenient, borrowing parse of the fields that Kontor uses, and
//! the question whose it is. Must not know actors, HTTP or storage.

pub mod event;
mod fields;
pub mod message;
pub mod money;
pub mod part;
pub mod query;
mod repaired;
#[cfg(test)]
mod tests;
pub mod unparsed;

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use event::{JoinRequest, MemberChange, Poll, PollAnswer, ReactionChange, ReactionCounts};
use message::Message;
use money::{PaidMedia, PreCheckout, Shipping, Subscription};
use part::{Chat, ChatKind, Text};
use query::{Callback, ChosenResult, InlineQuery};
use unparsed::Unparsed;

/// The kinds that Kontor acts on, by the Bot API's names: what `allowed_updates` has to list.
pub const HANDLED: [&str; 18] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "pre_checkout_query",
    "shipping_query",
    "purchased_paid_media",
    "subscription",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "message_reaction",
    "message_reaction_count",
    "poll",
    "poll_answer",
];

/// Known to Bot API 10.3, and nothing that Kontor acts on.
const RECOGNISED: [&str; 9] = [
    "business_connection",
    "business_message",
    "chat_boost",
    "deleted_business_messages",
    "edited_business_message",
    "guest_message",
    "managed_bot",
    "removed_chat_boost",
    "stopped_message_generation",
];

/// One update. Borrows its strings from the bytes it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Update<'a> {
    /// Ascends by one, except after an idle week or on another Bot API server.
    pub update_id: i64,
    pub kind: UpdateKind<'a>,
}

/// What happened, boxed: an update is moved more often than it is read. Source:
/// <https://core.telegram.org/bots/api#update>, Bot API 10.3.
#[derive(Debug, Clone, PartialEq)]
pub enum UpdateKind<'a> {
    Message(Box<Message<'a>>),
    EditedMessage(Box<Message<'a>>),
    ChannelPost(Box<Message<'a>>),
    EditedChannelPost(Box<Message<'a>>),
    Callback(Box<Callback<'a>>),
    InlineQuery(Box<InlineQuery<'a>>),
    ChosenResult(Box<ChosenResult<'a>>),
    PreCheckout(Box<PreCheckout<'a>>),
    Shipping(Box<Shipping<'a>>),
    PaidMedia(Box<PaidMedia<'a>>),
    Subscription(Box<Subscription<'a>>),
    /// The bot's own standing in a chat.
    MyMember(Box<MemberChange<'a>>),
    /// Somebody else's standing in a chat.
    Member(Box<MemberChange<'a>>),
    JoinRequest(Box<JoinRequest<'a>>),
    Reaction(Box<ReactionChange<'a>>),
    ReactionCounts(ReactionCounts<'a>),
    Poll(Box<Poll<'a>>),
    PollAnswer(Box<PollAnswer<'a>>),
    Ignored(Ignored<'a>),
}

/// An update that asks nothing of Kontor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored<'a> {
    /// The Bot API's name of the field that holds it; empty where there is none.
    pub kind: Text<'a>,
    /// Whether the kind existed when this was written.
    pub is_known: bool,
    pub chat_id: Option<i64>,
    pub user_id: Option<i64>,
}

/// Whose an update is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'u> {
    /// The customer's Session with this bot.
    Private { user: i64 },
    /// A group or a channel.
    Chat { chat: i64 },
    /// The Payment that an invoice's payload names.
    Payment { payload: &'u str },
    /// Nobody in particular.
    Bot,
}

impl<'a> Update<'a> {
    /// Reads one update object. Lone surrogates and bytes that are not UTF-8 become U+FFFD. Unknown
    /// kinds, unknown fields and absent optional ones are fine; a field that Kontor uses with a
    /// value of the wrong type is not.
    ///
    /// # Errors
    /// The bytes are no JSON object, have no `update_id`, or a used field is malformed. The error
    /// still tells the id where it can be read, so that the update can be kept and confirmed.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Unparsed> {
        match std::str::from_utf8(bytes).map(serde_json::from_str) {
            Ok(Ok(update)) => Ok(update),
            _ => repaired::parse(bytes),
        }
    }

    /// Whose it is. What concerns one person goes to their Session, wherever it was said in
    /// private.
    pub fn route(&self) -> Route<'_> {
        match &self.kind {
            UpdateKind::Message(message)
            | UpdateKind::EditedMessage(message)
            | UpdateKind::ChannelPost(message)
            | UpdateKind::EditedChannelPost(message) => Route::of_chat(&message.chat),
            UpdateKind::Callback(callback) => match &callback.message {
                Some(message) => Route::of_chat(&message.chat),
                None => Route::Private { user: callback.from.id },
            },
            UpdateKind::InlineQuery(query) => Route::Private { user: query.from.id },
            UpdateKind::ChosenResult(result) => Route::Private { user: result.from.id },
            UpdateKind::PreCheckout(query) => Route::Payment { payload: &query.payload },
            UpdateKind::Shipping(query) => Route::Payment { payload: &query.payload },
            UpdateKind::Subscription(change) => Route::Payment { payload: &change.payload },
            UpdateKind::PaidMedia(bought) => Route::Private { user: bought.from.id },
            UpdateKind::MyMember(change) | UpdateKind::Member(change) => {
                Route::of_chat(&change.chat)
            }
            UpdateKind::JoinRequest(request) => Route::of_chat(&request.chat),
            UpdateKind::Reaction(change) => Route::of_chat(&change.chat),
            UpdateKind::ReactionCounts(counts) => Route::of_chat(&counts.chat),
            UpdateKind::PollAnswer(answer) => match (&answer.voter_chat, &answer.user) {
                (Some(chat), _) => Route::of_chat(chat),
                (None, Some(user)) => Route::Private { user: user.id },
                (None, None) => Route::Bot,
            },
            UpdateKind::Poll(_) | UpdateKind::Ignored(_) => Route::Bot,
        }
    }

    /// The chat where it happened, if it happened in one.
    pub fn chat_id(&self) -> Option<i64> {
        match &self.kind {
            UpdateKind::Message(message)
            | UpdateKind::EditedMessage(message)
            | UpdateKind::ChannelPost(message)
            | UpdateKind::EditedChannelPost(message) => Some(message.chat.id),
            UpdateKind::Callback(callback) => callback.message.as_ref().map(|m| m.chat.id),
            UpdateKind::MyMember(change) | UpdateKind::Member(change) => Some(change.chat.id),
            UpdateKind::JoinRequest(request) => Some(request.chat.id),
            UpdateKind::Reaction(change) => Some(change.chat.id),
            UpdateKind::ReactionCounts(counts) => Some(counts.chat.id),
            UpdateKind::Ignored(ignored) => ignored.chat_id,
            UpdateKind::InlineQuery(_)
            | UpdateKind::ChosenResult(_)
            | UpdateKind::PreCheckout(_)
            | UpdateKind::Shipping(_)
            | UpdateKind::PaidMedia(_)
            | UpdateKind::Subscription(_)
            | UpdateKind::Poll(_)
            | UpdateKind::PollAnswer(_) => None,
        }
    }

    /// The user who did it, if one did.
    pub fn user_id(&self) -> Option<i64> {
        match &self.kind {
            UpdateKind::Message(message)
            | UpdateKind::EditedMessage(message)
            | UpdateKind::ChannelPost(message)
            | UpdateKind::EditedChannelPost(message) => message.from.as_ref().map(|user| user.id),
            UpdateKind::Callback(callback) => Some(callback.from.id),
            UpdateKind::InlineQuery(query) => Some(query.from.id),
            UpdateKind::ChosenResult(result) => Some(result.from.id),
            UpdateKind::PreCheckout(query) => Some(query.from.id),
            UpdateKind::Shipping(query) => Some(query.from.id),
            UpdateKind::PaidMedia(bought) => Some(bought.from.id),
            UpdateKind::Subscription(change) => Some(change.user.id),
            UpdateKind::MyMember(change) | UpdateKind::Member(change) => Some(change.from.id),
            UpdateKind::JoinRequest(request) => Some(request.from.id),
            UpdateKind::Reaction(change) => change.user.as_ref().map(|user| user.id),
            UpdateKind::PollAnswer(answer) => answer.user.as_ref().map(|user| user.id),
            UpdateKind::Ignored(ignored) => ignored.user_id,
            UpdateKind::ReactionCounts(_) | UpdateKind::Poll(_) => None,
        }
    }
}

impl UpdateKind<'_> {
    /// The Bot API's name, as in `allowed_updates`; `unknown` where an update holds nothing.
    pub fn name(&self) -> &str {
        match self {
            Self::Message(_) => "message",
            Self::EditedMessage(_) => "edited_message",
            Self::ChannelPost(_) => "channel_post",
            Self::EditedChannelPost(_) => "edited_channel_post",
            Self::Callback(_) => "callback_query",
            Self::InlineQuery(_) => "inline_query",
            Self::ChosenResult(_) => "chosen_inline_result",
            Self::PreCheckout(_) => "pre_checkout_query",
            Self::Shipping(_) => "shipping_query",
            Self::PaidMedia(_) => "purchased_paid_media",
            Self::Subscription(_) => "subscription",
            Self::MyMember(_) => "my_chat_member",
            Self::Member(_) => "chat_member",
            Self::JoinRequest(_) => "chat_join_request",
            Self::Reaction(_) => "message_reaction",
            Self::ReactionCounts(_) => "message_reaction_count",
            Self::Poll(_) => "poll",
            Self::PollAnswer(_) => "poll_answer",
            Self::Ignored(ignored) if ignored.kind.is_empty() => "unknown",
            Self::Ignored(ignored) => &ignored.kind,
        }
    }
}

impl Route<'_> {
    fn of_chat(chat: &Chat<'_>) -> Self {
        match chat.kind() {
            ChatKind::Private | ChatKind::Sender => Self::Private { user: chat.id },
            _ => Self::Chat { chat: chat.id },
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Update<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UpdateVisitor)
    }
}

struct UpdateVisitor;

impl<'de> Visitor<'de> for UpdateVisitor {
    type Value = Update<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an update")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut update_id = None;
        let mut kind = None;
        let mut unknown = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if key == "update_id" {
                update_id = Some(map.next_value()?);
            } else if is_kind(key.as_bytes()) {
                read_kind(key.as_bytes(), &mut map, &mut kind)?;
            } else if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                unknown.get_or_insert(key);
            }
        }
        let nothing = || {
            let kind = unknown.unwrap_or_default();
            UpdateKind::Ignored(Ignored { kind, is_known: false, chat_id: None, user_id: None })
        };
        Ok(Update {
            update_id: update_id.ok_or_else(|| A::Error::missing_field("update_id"))?,
            kind: kind.unwrap_or_else(nothing),
        })
    }
}

fn is_kind(name: &[u8]) -> bool {
    HANDLED.iter().chain(&RECOGNISED).any(|known| known.as_bytes() == name)
}

/// Reads the value of a kind, unless it is `null`.
fn read_kind<'de, A: MapAccess<'de>>(
    name: &[u8],
    map: &mut A,
    kind: &mut Option<UpdateKind<'de>>,
) -> Result<(), A::Error> {
    fn value<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
        map: &mut A,
        kind: &mut Option<UpdateKind<'de>>,
        into: fn(T) -> UpdateKind<'de>,
    ) -> Result<(), A::Error> {
        if let Some(value) = map.next_value::<Option<T>>()? {
            *kind = Some(into(value));
        }
        Ok(())
    }
    match name {
        b"message" => value(map, kind, UpdateKind::Message),
        b"callback_query" => value(map, kind, UpdateKind::Callback),
        b"edited_message" => value(map, kind, UpdateKind::EditedMessage),
        b"channel_post" => value(map, kind, UpdateKind::ChannelPost),
        b"edited_channel_post" => value(map, kind, UpdateKind::EditedChannelPost),
        b"inline_query" => value(map, kind, UpdateKind::InlineQuery),
        b"chosen_inline_result" => value(map, kind, UpdateKind::ChosenResult),
        b"pre_checkout_query" => value(map, kind, UpdateKind::PreCheckout),
        b"shipping_query" => value(map, kind, UpdateKind::Shipping),
        b"purchased_paid_media" => value(map, kind, UpdateKind::PaidMedia),
        b"subscription" => value(map, kind, UpdateKind::Subscription),
        b"my_chat_member" => value(map, kind, UpdateKind::MyMember),
        b"chat_member" => value(map, kind, UpdateKind::Member),
        b"chat_join_request" => value(map, kind, UpdateKind::JoinRequest),
        b"message_reaction" => value(map, kind, UpdateKind::Reaction),
        b"message_reaction_count" => value(map, kind, UpdateKind::ReactionCounts),
        b"poll" => value(map, kind, UpdateKind::Poll),
        b"poll_answer" => value(map, kind, UpdateKind::PollAnswer),
        _ => {
            let name = RECOGNISED.into_iter().find(|known| known.as_bytes() == name);
            if let (Some(name), Some(origin)) = (name, map.next_value::<Option<Origin>>()?) {
                *kind = Some(UpdateKind::Ignored(Ignored {
                    kind: Text::from(name),
                    is_known: true,
                    chat_id: origin.chat.map(|chat| chat.id),
                    user_id: origin.from.or(origin.user).map(|user| user.id),
                }));
            }
            Ok(())
        }
    }
}

/// Where an ignored update came from.
#[derive(serde::Deserialize)]
struct Origin {
    chat: Option<Id>,
    from: Option<Id>,
    user: Option<Id>,
}

#[derive(serde::Deserialize)]
struct Id {
    id: i64,
}
