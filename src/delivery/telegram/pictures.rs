//! Our pictures by name: where their bytes are, and as which file Telegram knows them. Knows no HTTP.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::UNIX_EPOCH;

use actors::Journal;
use entities::{BotId, Row, SentPictureRow};

/// What a picture's file may end in, in the order in which it is looked for.
const ENDINGS: [&str; 5] = ["", ".jpg", ".png", ".jpeg", ".webp"];
/// Telegram takes photos of up to 10 MB.
const BYTES_MAX: u64 = 10_000_000;

/// A picture that is compiled in, by its file name.
pub type Embedded = fn(&str) -> Option<Vec<u8>>;

/// Where pictures come from: a folder of the merchant's first, then what is compiled in.
pub struct Pictures {
    folder: Option<PathBuf>,
    embedded: Embedded,
    /// Telegram's ids after the first upload, and of which picture; each bot has its own.
    known: Mutex<HashMap<(BotId, String), Known>>,
    /// Where they are written down, once it is there.
    journal: OnceLock<Journal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    stamp: String,
    file_id: String,
}

/// A picture as it lies there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) file_name: String,
    /// Changes when another picture takes its name.
    stamp: String,
    path: Option<PathBuf>,
}

impl Pictures {
    pub fn new(folder: Option<PathBuf>, embedded: Embedded) -> Self {
        let (known, journal) = (Mutex::default(), OnceLock::new());
        Self { folder, embedded, known, journal }
    }

    /// What earlier lives uploaded.
    pub fn recall(&self, rows: Vec<SentPictureRow>) {
        let mut known = self.known();
        for SentPictureRow { bot, picture, stamp, file_id } in rows {
            if let Ok(bot) = BotId::parse(&bot) {
                known.insert((bot, picture), Known { stamp, file_id });
            }
        }
    }

    /// From now on uploads are written down; those from before it was there at once.
    pub async fn keep_in(&self, journal: Journal) {
        if self.journal.set(journal).is_err() {
            return;
        }
        let known = self.known().clone();
        let rows = known.into_iter().map(|((bot, name), known)| row(&bot, &name, known));
        self.write(rows.collect()).await;
    }

    /// As which file Telegram knows it. One whose file is gone is still known.
    pub(super) fn file_id(&self, bot: &BotId, name: &str, found: Option<&Found>) -> Option<String> {
        let known = self.known();
        let known = known.get(&(bot.clone(), name.to_owned()))?;
        let is_same = found.is_none_or(|found| found.stamp == known.stamp);
        is_same.then(|| known.file_id.clone())
    }

    pub(super) async fn remember(&self, bot: &BotId, name: &str, found: &Found, file_id: String) {
        let known = Known { stamp: found.stamp.clone(), file_id };
        self.known().insert((bot.clone(), name.to_owned()), known.clone());
        self.write(vec![row(bot, name, known)]).await;
    }

    /// Telegram does not know the file any more; the row goes with the next upload.
    pub(super) fn forget(&self, bot: &BotId, name: &str) {
        self.known().remove(&(bot.clone(), name.to_owned()));
    }

    /// `None` where there is no such picture.
    pub(super) async fn find(&self, name: &str) -> Option<Found> {
        if !is_plain(name) {
            return None;
        }
        for ending in ENDINGS {
            let file_name = format!("{name}{ending}");
            if let Some(found) = self.find_file(&file_name).await {
                return Some(found);
            }
        }
        None
    }

    async fn find_file(&self, file_name: &str) -> Option<Found> {
        if let Some(folder) = &self.folder {
            let path = folder.join(file_name);
            let found = tokio::fs::metadata(&path).await;
            if let Ok(found) = found
                && found.is_file()
                && found.len() <= BYTES_MAX
            {
                let changed = found.modified().ok();
                let changed = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                let changed_ms = changed.map_or(0, |since| since.as_millis());
                let stamp = format!("{file_name} {} {changed_ms}", found.len());
                return Some(Found { file_name: file_name.to_owned(), stamp, path: Some(path) });
            }
        }
        let length = (self.embedded)(file_name)?.len();
        let stamp = format!("{file_name} {length} {}", env!("CARGO_PKG_VERSION"));
        Some(Found { file_name: file_name.to_owned(), stamp, path: None })
    }

    /// Its bytes, unless it has gone in the meantime.
    pub(super) async fn read(&self, found: &Found) -> Option<Vec<u8>> {
        match &found.path {
            Some(path) => tokio::fs::read(path).await.ok(),
            None => (self.embedded)(&found.file_name),
        }
    }

    /// What cannot be written down is uploaded once more by the next process.
    async fn write(&self, rows: Vec<Row>) {
        let Some(journal) = self.journal.get().filter(|_| !rows.is_empty()) else {
            return;
        };
        if let Err(reason) = journal.rows(rows).await {
            tracing::warn!(reason, "an uploaded picture is not written down");
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<(BotId, String), Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn row(bot: &BotId, name: &str, known: Known) -> Row {
    let Known { stamp, file_id } = known;
    let (bot, picture) = (bot.as_str().to_owned(), name.to_owned());
    Row::SentPicture(SentPictureRow { bot, picture, stamp, file_id })
}

/// A name that stays inside the folder.
fn is_plain(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 64 && name.chars().all(good) && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use entities::BotId;

    use super::{Pictures, is_plain};

    #[tokio::test]
    async fn a_picture_is_found_by_its_name_and_never_outside_its_folder() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("photos");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(home.path().join("secret"), "s").unwrap();
        std::fs::write(folder.join("mug.png"), "mug").unwrap();
        let embedded = |name: &str| (name == "tea.jpg").then(|| b"tea".to_vec());
        let pictures = Pictures::new(Some(folder), embedded);
        let read = async |name| pictures.read(&pictures.find(name).await?).await;
        assert_eq!(read("mug").await.as_deref(), Some(&b"mug"[..]));
        assert_eq!(read("tea").await.as_deref(), Some(&b"tea"[..]));
        assert_eq!(read("../secret").await, None);
        assert_eq!(read("nothing").await, None);
        assert!(!is_plain("a/b") && !is_plain("") && !is_plain("..") && is_plain("mug-2"));
    }

    #[tokio::test]
    async fn another_picture_under_the_same_name_is_uploaded_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mug.png");
        std::fs::write(&file, "blue").unwrap();
        let pictures = Pictures::new(Some(folder.path().to_owned()), |_| None);
        let bot = BotId::parse("shop").unwrap();
        let blue = pictures.find("mug").await.unwrap();
        pictures.remember(&bot, "mug", &blue, "F1".to_owned()).await;
        assert_eq!(pictures.file_id(&bot, "mug", Some(&blue)).as_deref(), Some("F1"));
        std::fs::write(&file, "a red one").unwrap();
        let red = pictures.find("mug").await.unwrap();
        assert_eq!(pictures.file_id(&bot, "mug", Some(&red)), None);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(pictures.file_id(&bot, "mug", None).as_deref(), Some("F1"), "Telegram has it");
    }
}
