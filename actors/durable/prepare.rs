//! From a letter to a decision that is worked out and not yet committed. Knows no database.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use entities::Row;

use super::Durable;
use crate::capability::{Answer, Capability, Decision, Input, Moment, Refusal, TimerChange};
use crate::clock::{from_ms, to_ms};
use crate::envelope::Envelope;
use crate::external::External;
use crate::intent::{Intent, IntentId, Outcome};
use crate::office::{Letter, What};
use crate::receipts::{Next, Receipt};
use crate::stored::{Pending, Timer};

/// A decision worked out, not yet committed.
pub(super) struct Prepared<C: Capability> {
    pub(super) input: Input<C>,
    pub(super) state: C::State,
    pub(super) facts: Vec<C::Fact>,
    pub(super) intents: Vec<Pending>,
    pub(super) fresh: Vec<Pending>,
    pub(super) timers: Vec<Timer<C::Timer>>,
    pub(super) receipts: Option<Next>,
    pub(super) rows: Vec<Row>,
    pub(super) answer: Answer,
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
        let letter = envelope.letter();
        let what = std::mem::replace(&mut letter.what, What::Due);
        let input = match what {
            What::Due => {
                let index = self.due(now_ms).ok_or(Shortcut::Answer(Box::new(Answer::Done)))?;
                Input::Timer(timers.remove(index).timer)
            }
            What::Message(message) => match C::message(message) {
                Ok(message) => Input::Message(message),
                Err(stranger) => {
                    let reason = format!("{} cannot take {stranger:?}", self.key);
                    let refusal = Refusal::new("wrong-actor", reason);
                    return Err(Shortcut::Answer(Box::new(Answer::Refused(refusal))));
                }
            },
            What::Result { id, outcome } => {
                let Some(index) = pending.iter().position(|one| one.number == id.number) else {
                    return Err(Shortcut::Answer(Box::new(Answer::Done)));
                };
                // A stuck intent stays: a person may yet send it again.
                let intent = match outcome {
                    Outcome::Stuck { .. } => pending[index].intent.clone(),
                    _ => pending.remove(index).intent,
                };
                Input::Result { intent, outcome }
            }
        };
        let decided = catch_unwind(AssertUnwindSafe(|| self.decide(&input, now_ms)));
        let (state, decision) = match decided {
            Ok(decided) => decided,
            Err(panic) => {
                envelope.letter().what = restore(input, envelope.letter().external.as_ref());
                resume_unwind(panic);
            }
        };
        let mut prepared = self.lay_out((input, state), decision, (timers, pending), now_ms);
        self.claim_inline(envelope, &mut prepared);
        self.add_receipt(envelope.letter(), &mut prepared);
        Ok(prepared)
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
        (input, state): (Input<C>, C::State),
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
        let fresh = |intent: Intent| Pending { number: 0, at_ms: now_ms, intent };
        Prepared {
            input,
            state,
            facts: decision.facts,
            intents: pending,
            fresh: decision.intents.into_iter().map(fresh).collect(),
            timers,
            receipts: None,
            rows: decision.rows,
            answer: decision.answer,
            now_ms,
        }
    }

    /// The step's only send may travel in the webhook's own response: then it is the answer, not an intent.
    fn claim_inline(&self, envelope: &mut Envelope, prepared: &mut Prepared<C>) {
        let letter = envelope.letter();
        if !letter.inline || letter.held.is_some() || prepared.answer != Answer::Done {
            return;
        }
        let [Pending { intent: Intent::Telegram(call), .. }] = prepared.fresh.as_slice() else {
            return;
        };
        if call.report || !self.shared.outbox.is_free(&prepared.fresh[0].intent.destination()) {
            return;
        }
        if self.shared.outbox.claim_inline(call) {
            prepared.answer = Answer::Inline(call.clone());
            prepared.fresh.clear();
        }
    }

    fn add_receipt(&self, letter: &Letter, prepared: &mut Prepared<C>) {
        if let Some(seq) = letter.held {
            prepared.rows.push(Row::Unhold { owner: self.key.as_str().to_owned(), seq });
        }
        let Some(external) = letter.external.clone() else {
            return;
        };
        let receipt = Receipt { external, at_ms: prepared.now_ms, answer: prepared.answer.clone() };
        let next = self.receipts.with(receipt, prepared.now_ms, &self.shared.numbers);
        prepared.receipts = Some(next);
    }
}

/// The letter's content again, after its actor panicked on it.
pub(super) fn restore<C: Capability>(input: Input<C>, external: Option<&External>) -> What {
    match (input, external) {
        (Input::Message(message), _) => What::Message(message.into()),
        (Input::Result { outcome, .. }, Some(External::Result(id))) => {
            What::Result { id: *id, outcome }
        }
        (Input::Timer(_) | Input::Result { .. }, _) => What::Due,
    }
}
