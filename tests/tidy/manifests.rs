//! Rules on the manifests: a reason per dependency, none unused, the arrows between crates.

use crate::lexer::Token;
use crate::tree::{File, Tree};
use crate::{Report, Rule};

/// Whose folder must not depend on what, also not in tests.
const ARROWS: &[(&str, &[&str])] = &[
    ("migrations", &["actors", "kontor", "sim"]),
    ("entities", &["actix", "actix-web", "actors", "kontor", "reqwest", "sim"]),
    (
        "actors",
        &[
            "actix-web",
            "frankenstein",
            "grammers-client",
            "grammers-session",
            "kontor",
            "reqwest",
            "sea-orm",
            "sim",
            "sqlx",
        ],
    ),
    ("sim", &["actors", "entities", "kontor", "migrations", "sea-orm", "sqlx"]),
];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "dependency-reason",
        check: dependency_reason,
        bad: &[
            &[("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\n")],
            &[(
                "Cargo.toml",
                "[workspace.dependencies]\nserde = { version = \"1\", features = [\n  \"a#b\",\n] }\n",
            )],
            &[("Cargo.toml", "[workspace.dependencies.serde]\nversion = \"1\"\n")],
            &[("sim/Cargo.toml", "[dependencies]\nserde = \"1\" # wire formats\n")],
        ],
        good: &[
            &[(
                "Cargo.toml",
                "[workspace.dependencies]\n# Formats.\nserde = \"1\" # wire formats\n\n[profile.dev]\ndebug = 1\n",
            )],
            &[(
                "Cargo.toml",
                "[workspace.dependencies]\nserde = { version = \"1\", features = [\n  \"a\",\n] } # wire formats\n",
            )],
            &[(
                "sim/Cargo.toml",
                "[dependencies]\na.workspace = true\nb = { workspace = true, features = [\"c\"] }\n",
            )],
        ],
    },
    Rule {
        name: "dependency-use",
        check: dependency_use,
        bad: &[
            &[
                ("sim/Cargo.toml", "[dependencies]\nserde.workspace = true\n"),
                ("sim/lib.rs", "//! No serde::here.\n"),
            ],
            &[
                ("sim/Cargo.toml", "[dependencies]\ntime.workspace = true\n"),
                ("sim/lib.rs", "use tokio::time::sleep;\n"),
            ],
            &[("Cargo.toml", "[workspace.dependencies]\nserde = \"1\" # nobody takes it\n")],
        ],
        good: &[
            &[
                (
                    "Cargo.toml",
                    "[workspace.dependencies]\nactix-rt = \"2\" # arbiters\n[dependencies]\nserde.workspace = true\n",
                ),
                ("src/main.rs", "#[derive(serde::Serialize)]\nstruct A;\n"),
                ("sim/Cargo.toml", "[dev-dependencies]\nactix-rt.workspace = true\n"),
                ("sim/lib.rs", "use {actix_rt, std::fmt};\n"),
            ],
            &[
                ("sim/Cargo.toml", "[dependencies]\ntime.workspace = true\n"),
                ("sim/lib.rs", "fn f() -> ::time::Date { g() }\n"),
            ],
        ],
    },
    Rule {
        name: "arrow",
        check: arrow,
        bad: &[
            &[("sim/Cargo.toml", "[dependencies]\nentities.workspace = true\n")],
            &[("actors/Cargo.toml", "[dev-dependencies]\nreqwest.workspace = true\n")],
            &[("entities/Cargo.toml", "[dependencies]\nactors = { path = \"../actors\" }\n")],
        ],
        good: &[&[("actors/Cargo.toml", "[dependencies]\nentities.workspace = true\n")]],
    },
];

/// A dependency as a manifest gives it.
struct Dependency<'a> {
    line: usize,
    name: &'a str,
    /// In `[workspace.dependencies]`, where versions and reasons stand.
    shared: bool,
    /// From the name to the end of the value, comments included.
    text: String,
}

