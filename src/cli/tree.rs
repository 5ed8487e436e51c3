//! `kontor tree`: the running server's supervision tree.

use serde_json::Value;

use super::desk::Desk;
use super::exit::Outcome;
use super::table::{bad, bold, count, good, quiet, warn};
use crate::control::{self, Request};

pub(super) fn run(json: bool, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    let socket = &settings.control.socket;
    let tree = control::ask(socket, &Request::Tree)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&tree)?);
        return Ok(Outcome::Fine);
    }
    let ping = control::ask(socket, &Request::Ping)?;
    let text = |name: &str| ping[name].as_str().unwrap_or_default().to_owned();
    let up_s = number(&ping, "up_s");
    let head = format!("kontor {}", text("version"));
    println!("{}  process {}, up {}, {}", bold(&head), ping["pid"], lasted(up_s), text("database"));
    let branches = branches(&tree);
    let width = branches.iter().map(|branch| branch.name.len()).max().unwrap_or_default();
    for (index, branch) in branches.iter().enumerate() {
        let is_last = index + 1 == branches.len();
        let edge = if is_last { "└──" } else { "├──" };
        println!("{edge} {:width$}  {}", branch.name, branch.line);
        for (index, line) in branch.below.iter().enumerate() {
            let stem = if is_last { " " } else { "│" };
            let edge = if index + 1 == branch.below.len() { "└──" } else { "├──" };
            println!("{stem}   {edge} {line}");
        }
    }
    Ok(Outcome::Fine)
}

struct Branch {
    name: String,
    line: String,
    below: Vec<String>,
}

fn number(of: &Value, name: &str) -> u64 {
    of[name].as_u64().unwrap_or_default()
}

/// What stands below the root, in the order of `actors::tree`.
fn branches(tree: &Value) -> Vec<Branch> {
    let up = tree["journal_up"].as_bool() == Some(true);
    let state = if up { good("up") } else { bad("down") };
    let (steps, groups) =
        (count(number(tree, "steps"), "step"), count(number(tree, "groups"), "commit"));
    let mut branches = vec![
        Branch {
            name: "journal".into(),
            line: format!("{state}, {steps} in {groups}"),
            below: Vec::new(),
        },
        Branch {
            name: "intake".into(),
            line: format!("{} under way", count(number(tree, "in_flight"), "input")),
            below: Vec::new(),
        },
    ];
    for task in tree["tasks"].as_array().into_iter().flatten() {
        let name = task["name"].as_str().unwrap_or_default().to_owned();
        let mut line = match task["running"].as_bool() {
            Some(true) => good("running"),
            _ => bad("stopped"),
        };
        line.push_str(&restarts(number(task, "restarts")));
        if name == "delivery" {
            let intents = count(number(tree, "intents"), "intent");
            let to = count(number(tree, "destinations"), "destination");
            line.push_str(&format!(", {intents} for {to}"));
        }
        branches.push(Branch { name, line, below: Vec::new() });
    }
    branches.extend(tree["shards"].as_array().into_iter().flatten().map(shard));
    branches
}

fn shard(shard: &Value) -> Branch {
    let kinds = shard["by_kind"].as_object().into_iter().flatten();
    let kinds: Vec<String> = kinds.map(|(kind, number)| format!("{kind} {number}")).collect();
    let live = count(number(shard, "live"), "actor");
    let mut line = match kinds.is_empty() {
        true => live,
        false => format!("{live} ({})", kinds.join(", ")),
    };
    for state in ["hydrating", "leaving", "resting"] {
        if number(shard, state) > 0 {
            line.push_str(&format!(", {} {state}", number(shard, state)));
        }
    }
    if number(shard, "quarantined") > 0 {
        let text = format!("{} quarantined", number(shard, "quarantined"));
        line.push_str(&format!(", {}", bad(&text)));
    }
    line.push_str(&restarts(number(shard, "restarts")));
    let busy = |one: &Value| {
        let depth = one[1].as_u64().unwrap_or_default();
        let name = one[0].as_str().unwrap_or_default();
        (depth > 0).then(|| format!("{name}  {}", quiet(&format!("mailbox {depth}"))))
    };
    let below = shard["busiest"].as_array().into_iter().flatten().filter_map(busy).collect();
    Branch { name: format!("shard {}", shard["shard"]), line, below }
}

fn restarts(number: u64) -> String {
    match number {
        0 => String::new(),
        _ => format!(", {}", warn(&count(number, "restart"))),
    }
}

fn lasted(seconds: u64) -> String {
    match seconds {
        86_400.. => count(seconds / 86_400, "day"),
        3_600.. => format!("{} h", seconds / 3_600),
        60.. => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}
