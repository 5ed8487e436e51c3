//! The one writer: many actors' steps in one transaction. Knows no decisions and no actors.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use entities::{Database, DeliveryRow, Row, ServerLock, StepRow};
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::numbers::Numbers;

mod group;
mod writer;

use writer::{Writer, read_versions};

/// One actor's step, ready to be written.
pub(crate) struct Step {
    pub(crate) row: StepRow,
    pub(crate) rows: Vec<Row>,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Committed {
    Yes,
    /// Another instance wrote first: hydrate and decide again.
    Stale,
    /// The database refuses the data; everybody else's steps are committed.
    Rejected(String),
    /// Nobody knows, or the database is gone: hydrate before going on.
    Unknown(String),
}

struct Submission {
    step: Step,
    reply: oneshot::Sender<Committed>,
}

/// Writes that belong to no actor's step.
enum Aside {
    /// A few rows that somebody waits for: a held input, a quarantine.
    Rows(Vec<Row>, oneshot::Sender<Result<(), String>>),
    Hold(entities::HeldRow, oneshot::Sender<Result<(), String>>),
    Unparsed(entities::UnparsedRow, oneshot::Sender<Result<(), String>>),
    /// The watermarks as they stand now.
    Flush(oneshot::Sender<()>),
    /// Intents that have been open for long, and only wait.
    Waiting(Vec<DeliveryRow>, oneshot::Sender<bool>),
    Deliveries {
        failed: Vec<DeliveryRow>,
        done: Vec<(i16, i64)>,
        reply: oneshot::Sender<bool>,
    },
}

/// What others see of the Journal.
pub struct JournalHealth {
    groups: AtomicU64,
    steps: AtomicU64,
    up: AtomicBool,
    changed: watch::Sender<Option<String>>,
}

impl JournalHealth {
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Why it is down; `None` while it is up.
    pub fn subscribe(&self) -> watch::Receiver<Option<String>> {
        self.changed.subscribe()
    }

    /// Groups and steps committed since the start.
    pub fn totals(&self) -> (u64, u64) {
        (self.groups.load(Ordering::Relaxed), self.steps.load(Ordering::Relaxed))
    }

    fn down(&self, reason: &str) {
        if self.up.swap(false, Ordering::Relaxed) {
            tracing::error!(reason, "the database does not take writes; nothing is acknowledged");
            self.changed.send_replace(Some(reason.to_owned()));
        }
    }

    fn back(&self) {
        if !self.up.swap(true, Ordering::Relaxed) {
            tracing::info!("the database takes writes again");
            self.changed.send_replace(None);
        }
    }
}

/// The way to the writer.
#[derive(Clone)]
pub struct Journal {
    money: mpsc::Sender<Submission>,
    steps: mpsc::Sender<Submission>,
    aside: mpsc::Sender<Aside>,
    health: Arc<JournalHealth>,
}

/// The most rows of one group; more gains little and costs latency (measured by the prototype).
const GROUP_ROWS: usize = 256;
/// The most bytes of one group, so that a few fat rows do not hold the others up.
const GROUP_BYTES: usize = 1 << 20;
/// Where the server that works on the database leaves its mark.
const INSTANCE: &str = "server_instance";

impl Journal {
    /// The way to a writer, and the writer, which is to be run.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn open(
        database: Database,
        lock: ServerLock,
        (numbers, clock): (Arc<Numbers>, Clock),
        escalate: Rc<dyn Fn(String)>,
    ) -> Result<(Self, Writer), entities::DbErr> {
        let (money, money_in) = mpsc::channel(GROUP_ROWS);
        let (steps, steps_in) = mpsc::channel(4 * GROUP_ROWS);
        let (aside, aside_in) = mpsc::channel(GROUP_ROWS);
        let health = Arc::new(JournalHealth {
            groups: AtomicU64::new(0),
            steps: AtomicU64::new(0),
            up: AtomicBool::new(true),
            changed: watch::Sender::new(None),
        });
        let instance = format!("{:032x}", rand::random::<u128>());
        entities::set_meta(&database.write, INSTANCE, &instance).await?;
        let writer = Writer {
            mark_versions: read_versions(&database).await?,
            database,
            lock,
            instance,
            escalate,
            numbers,
            clock,
            health: Arc::clone(&health),
            money: money_in,
            steps: steps_in,
            aside: aside_in,
        };
        Ok((Self { money, steps, aside, health }, writer))
    }

    pub fn health(&self) -> &JournalHealth {
        &self.health
    }

    /// Commits a step. Money's steps go ahead of all others.
    pub(crate) async fn commit(&self, step: Step, is_money: bool) -> Committed {
        let (reply, answer) = oneshot::channel();
        let lane = if is_money { &self.money } else { &self.steps };
        if lane.send(Submission { step, reply }).await.is_err() {
            return Committed::Unknown("the journal is closed".to_owned());
        }
        answer.await.unwrap_or_else(|_| Committed::Unknown("the journal is closed".to_owned()))
    }

    /// Keeps an input for an actor that cannot take it.
    pub(crate) async fn hold(&self, row: entities::HeldRow) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        self.aside(Aside::Hold(row, reply), answer).await
    }

    /// Keeps an update that could not be parsed.
    ///
    /// # Errors
    /// Why it could not be committed.
    pub async fn keep_unparsed(&self, row: entities::UnparsedRow) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        self.aside(Aside::Unparsed(row, reply), answer).await
    }

    /// Writes rows that belong to no step.
    ///
    /// # Errors
    /// Why they could not be committed.
    pub async fn rows(&self, rows: Vec<Row>) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        self.aside(Aside::Rows(rows, reply), answer).await
    }

    /// Bulk work (seeds, imports, collector pages): pieces of its own between the groups, so that a conversation never
    /// waits for the whole.
    ///
    /// # Errors
    /// Why a piece could not be committed; earlier pieces stay.
    pub async fn bulk(&self, rows: Vec<Row>) -> Result<(), String> {
        let mut rows = rows.into_iter();
        loop {
            let piece: Vec<Row> = rows.by_ref().take(GROUP_ROWS).collect();
            if piece.is_empty() {
                return Ok(());
            }
            self.rows(piece).await?;
        }
    }

    /// Records attempts that failed and removes what is done; true once committed.
    pub(crate) async fn deliveries(&self, failed: Vec<DeliveryRow>, done: Vec<(i16, i64)>) -> bool {
        let (reply, answer) = oneshot::channel();
        let sent = self.aside.send(Aside::Deliveries { failed, done, reply }).await;
        sent.is_ok() && answer.await.unwrap_or(false)
    }

    /// Records intents that wait for their turn, where nothing is recorded of them yet; true once committed.
    pub(crate) async fn waiting(&self, rows: Vec<DeliveryRow>) -> bool {
        let (reply, answer) = oneshot::channel();
        let sent = self.aside.send(Aside::Waiting(rows, reply)).await;
        sent.is_ok() && answer.await.unwrap_or(false)
    }

    /// Writes the last watermarks; returns when they are committed, or cannot be.
    pub(crate) async fn flush(&self) {
        let (reply, answer) = oneshot::channel();
        if self.aside.send(Aside::Flush(reply)).await.is_ok() {
            drop(answer.await);
        }
    }

    async fn aside(
        &self,
        aside: Aside,
        answer: oneshot::Receiver<Result<(), String>>,
    ) -> Result<(), String> {
        let closed = || "the journal is closed".to_owned();
        self.aside.send(aside).await.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}
