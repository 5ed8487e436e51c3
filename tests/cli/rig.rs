//! A kernel with a courier that obeys, on a database of its own, and the program itself. Knows no test.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::session::{self, Incoming, Profile};
use actors::{
    Clock, Courier, CourierReport, DeliveryLimits, External, House, Intent, IntentId, Kernel,
    KernelConfig, OfficeLimits, Outcome, Reply, TelegramCall, Tell,
};
use entities::{BotId, Database, Key, MasterKey, ServerLock};
use kontor::control::{self, Control};
use kontor::settings::{Settings, ShopSettings};

pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A folder, and a database in it or on the given PostgreSQL server.
pub(crate) struct Ground {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) url: String,
    server: Option<String>,
}

/// Runs a test on SQLite, and on PostgreSQL where one is given.
pub(crate) fn on_both(test: impl Fn(&Ground)) {
    let server = std::env::var("KONTOR_TEST_POSTGRES").ok();
    for server in [None].into_iter().chain(server.map(Some)) {
        let ground = Ground::new(server);
        ground.run(async |database, _| migrations::up(&database.write).await.expect("migrates"));
        test(&ground);
        ground.gone();
    }
}

impl Ground {
    pub(crate) fn server(&self) -> Option<String> {
        self.server.clone()
    }

    /// The test is over.
    pub(crate) fn gone(self) {
        if let Some(server) = &self.server {
            let dropped = entities::drop_scratch(server, &self.url);
            actix_rt::System::new().block_on(dropped).expect("drops");
        }
    }

