//! The whole server on a throw-away database, and the simulated world that outlives it. Knows no test.

use std::time::Duration;

use actors::order::{self, Line};
use actors::{Answer, Clock, External, Kernel, Message, payment, stock};
use entities::{BotId, Currency, Database, Key, Kind, Money, PaymentRow};
use kontor::app::{self, Running};
use kontor::settings::Settings;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use sim::{NewBot, Person, Sim, SimConfig, World, WorldClock};

const TOKEN: &str = "42:TEST";
/// Nothing here takes so long.
const SOON: Duration = Duration::from_secs(20);
const BEAT: Duration = Duration::from_millis(5);

/// What a test stands on, through any number of lives of the server.
pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) bot: i64,
    pub(crate) ada: i64,
    pub(crate) url: String,
    sim: Option<Sim>,
    runtime: tokio::runtime::Runtime,
    server: Option<String>,
    config: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

/// Runs a test on SQLite, and on PostgreSQL where one is given.
pub(crate) fn on_both(test: impl Fn(&Ground)) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let server = std::env::var("KONTOR_TEST_POSTGRES").ok();
    for server in [None].into_iter().chain(server.map(Some)) {
        let ground = Ground::new(server);
        test(&ground);
        if let Some(server) = &ground.server {
            let dropped = entities::drop_scratch(server, &ground.url);
            actix_rt::System::new().block_on(dropped).expect("drops");
        }
    }
}

impl Ground {
    fn new(server: Option<String>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let clock = WorldClock::new(0);
        let config = SimConfig { workers: 1, limits_on: false, clock, ..SimConfig::default() };
        let sim = runtime.block_on(sim::start(config)).expect("the world");
        let world = sim.world.clone();
        let bot = world.add_bot(NewBot {
            token: TOKEN.to_owned(),
            username: "ShopBot".to_owned(),
            first_name: "Shop".to_owned(),
            reads_all: false,
            inline: false,
        });
        let ada = world.add_person(Person::named("Ada")).id;
        // A bot may write to nobody who has not written to it.
        world.start(ada, bot, None).expect("is let in");
        let folder = tempfile::tempdir().expect("a folder");
        let url = match &server {
            None => format!("sqlite://{}", folder.path().join("k.db").display()),
            Some(server) => actix_rt::System::new()
                .block_on(entities::create_scratch(server))
                .expect("a scratch database"),
        };
        let config = folder.path().join("kontor.toml");
        std::fs::write(&config, settings(&sim.url(), &url, folder.path())).expect("writes");
        Self { world, bot, ada, url, sim: Some(sim), runtime, server, config, _folder: folder }
    }

    /// One life of the server, ended in good order.
    pub(crate) fn life(&self, test: impl AsyncFnOnce(&Rig<'_>)) {
        actix_rt::System::new().block_on(async {
            let life = async {
                let rig = Rig::start(self).await;
                test(&rig).await;
                rig.running.stop().await;
            };
            tokio::time::timeout(4 * SOON, life).await.expect("a life ends in time");
        });
    }

    pub(crate) fn api_url(&self) -> String {
        self.sim.as_ref().map(Sim::url).expect("it lives as long")
    }

    /// A call of the Bot API by another program that has the token.
    pub(crate) fn calls(&self, method: &str, body: Value) -> Value {
        let url = format!("{}/bot{TOKEN}/{method}", self.api_url());
        self.runtime.block_on(async {
            let client = reqwest::Client::new();
            let sent = client.post(url).json(&body).send().await.expect("answers");
            sent.json().await.expect("JSON")
        })
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Some(sim) = self.sim.take() {
            self.runtime.block_on(sim.stop());
        }
    }
}

fn settings(api_url: &str, database: &str, folder: &std::path::Path) -> String {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let listen = free.local_addr().expect("its address");
    let path = |name: &str| folder.join(name).display().to_string();
    format!(
        "[server]\nlisten = \"{listen}\"\n[database]\nurl = \"{database}\"\n\
         [secrets]\nmaster_key_file = \"{}\"\n[control]\nsocket = \"{}\"\n\
         [[bots]]\nname = \"shop\"\ntoken = \"{TOKEN}\"\napi_url = \"{api_url}\"\n\
         [shop]\ncurrency = \"EUR\"\n[flows]\ndir = \"{}\"\n\
         [payments]\ngateways = [\"stars\", \"sandbox\"]\n\
         [[payments.plans]]\nid = \"club\"\ntitle = \"Tea club\"\ndescription = \"Tea.\"\nstars = 250\n\
         [gateways.sandbox]\napi_url = \"{api_url}\"\napi_key = \"sk_sandbox\"\n\
         webhook_secret = \"whsec_sandbox\"\n\
         [delivery]\nfirst_backoff_ms = 5\nlast_backoff_s = 1\n[log]\nlevel = \"error\"\n",
        path("master.key"),
        path("s"),
        path("no-flows"),
    )
}

/// A running server.
pub(crate) struct Rig<'g> {
    pub(crate) ground: &'g Ground,
    pub(crate) kernel: Kernel,
    pub(crate) http: reqwest::Client,
    clock: Clock,
    running: Running,
}

pub(crate) fn customer(user: i64) -> Key {
    Key::session(&BotId::parse("shop").expect("a name"), user)
}

pub(crate) fn payment_of(order: &str) -> Key {
    Key::new(Kind::Payment, order)
}

