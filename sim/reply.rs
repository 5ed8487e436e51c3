//! What a Bot API call answers when it refuses: code, text and parameters. It must not know any
//! method.

use serde_json::{Value, json};

/// A refusal as the Bot API words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The HTTP status and `error_code`.
    pub(crate) code: u16,
    /// The whole description, prefix included.
    pub(crate) description: String,
    /// `parameters.retry_after`, seconds.
    pub(crate) retry_after: Option<i64>,
    /// `parameters.migrate_to_chat_id`.
    pub(crate) migrate_to: Option<i64>,
}

/// The answer of one method.
pub(crate) type Answer = Result<Value, Refused>;

impl Refused {
    /// A refusal with a code and a whole description.
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    /// `429 Too Many Requests: retry after N`.
    pub(crate) fn too_many(retry_after: i64) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(429, format!("Too Many Requests: retry after {retry_after}"))
        }
    }

    /// The JSON body.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "ok": false, "error_code": self.code, "description": self.description,
        });
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        if let Some(chat) = self.migrate_to {
            body["parameters"] = json!({"migrate_to_chat_id": chat});
        }
        body
    }
}

/// `400 Bad Request: text`.
pub(crate) fn bad(text: impl AsRef<str>) -> Refused {
    Refused::new(400, format!("Bad Request: {}", text.as_ref()))
}

/// `403 Forbidden: text`.
pub(crate) fn forbidden(text: impl AsRef<str>) -> Refused {
    Refused::new(403, format!("Forbidden: {}", text.as_ref()))
}

/// `409 Conflict: text`.
pub(crate) fn conflict(text: impl AsRef<str>) -> Refused {
    Refused::new(409, format!("Conflict: {}", text.as_ref()))
}
