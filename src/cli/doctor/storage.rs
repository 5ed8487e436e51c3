//! Doctor: the database, the master key, the flows.

use actors::flow::Flows;
use entities::Database;

use super::Finding;
use crate::cli::desk::{missing_file, pending};
use crate::cli::table::count;
use crate::secrets::{self, SecretsError};
use crate::settings::Settings;

pub(super) async fn database(settings: &Settings) -> Vec<Finding> {
    let part = "database";
    if let Some(file) = missing_file(settings) {
        let line = format!("{file} is not there yet; the first start makes it");
        return vec![Finding::ok(part, line)];
    }
    let database = match Database::open(settings.database_url()).await {
        Ok(database) => database,
        Err(error) => {
            let hint = "is it running, is database.url right, may this user open it?";
            return vec![Finding::failed(part, error.to_string(), hint)];
        }
    };
    let mut findings = vec![Finding::ok(part, format!("{} opens", database.name))];
    findings.push(match pending(&database).await {
        Ok(0) => Finding::ok("migrations", "all applied"),
        Ok(behind) => {
            let line = format!("{} not applied", count(behind as u64, "migration"));
            Finding::warn("migrations", line, "`kontor migrate up`; the next start does it too")
        }
        Err(error) => {
            let text = format!("{error:#}");
            let (line, hint) = text.split_once("\n  hint: ").unwrap_or((&text, ""));
            Finding::failed("migrations", line, hint)
        }
    });
    findings.extend(waiting(&database).await);
    database.close().await;
    findings
}

/// What waits for a person.
async fn waiting(database: &Database) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Ok(Some(held)) = crate::backup::held(database).await {
        let line = format!("held: it came out of the backup {}", held.file);
        findings.push(Finding::warn("restored", line, "`kontor restore --release`"));
    }
    if let Ok(rows) = entities::stuck(&database.read).await
        && !rows.is_empty()
    {
        let line = format!("{} stuck", count(rows.len() as u64, "intent"));
        findings.push(Finding::warn("deliveries", line, "`kontor stuck list`"));
    }
    if let Ok(rows) = entities::quarantined(&database.read).await
        && !rows.is_empty()
    {
        let line = format!("{} out of service", count(rows.len() as u64, "actor"));
        findings.push(Finding::warn("quarantine", line, "`kontor quarantine list`"));
    }
    findings
}

pub(super) async fn master_key(settings: &Settings) -> Finding {
    let part = "master key";
    let failed = |error: &dyn std::fmt::Display| {
        let text = error.to_string();
        let (line, hint) = text.split_once("\n  hint: ").unwrap_or((&text, ""));
        Finding::failed(part, line, hint)
    };
    let expected = fingerprint(settings).await;
    let key = match secrets::master_key(&settings.secrets, false) {
        Ok(key) => key,
        Err(SecretsError::Missing(file)) if expected.is_none() => {
            let line = format!("{} is not there yet; the first start makes it", file.display());
            return Finding::ok(part, line);
        }
        Err(error) => return failed(&error),
    };
    let found = key.fingerprint();
    match expected.filter(|expected| *expected != found) {
        Some(expected) => Finding::failed(
            part,
            format!("{found}, but the database was sealed with {expected}"),
            "put the right key into secrets.master_key_file",
        ),
        None => {
            Finding::ok(part, format!("{found}; keep a copy apart from the database's backups"))
        }
    }
}

/// Which key the database was sealed with, as far as it can be told.
async fn fingerprint(settings: &Settings) -> Option<String> {
    if missing_file(settings).is_some() {
        return None;
    }
    let database = Database::open(settings.database_url()).await.ok()?;
    let fingerprint = entities::meta(&database.read, entities::FINGERPRINT).await;
    database.close().await;
    fingerprint.ok().flatten()
}

pub(super) fn flows(settings: &Settings) -> Finding {
    let dir = &settings.flows.dir;
    if !dir.exists() {
        let line = format!("{} is not there: no flows", dir.display());
        return Finding::ok("flows", line);
    }
    match Flows::load(dir) {
        Ok(flows) => {
            let number = flows.all().count() as u64;
            Finding::ok("flows", format!("{} in {}", count(number, "flow"), dir.display()))
        }
        Err(errors) => {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            let (line, hint) = first.split_once("\n  hint: ").unwrap_or((&first, ""));
            let more = match errors.len() {
                0 | 1 => String::new(),
                all => format!(" (and {} more)", all - 1),
            };
            Finding::failed("flows", format!("{line}{more}"), hint)
        }
    }
}
