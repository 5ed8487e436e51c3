//! `kontor catalogue`: what is for sale, in from a file and out to one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use actors::{Catalogue, Clock, held_message};
use anyhow::Context;
use clap::Subcommand;

use super::desk::Desk;
use super::exit::Outcome;
use super::table::count;
use crate::catalogue::{self, Against, Changes, Sheet};
use crate::control::{self, Request};
use crate::secrets;
use crate::settings::Settings;

/// Names that are written out in full; the others are counted.
const NAMED: usize = 12;
/// Telegram takes photos of up to 10 MB.
const PICTURE_MAX_BYTES: u64 = 10_000_000;

#[derive(Clone, Debug, Subcommand)]
pub enum CatalogueCommand {
    /// Put the catalogue of a CSV file in place of the present one: all of it or nothing
    Import {
        file: PathBuf,
        /// Only say what would change, or every bad line with its reason
        #[arg(long)]
        dry_run: bool,
        /// Where the pictures and files are that it names; they are copied into shop.pictures
        #[arg(long, value_name = "DIR")]
        pictures: Option<PathBuf>,
    },
    /// Write the catalogue as a CSV file that `import` reads; codes that are for sale stay where they are
    Export {
        /// To the terminal when it is left out
        #[arg(default_value = "-")]
        file: PathBuf,
    },
}

pub(super) async fn run(command: CatalogueCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    match command {
        CatalogueCommand::Import { file, dry_run, pictures } => {
            import(desk, &settings, &file, dry_run, pictures.as_deref()).await
        }
        CatalogueCommand::Export { file } => export(desk, &settings, &file).await,
    }
}

/// What the database holds now; nothing where there is none yet.
async fn present(
    desk: &Desk,
    settings: &Settings,
) -> anyhow::Result<(Catalogue, BTreeMap<String, i64>)> {
    let database = desk.database(settings).await?;
    let catalogue = catalogue::load(&database).await?;
    let counts = catalogue::counts(&database).await?;
    database.close().await;
    Ok((catalogue, counts))
}

async fn import(
    desk: &Desk,
    settings: &Settings,
    file: &Path,
    dry_run: bool,
    pictures: Option<&Path>,
) -> anyhow::Result<Outcome> {
    let bytes = std::fs::read(file).with_context(|| format!("read {}", file.display()))?;
    let (now, counts) = present(desk, settings).await?;
    let ours = settings.shop.pictures.as_path();
    let fits = |path: PathBuf| {
        path.metadata().is_ok_and(|found| found.is_file() && found.len() <= PICTURE_MAX_BYTES)
    };
    let has_file = |name: &str| {
        pictures.is_some_and(|folder| fits(folder.join(name))) || fits(ours.join(name))
    };
    let known: BTreeSet<String> = counts.into_keys().collect();
    let against = Against {
        default_language: &settings.shop.default_language,
        currency: settings.shop.currency,
        has_file: &has_file,
        known: &known,
    };
    let sheet = match catalogue::read(&bytes, &against) {
        Ok(sheet) => sheet,
        Err(problems) => {
            for problem in &problems {
                println!("{problem}");
            }
            let found = count(problems.len() as u64, "problem");
            eprintln!("{found} in {}; nothing was imported", file.display());
            return Ok(Outcome::Problems);
        }
    };
    let changes = sheet.changes(&now);
    if dry_run {
        print(&changes, true);
        return Ok(Outcome::Fine);
    }
    if let Some(folder) = pictures {
        copy(&sheet, folder, ours)?;
    }
    let refused = match desk.is_running(settings) {
        true => {
            let csv = String::from_utf8(bytes).context("read the file")?;
            let answer = control::ask(&settings.control.socket, &Request::CatalogueImport { csv })?;
            let refused = answer["refused"].as_array().cloned().unwrap_or_default();
            refused.iter().filter_map(|reason| reason.as_str().map(str::to_owned)).collect()
        }
        false => {
            alone(desk, settings, &sheet).await?;
            Vec::new()
        }
    };
    print(&changes, false);
    for reason in &refused {
        println!("not taken: {reason}");
    }
    Ok(if refused.is_empty() { Outcome::Fine } else { Outcome::Problems })
}

/// No server runs: what the shelves are told is held for them.
async fn alone(desk: &Desk, settings: &Settings, sheet: &Sheet) -> anyhow::Result<()> {
    let (database, lock) = desk.locked(settings).await?;
    let master = secrets::for_database(&database, &settings.secrets).await?;
    let now_ms = Clock::system().now_ms();
    let first = now_ms * 1_000;
    let held = (first..)
        .zip(catalogue::messages(&sheet.shelves, now_ms))
        .map(|(seq, (key, external, message))| {
            held_message(&master, &key, (&external, message), (seq, now_ms))
        })
        .collect();
    let replaced = entities::replace_catalogue(&database, catalogue::rows(sheet), held).await;
    database.close().await;
    drop(lock);
    replaced.context("write the catalogue")
}

/// Takes the files that the catalogue names to where the server finds them.
fn copy(sheet: &Sheet, from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("make the folder {}", to.display()))?;
    for name in sheet.files() {
        let (source, target) = (from.join(name), to.join(name));
        let same = source.canonicalize().ok() == target.canonicalize().ok();
        if source.is_file() && !same {
            // Never half a picture under its name.
            let part = to.join(format!(".{name}.part"));
            std::fs::copy(&source, &part)
                .and_then(|_| std::fs::rename(&part, &target))
                .with_context(|| format!("copy {} to {}", source.display(), target.display()))?;
        }
    }
    Ok(())
}

fn print(changes: &Changes, dry_run: bool) {
    let sum = format!(
        "{} in {}",
        count(changes.products as u64, "product"),
        match changes.categories {
            1 => "1 category".to_owned(),
            number => format!("{number} categories"),
        }
    );
    println!("{}: {sum}", if dry_run { "would import" } else { "imported" });
    for (what, ids) in
        [("new", &changes.new), ("changed", &changes.changed), ("withdrawn", &changes.withdrawn)]
    {
        if !ids.is_empty() {
            let more = match ids.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let names: Vec<&str> = ids.iter().take(NAMED).map(String::as_str).collect();
            println!("{what}: {} ({}{more})", ids.len(), names.join(", "));
        }
    }
    println!("shelves: {}", changes.shelves);
}

async fn export(desk: &Desk, settings: &Settings, file: &Path) -> anyhow::Result<Outcome> {
    let (now, counts) = present(desk, settings).await?;
    let bytes = catalogue::write(&now, &counts)?;
    if file == Path::new("-") {
        std::io::stdout().lock().write_all(&bytes)?;
        return Ok(Outcome::Fine);
    }
    std::fs::write(file, bytes).with_context(|| format!("write {}", file.display()))?;
    println!("exported {}: {}", count(now.products.len() as u64, "product"), file.display());
    Ok(Outcome::Fine)
}
