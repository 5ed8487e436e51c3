//! The one courier: hands each intent to the edge that can carry it. Knows no wire format.

use std::sync::Arc;

use actors::{Courier, CourierReport, Intent, IntentId, Outcome, TelegramCall};

use crate::delivery::telegram::TelegramCourier;
use crate::delivery::webhooks::WebhookCourier;
use crate::gateways::Gateways;

pub struct Edges {
    pub telegram: TelegramCourier,
    pub gateways: Arc<Gateways>,
    pub webhooks: WebhookCourier,
}

#[async_trait::async_trait]
impl Courier for Edges {
    async fn carry(&self, id: IntentId, intent: &Intent, _maybe_done: bool) -> CourierReport {
        match intent {
            Intent::Telegram(call) => self.telegram.carry(id, call).await,
            Intent::Gateway(call) => self.gateways.carry(id, call).await,
            Intent::Webhook(call) => self.webhooks.carry(id, call).await,
            // The outbox brings these to the Office itself.
            Intent::Tell { .. } => CourierReport::Finished(Outcome::Done),
        }
    }

    fn claim_inline(&self, call: &TelegramCall) -> bool {
        self.telegram.claim_inline(call)
    }
}
