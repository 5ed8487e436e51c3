//! Backups: one SQLite file, whichever database it was taken of; and putting one in a database's place. Knows no terminal.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use actors::Clock;
use anyhow::{Context, ensure};
use entities::{Backend, Database};
use serde::{Deserialize, Serialize};

use crate::secrets;
use crate::settings::Settings;

mod erased;
pub mod held;
pub mod reconcile;

/// Where a database says that it came out of a backup and waits for a person. Empty: it does not.
const HELD: &str = "held";

/// What a held database says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The backup's file.
    pub file: String,
    /// When the backup was taken, and when it was put in place.
    pub taken_ms: i64,
    pub restored_ms: i64,
}

/// Something that is in the way, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0} is there already\n  hint: name a file that is not; a backup never overwrites one")]
    Exists(PathBuf),
    #[error("there is no backup at {0}\n  hint: `kontor backup FILE` makes one")]
    Missing(PathBuf),
    #[error("{file} cannot be used: {reason}\n  hint: take another backup")]
    Broken { file: PathBuf, reason: String },
    #[error("{database} holds {actors} actors\n  hint: --replace puts the backup in their place")]
    InUse { database: String, actors: i64 },
    #[error(
        "the backup was sealed with master key {expected}, and this one is {found}\n  hint: put the right key into secrets.master_key_file"
    )]
    Key { expected: String, found: String },
}

/// Hears what is done, for a person who waits.
pub type Told<'a> = &'a dyn Fn(&str);

/// Writes everything that the database holds at one moment into a new file; a server may be running and writing. Says
/// how large the file is.
///
/// # Errors
/// `BackupError`, or the database's or the disk's; no file of that name is left then.
pub async fn write(database: &Database, file: &Path, told: Told<'_>) -> anyhow::Result<u64> {
    ensure!(!file.exists(), BackupError::Exists(file.to_owned()));
    let part = beside(file, "part");
    let _cleaned = Scratch(vec![part.clone()]);
    make_private(&part)?;
    match database.backend {
        Backend::Sqlite => entities::vacuum_into(database, text(&part)?).await?,
        Backend::Postgres => {
            let work = beside(file, "work");
            let _cleaned = Scratch(vec![work.clone()]);
            make_private(&work)?;
            let copy = open(&work).await?;
            migrations::up(&copy.write).await?;
            entities::copy_database(database, &copy, &|table, _| told(table)).await?;
            entities::vacuum_into(&copy, text(&part)?).await?;
            copy.close().await;
        }
    }
    told("checking");
    check(&part).await.map_err(|reason| BackupError::Broken { file: part.clone(), reason })?;
    settle(&part, file)?;
    Ok(std::fs::metadata(file)?.len())
}

/// Puts a backup in the place of what the database holds, and marks it held. The caller holds the server's lock. Says
/// where the old SQLite file is now, if there was one.
///
/// # Errors
/// `BackupError`, or the database's or the disk's; what the database held is untouched then.
pub async fn restore(
    settings: &Settings,
    database: Database,
    (file, replace): (&Path, bool),
    told: Told<'_>,
) -> anyhow::Result<Option<PathBuf>> {
    ensure!(file.is_file(), BackupError::Missing(file.to_owned()));
    let actors = entities::count_rows(&database, "actors").await.unwrap_or_default();
    let name = database.name.clone();
    ensure!(actors == 0 || replace, BackupError::InUse { database: name, actors });
    let target = Database::file(settings.database_url()).map(PathBuf::from);
    let work = beside(target.as_deref().unwrap_or(file), "restoring");
    let _cleaned = Scratch(vec![work.clone()]);
    told("reading the backup");
    let erasures = erased::known(&database).await;
    prepare(settings, file, (&work, erasures)).await?;
    told("putting it in place");
    match target {
        Some(target) => {
            database.close().await;
            put_in_place(&work, &target)
        }
        None => {
            migrations::up(&database.write).await?;
            let copy = open(&work).await?;
            let copied = entities::copy_database(&copy, &database, &|table, _| told(table)).await;
            copy.close().await;
            database.close().await;
            copied?;
            Ok(None)
        }
    }
}

