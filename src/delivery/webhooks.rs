//! Flows' answers to the merchant's own servers: signed, one address for each configured name, no redirects. Knows no
//! flows.
//!
//! `POST` with JSON; `Kontor-Signature: t=<unix seconds>,v1=<hex hmac_sha256(secret, t + "." + body)>`, and an
//! `Idempotency-Key` that stays the same when it is tried again. The reply may be `{"answers": {"name": value}}`.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use actors::{Clock, CourierReport, IntentId, Outcome, WebhookCall};
use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

#[cfg(test)]
mod tests;

/// A server that takes longer is tried again.
const WITHIN: Duration = Duration::from_secs(10);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Bytes of a reply that are read.
const REPLY_MAX_BYTES: usize = 64 * 1024;
/// 429 without a time, and the longest that is waited for.
const RETRY_AFTER: Duration = Duration::from_secs(5);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// Where one name leads.
pub struct WebhookTarget {
    pub url: String,
    pub secret: SecretString,
}

/// The courier of webhooks.
pub struct WebhookCourier {
    http: reqwest::Client,
    targets: HashMap<String, WebhookTarget>,
    clock: Clock,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    answers: BTreeMap<String, Value>,
}

impl WebhookCourier {
    /// # Errors
    /// When the system's certificates cannot be used.
    pub fn new(targets: HashMap<String, WebhookTarget>, clock: Clock) -> anyhow::Result<Self> {
        // A redirect would let whoever answers choose whom we talk to.
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(WITHIN)
            .user_agent(concat!("kontor/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("build the webhooks' HTTP client")?;
        Ok(Self { http, targets, clock })
    }

    /// Tells one webhook. Trying again sends the same key, so that it has one effect.
    pub async fn carry(&self, id: IntentId, call: &WebhookCall) -> CourierReport {
        let Some(target) = self.targets.get(&call.webhook) else {
            let reason = format!("no webhook '{}' is configured", call.webhook);
            // Whoever waits goes on; what only had to be told waits for the configuration.
            return match call.waits {
                true => refused(reason),
                false => CourierReport::Closed { reason },
            };
        };
        let body = call.body.to_string();
        let at_s = self.clock.now_ms() / 1_000;
        let request = self
            .http
            .post(&target.url)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", format!("{}-{id}", call.customer))
            .header("Kontor-Signature", signature(target.secret.expose_secret(), at_s, &body))
            .body(body);
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return failed(format!("no answer: {}", error.without_url())),
        };
        let status = response.status();
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.parse().ok().map(Duration::from_secs));
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= REPLY_MAX_BYTES => {
                    body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return refused(format!("{status}, and more than 64 KiB")),
                Ok(None) => break,
                Err(error) => return failed(format!("{status}, cut off: {}", error.without_url())),
            }
        }
        report(status, retry_after, &body)
    }
}

fn report(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> CourierReport {
    match status {
        status if status.is_success() => {
            // Many servers say "ok" and mean it.
            let reply = serde_json::from_slice::<Reply>(body);
            let answers = reply.map(|reply| reply.answers).unwrap_or_default();
            CourierReport::Finished(Outcome::Replied { answers })
        }
        StatusCode::TOO_MANY_REQUESTS => CourierReport::Throttled {
            retry_after: retry_after.unwrap_or(RETRY_AFTER).clamp(RETRY_AFTER, RETRY_AFTER_MAX),
        },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => failed(status.to_string()),
        status if status.is_server_error() => failed(status.to_string()),
        status if status.is_redirection() => {
            refused(format!("{status}: redirects are not followed"))
        }
        status => refused(status.to_string()),
    }
}

fn failed(reason: String) -> CourierReport {
    CourierReport::Failed { reason }
}

fn refused(reason: String) -> CourierReport {
    CourierReport::Finished(Outcome::Refused { reason, unreachable: false })
}

fn signature(secret: &str, at_s: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(format!("{at_s}.").as_bytes());
    mac.update(body.as_bytes());
    let hex: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at_s},v1={hex}")
}
