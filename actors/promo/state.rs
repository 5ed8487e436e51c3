//! What a promo code remembers, and what it takes off. Knows no messages.

use std::collections::{BTreeMap, BTreeSet};

use entities::{Key, Money};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::catalogue::Prices;
use crate::fact::FactKind;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// `None` until the shop sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// By orders that are not paid yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<Key, Hold>,
    #[serde(default)]
    pub used: u32,
    /// Orders that used it lately, with their customers: a repetition counts once, and a refund gives it back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub recent: BTreeMap<Key, Hold>,
    /// Fingerprints of the customers who used it, where it is for once each.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub customers: BTreeSet<u64>,
}

/// What a code gives, to whom, and how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// 1 to 100 of the goods' price, or 0 where an amount is given.
    #[serde(default)]
    pub percent: u8,
    /// Instead of a percentage, by currency.
    #[serde(default, skip_serializing_if = "Prices::is_empty")]
    pub amounts: Prices,
    /// How often it can be used; none: as often as wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    #[serde(default)]
    pub once_each: bool,
    /// What the goods must cost at least, by currency.
    #[serde(default, skip_serializing_if = "Prices::is_empty")]
    pub minimum: Prices,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
}

/// Held by one order for one customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub customer: u64,
    /// When it is released without being asked; of a recent use: when it was.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub until: OffsetDateTime,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Timer {
    /// The earliest hold runs out.
    Overdue,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Fact {
    TermsSet {
        terms: Terms,
    },
    Held {
        order: Key,
        hold: Hold,
    },
    Released {
        order: Key,
    },
    Used {
        order: Key,
        hold: Hold,
    },
    /// What was used so long ago cannot be given back any more.
    Forgotten {
        before_ms: i64,
    },
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::TermsSet { .. } => "promo_set",
            Self::Held { .. } => "promo_held",
            Self::Released { .. } => "promo_released",
            Self::Used { .. } => "promo_used",
            Self::Forgotten { .. } => "promo_forgotten",
        }
    }

    fn is_kept(&self) -> bool {
        !matches!(self, Self::Forgotten { .. })
    }
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::TermsSet { terms } => self.terms = Some(terms.clone()),
            Fact::Held { order, hold } => {
                self.held.insert(order.clone(), hold.clone());
            }
            Fact::Released { order } => {
                self.held.remove(order);
                if let Some(hold) = self.recent.remove(order) {
                    self.used = self.used.saturating_sub(1);
                    self.customers.remove(&hold.customer);
                }
            }
            Fact::Used { order, hold } => {
                self.held.remove(order);
                self.used = self.used.saturating_add(1);
                if self.terms.as_ref().is_some_and(|terms| terms.once_each) {
                    self.customers.insert(hold.customer);
                }
                self.recent.insert(order.clone(), hold.clone());
            }
            Fact::Forgotten { before_ms } => {
                self.recent.retain(|_, hold| crate::clock::to_ms(hold.until) >= *before_ms);
            }
        }
    }

    /// How often it can still be taken.
    pub(super) fn left(&self) -> u32 {
        let taken = u32::try_from(self.held.len()).unwrap_or(u32::MAX).saturating_add(self.used);
        let uses = self.terms.as_ref().map_or(0, |terms| terms.uses.unwrap_or(u32::MAX));
        uses.saturating_sub(taken)
    }

    /// Whether this customer has it already, or had it.
    pub(super) fn is_taken_by(&self, customer: u64) -> bool {
        let once = self.terms.as_ref().is_some_and(|terms| terms.once_each);
        let holds = self.held.values().any(|hold| hold.customer == customer);
        once && (holds || self.customers.contains(&customer))
    }
}

/// What the terms take off goods of this price: never more than they cost. `None`: nothing in this currency, or they
/// cost too little.
pub fn discount(terms: &Terms, subtotal: Money) -> Option<Money> {
    let least = terms.minimum.get(&subtotal.currency).copied();
    if least.unwrap_or(0) > subtotal.amount_minor || (least.is_none() && !terms.minimum.is_empty())
    {
        return None;
    }
    let minor = match terms.percent {
        0 => *terms.amounts.get(&subtotal.currency)?,
        // Half a unit in the customer's favour.
        percent => {
            let of = i128::from(subtotal.amount_minor) * i128::from(percent.min(100));
            i64::try_from((of + 99) / 100).ok()?
        }
    };
    let minor = minor.min(subtotal.amount_minor);
    (minor > 0).then(|| Money::new(minor, subtotal.currency))
}

/// FNV-1a, 64 bit: stored, so it never changes.
pub(super) fn fingerprint(customer: &Key) -> u64 {
    customer.as_str().bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
