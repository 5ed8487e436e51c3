//! What a product's stock remembers. Knows no messages and decides nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use entities::Key;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::fact::FactKind;

/// So many that nobody counts: downloads, texts.
pub const UNLIMITED: u32 = 1_000_000_000;
/// Codes in the shelf at once: they are in the actor's row, which each of its steps writes.
pub const CODES_MAX: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// In the shelf, those reserved included.
    #[serde(default)]
    pub on_hand: u32,
    /// The codes in the shelf, the next to be sold first; with any, they are what is on hand.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub codes: VecDeque<String>,
    /// Fingerprints of all codes that ever were here: none is sold twice because it was imported twice.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub known_codes: BTreeSet<u64>,
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
    /// The codes that went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
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
    CodesAdded {
        codes: Vec<String>,
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
            Self::CodesAdded { .. } => "codes_added",
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
            Fact::CodesAdded { codes } => {
                self.known_codes.extend(codes.iter().map(|code| fingerprint(code)));
                self.codes.extend(codes.iter().cloned());
                self.on_hand = self.code_count();
            }
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
                let count = self.codes.len().min(*quantity as usize);
                let codes = self.codes.drain(..count).collect();
                let taken = Taken { quantity: *quantity, at_ms: *at_ms, codes };
                self.taken.insert(order.clone(), taken);
            }
            Fact::Returned { order } => {
                if let Some(taken) = self.taken.remove(order) {
                    self.on_hand = self.on_hand.saturating_add(taken.quantity);
                    for code in taken.codes.into_iter().rev() {
                        self.codes.push_front(code);
                    }
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

    /// Whether this shelf holds codes, or did.
    pub(super) fn sells_codes(&self) -> bool {
        !self.known_codes.is_empty()
    }

    pub(super) fn knows(&self, code: &str) -> bool {
        self.known_codes.contains(&fingerprint(code))
    }

    fn code_count(&self) -> u32 {
        u32::try_from(self.codes.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn held(&self) -> u32 {
        self.reserved.values().fold(0, |sum, held| sum.saturating_add(held.quantity))
    }
}

/// FNV-1a, 64 bit: stored, so it never changes.
fn fingerprint(code: &str) -> u64 {
    code.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
