//! Doctor: the disk and its encryption.

use std::path::{Path, PathBuf};
use std::process::Command;

use entities::Database;

use super::Finding;
use crate::settings::Settings;

/// Below this a busy shop's journal may fill the disk before anybody looks.
const ENOUGH_KIB: u64 = 1024 * 1024;

pub(super) fn all(settings: &Settings) -> Vec<Finding> {
    let file = Database::file(settings.database_url());
    let folder = existing(Path::new(file.unwrap_or(".")));
    let volume = volume(&folder);
    let mut findings = vec![disk(&folder, volume.as_ref())];
    findings.push(match file {
        Some(_) => encryption(volume.as_ref()),
        None => Finding::warn(
            "encryption",
            "whether PostgreSQL's volume is encrypted cannot be seen from here",
            "Telegram's terms ask for user data encrypted at rest: see to it on the database's machine",
        ),
    });
    findings
}

/// The folder itself, or the nearest one above it that is there.
fn existing(path: &Path) -> PathBuf {
    let found = path.ancestors().find(|path| path.is_dir());
    found.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// A mounted file system, as `df` tells it.
struct Volume {
    device: String,
    free_kib: u64,
}

fn volume(folder: &Path) -> Option<Volume> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    parse_df(&String::from_utf8_lossy(&output.stdout))
}

/// POSIX: a head, then device, size, used, free, share, place.
fn parse_df(text: &str) -> Option<Volume> {
    let mut words = text.lines().nth(1)?.split_whitespace();
    let device = words.next()?.to_owned();
    let free_kib = words.nth(2)?.parse().ok()?;
    Some(Volume { device, free_kib })
}

fn disk(folder: &Path, volume: Option<&Volume>) -> Finding {
    let Some(volume) = volume else {
        let line = format!("how much is free at {} cannot be told", folder.display());
        return Finding::warn("disk", line, "see to it that 1 GiB or more is free");
    };
    let free = format!(
        "{:.1} GiB free at {}",
        volume.free_kib as f64 / ENOUGH_KIB as f64,
        folder.display()
    );
    match volume.free_kib >= ENOUGH_KIB {
        true => Finding::ok("disk", free),
        false => {
            Finding::failed("disk", free, "make room: with a full disk nothing is acknowledged")
        }
    }
}

fn encryption(volume: Option<&Volume>) -> Finding {
    let hint = "Telegram's terms ask for user data encrypted at rest: keep data/ on an encrypted volume (LUKS, or \
                your provider's disk encryption)";
    let part = "encryption";
    let Some(volume) = volume else {
        return Finding::warn(part, "whether the volume is encrypted cannot be told", hint);
    };
    match is_encrypted(&volume.device) {
        Some(true) => Finding::ok(part, format!("{} is encrypted", volume.device)),
        Some(false) => {
            Finding::warn(part, format!("{} is not encrypted by this machine", volume.device), hint)
        }
        None => Finding::warn(
            part,
            format!("whether {} is encrypted cannot be told", volume.device),
            hint,
        ),
    }
}

/// Whether a layer of dm-crypt is under the device.
fn is_encrypted(device: &str) -> Option<bool> {
    let output = Command::new("lsblk").args(["-sno", "TYPE", device]).output().ok()?;
    let types = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| types.split_whitespace().any(|kind| kind == "crypt"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{existing, parse_df};

    #[test]
    fn free_space_is_read_from_df() {
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 40 60 40% /\n";
        let volume = parse_df(text).expect("a volume");
        assert_eq!((volume.device.as_str(), volume.free_kib), ("/dev/sda1", 60));
        assert!(parse_df("").is_none());
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_on_the_disk_of_the_one_above() {
        assert_eq!(existing(Path::new("no/such/kontor.db")), Path::new("."));
        assert_eq!(existing(Path::new("/no/such/kontor.db")), Path::new("/"));
    }
}
