//! The sandbox gateway, both directions: hosted checkouts, refunds, signed webhooks. Knows no sagas.
//!
//! Wire format (JSON, integer minor units, unix seconds), as its own documentation gives it:
//! `POST /gateway/v1/checkouts`, `GET /gateway/v1/checkouts/{id}`, `POST …/{id}/expire`, `POST /gateway/v1/refunds`;
//! `Authorization: Bearer`, `Idempotency-Key`. Webhooks: `{id, type, created, data:{checkout, refund?}}` with
//! `Sandbox-Signature: t=<unix>,v1=<hex hmac_sha256(secret, t + "." + body)>`.

use std::time::Duration;

use actors::payment::CheckoutReport;
use actors::{CourierReport, GatewayCall, GatewayOp, GatewayReply, IntentId, Outcome};
use entities::{Currency, Key, Money};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{Notice, WebhookError};

#[cfg(test)]
mod tests;

/// A signature older or newer than this (seconds) is refused, so that a captured webhook cannot be played back.
const TOLERANCE_S: i64 = 300;
/// The gateway answers within this, or the outcome is unknown and it is asked again with the same key.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One merchant's account at a sandbox gateway.
pub struct Sandbox {
    name: String,
    http: reqwest::Client,
    api_url: String,
    api_key: SecretString,
    webhook_secret: SecretString,
    /// Where the gateway is to call us.
    webhook_url: String,
}

#[derive(Deserialize)]
struct Checkout {
    id: String,
    #[serde(default)]
    url: String,
    status: String,
    amount_minor: i64,
    currency: Currency,
    #[serde(default)]
    reference: String,
    /// Oldest first.
    #[serde(default)]
    refunds: Vec<Refund>,
}

#[derive(Deserialize)]
struct Listing {
    data: Vec<Checkout>,
}

#[derive(Deserialize)]
struct Refund {
    id: String,
    amount_minor: i64,
    currency: Currency,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: EventContent,
}

#[derive(Deserialize)]
struct EventContent {
    checkout: Checkout,
    refund: Option<Refund>,
}

/// What a call came to.
enum Reply {
    Good(Value),
    /// A definite "no", with the HTTP status and the gateway's words.
    No(StatusCode, String),
    Report(CourierReport),
}

impl Sandbox {
    pub fn new(
        (name, webhook_url): (&str, String),
        http: reqwest::Client,
        api_url: &str,
        api_key: SecretString,
        webhook_secret: SecretString,
    ) -> Self {
        let (name, api_url) = (name.to_owned(), api_url.trim_end_matches('/').to_owned());
        Self { name, http, api_url, api_key, webhook_secret, webhook_url }
    }

    /// Asks, under a key of the payment and the intent: the same question twice has one effect.
    pub async fn carry(&self, id: IntentId, call: &GatewayCall) -> CourierReport {
        let key = format!("{}-{id}", call.payment);
        let reply = match &call.op {
            GatewayOp::OpenCheckout { amount, description, expires_at_ms } => {
                let body = json!({
                    "amount_minor": amount.amount_minor,
                    "currency": amount.currency,
                    "reference": call.payment,
                    "description": description,
                    "webhook_url": self.webhook_url,
                    "expires_at": expires_at_ms / 1_000,
                });
                let reply = self.call(Method::POST, "checkouts", Some((&key, body))).await;
                read(reply, |checkout: Checkout| GatewayReply::Opened {
                    checkout: checkout.id,
                    url: checkout.url,
                })
            }
            GatewayOp::AskCheckout { checkout: Some(checkout), .. } => self.ask(checkout).await,
            GatewayOp::AskCheckout { checkout: None, .. } => self.find(&call.payment).await,
            GatewayOp::ExpireCheckout { checkout, .. } => {
                let path = format!("checkouts/{checkout}/expire");
                match self.call(Method::POST, &path, Some((&key, json!({})))).await {
                    // No longer open: what is it, then?
                    Reply::No(StatusCode::CONFLICT, _) => self.ask(checkout).await,
                    reply => read(reply, |_: Checkout| GatewayReply::Expired),
                }
            }
            GatewayOp::Refund { checkout, amount, reason, .. } => {
                let body = json!({
                    "checkout": checkout,
                    "amount_minor": amount.amount_minor,
                    "reason": reason,
                });
                let reply = self.call(Method::POST, "refunds", Some((&key, body))).await;
                read(reply, |refund: Refund| GatewayReply::Refunded {
                    refund: refund.id,
                    amount: Money::new(refund.amount_minor, refund.currency),
                })
            }
            GatewayOp::OpenSubscription { .. }
            | GatewayOp::EditSubscription { .. }
            | GatewayOp::ReadStars { .. } => {
                Ok(GatewayReply::Rejected { reason: "only Telegram does that".to_owned() })
            }
        };
        match reply {
            Ok(reply) => CourierReport::Finished(Outcome::Gateway(reply)),
            Err(report) => report,
        }
    }

