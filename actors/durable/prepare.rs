//! From a letter to a decision that is worked out and not yet committed. Knows no database.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use entities::{PersonId, Row};

use super::Durable;
use crate::address::IntentId;
use crate::capability::{Answer, Capability, Decision, Input, Moment, Refusal, TimerChange};
use crate::clock::{from_ms, to_ms};
use crate::envelope::Envelope;
use crate::intent::{Intent, Lane, Outcome};
use crate::office::{Letter, What};
use crate::receipts::{Next, Receipt};
use crate::stored::{Pending, Timer};

/// An input, and the intent that it is the result of.
pub(super) type Origin<C> = (Input<C>, Option<IntentId>);

/// A decision worked out, not yet committed.
pub(super) struct Prepared<C: Capability> {
    /// What it was decided on, and whose result that is: to be put back when it is not committed.
    pub(super) input: Option<Origin<C>>,
    pub(super) state: C::State,
    pub(super) facts: Vec<C::Fact>,
    pub(super) intents: Vec<Pending>,
    pub(super) fresh: Vec<Pending>,
    pub(super) timers: Vec<Timer<C::Timer>>,
    pub(super) receipts: Option<Next>,
    pub(super) rows: Vec<Row>,
    pub(super) answer: Answer,
    /// Whose key is destroyed by this step.
    pub(super) erases: Option<PersonId>,
    pub(super) now_ms: i64,
}
/// Why there is nothing to commit.
pub(super) enum Shortcut {
    /// Applied before, or nothing to do.
    Answer(Box<Answer>),
    /// Perhaps applied before: the table of spilled receipts knows.
    LookUp,
}
impl<C: Capability> Durable<C> {
    /// The timer that has come first, if any has.
    fn due(&self, now_ms: i64) -> Option<usize> {
        let come = self.timers.iter().enumerate().filter(|(_, timer)| timer.at_ms <= now_ms);
        come.min_by_key(|(_, timer)| timer.at_ms).map(|(index, _)| index)
    }

    /// Turns a letter into an input and decides; a panic gives the letter back before it goes on.
    pub(super) fn prepare(&self, envelope: &mut Envelope) -> Result<Prepared<C>, Shortcut> {
        let now_ms = self.shared.clock.now_ms();
        let mut timers = self.timers.clone();
        let mut pending = self.undone();
        let what = std::mem::replace(&mut envelope.letter().what, What::Due);
        let (input, of) = match what {
            What::Due => {
                let index = self.due(now_ms).ok_or(Shortcut::Answer(Box::new(Answer::Done)))?;
                (Input::Timer(timers.remove(index).timer), None)
            }
            What::Message(message) => match C::message(message) {
                Ok(message) => (Input::Message(message), None),
                Err(_) => {
                    let reason = format!("{} does not take messages of this kind", self.key);
                    let refusal = Refusal::new("wrong-actor", reason);
                    return Err(Shortcut::Answer(Box::new(Answer::Refused(refusal))));
                }
            },
            What::Result { id, intent, outcome } => {
                // A stuck intent stays: a person may yet send it again.
                if !matches!(outcome, Outcome::Stuck { .. }) {
                    pending.retain(|one| one.number != id.number);
                }
                (Input::Result { intent: Arc::unwrap_or_clone(intent), outcome }, Some(id))
            }
        };
        let worked = catch_unwind(AssertUnwindSafe(|| {
            let (state, decision) = self.decide(&input, now_ms);
            let mut prepared = self.lay_out(state, decision, (timers, pending), now_ms);
            self.claim_inline(envelope.letter(), &mut prepared);
            self.add_receipt(envelope.letter(), &mut prepared);
            prepared
        }));
        match worked {
            Ok(mut prepared) => {
                prepared.input = Some((input, of));
                Ok(prepared)
            }
            Err(panic) => {
                envelope.letter().what = restore(Some((input, of)));
                resume_unwind(panic);
            }
        }
    }

