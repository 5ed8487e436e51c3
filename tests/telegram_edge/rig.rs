//! A kernel with Telegram's edge on a throw-away database, and the simulated Telegram that outlives it.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::App;
use actors::{
    Clock, Courier, CourierReport, DeliveryLimits, GatewayCall, GatewayOp, GatewayReply, House,
    Intent, IntentId, Kernel, KernelConfig, OfficeLimits, Outcome, TelegramCall,
};
use entities::{BotId, Database, MasterKey, SealKey, ServerLock};
use kontor::delivery::limits::OutboundLimits;
use kontor::delivery::telegram::pictures::Pictures;
use kontor::delivery::telegram::reports::Reports;
use kontor::delivery::telegram::{SendingBot, TelegramCourier};
use kontor::intake::bot::{BotIntake, IntakeState};
use kontor::intake::flood::FloodLimits;
use kontor::intake::polling::{Polling, PollingConfig};
use kontor::intake::webhook::{WebhookConfig, WebhookKeeper, Webhooks, webhook_secret};
use kontor::telegram::BotApi;
use sim::{NewBot, Person, Sim, SimConfig, World};
use tokio_util::sync::CancellationToken;

pub(crate) const BOT: i64 = 42;
pub(crate) const TOKEN: &str = "42:TEST";
/// Nothing here takes so long.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// What a test stands on, through any number of lives of the server.
pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) ada: i64,
    pub(crate) clock: Clock,
    pub(crate) office: OfficeLimits,
    pub(crate) flood: FloodLimits,
    pub(crate) outbound: OutboundLimits,
    pub(crate) pictures: std::path::PathBuf,
    pub(crate) master: MasterKey,
    pub(crate) port: u16,
    pub(crate) url: String,
    sim: Option<Sim>,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

/// How updates come in one life.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Polling,
    Webhook {
        reply: bool,
    },
    /// Nothing comes in.
    Nothing,
}

impl Ground {
    pub(crate) fn new() -> Self {
        Self::on(None)
    }

    /// On this database, or in a file of its own.
    pub(crate) fn on(url: Option<String>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let config = SimConfig { workers: 1, ..SimConfig::default() };
        let sim = runtime.block_on(sim::start(config)).expect("the world");
        let world = sim.world.clone();
        world.add_bot(NewBot {
            token: TOKEN.to_owned(),
            username: "ShopBot".to_owned(),
            first_name: "Shop".to_owned(),
            reads_all: true,
            inline: false,
        });
        let ada = world.add_person(Person::named("Ada")).id;
        let folder = tempfile::tempdir().expect("a folder");
        let file = format!("sqlite://{}", folder.path().join("k.db").display());
        let url = url.unwrap_or(file);
        actix_rt::System::new().block_on(async {
            let database = Database::open(&url).await.expect("opens");
            migrations::up(&database.write).await.expect("migrates");
            database.close().await;
        });
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self {
            world,
            ada,
            clock: Clock::system(),
            office: OfficeLimits::default(),
            outbound: OutboundLimits::default(),
            flood: FloodLimits { messages: 0, ..FloodLimits::default() },
            pictures: folder.path().to_owned(),
            master: SealKey::random(),
            port: free.local_addr().expect("its address").port(),
            url,
            sim: Some(sim),
            runtime,
            _folder: folder,
        }
    }

