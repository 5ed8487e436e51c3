//! The database of a run: a file, a scratch database on a server that was named, or a PostgreSQL of the run's own.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

use super::server::tied;
use super::{Db, Ground, usage};

/// Where Debian and others put the programs of each version; the empty one stands for the search path.
const VERSIONS: &str = "/usr/lib/postgresql";
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(100);
/// What fits into a socket's address, less the name of PostgreSQL's socket.
const SOCKET_FOLDER_MAX: usize = 90;

pub(super) struct Store {
    pub(super) url: String,
    postgres: Option<Postgres>,
}

struct Postgres {
    /// Address of the server, of any of its databases.
    server: String,
    /// Its first process, when it runs on this machine.
    process: Option<u32>,
    own: Option<Own>,
}

/// A server of the run's own.
struct Own {
    child: Child,
    programs: PathBuf,
    folder: PathBuf,
    /// Setpriv's arguments.
    run_as: Vec<String>,
}

impl Store {
    pub(super) async fn make(
        db: Db,
        ground: &Ground,
        postgres_url: Option<&str>,
    ) -> anyhow::Result<Self> {
        let (server, own) = match (db, postgres_url) {
            (Db::Sqlite, _) => {
                let file = ground.path("kontor.db");
                return Ok(Self { url: format!("sqlite://{}", file.display()), postgres: None });
            }
            (Db::Postgres, Some(server)) => (server.to_owned(), None),
            (Db::Postgres, None) => {
                let (server, own) = start(&ground.path("pg")).await?;
                (server, Some(own))
            }
        };
        let url = match entities::create_scratch(&server).await {
            Ok(url) => url,
            Err(error) => bail!("cannot make a database on {}: {error}", shown(&server)),
        };
        let process = first_process(&server).await;
        Ok(Self { url, postgres: Some(Postgres { server, process, own }) })
    }

    /// CPU time of the database's own processes, µs; 0 for one within the server. None when it is out of sight.
    pub(super) fn cpu_us(&self) -> Option<u64> {
        match &self.postgres {
            None => Some(0),
            Some(postgres) => usage::tree_cpu_us(postgres.process?),
        }
    }

    /// Drops the database, and stops the server if it is the run's own.
    pub(super) async fn put_away(self) -> anyhow::Result<()> {
        let Some(postgres) = self.postgres else { return Ok(()) };
        match postgres.own {
            None => entities::drop_scratch(&postgres.server, &self.url).await?,
            Some(own) => stop(own.child).await?,
        }
        Ok(())
    }

    /// SIGKILL for PostgreSQL, or, on a server that is not the run's own, the end of every connection to its database.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        let Some(postgres) = &mut self.postgres else { return Ok(()) };
        match &mut postgres.own {
            None => entities::cut_scratch(&postgres.server, &self.url).await?,
            Some(own) => own.child.kill().await.context("kill PostgreSQL")?,
        }
        Ok(())
    }

    /// Starts what was killed, and waits until it answers.
    pub(super) async fn start_again(&mut self) -> anyhow::Result<()> {
        let Some(postgres) = &mut self.postgres else { return Ok(()) };
        let Some(own) = &mut postgres.own else { return Ok(()) };
        let begun = Instant::now();
        loop {
            own.child = spawn(&own.programs, &own.folder, &own.run_as, &postgres.server)?;
            match answers(&postgres.server, &mut own.child).await {
                Ok(()) => break,
                // What is left of the killed one must have gone first.
                Err(error) if begun.elapsed() > START => return Err(error),
                Err(_) => tokio::time::sleep(LOOK).await,
            }
        }
        postgres.process = first_process(&postgres.server).await;
        Ok(())
    }
}

/// Asks it to stop at once, and kills it when it does not.
async fn stop(mut child: Child) -> anyhow::Result<()> {
    if let Some(pid) = child.id() {
        let asked = Command::new("kill").args(["-INT", &pid.to_string()]).status().await;
        if asked.is_ok() && tokio::time::timeout(STOP, child.wait()).await.is_ok() {
            return Ok(());
        }
    }
    child.kill().await.context("stop PostgreSQL")
}

/// Without the password.
fn shown(server: &str) -> &str {
    server.rsplit_once('@').map_or(server, |(_, place)| place)
}

