//! The master key: where it is kept, whether it is this database's, how it is changed. Knows nothing of what it seals.

mod rotate;

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use entities::{Database, DbErr, FINGERPRINT, MasterKey};
use secrecy::ExposeSecret;

use crate::settings::SecretSettings;

// tidy: allow(re-export) rotation is part of what this module offers
pub use rotate::{RotateError, Rotated, rotate};

/// Readable and writable by its owner only.
const OURS_ALONE: u32 = 0o600;

#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error(
        "there is no master key at {0}\n  hint: put the one there that the database was sealed with"
    )]
    Missing(PathBuf),
    #[error(
        "the master key {path} may be read by others (mode {mode:o})\n  hint: chmod 600 {path}"
    )]
    Open { path: PathBuf, mode: u32 },
    #[error("{path} holds no master key: {source}")]
    Shape { path: String, source: entities::SealError },
    #[error("the master key {path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "{database} was sealed with master key {expected}, and this one is {found}\n  hint: put the right key into secrets.master_key_file"
    )]
    Wrong { database: String, expected: String, found: String },
    #[error("read which master key the database has: {0}")]
    Database(#[from] DbErr),
}

/// The master key from the settings or from its file; where `create` says so, a missing file is made.
///
/// # Errors
/// When there is none, others may read it, or it is not a key.
pub fn master_key(settings: &SecretSettings, create: bool) -> Result<MasterKey, SecretsError> {
    if let Some(text) = &settings.master_key {
        let path = "secrets.master_key".to_owned();
        let shape = |source| SecretsError::Shape { path, source };
        return MasterKey::from_base64(text.expose_secret()).map_err(shape);
    }
    let path = &settings.master_key_file;
    match path.exists() {
        true => read(path),
        false if create => make(path),
        false => Err(SecretsError::Missing(path.clone())),
    }
}

/// The master key of this database: from the settings or its file; with a database that nothing was sealed in yet, a
/// missing file is made. The caller holds the server's lock, and the schema is up to date.
///
/// # Errors
/// As `master_key` and `check`.
pub async fn for_database(
    database: &Database,
    settings: &SecretSettings,
) -> Result<MasterKey, SecretsError> {
    let is_new = entities::meta(&database.read, FINGERPRINT).await?.is_none();
    let makes = is_new && settings.master_key.is_none() && !settings.master_key_file.exists();
    let key = master_key(settings, is_new)?;
    check(database, &key).await?;
    if makes {
        let file = settings.master_key_file.display();
        tracing::warn!(%file, "a master key was made: keep a copy apart from the database's backups");
    }
    Ok(key)
}

/// Whether `key` is the one that this database was sealed with; the first one is recorded.
///
/// # Errors
/// When it is another, or the database does not answer.
pub async fn check(database: &Database, key: &MasterKey) -> Result<(), SecretsError> {
    let found = key.fingerprint();
    match entities::meta(&database.read, FINGERPRINT).await? {
        None => Ok(entities::set_meta(&database.write, FINGERPRINT, &found).await?),
        Some(expected) if expected == found => Ok(()),
        Some(expected) => {
            let database = database.name.clone();
            Err(SecretsError::Wrong { database, expected, found })
        }
    }
}

/// Reads a key file that only its owner may read.
pub(crate) fn read(path: &Path) -> Result<MasterKey, SecretsError> {
    let failed = |source| SecretsError::File { path: path.to_owned(), source };
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretsError::Open { path: path.to_owned(), mode });
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let shape = |source| SecretsError::Shape { path: path.display().to_string(), source };
    MasterKey::from_base64(&text).map_err(shape)
}

/// Makes a key file. Never overwrites one.
pub(crate) fn make(path: &Path) -> Result<MasterKey, SecretsError> {
    let failed = |source| SecretsError::File { path: path.to_owned(), source };
    let key = MasterKey::random();
    write_private(path, &format!("{}\n", key.to_base64())).map_err(failed)?;
    Ok(key)
}

/// Writes a new file that only its owner may read, and makes sure that it is on the disk.
pub(crate) fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        // What comes into it later, the database too, is nobody else's business either.
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OURS_ALONE).open(path)?;
    file.set_permissions(Permissions::from_mode(OURS_ALONE))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
