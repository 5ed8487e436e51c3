//! Changes the master key: the database in one transaction, then the key's file. Knows nothing of what is sealed.

use std::path::{Path, PathBuf};

use entities::{Database, FINGERPRINT, RekeyError, Rekeyed};

use super::{SecretsError, make, master_key, read};
use crate::settings::SecretSettings;

#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error("change the master key: {0}")]
    Rekey(#[from] RekeyError),
    #[error(
        "the database has the new key now, but {path} could not be replaced: {source}\n  hint: put {new} there by hand"
    )]
    Place { path: PathBuf, new: PathBuf, source: std::io::Error },
}

/// What a change of the master key did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    pub values: Rekeyed,
    /// Where the old key is kept: backups from before need it.
    pub old_key: Option<PathBuf>,
    pub fingerprint: String,
}

/// Seals the database with the key in `new_file` (made when missing) and puts that key in the place of the old one. The
/// caller holds the server's lock. Broken off at any moment, the same call again brings it to its end.
///
/// # Errors
/// The old key is not this database's, something cannot be opened (then nothing is changed), or a file cannot be moved.
pub async fn rotate(
    database: &Database,
    settings: &SecretSettings,
    new_file: &Path,
    told: &(dyn Fn(u64) + Sync),
) -> Result<Rotated, RotateError> {
    let new = match new_file.exists() {
        true => read(new_file)?,
        false => make(new_file)?,
    };
    let expected = entities::meta(&database.read, FINGERPRINT).await.map_err(RekeyError::from)?;
    let values = match expected == Some(new.fingerprint()) {
        // An earlier call was broken off after its transaction.
        true => Rekeyed::default(),
        false => {
            let old = master_key(settings, false)?;
            super::check(database, &old).await?;
            entities::rekey(database, &old, &new, told).await?
        }
    };
    let old_key = match settings.master_key {
        // The key comes from outside: whoever sets it puts the new one there.
        Some(_) => None,
        None => place(&settings.master_key_file, new_file)?,
    };
    Ok(Rotated { values, old_key, fingerprint: new.fingerprint() })
}

/// Puts the new key where the old one is; the old one stays beside it.
fn place(path: &Path, new: &Path) -> Result<Option<PathBuf>, RotateError> {
    let failed = |source| {
        let (path, new) = (path.to_owned(), new.to_owned());
        RotateError::Place { path, new, source }
    };
    if is_same(path, new) {
        return Ok(None);
    }
    let mut old = None;
    let fingerprint = read(new)?.fingerprint();
    if path.exists() && read(path)?.fingerprint() == fingerprint {
        std::fs::remove_file(new).map_err(failed)?;
        return Ok(None);
    }
    if path.exists() {
        let fingerprint = read(path)?.fingerprint();
        let kept = path.with_extension(format!("key.{fingerprint}"));
        std::fs::rename(path, &kept).map_err(failed)?;
        old = Some(kept);
    }
    // A copy, and the original goes last: a rename does not cross file systems.
    let text = std::fs::read_to_string(new).map_err(failed)?;
    super::write_private(path, &text).map_err(failed)?;
    std::fs::remove_file(new).map_err(failed)?;
    Ok(old)
}

fn is_same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
