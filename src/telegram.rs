//! The Bot API's client: calls over one shared HTTP client, typed errors, uploads. Knows no actors and no limits.

use std::fmt;
use std::time::Duration;

use anyhow::Context;
use reqwest::multipart::{Form, Part};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// Telegram answers a call within seconds, or not at all.
pub const CALL_WITHIN: Duration = Duration::from_secs(20);
/// Uploads take longer.
pub const UPLOAD_WITHIN: Duration = Duration::from_secs(120);
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Longer than the pauses of a quiet shop, shorter than what Telegram's servers keep open.
const KEPT_OPEN: Duration = Duration::from_secs(55);

/// The Bot API said no. Source: <https://core.telegram.org/bots/api#making-requests>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub error_code: u16,
    pub description: String,
    /// With 429.
    pub retry_after: Option<Duration>,
    /// The group is a supergroup with this id now.
    pub migrate_to_chat_id: Option<i64>,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.error_code, self.description)
    }
}

/// Why a call brought no result. Its text never holds the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error("{0}")]
    Refused(ApiError),
    /// No answer, or none that is the Bot API's: whether the call was done is unknown.
    #[error("{0}")]
    Unanswered(String),
}

impl CallError {
    /// The Bot API's error code, where it gave one.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused(error) => Some(error.error_code),
            Self::Unanswered(_) => None,
        }
    }

    /// The token was revoked, or never was one.
    pub fn is_revoked(&self) -> bool {
        matches!(self.code(), Some(401 | 404))
    }
}

/// A file that goes along with a call.
pub struct Upload {
    /// The parameter that holds it, for instance `photo`.
    pub field: &'static str,
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// The bot's own account, as much of it as is used.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Me {
    pub id: i64,
    #[serde(default)]
    pub username: Option<String>,
}

/// What Telegram knows of the webhook, as much of it as is used.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Webhook {
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub pending_update_count: i64,
    /// Unix time in seconds.
    #[serde(default)]
    pub last_error_date: Option<i64>,
    #[serde(default)]
    pub last_error_message: Option<String>,
}

/// One bot's way to its Bot API server. Cheap to clone.
#[derive(Clone)]
pub struct BotApi {
    http: reqwest::Client,
    /// Without a slash at the end.
    api_url: String,
    token: SecretString,
}

impl fmt::Debug for BotApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotApi").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// The HTTP client that all bots share. The TLS provider must be installed before.
///
/// # Errors
/// When the system's certificates or proxy settings cannot be used.
pub fn http_client() -> anyhow::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_WITHIN)
        .pool_idle_timeout(KEPT_OPEN)
        .tcp_nodelay(true)
        .user_agent(concat!("kontor/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("build the HTTP client")
}

#[derive(Deserialize)]
struct Response {
    ok: bool,
    result: Option<Box<RawValue>>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl BotApi {
    /// `api_url`: `https://api.telegram.org`, or the operator's own Bot API server.
    pub fn new(http: reqwest::Client, api_url: &str, token: SecretString) -> Self {
        Self { http, api_url: api_url.trim_end_matches('/').to_owned(), token }
    }

    pub fn api_url(&self) -> &str {
        &self.api_url
    }

    /// Calls a method and gives its result as it came.
    ///
    /// # Errors
    /// The Bot API's refusal, or no answer within `within`.
    pub async fn call(
        &self,
        method: &str,
        body: &Value,
        within: Duration,
    ) -> Result<Box<RawValue>, CallError> {
        self.send(self.request(method).json(body), within).await
    }

    /// Calls a method and reads its result.
    ///
    /// # Errors
    /// As `call`; an answer that cannot be read is none.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        body: &Value,
    ) -> Result<T, CallError> {
        let result = self.call(method, body, CALL_WITHIN).await?;
        serde_json::from_str(result.get())
            .map_err(|error| self.unanswered(format!("the answer to {method}: {error}")))
    }

    /// Calls a method with a file.
    ///
    /// # Errors
    /// As `call`.
    pub async fn upload(
        &self,
        method: &str,
        fields: &Map<String, Value>,
        file: Upload,
    ) -> Result<Box<RawValue>, CallError> {
        let mut form = Form::new();
        for (name, value) in fields {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            form = form.text(name.clone(), text);
        }
        form = form.part(file.field, Part::bytes(file.bytes).file_name(file.file_name));
        self.send(self.request(method).multipart(form), UPLOAD_WITHIN).await
    }

    fn request(&self, method: &str) -> reqwest::RequestBuilder {
        self.http.post(format!("{}/bot{}/{method}", self.api_url, self.token.expose_secret()))
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        within: Duration,
    ) -> Result<Box<RawValue>, CallError> {
        let lost = |error: reqwest::Error| {
            let error = anyhow::Error::new(error.without_url());
            self.unanswered(format!("{error:#}"))
        };
        let response = request.timeout(within).send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(lost)?;
        // One broken letter must not hide the rest of a batch of updates.
        let body = String::from_utf8_lossy(&body);
        let response: Response = serde_json::from_str(&body)
            .map_err(|_| self.unanswered(format!("HTTP {status}, and not the Bot API's JSON")))?;
        match (response.ok, response.result) {
            (true, Some(result)) => Ok(result),
            (true, None) => Err(self.unanswered("an answer without a result".to_owned())),
            (false, _) => {
                let parameters = response.parameters.unwrap_or_default();
                Err(CallError::Refused(ApiError {
                    error_code: response.error_code.unwrap_or(status),
                    description: self.without_token(response.description.unwrap_or_default()),
                    retry_after: parameters.retry_after.map(Duration::from_secs),
                    migrate_to_chat_id: parameters.migrate_to_chat_id,
                }))
            }
        }
    }

    fn unanswered(&self, reason: String) -> CallError {
        CallError::Unanswered(self.without_token(reason))
    }

    fn without_token(&self, text: String) -> String {
        let token = self.token.expose_secret();
        match token.is_empty() || !text.contains(token) {
            true => text,
            false => text.replace(token, "…"),
        }
    }
}
