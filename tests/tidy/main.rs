//! The house style as a test. Knows the text of the tree and none of its code; needs std and git.
//!
//! Every rule carries trees that break it and trees that keep it, so that a rule that cannot fail
//! is noticed. Where a rule makes a file worse, a comment on that line or the one above says why:
//! `// tidy: allow(glob-import) the macro expects the prelude`.

mod code;
mod lexer;
mod lock;
mod manifests;
mod modules;
mod names;
mod secrets;
mod shape;
mod tree;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use tree::Tree;

/// One place that breaks a rule, and what to do about it.
pub(crate) struct Finding {
    path: String,
    line: usize,
    rule: &'static str,
    advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.advice)
    }
}

/// Collects what one rule finds.
pub(crate) struct Report {
    rule: &'static str,
    findings: Vec<Finding>,
}

impl Report {
    pub(crate) fn add(&mut self, path: &str, line: usize, advice: impl Into<String>) {
        let (path, rule, advice) = (path.to_owned(), self.rule, advice.into());
        self.findings.push(Finding { path, line, rule, advice });
    }
}

/// Files of a small tree: path and text.
pub(crate) type Sample = &'static [(&'static str, &'static str)];

pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) check: fn(&Tree, &mut Report),
    /// Trees that break the rule, each on its own.
    pub(crate) bad: &'static [Sample],
    /// Trees that look as if they did, and do not.
    pub(crate) good: &'static [Sample],
}

impl Rule {
    fn run(&self, tree: &Tree) -> Vec<Finding> {
        let mut report = Report { rule: self.name, findings: Vec::new() };
        (self.check)(tree, &mut report);
        report.findings
    }
}

const RULES: &[&[Rule]] = &[
    shape::RULES,
    names::RULES,
    code::RULES,
    modules::RULES,
    manifests::RULES,
    lock::RULES,
    secrets::RULES,
];

fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().flat_map(|rules| rules.iter())
}

/// What breaks a rule and is not allowed by a comment, and the comments that allow nothing.
fn findings(tree: &Tree) -> Vec<Finding> {
    let mut used = BTreeSet::new();
    let mut left = Vec::new();
    for finding in rules().flat_map(|rule| rule.run(tree)) {
        match tree.allowed_at(&finding.path, finding.line, finding.rule) {
            Some(line) => {
                used.insert((finding.path, line));
            }
            None => left.push(finding),
        }
    }
    for (path, line) in tree.allows() {
        if !used.contains(&(path.clone(), line)) {
            let advice = "allows nothing, or gives no reason: remove it".to_owned();
            left.push(Finding { path, line, rule: "allow", advice });
        }
    }
    left.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    left
}

#[test]
fn the_tree_is_tidy() {
    let tree = Tree::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    let findings = findings(&tree);
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "{} places are not tidy\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn every_rule_fails_on_its_bad_samples() {
    for rule in rules() {
        assert!(!rule.bad.is_empty(), "{} has no bad sample", rule.name);
        for (number, sample) in rule.bad.iter().enumerate() {
            let found = rule.run(&Tree::of(sample));
            assert!(!found.is_empty(), "{} finds nothing in its bad sample {number}", rule.name);
        }
    }
}

#[test]
fn every_rule_passes_its_good_samples() {
    for rule in rules() {
        for (number, sample) in rule.good.iter().enumerate() {
            let found: Vec<_> =
                rule.run(&Tree::of(sample)).iter().map(Finding::to_string).collect();
            assert!(found.is_empty(), "{} in its good sample {number}: {found:?}", rule.name);
        }
    }
}

#[test]
fn rule_names_are_unique() {
    let names: BTreeSet<_> = rules().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rules().count());
}

/// Rules and lines of what is found in a tree of one file.
fn found_in_build_rs(text: &str) -> Vec<(&'static str, usize)> {
    let found = findings(&Tree::of(&[("build.rs", text), ("Cargo.toml", "")]));
    let own = found.iter().filter(|finding| finding.path == "build.rs");
    own.map(|finding| (finding.rule, finding.line)).collect()
}

#[test]
fn a_comment_with_a_reason_allows_one_line() {
    let text =
        "//! A file.\n\n// tidy: allow(glob-import) the macro expects it\nuse a::*;\nuse b::*;\n";
    let lines = found_in_build_rs(text);
    assert_eq!(lines, [("glob-import", 5)]);
}

#[test]
fn a_comment_that_allows_nothing_is_found() {
    let text = "//! A file.\n\n// tidy: allow(glob-import) nothing here needs it\nfn f() {}\n";
    let lines = found_in_build_rs(text);
    assert_eq!(lines, [("allow", 3)]);
}