/// The parent of the process that serves us, if both are on this machine.
async fn first_process(server: &str) -> Option<u32> {
    let backend = entities::backend_pid(server).await.ok()?;
    let first = usage::parent(u32::try_from(backend).ok()?)?;
    let is_postgres = usage::name(first).is_some_and(|name| name.starts_with("postgres"));
    is_postgres.then_some(first)
}

/// Whether a PostgreSQL of our own can be started.
pub(super) fn is_installed() -> bool {
    programs().is_ok()
}

fn programs() -> anyhow::Result<PathBuf> {
    let entries = std::fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let mut folders: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").exists() && folder.join("postgres").exists())
        .collect();
    folders.sort();
    let Some((_, folder)) = folders.pop() else {
        bail!(
            "no PostgreSQL is installed in {VERSIONS}\n  hint: install the package postgresql, or name a server with --postgres-url"
        )
    };
    Ok(folder)
}

/// PostgreSQL refuses to run as root: who runs it instead.
fn other_user() -> anyhow::Result<Option<(u32, u32)>> {
    if std::fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let user = |name: &str| {
        let line = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":x:"))?;
        let mut ids = line.split(':').map(|id| id.parse().ok());
        Some((ids.next()??, ids.next()??))
    };
    let found = user("postgres").or_else(|| user("nobody"));
    Ok(Some(found.context("find a user for PostgreSQL, which refuses to run as root")?))
}

/// Makes a PostgreSQL with its defaults, starts it and says its address.
async fn start(folder: &Path) -> anyhow::Result<(String, Own)> {
    let programs = programs()?;
    std::fs::create_dir_all(folder)?;
    let mut run_as = Vec::new();
    if let Some((user, group)) = other_user()? {
        chown(folder, Some(user), Some(group))?;
        run_as = ["--reuid", &user.to_string(), "--regid", &group.to_string(), "--clear-groups"]
            .map(str::to_owned)
            .to_vec();
    }
    let mut init = tied(&programs.join("initdb"), "KILL", &run_as);
    init.arg("--pgdata").arg(folder.join("data")).current_dir("/");
    init.args(["--username=kontor", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    let made = init.output().await.context("run initdb")?;
    if !made.status.success() {
        let said = String::from_utf8_lossy(&made.stderr);
        bail!(
            "initdb failed: {}\n  hint: as root it runs as another user, who must reach {} (see --data)",
            said.trim(),
            folder.display()
        );
    }
    let server = address(folder)?;
    let mut child = spawn(&programs, folder, &run_as, &server)?;
    answers(&server, &mut child).await?;
    Ok((server, Own { child, programs, folder: folder.to_owned(), run_as }))
}

/// On a socket, or on a loopback port where the folder's name is too long for one.
fn address(folder: &Path) -> anyhow::Result<String> {
    let at = folder.display().to_string();
    if at.len() <= SOCKET_FOLDER_MAX {
        return Ok(format!("postgres://kontor@{}:5432/postgres", at.replace('/', "%2F")));
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    Ok(format!("postgres://kontor@127.0.0.1:{port}/postgres"))
}

fn spawn(programs: &Path, folder: &Path, run_as: &[String], server: &str) -> anyhow::Result<Child> {
    let mut log = std::fs::OpenOptions::new();
    let log = log.create(true).append(true).open(folder.with_extension("log"))?;
    let mut command = tied(&programs.join("postgres"), "INT", run_as);
    command.arg("-D").arg(folder.join("data")).current_dir("/").stdout(Stdio::null()).stderr(log);
    match server.rsplit_once("@127.0.0.1:").and_then(|(_, rest)| rest.split('/').next()) {
        Some(port) => {
            command.args(["-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1"]);
            command.args(["-p", port]);
        }
        None => {
            command.arg("-k").arg(folder).args(["-c", "listen_addresses="]);
        }
    }
    command.spawn().context("start PostgreSQL")
}

async fn answers(server: &str, child: &mut Child) -> anyhow::Result<()> {
    let begun = Instant::now();
    while let Err(error) = entities::backend_pid(server).await {
        if let Some(status) = child.try_wait()? {
            bail!("PostgreSQL ended by itself ({status})");
        }
        if begun.elapsed() > START {
            bail!("PostgreSQL does not answer: {error}");
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
