//! One durable actor: check, decide, commit, apply. Knows no capability's meaning and no database.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix::{Actor, ActorContext, ActorFutureExt, AtomicResponse, Context, Handler, WrapFuture};
use entities::{Key, Kind, PersonId, Row, SealKey, StepRow};
use tokio::sync::mpsc;

use crate::capability::{Answer, Capability, Decision, Input, Moment, Refusal, TimerChange};
use crate::clock::{from_ms, to_ms};
use crate::directory::{Event, Hydrated};
use crate::external::External;
use crate::fact::FactKind;
use crate::intent::{Intent, IntentId, Outcome};
use crate::journal::{Committed, Step};
use crate::office::{Failure, Letter, Reply, What};
use crate::receipts::{Known, Next, Receipt, Receipts};
use crate::shared::Shared;
use crate::stored::{Body, Pending, Timer, open_intents, seal_intents};
use crate::supervise::Exit;

/// A letter on its way into an actor. Dropped unanswered (the actor panicked, its mailbox went), it returns home.
pub(crate) struct Envelope {
    letter: Option<Letter>,
    home: mpsc::UnboundedSender<Event>,
    /// How many letters the actor has; the directory passivates only at zero.
    waiting: Arc<AtomicU32>,
}

impl Envelope {
    pub(crate) fn new(
        letter: Letter,
        home: mpsc::UnboundedSender<Event>,
        waiting: &Arc<AtomicU32>,
    ) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self { letter: Some(letter), home, waiting: Arc::clone(waiting) }
    }

    pub(crate) fn into_letter(mut self) -> Letter {
        self.letter.take().expect("an envelope holds its letter until it is answered")
    }

    fn answer(self, reply: Reply) {
        self.into_letter().answer(reply);
    }

    fn letter(&mut self) -> &mut Letter {
        self.letter.as_mut().expect("an envelope holds its letter until it is answered")
    }
}

impl Drop for Envelope {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        if let Some(letter) = self.letter.take() {
            // A directory that is gone is stopping: the sender hears nothing and repeats.
            drop(self.home.send(Event::Orphan(letter)));
        }
    }
}

impl actix::Message for Envelope {
    type Result = ();
}

/// The actor of one key.
pub(crate) struct Durable<C: Capability> {
    key: Key,
    shared: Rc<Shared>,
    state: Rc<C::State>,
    version: i64,
    writer: i64,
    intent_high: i64,
    receipts: Receipts,
    timers: Vec<Timer<C::Timer>>,
    /// Intents not yet done, oldest first.
    pending: Vec<Pending>,
    /// Why it ended, for its supervisor.
    exit: Rc<RefCell<Exit>>,
}

/// A decision worked out, not yet committed.
struct Prepared<C: Capability> {
    input: Input<C>,
    state: C::State,
    facts: Vec<C::Fact>,
    intents: Vec<Pending>,
    fresh: Vec<Pending>,
    timers: Vec<Timer<C::Timer>>,
    receipts: Option<Next>,
    rows: Vec<Row>,
    answer: Answer,
    now_ms: i64,
}

impl<C: Capability> Durable<C> {
    /// # Errors
    /// When the row cannot be decoded.
    pub(crate) fn hydrate(
        key: Key,
        shared: Rc<Shared>,
        hydrated: Hydrated,
        exit: Rc<RefCell<Exit>>,
    ) -> anyhow::Result<Self> {
        let writer = shared.next_writer();
        let Some(row) = hydrated.row else {
            return Ok(Self {
                key,
                shared,
                state: Rc::default(),
                version: 0,
                writer,
                intent_high: 0,
                receipts: Receipts::default(),
                timers: Vec::new(),
                pending: Vec::new(),
                exit,
            });
        };
        let body: Body<C::State, C::Timer> = serde_json::from_slice(&row.body)?;
        let receipts = Receipts::hydrate(body.receipts, &hydrated.spilled)?;
        let pending = open_intents(&row.intents, hydrated.seal.as_ref(), key.as_str())?;
        Ok(Self {
            key,
            shared,
            state: Rc::new(body.state),
            version: row.version,
            writer,
            intent_high: row.intent_high,
            receipts,
            timers: body.timers,
            pending,
            exit,
        })
    }

