//! The one writer: many actors' steps in one transaction. Knows no decisions and no actors.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use entities::{Database, DeliveryRow, Row, ServerLock, StepRow};
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::journal::group::Group;
use crate::numbers::Numbers;

mod group;

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
/// Watermarks are written alone when nothing else was for so long.
const IDLE: Duration = Duration::from_millis(50);
/// A group that takes longer is given up; nobody knows then whether it was committed.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where the server that works on the database leaves its mark.
const INSTANCE: &str = "server_instance";
/// How often a database that is gone is tried again.
const RETRY: Duration = Duration::from_millis(250);

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

async fn read_versions(database: &Database) -> Result<HashMap<i16, i64>, entities::DbErr> {
    let versions = entities::mark_versions(&database.read, database.backend).await?;
    Ok(versions.into_iter().collect())
}

/// Why a group was not written.
enum Trouble {
    /// The database's; whether it was committed is not known.
    Fault(String),
    /// The data's; nothing was committed.
    Guilty(String),
}

pub(crate) struct Writer {
    database: Database,
    /// Tells us from a server that worked on the database while we were cut off.
    instance: String,
    escalate: Rc<dyn Fn(String)>,
    /// Of the partitions' own rows.
    mark_versions: HashMap<i16, i64>,
    lock: ServerLock,
    numbers: Arc<Numbers>,
    clock: Clock,
    health: Arc<JournalHealth>,
    money: mpsc::Receiver<Submission>,
    steps: mpsc::Receiver<Submission>,
    aside: mpsc::Receiver<Aside>,
}

impl Writer {
    /// Ends when every `Journal` is gone; the last watermarks are written then.
    pub(crate) async fn run(mut self) {
        while let Some(group) = self.gather().await {
            let started = std::time::Instant::now();
            let steps = group.submissions.len();
            self.commit(group).await;
            if steps > 0 {
                self.health.groups.fetch_add(1, Ordering::Relaxed);
                self.health.steps.fetch_add(steps as u64, Ordering::Relaxed);
                metrics::histogram!("kontor_commit_seconds").record(started.elapsed());
                metrics::histogram!("kontor_commit_steps").record(steps as f64);
            }
        }
        self.commit(Group::default()).await;
    }

    /// Waits for something to write; then takes whatever else is there. `None`: there will be nothing more.
    async fn gather(&mut self) -> Option<Group> {
        let mut group = Group::default();
        tokio::select! {
            biased;
            Some(first) = self.money.recv() => group.push(first),
            Some(first) = self.steps.recv() => group.push(first),
            Some(first) = self.aside.recv() => group.push_aside(first),
            () = tokio::time::sleep(IDLE) => return Some(group),
            else => return None,
        }
        // One that waits aside goes with each group, however many steps there are.
        if let Ok(next) = self.aside.try_recv() {
            group.push_aside(next);
        }
        while group.has_room() {
            if let Ok(next) = self.money.try_recv() {
                group.push(next);
            } else if let Ok(next) = self.steps.try_recv() {
                group.push(next);
            } else if let Ok(next) = self.aside.try_recv() {
                group.push_aside(next);
            } else {
                break;
            }
        }
        Some(group)
    }

    async fn commit(&mut self, mut group: Group) {
        self.add_marks(&mut group);
        if group.is_empty() {
            return;
        }
        for submission in &mut group.submissions {
            let partition = u8::try_from(submission.step.row.part).expect("256 partitions");
            submission.step.row.watermark = self.numbers.watermark(partition);
        }
        match self.write(&group).await {
            Ok(losers) => {
                self.health.back();
                let steps = group.submissions.iter().enumerate();
                for (_, submission) in steps.filter(|(index, _)| !losers.contains(index)) {
                    let row = &submission.step.row;
                    let partition = u8::try_from(row.part).expect("256 partitions");
                    self.numbers.written(partition, row.watermark);
                }
                self.marks_written(&group, &losers).await;
                group.answer(&losers);
            }
            Err(Trouble::Fault(reason)) => {
                self.health.down(&reason);
                group.fail(&reason);
                self.wait_for_the_database().await;
            }
            Err(Trouble::Guilty(reason)) => self.one_by_one(group, &reason).await,
        }
    }

