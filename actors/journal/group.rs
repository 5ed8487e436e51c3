//! What is written together, and who waits for it. Knows no channels' other ends and no database.

use entities::{Extra, GroupStep, StepRow};
use tokio::sync::oneshot;

use super::{Aside, Committed, GROUP_BYTES, GROUP_ROWS, Submission};

type RowsReply = oneshot::Sender<Result<(), String>>;

#[derive(Default)]
pub(super) struct Group {
    pub(super) submissions: Vec<Submission>,
    asides: Vec<Aside>,
    /// Watermarks that no step of the group carries, as rows of their own.
    pub(super) marks: Vec<StepRow>,
    bytes: usize,
}

impl Group {
    pub(super) fn push(&mut self, submission: Submission) {
        self.bytes += submission.step.row.body.len() + submission.step.row.intents.len();
        self.submissions.push(submission);
    }

    pub(super) fn push_aside(&mut self, aside: Aside) {
        self.asides.push(aside);
    }

    pub(super) fn has_room(&self) -> bool {
        self.submissions.len() + self.asides.len() < GROUP_ROWS && self.bytes < GROUP_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.submissions.is_empty() && self.asides.is_empty() && self.marks.is_empty()
    }

    /// Whether a step of the group carries this partition's watermark.
    pub(super) fn carries(&self, part: i16) -> bool {
        self.submissions.iter().any(|submission| submission.step.row.part == part)
    }

    pub(super) fn steps(&self) -> Vec<GroupStep<'_>> {
        let steps = self.submissions.iter().map(|submission| &submission.step);
        let steps = steps.map(|step| GroupStep { row: &step.row, rows: &step.rows });
        let marks = self.marks.iter().map(|row| GroupStep { row, rows: &[] });
        steps.chain(marks).collect()
    }

    pub(super) fn extra(&self) -> Extra {
        let mut extra = Extra::default();
        for aside in &self.asides {
            match aside {
                Aside::Rows(rows, _) => extra.rows.extend(rows.iter().cloned()),
                Aside::Hold(row, _) => extra.held.push(row.clone()),
                Aside::Unparsed(row, _) => extra.unparsed.push(row.clone()),
                Aside::Flush(_) => {}
                Aside::Waiting(rows, _) => extra.waiting.extend(rows.iter().cloned()),
                Aside::Deliveries { failed, done, .. } => {
                    extra.failed.extend(failed.iter().cloned());
                    extra.done.extend(done);
                }
            }
        }
        extra
    }

    /// It is committed, but for the stale steps at `losers`.
    pub(super) fn answer(self, losers: &[usize]) {
        for (index, submission) in self.submissions.into_iter().enumerate() {
            let stale = losers.contains(&index);
            tell(submission.reply, if stale { Committed::Stale } else { Committed::Yes });
        }
        for aside in self.asides {
            tell_aside(aside, Ok(()));
        }
    }

    /// Whether it was committed is not known.
    pub(super) fn fail(self, reason: &str) {
        for submission in self.submissions {
            tell(submission.reply, Committed::Unknown(reason.to_owned()));
        }
        for aside in self.asides {
            tell_aside(aside, Err(reason.to_owned()));
        }
    }

    /// The database refuses this data.
    pub(super) fn reject(self, reason: &str) {
        for submission in self.submissions {
            tell(submission.reply, Committed::Rejected(reason.to_owned()));
        }
        for aside in self.asides {
            tell_aside(aside, Err(reason.to_owned()));
        }
    }

    /// Each part of it alone; the watermarks go with none: the next group carries them.
    pub(super) fn singles(self) -> Vec<Self> {
        let steps = self.submissions.into_iter();
        let steps = steps.map(|one| Self { submissions: vec![one], ..Self::default() });
        let asides = self.asides.into_iter();
        steps.chain(asides.map(|one| Self { asides: vec![one], ..Self::default() })).collect()
    }
}

/// Whoever no longer waits does not need to know.
fn tell(reply: oneshot::Sender<Committed>, committed: Committed) {
    drop(reply.send(committed));
}

fn tell_aside(aside: Aside, result: Result<(), String>) {
    let tell_rows = |reply: RowsReply, result| drop(reply.send(result));
    match aside {
        Aside::Rows(_, reply) | Aside::Hold(_, reply) | Aside::Unparsed(_, reply) => {
            tell_rows(reply, result);
        }
        Aside::Flush(reply) => drop(reply.send(())),
        Aside::Waiting(_, reply) => drop(reply.send(result.is_ok())),
        Aside::Deliveries { reply, .. } => drop(reply.send(result.is_ok())),
    }
}