    /// One life of the server. Its end is a crash, unless the test stops it.
    pub(crate) fn life(&self, by: By, test: impl AsyncFnOnce(&Rig<'_>)) {
        actix_rt::System::new().block_on(async {
            let life = async {
                let rig = Rig::start(self, by).await;
                test(&rig).await;
            };
            tokio::time::timeout(Duration::from_secs(90), life).await.expect("a life ends in time");
        });
    }

    /// Looks at the database while no server lives.
    pub(crate) fn look<T>(&self, look: impl AsyncFnOnce(Database) -> T) -> T {
        actix_rt::System::new()
            .block_on(async { look(Database::open(&self.url).await.expect("opens")).await })
    }

    async fn uploaded(&self) -> Vec<entities::SentPictureRow> {
        let database = Database::open(&self.url).await.expect("opens");
        let rows = entities::sent_pictures(&database.read).await.expect("reads");
        database.close().await;
        rows
    }

    pub(crate) fn person(&self, name: &str) -> i64 {
        self.world.add_person(Person::named(name)).id
    }

    pub(crate) fn writes(&self, person: i64, text: &str) {
        self.world.send_text(person, BOT, text).expect("is written");
    }

    /// How many messages the bot sent to a person.
    pub(crate) fn answers(&self, person: i64) -> usize {
        self.world.bot_texts(person, BOT).len()
    }

    pub(crate) fn api_url(&self) -> String {
        self.sim.as_ref().map(Sim::url).expect("it lives as long")
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Some(sim) = self.sim.take() {
            self.runtime.block_on(sim.stop());
        }
    }
}

/// Telegram's courier alone: there is no gateway here.
struct OnlyTelegram(TelegramCourier);

#[async_trait::async_trait]
impl Courier for OnlyTelegram {
    async fn carry(&self, id: IntentId, intent: &Intent, _maybe_done: bool) -> CourierReport {
        match intent {
            Intent::Telegram(call) => self.0.carry(id, call).await,
            // The only gateway here opens whatever it is asked to open.
            Intent::Gateway(GatewayCall {
                payment, op: GatewayOp::OpenCheckout { .. }, ..
            }) => {
                let (checkout, url) =
                    (format!("co-{}", payment.id()), "https://pay.example/".to_owned());
                let opened = GatewayReply::Opened { checkout, url };
                CourierReport::Finished(Outcome::Gateway(opened))
            }
            _ => CourierReport::Finished(Outcome::Done),
        }
    }

    fn claim_inline(&self, call: &TelegramCall) -> bool {
        self.0.claim_inline(call)
    }
}

/// A running server, as much of it as Telegram sees.
pub(crate) struct Rig<'g> {
    pub(crate) ground: &'g Ground,
    pub(crate) kernel: Kernel,
    pub(crate) courier: TelegramCourier,
    pub(crate) intake: Arc<BotIntake>,
    pub(crate) stop: CancellationToken,
    /// Lives as long as the rig.
    server: Option<kontor::web::WebServer>,
}

pub(crate) fn shop() -> BotId {
    BotId::parse("shop").expect("a name")
}

impl<'g> Rig<'g> {
    async fn start(ground: &'g Ground, by: By) -> Self {
        let http = kontor::telegram::http_client().expect("a client");
        let api = BotApi::new(http, &ground.api_url(), TOKEN.into());
        let sending = SendingBot { api: api.clone(), provider_token: None };
        let pictures = Pictures::new(Some(ground.pictures.clone()), |_| None);
        pictures.recall(ground.uploaded().await);
        let courier =
            TelegramCourier::new([(shop(), sending)], &ground.outbound, &ground.clock, pictures);
        let kernel = kernel(ground, courier.clone()).await;
        let (database, clock) = (kernel.database().clone(), ground.clock.clone());
        courier.report_from(Reports::new(database, ground.master.clone(), clock));
        courier.keep_pictures_in(kernel.journal.clone()).await;
        let intake = BotIntake::new(&kernel, shop(), ground.master.clone(), ground.flood.clone());
        let stop = CancellationToken::new();
        let mut rig = Self { ground, kernel, courier, intake, stop, server: None };
        match by {
            By::Nothing => {}
            By::Polling => rig.poll(api),
            By::Webhook { reply } => rig.hook(api, reply).await,
        }
        rig
    }

    fn poll(&self, api: BotApi) {
        let polling = Polling {
            intake: Arc::clone(&self.intake),
            api,
            courier: self.courier.clone(),
            config: PollingConfig::default(),
            stop: self.stop.clone(),
        };
        actix_rt::spawn(polling.run());
    }

    async fn hook(&mut self, api: BotApi, reply: bool) {
        let secret = webhook_secret(&self.ground.master, "shop");
        let mut webhooks = Webhooks::default();
        webhooks.add(Arc::clone(&self.intake), secret.clone(), reply);
        let address = ([127, 0, 0, 1], self.ground.port).into();
        let listener = kontor::web::bind(address).expect("the port is free");
        let app = App::new().configure(|config| webhooks.routes(config));
        self.server = Some(kontor::web::serve(listener, app).await.expect("serves"));
        let keeper = WebhookKeeper {
            intake: Arc::clone(&self.intake),
            api,
            secret,
            config: WebhookConfig {
                public_url: self.hook_url(""),
                max_connections: 10,
                reply_in_webhook: reply,
            },
            stop: self.stop.clone(),
        };
        actix_rt::spawn(keeper.run());
    }