/// A copy of the backup that a server of this version can start on, held.
async fn prepare(
    settings: &Settings,
    file: &Path,
    (work, erasures): (&Path, Vec<entities::ErasureRow>),
) -> anyhow::Result<()> {
    make_private(work)?;
    std::fs::copy(file, work).with_context(|| format!("copy {}", file.display()))?;
    let broken = |reason| BackupError::Broken { file: file.to_owned(), reason };
    check(work).await.map_err(broken)?;
    let copy = open(work).await?;
    migrations::up(&copy.write).await?;
    let key = secrets::master_key(&settings.secrets, false)?;
    let expected = entities::meta(&copy.read, entities::FINGERPRINT).await?;
    let found = key.fingerprint();
    if let Some(expected) = expected.filter(|expected| *expected != found) {
        return Err(BackupError::Key { expected, found }.into());
    }
    actors::mark_restored(&copy).await?;
    erased::carry(&copy, &key, erasures).await?;
    let taken = std::fs::metadata(file)?.modified()?;
    let held = Held {
        file: file.display().to_string(),
        taken_ms: actors::to_ms(taken.into()),
        restored_ms: Clock::system().now_ms(),
    };
    entities::set_meta(&copy.write, HELD, &serde_json::to_string(&held)?).await?;
    reconcile::want(&copy, held.restored_ms).await?;
    copy.close().await;
    ensure!(!beside_as_is(work, "-wal").exists(), "the copy of the backup was not closed cleanly");
    Ok(())
}

/// The old file stays beside the new one, unless there is nothing in it.
fn put_in_place(work: &Path, target: &Path) -> anyhow::Result<Option<PathBuf>> {
    /// What opening makes of a file that was not there.
    const EMPTY_BYTES: u64 = 4_096;
    let is_used = std::fs::metadata(target).is_ok_and(|found| found.len() > EMPTY_BYTES);
    let old = beside(target, &format!("before-{}", Clock::system().now_ms() / 1_000));
    if is_used {
        std::fs::rename(target, &old).context("move the old database aside")?;
    }
    for ending in ["-wal", "-shm"] {
        // A clean close leaves none.
        drop(std::fs::remove_file(beside_as_is(target, ending)));
    }
    settle(work, target)?;
    Ok(is_used.then_some(old))
}

/// What the database says of itself: `None` when it waits for nobody, or has no tables yet.
///
/// # Errors
/// When that cannot be read.
pub async fn held(database: &Database) -> anyhow::Result<Option<Held>> {
    let is_new = migrations::status(&database.read).await?.iter().all(|(_, applied)| !applied);
    if is_new {
        return Ok(None);
    }
    let found = entities::meta(&database.read, HELD).await.context("read whether it is held")?;
    let found = found.filter(|text| !text.is_empty());
    found.map(|text| serde_json::from_str(&text).context("read why it is held")).transpose()
}

/// Lets a held database go: the next server that starts on it takes up its work. The caller holds the server's lock.
///
/// # Errors
/// The database's.
pub async fn release(database: &Database) -> anyhow::Result<()> {
    entities::set_meta(&database.write, HELD, "").await.context("let the database go")
}

/// Whether it is a whole Kontor database. Its reason, if not.
async fn check(file: &Path) -> Result<(), String> {
    let database = open(file).await.map_err(|error| format!("{error:#}"))?;
    let checked = async {
        entities::quick_check(&database.read).await?;
        entities::count_rows(&database, "actors").await?;
        anyhow::Ok(())
    };
    let checked = checked.await.map_err(|error| format!("{error:#}"));
    database.close().await;
    checked
}

async fn open(file: &Path) -> anyhow::Result<Database> {
    Ok(Database::open(&format!("sqlite://{}", text(file)?)).await?)
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

/// `kontor.db` and `part`: `kontor.db.part`.
fn beside(file: &Path, ending: &str) -> PathBuf {
    beside_as_is(file, &format!(".{ending}"))
}

fn beside_as_is(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// An empty file that nobody else may read; what an interrupted run left there goes.
fn make_private(file: &Path) -> anyhow::Result<()> {
    drop(std::fs::remove_file(file)); // usually there is none
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).mode(0o600).open(file);
    made.map(|_| ()).with_context(|| format!("create {}", file.display()))
}

/// Moves a finished file to its name, and makes sure that both are on the disk.
fn settle(from: &Path, to: &Path) -> anyhow::Result<()> {
    File::open(from)?.sync_all()?;
    std::fs::rename(from, to).with_context(|| format!("move it to {}", to.display()))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// Files that go, with what SQLite puts beside them.
struct Scratch(Vec<PathBuf>);

impl Drop for Scratch {
    fn drop(&mut self) {
        for file in &self.0 {
            for ending in ["", "-wal", "-shm"] {
                // Moved to its place, or never there.
                drop(std::fs::remove_file(beside_as_is(file, ending)));
            }
        }
    }
}
