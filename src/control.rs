//! The running server's own socket: one line of JSON asks, one answers. Only its owner may open it. Knows no terminal.

mod ask;
mod import;
mod money;
mod orders;
mod person;

use std::fs::{File, Permissions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actors::order::{Progress, Tracking};
use actors::promo::Terms;
use actors::{IntentId, Kernel};
use anyhow::{Context, anyhow, bail};
use entities::{Database, Key, Row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use crate::settings::ShopSettings;

// tidy: allow(re-export) both ends of the socket are one module to its users
pub use self::{
    ask::{AskError, ask, is_running},
    orders::order_key,
};

/// The longest request, bytes: a catalogue comes as one.
const LINE_MAX: u64 = 16 * 1024 * 1024;
/// Requests under way at once.
const AT_ONCE: usize = 16;
/// Who connects and says nothing is let go.
const SAY_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// The wait after nobody could be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_millis(500);

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "cmd", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    Ping,
    Tree,
    StuckList,
    StuckRetry {
        id: String,
    },
    StuckDrop {
        id: String,
    },
    QuarantineList,
    QuarantineRelease {
        key: String,
    },
    QuarantineDrop {
        key: String,
    },
    CatalogueImport {
        csv: String,
    },
    /// Everything about a person is erased, in every conversation with a bot of this server.
    PersonErase {
        person: i64,
    },
    /// Of a restored backup: whoever was erased elsewhere (a mark, and when) is erased again.
    PersonsErasedBefore {
        erased: Vec<(String, i64)>,
    },
    OrderAdvance {
        number: String,
        to: Progress,
        tracking: Option<Tracking>,
    },
    OrderCancel {
        number: String,
    },
    PromoSet {
        code: String,
        terms: Terms,
    },
    /// `amount` as a decimal; none: all that is here.
    PaymentRefund {
        id: String,
        amount: Option<String>,
        reason: String,
        by: String,
    },
    PaymentAsk {
        id: String,
        by: String,
    },
    /// It was returned at the gateway by hand, under its id `refund`.
    PaymentRecord {
        id: String,
        refund: String,
        amount: String,
        by: String,
    },
    StarsCheck {
        by: String,
    },
}

/// What the requests are answered from.
#[derive(Clone)]
pub struct Control {
    pub kernel: Kernel,
    pub database: Database,
    pub shop: ShopSettings,
    /// The clock's milliseconds.
    pub started_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    result: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The bound socket; its file goes when this goes.
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A leftover is taken over by the next start.
        drop(std::fs::remove_file(&self.path));
    }
}

/// Binds the socket. The caller holds the server's lock, so that a file that is there already is a dead server's.
///
/// # Errors
/// When the folder cannot be written, or another server answers there.
pub fn listen(path: &Path) -> anyhow::Result<Listener> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    if ask::is_running(path) {
        let hint = "write another control.socket for this one";
        bail!("another server listens on {}\n  hint: {hint}", path.display());
    }
    // Bound where nobody else can look, closed to others, then moved to its place: it is never open to anybody else.
    let hidden = folder.join(format!(".c{}", std::process::id()));
    let bind = || -> std::io::Result<UnixListener> {
        std::fs::create_dir_all(&hidden)?;
        std::fs::set_permissions(&hidden, Permissions::from_mode(0o700))?;
        let first = hidden.join("s");
        drop(std::fs::remove_file(&first)); // usually there is none
        let socket = UnixListener::bind(short(&first)?.path)?;
        std::fs::set_permissions(&first, Permissions::from_mode(0o600))?;
        std::fs::rename(&first, path)?;
        Ok(socket)
    };
    let bound = bind();
    drop(std::fs::remove_dir_all(&hidden)); // an empty folder at worst
    let socket = bound.with_context(|| format!("listen on {}", path.display()))?;
    Ok(Listener { socket, path: path.to_owned() })
}

/// Another name of a path, for sockets: theirs hold about 100 bytes (`sun_path`), and folders may be deep.
struct Short {
    path: PathBuf,
    /// As long as the name is used.
    _folder: Option<File>,
}

fn short(path: &Path) -> std::io::Result<Short> {
    const FITS: usize = 100;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(Short { path: path.to_owned(), _folder: None });
    };
    if path.as_os_str().len() <= FITS {
        return Ok(Short { path: path.to_owned(), _folder: None });
    }
    let folder = File::open(folder)?;
    let path = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
    Ok(Short { path, _folder: Some(folder) })
}

/// Answers requests until it is dropped. Runs on a local set.
pub async fn serve(listener: Rc<Listener>, control: Control) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let permit = Arc::clone(&room).acquire_owned().await.expect("it is never closed");
        let stream = match listener.socket.accept().await {
            Ok((stream, _)) => stream,
            // No file descriptors are left, say: no reason to end, and others will be closed.
            Err(error) => {
                tracing::warn!(%error, "the control socket accepts nobody for now");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        let control = control.clone();
        actix_rt::spawn(async move {
            if let Err(error) = control.converse(stream).await {
                tracing::debug!(%error, "a control connection broke off");
            }
            drop(permit);
        });
    }
}

