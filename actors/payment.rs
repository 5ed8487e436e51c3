//! Payment: one money saga, from the quote to fulfilled, refunded, or stuck with a person as owner.
//! Knows no gateway's wire format: it asks by `GatewayOp` and hears `GatewayReply` and `CheckoutReport`.

mod book;
mod closing;
mod decide;
mod extra;
mod fact;
mod forget;
mod incoming;
mod refund;
mod reply;
mod state;
mod step;
mod strangers;
#[cfg(test)]
mod tests;
mod ways;

use entities::{Key, Money, PersonId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;

pub use fact::Fact;
pub use state::{Ended, Extra, ExtraFate, Stage, State, Terms, Timer, Unknown, Wanted};
pub use ways::{INVOICE_MESSAGE, Plan, Ways};
pub(crate) use {book::account, decide::pre_checkout_answer};

/// A payment takes the order's wish, the gateway's reports and a person's orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// Get this money. Sent by the order, once its stock is reserved.
    Begin {
        order: Key,
        /// The customer's session.
        customer: Key,
        amount: Money,
        /// What the gateway's page shows; no personal text.
        description: String,
        gateway: String,
        #[serde(with = "time::serde::timestamp::milliseconds")]
        until: OffsetDateTime,
    },
    /// The order was cancelled. Money that comes after this goes back. Sent by the order.
    Cancel,
    /// The goods are the customer's. Sent by the order.
    Fulfilled,
    /// The gateway told us something. Sent by `intake::webhooks` after its signature was checked, at least once,
    /// late and in any order. `event` is the gateway's own id of the report.
    GatewayReported { event: String, checkout: String, report: CheckoutReport },
    /// There will be no goods: whatever is still here goes back. Sent by the order.
    GiveBack { reason: String },
    /// Send so much back. Sent by the panel, the API.
    Refund { amount: Money, reason: String, by: String },
    /// The customer was erased: from now on the payment belongs to this pseudonym. Sent by the eraser; refused while money
    /// is under way.
    Forget { customer: Key },
    /// So much was returned at the gateway by hand. Sent by a person; `refund` is the gateway's id of it.
    Record { refund: String, amount: Money, by: String },
    /// Ask the gateway now. Sent by a person who looks at a stuck payment.
    Ask { by: String },
    /// Telegram's list of Stars has this movement; `back`: it went to the customer. Sent by the bot's Stars.
    Reconcile { by: Key, charge: String, amount: Money, back: bool },
    /// Telegram asks whether it may take the money. Sent by `intake`, on the money lane.
    PreCheckout {
        query: String,
        customer: Key,
        amount: Money,
        /// The customer's Telegram language.
        language_code: Option<String>,
    },
}

/// What a gateway reports of a checkout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CheckoutReport {
    Captured {
        amount: Money,
        /// The gateway's own id of the money, where a checkout can be paid more than once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        charge: Option<String>,
    },
    /// One try was declined; the checkout stays open.
    Declined {
        reason: String,
    },
    Expired,
    /// `refund` is the gateway's own id of the refund.
    Refunded {
        refund: String,
        amount: Money,
    },
}

/// The capability of a payment.
pub struct Payment;

impl Capability for Payment {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Payment(message) => Ok(*message),
            other => Err(Box::new(other)),
        }
    }

    fn decide(
        state: &State,
        input: &Input<Self>,
        at: &Moment<'_>,
    ) -> Result<Decision<Self>, Refusal> {
        decide::decide(state, input, at)
    }

    fn apply(state: &mut State, fact: &Fact) {
        state.apply(fact);
    }

    fn person(_key: &Key, state: &State) -> Option<PersonId> {
        state.terms.as_ref()?.customer.bot_and_number().map(|(_, user)| PersonId(user))
    }
}
