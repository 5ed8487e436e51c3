//! Subscription: one recurring entitlement, paid in Stars and renewed by Telegram every 30 days. Knows no chat.

mod book;
mod decide;
mod money;
mod state;
#[cfg(test)]
mod tests;

use entities::{Key, Kind, Money, PersonId};
use serde::{Deserialize, Serialize};

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;

pub use state::{Charge, Fact, Stage, State, Terms, Timer, View};

/// The most of one subscription period (Telegram's limit).
pub const STARS_MAX: i64 = 10_000;

/// A subscription takes the customer's wish and what Telegram says of its payments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// The customer would like to have it. Sent by the session.
    Offer { terms: Terms },
    /// Telegram asks whether it may take the money. Sent by `intake`, on the money lane.
    PreCheckout { query: String, customer: Key, amount: Money, language_code: Option<String> },
    /// The first payment, or a renewal. Sent by `intake`, at least once.
    Paid { charge: String, amount: Money, until_ms: Option<i64> },
    /// A payment went back. Sent by `intake`.
    Returned { charge: String, amount: Money },
    /// The customer stopped or resumed it at Telegram, or a renewal failed. Sent by `intake`; `state` as Telegram
    /// names it.
    Changed { state: String },
    /// No more renewals; what is paid for stays. Sent by the session, a person.
    Cancel { by: String },
    /// Renewals again. Sent by the session, a person.
    Resume { by: String },
    /// Send the last payment back, and end it. Sent by a person.
    Refund { reason: String, by: String },
    /// The customer was erased: it ends, and belongs to this pseudonym. Sent by the eraser.
    Forget { customer: Key },
    /// Telegram's list of Stars has this movement; `back`: it went to the customer. Sent by the bot's Stars.
    Reconcile { by: Key, charge: String, amount: Money, back: bool },
}

/// A new one's key, from fresh randomness: it says nothing about whose it is, since it outlives their erasure.
pub fn fresh_key(seed: u64) -> Key {
    // Crockford's base 32, 60 bits.
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letter = |place: u32| char::from(LETTERS[(seed >> (5 * place)) as usize & 31]);
    Key::new(Kind::Subscription, (0..12).map(letter).collect::<String>())
}

/// The capability of a subscription.
pub struct Subscription;

impl Capability for Subscription {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Subscription(message) => Ok(*message),
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
