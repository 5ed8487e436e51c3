//! The one writer: gathers what waits, commits it together, and waits for a database that is gone. Knows no actors.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use entities::{Database, ServerLock};
use tokio::sync::mpsc;

use super::group::Group;
use super::{Aside, INSTANCE, JournalHealth, Submission};
use crate::clock::Clock;
use crate::numbers::Numbers;

/// Watermarks are written alone when nothing else was for so long.
const IDLE: Duration = Duration::from_millis(50);
/// A group that takes longer is given up; nobody knows then whether it was committed.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 30 });
/// How often a database that is gone is tried again.
const RETRY: Duration = Duration::from_millis(250);

pub(super) async fn read_versions(
    database: &Database,
) -> Result<HashMap<i16, i64>, entities::DbErr> {
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
    pub(super) database: Database,
    /// Tells us from a server that worked on the database while we were cut off.
    pub(super) instance: String,
    pub(super) escalate: Rc<dyn Fn(String)>,
    /// Of the partitions' own rows.
    pub(super) mark_versions: HashMap<i16, i64>,
    pub(super) lock: ServerLock,
    pub(super) numbers: Arc<Numbers>,
    pub(super) clock: Clock,
    pub(super) health: Arc<JournalHealth>,
    pub(super) money: mpsc::Receiver<Submission>,
    pub(super) steps: mpsc::Receiver<Submission>,
    pub(super) aside: mpsc::Receiver<Aside>,
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
            // Of a group that was given up while it was being written.
            entities::roll_back(&self.database).await;
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
