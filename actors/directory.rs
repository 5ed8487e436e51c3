//! Finds or starts the actors of one shard, and is their supervisor. Knows no decisions and no edges.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix::Recipient;
use entities::{ActorRow, HeldRow, Key, SealKey, SpilledReceipts};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use crate::envelope::Envelope;
use crate::office::{Failure, Letter, OfficeLimits};
use crate::shared::Shared;
use crate::supervise::Exit;

mod exit;
mod held;
mod hydrate;
mod start;

pub use held::held_message;

/// What a directory hears. The channel has no bound of its own: everything in it took room in the Office, or is one
/// event of an actor that did.
pub(crate) enum Event {
    Letter(Letter),
    /// A letter whose actor ended before it answered.
    Orphan(Letter),
    Exited {
        key: Key,
        generation: u64,
        exit: Exit,
    },
    Hydrated(Vec<(Key, anyhow::Result<Hydrated>)>),
    /// A held input is committed, or could not be.
    Kept {
        key: Key,
    },
    /// The back-off after a failure is over.
    Rested {
        key: Key,
    },
    Wake(Key),
    /// A step's fate can be found out now: the database takes writes again.
    Settled(Key),
    /// A release could not be committed: the key stays out of service.
    NotReleased {
        key: Key,
    },
    Release {
        key: Key,
        reply: oneshot::Sender<Result<(), String>>,
    },
    Observe(oneshot::Sender<ShardSnapshot>),
}

/// What hydration found of one key.
#[derive(Default)]
pub(crate) struct Hydrated {
    pub(crate) row: Option<ActorRow>,
    pub(crate) spilled: Vec<SpilledReceipts>,
    pub(crate) held: Vec<HeldRow>,
    /// The key that opens the row's intents.
    pub(crate) seal: Option<SealKey>,
}

/// A shard as it looks now.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ShardSnapshot {
    pub shard: usize,
    pub live: usize,
    pub hydrating: usize,
    pub leaving: usize,
    pub resting: usize,
    pub quarantined: usize,
    pub restarts: u64,
    pub by_kind: std::collections::BTreeMap<&'static str, usize>,
    /// The fullest mailboxes.
    pub busiest: Vec<(String, u32)>,
}

enum Entry {
    Hydrating {
        waiting: VecDeque<Letter>,
        /// Letters that arrived before this stood behind one whose sender was told of a fault, and will repeat it: so
        /// must theirs, or they would overtake it.
        refused_before: u64,
    },
    Live(Live),
    /// Withdrawn; new letters wait for the old instance's exit.
    Leaving {
        generation: u64,
        waiting: VecDeque<Letter>,
    },
    /// Failed: inputs are held as rows until the back-off is over and all of them are committed.
    Resting {
        over: bool,
    },
    Quarantined,
}

struct Live {
    to: Recipient<Envelope>,
    generation: u64,
    waiting: Arc<AtomicU32>,
    used: tokio::time::Instant,
}

pub(crate) struct Directory {
    shard: usize,
    shared: Rc<Shared>,
    limits: OfficeLimits,
    /// Actors of this shard in memory.
    most: usize,
    entries: HashMap<Key, Entry>,
    live: usize,
    events: mpsc::UnboundedReceiver<Event>,
    home: mpsc::UnboundedSender<Event>,
    generation: u64,
    failures: HashMap<Key, VecDeque<tokio::time::Instant>>,
    /// Held inputs on their way into the database, per key.
    keeping: HashMap<Key, u32>,
    /// Numbers of intents of which nobody knows yet whether they were committed.
    doubts: HashMap<Key, Vec<i64>>,
    /// Keys with held inputs to replay: hydrated again and again until that worked.
    owed: HashSet<Key>,
    to_hydrate: Vec<Key>,
    hydrating: bool,
    last_seq: i64,
    restarts: u64,
}

/// Letters of patient senders that one actor takes beyond its limit.
const PATIENT: usize = 1_024;
const SWEEP: Duration = Duration::from_secs(1);

impl Directory {
    pub(crate) fn new(
        shard: (usize, usize),
        shared: Shared,
        limits: OfficeLimits,
        (quarantined, last_seq): (&HashSet<Key>, i64),
        channel: (mpsc::UnboundedSender<Event>, mpsc::UnboundedReceiver<Event>),
    ) -> Self {
        let (shard, shards) = shard;
        let ours = |key: &&Key| usize::from(key.partition()) % shards == shard;
        let entries = quarantined.iter().filter(ours);
        Self {
            shard,
            shared: Rc::new(shared),
            most: (limits.actors / shards).max(1),
            limits,
            entries: entries.map(|key| (key.clone(), Entry::Quarantined)).collect(),
            live: 0,
            home: channel.0,
            events: channel.1,
            generation: 0,
            failures: HashMap::new(),
            keeping: HashMap::new(),
            doubts: HashMap::new(),
            owed: HashSet::new(),
            to_hydrate: Vec::new(),
            hydrating: false,
            last_seq,
            restarts: 0,
        }
    }

