//! Takes a catalogue into the running server: rows and shelves in one transaction, then everybody sees it.
//! Knows no file and no terminal.

use std::sync::Arc;

use actors::{Answer, House};
use anyhow::{Context, bail};
use entities::Row;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::Control;
use crate::catalogue::{self, Against};

/// Shelves that are told at once: more would push customers out of the Office.
const AT_ONCE: usize = 64;

impl Control {
    /// Replaces the catalogue with what the file says.
    pub(super) async fn import_catalogue(&self, csv: &str) -> anyhow::Result<Value> {
        let known = catalogue::counts(&self.database).await?.into_keys().collect();
        let has_file = |name: &str| self.shop.pictures.join(name).exists();
        let against = Against {
            default_language: &self.shop.default_language,
            currency: self.shop.currency,
            has_file: &has_file,
            known: &known,
        };
        let sheet = match catalogue::read(csv.as_bytes(), &against) {
            Ok(sheet) => sheet,
            Err(problems) => {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                bail!("nothing was imported\n{}", lines.join("\n"));
            }
        };
        let now_ms = self.kernel.clock.now_ms();
        let messages = catalogue::messages(&sheet.shelves, now_ms);
        let held: Vec<_> = (now_ms * 1_000..)
            .zip(&messages)
            .map(|(seq, (key, external, message))| {
                self.kernel.held(key, (external, message.clone()), (seq, now_ms))
            })
            .collect();
        let done: Vec<Row> =
            held.iter().map(|row| Row::Unhold { owner: row.owner.clone(), seq: row.seq }).collect();
        let replaced = entities::replace_catalogue(&self.database, catalogue::rows(&sheet), held);
        replaced.await.context("write the catalogue")?;
        let catalogue = Arc::new(catalogue::load(&self.database).await?);
        self.kernel.set_house(House { catalogue, ..self.kernel.house() });
        let mut refused = Vec::new();
        for batch in messages.chunks(AT_ONCE) {
            let told = batch.iter().map(|(key, external, message)| {
                let (key, external) = (key.clone(), external.clone());
                self.kernel.office.tell_patiently(key, external, message.clone())
            });
            for answer in join_all(told).await {
                match answer {
                    Ok(Answer::Refused(refusal)) => refused.push(refusal.reason),
                    Ok(_) => {}
                    // It stands in a row, and is taken up again with the next start.
                    Err(failure) => {
                        bail!("the catalogue is in, a shelf will follow later: {failure}")
                    }
                }
            }
        }
        self.kernel.journal.bulk(done).await.map_err(|reason| anyhow::anyhow!(reason))?;
        Ok(json!({ "products": sheet.products.len(), "refused": refused }))
    }
}
