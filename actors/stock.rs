//! Stock: one product's pieces, reserved and released. Knows no orders but by key, and no prices.

mod decide;
mod state;
#[cfg(test)]
mod tests;

use entities::{Key, PersonId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;

pub use state::{CODES_MAX, Fact, Reservation, State, Taken, Timer, UNLIMITED};

/// A stock takes counts from the shop and wishes from orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// So many are in the shelf now, those reserved included. Sent by the catalogue import, the panel, the demo's seed.
    SetOnHand { count: u32 },
    /// These codes are for sale as well; one that ever was in this shelf is not taken again. Sent by the catalogue import.
    AddCodes { codes: Vec<String> },
    /// Hold so many for an order; answered by `Reserved` or `ReservationRefused`. Once per order.
    Reserve {
        order: Key,
        quantity: u32,
        /// The end of the order's window; held some minutes longer, since the order releases itself first.
        #[serde(with = "time::serde::timestamp::milliseconds")]
        until: OffsetDateTime,
    },
    /// The order does not need them any more.
    Release { order: Key },
    /// The order is paid: take them out. Answered by `Committed` or `CommitRefused`.
    Commit { order: Key, quantity: u32 },
    /// What a paid order took comes back: another line of it could not be had.
    Return { order: Key },
}

/// The capability of a product's stock.
pub struct Stock;

impl Capability for Stock {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Stock(message) => Ok(*message),
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
