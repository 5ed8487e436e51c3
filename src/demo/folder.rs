//! The demo's folder: one demo at a time, and nothing in it is removed that a demo did not make. Knows no server.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use anyhow::{Context, bail};

/// The first line of the configuration that a demo writes: how its folder is known.
pub(super) const MARK: &str = "# Written by `kontor demo` at each start.";

/// What a demo makes.
const OURS: [&str; 9] = [
    "kontor.db",
    "kontor.db-wal",
    "kontor.db-shm",
    "kontor.db.lock",
    "kontor.sock",
    "kontor.toml",
    "master.key",
    "clock-offset-ms",
    "pictures",
];

/// Held as long as the demo runs.
pub(super) struct Folder {
    _lock: File,
}

impl Folder {
    /// Makes the folder, or takes an earlier demo's; `fresh` removes what that one left.
    ///
    /// # Errors
    /// When another demo runs in it, it is not a demo's, or it cannot be written.
    pub(super) fn take(folder: &Path, fresh: bool) -> anyhow::Result<Self> {
        let name = folder.display();
        if !is_a_demos(folder)? {
            bail!(
                "{name} holds something that is not a demo's\n  hint: name an empty folder with --data"
            );
        }
        std::fs::create_dir_all(folder).with_context(|| format!("make the folder {name}"))?;
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let lock = options.open(folder.join("demo.lock")).context("lock the demo's folder")?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another demo runs in {name}\n  hint: stop it, or name another folder with --data"
                )
            }
            Err(TryLockError::Error(error)) => return Err(error).context("lock the demo's folder"),
        }
        if fresh {
            remove_ours(folder)?;
        }
        Ok(Self { _lock: lock })
    }
}

/// Missing, empty, or with a demo's configuration in it.
fn is_a_demos(folder: &Path) -> anyhow::Result<bool> {
    let Ok(mut entries) = std::fs::read_dir(folder) else {
        return Ok(!folder.exists());
    };
    let only_lock = entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == "demo.lock"));
    let config = std::fs::read_to_string(folder.join("kontor.toml")).unwrap_or_default();
    Ok(only_lock || config.starts_with(MARK))
}

fn remove_ours(folder: &Path) -> anyhow::Result<()> {
    for name in OURS {
        let path = folder.join(name);
        let removed = match path.is_dir() {
            true => std::fs::remove_dir_all(&path),
            false => std::fs::remove_file(&path),
        };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("remove {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Folder, MARK};

    #[test]
    fn fresh_removes_only_what_a_demo_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("demo");
        drop(Folder::take(&path, false).expect("a new folder"));
        for (name, text) in [("kontor.toml", MARK), ("kontor.db", "x"), ("thesis.txt", "mine")] {
            std::fs::write(path.join(name), text).expect("writes");
        }
        drop(Folder::take(&path, true).expect("a demo's folder"));
        assert!(!path.join("kontor.db").exists());
        assert!(path.join("thesis.txt").exists(), "it is not the demo's");
        // Without the configuration it is no longer known as a demo's.
        assert!(Folder::take(&path, true).is_err());
        assert!(path.join("thesis.txt").exists());
    }

    #[test]
    fn two_demos_never_share_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Folder::take(folder.path(), false).expect("empty");
        let second = Folder::take(folder.path(), true).err().expect("refused").to_string();
        assert!(second.contains("another demo runs"), "{second}");
        drop(first);
        Folder::take(folder.path(), false).expect("free again");
    }
}
