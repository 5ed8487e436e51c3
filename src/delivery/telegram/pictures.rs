//! Our pictures by name: where their bytes are, and as which file Telegram knows them. Knows no HTTP.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use entities::BotId;

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
    /// Telegram's ids after the first upload, until the process ends; each bot has its own.
    known: Mutex<HashMap<(BotId, String), String>>,
}

/// A picture's bytes under its file name.
pub(super) struct Picture {
    pub(super) file_name: String,
    pub(super) bytes: Vec<u8>,
}

impl Pictures {
    pub fn new(folder: Option<PathBuf>, embedded: Embedded) -> Self {
        Self { folder, embedded, known: Mutex::default() }
    }

    pub(super) fn file_id(&self, bot: &BotId, name: &str) -> Option<String> {
        self.known().get(&(bot.clone(), name.to_owned())).cloned()
    }

    pub(super) fn remember(&self, bot: &BotId, name: &str, file_id: String) {
        self.known().insert((bot.clone(), name.to_owned()), file_id);
    }

    pub(super) fn forget(&self, bot: &BotId, name: &str) {
        self.known().remove(&(bot.clone(), name.to_owned()));
    }

    /// `None` where there is no such picture.
    pub(super) async fn read(&self, name: &str) -> Option<Picture> {
        if !is_plain(name) {
            return None;
        }
        for ending in ENDINGS {
            let file_name = format!("{name}{ending}");
            if let Some(bytes) = self.read_file(&file_name).await {
                return Some(Picture { file_name, bytes });
            }
        }
        None
    }

    async fn read_file(&self, file_name: &str) -> Option<Vec<u8>> {
        if let Some(folder) = &self.folder {
            let path = folder.join(file_name);
            let found = tokio::fs::metadata(&path).await;
            if found.is_ok_and(|found| found.is_file() && found.len() <= BYTES_MAX)
                && let Ok(bytes) = tokio::fs::read(&path).await
            {
                return Some(bytes);
            }
        }
        (self.embedded)(file_name)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<(BotId, String), String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name that stays inside the folder.
fn is_plain(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 64 && name.chars().all(good) && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
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
        let read = async |name| pictures.read(name).await.map(|picture| picture.bytes);
        assert_eq!(read("mug").await.as_deref(), Some(&b"mug"[..]));
        assert_eq!(read("tea").await.as_deref(), Some(&b"tea"[..]));
        assert_eq!(read("../secret").await, None);
        assert_eq!(read("nothing").await, None);
        assert!(!is_plain("a/b") && !is_plain("") && !is_plain("..") && is_plain("mug-2"));
    }
}
