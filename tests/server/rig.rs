//! A server process with a simulated Telegram before it. Knows no failures.

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sim::{NewBot, Person, Sim, SimConfig, World};

const TOKEN: &str = "8000002:server";
/// Far more than anything here takes, a restart included.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// What a test stands on, through any number of lives of the server.
pub(crate) struct Ground {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) world: World,
    pub(crate) bot: i64,
    pub(crate) owner: i64,
    pub(crate) http: reqwest::Client,
    config: PathBuf,
    port: u16,
    sim: Sim,
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

impl Ground {
    /// `database`: its address; `more`: further sections of the configuration.
    pub(crate) async fn new(database: &str, more: &str) -> Self {
        // Another test of this process may have installed it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let config = SimConfig { limits_on: false, seed: 7, ..SimConfig::default() };
        let sim = sim::start(config).await.expect("a world");
        let world = sim.world.clone();
        let bot = world.add_bot(NewBot {
            token: TOKEN.to_owned(),
            username: "server_bot".to_owned(),
            first_name: "Server".to_owned(),
            reads_all: false,
            inline: false,
        });
        let owner = world.add_person(Person::named("Olga")).id;
        world.start(owner, bot, None).expect("is written");
        let folder = tempfile::tempdir().expect("a folder");
        let (port, at) = (free_port(), folder.path().display());
        let (sim_url, database) = (sim.url(), database.replace("{folder}", &at.to_string()));
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\"\n\
             [database]\nurl = \"{database}\"\n\
             [secrets]\nmaster_key_file = \"{at}/master.key\"\n\
             [[bots]]\nname = \"shop\"\ntoken = \"{TOKEN}\"\napi_url = \"{sim_url}\"\n\
             poll_timeout_s = 1\n\
             [owner]\nchat = {owner}\n[flows]\ndir = \"{at}/flows\"\n\
             [control]\nsocket = \"{at}/kontor.sock\"\n[log]\nformat = \"json\"\n{more}"
        );
        let config = folder.path().join("kontor.toml");
        std::fs::create_dir_all(folder.path().join("flows")).expect("a folder");
        std::fs::write(&config, text).expect("writes");
        let http = reqwest::Client::new();
        Self { folder, world, bot, owner, http, config, port, sim }
    }

    pub(crate) fn serve(&self) -> Server {
        self.serve_by(Command::new(env!("CARGO_BIN_EXE_kontor")))
    }

    /// Through another program that becomes the server.
    pub(crate) fn serve_by(&self, mut command: Command) -> Server {
        command.arg("--config").arg(&self.config).arg("serve");
        // A pipe, and no file: what limits files must not silence the log.
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starts");
        let mut lines = child.stderr.take().expect("a pipe");
        let log: Arc<Mutex<String>> = Arc::default();
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = lines.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..read]);
                kept.lock().expect("not poisoned").push_str(&text);
            }
        });
        Server { child, log }
    }

    pub(crate) fn person(&self, name: &str) -> i64 {
        self.world.add_person(Person::named(name)).id
    }

    pub(crate) fn writes(&self, person: i64, text: &str) {
        self.world.send_text(person, self.bot, text).expect("is written");
    }

    pub(crate) fn answers(&self, person: i64) -> usize {
        self.world.bot_texts(person, self.bot).len()
    }

    /// Waits until the bot said so many things to a person.
    pub(crate) async fn answered(&self, person: i64, times: usize) {
        until("an answer", async || self.answers(person) >= times).await;
    }

    /// Waits until a probe answers so; gives its words.
    pub(crate) async fn probe(&self, path: &str, status: u16) -> String {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let words = Mutex::new(String::new());
        until(&format!("{path} {status}"), async || {
            let Ok(answer) = self.http.get(&url).send().await else { return false };
            let found = answer.status().as_u16();
            *words.lock().expect("not poisoned") = answer.text().await.unwrap_or_default();
            found == status
        })
        .await;
        words.into_inner().expect("not poisoned")
    }

    /// Runs the program beside the server.
    pub(crate) fn kontor(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
        command.arg("--config").arg(&self.config).args(arguments);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).output().expect("runs")
    }

    pub(crate) async fn end(self) {
        self.sim.stop().await;
    }
}

/// A server process; killed when it goes.
pub(crate) struct Server {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Server {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("not poisoned").clone()
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end; how it ended.
    pub(crate) async fn ended(&mut self) -> std::process::ExitStatus {
        let mut status = None;
        until("the server's end", async || {
            status = self.child.try_wait().expect("can be asked");
            status.is_some()
        })
        .await;
        status.expect("it has ended")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already, perhaps.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Looks again and again, for a while.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let look = async {
        let mut beat = tokio::time::interval(Duration::from_millis(20));
        while !is_so().await {
            beat.tick().await;
        }
    };
    if tokio::time::timeout(PATIENCE, look).await.is_err() {
        panic!("not in time: {what}");
    }
}

pub(crate) fn has(folder: &Path, program: &str) -> bool {
    let found = Command::new(program).arg("--version").current_dir(folder).output();
    found.is_ok_and(|output| output.status.success())
}