    /// Watermarks that moved go with the group, so that what is done is not sent again after a crash.
    fn add_marks(&self, group: &mut Group) {
        for (part, mark) in self.numbers.unwritten() {
            if !group.carries(part) {
                let version = self.mark_versions.get(&part).copied().unwrap_or_default() + 1;
                group.marks.push(entities::mark_row(part, mark, version));
            }
        }
    }

    async fn marks_written(&mut self, group: &Group, losers: &[usize]) {
        let mut lost = false;
        for (index, row) in group.marks.iter().enumerate() {
            if losers.contains(&(group.submissions.len() + index)) {
                lost = true;
                continue;
            }
            let partition = u8::try_from(row.part).expect("256 partitions");
            self.numbers.written(partition, row.watermark);
            self.mark_versions.insert(row.part, row.version);
        }
        if lost && let Ok(versions) = read_versions(&self.database).await {
            self.mark_versions = versions;
        }
    }

    /// Somebody's data is refused: everything is tried alone once, and only the guilty is told.
    async fn one_by_one(&mut self, group: Group, reason: &str) {
        tracing::warn!(
            reason,
            steps = group.submissions.len(),
            "a group was refused; trying each alone"
        );
        let mut singles = group.singles().into_iter();
        for single in singles.by_ref() {
            match self.write(&single).await {
                Ok(losers) => single.answer(&losers),
                Err(Trouble::Guilty(reason)) => single.reject(&reason),
                Err(Trouble::Fault(reason)) => {
                    self.health.down(&reason);
                    single.fail(&reason);
                    for other in singles {
                        other.fail(&reason);
                    }
                    return self.wait_for_the_database().await;
                }
            }
        }
    }

    async fn write(&self, group: &Group) -> Result<Vec<usize>, Trouble> {
        let steps = group.steps();
        let write = entities::write_group(&self.database, &steps, group.extra());
        match tokio::time::timeout(PATIENCE, write).await {
            Ok(Ok(losers)) => Ok(losers),
            Ok(Err(error)) if entities::is_fault(&error) => Err(Trouble::Fault(error.to_string())),
            Ok(Err(error)) => Err(Trouble::Guilty(error.to_string())),
            Err(_) => Err(Trouble::Fault("the database does not answer".to_owned())),
        }
    }

    /// Nobody waits for a database that is gone: their senders repeat.
    fn refuse_all(&mut self, reason: &str) {
        let mut group = Group::default();
        while let Ok(next) = self.money.try_recv().or_else(|_| self.steps.try_recv()) {
            group.push(next);
        }
        while let Ok(next) = self.aside.try_recv() {
            group.push_aside(next);
        }
        group.fail(reason);
    }

    /// Answers everybody "unknown" until the database takes writes again, and we are still the ones who may write.
    async fn wait_for_the_database(&mut self) {
        loop {
            tokio::time::sleep(RETRY).await;
            self.refuse_all("the database does not take writes");
            let now = self.clock.now_ms().to_string();
            let probe = entities::set_meta(&self.database.write, "journal_probe", &now);
            let Ok(Ok(())) = tokio::time::timeout(Duration::from_secs(10), probe).await else {
                continue;
            };
            // The last group's fate is unknown, and so are the versions of the marks.
            let Ok(versions) = read_versions(&self.database).await else { continue };
            self.mark_versions = versions;
            if let Err(error) = self.lock.check(&self.database).await {
                tracing::error!(%error, "cannot take the server's lock again");
                continue;
            }
            match entities::meta(&self.database.read, INSTANCE).await {
                Ok(Some(instance)) if instance == self.instance => return self.health.back(),
                Ok(_) => (self.escalate)(
                    "another server has worked on this database while it was away from us"
                        .to_owned(),
                ),
                Err(_) => {}
            }
        }
    }
}
