//! Promo: one promo code, what it gives and how often it was used. Knows no lines and no prices but those it is told.

mod decide;
mod state;
#[cfg(test)]
mod tests;

use entities::{Key, Money, PersonId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;

pub use state::{Fact, Hold, State, Terms, Timer, discount};

/// A promo code takes terms from the shop and wishes from sessions and orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// From now on it gives this; what was used stays counted. Sent by the command line, the panel.
    Set { terms: Terms },
    /// What would it give? Answered by `PromoQuoted` or `PromoUnknown`; holds nothing. Sent by a session.
    Quote { session: Key },
    /// Hold it for an order; answered by `PromoHeld` or `PromoRefused`. Once per order.
    Take {
        order: Key,
        customer: Key,
        subtotal: Money,
        /// What the customer was told: refused when it gives something else by now.
        amount: Money,
        /// The end of the order's window; held some minutes longer, since the order releases itself first.
        #[serde(with = "time::serde::timestamp::milliseconds")]
        until: OffsetDateTime,
    },
    /// The order came to nothing, or its money went back.
    Release { order: Key },
    /// The order is paid: it counts as used.
    Commit { order: Key },
}

/// The capability of a promo code.
pub struct Promo;

impl Capability for Promo {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Promo(message) => Ok(*message),
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

    fn person(_key: &Key, _state: &State) -> Option<PersonId> {
        None
    }
}