    fn decide(&self, input: &Input<C>, now_ms: i64) -> (C::State, Decision<C>) {
        let moment = Moment {
            key: &self.key,
            now: from_ms(now_ms),
            seed: self.shared.seed(&self.key),
            house: &self.shared.house(),
        };
        let decision = C::decide(&self.state, input, &moment).unwrap_or_else(|refusal| {
            metrics::counter!("kontor_refusals_total", "code" => refusal.code.clone()).increment(1);
            Decision::nothing().answer(Answer::Refused(refusal))
        });
        let mut state = C::State::clone(&self.state);
        for fact in &decision.facts {
            C::apply(&mut state, fact);
        }
        (state, decision)
    }

    /// Undone intents; the others leave the row with this step.
    fn undone(&self) -> Vec<Pending> {
        let partition = self.key.partition();
        let undone = |one: &&Pending| {
            !self.shared.numbers.is_done(IntentId { partition, number: one.number })
        };
        self.pending.iter().filter(undone).cloned().collect()
    }

    fn lay_out(
        &self,
        state: C::State,
        decision: Decision<C>,
        (mut timers, pending): (Vec<Timer<C::Timer>>, Vec<Pending>),
        now_ms: i64,
    ) -> Prepared<C> {
        for change in decision.timers {
            let (name, at_ms) = match change {
                TimerChange::Set(name, at) => (name, Some(to_ms(at))),
                TimerChange::Clear(name) => (name, None),
            };
            timers.retain(|timer| timer.timer != name);
            timers.extend(at_ms.map(|at_ms| Timer { timer: name, at_ms }));
        }
        let erases = decision.rows.iter().find_map(|row| match row {
            Row::PersonErased { person, .. } => Some(PersonId(*person)),
            _ => None,
        });
        // What they were to be told is about them.
        let pending = if erases.is_some() { Vec::new() } else { pending };
        let fresh = |intent: Intent| Pending { number: 0, at_ms: now_ms, intent };
        Prepared {
            input: None,
            state,
            facts: decision.facts,
            intents: pending,
            fresh: decision.intents.into_iter().map(fresh).collect(),
            timers,
            receipts: None,
            rows: decision.rows,
            answer: decision.answer,
            erases,
            now_ms,
        }
    }

    /// The step's only send may travel in the webhook's own response: then it is the answer, not an intent.
    fn claim_inline(&self, letter: &Letter, prepared: &mut Prepared<C>) {
        if !letter.inline || letter.held.is_some() || prepared.answer != Answer::Done {
            return;
        }
        let [Pending { intent: Intent::Telegram(call), .. }] = prepared.fresh.as_slice() else {
            return;
        };
        let is_ours = call.lane == Lane::Answer && self.key.is_of(&call.bot, call.chat);
        let free = || self.shared.outbox.is_free(&prepared.fresh[0].intent.destination());
        if is_ours && !call.report && free() && self.shared.outbox.claim_inline(call) {
            let only = prepared.fresh.pop().map(|pending| pending.intent);
            if let Some(Intent::Telegram(call)) = only {
                prepared.answer = Answer::Inline(call.method);
            }
        }
    }

    fn add_receipt(&self, letter: &Letter, prepared: &mut Prepared<C>) {
        if let Some(seq) = letter.held {
            prepared.rows.push(Row::Unhold { owner: self.key.as_str().to_owned(), seq });
        }
        let Some(external) = letter.external.clone() else {
            return;
        };
        let age_ms = self.shared.ages.now_ms();
        let receipt = Receipt::new(external, age_ms, prepared.answer.clone());
        let mut next = self.receipts.with(receipt, age_ms, &self.shared.numbers);
        if prepared.erases.is_some() {
            next = self.receipts.forget_words(next);
        }
        prepared.receipts = Some(next);
    }
}

/// The letter's content again, when its step came to nothing.
pub(super) fn restore<C: Capability>(origin: Option<Origin<C>>) -> What {
    match origin {
        Some((Input::Message(message), _)) => What::Message(message.into()),
        Some((Input::Result { intent, outcome }, Some(id))) => {
            What::Result { id, intent: Arc::new(intent), outcome }
        }
        // The deadline stands in the row.
        _ => What::Due,
    }
}
