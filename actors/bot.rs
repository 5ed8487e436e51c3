//! Bot: what has neither user nor chat, and the bot's epoch, under which update ids are unique. Knows no polling.

mod decide;
mod state;
#[cfg(test)]
mod tests;

use entities::{Key, PersonId};
use serde::{Deserialize, Serialize};

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;

pub use state::{Fact, State, Timer};

/// A bot takes what `intake` learns about the stream of updates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// Updates will be taken from this API server; before the first one. Answered by
    /// `Value({"epoch": n, "last_id": id or null, "seen_ms": ms or null})`.
    OpenIntake { api_url: String },
    /// After idle days the ids went on elsewhere: Telegram picked them anew. Answered as `OpenIntake`.
    IdsJumped { last_id: i64, new_id: i64 },
    /// An update was taken; kept at most hourly, so it may be sent for each.
    Seen { update_id: i64 },
    /// A poll's state, a poll answer: nobody here wants them yet.
    Poll,
}

/// The capability of a bot.
pub struct Bot;

impl Capability for Bot {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Bot(message) => Ok(*message),
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
