//! What is to be delivered: per destination in order of commit, different destinations in parallel. Knows no wire.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use entities::{DeliveryRow, Key};
use tokio::sync::{Semaphore, mpsc};
use tracing::Span;

use crate::address::{Destination, IntentId};
use crate::clock::Clock;
use crate::intent::{Courier, Intent, TelegramCall};
use crate::numbers::Numbers;

mod attempt;

pub(crate) use attempt::{Carrier, RESTORED};

/// How delivery goes about it.
#[derive(Clone, Debug)]
pub struct DeliveryLimits {
    /// Attempts after which a person owns the intent.
    pub attempts: u32,
    pub first_backoff: Duration,
    pub last_backoff: Duration,
    /// Calls of the Bot API, of gateways, and messages between actors under way at once.
    pub telegram: usize,
    pub gateway: usize,
    pub actors: usize,
}

impl Default for DeliveryLimits {
    fn default() -> Self {
        Self {
            attempts: 8,
            first_backoff: Duration::from_millis(500),
            last_backoff: Duration::from_secs(300),
            telegram: 64,
            gateway: 16,
            actors: 256,
        }
    }
}

/// One intent on its way.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: IntentId,
    pub(crate) owner: Key,
    pub(crate) intent: Arc<Intent>,
    pub(crate) attempts: u32,
    /// An earlier attempt may have succeeded.
    pub(crate) maybe_done: bool,
    /// Not before (clock's milliseconds).
    pub(crate) not_before_ms: i64,
    /// Committed by a server that a backup was taken of: it did this, perhaps, and a person decides.
    pub(crate) from_backup: bool,
    /// Of the input that it came from.
    pub(crate) span: Span,
}

struct Queue {
    jobs: VecDeque<Job>,
}

/// The way into delivery, shared by all actors.
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    /// A destination is here as long as it has work or a worker.
    queues: Mutex<HashMap<Destination, Queue>>,
    ready: mpsc::UnboundedSender<Destination>,
    courier: Arc<dyn Courier>,
    numbers: Arc<Numbers>,
    clock: Clock,
    limits: DeliveryLimits,
    telegram: Semaphore,
    /// What nobody waits for, so that it never takes an answer's room.
    notices: Semaphore,
    queries: Semaphore,
    /// Telegram waits with a customer's money: nothing else takes this room.
    money: Semaphore,
    gateway: Semaphore,
    /// Other people's servers, which may be slow.
    webhooks: Semaphore,
    actors: Semaphore,
    carrying: AtomicUsize,
    closing: AtomicBool,
}

/// Open intents older than this get a row in `deliveries`, so that they do not hold the watermark back.
const OPEN_AT_MOST_MS: i64 = 1_000;
const ROWS_A_SWEEP: usize = 1_000;

impl Outbox {
    /// The channel names each destination once while it has work.
    pub(crate) fn new(
        courier: Arc<dyn Courier>,
        numbers: Arc<Numbers>,
        clock: Clock,
        limits: DeliveryLimits,
    ) -> (Self, mpsc::UnboundedReceiver<Destination>) {
        let (ready, readies) = mpsc::unbounded_channel();
        let inner = Inner {
            queues: Mutex::default(),
            ready,
            courier,
            numbers,
            clock,
            telegram: Semaphore::new(limits.telegram),
            notices: Semaphore::new((limits.telegram / 4).max(1)),
            queries: Semaphore::new(limits.telegram),
            money: Semaphore::new(limits.telegram),
            gateway: Semaphore::new(limits.gateway),
            webhooks: Semaphore::new(limits.gateway),
            actors: Semaphore::new(limits.actors),
            limits,
            carrying: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
        };
        (Self(Arc::new(inner)), readies)
    }

    /// Takes over a committed intent.
    pub(crate) fn enqueue(&self, id: IntentId, owner: Key, intent: Intent) {
        let intent = Arc::new(intent);
        let span = Span::current();
        let job = Job {
            id,
            owner,
            intent,
            attempts: 0,
            maybe_done: false,
            not_before_ms: 0,
            from_backup: false,
            span,
        };
        self.enqueue_job(job);
    }

