//! Carrying one intent until it is done, stuck, or the server stops. Knows no wire.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tracing::Instrument;

use super::{Job, Outbox, row};
use crate::address::Destination;
use crate::external::External;
use crate::intent::{CourierReport, Intent, Lane, Outcome};
use crate::journal::Journal;
use crate::kernel::sent_again;
use crate::office::{Failure, Office};
use crate::shared::Alarm;
use crate::supervise::caught;

/// Why an intent of a backup is stuck.
pub(crate) const RESTORED: &str = "restored from a backup: it may have been done already";
/// The wait when a bot or gateway is closed to us until somebody acts.
const CLOSED: Duration = Duration::from_secs(30);
/// The wait after our own database failed.
const FAULT: Duration = Duration::from_millis(500);
const SWEEP: Duration = Duration::from_millis(500);
/// Nobody is told to wait longer than this (milliseconds).
const LONGEST_WAIT_MS: i64 = 3_600_000;

/// The runner of the outbox.
#[derive(Clone)]
pub(crate) struct Carrier {
    pub(crate) outbox: Outbox,
    pub(crate) office: Office,
    pub(crate) journal: Journal,
    pub(crate) alarm: Alarm,
}

/// One more call under way, until it goes.
struct Carrying<'a>(&'a AtomicUsize);

impl<'a> Carrying<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Carrying<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is to be done with a job now.
enum Next {
    Done,
    Stuck,
    Again(Duration),
    Stop,
}

