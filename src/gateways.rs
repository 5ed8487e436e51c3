//! Payment providers: which are configured, and the way to each. Knows no sagas and no rows.

use std::collections::HashMap;

use actors::{Clock, CourierReport, GatewayCall, IntentId, STARS, TELEGRAM};
use entities::Key;

pub mod sandbox;
pub mod telegram;

/// What Telegram itself takes money by.
const TELEGRAMS: [&str; 2] = [STARS, TELEGRAM];

/// What a provider's webhook said, once its signature was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The provider's id of the event, with the provider's name before it: `sandbox/evt_1`.
    pub event: String,
    pub payment: Key,
    pub checkout: String,
    pub report: actors::payment::CheckoutReport,
}

/// Why a webhook was not taken. Nothing of it was processed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("the signature is missing, stale or wrong")]
    Unsigned,
    /// Signed, and still not what the provider documents.
    #[error("{0}")]
    Malformed(String),
    /// Signed, understood, and nothing to us (an event we do not follow).
    #[error("not followed: {0}")]
    NotFollowed(String),
}

/// The configured gateways by name.
#[derive(Default)]
pub struct Gateways {
    sandbox: HashMap<String, sandbox::Sandbox>,
    /// Takes `stars` and `telegram`.
    telegram: Option<telegram::TelegramPay>,
}

impl Gateways {
    #[must_use]
    pub fn with_sandbox(mut self, name: &str, sandbox: sandbox::Sandbox) -> Self {
        self.sandbox.insert(name.to_owned(), sandbox);
        self
    }

    #[must_use]
    pub fn with_telegram(mut self, telegram: telegram::TelegramPay) -> Self {
        self.telegram = Some(telegram);
        self
    }

    /// Asks the gateway of the call; every call carries a key that makes repeating it harmless.
    pub async fn carry(&self, id: IntentId, call: &GatewayCall) -> CourierReport {
        let telegram = self.telegram.as_ref().filter(|_| TELEGRAMS.contains(&&*call.gateway));
        match (self.sandbox.get(&call.gateway), telegram) {
            (Some(sandbox), _) => sandbox.carry(id, call).await,
            (None, Some(telegram)) => telegram.carry(call).await,
            (None, None) => CourierReport::Closed {
                reason: format!("the gateway '{}' is not configured", call.gateway),
            },
        }
    }

    /// Reads a webhook of the gateway `name`; `None` when there is no such gateway.
    pub fn read_webhook(
        &self,
        name: &str,
        signature: Option<&str>,
        body: &[u8],
        clock: &Clock,
    ) -> Option<Result<Notice, WebhookError>> {
        let sandbox = self.sandbox.get(name)?;
        Some(sandbox.read_webhook(signature, body, clock.now_ms() / 1_000))
    }
}
