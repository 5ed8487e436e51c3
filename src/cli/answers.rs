//! `kontor answers`: what customers answered in flows, as a table for spreadsheet programs.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use actors::from_ms;
use anyhow::Context;
use clap::Subcommand;
use entities::AnswerRow;
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;

use super::desk::Desk;
use super::exit::Outcome;
use super::table::count;

const HEAD: [&str; 5] = ["session", "flow", "version", "started", "finished"];

#[derive(Clone, Debug, Subcommand)]
pub enum AnswersCommand {
    /// Write all answers as a table
    Export {
        /// As CSV, to a file or to the terminal (-)
        #[arg(
            long,
            value_name = "FILE",
            num_args = 0..=1,
            default_value = "-",
            default_missing_value = "-"
        )]
        csv: PathBuf,
        /// Of this flow only
        #[arg(long, value_name = "NAME")]
        flow: Option<String>,
    },
}

pub(super) async fn run(command: AnswersCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let AnswersCommand::Export { csv, flow } = command;
    let settings = desk.settings()?;
    let database = desk.database(&settings).await?;
    let rows = entities::answers(&database.read, flow.as_deref()).await?;
    database.close().await;
    if csv == Path::new("-") {
        write(&rows, std::io::stdout().lock())?;
        return Ok(Outcome::Fine);
    }
    let place = || format!("write {}", csv.display());
    // What customers said is nobody else's business.
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&csv);
    write(&rows, file.with_context(place)?).with_context(place)?;
    println!("exported {}: {}", count(rows.len() as u64, "row"), csv.display());
    Ok(Outcome::Fine)
}

/// One row per finished run; the columns after the head are the answers' names, in order of first appearance.
fn write(rows: &[AnswerRow], out: impl Write) -> anyhow::Result<()> {
    let mut answers: Vec<Map<String, Value>> = Vec::with_capacity(rows.len());
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        let of_row: Map<String, Value> = serde_json::from_str(&row.answers)
            .with_context(|| format!("decode the answers of {}", row.session))?;
        for name in of_row.keys().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>()
        {
            names.push(name);
        }
        answers.push(of_row);
    }
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEAD.iter().copied().chain(names.iter().map(String::as_str)))?;
    for (row, answers) in rows.iter().zip(&answers) {
        let head = [
            row.session.clone(),
            row.flow.clone(),
            row.version.clone(),
            instant(row.started_ms),
            instant(row.finished_ms),
        ];
        let cells = names.iter().map(|name| match answers.get(name) {
            Some(Value::String(text)) => harmless(text),
            Some(other) => other.to_string(),
            None => String::new(),
        });
        csv.write_record(head.into_iter().chain(cells))?;
    }
    csv.flush()?;
    Ok(())
}

fn instant(ms: i64) -> String {
    from_ms(ms).format(&Rfc3339).unwrap_or_default()
}

/// A spreadsheet program would run what begins like a formula; a phone number and a negative amount do not.
/// Source: OWASP, CSV injection.
fn harmless(text: &str) -> String {
    let is_number = |rest: &str| {
        rest.chars().all(|letter| letter.is_ascii_digit() || " .,()-".contains(letter))
    };
    let is_formula = match text.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !is_number(&text[1..]),
        _ => false,
    };
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use entities::AnswerRow;

    use super::{harmless, write};

    fn row(session: &str, flow: &str, answers: &str) -> AnswerRow {
        AnswerRow {
            session: session.to_owned(),
            run: 1,
            started_ms: 0,
            flow: flow.to_owned(),
            version: "v".to_owned(),
            finished_ms: 1_000,
            answers: answers.to_owned(),
        }
    }

    #[test]
    fn flows_with_other_questions_share_one_table() {
        let rows = [
            row("session:shop:1", "survey", r#"{"age":"3","name":"Ada, \"A\""}"#),
            row("session:shop:2", "order", r#"{"size":"L"}"#),
        ];
        let mut out = Vec::new();
        write(&rows, &mut out).expect("writes");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(
            text,
            "session,flow,version,started,finished,age,name,size\n\
             session:shop:1,survey,v,1970-01-01T00:00:00Z,1970-01-01T00:00:01Z,3,\"Ada, \"\"A\"\"\",\n\
             session:shop:2,order,v,1970-01-01T00:00:00Z,1970-01-01T00:00:01Z,,,L\n"
        );
    }

    #[test]
    fn a_formula_does_not_run() {
        assert_eq!(harmless("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(harmless("+cmd|x"), "'+cmd|x");
        assert_eq!(harmless("+998 (90) 123-45-67"), "+998 (90) 123-45-67");
        assert_eq!(harmless("-3,5"), "-3,5");
    }
}