    fn is_money(&self) -> bool {
        self.key.kind() == Kind::Payment
    }

    /// The timer that has come first, if any has.
    fn due(&self, now_ms: i64) -> Option<usize> {
        let come = self.timers.iter().enumerate().filter(|(_, timer)| timer.at_ms <= now_ms);
        come.min_by_key(|(_, timer)| timer.at_ms).map(|(index, _)| index)
    }

    /// Turns a letter into an input and decides; a panic gives the letter back before it goes on.
    fn prepare(&self, envelope: &mut Envelope) -> Result<Prepared<C>, Shortcut> {
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
        let receipt =
            Receipt { external, at_ms: prepared.now_ms, answer: prepared.answer.clone() };
        let next = self.receipts.with(receipt, prepared.now_ms, &self.shared.numbers);
        prepared.receipts = Some(next);
    }

    /// Numbers the intents and builds what the Journal writes.
    fn step(&self, prepared: &mut Prepared<C>, seal: &Seal) -> Step {
        let partition = self.key.partition();
        for pending in &mut prepared.fresh {
            pending.number = self.shared.numbers.take(partition, prepared.now_ms).number;
        }
        prepared.intents.extend(prepared.fresh.iter().cloned());
        let version = self.version + 1;
        let recent = prepared.receipts.as_ref().map_or(self.receipts.recent(), |next| &next.recent);
        let body = Body::bytes(&prepared.state, recent, &prepared.timers);
        let intents = seal_intents(&prepared.intents, seal.person, &seal.key, self.key.as_str());
        let mut rows = std::mem::take(&mut prepared.rows);
        rows.extend(self.fact_rows(prepared, version, seal));
        let spilled = prepared.receipts.as_ref();
        let spilled = spilled.and_then(|next| next.spilled_row(self.key.as_str(), version));
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
        /// A step has fewer facts than this.
        const FACTS_A_STEP: i64 = 1_000;
        let kept = prepared.facts.iter().filter(|fact| fact.is_kept());
        let row = |(index, fact): (i64, &C::Fact)| {
            let plain = serde_json::to_vec(fact).expect("facts are plain data");
            Row::Fact(entities::FactRow {
                owner: self.key.as_str().to_owned(),
                seq: version * FACTS_A_STEP + index,
                name: fact.name().to_owned(),
                at_ms: prepared.now_ms,
                person: seal.person.map(|person| person.0),
                body: seal.key.seal(&plain, &format!("fact {}", self.key)),
            })
        };
        (0..).zip(kept).map(row).collect()
    }

