//! Keys of actors and other typed ids. Knows no rows.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Every key belongs to one of this many partitions, from the first migration on.
pub const PARTITIONS: usize = 256;

/// What an actor is; the part of its key before the first colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// One customer's private conversation with one bot.
    Session,
    /// One group or channel chat of a bot.
    Chat,
    /// What has neither user nor chat.
    Bot,
    Order,
    Stock,
    Payment,
    /// One promo code.
    Promo,
    Subscription,
    /// What moves on one bot's balance of Telegram Stars.
    Stars,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Session,
        Self::Chat,
        Self::Bot,
        Self::Order,
        Self::Stock,
        Self::Payment,
        Self::Promo,
        Self::Subscription,
        Self::Stars,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Chat => "chat",
            Self::Bot => "bot",
            Self::Order => "order",
            Self::Stock => "stock",
            Self::Payment => "payment",
            Self::Promo => "promo",
            Self::Subscription => "subscription",
            Self::Stars => "stars",
        }
    }
}

/// The name of a configured bot: `[a-z0-9_-]{1,32}`, so that it can stand in keys and addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BotId(Arc<str>);

impl BotId {
    /// # Errors
    /// When the name has other characters, or is empty or too long.
    pub fn parse(name: &str) -> Result<Self, KeyError> {
        let good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_' || c == b'-';
        if name.is_empty() || name.len() > 32 || !name.bytes().all(good) {
            return Err(KeyError::BotName(name.to_owned()));
        }
        Ok(Self(name.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One human across bots; today the Telegram user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonId(pub i64);

/// An actor's address: `kind:id`. Text, so that rows and logs can be read; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    text: Arc<str>,
    kind: Kind,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("'{0}' is not a key: expected kind:id, for instance order:K7Q2M9")]
    Shape(String),
    #[error("'{0}' is not a bot name: use 1 to 32 of a-z, 0-9, - and _")]
    BotName(String),
}

impl Key {
    pub fn new(kind: Kind, id: impl fmt::Display) -> Self {
        Self { text: format!("{}:{id}", kind.as_str()).into(), kind }
    }

    pub fn session(bot: &BotId, user: i64) -> Self {
        Self::new(Kind::Session, format_args!("{bot}:{user}"))
    }

    pub fn chat(bot: &BotId, chat: i64) -> Self {
        Self::new(Kind::Chat, format_args!("{bot}:{chat}"))
    }

    /// # Errors
    /// When the text has no known kind before its first colon, or nothing after it.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let shape = || KeyError::Shape(text.to_owned());
        let (kind, id) = text.split_once(':').ok_or_else(shape)?;
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(shape)?;
        if id.is_empty() {
            return Err(shape());
        }
        Ok(Self { text: text.into(), kind })
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What follows the kind.
    pub fn id(&self) -> &str {
        &self.text[self.kind.as_str().len() + 1..]
    }

    /// Whether it is the key of this bot's session or chat of that number.
    pub fn is_of(&self, bot: &BotId, number: i64) -> bool {
        let is_number = |text: &str| text.parse() == Ok(number);
        self.id().split_once(':').is_some_and(|(name, id)| name == bot.as_str() && is_number(id))
    }

    /// The bot and the number behind it, of a session's (user) or chat's key.
    pub fn bot_and_number(&self) -> Option<(BotId, i64)> {
        let (bot, number) = self.id().split_once(':')?;
        Some((BotId::parse(bot).ok()?, number.parse().ok()?))
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// FNV-1a (64 bit, folded) modulo 256: stable for ever, since it is stored with every row.
    pub fn partition(&self) -> u8 {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in self.text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let folded = hash ^ (hash >> 32);
        (folded ^ (folded >> 16) ^ (folded >> 8)) as u8
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{BotId, Key, Kind};

    #[test]
    fn a_key_reads_back_as_it_was_written() {
        let bot = BotId::parse("shop").expect("a good name");
        let key = Key::session(&bot, 42);
        assert_eq!(key.as_str(), "session:shop:42");
        let read = Key::parse(key.as_str()).expect("a key");
        assert_eq!(read, key);
        assert_eq!(read.bot_and_number(), Some((bot, 42)));
        assert!(Key::parse("nobody:1").is_err());
        assert!(Key::parse("order:").is_err());
        assert!(BotId::parse("My Shop").is_err());
    }

    #[test]
    fn a_partition_never_changes() {
        // Stored with every row: these numbers must hold in every later version.
        let of = |text| Key::parse(text).expect("a key").partition();
        assert_eq!(
            [of("session:shop:42"), of("order:K7Q2M9"), of("stock:mug")],
            [Key::session(&BotId::parse("shop").expect("name"), 42).partition(), 188, 63]
        );
        assert_eq!(Key::new(Kind::Stock, "mug").partition(), of("stock:mug"));
    }

    #[test]
    fn keys_spread_over_all_partitions() {
        let bot = BotId::parse("shop").expect("a good name");
        let mut seen = [0_u32; super::PARTITIONS];
        for user in 0..25_600 {
            seen[usize::from(Key::session(&bot, user).partition())] += 1;
        }
        assert!(seen.iter().all(|count| (50..200).contains(count)), "{seen:?}");
    }
}
