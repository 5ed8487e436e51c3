//! What a product's stock remembers. Knows no messages and decides nothing.

use std::collections::BTreeMap;

use entities::Key;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::fact::FactKind;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// In the shelf, those reserved included.
    #[serde(default)]
    pub on_hand: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reserved: BTreeMap<Key, Reservation>,
    /// What paid orders took lately: they may give it back, and a repeated commit must not take it twice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub taken: BTreeMap<Key, Taken>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    pub quantity: u32,
    /// When it is released without being asked.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub until: OffsetDateTime,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub quantity: u32,
    pub at_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Timer {
    /// The earliest reservation runs out.
    Overdue,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Fact {
    Counted {
        on_hand: u32,
    },
    Reserved {
        order: Key,
        quantity: u32,
        #[serde(with = "time::serde::timestamp::milliseconds")]
        until: OffsetDateTime,
    },
    Released {
        order: Key,
        overdue: bool,
    },
    Committed {
        order: Key,
        quantity: u32,
        at_ms: i64,
    },
    Returned {
        order: Key,
    },
    /// What was taken so long ago is no longer remembered.
    Forgotten {
        before_ms: i64,
    },
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::Counted { .. } => "stock_counted",
            Self::Reserved { .. } => "stock_reserved",
            Self::Released { .. } => "stock_released",
            Self::Committed { .. } => "stock_committed",
            Self::Returned { .. } => "stock_returned",
            Self::Forgotten { .. } => "stock_forgotten",
        }
    }

    fn is_kept(&self) -> bool {
        !matches!(self, Self::Forgotten { .. })
    }
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Counted { on_hand } => self.on_hand = *on_hand,
            Fact::Reserved { order, quantity, until } => {
                let held = Reservation { quantity: *quantity, until: *until };
                self.reserved.insert(order.clone(), held);
            }
            Fact::Released { order, .. } => {
                self.reserved.remove(order);
            }
            Fact::Committed { order, quantity, at_ms } => {
                self.reserved.remove(order);
                self.on_hand = self.on_hand.saturating_sub(*quantity);
                let taken = Taken { quantity: *quantity, at_ms: *at_ms };
                self.taken.insert(order.clone(), taken);
            }
            Fact::Returned { order } => {
                if let Some(taken) = self.taken.remove(order) {
                    self.on_hand = self.on_hand.saturating_add(taken.quantity);
                }
            }
            Fact::Forgotten { before_ms } => {
                self.taken.retain(|_, taken| taken.at_ms >= *before_ms)
            }
        }
    }

    /// Pieces in the shelf that nobody holds. A count below what is reserved leaves none.
    pub fn available(&self) -> u32 {
        self.on_hand.saturating_sub(self.held())
    }

    pub(super) fn held(&self) -> u32 {
        self.reserved.values().fold(0, |sum, held| sum.saturating_add(held.quantity))
    }
}
