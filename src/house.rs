//! Reads the house (catalogue, flows, rules) from the database and the settings. Knows no actors.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::flow::{FlowError, Flows};
use actors::{Catalogue, House, Product};
use anyhow::{Context, bail};
use entities::{Currency, Database, FlowVersionRow, Money, ProductRow};

use crate::settings::Settings;

/// Loads everything that decisions may look at, and keeps the versions of the flows that are current now.
///
/// # Errors
/// When a flow is not valid (all its errors are named), or the database does not answer.
pub async fn load(database: &Database, settings: &Settings) -> anyhow::Result<House> {
    Ok(House {
        catalogue: Arc::new(catalogue(database).await?),
        flows: Arc::new(flows(database, settings).await?),
        rules: Arc::new(settings.rules()),
    })
}

async fn catalogue(database: &Database) -> anyhow::Result<Catalogue> {
    let rows = entities::products(&database.read).await.context("read the catalogue")?;
    let products = rows.iter().map(product).collect::<anyhow::Result<_>>()?;
    Ok(Catalogue { products })
}

fn product(row: &ProductRow) -> anyhow::Result<Product> {
    let texts = |json: &str| -> anyhow::Result<BTreeMap<String, String>> {
        serde_json::from_str(json).with_context(|| format!("the texts of product {}", row.id))
    };
    Ok(Product {
        id: row.id.clone(),
        title: texts(&row.titles)?,
        description: texts(&row.descriptions)?,
        price: Money::new(row.price_minor, Currency::parse(&row.currency)?),
        photo: row.photo.clone(),
    })
}

async fn flows(database: &Database, settings: &Settings) -> anyhow::Result<Flows> {
    let folder = &settings.flows.dir;
    let current = match folder.exists() {
        true => Flows::load(folder),
        false => Ok(Flows::default()),
    };
    let current = match current {
        Ok(flows) => flows,
        Err(errors) => bail!("the flows are not valid\n{}", lines(&errors)),
    };
    let rows = current.all().map(|flow| FlowVersionRow {
        name: flow.name().to_string(),
        version: flow.version().to_string(),
        source: flow.source().to_string(),
    });
    let rows: Vec<FlowVersionRow> = rows.collect();
    let old = entities::flow_versions(&database.read).await.context("read old flows")?;
    entities::keep_flow_versions(&database.write, rows).await.context("keep the flows")?;
    let texts =
        |row: &'_ FlowVersionRow| (row.name.clone(), row.version.clone(), row.source.clone());
    let old: Vec<(String, String, String)> = old.iter().map(texts).collect();
    let old = old.iter().map(|(name, version, source)| (&**name, &**version, &**source));
    let (flows, errors) = current.with_old(old);
    if !errors.is_empty() {
        tracing::warn!(errors = lines(&errors), "old flows no longer load; their runs will end");
    }
    Ok(flows)
}

fn lines(errors: &[FlowError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
