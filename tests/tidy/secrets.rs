//! Rules on what must never be committed: secrets, and the paths of somebody's machine.

use crate::tree::Tree;
use crate::{Report, Rule};

/// Folders of machines on which people and sessions work.
const MACHINE_FOLDERS: &[&str] = &["work", "root", "home", "Users"];
/// A bot token is digits, a colon and this many characters.
const TOKEN_CHARS: usize = 35;
/// A token that says one of these, or repeats itself, belongs to nobody.
const FAKE_WORDS: &[&str] = &[
    "test", "fake", "sim", "example", "demo", "dummy", "sample", "secret", "token", "abcde",
    "12345",
];
/// A random token has about 27 different characters.
const FAKE_DISTINCT_CHARS_MAX: usize = 16;

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "machine-path",
        check: machine_path,
        bad: &[
            &[("README.md", concat!("see /wo", "rk/main\n"))],
            &[("src/a.rs", concat!("const A: &str = \"/ho", "me/ann/x\";\n"))],
            &[("config/a.toml", concat!("a = '/ro", "ot/x'\n"))],
        ],
        good: &[&[(
            "README.md",
            "https://a.example/home/page, ../work/x, ~/work/, /homes/ and $PWD/root/\n",
        )]],
    },
    Rule {
        name: "secret",
        check: secret,
        bad: &[
            &[("a.json", concat!("\"7204418831", ":AAHkq9Zt3xVbR0mLwYp5cJ8uDe2fGs1oNiT\"\n"))],
            &[("a.pem", concat!("-----BEGIN RSA PRIV", "ATE KEY-----\n"))],
            &[("a.toml", concat!("key = \"sk_li", "ve_51H8\"\n"))],
        ],
        good: &[&[(
            "a.json",
            concat!(
                "110201543:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 123456789:test-token-of-nobody-aaaaaaaaaaaaa\n",
                "2026-01-01T10:00:00 127.0.0.1:8080 12345678:short\n"
            ),
        )]],
    },
];

fn machine_path(tree: &Tree, report: &mut Report) {
    for file in &tree.files {
        for (number, line) in file.lines() {
            for folder in MACHINE_FOLDERS {
                let path = format!("/{folder}/");
                if line.match_indices(&path).any(|(at, _)| starts_path(&line[..at])) {
                    report.add(
                        &file.path,
                        number,
                        format!("{path}… is one machine's: make it relative, or a setting"),
                    );
                }
            }
        }
    }
}

/// Whether a slash behind this text begins a path, and does not go on with one.
fn starts_path(before: &str) -> bool {
    !before.ends_with(|c: char| c.is_alphanumeric() || "._-~}/)".contains(c))
}

fn secret(tree: &Tree, report: &mut Report) {
    for file in &tree.files {
        for (number, line) in file.lines() {
            if line.match_indices(':').any(|(at, _)| is_token(&line[..at], &line[at + 1..])) {
                report.add(
                    &file.path,
                    number,
                    "a bot token: revoke it, and make up one that says it is fake",
                );
            }
            if line.contains("-----BEGIN ") && line.contains(concat!("PRIV", "ATE KEY-----")) {
                report.add(&file.path, number, "a private key: make one when it is needed");
            }
            if [concat!("sk_", "live_"), concat!("rk_", "live_")]
                .iter()
                .any(|prefix| line.contains(prefix))
            {
                report.add(&file.path, number, "a live key of a gateway: revoke it");
            }
        }
    }
}

/// Whether the text around a colon is a bot token that might be somebody's.
fn is_token(before: &str, after: &str) -> bool {
    let digits = before.chars().rev().take_while(char::is_ascii_digit).count();
    let stands_alone = !before[..before.len() - digits].ends_with(|c: char| c.is_alphanumeric());
    let rest: String =
        after.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
    (8..=10).contains(&digits) && stands_alone && rest.len() == TOKEN_CHARS && !is_fake(&rest)
}

fn is_fake(rest: &str) -> bool {
    let lower = rest.to_lowercase();
    let mut chars: Vec<char> = rest.chars().collect();
    chars.sort_unstable();
    chars.dedup();
    chars.len() <= FAKE_DISTINCT_CHARS_MAX || FAKE_WORDS.iter().any(|word| lower.contains(word))
}
