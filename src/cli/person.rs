//! `kontor person`: what is kept about somebody, and letting go of it.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use actors::{Clock, Dossiers};
use anyhow::Context;
use entities::PersonId;

use super::PersonCommand;
use super::desk::Desk;
use super::exit::Outcome;
use crate::control::{self, Request};

pub(super) async fn run(command: PersonCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    match command {
        PersonCommand::Export { id, page, out } => export(id, page, &out, desk).await,
        PersonCommand::Erase { id } => {
            let settings = desk.settings()?;
            let request = Request::PersonErase { person: id };
            let answer = control::ask(&settings.control.socket, &request)?;
            let sessions = answer["sessions"].as_u64().unwrap_or_default();
            if sessions == 0 {
                eprintln!("nobody with the id {id} has spoken to a bot of this server");
                return Ok(Outcome::Problems);
            }
            println!("erasure begun: {id}");
            println!("conversations: {sessions}");
            println!(
                "  hint: `kontor person erasures` shows when it is done; it waits for orders under way"
            );
            Ok(Outcome::Fine)
        }
        PersonCommand::Erasures { json } => erasures(json, desk).await,
        PersonCommand::Replay { file } => replay(&file, desk).await,
    }
}

async fn export(id: i64, page: bool, out: &Path, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    let master = crate::secrets::master_key(&settings.secrets, false)?;
    let database = desk.database(&settings).await?;
    let dossier = Dossiers::new(database.clone(), master, Clock::system()).of(PersonId(id)).await;
    database.close().await;
    let dossier = dossier?;
    if dossier.conversations.is_empty() {
        eprintln!("nothing is kept about {id}");
        return Ok(Outcome::Problems);
    }
    let text = match page {
        true => crate::delivery::telegram::reports::person_page(
            &dossier,
            &settings.shop.default_language,
        ),
        false => serde_json::to_string_pretty(&dossier)? + "\n",
    };
    if out == Path::new("-") {
        std::io::stdout().lock().write_all(text.as_bytes())?;
        return Ok(Outcome::Fine);
    }
    // Nobody else's business.
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(out);
    let place = || format!("write {}", out.display());
    file.with_context(place)?.write_all(text.as_bytes()).with_context(place)?;
    println!("exported: {}", out.display());
    Ok(Outcome::Fine)
}

async fn erasures(json: bool, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    let database = desk.database(&settings).await?;
    let rows = entities::erasures(&database.read).await;
    database.close().await;
    for row in rows? {
        let person = row.person.as_deref().unwrap_or_default();
        if json {
            let done_ms = row.done_ms;
            println!("{}", serde_json::json!({ "person": person, "done_ms": done_ms }));
            continue;
        }
        let state = match (row.done_ms, row.scrubbed) {
            (Some(at_ms), true) => format!("done {}", super::table::date(at_ms)),
            (Some(at_ms), false) => format!("done {}, free pages wait", super::table::date(at_ms)),
            (None, _) => "under way".to_owned(),
        };
        println!("{}: {state}", row.session.as_deref().unwrap_or(person));
    }
    Ok(Outcome::Fine)
}

/// After a restore: whoever was erased since the backup was made is erased again.
async fn replay(file: &Path, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let mut erased = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let value: serde_json::Value = serde_json::from_str(line)
            .context("the file is no list as `kontor person erasures --json` writes it")?;
        let mark = value["person"].as_str().filter(|mark| !mark.is_empty());
        erased.extend(mark.map(str::to_owned).zip(value["done_ms"].as_i64()));
    }
    let mut begun = 0;
    // A request is one line of limited length.
    for erased in erased.chunks(500) {
        let request = Request::PersonsErasedBefore { erased: erased.to_vec() };
        let answer = control::ask(&settings.control.socket, &request)?;
        begun += answer["persons"].as_u64().unwrap_or_default();
    }
    println!("erased elsewhere: {}", erased.len());
    println!("erasures begun: {begun}");
    Ok(Outcome::Fine)
}
