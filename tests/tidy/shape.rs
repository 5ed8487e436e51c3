//! Rules on a file's shape: its length, first line, imports and re-exports.

use crate::lexer::find;
use crate::tree::{File, Tree};
use crate::{Report, Rule};

/// Lines of a file of code, its test module apart.
const CODE_LINES_MAX: usize = 400;
/// Lines of a file of tests, or of a file with its test module.
const TEST_LINES_MAX: usize = 800;

macro_rules! lines_80 {
    () => {
        concat!(lines_20!(), lines_20!(), lines_20!(), lines_20!())
    };
}

macro_rules! lines_20 {
    () => {
        "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n"
    };
}

macro_rules! lines_401 {
    () => {
        concat!("//! x\n", lines_80!(), lines_80!(), lines_80!(), lines_80!(), lines_80!())
    };
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "file-length",
        check: file_length,
        bad: &[
            &[("src/long.rs", LINES_401)],
            &[("src/tests.rs", concat!(lines_401!(), lines_401!()))],
        ],
        good: &[
            &[("src/tests.rs", LINES_401)],
            &[("tests/app/long.rs", LINES_401)],
            &[("src/a.rs", concat!("#[cfg(test)]\nmod tests {", lines_401!(), "}\n"))],
        ],
    },
    Rule {
        name: "first-line",
        check: first_line,
        bad: &[
            &[("src/a.rs", "use std::fmt;\n")],
            &[("src/a.rs", "")],
            &[("src/a.rs", "// A file.\n")],
        ],
        good: &[&[("src/a.rs", "//! A file.\n")], &[("src/a.rs", "#![allow(x)]\n//! A file.\n")]],
    },
    Rule {
        name: "mod-rs",
        check: mod_rs,
        bad: &[&[("src/panel/mod.rs", "//! The panel.\n")]],
        good: &[&[("src/panel/model.rs", "//! A model.\n")]],
    },
    Rule {
        name: "glob-import",
        check: glob_import,
        bad: &[
            &[("src/a.rs", "use super::*;\n")],
            &[("src/a.rs", "use std::{fmt, io::{self, *}};\n")],
            &[("src/a.rs", "pub(crate) use actix::prelude::*;\n")],
        ],
        good: &[&[("src/a.rs", "use std::fmt;\nfn f() { let x = 2 * 3; }\n// use x::*;\n")]],
    },
    Rule {
        name: "re-export",
        check: re_export,
        bad: &[
            &[("actors/session.rs", "pub use crate::order::Order;\n")],
            &[("actors/session.rs", "mod state;\npub use state::State;\npub use a::B;\n")],
            &[("actors/session/decide.rs", "mod state;\npub use state::State;\n")],
            &[("src/main.rs", "pub use a::B;\n")],
            &[("src/settings.rs", "mod error;\npub use error::SettingsError;\n")],
        ],
        good: &[
            &[("actors/lib.rs", "pub use crate::order::Order;\n")],
            &[("actors/session.rs", "mod state;\n\npub use state::{Fact, State};\n")],
            &[("actors/session.rs", "use crate::order::Order;\npub(crate) use tell;\n")],
        ],
    },
];

const LINES_401: &str = lines_401!();

fn file_length(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        let all = file.text.lines().count();
        let code = file.lines().filter(|(line, _)| !file.is_test_line(*line)).count();
        if code > CODE_LINES_MAX {
            report.add(
                &file.path,
                1,
                format!("{code} lines of code, over {CODE_LINES_MAX}: split by reason to change"),
            );
        } else if all > TEST_LINES_MAX {
            report.add(
                &file.path,
                1,
                format!("{all} lines with tests, over {TEST_LINES_MAX}: split by subject"),
            );
        }
    }
}

fn first_line(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        if !file.text.starts_with("//! ") && !file.text.starts_with("#!") {
            report.add(
                &file.path,
                1,
                "say in a first line `//! …` what this file is and what it must not know",
            );
        }
    }
}

fn mod_rs(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        if let Some(folder) = file.path.strip_suffix("/mod.rs") {
            report.add(&file.path, 1, format!("name it {folder}.rs"));
        }
    }
}

fn glob_import(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        for start in find(&file.tokens, &["use"]) {
            let statement =
                file.tokens[start..].split(|token| token.is(";")).next().unwrap_or_default();
            if let Some(star) = statement.iter().find(|token| token.is("*")) {
                report.add(&file.path, star.line, "import by name what is used");
            }
        }
    }
}

fn re_export(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        let is_crate_root = file.path == "lib.rs" || file.path.ends_with("/lib.rs");
        let allowed = |at: &usize| is_crate_root || is_capability_part(file, *at + 2);
        for at in find(&file.tokens, &["pub", "use"]).filter(|at| !allowed(at)) {
            report.add(
                &file.path,
                file.tokens[at].line,
                "`pub use` only in a crate's lib.rs: import it from where it is",
            );
        }
    }
}

/// Whether a capability's root re-exports from a part of its own: a capability is one module to
/// its users, and its parts are private.
fn is_capability_part(file: &File, at: usize) -> bool {
    let is_root = file.path.strip_prefix("actors/").is_some_and(|rest| !rest.contains('/'));
    let Some(part) = file.tokens.get(at).filter(|_| is_root) else {
        return false;
    };
    let goes_on = file.tokens.get(at + 1).is_some_and(|token| token.is("::"));
    goes_on && find(&file.tokens, &["mod", &part.text, ";"]).next().is_some()
}
