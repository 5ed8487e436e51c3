//! What the shop of a run sells. Knows no run.

use std::collections::BTreeSet;

use anyhow::{Context, anyhow};
use entities::{Currency, Database};

use super::people;
use super::plan::PRODUCTS;
use crate::bench::postgres::Store;
use crate::catalogue::{self, Against};

/// Few, so that some sell out.
const PIECES: i64 = 12;

/// Products in the catalogue, and what is to be put on the shelf.
pub(super) async fn stock_up(store: &Store) -> anyhow::Result<Vec<(String, i64)>> {
    let mut file = "kind,id,title.en,price.EUR,stock\n".to_owned();
    for at in 0..PRODUCTS {
        let title = people::title(at);
        file.push_str(&format!("physical,thing-{at},{title},{}.50,{PIECES}\n", at + 1));
    }
    let against = Against {
        default_language: "en",
        currency: Currency::EUR,
        has_file: &|_| false,
        known: &BTreeSet::new(),
    };
    let sheet = catalogue::read(file.as_bytes(), &against).map_err(|found| anyhow!("{found:?}"))?;
    let database = Database::open(&store.url).await?;
    migrations::up(&database.write).await.context("make the schema")?;
    let rows = catalogue::rows(&sheet);
    entities::replace_catalogue(&database, rows, Vec::new()).await.context("fill the catalogue")?;
    database.close().await;
    Ok(sheet.shelves.into_iter().map(|shelf| (shelf.sku, PIECES)).collect())
}