fn manifests(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.files.iter().filter(|file| file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml"))
}

fn dependencies(manifest: &File) -> Vec<Dependency<'_>> {
    let mut found: Vec<Dependency<'_>> = Vec::new();
    let (mut section, mut depth) = ("", 0_i32);
    for (line, text) in manifest.lines() {
        let code = text.split('#').next().unwrap_or_default().trim();
        if depth > 0 {
            if let Some(last) = found.last_mut() {
                last.text.push_str(text);
            }
        } else if code.starts_with('[') {
            section = code.trim_matches(['[', ']']);
            if let Some((_, name)) = section.split_once("dependencies.") {
                found.push(Dependency {
                    line,
                    name,
                    shared: section.starts_with("workspace."),
                    text: code.to_owned(),
                });
            }
            continue;
        } else if let Some((key, _)) =
            code.split_once('=').filter(|_| section.ends_with("dependencies"))
        {
            let name = key.split('.').next().unwrap_or(key).trim();
            found.push(Dependency {
                line,
                name,
                shared: section.starts_with("workspace."),
                text: text.to_owned(),
            });
        }
        depth += balance(code);
    }
    found
}

fn balance(code: &str) -> i32 {
    code.chars().map(|c| i32::from("[{".contains(c)) - i32::from("]}".contains(c))).sum()
}

fn dependency_reason(tree: &Tree, report: &mut Report) {
    for manifest in manifests(tree) {
        for dependency in dependencies(manifest) {
            let (name, line) = (dependency.name, dependency.line);
            let behind = dependency.text.rsplit(['}', '"']).next().unwrap_or_default();
            if dependency.shared
                && behind.split_once("# ").is_none_or(|(_, reason)| reason.trim().is_empty())
            {
                report.add(
                    &manifest.path,
                    line,
                    format!("{name}: say behind it, `# …`, why it is taken"),
                );
            }
            if !dependency.shared && !dependency.text.contains("workspace = true") {
                report.add(
                    &manifest.path,
                    line,
                    format!("{name}: take it from [workspace.dependencies], where reasons stand"),
                );
            }
        }
    }
}

fn dependency_use(tree: &Tree, report: &mut Report) {
    let mut taken = Vec::new();
    for manifest in manifests(tree) {
        let folder = manifest.path.trim_end_matches("Cargo.toml");
        let members: Vec<&str> =
            manifests(tree).map(|other| other.path.trim_end_matches("Cargo.toml")).collect();
        let deeper = |path: &str| {
            members.iter().any(|member| member.len() > folder.len() && path.starts_with(member))
        };
        let own: Vec<&File> = tree
            .rust()
            .filter(|file| file.path.starts_with(folder) && !deeper(&file.path))
            .collect();
        for dependency in dependencies(manifest).into_iter().filter(|dependency| !dependency.shared)
        {
            taken.push(dependency.name);
            let name = dependency.name.replace('-', "_");
            if !own.iter().any(|file| names_crate(&file.tokens, &name)) {
                let advice =
                    format!("{}: no source of this crate names it: remove it", dependency.name);
                report.add(&manifest.path, dependency.line, advice);
            }
        }
    }
    for manifest in manifests(tree) {
        for dependency in dependencies(manifest).into_iter().filter(|dependency| dependency.shared)
        {
            if !taken.contains(&dependency.name) {
                report.add(
                    &manifest.path,
                    dependency.line,
                    format!("{}: no crate takes it: remove it", dependency.name),
                );
            }
        }
    }
}

/// Whether a path begins with this crate, or an import names it alone; `tokio::time` does not
/// name the crate `time`.
fn names_crate(tokens: &[Token], name: &str) -> bool {
    tokens.iter().enumerate().filter(|(_, token)| token.is(name)).any(|(at, _)| {
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
        let inside_path = before(1).is_some_and(|token| token.is("::"))
            && before(2).is_some_and(|token| !is_boundary(token));
        let goes_on = tokens.get(at + 1).is_some_and(|token| token.is("::"));
        let imported = before(1)
            .is_some_and(|token| ["use", "crate", "{", ","].iter().any(|word| token.is(word)));
        !inside_path && (goes_on || imported)
    })
}

/// What may stand before a path that begins with `::`.
fn is_boundary(token: &Token) -> bool {
    ["(", "<", "&", "{", ",", "=", ";", ">", ":", "!", "["].iter().any(|mark| token.is(mark))
}

fn arrow(tree: &Tree, report: &mut Report) {
    for (folder, forbidden) in ARROWS {
        let Some(manifest) = tree.file(&format!("{folder}/Cargo.toml")) else {
            continue;
        };
        for dependency in dependencies(manifest) {
            if forbidden.contains(&dependency.name) {
                report.add(
                    &manifest.path,
                    dependency.line,
                    format!("{folder} must not know {}", dependency.name),
                );
            }
        }
    }
}
