//! What a capability is: a state, what may come in, and a pure decision. Knows no concurrency.

use entities::{Key, PersonId, Row};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::fact::FactKind;
use crate::house::House;
use crate::intent::{Intent, Outcome};
use crate::message::Message;

/// One kind of durable actor. Everything that thinks is here and is pure; `durable.rs` does the rest.
pub trait Capability: Sized + 'static {
    /// Durable. `Default` is the actor nobody has spoken to yet.
    type State: Clone + Default + Serialize + DeserializeOwned + 'static;
    type Message: Into<Message> + Send + 'static;
    type Timer: Clone + PartialEq + Serialize + DeserializeOwned + Unpin + 'static;
    type Fact: FactKind;

    /// This capability's part of the one message type, or the message back when it is another's.
    ///
    /// # Errors
    /// Gives the message back when it is meant for another kind of actor.
    fn message(message: Message) -> Result<Self::Message, Box<Message>>;

    /// What is to happen. Has no effect of its own: the same arguments give the same decision.
    ///
    /// # Errors
    /// An expected "no", which the sender sees; the input counts as applied, nothing else changes.
    fn decide(
        state: &Self::State,
        input: &Input<Self>,
        at: &Moment<'_>,
    ) -> Result<Decision<Self>, Refusal>;

    /// Folds one fact into the state; called for each fact of a decision, in order.
    fn apply(state: &mut Self::State, fact: &Self::Fact);

    /// Whose personal key seals this actor's facts and intents.
    fn person(key: &Key, state: &Self::State) -> Option<PersonId>;
}

/// What an actor may be given.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is never moved")]
pub enum Input<C: Capability> {
    Message(C::Message),
    /// A deadline that this actor set has come; the timer is already removed.
    Timer(C::Timer),
    /// What came of an intent of this actor that asked for a report; the intent is already removed.
    Result {
        intent: Intent,
        outcome: Outcome,
    },
}

/// When and where a decision is made.
pub struct Moment<'a> {
    pub key: &'a Key,
    pub now: OffsetDateTime,
    /// Fresh randomness for ids (never ambient, so that a simulation can repeat it).
    pub seed: u64,
    pub house: &'a House,
}

/// An expected "no". `code` is for programs (and keys a text), `reason` for people who read logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    pub code: String,
    pub reason: String,
}

impl Refusal {
    pub fn new(code: &str, reason: impl Into<String>) -> Self {
        Self { code: code.to_owned(), reason: reason.into() }
    }
}

/// What the sender of an input gets back, now and when it repeats itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Applied; nothing more to say.
    #[default]
    Done,
    Value(serde_json::Value),
    Refused(Refusal),
    /// The step's only send, to the actor's own chat, travels in the webhook's own response.
    Inline(crate::intent::Method),
    /// Kept for an actor that cannot take it now; committed, in order.
    Held,
}

pub enum TimerChange<T> {
    /// Sets the timer, or moves it when it is set already.
    Set(T, OffsetDateTime),
    Clear(T),
}

/// All that a step does, committed together.
pub struct Decision<C: Capability> {
    pub facts: Vec<C::Fact>,
    pub intents: Vec<Intent>,
    pub timers: Vec<TimerChange<C::Timer>>,
    /// Typed writes to read models.
    pub rows: Vec<Row>,
    pub answer: Answer,
}

impl<C: Capability> Default for Decision<C> {
    fn default() -> Self {
        Self {
            facts: Vec::new(),
            intents: Vec::new(),
            timers: Vec::new(),
            rows: Vec::new(),
            answer: Answer::Done,
        }
    }
}

impl<C: Capability> Decision<C> {
    /// Nothing happens, and that is right.
    pub fn nothing() -> Self {
        Self::default()
    }

    pub fn of(fact: C::Fact) -> Self {
        Self { facts: vec![fact], ..Self::default() }
    }

    #[must_use]
    pub fn and(mut self, fact: C::Fact) -> Self {
        self.facts.push(fact);
        self
    }

    #[must_use]
    pub fn then(mut self, intent: Intent) -> Self {
        self.intents.push(intent);
        self
    }

    #[must_use]
    pub fn at(mut self, timer: C::Timer, deadline: OffsetDateTime) -> Self {
        self.timers.push(TimerChange::Set(timer, deadline));
        self
    }

    #[must_use]
    pub fn without(mut self, timer: C::Timer) -> Self {
        self.timers.push(TimerChange::Clear(timer));
        self
    }

    #[must_use]
    pub fn row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }

    #[must_use]
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }
}