    pub(crate) fn hook_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.ground.port)
    }

    /// Waits until Telegram was told by which way updates come.
    pub(crate) async fn registered(&self) {
        let told = || {
            let calls = self.ground.world.calls_after(0);
            calls.iter().any(|call| ["deleteWebhook", "setWebhook"].contains(&call.method.as_str()))
        };
        wait_until(told, || format!("intake is {:?}", self.intake.state())).await;
    }

    pub(crate) async fn running(&self) {
        self.reaches(|state| *state == IntakeState::Running).await;
    }

    pub(crate) async fn reaches(&self, is_so: impl FnMut(&IntakeState) -> bool) {
        let reached = tokio::time::timeout(SOON, self.intake.reaches(is_so)).await;
        reached.unwrap_or_else(|_| panic!("intake is {:?}", self.intake.state()));
    }

    /// Waits until the bot said so many things to a person.
    pub(crate) async fn answered(&self, person: i64, times: usize) {
        wait_until(
            || self.ground.answers(person) >= times,
            || format!("{} answers to {person} of {times}", self.ground.answers(person)),
        )
        .await;
    }

    /// Waits until Telegram has nothing left for the bot, and delivery nothing to do.
    pub(crate) async fn settle(&self) {
        let world = &self.ground.world;
        wait_until(|| world.pending_updates(BOT) == 0, || "updates are left".to_owned()).await;
        self.rests().await;
    }

    /// Waits until delivery has nothing to do.
    pub(crate) async fn rests(&self) {
        let rests = || self.kernel.office.in_flight() == 0 && self.kernel.outbox.depth() == (0, 0);
        wait_until(rests, || format!("delivery: {:?}", self.kernel.outbox.depth())).await;
    }

    /// The same, where delivery waits for a deadline.
    pub(crate) async fn rests_as_time_passes(&self) {
        let rests = || {
            self.ground.clock.advance(time::Duration::minutes(1));
            self.kernel.outbox.depth() == (0, 0)
        };
        wait_until(rests, || format!("delivery: {:?}", self.kernel.outbox.depth())).await;
    }

    /// Ends in good order.
    pub(crate) async fn shut_down(&self) {
        self.stop.cancel();
        tokio::time::timeout(SOON, self.intake.stopped()).await.expect("intake stops");
        assert!(self.kernel.clone().stop(SOON).await, "everything came to rest");
    }
}

async fn kernel(ground: &Ground, courier: TelegramCourier) -> Kernel {
    let database = Database::open(&ground.url).await.expect("opens");
    let lock = async {
        loop {
            // The lock of a life that has just ended is let go when its last task ends.
            match ServerLock::take(&database, &ground.url, "a test").await {
                Ok(lock) => return lock,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let lock = tokio::time::timeout(SOON, lock).await.expect("the lock is let go");
    let delivery = DeliveryLimits {
        first_backoff: Duration::from_millis(5),
        last_backoff: Duration::from_millis(50),
        ..DeliveryLimits::default()
    };
    let config = KernelConfig {
        database,
        lock,
        master: ground.master.clone(),
        clock: ground.clock.clone(),
        house: House::default(),
        office: ground.office.clone(),
        delivery,
        courier: Arc::new(OnlyTelegram(courier)),
        retention: actors::Retention::default(),
        shards: 0,
        seeds: Arc::new(|_| rand::random()),
        escalate: Rc::new(|reason| panic!("escalated: {reason}")),
    };
    Kernel::start(config).await.expect("starts")
}

/// Looks again and again, for a while.
pub(crate) async fn wait_until(mut is_so: impl FnMut() -> bool, what: impl Fn() -> String) {
    let look = async {
        let mut beat = tokio::time::interval(Duration::from_millis(5));
        while !is_so() {
            beat.tick().await;
        }
    };
    if tokio::time::timeout(SOON, look).await.is_err() {
        panic!("not in time: {}", what());
    }
}
