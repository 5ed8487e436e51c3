//! What is remembered of a bot's Stars. Knows no messages and decides nothing.

use serde::{Deserialize, Serialize};

use crate::fact::FactKind;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Watched since then; what moved before is the opening balance. 0: not watched.
    #[serde(default)]
    pub since_ms: i64,
    /// So many movements are taken in: the place of the next in Telegram's list.
    #[serde(default)]
    pub taken: u64,
    /// Their sum.
    #[serde(default)]
    pub stars: i64,
    #[serde(default)]
    pub nanos: i64,
    /// When Telegram was asked, while it has not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_ms: Option<i64>,
    /// When the whole list was last read.
    #[serde(default)]
    pub checked_ms: i64,
    /// What Telegram said the bot has, then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<i64>,
    /// By how much that differed from the sum of its own list.
    #[serde(default)]
    pub gap: i64,
    /// Why the last look failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Differences ever found: the number of the next.
    #[serde(default)]
    pub differences: i64,
    /// Told to the owner since the last look began.
    #[serde(default)]
    pub told: u32,
    /// Bookings made: the next one's number.
    #[serde(default)]
    pub bookings: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timer {
    Daily,
}

/// What does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Difference {
    /// The list told of it before anybody else did; it is booked now.
    Missed,
    /// It names nothing of ours.
    Unclaimed,
    /// Neither a payment nor a kind of movement that is known.
    Unexplained,
    /// The balance is not the sum of the list.
    Balance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Fact {
    WatchBegan {
        at_ms: i64,
    },
    LookBegan {
        at_ms: i64,
    },
    /// A page of the list is taken in.
    MovesTaken {
        count: u64,
        stars: i64,
        nanos: i64,
    },
    /// Booked by us, since it is no customer's money: `account` is its other side.
    Booked {
        account: String,
        stars: i64,
    },
    /// The list was read to its end.
    Looked {
        at_ms: i64,
        balance: Option<i64>,
        gap: i64,
    },
    LookFailed {
        reason: String,
    },
    Differs {
        what: Difference,
        /// The charge or the payload, where there is one.
        name: String,
        stars: i64,
    },
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::WatchBegan { .. } => "stars_watch_began",
            Self::LookBegan { .. } => "stars_look_began",
            Self::MovesTaken { .. } => "star_moves_taken",
            Self::Booked { .. } => "star_move_booked",
            Self::Looked { .. } => "stars_looked",
            Self::LookFailed { .. } => "stars_look_failed",
            Self::Differs { .. } => "stars_differ",
        }
    }

    fn is_kept(&self) -> bool {
        !matches!(self, Self::LookBegan { .. })
    }
}

impl Difference {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Unclaimed => "unclaimed",
            Self::Unexplained => "unexplained",
            Self::Balance => "balance",
        }
    }
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::WatchBegan { at_ms } => self.since_ms = *at_ms,
            Fact::LookBegan { at_ms } => {
                self.asked_ms = Some(*at_ms);
                self.told = 0;
            }
            Fact::MovesTaken { count, stars, nanos } => {
                self.taken += count;
                self.stars += stars;
                self.nanos += nanos;
            }
            Fact::Booked { .. } => self.bookings += 1,
            Fact::Looked { at_ms, balance, gap } => {
                self.asked_ms = None;
                self.checked_ms = *at_ms;
                self.balance = *balance;
                self.gap = *gap;
                self.failed = None;
            }
            Fact::LookFailed { reason } => {
                self.asked_ms = None;
                self.failed = Some(reason.clone());
            }
            Fact::Differs { .. } => {
                self.differences += 1;
                self.told += 1;
            }
        }
    }
}
