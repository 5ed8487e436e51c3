//! `kontor doctor`: each part of an installation, whether it is well, and what to do if not. Changes nothing.

mod bots;
mod machine;
mod storage;
mod world;

use entities::ServerLock;

use super::desk::{self, Desk};
use super::exit::Outcome;
use super::table::{bad, bold, count, good, quiet, warn};
use crate::settings::Settings;

/// What was found of one part.
pub(super) struct Finding {
    part: String,
    verdict: Verdict,
    line: String,
    /// What to do.
    hint: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    /// It works, but somebody should know.
    Warn,
    Failed,
}

impl Finding {
    fn ok(part: &str, line: impl Into<String>) -> Self {
        Self { part: part.to_owned(), verdict: Verdict::Ok, line: line.into(), hint: None }
    }

    fn warn(part: &str, line: impl Into<String>, hint: impl Into<String>) -> Self {
        let (part, hint) = (part.to_owned(), Some(hint.into()));
        Self { part, verdict: Verdict::Warn, line: line.into(), hint }
    }

    fn failed(part: &str, line: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, ..Self::warn(part, line, hint) }
    }
}

pub(super) async fn run(desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = match desk.settings() {
        Ok(settings) => settings,
        Err(error) => {
            let text = format!("{error:#}");
            let (line, hint) = text.split_once("\n  hint: ").unwrap_or((&text, ""));
            return Ok(told(&[Finding::failed("configuration", line, hint)]));
        }
    };
    Ok(told(&examined(desk, &settings).await))
}

/// Every finding about a configuration that could be read.
async fn examined(desk: &Desk, settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![configuration(desk, settings)];
    findings.extend(storage::database(settings).await);
    findings.extend(server(desk, settings).await);
    findings.push(storage::master_key(settings).await);
    findings.push(storage::flows(settings));
    findings.extend(machine::all(settings));
    match crate::telegram::http_client() {
        Ok(http) => {
            for bot in &settings.bots {
                findings.extend(bots::bot(&http, settings, bot).await);
            }
            findings.extend(world::all(&http, settings).await);
        }
        Err(error) => {
            let hint = "check the system's certificates and proxy settings";
            findings.push(Finding::failed("network", format!("{error:#}"), hint));
        }
    }
    findings.push(owner(settings));
    findings
}

fn configuration(desk: &Desk, settings: &Settings) -> Finding {
    let place = match desk.config() {
        Some(path) => path.display().to_string(),
        None => "the defaults and the environment".to_owned(),
    };
    match settings.bots.len() {
        0 => {
            let hint = "`kontor init` writes a configuration with one";
            Finding::failed("configuration", format!("{place}: no bot is configured"), hint)
        }
        bots => Finding::ok("configuration", format!("{place}, {}", count(bots as u64, "bot"))),
    }
}

/// Who works on the database, and whether the control socket and the port say the same.
async fn server(desk: &Desk, settings: &Settings) -> Vec<Finding> {
    let socket = &settings.control.socket;
    if let Ok(ping) = crate::control::ask(socket, &crate::control::Request::Ping) {
        let line = format!(
            "running: process {}, version {}, on {}",
            ping["pid"],
            ping["version"].as_str().unwrap_or_default(),
            ping["database"].as_str().unwrap_or_default()
        );
        return vec![Finding::ok("server", line)];
    }
    let mut findings = vec![match lock(settings).await {
        Ok(()) => Finding::ok("server", "not running; the database is free"),
        Err(error) => {
            let hint = format!(
                "if that is this server: is control.socket ({}) its own?",
                socket.display()
            );
            Finding::failed("server", format!("{error:#}"), hint)
        }
    }];
    if let Err(error) = std::net::TcpListener::bind(settings.server.listen) {
        let line = format!("cannot listen on {}: {error}", settings.server.listen);
        findings.push(Finding::failed("port", line, "write another address as server.listen"));
    }
    if desk.is_running(settings) {
        let hint = "it may be busy; ask again, and look at its log";
        findings.push(Finding::failed(
            "control socket",
            "something listens but does not answer",
            hint,
        ));
    }
    findings
}

async fn lock(settings: &Settings) -> anyhow::Result<()> {
    if desk::missing_file(settings).is_some() {
        return Ok(());
    }
    // That the database opens is another line's matter.
    let Ok(database) = entities::Database::open(settings.database_url()).await else {
        return Ok(());
    };
    let taken = ServerLock::take(&database, settings.database_url(), &desk::holder()).await;
    database.close().await;
    Ok(taken.map(drop)?)
}

fn owner(settings: &Settings) -> Finding {
    match settings.owner() {
        Some((bot, chat)) => Finding::ok("owner", format!("chat {chat} is told by {bot}")),
        None => Finding::warn(
            "owner",
            "nobody is told what is stuck, quarantined or not ready",
            "write owner.chat; `kontor init` helps to find the number",
        ),
    }
}

/// Prints the findings and says how they come out.
fn told(findings: &[Finding]) -> Outcome {
    let width = findings.iter().map(|finding| finding.part.len()).max().unwrap_or_default();
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Ok => good("ok    "),
            Verdict::Warn => warn("warn  "),
            Verdict::Failed => bad("failed"),
        };
        println!("{mark}  {:width$}  {}", finding.part, finding.line.replace('\n', " "));
        if let Some(hint) = finding.hint.as_deref().filter(|hint| !hint.is_empty()) {
            println!("        {:width$}  {}", "", quiet(&format!("hint: {hint}")));
        }
    }
    let number = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (failed, warned) = (number(Verdict::Failed), number(Verdict::Warn));
    println!();
    match (failed, warned) {
        (0, 0) => println!("{}", bold("all is well")),
        (0, _) => println!("{}, {}", bold("nothing failed"), count(warned as u64, "warning")),
        _ => println!("{}", bold(&format!("{failed} failed, {}", count(warned as u64, "warning")))),
    }
    if failed == 0 { Outcome::Fine } else { Outcome::Problems }
}
