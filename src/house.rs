//! Reads the house (catalogue, flows, rules) from the database and the settings. Knows no actors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use actors::House;
use actors::flow::{FlowError, Flows};
use actors::manners::{Entry, Leaflets, Terms};
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
        promos: Arc::new(promos(database).await?),
        rules: Arc::new(settings.rules()),
        leaflets: Arc::new(leaflets(settings)?),
    })
}

/// The codes that somebody set.
async fn promos(database: &Database) -> anyhow::Result<BTreeSet<String>> {
    let rows = entities::promos(&database.read).await.context("read the promo codes")?;
    Ok(rows.into_iter().map(|row| row.code).collect())
}

/// Frequent questions and the terms, from their files.
fn leaflets(settings: &Settings) -> anyhow::Result<Leaflets> {
    let read = |folder: &Path, language: &str| -> anyhow::Result<Option<String>> {
        let file = folder.join(format!("{language}.md"));
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read {}", file.display())),
        }
    };
    let mut leaflets = Leaflets::default();
    let mut texts = BTreeMap::new();
    for language in &settings.shop.languages {
        if let Some(text) = read(&settings.help.faq, language)? {
            leaflets.faq.insert(language.clone(), Entry::read(&text));
        }
        if let Some(text) = read(&settings.terms.dir, language)? {
            texts.insert(language.clone(), text);
        }
    }
    let version = settings.terms.version.clone();
    if !version.is_empty() {
        let own = &settings.shop.default_language;
        if !texts.contains_key(own) {
            let folder = settings.terms.dir.display();
            bail!(
                "terms.version is set, and there is no {folder}/{own}.md\n  hint: write the terms there, or leave terms.version empty"
            );
        }
        leaflets.terms = Some(Terms { version, texts });
    }
    Ok(leaflets)
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
    let unknown = unknown_webhooks(&current, |name| settings.flows.webhooks.contains_key(name));
    if !unknown.is_empty() {
        bail!("the flows are not valid\n{}", lines(&unknown));
    }
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

/// Steps that name a webhook which the configuration does not have.
pub fn unknown_webhooks(flows: &Flows, is_known: impl Fn(&str) -> bool) -> Vec<FlowError> {
    let of_flow = |flow: &actors::flow::Flow| {
        let unknown = flow.webhooks().filter(|(name, _)| !is_known(name));
        let error = |(name, line): (&str, usize)| FlowError {
            file: flow.file().to_owned(),
            line,
            reason: format!("no webhook `{name}` is configured"),
            hint: Some(format!("[flows.webhooks.{name}] with `url` and `secret`")),
        };
        unknown.map(error).collect::<Vec<_>>()
    };
    flows.all().flat_map(|flow| of_flow(flow)).collect()
}

fn lines(errors: &[FlowError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
