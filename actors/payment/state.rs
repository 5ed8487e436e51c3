//! What a payment remembers. Knows no messages and decides nothing.

use entities::{Key, Money};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::fact::Fact;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// `None` until the order began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    pub stage: Stage,
    /// The gateway's own id, once known. One checkout per payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout: Option<String>,
    /// Where the customer pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// All that ever came, in minor units of `received`'s currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Money>,
    #[serde(default)]
    pub refunded_minor: i64,
    /// The gateway's ids of the refunds that are booked: a repeated report counts once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<String>,
    /// A refund that waits until the one under way is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Wanted>,
    /// Why a person owns the money that is still here; until it went back, or turned out to be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_for: Option<String>,
    /// The goods are the customer's: what goes back from now on is a loss, not the customer's own money.
    #[serde(default)]
    pub fulfilled: bool,
    /// Bookings made: the next one's number.
    #[serde(default)]
    pub bookings: i64,
    /// The gateway's last words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The gateway's id of the money itself, where that is not the checkout's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<String>,
    /// Money that came once more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<Extra>,
    /// When Telegram was last told that it may take the money; 0: never.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub approved_ms: i64,
    /// When the gateway is asked next, while an outcome is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try_ms: Option<i64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Money that came once more for the same purchase: it goes back whole, apart from the payment's own course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extra {
    pub charge: String,
    pub amount: Money,
    pub fate: ExtraFate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExtraFate {
    /// So many attempts to return it came to nothing that is known.
    Returning {
        lost: u8,
    },
    Returned,
    /// Owned by a person.
    Held {
        reason: String,
    },
}

/// What was quoted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    pub order: Key,
    pub customer: Key,
    pub amount: Money,
    pub description: String,
    pub gateway: String,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub until: OffsetDateTime,
    pub created_ms: i64,
}

/// Money that somebody wants to go back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    pub amount: Money,
    pub reason: String,
    pub by: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// Nobody has asked for money yet.
    #[default]
    Quoted,
    /// The gateway was asked for a checkout. `ended`: it is to be closed as soon as it is known.
    AwaitingCheckout {
        ended: Option<Ended>,
    },
    AwaitingFunds,
    Captured,
    Fulfilled,
    /// The checkout is being closed; money may still have moved in between.
    Closing {
        ended: Ended,
    },
    /// The gateway said definitely no: nothing was ever opened.
    Declined,
    Expired,
    Cancelled,
    /// `tries`: refunds of this amount that were sent and, after asking, found not to have happened.
    Refunding {
        amount: Money,
        reason: String,
        tries: u8,
    },
    Refunded,
    /// The outcome of a call is not known; the gateway is asked before anything is repeated.
    Unknown {
        what: Unknown,
        asked: u8,
    },
    /// Owned by a person.
    Stuck {
        reason: String,
    },
}

/// Why a checkout is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    Expired,
    Cancelled,
}

