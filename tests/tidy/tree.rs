//! The files that git knows or would add; the comments that allow something. Knows no rule.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::lexer::{Token, behind_closing, find, lex};

/// A reason shorter than this says nothing.
const REASON_CHARS_MIN: usize = 10;

pub(crate) struct File {
    /// From the tree's root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Empty unless it is Rust.
    pub(crate) tokens: Vec<Token>,
    /// Lines of test modules that stand inside a file of code.
    inline_tests: Vec<Range<usize>>,
}

impl File {
    fn of(path: &str, text: &str) -> Self {
        let tokens = if path.ends_with(".rs") { lex(text) } else { Vec::new() };
        let inline_tests = inline_tests(&tokens);
        Self { path: path.to_owned(), text: text.to_owned(), tokens, inline_tests }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// `tests.rs`, or anything below a folder `tests` or `benches`.
    pub(crate) fn is_test_file(&self) -> bool {
        let in_folder = self.path.split('/').any(|part| part == "tests" || part == "benches");
        in_folder || self.path.ends_with("/tests.rs") || self.path == "tests.rs"
    }

    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.is_test_file() || self.inline_tests.iter().any(|lines| lines.contains(&line))
    }

    /// The lines and their numbers.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// `#[cfg(test)] mod … { … }`, from the attribute to the closing brace.
fn inline_tests(tokens: &[Token]) -> Vec<Range<usize>> {
    let pattern = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    let at_brace = |at: usize| tokens.get(at + 9).is_some_and(|token| token.is("{"));
    let range = |at: usize| {
        let end = behind_closing(tokens, at + 9) - 1;
        tokens[at].line..tokens[end].line + 1
    };
    find(tokens, &pattern).filter(|at| at_brace(*at)).map(range).collect()
}

pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

impl Tree {
    pub(crate) fn of(sample: &[(&str, &str)]) -> Self {
        Self { files: sample.iter().map(|(path, text)| File::of(path, text)).collect() }
    }

    /// Reads what git tracks or would add; without git, everything but what is built. Files that
    /// are not text are left out.
    pub(crate) fn read(root: &Path) -> Self {
        let mut paths = listed_by_git(root).unwrap_or_else(|| walked(root));
        paths.sort();
        paths.dedup();
        let read = |path: &String| {
            let full = root.join(path);
            let is_file = full.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
            let text = if is_file { fs::read_to_string(full).ok() } else { None };
            text.map(|text| File::of(path, &text))
        };
        let files: Vec<File> = paths.iter().filter_map(read).collect();
        assert!(
            files.iter().any(|file| file.path == "Cargo.toml"),
            "{} is not the tree",
            root.display()
        );
        Self { files }
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The line of the comment that allows this rule here. A finding about a whole file stands on
    /// its first line: its comment may stand anywhere in the first ten.
    pub(crate) fn allowed_at(&self, path: &str, line: usize, rule: &str) -> Option<usize> {
        let reach = if line == 1 { 1..=10 } else { line - 1..=line };
        let file = self.file(path)?;
        let allows = |text: &str| {
            allowed(text)
                .is_some_and(|(allowed, reason)| allowed == rule && reason >= REASON_CHARS_MIN)
        };
        file.lines()
            .find(|(number, text)| reach.contains(number) && allows(text))
            .map(|(number, _)| number)
    }

    /// Every comment that allows something. This test's own files speak about them.
    pub(crate) fn allows(&self) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        for file in
            self.files.iter().filter(|file| file.is_rust() || file.path.ends_with("Cargo.toml"))
        {
            if !file.path.starts_with("tests/tidy/") {
                let lines = file.lines().filter(|(_, line)| allowed(line).is_some());
                found.extend(lines.map(|(line, _)| (file.path.clone(), line)));
            }
        }
        found
    }
}

/// The rule that a comment on this line allows, and how long its reason is.
fn allowed(line: &str) -> Option<(&str, usize)> {
    let at = line.find("// tidy: allow(").or_else(|| line.find("# tidy: allow("))?;
    let (_, rest) = line[at..].split_once('(')?;
    let (rule, reason) = rest.split_once(')')?;
    Some((rule, reason.trim().chars().count()))
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let paths: Vec<String> = output
        .stdout
        .split(|byte| *byte == 0)
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .collect();
    // A copy of the tree inside somebody else's repository lists nothing of ours.
    paths.iter().any(|path| path == "Cargo.toml").then_some(paths)
}

fn walked(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = folder.join(&name);
            if entry.path().is_dir() {
                if ![".git", "target", "node_modules", "data", "demo-data"].contains(&name.as_str())
                {
                    folders.push(path);
                }
            } else {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{File, walked};
    use std::path::Path;

    #[test]
    fn test_modules_inside_a_file_are_tests() {
        let file =
            File::of("a.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\nfn h() {}\n");
        let tests: Vec<usize> = (1..=6).filter(|line| file.is_test_line(*line)).collect();
        assert_eq!(tests, [2, 3, 4, 5]);
    }

    #[test]
    fn without_git_the_folders_are_walked() {
        let found = walked(Path::new(env!("CARGO_MANIFEST_DIR")));
        assert!(found.iter().any(|path| path == "tests/tidy/tree.rs"), "{found:?}");
        assert!(!found.iter().any(|path| path.starts_with(".git/")));
    }
}
