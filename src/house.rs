//! Reads the house (catalogue, flows, rules) from the database and the settings. Knows no actors.

use std::sync::Arc;

use actors::House;
use actors::flow::{FlowError, Flows};
use anyhow::{Context, bail};
use entities::{Database, FlowVersionRow};

use crate::catalogue;
use crate::settings::Settings;

/// Loads everything that decisions may look at, and keeps the versions of the flows that are current now.
///
/// # Errors
/// When a flow is not valid (all its errors are named), or the database does not answer.
pub async fn load(database: &Database, settings: &Settings) -> anyhow::Result<House> {
    Ok(House {
        catalogue: Arc::new(catalogue::load(database).await?),
        flows: Arc::new(flows(database, settings).await?),
        rules: Arc::new(settings.rules()),
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
