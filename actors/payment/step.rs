//! One step of a payment being put together: facts folded at once, with their bookings, timers and row.
//! Knows no rules of its own.

use entities::{Key, Money};
use time::{Duration, OffsetDateTime};

use super::fact::Fact;
use super::state::{Stage, State, Terms, Timer, Unknown};
use super::{Payment, book};
use crate::capability::{Decision, Moment, TimerChange};
use crate::clock::to_ms;
use crate::gateway::{GatewayCall, GatewayOp};
use crate::intent::Intent;
use crate::message::Message as AnyMessage;
use crate::{house, order, session, texts};

/// When the gateway is asked what became of a call: soon, within the hour, then daily.
const ASKED_AFTER: [Duration; 7] = [
    Duration::minutes(5),
    Duration::hours(1),
    Duration::days(1),
    Duration::days(1),
    Duration::days(1),
    Duration::days(1),
    Duration::days(1),
];

pub(super) struct Step<'a> {
    /// As it is after the facts so far.
    pub(super) state: State,
    pub(super) at: &'a Moment<'a>,
    pub(super) terms: Terms,
    before: Stage,
    decision: Decision<Payment>,
}

impl<'a> Step<'a> {
    pub(super) fn new(state: &State, terms: Terms, at: &'a Moment<'a>) -> Self {
        let before = state.stage.clone();
        Self { state: state.clone(), at, terms, before, decision: Decision::nothing() }
    }

    pub(super) fn record(&mut self, fact: Fact) {
        self.decision.rows.extend(book::booking(&self.state, &fact, self.at));
        self.state.apply(&fact);
        self.decision.facts.push(fact);
    }

    pub(super) fn ask_gateway(&mut self, op: GatewayOp) {
        let gateway = self.terms.gateway.clone();
        let customer = Some(self.terms.customer.clone());
        let call = GatewayCall { payment: self.at.key.clone(), gateway, customer, op };
        self.decision.intents.push(Intent::Gateway(call));
    }

    pub(super) fn tell_order(&mut self, message: order::Message) {
        let message = message.into();
        self.tell(self.terms.order.clone(), message);
    }

    /// The customer hears of it whatever becomes of the order.
    pub(super) fn tell_customer(&mut self, message: session::Message) {
        let customer = self.terms.customer.clone();
        self.tell(customer, message.into());
    }

    /// Without another fact: the deadline moves.
    pub(super) fn wait(&mut self, timer: Timer, until: OffsetDateTime) {
        self.decision.timers.push(TimerChange::Set(timer, until));
    }

    pub(super) fn push(&mut self, intent: Intent) {
        self.decision.intents.push(intent);
    }

    /// A person owns it from now on: the order and the owner of the shop are told.
    pub(super) fn stick(&mut self, reason: String) {
        self.tell_order(order::Message::PaymentStuck { reason: reason.clone() });
        self.record(Fact::Stuck { reason: reason.clone() });
        self.tell_owner(self.terms.amount, reason);
    }

    /// Tells the owner of the shop that a person is needed.
    pub(super) fn tell_owner(&mut self, amount: Money, reason: String) {
        let rules = &self.at.house.rules;
        let args = [
            ("number", self.terms.order.id().into()),
            ("amount", texts::money(&rules.default_language, amount).into()),
            ("reason", reason.into()),
        ];
        let text = texts::plain(&rules.default_language, "notice-payment-stuck", &args);
        self.decision.intents.extend(house::owner_notice(rules, text));
    }

    /// What became of the call is not known: the gateway will be asked.
    pub(super) fn lose_sight(&mut self, what: Unknown, reason: String) {
        let deadline = self.at.now + ASKED_AFTER[0];
        self.record(Fact::OutcomeUnknown { what, reason, next_try_ms: to_ms(deadline) });
        self.wait(Timer::Ask, deadline);
    }

    /// The gateway's words settled nothing: it will be asked again, or a person takes over.
    pub(super) fn ask_later(&mut self, words: &str) {
        let Stage::Unknown { asked, .. } = &self.state.stage else {
            return;
        };
        let next = ASKED_AFTER.get(usize::from(*asked)).map(|delay| self.at.now + *delay);
        let (words, next_try_ms) = (words.to_owned(), next.map(to_ms));
        self.record(Fact::AskedInVain { words, next_try_ms });
        match next {
            Some(deadline) => self.wait(Timer::Ask, deadline),
            None => self.stick("the gateway never said what became of the call".to_owned()),
        }
    }

    /// When money whose return was lost so many times is returned again; `None`: a person takes over.
    pub(super) fn returned_again_at(&self, lost: u8) -> Option<OffsetDateTime> {
        let delay = ASKED_AFTER.get(usize::from(lost).checked_sub(1)?)?;
        Some(self.at.now + *delay)
    }

    /// The step, with the row and the timers that follow from the stage.
    pub(super) fn done(mut self) -> Decision<Payment> {
        if self.decision.facts.is_empty() {
            return self.decision;
        }
        self.decision.rows.push(book::row(&self.state, &self.terms, self.at));
        let unknown = |stage: &Stage| matches!(stage, Stage::Unknown { .. });
        match (waits(&self.before), waits(&self.state.stage)) {
            (false, true) => {
                self.decision.timers.push(TimerChange::Set(Timer::Window, self.terms.until));
            }
            (true, false) => self.decision.timers.push(TimerChange::Clear(Timer::Window)),
            _ => {}
        }
        if unknown(&self.before) && !unknown(&self.state.stage) {
            self.decision.timers.push(TimerChange::Clear(Timer::Ask));
        }
        self.decision
    }

    fn tell(&mut self, to: Key, message: AnyMessage) {
        self.decision.intents.push(Intent::Tell { to, message });
    }
}

/// Whether the customer's time is running.
fn waits(stage: &Stage) -> bool {
    matches!(
        stage,
        Stage::AwaitingCheckout { ended: None }
            | Stage::AwaitingFunds
            | Stage::Unknown { what: Unknown::Opening { ended: None }, .. }
    )
}