    /// Ends with the Office.
    pub(crate) async fn run(mut self) {
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.hear(event),
                    None => return,
                },
                _ = sweep.tick() => self.sweep(),
            }
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Letter(letter) => self.deliver(letter),
            Event::Orphan(letter) => self.take_back(letter),
            Event::Exited { key, generation, exit } => self.exited(key, generation, exit),
            Event::Hydrated(found) => {
                self.hydrating = false;
                for (key, hydrated) in found {
                    self.hydrated(key, hydrated);
                }
                self.hydrate_next();
            }
            Event::Kept { key } => self.kept(&key),
            Event::Rested { key } => self.rested(&key),
            Event::Wake(key) => {
                self.owed.insert(key.clone());
                if !self.entries.contains_key(&key) {
                    self.begin(key, VecDeque::new());
                }
            }
            Event::Settled(key) => self.settled(key),
            Event::NotReleased { key } => {
                self.entries.insert(key, Entry::Quarantined);
            }
            Event::Release { key, reply } => self.release(key, reply),
            Event::Observe(reply) => drop(reply.send(self.observe())),
        }
    }

    fn deliver(&mut self, letter: Letter) {
        match self.entries.get_mut(&letter.key) {
            Some(Entry::Live(live)) => {
                // A patient sender is never refused for load, up to the mailbox's own end.
                let most = self.limits.mailbox + if letter.room.is_none() { PATIENT } else { 0 };
                if live.waiting.load(Ordering::Relaxed) as usize >= most {
                    return letter.answer(Err(Failure::Busy));
                }
                live.used = tokio::time::Instant::now();
                let envelope = Envelope::new(letter, self.home.clone(), &live.waiting);
                // Full or closed: the envelope returns as an orphan, and the exit that follows decides.
                drop(live.to.try_send(envelope));
            }
            Some(Entry::Hydrating { refused_before, .. }) if letter.order < *refused_before => {
                letter.answer(Err(exit::behind()));
            }
            Some(Entry::Hydrating { waiting, .. } | Entry::Leaving { waiting, .. }) => {
                let most = self.limits.mailbox + if letter.room.is_none() { PATIENT } else { 0 };
                if waiting.len() >= most {
                    return letter.answer(Err(Failure::Busy));
                }
                waiting.push_back(letter);
            }
            Some(Entry::Resting { .. } | Entry::Quarantined) => self.hold(letter),
            None => {
                let key = letter.key.clone();
                self.begin(key, VecDeque::from([letter]));
            }
        }
    }

    /// An actor ended before it answered this letter. In order again: letters that arrived later stand behind it.
    fn take_back(&mut self, letter: Letter) {
        match self.entries.get_mut(&letter.key) {
            Some(Entry::Live(live)) => {
                // Its exit is on its way; until then nothing new may overtake what returns.
                let generation = live.generation;
                let waiting = VecDeque::from([letter]);
                let key = waiting[0].key.clone();
                self.live -= 1;
                self.entries.insert(key, Entry::Leaving { generation, waiting });
            }
            Some(Entry::Hydrating { refused_before, .. }) if letter.order < *refused_before => {
                letter.answer(Err(exit::behind()));
            }
            Some(Entry::Hydrating { waiting, .. } | Entry::Leaving { waiting, .. }) => {
                let place = waiting.partition_point(|other| other.order < letter.order);
                waiting.insert(place, letter);
            }
            Some(Entry::Resting { .. } | Entry::Quarantined) => self.hold(letter),
            None => self.deliver(letter),
        }
    }

    /// Looks for what left its actors idle, and for the least recently used where there are too many.
    fn sweep(&mut self) {
        let now = tokio::time::Instant::now();
        let mut idle: Vec<(tokio::time::Instant, Key)> = Vec::new();
        let over = self.live.saturating_sub(self.most);
        for (key, entry) in &self.entries {
            let Entry::Live(live) = entry else { continue };
            if live.waiting.load(Ordering::Relaxed) > 0 {
                continue;
            }
            if over > 0 || now.duration_since(live.used) >= self.limits.idle {
                idle.push((live.used, key.clone()));
            }
        }
        idle.sort_unstable();
        for (index, (used, key)) in idle.into_iter().enumerate() {
            if index < over || now.duration_since(used) >= self.limits.idle {
                self.passivate(key);
            }
        }
        let window = self.limits.failure_window;
        self.failures
            .retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < window));
        let depths = self.entries.values().map(|entry| match entry {
            Entry::Live(live) => live.waiting.load(Ordering::Relaxed),
            _ => 0,
        });
        let deepest = depths.max().unwrap_or_default();
        let shard = self.shard.to_string();
        metrics::gauge!("kontor_mailbox_deepest", "shard" => shard.clone()).set(f64::from(deepest));
        metrics::gauge!("kontor_actor_restarts", "shard" => shard).set(self.restarts as f64);
        metrics::gauge!("kontor_actors_in_memory", "shard" => self.shard.to_string())
            .set(self.live as f64);
    }

    /// Withdraws the address first; the instance ends once nobody can write to it.
    fn passivate(&mut self, key: Key) {
        if let Some(Entry::Live(live)) = self.entries.remove(&key) {
            self.live -= 1;
            let leaving = Entry::Leaving { generation: live.generation, waiting: VecDeque::new() };
            self.entries.insert(key, leaving);
        }
    }

    fn observe(&self) -> ShardSnapshot {
        let mut snapshot = ShardSnapshot {
            shard: self.shard,
            restarts: self.restarts,
            ..ShardSnapshot::default()
        };
        let mut busiest: Vec<(String, u32)> = Vec::new();
        for (key, entry) in &self.entries {
            match entry {
                Entry::Live(live) => {
                    snapshot.live += 1;
                    *snapshot.by_kind.entry(key.kind().as_str()).or_default() += 1;
                    let depth = live.waiting.load(Ordering::Relaxed);
                    if depth > 0 {
                        busiest.push((key.to_string(), depth));
                    }
                }
                Entry::Hydrating { .. } => snapshot.hydrating += 1,
                Entry::Leaving { .. } => snapshot.leaving += 1,
                Entry::Resting { .. } => snapshot.resting += 1,
                Entry::Quarantined => snapshot.quarantined += 1,
            }
        }
        busiest.sort_by_key(|(_, depth)| std::cmp::Reverse(*depth));
        busiest.truncate(10);
        ShardSnapshot { busiest, ..snapshot }
    }
}
