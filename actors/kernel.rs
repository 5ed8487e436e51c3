//! Puts the durable core together, recovers what the last process left, and stops in order. Knows no edges.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use entities::{Database, Key, MasterKey, PersonId, ServerLock};
use tokio::sync::mpsc;

use crate::address::IntentId;
use crate::ages::Ages;
use crate::clock::Clock;
use crate::directory::{Directory, held_message};
use crate::eraser::{Eraser, erased_before, erased_mark};
use crate::external::External;
use crate::house::House;
use crate::intent::{Courier, Intent, Lane};
use crate::journal::Journal;
use crate::message::Message;
use crate::office::{Office, OfficeLimits};
use crate::outbox::{Carrier, DeliveryLimits, Job, Outbox};
use crate::person_keys::PersonKeys;
use crate::shared::{Seeds, Shared};
use crate::supervise::{Restart, TaskState, task};
use crate::timers::{self, Timers};
use crate::tree::{TreeSnapshot, tasks};

mod alarm;
mod recover;
mod restored;
#[cfg(test)]
mod tests;
mod upkeep;

use alarm::{alarm, tell_owner};
use recover::{pending_of, recover};
pub use restored::{Undone, mark_restored, undone};
pub use upkeep::{Retention, Tidied};

/// What the core is made of.
pub struct KernelConfig {
    pub database: Database,
    pub lock: ServerLock,
    pub master: MasterKey,
    pub clock: Clock,
    pub house: House,
    pub office: OfficeLimits,
    pub delivery: DeliveryLimits,
    pub courier: Arc<dyn Courier>,
    /// How long what is over is kept.
    pub retention: Retention,
    /// Threads that actors live on; 0: all on the current one.
    pub shards: usize,
    /// Randomness of decisions.
    pub seeds: Seeds,
    /// Called when a part that nothing can go on without has failed.
    pub escalate: Rc<dyn Fn(String)>,
}

/// The running core.
#[derive(Clone)]
pub struct Kernel {
    pub office: Office,
    pub journal: Journal,
    pub outbox: Outbox,
    pub clock: Clock,
    shared: Shared,
    tasks: Arc<Mutex<Vec<Arc<TaskState>>>>,
}

impl Kernel {
    /// Starts everything on the current thread's local set (and shards on threads of their own).
    ///
    /// # Errors
    /// When the database does not answer, or holds rows sealed under another master key.
    pub async fn start(config: KernelConfig) -> anyhow::Result<Self> {
        let (database, clock) = (&config.database.clone(), &config.clock.clone());
        let numbers = Arc::new(restored::numbers(database).await?);
        let escalate = config.escalate;
        let times = (Arc::clone(&numbers), clock.clone());
        let opened =
            Journal::open(database.clone(), config.lock, times, Rc::clone(&escalate)).await;
        let (journal, writer) = opened.context("open the journal")?;
        let (outbox, readies) = Outbox::new(
            Arc::clone(&config.courier),
            Arc::clone(&numbers),
            clock.clone(),
            config.delivery.clone(),
        );
        let (timers, sets) = Timers::new();
        let (alarm, alarms) = alarm();
        let shared = Shared {
            keys: PersonKeys::new(database.clone(), config.master, clock.clone()),
            database: database.clone(),
            journal: journal.clone(),
            outbox: outbox.clone(),
            timers,
            numbers,
            clock: clock.clone(),
            house: Arc::new(RwLock::new(config.house)),
            seeds: config.seeds,
            writers: Arc::new(rand::random_range(0..i64::MAX / 2).into()),
            alarm: Arc::clone(&alarm),
            ages: Arc::new(Ages::open(database, clock.clone()).await?),
            orders: Arc::default(),
        };
        let mut states = vec![once("journal", writer.run(), &escalate)];
        let mut out_of_service = quarantined(database).await?;
        out_of_service.extend(recover(&shared).await?);
        let last_held = entities::last_held(&database.read).await.context("read held inputs")?;
        let failed = relay(&escalate);
        let shards = Shards { count: config.shards, out_of_service: &out_of_service, last_held };
        let office = start_shards(&shared, &config.office, &shards, &failed);
        let carrier = Carrier {
            outbox: outbox.clone(),
            office: office.clone(),
            journal: journal.clone(),
            alarm,
        };
        states.extend([
            once("delivery", carrier.run(readies), &escalate),
            once(
                "timers",
                timers::run(sets, database.clone(), office.clone(), clock.clone()),
                &escalate,
            ),
            once("alarms", tell_owner(alarms, office.clone(), shared.clone()), &escalate),
            once("erasures", Eraser::new(&shared, &office).run(), &escalate),
            once("pruning", upkeep::run(shared.clone(), config.retention), &escalate),
        ]);
        let core = Self {
            office,
            journal,
            outbox,
            clock: clock.clone(),
            shared,
            tasks: Arc::new(Mutex::new(states)),
        };
        core.wake_held(&out_of_service).await?;
        Ok(core)
    }

