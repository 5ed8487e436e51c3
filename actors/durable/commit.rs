//! From a decision to its commit, and what follows from that. Knows no capability's meaning.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use actix::{ActorContext, ActorFutureExt, AtomicResponse, Context, WrapFuture};
use entities::{Kind, PersonId, Row, SealKey, StepRow};

use super::prepare::{Prepared, restore};
use super::{Durable, Steps};
use crate::address::IntentId;
use crate::capability::{Answer, Capability};
use crate::envelope::Envelope;
use crate::fact::FactKind;
use crate::journal::{Committed, Step};
use crate::office::Failure;
use crate::person_keys::fact_purpose;
use crate::stored::{Body, Pending, seal_intents};
use crate::supervise::Exit;

/// The place of a step's fact among all of its actor's.
///
/// # Panics
/// When a step has more of them than there are places: they would overwrite the next step's.
fn fact_seq(version: i64, index: i64) -> i64 {
    const FACTS_A_STEP: i64 = 1_000;
    assert!(index < FACTS_A_STEP, "a step records more than {FACTS_A_STEP} facts");
    version * FACTS_A_STEP + index
}

/// Whose key seals a step.
struct Seal {
    person: Option<PersonId>,
    key: SealKey,
}
impl<C: Capability> Durable<C> {
    fn is_money(&self) -> bool {
        matches!(self.key.kind(), Kind::Payment | Kind::Subscription)
    }
    /// As `step`; a panic gives numbers and letter back before it goes on.
    fn stepped(&self, prepared: &mut Prepared<C>, envelope: &mut Envelope, seal: &Seal) -> Step {
        match catch_unwind(AssertUnwindSafe(|| self.step(prepared, seal))) {
            Ok(step) => step,
            Err(panic) => {
                self.give_up(prepared);
                envelope.letter().what = restore(prepared.input.take());
                resume_unwind(panic);
            }
        }
    }

    /// Numbers the intents and builds what the Journal writes.
    fn step(&self, prepared: &mut Prepared<C>, seal: &Seal) -> Step {
        let partition = self.key.partition();
        for pending in &mut prepared.fresh {
            pending.number = self.shared.numbers.take(partition, prepared.now_ms).number;
        }
        prepared.intents.extend(prepared.fresh.iter().cloned());
        let version = self.version + 1;
        let receipts = self.receipts.listed(prepared.receipts.as_ref());
        let body = Body::bytes(&prepared.state, &receipts, &prepared.timers);
        let intents = seal_intents(&prepared.intents, seal.person, &seal.key, self.key.as_str());
        let mut rows = std::mem::take(&mut prepared.rows);
        rows.extend(self.fact_rows(prepared, version, seal));
        let next = prepared.receipts.as_ref();
        let spilled =
            next.and_then(|next| self.receipts.spilled_row(next, self.key.as_str(), version));
        rows.extend(spilled.map(Row::Spill));
        let highest = prepared.fresh.last().map_or(self.intent_high, |last| last.number);
        let row = StepRow {
            key: self.key.as_str().to_owned(),
            part: i16::from(partition),
            version,
            writer: self.writer,
            body,
            intents,
            intent_high: highest,
            watermark: 0,
            due_ms: prepared.timers.iter().map(|timer| timer.at_ms).min(),
        };
        Step { row, rows }
    }

    fn fact_rows(&self, prepared: &Prepared<C>, version: i64, seal: &Seal) -> Vec<Row> {
        let kept = prepared.facts.iter().filter(|fact| fact.is_kept());
        let row = |(index, fact): (i64, &C::Fact)| {
            let plain = serde_json::to_vec(fact).expect("facts are plain data");
            Row::Fact(entities::FactRow {
                owner: self.key.as_str().to_owned(),
                seq: fact_seq(version, index),
                name: fact.name().to_owned(),
                at_ms: prepared.now_ms,
                person: seal.person.map(|person| person.0),
                body: seal.key.seal(&plain, &fact_purpose(self.key.as_str())),
            })
        };
        (0..).zip(kept).map(row).collect()
    }