impl Carrier {
    /// Starts a worker for each destination that has work; ends with the last `Outbox`.
    pub(crate) async fn run(self, mut readies: mpsc::UnboundedReceiver<Destination>) {
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                ready = readies.recv() => match ready {
                    Some(destination) => {
                        let carrier = self.clone();
                        actix_rt::spawn(async move { carrier.serve(destination).await });
                    }
                    None => return,
                },
                _ = sweep.tick() => self.sweep().await,
            }
        }
    }

    async fn sweep(&self) {
        let rows = self.outbox.overdue();
        let ids: Vec<_> = rows.iter().map(|row| (row.part, row.number)).collect();
        if !rows.is_empty() && self.journal.waiting(rows).await {
            for (part, number) in ids {
                let partition = u8::try_from(part).expect("256 partitions");
                let id = crate::address::IntentId { partition, number };
                // Done in the meantime: its row goes again.
                if self.outbox.0.numbers.is_done(id) {
                    self.journal.deliveries(Vec::new(), vec![(part, number)]).await;
                } else {
                    self.outbox.0.numbers.except(id);
                }
            }
        }
        let (destinations, jobs) = self.outbox.depth();
        metrics::gauge!("kontor_delivery_destinations").set(destinations as f64);
        metrics::gauge!("kontor_delivery_queued").set(jobs as f64);
        let (open, excepted) = self.outbox.0.numbers.counts();
        metrics::gauge!("kontor_intents", "state" => "open").set(open as f64);
        metrics::gauge!("kontor_intents", "state" => "retrying_or_stuck").set(excepted as f64);
    }

    /// Everything for one destination, one after the other.
    async fn serve(&self, destination: Destination) {
        while let Some(mut job) = self.outbox.front(&destination) {
            loop {
                // A wait noted before the clock was set back must not last for years.
                let latest_ms = self.outbox.0.clock.now_ms().saturating_add(LONGEST_WAIT_MS);
                self.outbox.0.clock.sleep_until_ms(job.not_before_ms.min(latest_ms)).await;
                let span = job.span.clone();
                match self.attempt(&mut job).instrument(span).await {
                    Next::Done => break self.done(&job).await,
                    Next::Stuck => break,
                    Next::Stop => return,
                    Next::Again(wait) => {
                        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                        job.not_before_ms = self.outbox.0.clock.now_ms().saturating_add(wait_ms);
                        self.outbox.update(&destination, &job);
                    }
                }
            }
            self.outbox.pop(&destination);
        }
    }

    async fn attempt(&self, job: &mut Job) -> Next {
        if self.outbox.0.closing.load(Ordering::Relaxed) {
            return Next::Stop;
        }
        if job.from_backup {
            return self.stick(job, RESTORED).await;
        }
        // Counted until what came of it is committed: a graceful stop waits for that.
        let _carrying = Carrying::new(&self.outbox.0.carrying);
        let report = {
            let room = self.room(&job.intent).acquire().await;
            let _room = room.expect("the semaphores are never closed");
            // A panic of an edge must not take the destination's queue with it.
            caught(self.carry(job)).await
        };
        let report = report.unwrap_or_else(|panic| CourierReport::Failed { reason: panic });
        match report {
            CourierReport::Finished(outcome) => self.report(job, outcome).await,
            CourierReport::Throttled { retry_after } => {
                metrics::counter!("kontor_delivery_throttled_total").increment(1);
                self.record(job, retry_after, "told to wait").await;
                Next::Again(retry_after)
            }
            CourierReport::Closed { reason } => {
                self.record(job, CLOSED, &reason).await;
                Next::Again(CLOSED)
            }
            CourierReport::Failed { reason } => self.failed(job, &reason).await,
        }
    }

    fn room(&self, intent: &Intent) -> &Semaphore {
        let inner = &self.outbox.0;
        match intent.destination() {
            Destination::Actor(_) => &inner.actors,
            Destination::Chat(..) => match intent {
                Intent::Telegram(call) if call.lane >= Lane::Notice => &inner.notices,
                _ => &inner.telegram,
            },
            Destination::Query(..) => match intent {
                Intent::Telegram(call) if call.lane == Lane::Money => &inner.money,
                _ => &inner.queries,
            },
            Destination::Payment(_) => &inner.gateway,
            Destination::Webhook(..) => &inner.webhooks,
        }
    }

    async fn carry(&self, job: &Job) -> CourierReport {
        if job.maybe_done && !sent_again(&job.intent) {
            return CourierReport::Finished(Outcome::Done);
        }
        let Intent::Tell { to, message } = &*job.intent else {
            return self.outbox.0.courier.carry(job.id, &job.intent, job.maybe_done).await;
        };
        let told =
            self.office.tell_patiently(to.clone(), External::Intent(job.id), message.clone()).await;
        match told {
            // A refusal is an answer: what follows from it, the receiver says by an intent of its own.
            Ok(_) => CourierReport::Finished(Outcome::Done),
            Err(Failure::Busy | Failure::Closing | Failure::Fault(_)) => {
                CourierReport::Throttled { retry_after: FAULT }
            }
        }
    }

    /// Brings the outcome back to the actor that asked, until that step is committed.
    async fn report(&self, job: &Job, outcome: Outcome) -> Next {
        if !job.intent.wants_report() {
            return Next::Done;
        }
        loop {
            match self
                .office
                .report(job.owner.clone(), (job.id, job.intent.clone()), outcome.clone())
                .await
            {
                Ok(_) => return Next::Done,
                Err(Failure::Closing) => return Next::Stop,
                Err(_) => tokio::time::sleep(FAULT).await,
            }
            if self.outbox.0.closing.load(Ordering::Relaxed) {
                return Next::Stop;
            }
        }
    }

    async fn failed(&self, job: &mut Job, reason: &str) -> Next {
        metrics::counter!("kontor_delivery_failures_total").increment(1);
        job.attempts += 1;
        job.maybe_done = true;
        let limits = &self.outbox.0.limits;
        if job.attempts < limits.attempts {
            let doubled = limits.first_backoff * 2_u32.pow((job.attempts - 1).min(16));
            // Jitter, so that a thousand chats do not come back in the same moment.
            let wait = doubled.min(limits.last_backoff).mul_f64(rand::random_range(0.5..1.0));
            tracing::warn!(intent.id = %job.id, attempt = job.attempts, reason, "delivery failed");
            self.record(job, wait, reason).await;
            return Next::Again(wait);
        }
        (self.alarm)(format!("{} is stuck: {reason}", super::describe(&job.intent)));
        self.stick(job, reason).await
    }

    /// A person owns it from now on.
    async fn stick(&self, job: &Job, reason: &str) -> Next {
        tracing::error!(intent.id = %job.id, actor = %job.owner, reason, "an intent is stuck");
        metrics::counter!("kontor_stuck_total").increment(1);
        while !self.journal.deliveries(vec![row(job, reason, true)], Vec::new()).await {
            tokio::time::sleep(FAULT).await;
            if self.outbox.0.closing.load(Ordering::Relaxed) {
                return Next::Stop;
            }
        }
        self.outbox.0.numbers.except(job.id);
        // The actor hears that a person owns it now. The intent stays in its row, for `stuck retry`.
        match self.report(job, Outcome::Stuck { reason: reason.to_owned() }).await {
            Next::Stop => Next::Stop,
            _ => Next::Stuck,
        }
    }

    /// Makes a failed attempt durable; from then on it does not hold the watermark back.
    async fn record(&self, job: &Job, wait: Duration, reason: &str) {
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let mut job = job.clone();
        job.not_before_ms = self.outbox.0.clock.now_ms().saturating_add(wait_ms);
        // Without the row the watermark waits: nothing is lost, more is sent again after a crash.
        if self.journal.deliveries(vec![row(&job, reason, false)], Vec::new()).await {
            self.outbox.0.numbers.except(job.id);
        }
    }

    async fn done(&self, job: &Job) {
        metrics::counter!("kontor_deliveries_total").increment(1);
        let excepted = self.outbox.0.numbers.is_excepted(job.id);
        self.outbox.0.numbers.close(job.id);
        if excepted {
            let done = (i16::from(job.id.partition), job.id.number);
            // A row that stays is done again after a restart at worst.
            self.journal.deliveries(Vec::new(), vec![done]).await;
        }
    }
}