    /// Actors that the last process left with held inputs replay them now.
    async fn wake_held(&self, quarantined: &HashSet<Key>) -> anyhow::Result<()> {
        let held = entities::held_keys(&self.shared.database.read).await;
        for (owner, _) in held.context("read held inputs")? {
            let key = Key::parse(&owner)?;
            if !quarantined.contains(&key) {
                self.office.wake(key);
            }
        }
        Ok(())
    }

    /// A task of an edge joins the tree.
    pub fn adopt(&self, state: Arc<TaskState>) {
        self.tasks.lock().expect("nothing panics while it is held").push(state);
    }

    pub fn database(&self) -> &Database {
        &self.shared.database
    }

    /// By which an erased person is known again in a restored backup.
    pub fn erased_mark(&self, person: PersonId) -> String {
        erased_mark(self.shared.keys.master(), person)
    }

    /// Begins anew the erasure of everybody who is among those erased elsewhere, by their marks and when it was done; says
    /// how many that are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn erase_again(&self, erased: &[(String, i64)]) -> anyhow::Result<usize> {
        let (database, master) = (&self.shared.database, self.shared.keys.master());
        let rows = erased_before(database, master, erased, self.clock.now_ms()).await?;
        let begun = rows.len();
        let rows = rows.into_iter().map(entities::Row::Erasure).collect();
        self.journal.rows(rows).await.map_err(|reason| anyhow!(reason))?;
        Ok(begun)
    }

    pub fn house(&self) -> House {
        self.shared.house()
    }

    pub fn set_house(&self, house: House) {
        *self.shared.house.write().expect("nothing panics while it is held") = house;
    }

    /// A message as a row that its actor replays, should the process die before it is told.
    pub fn held(
        &self,
        key: &Key,
        told: (&External, Message),
        when: (i64, i64),
    ) -> entities::HeldRow {
        held_message(self.shared.keys.master(), key, told, when)
    }

    /// Tells the owner of the shop what needs a person.
    pub fn alarm(&self, what: String) {
        self.shared.alarm(what);
    }

    pub async fn observe(&self) -> TreeSnapshot {
        let shards = self.office.observe().await;
        let (destinations, intents) = self.outbox.depth();
        let health = self.journal.health();
        let (groups, steps) = health.totals();
        let states = self.tasks.lock().expect("nothing panics while it is held").clone();
        TreeSnapshot {
            tasks: tasks(&states),
            shards,
            in_flight: self.office.in_flight(),
            destinations,
            intents,
            journal_up: health.is_up(),
            groups,
            steps,
        }
    }

    /// Partitions whose watermark moved since it was written.
    pub fn unwritten_marks(&self) -> usize {
        self.shared.numbers.unwritten().len()
    }

    #[cfg(test)]
    fn close_number(&self, id: IntentId) {
        self.shared.numbers.close(id);
    }

    /// Tries a stuck intent again, from the first attempt.
    ///
    /// # Errors
    /// When there is no such stuck intent, or it cannot be read.
    pub async fn retry_stuck(&self, id: IntentId) -> anyhow::Result<()> {
        let (owner, intent) = self.find_stuck(id).await?;
        let job = Job {
            id,
            owner,
            intent: Arc::new(intent),
            attempts: 0,
            maybe_done: true,
            not_before_ms: 0,
            from_backup: false,
            span: tracing::info_span!("recovered", intent.id = %id),
        };
        self.outbox.enqueue_job(job);
        Ok(())
    }

    /// Gives a stuck intent up; the actor that asked for a report hears a refusal.
    ///
    /// # Errors
    /// When there is no such stuck intent, or this could not be committed.
    pub async fn drop_stuck(&self, id: IntentId) -> anyhow::Result<()> {
        let (owner, intent) = self.find_stuck(id).await?;
        if intent.wants_report() {
            let reason = "given up by a person".to_owned();
            let outcome = crate::intent::Outcome::Refused { reason, unreachable: false };
            self.office.report(owner, (id, Arc::new(intent)), outcome).await?;
        }
        self.shared.numbers.close(id);
        let done = vec![(i16::from(id.partition), id.number)];
        match self.journal.deliveries(Vec::new(), done).await {
            true => Ok(()),
            false => Err(anyhow!("the database does not take writes")),
        }
    }

    async fn find_stuck(&self, id: IntentId) -> anyhow::Result<(Key, Intent)> {
        let rows = entities::stuck(&self.shared.database.read).await?;
        let is_it = |row: &&entities::DeliveryRow| {
            row.part == i16::from(id.partition) && row.number == id.number
        };
        let row = rows.iter().find(is_it).ok_or_else(|| anyhow!("no intent {id} is stuck"))?;
        ensure!(!self.outbox.holds(id), "intent {id} is being tried again already");
        let owner = Key::parse(&row.owner)?;
        let pending = pending_of(&self.shared, &row.owner).await?;
        let found = pending.into_iter().find(|pending| pending.number == id.number);
        let found = found.ok_or_else(|| anyhow!("intent {id} is no longer in its actor's row"))?;
        Ok((owner, found.intent))
    }

    /// Removes what is over now, as upkeep does now and then.
    ///
    /// # Errors
    /// The database's.
    pub async fn tidy(&self, retention: &Retention) -> anyhow::Result<Tidied> {
        upkeep::tidy(&self.shared, retention).await.context("remove what is over")
    }

    /// Stops in order: no new inputs, steps finish, calls under way finish, the last watermarks are written. What is not
    /// done by then stands in the rows. Says whether everything came to rest before `patience` was over.
    pub async fn stop(self, patience: Duration) -> bool {
        const LOOK: Duration = Duration::from_millis(10);
        self.office.close();
        let settle = async {
            while self.office.in_flight() > 0 {
                tokio::time::sleep(LOOK).await;
            }
            self.outbox.close();
            while self.outbox.carrying() > 0 {
                tokio::time::sleep(LOOK).await;
            }
        };
        let settled = tokio::time::timeout(patience, settle).await.is_ok();
        self.outbox.close();
        // Without it receipts only live longer.
        drop(self.shared.ages.keep(&self.shared.database).await);
        let flushed = tokio::time::timeout(patience, self.journal.flush()).await.is_ok();
        settled && flushed
    }
}