    /// With an empty database.
    pub(crate) fn new(server: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match &server {
            None => format!("sqlite://{}/kontor.db", folder.path().display()),
            Some(server) => actix_rt::System::new()
                .block_on(entities::create_scratch(server))
                .expect("a scratch database"),
        };
        Self { folder, url, server }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Works on the database while no server runs.
    pub(crate) fn run<T>(&self, work: impl AsyncFnOnce(&Database, ServerLock) -> T) -> T {
        actix_rt::System::new().block_on(async {
            let database = Database::open(&self.url).await.expect("opens");
            let lock = lock(&database, &self.url).await;
            let done = work(&database, lock).await;
            database.close().await;
            done
        })
    }

    /// One life of a kernel with its control socket, stopped in good order.
    pub(crate) fn life(&self, master: &MasterKey, test: impl AsyncFnOnce(&Rig)) {
        let life = async {
            let rig = Rig::start(self, master.clone()).await;
            test(&rig).await;
            rig.kernel.clone().stop(SOON).await;
        };
        actix_rt::System::new()
            .block_on(async { tokio::time::timeout(3 * SOON, life).await })
            .expect("a life ends in time");
    }

    /// Writes a configuration for the program and says where.
    pub(crate) fn config(&self, more: &str) -> PathBuf {
        let path = self.path("kontor.toml");
        let text = format!(
            "[database]\nurl = \"{}\"\n[secrets]\nmaster_key_file = \"{}\"\n[control]\nsocket = \"{}\"\n{more}",
            self.url,
            self.path("master.key").display(),
            self.path("s").display(),
        );
        std::fs::write(&path, text).expect("writes");
        path
    }

    /// Runs the program with this ground's configuration.
    pub(crate) fn kontor(&self, arguments: &[&str]) -> Output {
        let config = self.config("");
        kontor(self.folder.path(), &["--config", config.to_str().expect("text")], arguments)
    }
}

pub(crate) fn kontor(folder: &Path, first: &[&str], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.args(first).args(arguments).current_dir(folder).stdin(Stdio::null());
    command.output().expect("runs")
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Fails every send while it is told to; otherwise all is well.
#[derive(Default)]
pub(crate) struct Obedient {
    pub(crate) fails: AtomicBool,
    /// Its calls last as long as this is set.
    pub(crate) hangs: AtomicBool,
    pub(crate) sent: Mutex<Vec<IntentId>>,
}

#[async_trait::async_trait]
impl Courier for Obedient {
    async fn carry(&self, id: IntentId, _intent: &Intent, _maybe_done: bool) -> CourierReport {
        if self.fails.load(Ordering::Relaxed) {
            return CourierReport::Failed { reason: "told to fail".to_owned() };
        }
        while self.hangs.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        self.sent.lock().expect("not poisoned").push(id);
        CourierReport::Finished(Outcome::Sent { message_id: 1 })
    }

    fn claim_inline(&self, _call: &TelegramCall) -> bool {
        false
    }
}

pub(crate) struct Rig {
    pub(crate) kernel: Kernel,
    pub(crate) courier: Arc<Obedient>,
    /// Keys on which every decision panics.
    pub(crate) poison: Arc<Mutex<HashSet<Key>>>,
    pub(crate) socket: PathBuf,
}

impl Rig {
    async fn start(ground: &Ground, master: MasterKey) -> Self {
        let database = Database::open(&ground.url).await.expect("opens");
        let lock = lock(&database, &ground.url).await;
        let courier = Arc::new(Obedient::default());
        let poison: Arc<Mutex<HashSet<Key>>> = Arc::default();
        let poisoned = Arc::clone(&poison);
        let config = KernelConfig {
            database: database.clone(),
            lock,
            master,
            clock: Clock::system(),
            house: House::default(),
            office: OfficeLimits { failures: 1, ..OfficeLimits::default() },
            delivery: DeliveryLimits { attempts: 1, ..DeliveryLimits::default() },
            courier: Arc::clone(&courier) as Arc<dyn Courier>,
            retention: actors::Retention::default(),
            shards: 0,
            seeds: Arc::new(move |key| {
                let is_poisoned = poisoned.lock().is_ok_and(|keys| keys.contains(key));
                assert!(!is_poisoned, "planted in {key}");
                7
            }),
            escalate: Rc::new(|reason| panic!("escalated: {reason}")),
        };
        let kernel = Kernel::start(config).await.expect("starts");
        let socket = ground.path("s");
        let listener = Rc::new(control::listen(&socket).expect("listens"));
        let shop = ShopSettings {
            pictures: ground.path("config/pictures"),
            ..Settings::load_with(None, []).expect("the defaults").shop
        };
        let control = Control { kernel: kernel.clone(), database, shop, started_ms: 0 };
        actix_rt::spawn(control::serve(listener, control));
        Self { kernel, courier, poison, socket }
    }

    /// A customer writes `/start`.
    pub(crate) async fn write(&self, user: i64, update: i64) -> Reply {
        let name = "start".to_owned();
        let what = Incoming::Command { message_id: update, name, argument: String::new() };
        let from = Profile { first_name: "Ada".to_owned(), ..Profile::default() };
        let tell = Tell {
            key: session(user),
            external: External::Update { epoch: 1, id: update },
            message: session::Message::Customer { from, what }.into(),
            inline: false,
        };
        self.kernel.office.tell(tell).await
    }

    /// Asks over the socket, as the program does.
    pub(crate) async fn ask(
        &self,
        request: control::Request,
    ) -> Result<serde_json::Value, control::AskError> {
        let socket = self.socket.clone();
        let asked = tokio::task::spawn_blocking(move || control::ask(&socket, &request));
        asked.await.expect("no panic")
    }

    /// Runs the program against this server.
    pub(crate) async fn kontor(&self, ground: &Ground, arguments: &[&'static str]) -> Output {
        let config = ground.config("").display().to_string();
        let (folder, arguments) = (ground.folder.path().to_owned(), arguments.to_vec());
        let run = move || kontor(&folder, &["--config", &config], &arguments);
        tokio::task::spawn_blocking(run).await.expect("no panic")
    }
}

pub(crate) fn session(user: i64) -> Key {
    Key::session(&BotId::parse("shop").expect("a name"), user)
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
    tokio::time::timeout(SOON, wait).await.expect("the lock is let go")
}

/// Looks again and again.
pub(crate) async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let find = async {
        loop {
            match look().await {
                Some(found) => return found,
                None => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(SOON, find).await.expect("it comes in time")
}