impl Control {
    async fn converse(&self, stream: UnixStream) -> anyhow::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut read = BufReader::new(read);
        loop {
            let mut line = Vec::new();
            let mut one = (&mut read).take(LINE_MAX);
            let said = tokio::time::timeout(SAY_WITHIN, one.read_until(b'\n', &mut line)).await;
            if said?? == 0 {
                return Ok(());
            }
            let answered = tokio::time::timeout(ANSWER_WITHIN, self.line(&line)).await;
            let answer = match answered.unwrap_or_else(|_| Err(anyhow!("it takes too long"))) {
                Ok(result) => Answer { ok: true, result, error: None },
                Err(error) => {
                    Answer { ok: false, result: Value::Null, error: Some(format!("{error:#}")) }
                }
            };
            let mut bytes = serde_json::to_vec(&answer)?;
            bytes.push(b'\n');
            tokio::time::timeout(SAY_WITHIN, write.write_all(&bytes)).await??;
            // A line that was cut off leaves the rest of it in the way.
            if line.last() != Some(&b'\n') {
                return Ok(());
            }
        }
    }

    async fn line(&self, line: &[u8]) -> anyhow::Result<Value> {
        self.answer(serde_json::from_slice(line).context("not a request")?).await
    }

    /// Does what is asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn answer(&self, request: Request) -> anyhow::Result<Value> {
        match request {
            Request::Ping => Ok(json!({
                "version": env!("CARGO_PKG_VERSION"),
                "pid": std::process::id(),
                "database": self.database.name,
                "up_s": (self.kernel.clock.now_ms() - self.started_ms) / 1_000,
            })),
            Request::Tree => Ok(serde_json::to_value(self.kernel.observe().await)?),
            Request::StuckList => {
                let rows = entities::stuck(&self.database.read).await?;
                Ok(rows.iter().map(stuck_row).collect())
            }
            Request::StuckRetry { id } => {
                self.kernel.retry_stuck(parse_id(&id)?).await?;
                Ok(json!({ "retried": id }))
            }
            Request::StuckDrop { id } => {
                self.kernel.drop_stuck(parse_id(&id)?).await?;
                Ok(json!({ "dropped": id }))
            }
            Request::QuarantineList => quarantine(&self.database).await,
            Request::QuarantineRelease { key } => self.release(&key).await,
            Request::PaymentRefund { .. }
            | Request::PaymentAsk { .. }
            | Request::PaymentRecord { .. }
            | Request::StarsCheck { .. } => {
                money::answer(&self.kernel, &self.database, request).await
            }
            Request::CatalogueImport { csv } => self.import_catalogue(&csv).await,
            Request::PersonErase { person } => self.erase(person).await,
            Request::PersonsErasedBefore { erased } => self.erased_before(&erased).await,
            Request::OrderAdvance { number, to, tracking } => {
                self.advance_order(&number, to, tracking).await
            }
            Request::OrderCancel { number } => self.cancel_order(&number).await,
            Request::PromoSet { code, terms } => self.set_promo(&code, terms).await,
            Request::QuarantineDrop { key } => {
                let dropped = self.drop_held(&key).await?;
                self.release(&key).await?;
                Ok(json!({ "released": key, "dropped_inputs": dropped }))
            }
        }
    }

    async fn release(&self, key: &str) -> anyhow::Result<Value> {
        let parsed = Key::parse(key)?;
        self.kernel.office.release(parsed).await.map_err(|reason| anyhow!(reason))?;
        Ok(json!({ "released": key }))
    }

    /// What is held after this was read stays held, and is replayed.
    async fn drop_held(&self, key: &str) -> anyhow::Result<usize> {
        let rows = entities::quarantined(&self.database.read).await?;
        if !rows.iter().any(|row| row.owner == key) {
            bail!("{key} is not quarantined");
        }
        let held = entities::held_of_many(&self.database.read, &[key.to_owned()]).await?;
        let unhold =
            |row: &entities::HeldRow| Row::Unhold { owner: row.owner.clone(), seq: row.seq };
        let rows = held.iter().map(unhold).collect();
        self.kernel.journal.rows(rows).await.map_err(|reason| anyhow!(reason))?;
        Ok(held.len())
    }
}

/// `partition-number`, as `kontor stuck list` shows it.
///
/// # Errors
/// When it has another shape.
pub fn parse_id(text: &str) -> anyhow::Result<IntentId> {
    text.parse()
        .map_err(|_| anyhow!("'{text}' is not an id: write it as `kontor stuck list` shows it"))
}

/// A stuck intent as JSON.
pub fn stuck_row(row: &entities::DeliveryRow) -> Value {
    json!({
        "id": format!("{}-{}", row.part, row.number),
        "owner": row.owner,
        "what": row.what,
        "attempts": row.attempts,
        "next_try_ms": row.next_try_ms,
        "reason": row.reason,
        "stuck": row.stuck,
    })
}

/// The quarantined keys and how many inputs each has waiting, as JSON.
///
/// # Errors
/// The database's.
pub async fn quarantine(database: &Database) -> anyhow::Result<Value> {
    let rows = entities::quarantined(&database.read).await?;
    let held = entities::held_keys(&database.read).await?;
    let inputs = |owner: &str| held.iter().find(|(key, _)| key == owner).map_or(0, |(_, n)| *n);
    let row = |row: &entities::QuarantineRow| {
        json!({
            "key": row.owner,
            "since_ms": row.since_ms,
            "failures": row.failures,
            "reason": row.reason,
            "held_inputs": inputs(&row.owner),
        })
    };
    Ok(rows.iter().map(row).collect())
}
