//! What merchants are told: an event, its webhook body, what became of it.
//! It must not know how it travels.

use serde_json::{Value, json};

use super::checkout::Checkout;

/// What a merchant is told by webhook.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) number: usize,
    pub(super) id: String,
    pub(super) account: usize,
    pub(super) created: i64,
    pub(super) webhook_url: String,
    pub(super) body: String,
    pub(super) attempts: u32,
    pub(super) last_status: Option<u16>,
    pub(super) delivered_at: Option<i64>,
}

impl Event {
    pub(super) fn new(
        number: usize,
        id: String,
        checkout: &Checkout,
        (kind, refund): (&str, Option<&Value>),
        now: i64,
    ) -> Self {
        let mut data = json!({ "checkout": checkout.brief() });
        if let Some(refund) = refund {
            data["refund"] = refund.clone();
        }
        let body = json!({ "id": id, "type": kind, "created": now, "data": data }).to_string();
        Self {
            number,
            id,
            account: checkout.account,
            created: now,
            webhook_url: checkout.webhook_url.clone(),
            body,
            attempts: 0,
            last_status: None,
            delivered_at: None,
        }
    }

    pub(super) fn json(&self) -> Value {
        let mut all: Value = serde_json::from_str(&self.body).unwrap_or_default();
        all["delivery"] = json!({
            "attempts": self.attempts, "last_status": self.last_status,
            "delivered_at": self.delivered_at,
        });
        all
    }
}
