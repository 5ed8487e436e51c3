//! `kontor secrets`: changing the master key.

use indicatif::{ProgressBar, ProgressStyle};

use super::SecretsCommand;
use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::count;
use crate::secrets::{self, Rotated};

pub(super) async fn run(command: SecretsCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let SecretsCommand::Rotate { new_key_file } = command;
    let settings = desk.settings()?;
    if desk.is_running(&settings) {
        let problem = "a server is running with the old key";
        return Err(Wrong::usage(problem, "stop it, change the key, start it again"));
    }
    // Says what is missing before the lock makes a file.
    desk.database(&settings).await?.close().await;
    let (database, lock) = desk.locked(&settings).await?;
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} values sealed anew, {elapsed}")
    {
        bar.set_style(style);
    }
    let told = |done: u64| bar.set_position(done);
    let rotated = secrets::rotate(&database, &settings.secrets, &new_key_file, &told).await;
    bar.finish_and_clear();
    database.close().await;
    drop(lock);
    let Rotated { values, old_key, fingerprint } = rotated?;
    println!("sealed anew: {}", count(values.total(), "value"));
    println!("master key: {fingerprint}");
    if let Some(old) = old_key {
        println!("old key: {}", old.display());
        println!("  hint: backups from before need it; keep it apart from them");
    }
    if settings.secrets.master_key.is_some() {
        println!("  hint: set secrets.master_key to what is in {}", new_key_file.display());
    }
    Ok(Outcome::Fine)
}
