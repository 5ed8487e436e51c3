//! `kontor updates`: what Kontor makes of files of updates, and what it kept because it could not understand it.

use serde_json::json;

use super::UpdatesCommand;
use super::desk::Desk;
use super::exit::Outcome;
use super::table::{Table, count, when};
use crate::intake::digest;
use crate::secrets;

pub(super) async fn run(command: UpdatesCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    match command {
        UpdatesCommand::Digest { files } => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            Ok(match digest::run(&files, &mut out)? {
                true => Outcome::Fine,
                false => Outcome::Problems,
            })
        }
        UpdatesCommand::Unparsed { json } => unparsed(desk, json).await,
    }
}

async fn unparsed(desk: &Desk, json: bool) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    let database = desk.database(&settings).await?;
    let rows = entities::unparsed(&database.read).await?;
    if json {
        let key = secrets::master_key(&settings.secrets, false)?;
        for row in rows {
            let body = key.open(&row.body, &entities::unparsed_purpose(&row.bot))?;
            let line = json!({
                "bot": row.bot,
                "update_id": row.update_id,
                "at_ms": row.at_ms,
                "reason": row.reason,
                "update": String::from_utf8_lossy(&body),
            });
            println!("{line}");
        }
    } else if rows.is_empty() {
        println!("no update was kept unparsed");
    } else {
        let mut table = Table::new(&["bot", "update", "kept", "reason"]);
        let kept = count(rows.len() as u64, "update");
        for row in rows {
            table.row(vec![row.bot, row.update_id.to_string(), when(row.at_ms), row.reason]);
        }
        table.print();
        println!("\n{kept}; `--json` shows them in full");
    }
    database.close().await;
    Ok(Outcome::Fine)
}
