//! A kernel on a throw-away database, with a courier that notes what it carries and fails on demand.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use entities::{BotId, Currency, Database, Key, Kind, MasterKey, Money, SealKey, ServerLock};

use crate::address::IntentId;
use crate::capability::Answer;
use crate::gateway::GatewayReply;
use crate::house::House;
use crate::intent::{Courier, CourierReport, Intent, Method, Outcome, TelegramCall};
use crate::payment::Message as PaymentMessage;
use crate::session::{Incoming, Message as SessionMessage, Profile};
use crate::{
    Clock, DeliveryLimits, External, Failure, Kernel, KernelConfig, OfficeLimits, Reply, Seeds,
    Tell,
};

/// Where a test's data lives, through any number of lives of the kernel.
pub(super) struct Ground {
    pub(super) url: String,
    pub(super) server: Option<String>,
    pub(super) master: MasterKey,
    pub(super) clock: Clock,
    pub(super) courier: Arc<Notebook>,
    pub(super) office: OfficeLimits,
    pub(super) delivery: DeliveryLimits,
    /// The core's giving up is what the test is about.
    pub(super) may_give_up: bool,
    _folder: tempfile::TempDir,
}

impl Ground {
    fn new(server: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = format!("sqlite://{}", folder.path().join("k.db").display());
        let url = actix_rt::System::new().block_on(async {
            let url = match &server {
                Some(server) => entities::create_scratch(server).await.expect("a scratch database"),
                None => file,
            };
            let database = Database::open(&url).await.expect("opens");
            migrations::up(&database.write).await.expect("migrates");
            database.close().await;
            url
        });
        let delivery = DeliveryLimits {
            attempts: 3,
            first_backoff: Duration::from_millis(5),
            last_backoff: Duration::from_millis(20),
            ..DeliveryLimits::default()
        };
        Self {
            url,
            server,
            master: SealKey::random(),
            clock: Clock::system(),
            courier: Arc::default(),
            office: OfficeLimits::default(),
            delivery,
            may_give_up: false,
            _folder: folder,
        }
    }

    /// One life of a kernel. Its end is a crash: whatever is under way is dropped where it stands, nothing is flushed.
    pub(super) fn life(&self, test: impl AsyncFnOnce(&Rig)) {
        actix_rt::System::new().block_on(async {
            let life = async {
                let rig = Rig::start(self).await;
                test(&rig).await;
                if !self.may_give_up {
                    assert_eq!(rig.gave_up(), Vec::<String>::new());
                }
            };
            let limit = Duration::from_secs(60);
            tokio::time::timeout(limit, life).await.expect("a life ends in time");
        });
    }

    /// Looks at the database while no kernel lives.
    pub(super) fn look<T>(&self, look: impl AsyncFnOnce(Database) -> T) -> T {
        actix_rt::System::new()
            .block_on(async { look(Database::open(&self.url).await.expect("opens")).await })
    }
}

/// Runs a test on SQLite, and on PostgreSQL where one is given.
pub(super) fn on_both(test: impl Fn(&mut Ground)) {
    let server = std::env::var("KONTOR_TEST_POSTGRES").ok();
    for server in [None].into_iter().chain(server.map(Some)) {
        let mut ground = Ground::new(server);
        test(&mut ground);
        if let Some(server) = &ground.server {
            actix_rt::System::new()
                .block_on(entities::drop_scratch(server, &ground.url))
                .expect("drops");
        }
    }
}

/// Notes what it carries. Answers with what is planned, else with success.
#[derive(Default)]
pub(super) struct Notebook {
    carried: Mutex<Vec<(IntentId, Intent)>>,
    /// Those of which it was told that they may have been done before.
    maybe_done: Mutex<Vec<IntentId>>,
    /// Calls of gateways that came to their end.
    pub(super) returned: AtomicU64,
    plan: Mutex<VecDeque<CourierReport>>,
    pub(super) hang: AtomicBool,
    /// Hangs on everything that no money waits for.
    pub(super) stalls: AtomicBool,
    pub(super) inline: AtomicBool,
    /// Panics that are still to come, in whatever it is asked next.
    pub(super) bombs: AtomicU64,
    messages: AtomicU64,
}

