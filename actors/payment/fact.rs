//! What happened to a payment: each step with the gateway's words and the next try. Decides nothing.

use entities::{Key, Money};
use serde::Serialize;

use super::state::{Ended, Terms, Unknown, Wanted};
use crate::fact::FactKind;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Fact {
    Quoted {
        terms: Terms,
    },
    CheckoutOpened {
        checkout: String,
        url: String,
    },
    /// Money was reported under this checkout before its opening was.
    CheckoutLearned {
        checkout: String,
    },
    CheckoutRefused {
        reason: String,
    },
    /// Telegram asked whether it may take the money, and it may.
    CheckoutApproved {
        query: String,
        at_ms: i64,
    },
    TryDeclined {
        reason: String,
    },
    /// The order or the clock ended it; the gateway has the last word.
    ClosingBegan {
        ended: Ended,
    },
    Closed {
        ended: Ended,
        words: String,
    },
    FundsCaptured {
        amount: Money,
        #[serde(skip_serializing_if = "Option::is_none")]
        charge: Option<String>,
        late: bool,
    },
    Fulfilled,
    RefundAsked {
        amount: Money,
        reason: String,
        by: String,
    },
    /// Another one is under way: this one comes after it.
    RefundQueued {
        wanted: Wanted,
    },
    /// The gateway was asked and knows of no refund: it is sent again.
    RefundRepeated,
    FundsRefunded {
        refund: String,
        amount: Money,
    },
    /// The gateway is asked at `next_try_ms`, before anything is repeated or undone.
    OutcomeUnknown {
        what: Unknown,
        reason: String,
        next_try_ms: i64,
    },
    GatewayAsked,
    /// Its words settled nothing: it is asked again, unless a person takes over.
    AskedInVain {
        words: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        next_try_ms: Option<i64>,
    },
    Stuck {
        reason: String,
    },
    /// The customer was erased; the payment is a pseudonym's now.
    CustomerForgotten {
        pseudonym: Key,
    },
    /// Paid once more: it goes back.
    ExtraFunds {
        charge: String,
        amount: Money,
    },
    ExtraReturned {
        charge: String,
        amount: Money,
    },
    /// Whether it went back is not known; returning a charge again is harmless.
    ExtraLost {
        charge: String,
        lost: u8,
        words: String,
    },
    /// A person owns it.
    ExtraHeld {
        charge: String,
        reason: String,
    },
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::Quoted { .. } => "payment_quoted",
            Self::CheckoutOpened { .. } => "checkout_opened",
            Self::CheckoutLearned { .. } => "checkout_learned",
            Self::CheckoutApproved { .. } => "checkout_approved",
            Self::CheckoutRefused { .. } => "checkout_refused",
            Self::TryDeclined { .. } => "funds_declined",
            Self::ClosingBegan { .. } => "closing_began",
            Self::Closed { .. } => "checkout_closed",
            Self::FundsCaptured { .. } => "funds_captured",
            Self::Fulfilled => "payment_fulfilled",
            Self::RefundAsked { .. } => "refund_asked",
            Self::RefundQueued { .. } => "refund_queued",
            Self::RefundRepeated => "refund_repeated",
            Self::FundsRefunded { .. } => "funds_refunded",
            Self::OutcomeUnknown { .. } => "outcome_unknown",
            Self::GatewayAsked => "gateway_asked",
            Self::CustomerForgotten { .. } => "customer_forgotten",
            Self::AskedInVain { .. } => "gateway_asked_in_vain",
            Self::Stuck { .. } => "payment_stuck",
            Self::ExtraFunds { .. } => "extra_funds_captured",
            Self::ExtraReturned { .. } => "extra_funds_returned",
            Self::ExtraLost { .. } => "extra_return_unknown",
            Self::ExtraHeld { .. } => "extra_funds_held",
        }
    }
}
