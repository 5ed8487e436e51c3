//! What a checkout is, what a merchant may ask for, and how it reads as JSON.
//! It must not know HTTP.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const DAY_S: i64 = 86_400;
/// A thousand million major units of a two-digit currency.
const AMOUNT_MAX_MINOR: i64 = 100_000_000_000;
const TEXT_MAX: usize = 500;

/// Where a checkout stands; all but `Open` are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Open,
    Captured,
    Expired,
}

/// What the payer did on the page; only a capture ends the checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    #[serde(alias = "ok")]
    Capture,
    Decline,
    Cancel,
}

/// A merchant's request; unknown fields are ignored.
#[derive(Deserialize)]
pub(super) struct Wanted {
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) reference: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) return_url: Option<String>,
    pub(super) webhook_url: String,
    pub(super) expires_at: Option<i64>,
}

impl Wanted {
    /// Says what is wrong with it, if anything.
    pub(super) fn check(&self, now: i64) -> Result<(), String> {
        if !(1..=AMOUNT_MAX_MINOR).contains(&self.amount_minor) {
            return Err(format!("amount_minor must be from 1 to {AMOUNT_MAX_MINOR}"));
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase())
        {
            return Err("currency must be three upper-case letters".into());
        }
        if self.reference.is_empty() || self.reference.len() > TEXT_MAX {
            return Err(format!("reference must have 1 to {TEXT_MAX} bytes"));
        }
        if self.description.len() > TEXT_MAX {
            return Err(format!("description must have at most {TEXT_MAX} bytes"));
        }
        if !is_web(&self.webhook_url) {
            return Err("webhook_url must be an http or https address".into());
        }
        if self.return_url.as_deref().is_some_and(|url| !is_web(url) && !url.starts_with("tg://")) {
            return Err("return_url must be an http, https or tg address".into());
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            return Err("expires_at must lie in the future".into());
        }
        Ok(())
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// One checkout.
#[derive(Clone)]
pub(super) struct Checkout {
    pub(super) id: String,
    /// Which merchant account owns it.
    pub(super) account: usize,
    pub(super) status: Status,
    pub(super) refunded_minor: i64,
    /// As they were answered, oldest first.
    pub(super) refunds: Vec<serde_json::Value>,
    pub(super) created: i64,
    pub(super) expires_at: i64,
    pub(super) captured_at: Option<i64>,
    /// When a card was last declined; the payer may try another one.
    pub(super) declined_at: Option<i64>,
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) reference: String,
    pub(super) description: String,
    pub(super) return_url: Option<String>,
    pub(super) webhook_url: String,
}

impl Checkout {
    pub(super) fn new(id: String, account: usize, wanted: Wanted, now: i64) -> Self {
        Self {
            id,
            account,
            status: Status::Open,
            refunded_minor: 0,
            refunds: Vec::new(),
            created: now,
            expires_at: wanted.expires_at.unwrap_or(now + DAY_S),
            captured_at: None,
            declined_at: None,
            amount_minor: wanted.amount_minor,
            currency: wanted.currency,
            reference: wanted.reference,
            description: wanted.description,
            return_url: wanted.return_url,
            webhook_url: wanted.webhook_url,
        }
    }

    /// What the API answers.
    pub(super) fn json(&self, public_url: &str) -> Value {
        let mut all = self.brief();
        all["object"] = json!("checkout");
        all["url"] = json!(format!("{public_url}/gateway/pay/{}", self.id));
        all["description"] = json!(self.description);
        all["return_url"] = json!(self.return_url);
        all["webhook_url"] = json!(self.webhook_url);
        all["created"] = json!(self.created);
        all["expires_at"] = json!(self.expires_at);
        all["captured_at"] = json!(self.captured_at);
        all["declined_at"] = json!(self.declined_at);
        all
    }

    /// What a webhook tells.
    pub(super) fn brief(&self) -> Value {
        json!({
            "id": self.id,
            "reference": self.reference,
            "amount_minor": self.amount_minor,
            "refunded_minor": self.refunded_minor,
            "refunds": self.refunds,
            "currency": self.currency,
            "status": self.status,
        })
    }
}

/// `1200 EUR` is `12.00 EUR`.
pub(super) fn money(minor: i64, currency: &str) -> String {
    let digits = match currency {
        "XTR" | "CLP" | "ISK" | "JPY" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "XAF" | "XOF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2_usize,
    };
    if digits == 0 {
        return format!("{minor} {currency}");
    }
    let text = format!("{minor:0>width$}", width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    format!("{whole}.{part} {currency}")
}
