//! What is wrong with the settings: where, at which key, what to write. Knows no sections.

use std::fmt;

use figment::Source;
use figment::error::{Actual, Kind};

/// A wrong setting. Its text names the file or variable and the key, and says on a line of its own what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The file, or `environment`.
    pub place: Option<String>,
    /// `section.key`.
    pub key: String,
    pub problem: String,
    pub hint: String,
}

impl std::error::Error for SettingsError {}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.problem)?;
        match self.hint.as_str() {
            "" => Ok(()),
            hint => write!(f, "\n  hint: {hint}"),
        }
    }
}

impl SettingsError {
    pub(super) fn at(key: &str, problem: &str, hint: &str) -> Self {
        Self {
            place: None,
            key: key.to_owned(),
            problem: problem.to_owned(),
            hint: hint.to_owned(),
        }
    }

    pub(super) fn within(mut self, place: Option<String>) -> Self {
        self.place = place;
        self
    }
}

impl From<figment::Error> for SettingsError {
    fn from(error: figment::Error) -> Self {
        let key = error.path.join(".");
        let place = error.metadata.as_ref().map(place);
        let place = place.filter(|place| place != DEFAULTS_PLACE);
        let (problem, hint) = match &error.kind {
            Kind::UnknownField(name, known) => return unknown(name, known, &error.path, place),
            Kind::UnknownVariant(value, known) => {
                (format!("'{value}' is not known"), format!("write one of {}", known.join(", ")))
            }
            Kind::MissingField(name) => {
                let hint = format!("write {name} = …");
                (format!("{name} is missing"), hint)
            }
            Kind::InvalidType(found, wanted) | Kind::InvalidValue(found, wanted) => {
                (format!("found {}", shown(found, &key)), format!("write {}", plain(wanted)))
            }
            Kind::Message(text) => (text.trim().to_owned(), String::new()),
            other => (other.to_string(), String::new()),
        };
        // "problem: what to write" is how our own readers say it.
        let (problem, hint) = match (problem.split_once(": write "), hint.is_empty()) {
            (Some((problem, write)), true) => (problem.to_owned(), format!("write {write}")),
            _ => (problem, hint),
        };
        let (problem, hint) = match problem.contains("socket address") {
            true => (
                "not an address to listen on".to_owned(),
                "write host:port, as in 127.0.0.1:8080".to_owned(),
            ),
            false => (problem, hint),
        };
        Self { place, key, problem, hint }
    }
}

/// A value of the wrong type may still be a secret.
fn shown(found: &Actual, key: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    match ["token", "key", "secret", "url"].iter().any(|word| last.ends_with(word)) {
        true => "something else".to_owned(),
        false => match found {
            Actual::Bool(value) => value.to_string(),
            Actual::Unsigned(value) => value.to_string(),
            Actual::Signed(value) => value.to_string(),
            Actual::Str(value) => format!("'{value}'"),
            other => other.to_string(),
        },
    }
}

/// What is wanted, for people.
fn plain(wanted: &str) -> &str {
    match wanted {
        "usize" | "u16" | "u32" | "u64" => "a number, 0 or more",
        "i32" | "i64" | "isize" => "a whole number",
        "bool" | "a boolean" => "true or false",
        "a string" | "string" | "path string" | "a borrowed string" => "a text in quotes",
        "a sequence" => "a list in brackets",
        other => other,
    }
}

/// The name under which the compiled-in defaults are known.
pub(super) const DEFAULTS_PLACE: &str = "the defaults";
pub(super) const ENVIRONMENT: &str = "environment";

fn place(metadata: &figment::Metadata) -> String {
    match &metadata.source {
        Some(Source::File(path)) => path.display().to_string(),
        _ => metadata.name.to_string(),
    }
}

fn unknown(
    name: &str,
    known: &[&'static str],
    path: &[String],
    place: Option<String>,
) -> SettingsError {
    let nearest = known.iter().min_by_key(|other| distance(name, other));
    let close = nearest.filter(|other| distance(name, other) <= 2 + name.len() / 4);
    let hint = match close {
        Some(close) => format!("did you mean {close}?"),
        None => format!("known here: {}", known.join(", ")),
    };
    let key = match path.last().is_some_and(|last| last == name) {
        true => path.join("."),
        false => path.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("."),
    };
    let problem = "there is no such key".to_owned();
    SettingsError { place, key, problem, hint }
}

/// Insertions, deletions and changes of a letter between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
