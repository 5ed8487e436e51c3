//! What a group chat remembers. Knows no messages and decides nothing.

use serde::{Deserialize, Serialize};

use crate::fact::FactKind;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The supergroup that this group became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<i64>,
    /// The group that this supergroup was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<i64>,
    /// The bot is not in this chat any more.
    #[serde(default)]
    pub removed: bool,
    /// When the bot last said where to talk: it does not repeat itself.
    #[serde(default)]
    pub answered_ms: i64,
}

/// A chat waits for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timer {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Fact {
    Answered { at_ms: i64 },
    MovedTo { chat: i64 },
    MovedFrom { chat: i64 },
    Joined,
    Removed,
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::Answered { .. } => "chat_answered",
            Self::MovedTo { .. } => "chat_moved_to",
            Self::MovedFrom { .. } => "chat_moved_from",
            Self::Joined => "chat_joined",
            Self::Removed => "chat_removed",
        }
    }

    fn is_kept(&self) -> bool {
        !matches!(self, Self::Answered { .. })
    }
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Answered { at_ms } => self.answered_ms = *at_ms,
            Fact::MovedTo { chat } => self.moved_to = Some(*chat),
            Fact::MovedFrom { chat } => self.moved_from = Some(*chat),
            Fact::Joined => self.removed = false,
            Fact::Removed => self.removed = true,
        }
    }
}
