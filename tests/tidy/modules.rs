//! The rule that every source file is reached: walks `mod` from every crate's roots.

use std::collections::BTreeSet;

use crate::lexer::{Kind, Token, behind_closing, find};
use crate::tree::{File, Tree};
use crate::{Report, Rule};

pub(crate) const RULES: &[Rule] = &[Rule {
    name: "dead-file",
    check: dead_file,
    bad: &[
        &[("Cargo.toml", ""), ("src/main.rs", "mod a;\n"), ("src/a.rs", ""), ("src/b.rs", "")],
        &[("Cargo.toml", ""), ("src/lib.rs", "mod a { mod b; }\n"), ("src/b.rs", "")],
        &[("Cargo.toml", ""), ("tests/deep/a.rs", "")],
    ],
    good: &[
        &[
            ("actors/Cargo.toml", "[lib]\npath = \"lib.rs\"\n"),
            ("actors/lib.rs", "pub mod order;\nmod inner { mod deep; }\n"),
            ("actors/order.rs", "mod decide;\n#[cfg(test)]\nmod tests;\n"),
            ("actors/order/decide.rs", ""),
            ("actors/order/tests.rs", ""),
            ("actors/inner/deep.rs", ""),
        ],
        &[
            ("Cargo.toml", ""),
            ("build.rs", "include!(\"src/list.rs\");\n"),
            ("src/list.rs", ""),
            ("tests/one.rs", "#[path = \"support/world.rs\"]\npub(crate) mod world;\n"),
            ("tests/support/world.rs", "mod chat;\n"),
            ("tests/support/chat.rs", ""),
            ("tests/two/main.rs", "mod a;\n"),
            ("tests/two/a.rs", "mod b;\n"),
            ("tests/two/a/b.rs", ""),
            ("src/bin/tool.rs", ""),
        ],
    ],
}];

fn dead_file(tree: &Tree, report: &mut Report) {
    let mut open: Vec<Reached> = tree
        .rust()
        .filter(|file| is_root(tree, &file.path))
        .map(|file| Reached::root(&file.path))
        .collect();
    let mut reached = BTreeSet::new();
    while let Some(next) = open.pop() {
        if let Some(file) = tree.file(&next.path)
            && reached.insert(next.path.clone())
        {
            named_by(file, &next.folder, &mut open);
        }
    }
    for file in tree.rust().filter(|file| !reached.contains(&file.path)) {
        report.add(&file.path, 1, "no `mod` reaches this file: name it, or remove it");
    }
}

/// A file that is compiled, and the folder in which its modules stand.
struct Reached {
    path: String,
    folder: String,
}

impl Reached {
    /// A root's modules, as those of a file given by `#[path]`, stand beside it.
    fn root(path: &str) -> Self {
        Self { path: path.to_owned(), folder: folder_of(path).to_owned() }
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether cargo compiles this file on its own: by its place, or because a manifest names it.
fn is_root(tree: &Tree, path: &str) -> bool {
    tree.files
        .iter()
        .filter(|file| file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml"))
        .any(|manifest| {
            let member = folder_of(&manifest.path);
            let inside = if member.is_empty() {
                Some(path)
            } else {
                path.strip_prefix(member).and_then(|rest| rest.strip_prefix('/'))
            };
            inside.is_some_and(|inside| {
                is_root_by_place(inside) || names_path(&manifest.text, inside)
            })
        })
}

fn is_root_by_place(inside: &str) -> bool {
    let parts: Vec<&str> = inside.split('/').collect();
    match parts.as_slice() {
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] => true,
        ["src", "bin", ..] => parts.len() == 3 || (parts.len() == 4 && parts[3] == "main.rs"),
        ["tests" | "benches" | "examples", rest @ ..] => {
            rest.len() == 1 || (rest.len() == 2 && rest[1] == "main.rs")
        }
        _ => false,
    }
}

fn names_path(manifest: &str, inside: &str) -> bool {
    let path = format!("path = \"{inside}\"");
    manifest.lines().any(|line| line.trim() == path)
}

/// What a file's `mod` and `include!` name.
fn named_by(file: &File, folder: &str, open: &mut Vec<Reached>) {
    let tokens = &file.tokens;
    for at in find(tokens, &["mod"]) {
        let (Some(name), Some(end)) = (tokens.get(at + 1), tokens.get(at + 2)) else {
            continue;
        };
        if name.kind != Kind::Word || !end.is(";") {
            continue;
        }
        let outer = enclosing(tokens, at);
        if let Some(path) = path_attribute(tokens, at) {
            let base = if outer.is_empty() {
                folder_of(&file.path).to_owned()
            } else {
                join(folder, &outer)
            };
            open.push(Reached::root(&join(&base, path)));
        } else {
            let module = join(&join(folder, &outer), &name.text);
            open.push(Reached { path: format!("{module}.rs"), folder: module.clone() });
            open.push(Reached { path: format!("{module}/mod.rs"), folder: module });
        }
    }
    for at in find(tokens, &["include", "!", "("]) {
        if let Some(path) = tokens.get(at + 3).filter(|token| token.kind == Kind::Text) {
            open.push(Reached::root(&join(folder_of(&file.path), &path.text)));
        }
    }
}

/// The inline modules around a place, as a path.
fn enclosing(tokens: &[Token], place: usize) -> String {
    let mut names = Vec::new();
    for at in find(&tokens[..place], &["mod"]) {
        let opens = tokens.get(at + 2).is_some_and(|token| token.is("{"));
        if opens && behind_closing(tokens, at + 2) > place {
            names.push(tokens[at + 1].text.as_str());
        }
    }
    names.join("/")
}

/// The path that an attribute of this `mod` gives.
fn path_attribute(tokens: &[Token], place: usize) -> Option<&str> {
    let ends = |token: &&Token| [";", "{", "}"].iter().any(|mark| token.is(mark));
    let start = tokens[..place].iter().rposition(|token| ends(&token)).map_or(0, |at| at + 1);
    let before = &tokens[start..place];
    let at = find(before, &["path", "="]).next()?;
    before.get(at + 2).filter(|token| token.kind == Kind::Text).map(|token| token.text.as_str())
}
