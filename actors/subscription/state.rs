//! What a subscription remembers. Knows no messages and decides nothing.

use entities::{Key, Money};
use serde::{Deserialize, Serialize};

use crate::fact::FactKind;

/// Payments that are remembered: three years of months.
const CHARGES_MAX: usize = 36;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// `None` until somebody wanted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    pub stage: Stage,
    /// Where it can be bought, once Telegram gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Paid until then; 0: never paid.
    #[serde(default)]
    pub until_ms: i64,
    /// The newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Charge>,
    /// Bookings made: the next one's number.
    #[serde(default)]
    pub bookings: i64,
    /// Telegram's last words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is subscribed to, at the price that was agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub customer: Key,
    /// The plan's id in the configuration.
    pub plan: String,
    pub title: String,
    pub description: String,
    /// In Stars, for 30 days.
    pub amount: Money,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    pub charge: String,
    pub amount: Money,
    #[serde(default)]
    pub returned: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Nobody wants it yet.
    #[default]
    Quoted,
    /// Offered, not paid.
    Offered,
    Active,
    /// Lasts until its time is over, and is not renewed.
    Canceled,
    /// A renewal failed; Telegram tries again for a while.
    PastDue,
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timer {
    /// The paid time is over, and no renewal came.
    End,
}

/// What the customer's session is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub subscription: Key,
    pub plan: String,
    pub title: String,
    pub amount: Money,
    pub stage: Stage,
    pub until_ms: i64,
    /// While it can be bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Fact {
    Offered {
        terms: Terms,
    },
    LinkMade {
        url: String,
    },
    LinkRefused {
        reason: String,
    },
    Paid {
        charge: String,
        amount: Money,
        until_ms: i64,
    },
    EditAsked {
        canceled: bool,
        by: String,
    },
    Canceled,
    Resumed,
    EditFailed {
        reason: String,
    },
    RenewalFailed,
    RefundAsked {
        charge: String,
        reason: String,
        by: String,
    },
    RefundFailed {
        charge: String,
        reason: String,
    },
    Returned {
        charge: String,
        amount: Money,
    },
    Ended,
    /// The customer was erased; it is a pseudonym's now.
    CustomerForgotten {
        pseudonym: Key,
    },
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::Offered { .. } => "subscription_offered",
            Self::LinkMade { .. } => "subscription_link_made",
            Self::LinkRefused { .. } => "subscription_link_refused",
            Self::Paid { .. } => "subscription_paid",
            Self::EditAsked { .. } => "subscription_edit_asked",
            Self::Canceled => "subscription_canceled",
            Self::Resumed => "subscription_resumed",
            Self::EditFailed { .. } => "subscription_edit_failed",
            Self::RenewalFailed => "subscription_renewal_failed",
            Self::RefundAsked { .. } => "subscription_refund_asked",
            Self::RefundFailed { .. } => "subscription_refund_failed",
            Self::Returned { .. } => "subscription_returned",
            Self::Ended => "subscription_ended",
            Self::CustomerForgotten { .. } => "customer_forgotten",
        }
    }
}

impl Stage {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::Offered => "offered",
            Self::Active => "active",
            Self::Canceled => "canceled",
            Self::PastDue => "past_due",
            Self::Ended => "ended",
        }
    }

    /// Whether the customer has what was paid for.
    pub fn is_on(self) -> bool {
        matches!(self, Self::Active | Self::Canceled | Self::PastDue)
    }
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Offered { terms } => {
                self.terms = Some(terms.clone());
                self.url = None;
                self.stage = Stage::Offered;
            }
            Fact::LinkMade { url } => self.url = Some(url.clone()),
            Fact::Paid { charge, amount, until_ms } => {
                self.bookings += 1;
                let (charge, amount) = (charge.clone(), *amount);
                self.charges.push(Charge { charge, amount, returned: false });
                if self.charges.len() > CHARGES_MAX {
                    self.charges.remove(0);
                }
                self.until_ms = self.until_ms.max(*until_ms);
                self.stage = Stage::Active;
                self.url = None;
            }
            Fact::Canceled => self.stage = Stage::Canceled,
            Fact::Resumed => self.stage = Stage::Active,
            Fact::RenewalFailed => self.stage = Stage::PastDue,
            Fact::Returned { charge, .. } => {
                self.bookings += 1;
                if let Some(known) = self.charges.iter_mut().find(|known| known.charge == *charge) {
                    known.returned = true;
                }
            }
            Fact::Ended => {
                self.stage = Stage::Ended;
                self.url = None;
            }
            Fact::LinkRefused { reason }
            | Fact::EditFailed { reason }
            | Fact::RefundFailed { reason, .. } => self.note = Some(reason.clone()),
            Fact::CustomerForgotten { pseudonym } => {
                if let Some(terms) = &mut self.terms {
                    terms.customer = pseudonym.clone();
                }
            }
            Fact::EditAsked { .. } | Fact::RefundAsked { .. } => {}
        }
    }

    pub(super) fn charge(&self, charge: &str) -> Option<&Charge> {
        self.charges.iter().find(|known| known.charge == charge)
    }

    /// Telegram's name for the subscription: its newest payment.
    pub(super) fn newest(&self) -> Option<&Charge> {
        self.charges.iter().rev().find(|charge| !charge.returned)
    }

    pub(super) fn view(&self, subscription: &Key) -> Option<View> {
        let terms = self.terms.as_ref()?;
        Some(View {
            subscription: subscription.clone(),
            plan: terms.plan.clone(),
            title: terms.title.clone(),
            amount: terms.amount,
            stage: self.stage,
            until_ms: self.until_ms,
            url: self.url.clone(),
        })
    }
}
