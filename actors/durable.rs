//! One durable actor: check, decide, commit, apply. Knows no capability's meaning and no database.

mod commit;
mod prepare;

use std::cell::RefCell;
use std::rc::Rc;

use actix::{Actor, ActorFutureExt, AtomicResponse, Context, Handler, WrapFuture};
use entities::{Key, Row};

use crate::capability::{Answer, Capability};
use crate::directory::Hydrated;
use crate::envelope::Envelope;
use crate::office::Failure;
use crate::receipts::{Known, Receipts};
use crate::shared::Shared;
use crate::stored::{Body, Pending, Timer, open_intents};
use crate::supervise::Exit;
use prepare::Shortcut;

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
    /// Of the steps of its kind.
    steps: metrics::Counter,
    /// Why it ended, for its supervisor.
    exit: Rc<RefCell<Exit>>,
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
        let steps = metrics::counter!("kontor_steps_total", "kind" => key.kind().as_str());
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
                steps,
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
            steps,
            exit,
        })
    }
}

impl<C: Capability> Actor for Durable<C> {
    type Context = Context<Self>;
}

impl<C: Capability> Handler<Envelope> for Durable<C> {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, mut envelope: Envelope, _ctx: &mut Self::Context) -> Self::Result {
        let shared = Rc::clone(&self.shared);
        let known =
            envelope.letter().external.as_ref().map(|external| self.receipts.find(external));
        let prepared = match known {
            Some(Known::Answered(answer)) => Err(Shortcut::Answer(Box::new(answer.clone()))),
            Some(Known::PerhapsSpilled) => Err(Shortcut::LookUp),
            _ => {
                let span = envelope.letter().span.clone();
                span.in_scope(|| self.prepare(&mut envelope))
            }
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
                let then = ask
                    .into_actor(self)
                    .then(move |found, actor, _ctx| actor.resolve_spilled(found, envelope));
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
}
