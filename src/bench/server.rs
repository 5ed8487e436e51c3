//! The server as a process: configured, started, killed, and what it used. Knows no load.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

use super::api::TOKEN;
use super::{Ground, Mode, ReplyPath, dialogue, usage};

/// What differs from the defaults: the keys under `[limits]`, which stand for Telegram's limits and a person's pace.
/// `bot_burst` among them: without it the limiter has no token at hand and replies do not travel in responses.
pub const RAISED: &[(&str, u32)] = &[
    ("bot_per_s", 1_000_000),
    ("bot_burst", 1_000_000),
    ("chat_per_s", 100_000),
    ("chat_burst", 100_000),
    ("user_messages", 1_000_000),
];

/// Util-linux's; ties a child's life to ours.
const SETPRIV: &str = "/usr/bin/setpriv";
/// How much of a log is shown when the server ended by itself.
const LAST_WORDS: usize = 2_000;

/// What a configuration says.
pub(super) struct Setup<'a> {
    pub(super) database: &'a str,
    pub(super) api: SocketAddr,
    pub(super) mode: Mode,
    pub(super) reply: ReplyPath,
    /// Exchanges that may be under way at once.
    pub(super) connections: usize,
    /// Further sections.
    pub(super) more: &'a str,
}

/// Writes the server's configuration and flow.
pub(super) fn configure(ground: &Ground, setup: &Setup<'_>) -> anyhow::Result<PathBuf> {
    let flows = ground.path("flows");
    std::fs::create_dir_all(&flows)?;
    std::fs::write(flows.join("five.toml"), dialogue::FLOW)?;
    let port = free_port()?;
    let limits: Vec<String> =
        RAISED.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let path = |name: &str| ground.path(name).display().to_string();
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\"\n\
         [database]\nurl = {:?}\n\
         [secrets]\nmaster_key_file = {:?}\n\
         [[bots]]\nname = \"bench\"\ntoken = \"{TOKEN}\"\napi_url = \"http://{}\"\n\
         intake = \"{}\"\nreply_in_webhook = {}\nmax_connections = {}\n\
         [flows]\ndir = {:?}\n\
         [control]\nsocket = {:?}\n\
         [limits]\n{}\n{}",
        setup.database,
        path("master.key"),
        setup.api,
        setup.mode.name(),
        setup.reply == ReplyPath::Response,
        setup.connections.clamp(1, 100),
        path("flows"),
        path("kontor.sock"),
        limits.join("\n"),
        setup.more,
    );
    let file = ground.path("kontor.toml");
    std::fs::write(&file, text).context("write the server's configuration")?;
    Ok(file)
}

/// Free a moment ago, at least.
fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A command whose process is sent a signal when ours ends, however it does. `arguments` are setpriv's. To be spawned on
/// the main thread: it is that thread's end that counts.
pub(super) fn tied(program: &Path, signal: &str, arguments: &[String]) -> Command {
    let mut command = match Path::new(SETPRIV).exists() {
        true => {
            let mut command = Command::new(SETPRIV);
            command.args(["--pdeathsig", signal]).args(arguments).arg("--").arg(program);
            command
        }
        false => Command::new(program),
    };
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

pub(super) struct Server {
    /// What our own program is told; the next life may be told something else.
    pub(super) arguments: Vec<OsString>,
    log: PathBuf,
    child: Child,
    /// Of lives that were ended.
    spent_us: u64,
    peak_kb: u64,
}

impl Server {
    /// `kontor serve`, as a user starts it.
    pub(super) fn serve(config: PathBuf) -> anyhow::Result<Self> {
        let log = config.with_extension("log");
        Self::start(vec!["--config".into(), config.into(), "serve".into()], log)
    }

    pub(super) fn start(arguments: Vec<OsString>, log: PathBuf) -> anyhow::Result<Self> {
        let child = spawn(&arguments, &log)?;
        Ok(Self { arguments, log, child, spent_us: 0, peak_kb: 0 })
    }

    /// CPU time of all its lives, µs.
    pub(super) fn cpu_us(&self) -> u64 {
        let now = self.child.id().and_then(usage::cpu_us);
        self.spent_us + now.unwrap_or_default()
    }

    /// The largest resident set that one of its lives had, MB.
    pub(super) fn peak_mb(&mut self) -> f64 {
        let now = self.child.id().and_then(usage::peak_kb);
        self.peak_kb = self.peak_kb.max(now.unwrap_or_default());
        self.peak_kb as f64 / 1_024.0
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        self.spent_us = self.cpu_us();
        self.peak_mb();
        self.child.kill().await.context("kill the server")
    }

    pub(super) fn start_again(&mut self) -> anyhow::Result<()> {
        self.child = spawn(&self.arguments, &self.log)?;
        Ok(())
    }

    /// SIGTERM, and whether it ended in good order within `patience`.
    pub(super) async fn stop(&mut self, patience: Duration) -> anyhow::Result<bool> {
        let Some(pid) = self.child.id() else { return Ok(false) };
        Command::new("kill").args(["-TERM", &pid.to_string()]).status().await?;
        match tokio::time::timeout(patience, self.child.wait()).await {
            Ok(status) => Ok(status?.success()),
            Err(_) => {
                self.kill().await?;
                Ok(false)
            }
        }
    }

    /// That it runs; otherwise its last words.
    pub(super) fn check(&mut self) -> anyhow::Result<()> {
        let Some(status) = self.child.try_wait().context("look after the server")? else {
            return Ok(());
        };
        bail!("the server ended by itself ({status}); its last words:\n{}", self.last_words());
    }

    pub(super) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let start = log.len().saturating_sub(LAST_WORDS);
        let start = (start..log.len()).find(|at| log.is_char_boundary(*at)).unwrap_or_default();
        log[start..].to_owned()
    }
}

fn spawn(arguments: &[OsString], log: &Path) -> anyhow::Result<Child> {
    let program = std::env::current_exe().context("find our own program")?;
    let log = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
    let mut command = tied(&program, "KILL", &[]);
    command.args(arguments).stdout(log.try_clone()?).stderr(log);
    command.spawn().context("start the server")
}