    /// Committed: only now the facts are applied and the intents leave.
    fn accept(&mut self, prepared: Prepared<C>) -> Answer {
        let partition = self.key.partition();
        self.version += 1;
        self.state = Rc::new(prepared.state);
        if let Some(next) = prepared.receipts {
            self.receipts.accept(next, prepared.now_ms);
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
                metrics::counter!("kontor_steps_total", "kind" => self.key.kind().as_str())
                    .increment(1);
                let answer = self.accept(prepared);
                return envelope.answer(Ok(answer));
            }
            Committed::Unknown(reason) => {
                let numbers = prepared.fresh.iter().map(|fresh| fresh.number).collect();
                let failure = Failure::Fault(reason.clone());
                (Exit::Doubtful { reason, numbers }, Some(failure))
            }
            Committed::Stale => {
                self.give_up(&prepared);
                let reason = "another writer was first".to_owned();
                (Exit::Doubtful { reason, numbers: Vec::new() }, None)
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
        letter.what = restore(prepared.input, letter.external.as_ref());
        // Without a reply the letter returns to the directory, for the next instance.
        if let Some(failure) = reply {
            envelope.answer(Err(failure));
        }
    }

    /// Numbers of intents that will never be.
    fn give_up(&self, prepared: &Prepared<C>) {
        let partition = self.key.partition();
        for Pending { number, .. } in &prepared.fresh {
            self.shared.numbers.close(IntentId { partition, number: *number });
        }
    }
}

/// Why there is nothing to commit.
enum Shortcut {
    /// Applied before, or nothing to do.
    Answer(Box<Answer>),
    /// Perhaps applied before: the table of spilled receipts knows.
    LookUp,
}

/// Whose key seals a step.
struct Seal {
    person: Option<PersonId>,
    key: SealKey,
}

/// The letter's content again, after its actor panicked on it.
fn restore<C: Capability>(input: Input<C>, external: Option<&External>) -> What {
    match (input, external) {
        (Input::Message(message), _) => What::Message(message.into()),
        (Input::Result { outcome, .. }, Some(External::Result(id))) => {
            What::Result { id: *id, outcome }
        }
        (Input::Timer(_) | Input::Result { .. }, _) => What::Due,
    }
}

impl<C: Capability> Actor for Durable<C> {
    type Context = Context<Self>;
}

impl<C: Capability> Handler<Envelope> for Durable<C> {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, mut envelope: Envelope, _ctx: &mut Self::Context) -> Self::Result {
        let shared = Rc::clone(&self.shared);
        let known = envelope.letter().external.as_ref().map(|external| self.receipts.find(external));
        let prepared = match known {
            Some(Known::Answered(answer)) => Err(Shortcut::Answer(Box::new(answer.clone()))),
            Some(Known::PerhapsSpilled) => Err(Shortcut::LookUp),
            _ => self.prepare(&mut envelope),
        };
        match prepared {
            Ok(prepared) => self.commit(prepared, envelope),
            Err(Shortcut::Answer(answer)) => {
                self.repeated(envelope, *answer);
                AtomicResponse::new(Box::pin(async {}.into_actor(self)))
            }
            Err(Shortcut::LookUp) => {
                let owner = self.key.as_str().to_owned();
                let external = envelope.letter().external.clone();
                let ask = async move { shared.spilled_answer(owner, external).await };
                let then = ask.into_actor(self).then(move |found, actor, _ctx| {
                    actor.resolve_spilled(found, envelope)
                });
                AtomicResponse::new(Box::pin(then))
            }
        }
    }
}

type Steps<C> = std::pin::Pin<Box<dyn actix::ActorFuture<Durable<C>, Output = ()>>>;

impl<C: Capability> Durable<C> {
    /// Already applied (or nothing to do): the same answer, no second effect. A held row goes all the same.
    fn repeated(&self, envelope: Envelope, answer: Answer) {
        metrics::counter!("kontor_repeated_total").increment(1);
        let letter = envelope.into_letter();
        if let Some(seq) = letter.held {
            let row = Row::Unhold { owner: self.key.as_str().to_owned(), seq };
            let journal = self.shared.journal.clone();
            actix_rt::spawn(async move {
                if let Err(reason) = journal.rows(vec![row]).await {
                    tracing::warn!(reason, "a held row that was applied before stays for now");
                }
            });
        }
        letter.answer(Ok(answer));
    }

    fn resolve_spilled(
        &mut self,
        found: anyhow::Result<Option<Answer>>,
        mut envelope: Envelope,
    ) -> Steps<C> {
        match found {
            Ok(Some(answer)) => self.repeated(envelope, answer),
            Ok(None) => match self.prepare(&mut envelope) {
                Ok(prepared) => return self.committing(prepared, envelope),
                Err(Shortcut::Answer(answer)) => self.repeated(envelope, *answer),
                Err(Shortcut::LookUp) => unreachable!("it was looked up"),
            },
            // Nothing changed: the sender repeats, the actor stays.
            Err(error) => envelope.answer(Err(Failure::Fault(format!("{error:#}")))),
        }
        Box::pin(async {}.into_actor(self))
    }

    fn commit(&self, prepared: Prepared<C>, envelope: Envelope) -> AtomicResponse<Self, ()> {
        AtomicResponse::new(self.committing(prepared, envelope))
    }

    fn committing(&self, mut prepared: Prepared<C>, envelope: Envelope) -> Steps<C> {
        let person = C::person(&self.key, &prepared.state);
        let shared = Rc::clone(&self.shared);
        if let Some(key) = shared.seal_key(person) {
            let step = self.step(&mut prepared, &Seal { person, key });
            return self.submit(step, prepared, envelope);
        }
        let make = async move { shared.make_seal_key(person).await };
        Box::pin(make.into_actor(self).then(move |made, actor, ctx| match made {
            Ok(key) => {
                let step = actor.step(&mut prepared, &Seal { person, key });
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
