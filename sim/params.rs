//! The parameters of one call, wherever they came from: query, JSON, form or multipart. It must not
//! know any method.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::web::Bytes;
use serde_json::{Map, Value};

use crate::multipart;
use crate::reply::{Refused, bad};

/// One uploaded file.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The name the client gave it.
    pub name: String,
    /// Its declared media type.
    pub mime: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Named values and uploads of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    values: Map<String, Value>,
    files: HashMap<String, Upload>,
}

impl Params {
    /// Reads the query string and the body; a body that is not what its type says is a refusal.
    pub(crate) fn read(query: &str, content_type: &str, body: &Bytes) -> Result<Self, Refused> {
        let mut params = Self::default();
        params.add_form(query.as_bytes());
        let kind = content_type.split(';').next().unwrap_or("").trim();
        if body.is_empty() {
            return Ok(params);
        }
        match kind.to_ascii_lowercase().as_str() {
            "application/json" => match serde_json::from_slice(body) {
                Ok(Value::Object(map)) => params.values.extend(map),
                _ => return Err(bad("Can't parse request body: expected a JSON object")),
            },
            "multipart/form-data" => {
                for part in multipart::parse(content_type, body)? {
                    if part.file_name.is_some() {
                        let upload = Upload {
                            name: part.file_name.unwrap_or_default(),
                            mime: part.mime,
                            bytes: part.bytes,
                        };
                        params.files.insert(part.name, upload);
                    } else {
                        let text = String::from_utf8_lossy(&part.bytes).into_owned();
                        params.values.insert(part.name, Value::String(text));
                    }
                }
            }
            "application/x-www-form-urlencoded" => params.add_form(body),
            _ => {}
        }
        Ok(params)
    }

    fn add_form(&mut self, text: &[u8]) {
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let cut = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match cut {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &b""[..]),
            };
            self.values.insert(unescape(name), Value::String(unescape(value)));
        }
    }

    /// The raw value, none when absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// Sets a value, as the preparation of a call does.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// Adds an upload, as the preparation of a call does.
    pub(crate) fn attach(&mut self, name: &str, upload: Upload) {
        self.files.insert(name.to_owned(), upload);
    }

    /// The value as text; empty counts as absent, as on Telegram's server.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.get(name)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(Cow::Borrowed(text)),
            other => Some(Cow::Owned(other.to_string())),
        }
    }

    /// The value as an integer, from a number or from text.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        int_of(self.get(name)?)
    }

    /// The value as a decimal number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Whether the value means yes: `true`, `yes` or `1`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::Number(number)) => number.as_i64() != Some(0),
            Some(Value::String(text)) => {
                matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1")
            }
            _ => false,
        }
    }

    /// The value as JSON; text is parsed, and what cannot be parsed is an error with `complaint`.
    pub(crate) fn json(&self, name: &str, complaint: &str) -> Result<Option<Value>, Refused> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(Value::Null) => Ok(None),
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(bad(complaint)),
            },
            Some(other) => Ok(Some(other.clone())),
        }
    }

    /// An uploaded file by the name of its part.
    pub(crate) fn file(&self, name: &str) -> Option<&Upload> {
        self.files.get(name)
    }

    /// What the call log keeps: the values, and names and sizes of the files.
    pub(crate) fn into_log(self) -> Value {
        let mut map = self.values;
        for (name, file) in self.files {
            map.insert(name, serde_json::json!({"file": file.name, "bytes": file.bytes.len()}));
        }
        Value::Object(map)
    }
}

/// An integer from a JSON number or from text.
pub(crate) fn int_of(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().map(|float| float as i64))
        }
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(yes) => Some(i64::from(*yes)),
        _ => None,
    }
}

fn unescape(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'+' => out.push(b' '),
            b'%' => match hex_pair(text.get(at + 1..at + 3)) {
                Some(byte) => {
                    out.push(byte);
                    at += 2;
                }
                None => out.push(b'%'),
            },
            other => out.push(other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex_pair(digits: Option<&[u8]>) -> Option<u8> {
    let text = std::str::from_utf8(digits?).ok()?;
    u8::from_str_radix(text, 16).ok()
}
