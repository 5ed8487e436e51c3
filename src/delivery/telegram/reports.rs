//! What is written at the moment of sending, from rows: a person's data, the shop's figures. Knows no conversation.

mod order;
mod page;
mod stats;

use actors::texts;
use actors::{Clock, Dossiers, Report};
use anyhow::Context;
use entities::{Database, MasterKey, PersonId};

/// Reads what reports are made of. Cheap to clone.
#[derive(Clone)]
pub struct Reports {
    database: Database,
    dossiers: Dossiers,
    clock: Clock,
}

/// A report, ready to be sent.
pub(super) enum Made {
    File {
        name: &'static str,
        bytes: Vec<u8>,
        caption: String,
    },
    /// Telegram HTML.
    Text {
        html: String,
    },
}

impl Reports {
    pub fn new(database: Database, master: MasterKey, clock: Clock) -> Self {
        let dossiers = Dossiers::new(database.clone(), master, clock.clone());
        Self { database, dossiers, clock }
    }

    pub(super) async fn make(
        &self,
        report: &Report,
        lang: &str,
        person: PersonId,
    ) -> anyhow::Result<Made> {
        match report {
            Report::PersonJson => {
                let dossier = self.dossiers.of(person).await?;
                let bytes = serde_json::to_vec_pretty(&dossier).context("write the export")?;
                let caption = texts::plain(lang, "export-json", &[]);
                Ok(Made::File { name: "my-data.json", bytes, caption })
            }
            Report::PersonPage => {
                let dossier = self.dossiers.of(person).await?;
                let bytes = page::page(&dossier, lang).into_bytes();
                let caption = texts::plain(lang, "export-page", &[]);
                Ok(Made::File { name: "my-data.html", bytes, caption })
            }
            Report::Order { number } => {
                Ok(Made::Text { html: order::order(&self.database, number, lang).await? })
            }
            Report::Shop => {
                let html = stats::stats(&self.database, &self.clock, lang).await?;
                Ok(Made::Text { html })
            }
        }
    }
}

/// The same page for the command line.
pub fn person_page(dossier: &actors::Dossier, lang: &str) -> String {
    page::page(dossier, lang)
}
