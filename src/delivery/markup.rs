//! Styled text: the Bot API's message entities and the HTML that Kontor's own texts are written in.
//! Knows nothing of sending.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod html;
#[cfg(test)]
mod tests;

/// Why a text is not the HTML that Telegram takes. Offsets count bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkupError {
    #[error("unsupported start tag \"{tag}\" at byte {at}")]
    Unsupported { tag: String, at: usize },
    #[error("tag \"{tag}\" at byte {at} lacks its attribute \"{attribute}\"")]
    Attribute { tag: String, attribute: &'static str, at: usize },
    #[error("tag at byte {at} does not end")]
    Unended { at: usize },
    #[error("end tag \"{found}\" at byte {at}, expected \"{expected}\"")]
    Crossed { expected: String, found: String, at: usize },
    #[error("end tag \"{tag}\" at byte {at} has no start tag")]
    Unopened { tag: String, at: usize },
    #[error("start tag \"{tag}\" at byte {at} has no end tag")]
    Unclosed { tag: String, at: usize },
}

/// Reads the HTML that the Bot API's `parse_mode=HTML` takes, as far as Kontor's own texts use it:
/// plain text and its entities by offset, outer before inner. Unknown character references stand
/// for themselves. Source: <https://core.telegram.org/bots/api#html-style>.
///
/// # Errors
/// The markup is none that Telegram would accept.
pub fn parse_html(text: &str) -> Result<(String, Vec<Entity>), MarkupError> {
    html::Reader::new(text).read()
}

/// A styled range of a text. Source: <https://core.telegram.org/bots/api#messageentity>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    #[serde(rename = "type")]
    pub kind: EntityKind,
    /// In UTF-16 code units.
    pub offset: u32,
    /// In UTF-16 code units.
    pub length: u32,
    /// Of `text_link`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Of `text_mention`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<EntityUser>,
    /// Of `pre`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Of `custom_emoji`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_emoji_id: Option<String>,
    /// Of `date_time`: Unix time in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unix_time: Option<i64>,
    /// Of `date_time`: how to show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_time_format: Option<String>,
}

impl Entity {
    /// A range without further fields.
    pub fn new(kind: EntityKind, offset: u32, length: u32) -> Self {
        Self {
            kind,
            offset,
            length,
            url: None,
            user: None,
            language: None,
            custom_emoji_id: None,
            unix_time: None,
            date_time_format: None,
        }
    }

    /// The first unit after it; saturating, since received offsets may be anything.
    pub fn end(&self) -> u32 {
        self.offset.saturating_add(self.length)
    }
}

/// Who a `text_mention` names, as little as Telegram accepts back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityUser {
    pub id: i64,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default)]
    pub first_name: String,
}

macro_rules! entity_kinds {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// What a range is. Kinds of later Bot APIs keep their name in `Other`.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum EntityKind {
            $($variant,)*
            Other(String),
        }

        impl EntityKind {
            /// The Bot API's name.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }
        }

        impl From<Cow<'_, str>> for EntityKind {
            fn from(name: Cow<'_, str>) -> Self {
                match &*name {
                    $($name => Self::$variant,)*
                    _ => Self::Other(name.into_owned()),
                }
            }
        }
    };
}

entity_kinds! {
    Bold = "bold",
    Italic = "italic",
    Underline = "underline",
    Strikethrough = "strikethrough",
    Spoiler = "spoiler",
    Blockquote = "blockquote",
    ExpandableBlockquote = "expandable_blockquote",
    Code = "code",
    Pre = "pre",
    TextLink = "text_link",
    TextMention = "text_mention",
    CustomEmoji = "custom_emoji",
    DateTime = "date_time",
    BotCommand = "bot_command",
    Mention = "mention",
    Hashtag = "hashtag",
    Cashtag = "cashtag",
    Url = "url",
    Email = "email",
    PhoneNumber = "phone_number",
}

impl EntityKind {
    /// Whether half of it would mean something else or nothing.
    pub(super) fn is_whole(&self) -> bool {
        matches!(
            self,
            Self::CustomEmoji
                | Self::DateTime
                | Self::BotCommand
                | Self::Mention
                | Self::Hashtag
                | Self::Cashtag
                | Self::Url
                | Self::Email
                | Self::PhoneNumber
        )
    }

    /// Whether white space inside it is part of what it shows.
    pub(super) fn is_verbatim(&self) -> bool {
        matches!(self, Self::Pre | Self::Code)
    }
}

impl Serialize for EntityKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for EntityKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Cow::<str>::deserialize(deserializer)?.into())
    }
}

/// Makes a text stand for itself inside HTML, in attributes too.
pub fn escape_html(text: &str) -> Cow<'_, str> {
    let special = ['&', '<', '>', '"'];
    let Some(first) = text.find(special) else {
        return Cow::Borrowed(text);
    };
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(&text[..first]);
    for letter in text[first..].chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(letter),
        }
    }
    Cow::Owned(escaped)
}