/// The call whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Unknown {
    Opening { ended: Option<Ended> },
    Closing { ended: Ended },
    Refunding { amount: Money, reason: String, tries: u8 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Timer {
    /// The customer's time is over.
    Window,
    /// The gateway is to be asked what it knows.
    Ask,
    /// Money that came once more is to be returned again.
    Extras,
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Quoted { terms } => {
                self.terms = Some(terms.clone());
                self.stage = Stage::AwaitingCheckout { ended: None };
            }
            Fact::CheckoutOpened { checkout, url } => {
                self.checkout = Some(checkout.clone());
                self.url = Some(url.clone());
                self.stage = Stage::AwaitingFunds;
            }
            Fact::CheckoutLearned { checkout } => self.checkout = Some(checkout.clone()),
            Fact::CheckoutApproved { at_ms, .. } => self.approved_ms = *at_ms,
            Fact::CheckoutRefused { reason } => {
                self.note = Some(reason.clone());
                self.stage = Stage::Declined;
            }
            Fact::TryDeclined { reason } => self.note = Some(reason.clone()),
            Fact::ClosingBegan { ended } => self.begin_closing(*ended),
            Fact::Closed { ended, words } => self.close(*ended, words),
            Fact::FundsCaptured { amount, charge, .. } => {
                self.charge.clone_from(charge);
                self.captured(*amount);
            }
            Fact::Fulfilled => {
                self.bookings += 1;
                self.fulfilled = true;
                if self.stage == Stage::Captured {
                    self.stage = Stage::Fulfilled;
                }
            }
            Fact::RefundAsked { amount, reason, .. } => {
                let (amount, reason) = (*amount, reason.clone());
                self.wanted = None;
                self.stage = Stage::Refunding { amount, reason, tries: 1 };
            }
            Fact::RefundQueued { wanted } => self.wanted = Some(wanted.clone()),
            Fact::RefundRepeated => self.repeat_refund(),
            Fact::FundsRefunded { refund, amount } => self.refunded(refund, *amount),
            Fact::OutcomeUnknown { what, reason, next_try_ms } => {
                self.note = Some(reason.clone());
                self.next_try_ms = Some(*next_try_ms);
                self.stage = Stage::Unknown { what: what.clone(), asked: 0 };
            }
            Fact::AskedInVain { words, next_try_ms } => {
                self.note = Some(words.clone());
                self.next_try_ms = *next_try_ms;
            }
            Fact::GatewayAsked => {
                if let Stage::Unknown { asked, .. } = &mut self.stage {
                    *asked += 1;
                }
            }
            Fact::CustomerForgotten { pseudonym } => {
                if let Some(terms) = &mut self.terms {
                    terms.customer = pseudonym.clone();
                }
            }
            Fact::Stuck { reason } => {
                self.note = Some(reason.clone());
                self.held_for = Some(reason.clone());
                self.stage = Stage::Stuck { reason: reason.clone() };
            }
            Fact::ExtraFunds { .. }
            | Fact::ExtraReturned { .. }
            | Fact::ExtraLost { .. }
            | Fact::ExtraHeld { .. } => self.apply_to_extras(fact),
        }
        if !matches!(self.stage, Stage::Unknown { .. }) {
            self.next_try_ms = None;
        }
    }

    fn apply_to_extras(&mut self, fact: &Fact) {
        match fact {
            Fact::ExtraFunds { charge, amount } => {
                self.bookings += 1;
                let (charge, amount) = (charge.clone(), *amount);
                self.extras.push(Extra { charge, amount, fate: ExtraFate::Returning { lost: 0 } });
            }
            Fact::ExtraReturned { charge, .. } => {
                self.bookings += 1;
                self.extra_is(charge, ExtraFate::Returned);
            }
            Fact::ExtraLost { charge, lost, words } => {
                self.note = Some(words.clone());
                self.extra_is(charge, ExtraFate::Returning { lost: *lost });
            }
            Fact::ExtraHeld { charge, reason } => {
                self.note = Some(reason.clone());
                self.extra_is(charge, ExtraFate::Held { reason: reason.clone() });
            }
            _ => {}
        }
    }

    fn extra_is(&mut self, charge: &str, fate: ExtraFate) {
        if let Some(extra) = self.extras.iter_mut().find(|extra| extra.charge == charge) {
            extra.fate = fate;
        }
    }

    /// Whether this money was booked already.
    pub(super) fn knows(&self, charge: &str) -> bool {
        self.charge.as_deref() == Some(charge) || self.extra(charge).is_some()
    }

    pub(super) fn extra(&self, charge: &str) -> Option<&Extra> {
        self.extras.iter().find(|extra| extra.charge == charge)
    }

    fn close(&mut self, ended: Ended, words: &str) {
        self.note = Some(words.to_owned());
        self.stage = match ended {
            Ended::Expired => Stage::Expired,
            Ended::Cancelled => Stage::Cancelled,
        };
    }

    fn captured(&mut self, amount: Money) {
        self.bookings += 1;
        self.received = Some(amount);
        self.held_for = None;
        // The report of a refund may come before that of its money.
        let gone = self.refunded_minor > 0 && self.kept_minor() <= 0;
        self.stage = if gone { Stage::Refunded } else { Stage::Captured };
    }

    fn repeat_refund(&mut self) {
        if let Stage::Unknown { what: Unknown::Refunding { amount, reason, tries }, .. } =
            self.stage.clone()
        {
            self.stage = Stage::Refunding { amount, reason, tries: tries + 1 };
        }
    }

    fn begin_closing(&mut self, ended: Ended) {
        match &mut self.stage {
            Stage::AwaitingCheckout { ended: wish }
            | Stage::Unknown { what: Unknown::Opening { ended: wish }, .. } => *wish = Some(ended),
            _ => self.stage = Stage::Closing { ended },
        }
    }

    fn refunded(&mut self, refund: &str, amount: Money) {
        self.bookings += 1;
        self.refunds.push(refund.to_owned());
        self.refunded_minor += amount.amount_minor;
        let another_under_way = match &self.stage {
            Stage::Refunding { amount: asked, .. }
            | Stage::Unknown { what: Unknown::Refunding { amount: asked, .. }, .. } => {
                *asked != amount
            }
            Stage::Stuck { .. } => true,
            _ => false,
        };
        if self.received.is_none() || (another_under_way && self.kept_minor() > 0) {
            return;
        }
        self.stage = match (self.kept_minor() > 0, &self.held_for) {
            (false, _) => Stage::Refunded,
            (true, Some(reason)) => Stage::Stuck { reason: reason.clone() },
            (true, None) if self.fulfilled => Stage::Fulfilled,
            (true, None) => Stage::Captured,
        };
    }

    /// What came and has not gone back.
    pub(super) fn kept_minor(&self) -> i64 {
        self.received.map_or(0, |received| received.amount_minor - self.refunded_minor)
    }
}

impl Stage {
    /// As it is stored in the payments table.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::AwaitingCheckout { .. } => "awaiting_checkout",
            Self::AwaitingFunds => "awaiting_funds",
            Self::Captured => "captured",
            Self::Fulfilled => "fulfilled",
            Self::Closing { .. } => "closing",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Refunding { .. } => "refunding",
            Self::Refunded => "refunded",
            Self::Unknown { .. } => "unknown",
            Self::Stuck { .. } => "stuck",
        }
    }
}
