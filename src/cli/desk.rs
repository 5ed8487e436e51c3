//! What most commands need: settings, the database, the server's lock. Knows no command.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use entities::{Database, ServerLock};

use super::exit::Wrong;
use crate::control;
use crate::settings::Settings;

/// The configuration that is read when none is named.
const BESIDE: &str = "kontor.toml";

/// Where a command works.
pub(super) struct Desk {
    config: Option<PathBuf>,
}

impl Desk {
    pub(super) fn new(config: Option<PathBuf>) -> Self {
        let beside = || Some(PathBuf::from(BESIDE)).filter(|path| path.exists());
        Self { config: config.or_else(beside) }
    }

    /// The configuration file, if there is one.
    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings::load(self.config())?)
    }

    /// Opens the database to read; a SQLite file that is not there is not made.
    pub(super) async fn database(&self, settings: &Settings) -> anyhow::Result<Database> {
        if let Some(file) = missing_file(settings) {
            let hint = "`kontor migrate up` makes it, and so does the first `kontor serve`";
            return Err(Wrong::database(format!("there is no database at {file}"), hint));
        }
        let database = Database::open(settings.database_url()).await?;
        let pending = pending(&database).await?;
        if pending > 0 {
            let problem = format!("the schema of {} is {pending} migrations behind", database.name);
            return Err(Wrong::database(problem, "`kontor migrate up` brings it up to date"));
        }
        Ok(database)
    }

    /// Opens the database to write: no server may be running.
    pub(super) async fn locked(
        &self,
        settings: &Settings,
    ) -> anyhow::Result<(Database, ServerLock)> {
        let database = Database::open(settings.database_url()).await?;
        let holder = holder();
        let lock = ServerLock::take(&database, settings.database_url(), &holder).await?;
        Ok((database, lock))
    }

    /// Whether a server answers on the control socket.
    pub(super) fn is_running(&self, settings: &Settings) -> bool {
        control::is_running(&settings.control.socket)
    }
}

/// The SQLite file when it is not there.
pub(super) fn missing_file(settings: &Settings) -> Option<String> {
    let file = Database::file(settings.database_url())?;
    (!Path::new(file).exists() && !file.contains(":memory:")).then(|| file.to_owned())
}

/// Migrations that are not applied yet.
pub(super) async fn pending(database: &Database) -> anyhow::Result<usize> {
    let status = migrations::status(&database.read).await.context("read the schema's state")?;
    Ok(status.iter().filter(|(_, is_applied)| !is_applied).count())
}

/// A line for people about who holds the server's lock.
pub(super) fn holder() -> String {
    let arguments: Vec<String> = std::env::args().skip(1).take(2).collect();
    format!("process {}, kontor {}", std::process::id(), arguments.join(" "))
}

/// Who gives an order, for the record: the user of this machine.
pub(super) fn person() -> String {
    let uid = std::fs::metadata("/proc/self").map(|own| own.uid());
    uid.map_or_else(|_| "operator".to_owned(), |uid| format!("user {uid}"))
}

pub(super) fn some_bot(settings: &Settings) -> anyhow::Result<()> {
    match settings.bots.is_empty() {
        false => Ok(()),
        true => Err(Wrong::usage(
            "no bot is configured",
            "write a [[bots]] section with name and token, or run `kontor init`; `kontor demo` needs none",
        )),
    }
}

/// Runs a command that ends soon.
pub(super) fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    // Installed before by `main`, which serves as well.
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("start a runtime")?.block_on(future)
}