impl<'g> Rig<'g> {
    async fn start(ground: &'g Ground) -> Self {
        let settings = Settings::load(Some(&ground.config)).expect("the settings");
        let clock = Clock::system();
        clock.set_offset_ms(ground.world.clock().offset_ms());
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let running = app::start(settings, clock.clone(), metrics).await.expect("starts");
        let kernel = running.kernel.clone();
        let rig = Self { ground, kernel, http: reqwest::Client::new(), clock, running };
        let count = stock::Message::SetOnHand { count: 100 };
        rig.told(Key::new(Kind::Stock, "mug"), count.into()).await;
        rig
    }

    pub(crate) async fn told(&self, key: Key, message: Message) -> Answer {
        let external = External::Request(format!("{:032x}", rand::random::<u128>()));
        let told = self.kernel.office.tell_patiently(key, external, message).await;
        told.expect("is committed")
    }

    /// The world's clock and the server's go forward together.
    pub(crate) fn advance(&self, by: time::Duration) {
        self.ground.world.advance(i64::try_from(by.whole_milliseconds()).expect("fits"));
        self.clock.set_offset_ms(self.ground.world.clock().offset_ms());
    }

    /// A customer's order of one piece at this price; it waits for its money.
    pub(crate) async fn ordered(&self, order: &str, user: i64, price: Money) -> PaymentRow {
        let line = Line {
            product: "mug".to_owned(),
            title: "Mug".to_owned(),
            quantity: 1,
            price,
            note: None,
            goods: None,
        };
        let place = order::Message::Place {
            customer: customer(user),
            lines: vec![line],
            extras: order::Extras::default(),
        };
        self.told(Key::new(Kind::Order, order), place.into()).await;
        self.payment(order, |row| row.state == "awaiting_funds").await
    }

    pub(crate) fn database(&self) -> &Database {
        self.kernel.database()
    }

    /// Waits until the payment is such.
    pub(crate) async fn payment(
        &self,
        order: &str,
        is_so: impl Fn(&PaymentRow) -> bool,
    ) -> PaymentRow {
        let key = payment_of(order).to_string();
        let mut last = None;
        let mut beat = tokio::time::interval(BEAT);
        let look = async {
            loop {
                last = entities::payment(&self.database().read, &key).await.expect("reads");
                if let Some(row) = last.clone().filter(&is_so) {
                    return row;
                }
                beat.tick().await;
            }
        };
        match tokio::time::timeout(SOON, look).await {
            Ok(row) => row,
            Err(_) => panic!("payment {order} is {last:?}"),
        }
    }

    /// Waits until the order's state has this name.
    pub(crate) async fn order(&self, order: &str, state: &str) {
        let id = format!("order:{order}");
        self.until(&format!("{id} is {state}"), async || {
            let orders = entities::orders(&self.database().read).await.expect("reads");
            orders.iter().any(|row| row.id == id && row.state == state)
        })
        .await;
    }

    /// Waits until it is so.
    pub(crate) async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let mut beat = tokio::time::interval(BEAT);
        let look = async {
            while !is_so().await {
                beat.tick().await;
            }
        };
        assert!(tokio::time::timeout(SOON, look).await.is_ok(), "not in time: {what}");
    }

    /// Waits until nothing is on its way.
    pub(crate) async fn rests(&self) {
        self.until("it rests", async || self.kernel.outbox.depth() == (0, 0)).await;
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.ground.api_url());
        let sent = self.http.post(url).json(&body).send().await.expect("answers");
        sent.json().await.unwrap_or_default()
    }

    pub(crate) async fn refund(&self, order: &str, minor: i64, currency: Currency) -> Answer {
        let amount = Money::new(minor, currency);
        let (reason, by) = ("broken".to_owned(), "eve".to_owned());
        let message = payment::Message::Refund { amount, reason, by };
        self.told(payment_of(order), message.into()).await
    }

    /// What our books say stands on an account.
    pub(crate) async fn balance(&self, account: &str) -> i64 {
        let ledger = entities::ledger(&self.database().read).await.expect("reads");
        assert_eq!(ledger.iter().map(|line| line.amount_minor).sum::<i64>(), 0, "it balances");
        let lines = ledger.iter().filter(|line| line.account == account);
        lines.map(|line| line.amount_minor).sum()
    }

    /// What the sandbox's own books say we have there.
    pub(crate) async fn at_the_sandbox(&self) -> i64 {
        let url = format!("{}/gateway/v1/books", self.ground.api_url());
        let sent = self.http.get(url).bearer_auth("sk_sandbox").send().await.expect("answers");
        let books: Value = sent.json().await.expect("JSON");
        books["currencies"]["EUR"]["balance_minor"].as_i64().unwrap_or_default()
    }

    /// What Telegram says the bot has.
    pub(crate) async fn at_telegram(&self) -> i64 {
        let url = format!("{}/bot{TOKEN}/getMyStarBalance", self.ground.api_url());
        let sent = self.http.post(url).json(&json!({})).send().await.expect("answers");
        let balance: Value = sent.json().await.expect("JSON");
        balance["result"]["amount"].as_i64().expect("a number")
    }

    /// What stands in somebody's chat, oldest first.
    pub(crate) async fn chat(&self, person: i64) -> Vec<Value> {
        let (url, bot) = (self.ground.api_url(), self.ground.bot);
        let url = format!("{url}/sim/chats/{person}/{bot}?limit=200");
        let sent = self.http.get(url).send().await.expect("answers");
        let chat: Value = sent.json().await.expect("JSON");
        chat["messages"].as_array().cloned().unwrap_or_default()
    }

    /// Somebody pays an invoice link.
    pub(crate) async fn pays_link(&self, url: &str, person: i64) -> Value {
        let slug = url.rsplit('$').next().expect("a link");
        self.post(&format!("/sim/invoice-links/{slug}/pay"), json!({ "person": person })).await
    }
}
