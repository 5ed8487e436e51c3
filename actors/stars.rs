//! Stars: what moves on one bot's balance of Telegram Stars, compared with our books every day. Knows no wire.

mod book;
mod decide;
mod state;
#[cfg(test)]
mod tests;

use entities::{Key, Money, PersonId};
use serde::{Deserialize, Serialize};

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;

pub use state::{Fact, State, Timer};

/// A bot's Stars take orders to look, and what the owners of the movements say of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// The bot takes Stars: look every day from now on. Sent at each start of the server.
    Watch,
    /// Look now. Sent by a person.
    Check { by: String },
    /// This movement was news to the payment or subscription, which has booked it. Sent by it.
    Missed { payment: Key, charge: String, amount: Money, back: bool },
    /// Nobody here knows what this movement is for. Sent by whom its payload names.
    Unclaimed { payload: String, charge: String, amount: Money, back: bool },
}

/// The capability of a bot's Stars.
pub struct Stars;

impl Capability for Stars {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Stars(message) => Ok(*message),
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
