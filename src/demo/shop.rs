//! The demo's sample shop: a catalogue's file like any merchant's, and what is in the shelves. Knows no actors but Stock.

use std::collections::BTreeSet;
use std::path::Path;

use actors::{External, Kernel};
use anyhow::{Context, anyhow, bail};
use entities::{Database, Kind};

use crate::catalogue::{self, Against, Sheet};
use crate::settings::Settings;

/// About forty products in five languages.
const FILE: &[u8] = include_bytes!("shop.csv");

/// Where the sample shop sends its parcels, and how.
pub(super) const PARCELS: &str = include_str!("parcels.toml");

/// The file as it is sold; pictures are drawn before.
fn sheet(settings: &Settings) -> anyhow::Result<Sheet> {
    let has_file = |name: &str| settings.shop.pictures.join(name).exists();
    let against = Against {
        default_language: &settings.shop.default_language,
        currency: settings.shop.currency,
        has_file: &has_file,
        known: &BTreeSet::new(),
    };
    match catalogue::read(FILE, &against) {
        Ok(sheet) => Ok(sheet),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("the sample shop is not valid\n{}", lines.join("\n"))
        }
    }
}

/// Puts the sample catalogue into the database, before the server opens its doors.
pub(super) async fn seed(database: &Database, settings: &Settings) -> anyhow::Result<()> {
    let rows = catalogue::rows(&sheet(settings)?);
    entities::replace_catalogue(database, rows, Vec::new()).await.context("seed the catalogue")
}

/// Fills the shelves, once: a repeated request has no second effect.
pub(super) async fn fill(kernel: &Kernel, settings: &Settings) -> anyhow::Result<()> {
    for (key, _, message) in catalogue::messages(&sheet(settings)?.shelves, 0) {
        debug_assert_eq!(key.kind(), Kind::Stock);
        let external = External::Request(format!("demo-stock-{}", key.id()));
        let told = kernel.office.tell_patiently(key, external, message).await;
        told.map_err(|failure| anyhow!("the shelves cannot be filled: {failure}"))?;
    }
    Ok(())
}

/// The photos that the sample shop's products name.
pub(super) fn photos() -> anyhow::Result<Vec<String>> {
    let mut reader = csv::Reader::from_reader(FILE);
    let column = reader.headers()?.iter().position(|name| name == "photo");
    let column = column.context("the sample shop has photos")?;
    let mut photos = Vec::new();
    for record in reader.records() {
        photos.extend(record?.get(column).filter(|name| !name.is_empty()).map(str::to_owned));
    }
    Ok(photos)
}

/// What the sample shop sells as a file.
pub(super) fn write_goods(folder: &Path) -> anyhow::Result<()> {
    const RECIPES: &str = "Honey cake\n\n200 g butter, 150 g forest honey, 3 eggs, 250 g flour, 1 tsp baking powder.\n\
        Melt butter and honey, stir in the eggs, then the flour. 40 minutes at 170 °C.\n";
    std::fs::write(folder.join("recipes.txt"), RECIPES).context("write the recipes")
}
