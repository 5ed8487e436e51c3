//! What a bot remembers of its stream of updates. Knows no messages and decides nothing.

use serde::{Deserialize, Serialize};

use crate::fact::FactKind;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Counts from 1; 0 until intake was opened once.
    #[serde(default)]
    pub epoch: u32,
    #[serde(default)]
    pub api_url: String,
    /// The last update that was noted, and when: at most hourly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// The id with which the present epoch began, when a jump began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jumped_to: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub update_id: i64,
    pub at_ms: i64,
}

/// A bot waits for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timer {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Fact {
    EpochBegan { epoch: u32, api_url: String, jumped_to: Option<i64> },
    UpdateSeen(Seen),
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::EpochBegan { .. } => "epoch_began",
            Self::UpdateSeen(_) => "update_seen",
        }
    }

    fn is_kept(&self) -> bool {
        matches!(self, Self::EpochBegan { .. })
    }
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::EpochBegan { epoch, api_url, jumped_to } => {
                self.epoch = *epoch;
                self.api_url.clone_from(api_url);
                self.jumped_to = *jumped_to;
                self.seen = None;
            }
            Fact::UpdateSeen(seen) => self.seen = Some(*seen),
        }
    }
}
