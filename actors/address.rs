//! An intent's number, and where it goes. Knows no content.

use std::fmt;

use entities::{BotId, Key};
use serde::{Deserialize, Serialize};

/// The number of an intent, given by the Journal per partition; its idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IntentId {
    pub partition: u8,
    pub number: i64,
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.partition, self.number)
    }
}

impl std::str::FromStr for IntentId {
    type Err = entities::KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || entities::KeyError::Shape(text.to_owned());
        let (partition, number) = text.split_once('-').ok_or_else(shape)?;
        Ok(Self {
            partition: partition.parse().map_err(|_| shape())?,
            number: number.parse().map_err(|_| shape())?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Destination {
    Actor(Key),
    Chat(BotId, i64),
    /// A query answered once; it waits for nothing else.
    Query(BotId, String),
    Payment(Key),
    /// One customer's answers; others' go beside them.
    Webhook(String, Key),
}