impl Notebook {
    pub(super) fn plan(&self, reports: impl IntoIterator<Item = CourierReport>) {
        self.plan.lock().expect("not poisoned").extend(reports);
    }

    pub(super) fn carried(&self) -> Vec<(IntentId, Intent)> {
        self.carried.lock().expect("not poisoned").clone()
    }

    pub(super) fn maybe_done(&self) -> Vec<IntentId> {
        self.maybe_done.lock().expect("not poisoned").clone()
    }

    /// The questions to gateways, in order.
    pub(super) fn asked(&self) -> Vec<IntentId> {
        let is_asked = |(_, intent): &(IntentId, Intent)| matches!(intent, Intent::Gateway(_));
        self.carried().into_iter().filter(is_asked).map(|(id, _)| id).collect()
    }

    fn explode(&self) {
        let more = |bombs: u64| bombs.checked_sub(1);
        let hit = self.bombs.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        assert!(hit.is_err(), "planted in the courier");
    }

    /// The texts sent to a chat, in order.
    pub(super) fn texts(&self, chat: i64) -> Vec<String> {
        let text = |(_, intent): &(IntentId, Intent)| match intent {
            Intent::Telegram(TelegramCall {
                chat: to,
                method: Method::SendText { html, .. },
                ..
            }) if *to == chat => Some(html.clone()),
            _ => None,
        };
        self.carried().iter().filter_map(text).collect()
    }
}

#[async_trait::async_trait]
impl Courier for Notebook {
    async fn carry(&self, id: IntentId, intent: &Intent, maybe_done: bool) -> CourierReport {
        self.explode();
        if maybe_done {
            self.maybe_done.lock().expect("not poisoned").push(id);
        }
        self.carried.lock().expect("not poisoned").push((id, intent.clone()));
        let is_money =
            matches!(intent, Intent::Telegram(call) if call.lane == crate::intent::Lane::Money);
        let stalls = self.stalls.load(Ordering::Relaxed) && !is_money;
        if stalls || self.hang.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let planned = self.plan.lock().expect("not poisoned").pop_front();
        if let Some(planned) = planned {
            return planned;
        }
        let number = self.messages.fetch_add(1, Ordering::Relaxed);
        if matches!(intent, Intent::Gateway(_)) {
            self.returned.fetch_add(1, Ordering::Relaxed);
        }
        CourierReport::Finished(match intent {
            Intent::Telegram(_) => {
                Outcome::Sent { message_id: 100 + i64::try_from(number).expect("few") }
            }
            Intent::Gateway(call) => Outcome::Gateway(GatewayReply::Opened {
                // Telegram's checkouts are called as their payments.
                checkout: match call.gateway.as_str() {
                    crate::gateway::STARS => call.payment.to_string(),
                    _ => format!("co_{number}"),
                },
                url: "https://pay.example/1".to_owned(),
            }),
            Intent::Tell { .. } | Intent::Webhook(_) => Outcome::Done,
        })
    }

    fn claim_inline(&self, _call: &TelegramCall) -> bool {
        self.explode();
        self.inline.load(Ordering::Relaxed)
    }
}

/// A running kernel.
pub(super) struct Rig {
    pub(super) kernel: Kernel,
    pub(super) courier: Arc<Notebook>,
    /// Keys on which every decision panics.
    pub(super) poison: Arc<Mutex<Vec<Key>>>,
    /// Why the core gave up, if it did.
    pub(super) escalated: Arc<Mutex<Vec<String>>>,
}

