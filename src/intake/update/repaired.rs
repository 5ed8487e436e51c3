//! A second try for updates whose letters are broken. Knows JSON's escapes and nothing of updates.

use std::borrow::Cow;

use serde::Deserialize;

use super::Update;
use super::unparsed::{Unparsed, explain};

/// Parses what is left when bytes that are not UTF-8 and lone surrogates became U+FFFD (one UTF-16
/// unit for one, so that the offsets of entities still fit). Nothing of it borrows.
pub(super) fn parse<'a>(bytes: &[u8]) -> Result<Update<'a>, Unparsed> {
    let text = String::from_utf8_lossy(bytes);
    let text = without_lone_surrogates(&text);
    if text.as_bytes() == bytes {
        return Err(explain(bytes));
    }
    let mut reader = serde_json::Deserializer::from_reader(text.as_bytes());
    let update = Update::deserialize(&mut reader);
    match update.and_then(|update| reader.end().map(|()| update)) {
        Ok(update) => Ok(update),
        Err(_) => Err(explain(text.as_bytes())),
    }
}

/// Replaces the escapes of surrogates that are no pair.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut repaired = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        repaired.push_str(&rest[..at]);
        rest = &rest[at..];
        let (kept, length) = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (&rest[..12], 12),
            (Some(0xD800..=0xDFFF), _) => ("\\ufffd", 6),
            _ => {
                let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
                (&rest[..1 + escaped], 1 + escaped)
            }
        };
        repaired.push_str(kept);
        rest = &rest[length..];
    }
    repaired.push_str(rest);
    Cow::Owned(repaired)
}

/// The UTF-16 unit of the escape `\uXXXX` at the very beginning.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}