    async fn ask(&self, checkout: &str) -> Result<GatewayReply, CourierReport> {
        let reply = self.call(Method::GET, &format!("checkouts/{checkout}"), None).await;
        read(reply, |checkout: Checkout| {
            let made = |refund: Refund| actors::Refund {
                refund: refund.id,
                amount: Money::new(refund.amount_minor, refund.currency),
            };
            match checkout.status.as_str() {
                "captured" => GatewayReply::Captured {
                    amount: Money::new(checkout.amount_minor, checkout.currency),
                    charge: None,
                    refunds: checkout.refunds.into_iter().map(made).collect(),
                },
                "expired" => GatewayReply::Expired,
                _ => GatewayReply::Open,
            }
        })
    }

    /// Nobody knows whether a checkout was opened: is there one under our reference?
    async fn find(&self, payment: &Key) -> Result<GatewayReply, CourierReport> {
        let reply = self.call(Method::GET, &format!("checkouts?reference={payment}"), None).await;
        read(reply, |listing: Listing| match listing.data.into_iter().next() {
            Some(checkout) => GatewayReply::Opened { checkout: checkout.id, url: checkout.url },
            None => GatewayReply::Rejected { reason: "no checkout was opened".to_owned() },
        })
    }

    async fn call(&self, method: Method, path: &str, post: Option<(&str, Value)>) -> Reply {
        let url = format!("{}/gateway/v1/{path}", self.api_url);
        let mut request = self.http.request(method, url).timeout(TIMEOUT);
        request = request.bearer_auth(self.api_key.expose_secret());
        if let Some((key, body)) = post {
            request = request.header("Idempotency-Key", key).json(&body);
        }
        let failed = |reason: String| Reply::Report(CourierReport::Failed { reason });
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return failed(format!("no answer: {}", error.without_url())),
        };
        let status = response.status();
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.parse().ok().map(Duration::from_secs));
        let body: Value = match response.json().await {
            Ok(body) => body,
            Err(error) => return failed(format!("{status}, unreadable: {}", error.without_url())),
        };
        if status.is_success() {
            return Reply::Good(body);
        }
        let words = body["error"]["message"].as_str().unwrap_or("no reason given").to_owned();
        match status {
            StatusCode::TOO_MANY_REQUESTS => Reply::Report(CourierReport::Throttled {
                retry_after: retry_after.unwrap_or(Duration::from_secs(1)),
            }),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Reply::Report(CourierReport::Closed { reason: format!("{status}: {words}") })
            }
            status if status.is_server_error() => failed(format!("{status}: {words}")),
            status => Reply::No(status, words),
        }
    }

    /// Checks the signature over the raw body, then reads it. `now_s`: unix seconds.
    ///
    /// # Errors
    /// `WebhookError`; nothing may be processed then.
    pub fn read_webhook(
        &self,
        signature: Option<&str>,
        body: &[u8],
        now_s: i64,
    ) -> Result<Notice, WebhookError> {
        let signature = signature.ok_or(WebhookError::Unsigned)?;
        if !is_signed(self.webhook_secret.expose_secret(), signature, body, now_s) {
            return Err(WebhookError::Unsigned);
        }
        let malformed = |error: String| WebhookError::Malformed(error);
        let event: Event =
            serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
        let checkout = event.data.checkout;
        let amount = Money::new(checkout.amount_minor, checkout.currency);
        let report = match (event.kind.as_str(), event.data.refund) {
            ("checkout.captured", _) => CheckoutReport::Captured { amount, charge: None },
            ("checkout.declined", _) => CheckoutReport::Declined { reason: "declined".to_owned() },
            ("checkout.expired", _) => CheckoutReport::Expired,
            ("refund.succeeded", Some(refund)) => CheckoutReport::Refunded {
                refund: refund.id,
                amount: Money::new(refund.amount_minor, refund.currency),
            },
            (kind, _) => return Err(WebhookError::NotFollowed(kind.to_owned())),
        };
        let payment =
            Key::parse(&checkout.reference).map_err(|error| malformed(error.to_string()))?;
        if payment.kind() != entities::Kind::Payment {
            return Err(malformed(format!("{payment} is no payment")));
        }
        let event = format!("{}/{}", self.name, event.id);
        Ok(Notice { event, payment, checkout: checkout.id, report })
    }
}

/// Turns a good reply into what the saga hears; a definite "no" is an answer as well.
fn read<T: serde::de::DeserializeOwned>(
    reply: Reply,
    good: impl FnOnce(T) -> GatewayReply,
) -> Result<GatewayReply, CourierReport> {
    match reply {
        Reply::Good(body) => match serde_json::from_value(body) {
            Ok(body) => Ok(good(body)),
            Err(error) => {
                Err(CourierReport::Failed { reason: format!("unexpected answer: {error}") })
            }
        },
        Reply::No(status, words) => {
            Ok(GatewayReply::Rejected { reason: format!("{status}: {words}") })
        }
        Reply::Report(report) => Err(report),
    }
}

/// Whether any `v1` of the header is ours over `t.body`, and `t` is near `now_s`.
fn is_signed(secret: &str, header: &str, body: &[u8], now_s: i64) -> bool {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let stamp = parts().find(|(name, _)| *name == "t").map(|(_, value)| value);
    let Some(stamp) = stamp else { return false };
    let Ok(at) = stamp.parse::<i64>() else {
        return false;
    };
    if now_s.saturating_sub(at).saturating_abs() > TOLERANCE_S {
        return false;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(stamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    let ours: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    parts()
        .any(|(name, theirs)| name == "v1" && bool::from(theirs.as_bytes().ct_eq(ours.as_bytes())))
}