impl Rig {
    async fn start(ground: &Ground) -> Self {
        let database = Database::open(&ground.url).await.expect("opens");
        let poison: Arc<Mutex<Vec<Key>>> = Arc::default();
        let poisoned = Arc::clone(&poison);
        let seed = AtomicU64::new(1);
        let seeds: Seeds = Arc::new(move |key| {
            let is_poisoned = poisoned.lock().is_ok_and(|keys| keys.contains(key));
            assert!(!is_poisoned, "planted in {key}");
            seed.fetch_add(1, Ordering::Relaxed)
        });
        let escalated: Arc<Mutex<Vec<String>>> = Arc::default();
        let told = Arc::clone(&escalated);
        let config = KernelConfig {
            lock: lock(&database, &ground.url).await,
            database,
            master: ground.master.clone(),
            clock: ground.clock.clone(),
            house: House::default(),
            office: ground.office.clone(),
            delivery: ground.delivery.clone(),
            courier: Arc::clone(&ground.courier) as Arc<dyn Courier>,
            retention: crate::Retention::default(),
            shards: 0,
            seeds,
            escalate: Rc::new(move |reason| told.lock().expect("not poisoned").push(reason)),
        };
        let kernel = Kernel::start(config).await.expect("starts");
        Self { kernel, courier: Arc::clone(&ground.courier), poison, escalated }
    }

    pub(super) fn gave_up(&self) -> Vec<String> {
        self.escalated.lock().expect("not poisoned").clone()
    }

    /// A customer writes; `update` is the update's id.
    pub(super) async fn write(&self, user: i64, update: i64, text: &str) -> Reply {
        self.kernel.office.tell(text_of(user, update, text)).await
    }

    /// Waits until nothing is queued for delivery.
    pub(super) async fn settle(&self) {
        wait_until(|| self.kernel.outbox.depth() == (0, 0)).await;
    }

    /// Waits until the marks of what is done are written, too: within 50 ms of idleness.
    pub(super) async fn rest(&self) {
        self.settle().await;
        wait_until(|| self.kernel.unwritten_marks() == 0).await;
    }
}

/// The lock of a life that has just ended is let go when its server notices.
async fn lock(database: &Database, url: &str) -> ServerLock {
    let wait = async {
        loop {
            match ServerLock::take(database, url, "a test").await {
                Ok(lock) => return lock,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("the lock is let go")
}

pub(super) fn text_of(user: i64, update: i64, text: &str) -> Tell {
    let what = match text.strip_prefix('/') {
        Some(name) => {
            let argument = String::new();
            Incoming::Command { message_id: update, name: name.to_owned(), argument }
        }
        None => Incoming::Text { message_id: update, text: text.to_owned() },
    };
    let from = Profile { first_name: "Ada".to_owned(), ..Profile::default() };
    Tell {
        key: session(user),
        external: External::Update { epoch: 1, id: update },
        message: SessionMessage::Customer { from, what }.into(),
        inline: false,
    }
}

pub(super) fn session(user: i64) -> Key {
    Key::session(&BotId::parse("shop").expect("a name"), user)
}

pub(super) fn payment() -> Key {
    Key::new(Kind::Payment, "AAAAAA")
}

/// A payment begins: its step asks the gateway for a checkout, and the answer comes back as a step.
pub(super) async fn begin_payment(rig: &Rig, until: time::OffsetDateTime) {
    let message = PaymentMessage::Begin {
        order: Key::new(Kind::Order, "AAAAAA"),
        customer: session(1),
        amount: Money::new(500, Currency::EUR),
        description: "a mug".to_owned(),
        gateway: "sandbox".to_owned(),
        until,
    };
    let external = External::Request("begin".to_owned());
    let told = rig.kernel.office.tell_patiently(payment(), external, message.into()).await;
    done(told);
}

pub(super) fn is_fault(reply: &Reply) -> bool {
    matches!(reply, Err(Failure::Fault(_)))
}

pub(super) fn done(reply: Reply) {
    assert_eq!(reply, Ok(Answer::Done));
}

/// Looks again and again, for ten seconds at most.
pub(super) async fn wait_until(mut is_so: impl FnMut() -> bool) {
    let look = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), look).await.expect("it comes true in time");
}