    /// Committed: only now the facts are applied and the intents leave.
    fn accept(&mut self, prepared: Prepared<C>) -> Answer {
        let partition = self.key.partition();
        self.version += 1;
        self.state = Rc::new(prepared.state);
        if let Some(person) = prepared.erases {
            self.shared.keys.evict(person);
        }
        if let Some(next) = prepared.receipts {
            self.receipts.accept(next, self.shared.ages.now_ms());
        }
        self.intent_high = prepared.fresh.last().map_or(self.intent_high, |last| last.number);
        self.timers = prepared.timers;
        self.pending = prepared.intents;
        for Pending { number, intent, .. } in prepared.fresh {
            let id = IntentId { partition, number };
            self.shared.outbox.enqueue(id, self.key.clone(), intent);
        }
        if let Some(earliest) = self.timers.iter().map(|timer| timer.at_ms).min() {
            self.shared.timers.set(self.key.clone(), earliest);
        }
        prepared.answer
    }

    /// What the Journal said.
    fn finish(
        &mut self,
        committed: Committed,
        mut envelope: Envelope,
        prepared: Prepared<C>,
        ctx: &mut Context<Self>,
    ) {
        let (exit, reply) = match committed {
            Committed::Yes => {
                self.steps.increment(1);
                let span = envelope.letter().span.clone();
                let answer = span.in_scope(|| self.accept(prepared));
                return envelope.answer(Ok(answer));
            }
            Committed::Unknown(reason) => {
                let numbers = prepared.fresh.iter().map(|fresh| fresh.number).collect();
                let failure = Failure::Fault(reason.clone());
                (Exit::Unknown { reason, numbers }, Some(failure))
            }
            Committed::Stale => {
                self.give_up(&prepared);
                (Exit::Stale, None)
            }
            Committed::Rejected(reason) => {
                tracing::error!(actor = %self.key, reason, "the database refuses this step");
                self.give_up(&prepared);
                (Exit::Failed(reason), None)
            }
        };
        *self.exit.borrow_mut() = exit;
        ctx.stop();
        let letter = envelope.letter();
        letter.what = restore(prepared.input);
        // Without a reply the letter returns to the directory, for the next instance.
        if let Some(failure) = reply {
            envelope.answer(Err(failure));
        }
    }

    /// Numbers of intents that will never be.
    fn give_up(&self, prepared: &Prepared<C>) {
        let partition = self.key.partition();
        // A number of 0 was never taken.
        for Pending { number, .. } in prepared.fresh.iter().filter(|fresh| fresh.number > 0) {
            self.shared.numbers.close(IntentId { partition, number: *number });
        }
    }

    pub(super) fn commit(
        &self,
        prepared: Prepared<C>,
        envelope: Envelope,
    ) -> AtomicResponse<Self, ()> {
        AtomicResponse::new(self.committing(prepared, envelope))
    }

    pub(super) fn committing(&self, mut prepared: Prepared<C>, mut envelope: Envelope) -> Steps<C> {
        let person = C::person(&self.key, &prepared.state);
        let shared = Rc::clone(&self.shared);
        if let Some(key) = shared.seal_key(person) {
            let step = self.stepped(&mut prepared, &mut envelope, &Seal { person, key });
            return self.submit(step, prepared, envelope);
        }
        let make = async move { shared.make_seal_key(person).await };
        Box::pin(make.into_actor(self).then(move |made, actor, ctx| match made {
            Ok(key) => {
                let step = actor.stepped(&mut prepared, &mut envelope, &Seal { person, key });
                actor.submit(step, prepared, envelope)
            }
            Err(error) => {
                let unknown = Committed::Unknown(format!("{error:#}"));
                actor.finish(unknown, envelope, prepared, ctx);
                Box::pin(async {}.into_actor(actor)) as Steps<C>
            }
        }))
    }

    fn submit(&self, step: Step, prepared: Prepared<C>, envelope: Envelope) -> Steps<C> {
        let journal = self.shared.journal.clone();
        let is_money = self.is_money();
        let commit = async move { journal.commit(step, is_money).await };
        Box::pin(commit.into_actor(self).map(move |committed, actor, ctx| {
            actor.finish(committed, envelope, prepared, ctx);
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::fact_seq;

    #[test]
    fn facts_of_one_step_come_before_those_of_the_next() {
        assert!(fact_seq(1, 0) < fact_seq(1, 999) && fact_seq(1, 999) < fact_seq(2, 0));
    }

    #[test]
    #[should_panic(expected = "more than 1000 facts")]
    fn a_step_with_too_many_facts_overwrites_nobodys() {
        fact_seq(1, 1_000);
    }
}
