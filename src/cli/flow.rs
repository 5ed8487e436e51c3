//! `kontor flow`: flow files checked, and talked to in the terminal with the real engine. Knows no server.

mod talk;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use actors::flow::{Flow, Flows};
use anyhow::Context;

use super::FlowCommand;
use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use crate::house::unknown_webhooks;
use talk::Talk;

pub(super) fn run(command: FlowCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    match command {
        FlowCommand::Check { files } => check(&files, desk),
        FlowCommand::Run { file, language } => {
            let (input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
            try_it(&file, &language, (input, &mut output))
        }
    }
}

fn read(file: &Path) -> anyhow::Result<(String, String)> {
    let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    Ok((file.display().to_string(), text))
}

/// Every finding as `file:line: reason`.
fn check(files: &[PathBuf], desk: &Desk) -> anyhow::Result<Outcome> {
    let sources: Vec<(String, String)> =
        files.iter().map(|file| read(file)).collect::<anyhow::Result<_>>()?;
    let findings = match Flows::parse(&sources) {
        Err(findings) => findings,
        Ok(flows) => {
            // Without a configuration nobody knows which webhooks there are.
            let settings = desk.config().map(|_| desk.settings()).transpose()?;
            let is_known =
                |name: &str| settings.as_ref().is_none_or(|s| s.flows.webhooks.contains_key(name));
            let findings = unknown_webhooks(&flows, is_known);
            if findings.is_empty() {
                for flow in flows.all() {
                    let steps = super::table::count(flow.steps().count() as u64, "step");
                    println!("{}: ok, {steps}", flow.file());
                }
            }
            findings
        }
    };
    for finding in &findings {
        println!("{finding}");
    }
    Ok(if findings.is_empty() { Outcome::Fine } else { Outcome::Problems })
}

/// Talks until the flow is over or the input ends.
fn try_it(
    file: &Path,
    language: &str,
    (mut input, output): (impl BufRead, &mut impl Write),
) -> anyhow::Result<Outcome> {
    let (name, source) = read(file)?;
    let flow = Flow::parse(&name, &source).map_err(|findings| {
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        Wrong::usage(lines.join("\n"), "`kontor flow check` tells this of many files")
    })?;
    let clock = actors::Clock::system();
    let mut talk = Talk::begin(&flow, language, clock.now());
    writeln!(output, "{}", talk::HELP)?;
    loop {
        talk.show(output)?;
        if talk.is_over() {
            return Ok(Outcome::Fine);
        }
        write!(output, "> ")?;
        output.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 || line.trim() == "!quit" {
            writeln!(output)?;
            return Ok(Outcome::Fine);
        }
        talk.hear(line.trim_end_matches(['\r', '\n']), clock.now());
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::try_it;

    const FLOW: &str = r#"
name = "try"
command = "/try"
when_done = "<b>{size.label}</b> for {phone}, {price} &amp; {file_name}"
[[steps]]
id = "size"
prompt = "size?"
choices = [{ value = "s", label = { en = "Small", ru = "Малый" } }, "m"]
[[steps]]
id = "phone"
prompt = "phone?"
answer = "phone"
[[steps]]
id = "file"
prompt = "file?"
answer = "file"
[[steps]]
id = "ask"
webhook = "crm"
sets = { price = "number" }
"#;

    fn told(lines: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("try.toml");
        std::fs::write(&file, FLOW).expect("written");
        let mut output = Vec::new();
        try_it(Path::new(&file), "ru", (lines.as_bytes(), &mut output)).expect("it runs");
        String::from_utf8(output).expect("text")
    }

    #[test]
    fn a_flow_is_tried_with_everything_that_can_be_answered() {
        let told = told(
            "huge\n!press 1\n!contact 998901234567\n!file a.pdf\nwell?\n!reply {\"price\": 1234.5}\n",
        );
        for said in [
            "size?\n  [1] Малый\n  [2] m",
            "(Малый)",
            "[Отправить мой номер]",
            "told webhook crm: {\"file\":",
            "Малый for +998901234567, 1\u{a0}234,5 & a.pdf",
            "price = 1234.5",
        ] {
            assert!(told.contains(said), "{said}\n---\n{told}");
        }
    }

    #[test]
    fn an_input_that_ends_early_ends_the_trial() {
        assert!(told("").contains("size?"));
        assert!(told("!quit\n").contains("size?"));
        assert!(told("!what\n!press 9\n!reply x\n").contains("there is no button 9"));
    }
}