    pub(crate) fn enqueue_job(&self, job: Job) {
        let destination = job.intent.destination();
        let mut queues = self.queues();
        if let Some(queue) = queues.get_mut(&destination) {
            queue.jobs.push_back(job);
            return;
        }
        queues.insert(destination.clone(), Queue { jobs: VecDeque::from([job]) });
        // Stopping: the intent stands in its row.
        drop(self.0.ready.send(destination));
    }

    /// Whether an intent waits or is under way.
    pub(crate) fn holds(&self, id: IntentId) -> bool {
        self.queues().values().any(|queue| queue.jobs.iter().any(|job| job.id == id))
    }

    /// Nothing is queued or under way there.
    pub(crate) fn is_free(&self, destination: &Destination) -> bool {
        !self.queues().contains_key(destination)
    }

    pub(crate) fn claim_inline(&self, call: &TelegramCall) -> bool {
        self.0.courier.claim_inline(call)
    }

    /// How many destinations have work, and how many intents wait or are under way.
    pub fn depth(&self) -> (usize, usize) {
        let queues = self.queues();
        (queues.len(), queues.values().map(|queue| queue.jobs.len()).sum())
    }

    /// Begins nothing new; `idle` tells when the rest is done. What remains stands in the rows.
    pub fn close(&self) {
        self.0.closing.store(true, Ordering::Relaxed);
    }

    /// Calls under way.
    pub fn carrying(&self) -> usize {
        self.0.carrying.load(Ordering::Relaxed)
    }

    fn queues(&self) -> std::sync::MutexGuard<'_, HashMap<Destination, Queue>> {
        self.0.queues.lock().expect("nothing panics while the queues are held")
    }

    fn front(&self, destination: &Destination) -> Option<Job> {
        let mut queues = self.queues();
        let job = queues.get(destination).and_then(|queue| queue.jobs.front().cloned());
        if job.is_none() {
            queues.remove(destination);
        }
        job
    }

    fn pop(&self, destination: &Destination) {
        if let Some(queue) = self.queues().get_mut(destination) {
            queue.jobs.pop_front();
        }
    }

    /// Remembers a failed attempt in memory as it is in the row.
    fn update(&self, destination: &Destination, job: &Job) {
        if let Some(front) =
            self.queues().get_mut(destination).and_then(|queue| queue.jobs.front_mut())
            && front.id == job.id
        {
            *front = job.clone();
        }
    }

    /// Rows for what has been open too long: a slow chat must not hold its partition's watermark back.
    fn overdue(&self) -> Vec<DeliveryRow> {
        let now_ms = self.0.clock.now_ms();
        let open = self.0.numbers.open_since(now_ms - OPEN_AT_MOST_MS, now_ms);
        if open.is_empty() {
            return Vec::new();
        }
        let open: std::collections::HashSet<IntentId> = open.into_iter().collect();
        let queues = self.queues();
        let jobs = queues.values().flat_map(|queue| &queue.jobs);
        let jobs = jobs.filter(|job| open.contains(&job.id)).take(ROWS_A_SWEEP);
        jobs.map(|job| row(job, "waiting for its turn", false)).collect()
    }
}

fn row(job: &Job, reason: &str, stuck: bool) -> DeliveryRow {
    DeliveryRow {
        part: i16::from(job.id.partition),
        number: job.id.number,
        owner: job.owner.as_str().to_owned(),
        what: describe(&job.intent),
        attempts: i32::try_from(job.attempts).unwrap_or(i32::MAX),
        next_try_ms: job.not_before_ms,
        reason: reason.to_owned(),
        stuck,
    }
}

/// What an intent is and where to, without a word of its content.
pub(crate) fn describe(intent: &Intent) -> String {
    let variant = |debug: String| {
        debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
    };
    match intent {
        Intent::Tell { to, .. } => format!("message to {to}"),
        Intent::Telegram(call) => {
            format!(
                "{} to chat {} by {}",
                variant(format!("{:?}", call.method)),
                call.chat,
                call.bot
            )
        }
        Intent::Webhook(call) => format!("webhook {} for {}", call.webhook, call.customer),
        Intent::Gateway(call) => {
            format!(
                "{} at {} for {}",
                variant(format!("{:?}", call.op)),
                call.gateway,
                call.payment
            )
        }
    }
}
