//! The one front door: every edge and every actor hands messages to it by key. Knows no edges and no decisions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use entities::{Key, Kind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tracing::Span;

use crate::address::IntentId;
use crate::capability::Answer;
use crate::directory::{Event, ShardSnapshot};
use crate::external::External;
use crate::intent::{Intent, Outcome};
use crate::message::Message;

/// Why an input was not applied. It was not acknowledged either: its sender repeats it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Too much at once: come again in a moment.
    #[error("too much at once")]
    Busy,
    /// The database is gone, or something like it.
    #[error("not now: {0}")]
    Fault(String),
    #[error("the server is stopping")]
    Closing,
}

pub type Reply = Result<Answer, Failure>;

/// What is in a letter.
#[derive(Debug)]
pub(crate) enum What {
    Message(Message),
    /// A deadline of the actor's has come.
    Due,
    /// What came of an intent; the intent comes along, since its row may have let it go already.
    Result {
        id: IntentId,
        intent: Arc<Intent>,
        outcome: Outcome,
    },
}

/// One input on its way to an actor.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) key: Key,
    /// Under which id it came; a timer has none.
    pub(crate) external: Option<External>,
    pub(crate) what: What,
    /// The sender can carry one send back (a webhook's response).
    pub(crate) inline: bool,
    pub(crate) reply: oneshot::Sender<Reply>,
    /// The order of arrival, so that letters of a crashed actor are put back in order.
    pub(crate) order: u64,
    /// Follows the input from here to the delivery of what came of it.
    pub(crate) span: Span,
    /// The held row that this letter was read from.
    pub(crate) held: Option<i64>,
    /// The room it takes in the Office; a patient sender (a gateway, another actor) takes none.
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

impl Letter {
    /// Whoever no longer waits does not need to know.
    pub(crate) fn answer(self, reply: Reply) {
        drop(self.reply.send(reply));
    }
}

/// Bounds of the Office.
#[derive(Clone, Debug)]
pub struct OfficeLimits {
    /// Inputs from the edges under way at once.
    pub in_flight: usize,
    /// Inputs waiting for one actor.
    pub mailbox: usize,
    /// Actors in memory, over all shards.
    pub actors: usize,
    /// An actor nobody spoke to for so long leaves memory.
    pub idle: std::time::Duration,
    /// Failures within `failure_window` after which a key is quarantined.
    pub failures: usize,
    pub failure_window: std::time::Duration,
}

impl Default for OfficeLimits {
    fn default() -> Self {
        Self {
            in_flight: 10_000,
            mailbox: 128,
            actors: 100_000,
            idle: std::time::Duration::from_secs(600),
            failures: 5,
            failure_window: std::time::Duration::from_secs(60),
        }
    }
}

#[derive(Clone)]
pub struct Office {
    shards: Arc<[mpsc::UnboundedSender<Event>]>,
    room: Arc<Semaphore>,
    size: usize,
    closing: Arc<AtomicBool>,
    order: Arc<AtomicU64>,
}

/// One input for an actor, as an edge hands it over.
pub struct Tell {
    pub key: Key,
    pub external: External,
    pub message: Message,
    /// The sender can carry one send back.
    pub inline: bool,
}

impl Office {
    pub(crate) fn new(
        shards: Vec<mpsc::UnboundedSender<Event>>,
        limits: &OfficeLimits,
        order: Arc<AtomicU64>,
    ) -> Self {
        Self {
            shards: shards.into(),
            room: Arc::new(Semaphore::new(limits.in_flight)),
            size: limits.in_flight,
            closing: Arc::default(),
            order,
        }
    }

    /// Hands an input to its actor and waits until it is committed (or was before). Refused when the Office is full.
    ///
    /// # Errors
    /// `Busy`, `Fault`, `Closing`: nothing was acknowledged, the sender repeats.
    pub async fn tell(&self, tell: Tell) -> Reply {
        self.post(tell)?.wait().await
    }

    /// As `tell`, in two steps: posting keeps the order of calls, waiting may happen in parallel.
    ///
    /// # Errors
    /// `Busy` and `Closing`.
    pub fn post(&self, tell: Tell) -> Result<Posted, Failure> {
        if self.closing.load(Ordering::Relaxed) {
            return Err(Failure::Closing);
        }
        let Tell { key, external, message, inline } = tell;
        // Telegram waits ten seconds with a customer's money, and asks about few at a time.
        let room = match key.kind() {
            Kind::Payment | Kind::Subscription => None,
            _ => Some(Arc::clone(&self.room).try_acquire_owned().map_err(|_| Failure::Busy)?),
        };
        self.send(key, Some(external), What::Message(message), (inline, room))
    }

