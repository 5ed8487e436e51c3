//! Why an update could not be read, in words for the operator. Must not quote what people wrote.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Update, is_kind};

/// An update that is kept as it came and confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsed {
    /// Absent where not even that could be read.
    pub update_id: Option<i64>,
    /// The Bot API's name of the kind, where the object has one.
    pub kind: Option<String>,
    /// Which field, and what was wrong with it: lower case, without the value.
    pub reason: String,
}

impl std::fmt::Display for Unparsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unparsed {}

/// Parses again, slowly, to say what is wrong. Only for bytes that `Update::parse` refused.
pub(super) fn explain(bytes: &[u8]) -> Unparsed {
    let update_id = find_id(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let Err(error) = serde_path_to_error::deserialize::<_, Update<'_>>(&mut reader) else {
        let reason = "more text after the update".to_owned();
        return Unparsed { update_id, kind: None, reason };
    };
    if update_id.is_none() && is_message(bytes) {
        let reason = "no `update_id`: a bare message, which belongs into \
                      {\"update_id\": …, \"message\": …}";
        return Unparsed { update_id, kind: None, reason: reason.to_owned() };
    }
    let path = error.path().to_string();
    let kind =
        path.split(['.', '[']).next().filter(|name| is_kind(name.as_bytes())).map(str::to_owned);
    let fault = without_values(&error.inner().to_string());
    let reason = if path == "." { fault } else { format!("{path}: {fault}") };
    Unparsed { update_id, kind, reason }
}

fn is_message(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Bare {
        #[serde(rename = "message_id")]
        _message_id: IgnoredAny,
        #[serde(rename = "chat")]
        _chat: IgnoredAny,
    }
    serde_json::from_slice::<Bare>(bytes).is_ok()
}

fn find_id(bytes: &[u8]) -> Option<i64> {
    // Read as the update itself is: of a key that is there twice, the last counts.
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(update) => update.get("update_id").and_then(serde_json::Value::as_i64),
        Err(_) => scan_id(&String::from_utf8_lossy(bytes)),
    }
}

/// The id of an update that is not JSON as a whole (cut off, bad escapes), so that it can be
/// confirmed.
fn scan_id(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once("\"update_id\"")?;
    let digits = rest.trim_start().strip_prefix(':')?.trim_start();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// serde quotes the value it did not expect, which may be what somebody wrote: keep only its type.
fn without_values(fault: &str) -> String {
    let Some((found, expected)) = fault.rsplit_once(", expected ") else {
        return fault.to_owned();
    };
    let end = found.find(['"', '`']).unwrap_or(found.len());
    format!("{}, expected {expected}", found[..end].trim_end())
}
