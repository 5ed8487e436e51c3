//! Rules on Cargo.lock: nothing that deny.toml bans, one source. `cargo deny` is not needed for it.

use crate::tree::Tree;
use crate::{Report, Rule};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "ban",
        check: ban,
        bad: &[
            &[
                ("deny.toml", "deny = [\n    { crate = \"libsql\", reason = \"x\" },\n]\n"),
                ("Cargo.lock", "[[package]]\nname = \"libsql\"\n"),
            ],
            &[("deny.toml", "deny = [\n    { crate = \"libsql\" },\n]\n"), ("Cargo.lock", "")],
            &[("deny.toml", "deny = []\n"), ("Cargo.lock", "")],
            &[("Cargo.toml", "[package]\n")],
        ],
        good: &[&[
            ("deny.toml", "deny = [\n    { crate = \"libsql\", reason = \"x\" },\n]\n"),
            ("Cargo.lock", "[[package]]\nname = \"libsqlite3-sys\"\n"),
        ]],
    },
    Rule {
        name: "source",
        check: source,
        bad: &[
            &[("Cargo.lock", "source = \"registry+a\"\nsource = \"git+https://a.example/b\"\n")],
            &[("Cargo.lock", "source = \"registry+a\"\nsource = \"registry+b\"\n")],
        ],
        good: &[&[(
            "Cargo.lock",
            "name = \"x\"\nsource = \"registry+a\"\nsource = \"registry+a\"\n",
        )]],
    },
];

/// `{ crate = "name", reason = "…" }`, one a line.
fn ban(tree: &Tree, report: &mut Report) {
    let (Some(deny), Some(lock)) = (tree.file("deny.toml"), tree.file("Cargo.lock")) else {
        report.add("deny.toml", 1, "deny.toml and Cargo.lock must both be here");
        return;
    };
    let mut bans = 0;
    let banned = deny
        .lines()
        .filter_map(|(line, text)| Some((line, text, text.trim().strip_prefix("{ crate = \"")?)));
    for (line, text, rest) in banned.filter(|(_, text, _)| !text.contains("allow =")) {
        bans += 1;
        let name = rest.split('"').next().unwrap_or_default();
        if !text.contains("reason = \"") {
            report.add(&deny.path, line, format!("{name}: give the ban a reason"));
        }
        let entry = format!("name = \"{name}\"");
        for (line, _) in lock.lines().filter(|(_, text)| *text == entry) {
            report.add(
                &lock.path,
                line,
                format!("{name} is banned by deny.toml: `cargo tree -i {name}` says who brings it"),
            );
        }
    }
    if bans == 0 {
        report.add(
            &deny.path,
            1,
            "no ban is found in it: one a line, `{ crate = \"…\", reason = \"…\" },`",
        );
    }
}

fn source(tree: &Tree, report: &mut Report) {
    let Some(lock) = tree.file("Cargo.lock") else {
        return;
    };
    let sources = || lock.lines().filter(|(_, text)| text.starts_with("source = "));
    let first = sources().next().map_or("", |(_, text)| text);
    for (line, text) in sources() {
        if text != first || !text.starts_with("source = \"registry+") {
            report.add(&lock.path, line, "crates come from one registry, never from git");
        }
    }
}