    /// For what is never refused for load: gateways' callbacks, and actors among themselves (bounded by delivery).
    ///
    /// # Errors
    /// `Fault`, `Closing`.
    pub async fn tell_patiently(&self, key: Key, external: External, message: Message) -> Reply {
        self.send(key, Some(external), What::Message(message), (false, None))?.wait().await
    }

    /// What came of an actor's intent.
    pub(crate) async fn report(
        &self,
        key: Key,
        (id, intent): (IntentId, Arc<Intent>),
        outcome: Outcome,
    ) -> Reply {
        // A person owns it now, and a later attempt still has its result to report: under an id of its own.
        let external = match outcome {
            Outcome::Stuck { .. } => External::Request(format!("stuck-{id}-{}", self.next_order())),
            _ => External::Result(id),
        };
        let what = What::Result { id, intent, outcome };
        self.send(key, Some(external), what, (false, None))?.wait().await
    }

    /// A deadline has come. `None` while stopping: the timer stands in the row.
    pub(crate) fn due(&self, key: Key) -> Option<Posted> {
        self.send(key, None, What::Due, (false, None)).ok()
    }

    fn send(
        &self,
        key: Key,
        external: Option<External>,
        what: What,
        (inline, room): (bool, Option<OwnedSemaphorePermit>),
    ) -> Result<Posted, Failure> {
        let (reply, answer) = oneshot::channel();
        let order = self.next_order();
        let shard = self.shard(&key);
        let span = span_of(&key, external.as_ref());
        let letter = Letter { key, external, what, inline, reply, order, span, held: None, room };
        self.shards[shard].send(Event::Letter(letter)).map_err(|_| Failure::Closing)?;
        Ok(Posted(answer))
    }

    fn next_order(&self) -> u64 {
        self.order.fetch_add(1, Ordering::Relaxed)
    }

    fn shard(&self, key: &Key) -> usize {
        usize::from(key.partition()) % self.shards.len()
    }

    /// Hydrates an actor that has something to do (held inputs), without saying anything to it.
    pub(crate) fn wake(&self, key: Key) {
        self.event(&key.clone(), Event::Wake(key));
    }

    /// Puts a quarantined key back into service; what was held is replayed before anything new.
    pub async fn release(&self, key: Key) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        self.event(&key.clone(), Event::Release { key, reply });
        answer.await.unwrap_or_else(|_| Err("the server is stopping".to_owned()))
    }

    /// A shard that is gone is stopping; its rows keep everything.
    fn event(&self, key: &Key, event: Event) {
        drop(self.shards[self.shard(key)].send(event));
    }

    /// From now on nothing new is taken from the edges.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Inputs of the edges under way.
    pub fn in_flight(&self) -> usize {
        self.size - self.room.available_permits()
    }

    /// What each shard looks like now; from counters beside the actors, so that a hung actor can be seen.
    pub async fn observe(&self) -> Vec<ShardSnapshot> {
        let mut snapshots = Vec::new();
        for shard in self.shards.iter() {
            let (reply, answer) = oneshot::channel();
            if shard.send(Event::Observe(reply)).is_ok() {
                snapshots.extend(answer.await);
            }
        }
        snapshots
    }
}

/// One span per input; a message between actors stays in the span of the input that caused it.
pub(crate) fn span_of(key: &Key, external: Option<&External>) -> Span {
    match external {
        Some(External::Intent(_) | External::Result(_)) if !Span::current().is_none() => {
            Span::current()
        }
        Some(external) => tracing::info_span!("input", actor = %key, external = %external),
        None => tracing::info_span!("deadline", actor = %key),
    }
}

/// An input that is in its actor's queue.
#[derive(Debug)]
pub struct Posted(oneshot::Receiver<Reply>);

impl Posted {
    /// Waits until it is committed.
    ///
    /// # Errors
    /// As `Office::tell`.
    pub async fn wait(self) -> Reply {
        self.0.await.unwrap_or(Err(Failure::Closing))
    }
}