/// A task without which nothing goes on: its future cannot be made twice.
fn once(
    name: &str,
    future: impl Future<Output = ()> + 'static,
    escalate: &Rc<dyn Fn(String)>,
) -> Arc<TaskState> {
    let future = std::cell::RefCell::new(Some(future));
    let make = move || future.borrow_mut().take().expect("never restarted");
    task(name, Restart::Never, make, Rc::clone(escalate))
}

async fn quarantined(database: &Database) -> anyhow::Result<HashSet<Key>> {
    let rows = entities::quarantined(&database.read).await.context("read the quarantine")?;
    rows.iter().map(|row| Ok(Key::parse(&row.owner)?)).collect()
}

/// How the shards begin.
struct Shards<'a> {
    /// Threads that actors live on; 0: all on the current one.
    count: usize,
    out_of_service: &'a HashSet<Key>,
    /// The highest sequence number of a held input.
    last_held: i64,
}

/// A way to escalate from other threads.
fn relay(escalate: &Rc<dyn Fn(String)>) -> mpsc::UnboundedSender<String> {
    // One entry per shard at most: each fails once.
    let (failed, mut failures) = mpsc::unbounded_channel::<String>();
    let escalate = Rc::clone(escalate);
    actix_rt::spawn(async move {
        while let Some(reason) = failures.recv().await {
            escalate(reason);
        }
    });
    failed
}

fn start_shards(
    shared: &Shared,
    limits: &OfficeLimits,
    shards: &Shards<'_>,
    failed: &mpsc::UnboundedSender<String>,
) -> Office {
    let count = shards.count.max(1);
    let channels: Vec<_> = (0..count).map(|_| mpsc::unbounded_channel()).collect();
    let homes = channels.iter().map(|(home, _)| home.clone()).collect();
    let office = Office::new(homes, limits, Arc::clone(&shared.orders));
    for (index, channel) in channels.into_iter().enumerate() {
        let (shared, limits, failed) = (shared.clone(), limits.clone(), failed.clone());
        let (out, last) = (shards.out_of_service.clone(), shards.last_held);
        let run = move || {
            let directory = Directory::new((index, count), shared, limits, (&out, last), channel);
            let escalate: Rc<dyn Fn(String)> = Rc::new(move |reason| drop(failed.send(reason)));
            once(&format!("shard {index}"), directory.run(), &escalate);
        };
        match shards.count {
            0 => run(),
            _ => {
                let started = actix_rt::Arbiter::new().spawn_fn(run);
                assert!(started, "a new arbiter takes its first task");
            }
        }
    }
    office
}

/// What a message class does after a crash that may have sent it already.
pub(crate) fn sent_again(intent: &Intent) -> bool {
    !matches!(intent, Intent::Telegram(call) if call.lane == Lane::Bulk)
}
