//! Order: one purchase and its states; owns its lines, asks Stock and Payment. Knows no chat and no gateway.

mod advance;
mod decide;
mod forget;
mod goods;
mod parts;
mod state;
mod step;
#[cfg(test)]
mod tests;

use entities::{Key, Money, PersonId};
use serde::{Deserialize, Serialize};

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;

pub use parts::{Content, Discount, Extras, Line, Parcel, Progress, Shipping, Tracking, View};
pub use state::{By, Fact, LINES_MAX, Stage, State, Timer};

/// An order takes the customer's wish and what came of it at the stock and the payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// Buy these. Sent by the customer's session, which made the order's key from fresh randomness.
    Place {
        customer: Key,
        lines: Vec<Line>,
        #[serde(default)]
        extras: Extras,
    },
    /// The line's quantity is held. Sent by `stock:{product}`.
    Reserved { product: String },
    /// There is not enough. Sent by `stock:{product}`.
    ReservationRefused { product: String, available: u32 },
    /// The promo code is held for this order. Sent by `promo:{code}`.
    PromoHeld { code: String },
    /// The promo code gives nothing (more), or something else than the customer was told. Sent by `promo:{code}`.
    PromoRefused { code: String },
    /// The line's quantity left the shelf for good, with these codes where it is codes. Sent by `stock:{product}`.
    Committed {
        product: String,
        #[serde(default)]
        codes: Vec<String>,
    },
    /// The reservation had run out, and there is not enough any more. Sent by `stock:{product}`.
    CommitRefused { product: String, available: u32 },
    /// The customer can pay here. Sent by the payment.
    PaymentReady { url: String },
    /// One try to pay was declined; the checkout is still open. Sent by the payment.
    PaymentDeclined { reason: String },
    /// No checkout could be opened; no money moved. Sent by the payment.
    PaymentFailed { reason: String },
    /// The money is there, in full and in time. Sent by the payment.
    Captured { amount: Money },
    /// The window passed without money, which the gateway confirmed. Sent by the payment.
    PaymentExpired,
    /// Money came after the order was closed; the payment is returning it. Sent by the payment.
    LateMoney { amount: Money },
    /// Money went back. `whole`: nothing of it is left here. Sent by the payment.
    Refunded { amount: Money, whole: bool },
    /// A person has to look at the payment. Sent by the payment.
    PaymentStuck { reason: String },
    /// The customer was erased: from now on the order belongs to this pseudonym. Sent by the eraser; refused while the
    /// order is under way.
    Forget { customer: Key },
    /// The customer or the shop does not want it any more. Sent by the session, the panel, the API.
    Cancel { by: By },
    /// The shop is so far with it. Answered by the order's new state. Sent by the command line, the panel, the API.
    Advance { to: Progress, tracking: Option<Tracking>, by: String },
    /// The customer wants to see again what they bought. Sent by the session.
    ShowGoods,
}

/// The capability of an order.
pub struct Order;

impl Capability for Order {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Order(message) => Ok(*message),
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
        state.customer.as_ref()?.bot_and_number().map(|(_, user)| PersonId(user))
    }
}
