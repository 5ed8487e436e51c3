//! The small objects that Bot API updates are made of: texts, users, chats, files. Knows nothing of
//! what Kontor does with them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A string of an update, borrowed from its bytes wherever it holds no escape.
///
/// It never holds NUL, which PostgreSQL refuses in `text`: that becomes U+FFFD.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// The string itself, borrowed if the update's bytes allow it.
    pub fn into_cow(self) -> Cow<'a, str> {
        self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    /// Only strings without escapes are borrowed, and a raw NUL is no JSON.
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let text =
            if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() };
        Ok(Text(Cow::Owned(text)))
    }
}

/// A person or a bot. Only the id is certain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct User<'a> {
    pub id: i64,
    #[serde(default, deserialize_with = "nullable")]
    pub is_bot: bool,
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub first_name: Text<'a>,
    pub last_name: Option<Text<'a>>,
    pub username: Option<Text<'a>>,
    /// IETF tag as the app sends it: `en`, `pt-br`, sometimes `en_US`.
    pub language_code: Option<Text<'a>>,
}

/// What kind of chat it is. `Sender` is what inline queries call the user's own chat with the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatKind {
    Private,
    Group,
    Supergroup,
    Channel,
    Sender,
    /// A type that did not exist when this was written.
    Other,
}

impl<'de> Deserialize<'de> for ChatKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match &*Text::deserialize(deserializer)? {
            "private" => Self::Private,
            "group" => Self::Group,
            "supergroup" => Self::Supergroup,
            "channel" => Self::Channel,
            "sender" => Self::Sender,
            _ => Self::Other,
        })
    }
}

/// A chat. Only the id is certain; the id of a private chat is the user's.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Chat<'a> {
    pub id: i64,
    #[serde(rename = "type")]
    stated: Option<ChatKind>,
    #[serde(borrow)]
    pub title: Option<Text<'a>>,
    pub username: Option<Text<'a>>,
    #[serde(default, deserialize_with = "nullable")]
    pub is_forum: bool,
}

impl Chat<'_> {
    /// The chat's type. Where it is not stated the sign of the id decides: users' ids are positive.
    pub fn kind(&self) -> ChatKind {
        self.stated.unwrap_or(match self.id {
            0.. => ChatKind::Private,
            _ => ChatKind::Group,
        })
    }
}

/// What a media message carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    Photo,
    Document,
    Video,
    VideoNote,
    Animation,
    Audio,
    Voice,
    Sticker,
}

/// One file of Telegram's, whatever it shows. `file_id` sends it again by the same bot.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct File<'a> {
    #[serde(borrow)]
    pub file_id: Text<'a>,
    pub file_unique_id: Option<Text<'a>>,
    pub file_name: Option<Text<'a>>,
    pub mime_type: Option<Text<'a>>,
    #[serde(rename = "file_size")]
    pub file_size_bytes: Option<i64>,
    #[serde(rename = "duration")]
    pub duration_s: Option<i64>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    /// Stickers: the emoji it stands for.
    pub emoji: Option<Text<'a>>,
    /// Stickers: the set it belongs to.
    pub set_name: Option<Text<'a>>,
}

/// The largest of a photo's sizes. They usually ascend, but not always.
pub(super) fn largest(sizes: Vec<File<'_>>) -> Option<File<'_>> {
    sizes.into_iter().max_by_key(|size| {
        let side = |length: Option<i64>| i128::from(length.unwrap_or(0).max(0));
        (side(size.width) * side(size.height), size.file_size_bytes)
    })
}

/// A shared phone number. `user_id` tells whether it is the sender's own.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Contact<'a> {
    #[serde(borrow)]
    pub phone_number: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub first_name: Text<'a>,
    pub last_name: Option<Text<'a>>,
    pub user_id: Option<i64>,
    pub vcard: Option<Text<'a>>,
}

/// A point on the map, WGS 84 degrees.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Location {
    pub latitude: f64,
    pub longitude: f64,
    /// Set while the sender shares a moving location.
    #[serde(rename = "live_period")]
    pub live_period_s: Option<i64>,
}

/// A named place; its point is the message's location.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Venue<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub title: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub address: Text<'a>,
}

/// `null` counts as absent: some senders write every field.
pub(super) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
