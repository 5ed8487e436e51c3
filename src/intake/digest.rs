//! What Kontor makes of files full of updates, for `kontor updates digest`. Must not know actors or
//! storage: it reads, parses and tells.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;
use serde_json::value::RawValue;

use super::update::{Update, UpdateKind};

#[cfg(test)]
mod tests;

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_id: Option<i64>,
    /// The Bot API's name; `unknown` where an object has none.
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
    pub action: Action,
    /// Why it is not handled; never quotes what people wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the server would do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Goes to an actor.
    Handled,
    /// Confirmed, nothing else.
    Ignored,
    /// Kept with the reason, then confirmed.
    Unparsed,
}

/// Digests files in order, one JSON line per item. True if nothing came out unparsed.
///
/// # Errors
/// A file cannot be read or the report cannot be written.
pub fn run(files: &[PathBuf], out: &mut impl Write) -> anyhow::Result<bool> {
    let mut all_understood = true;
    for file in files {
        let bytes = std::fs::read(file).with_context(|| format!("read {}", file.display()))?;
        for item in digest(&bytes) {
            all_understood &= item.action != Action::Unparsed;
            serde_json::to_writer(&mut *out, &item).context("write the digest")?;
            out.write_all(b"\n").context("write the digest")?;
        }
    }
    out.flush().context("write the digest")?;
    Ok(all_understood)
}

/// Digests one file's content: an update, an array of them, a `getUpdates` response, or any of
/// these one after the other, as in JSON lines. One broken line does not hide the others.
pub fn digest(bytes: &[u8]) -> Vec<Digest> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut digests = Vec::new();
    match values(text) {
        Ok(values) => values.into_iter().for_each(|value| items(value.get(), &mut digests)),
        Err(_) if is_lines(text) => {
            for line in lines(text) {
                match values(line) {
                    Ok(values) => values.into_iter().for_each(|v| items(v.get(), &mut digests)),
                    Err(_) => digests.push(one(line)),
                }
            }
        }
        Err(_) => digests.push(one(text)),
    }
    digests
}

/// All values of a text that is nothing but JSON values.
fn values(text: &str) -> serde_json::Result<Vec<&RawValue>> {
    serde_json::Deserializer::from_str(text).into_iter::<&RawValue>().collect()
}

/// Whether a broken text is one of lines rather than one broken document: some line is whole by
/// itself.
fn is_lines(text: &str) -> bool {
    let unindented = text.lines().filter(|line| line.starts_with(['{', '[']));
    unindented.flat_map(lines).any(|line| values(line).is_ok())
}

/// The lines that hold something; those of an array without the array.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(|line| line.trim().trim_end_matches(','));
    lines.filter(|line| !matches!(*line, "" | "[" | "]"))
}

/// Takes the wrapping of a list off, if there is one.
fn items(value: &str, digests: &mut Vec<Digest>) {
    #[derive(serde::Deserialize)]
    struct Response<'a> {
        #[serde(borrow)]
        result: Vec<&'a RawValue>,
        #[serde(rename = "ok")]
        _ok: bool,
    }
    let list = if value.starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(value).ok()
    } else {
        serde_json::from_str::<Response<'_>>(value).ok().map(|response| response.result)
    };
    match list {
        Some(list) => digests.extend(list.into_iter().map(|item| one(item.get()))),
        None => digests.push(one(value)),
    }
}

fn one(item: &str) -> Digest {
    match Update::parse(item.as_bytes()) {
        Ok(update) => {
            let (action, reason) = match &update.kind {
                UpdateKind::Ignored(ignored) if ignored.is_known => (Action::Ignored, None),
                UpdateKind::Ignored(ignored) if ignored.kind.is_empty() => {
                    (Action::Ignored, Some("holds nothing".to_owned()))
                }
                UpdateKind::Ignored(_) => (Action::Ignored, Some("unknown kind".to_owned())),
                _ => (Action::Handled, None),
            };
            Digest {
                update_id: Some(update.update_id),
                kind: update.kind.name().to_owned(),
                chat_id: update.chat_id(),
                user_id: update.user_id(),
                action,
                reason,
            }
        }
        Err(unparsed) => Digest {
            update_id: unparsed.update_id,
            kind: unparsed.kind.unwrap_or_else(|| "unknown".to_owned()),
            chat_id: None,
            user_id: None,
            action: Action::Unparsed,
            reason: Some(unparsed.reason),
        },
    }
}
