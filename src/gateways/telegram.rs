//! Telegram as a gateway: invoices in Stars and by a provider, refunds and movements of Stars. Knows no sagas.
//!
//! Wire format: <https://core.telegram.org/bots/api#payments>, <https://core.telegram.org/bots/payments-stars>. The
//! money itself is told by updates (`src/intake/route.rs`); here are the questions.

use std::collections::HashMap;
use std::time::Duration;

use actors::payment::INVOICE_MESSAGE;
use actors::{
    CourierReport, GatewayCall, GatewayOp, GatewayReply, Outcome, Refund, STARS, StarMove,
};
use entities::{BotId, Currency, Key, Money};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::telegram::{BotApi, CallError};

mod star_list;

/// Seconds between the payments of a subscription: Telegram takes no others.
const PERIOD_S: i64 = 2_592_000;
/// Telegram's limits for an invoice.
const TITLE_MAX_CHARS: usize = 32;
const DESCRIPTION_MAX_CHARS: usize = 255;
/// 429 without a time.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// One bot, as a till.
pub struct Till {
    pub api: BotApi,
    /// From BotFather, for other currencies than Stars.
    pub provider_token: Option<SecretString>,
}

/// The bots' tills.
pub struct TelegramPay {
    bots: HashMap<BotId, Till>,
    /// Invoices are messages that the customer asks for, and no links.
    by_message: bool,
}

type Answer = Result<GatewayReply, CourierReport>;

/// Whose money, at which bot.
struct Payer<'t> {
    till: &'t Till,
    user: i64,
}

impl TelegramPay {
    pub fn new(bots: impl IntoIterator<Item = (BotId, Till)>, by_message: bool) -> Self {
        Self { bots: bots.into_iter().collect(), by_message }
    }

    /// Asks Telegram. None of these does harm when it is asked twice: links are worth nothing by themselves, a charge
    /// is returned once.
    pub async fn carry(&self, call: &GatewayCall) -> CourierReport {
        match self.ask(call).await {
            Ok(reply) => CourierReport::Finished(Outcome::Gateway(reply)),
            Err(report) => report,
        }
    }

    async fn ask(&self, call: &GatewayCall) -> Answer {
        if let GatewayOp::ReadStars { from } = &call.op {
            let till = self.till(call.payment.id())?;
            return star_list::page(&till.api, *from).await.map(GatewayReply::Stars);
        }
        let payer = self.payer(call)?;
        match &call.op {
            GatewayOp::OpenCheckout { amount, description, .. } => {
                if self.by_message {
                    let (checkout, url) = (call.payment.to_string(), INVOICE_MESSAGE.to_owned());
                    return Ok(GatewayReply::Opened { checkout, url });
                }
                payer.open(&call.payment, *amount, (description, description)).await
            }
            GatewayOp::OpenSubscription { amount, title, description } => {
                payer.open_subscription(&call.payment, *amount, (title, description)).await
            }
            GatewayOp::EditSubscription { charge, canceled } => {
                let body = json!({"user_id": payer.user, "telegram_payment_charge_id": charge,
                    "is_canceled": canceled});
                match payer.till.api.ask::<bool>("editUserStarSubscription", &body).await {
                    Ok(_) => Ok(GatewayReply::Edited),
                    Err(error) => refused(&error),
                }
            }
            GatewayOp::Refund { charge: Some(charge), amount, .. } if call.gateway == STARS => {
                payer.refund(charge, *amount).await
            }
            GatewayOp::Refund { .. } => Ok(rejected(
                "Telegram does not return a provider's money: return it on the provider's pages, then say so with \
                 `kontor payment record`",
            )),
            GatewayOp::AskCheckout { since_ms, checkout } if call.gateway == STARS => {
                let none = match checkout {
                    Some(_) => GatewayReply::Open,
                    None => rejected("no payment came, and the invoice was never shown"),
                };
                payer.look(&call.payment, *since_ms, none).await
            }
            GatewayOp::ExpireCheckout { since_ms, .. } if call.gateway == STARS => {
                // An invoice cannot be withdrawn: from now on the answer to Telegram's question is no.
                payer.look(&call.payment, *since_ms, GatewayReply::Expired).await
            }
            GatewayOp::ExpireCheckout { .. } => Ok(GatewayReply::Expired),
            GatewayOp::AskCheckout { .. } => Ok(rejected(
                "Telegram cannot be asked about a provider's payments: look at the provider's pages",
            )),
            GatewayOp::ReadStars { .. } => Ok(rejected("asked already")),
        }
    }

    fn till(&self, bot: &str) -> Result<&Till, CourierReport> {
        let found = BotId::parse(bot).ok().and_then(|bot| self.bots.get(&bot));
        found.ok_or_else(|| CourierReport::Closed { reason: format!("no bot {bot} is configured") })
    }

    fn payer(&self, call: &GatewayCall) -> Result<Payer<'_>, CourierReport> {
        let whose = call.customer.as_ref().and_then(Key::bot_and_number);
        let Some((bot, user)) = whose else {
            let reply = rejected("whose payment it is was not said");
            return Err(CourierReport::Finished(Outcome::Gateway(reply)));
        };
        Ok(Payer { till: self.till(bot.as_str())?, user })
    }
}

impl Payer<'_> {
    async fn open(&self, payment: &Key, amount: Money, (title, about): (&str, &str)) -> Answer {
        let mut body = invoice(payment, amount, (title, about));
        if amount.currency != Currency::XTR {
            let Some(token) = &self.till.provider_token else {
                return Ok(rejected("the bot has no provider_token"));
            };
            body["provider_token"] = json!(token.expose_secret());
        }
        self.link(payment, &body).await
    }

    async fn open_subscription(
        &self,
        subscription: &Key,
        amount: Money,
        (title, about): (&str, &str),
    ) -> Answer {
        let mut body = invoice(subscription, amount, (title, about));
        body["subscription_period"] = json!(PERIOD_S);
        self.link(subscription, &body).await
    }

    async fn link(&self, payment: &Key, body: &Value) -> Answer {
        match self.till.api.ask::<String>("createInvoiceLink", body).await {
            Ok(url) => Ok(GatewayReply::Opened { checkout: payment.to_string(), url }),
            Err(error) => refused(&error),
        }
    }

    async fn refund(&self, charge: &str, amount: Money) -> Answer {
        let body = json!({"user_id": self.user, "telegram_payment_charge_id": charge});
        let done = GatewayReply::Refunded { refund: charge.to_owned(), amount };
        match self.till.api.ask::<bool>("refundStarPayment", &body).await {
            Ok(_) => Ok(done),
            // What was wanted is so.
            Err(CallError::Refused(error))
                if error.description.contains("CHARGE_ALREADY_REFUNDED") =>
            {
                Ok(done)
            }
            Err(error) => refused(&error),
        }
    }

    /// What Telegram's list has under this payload; `none`: the answer when it has nothing.
    async fn look(&self, payment: &Key, since_ms: i64, none: GatewayReply) -> Answer {
        let moves = star_list::since(&self.till.api, since_ms).await?;
        let ours: Vec<&StarMove> =
            moves.iter().filter(|one| one.payload.as_deref() == Some(payment.as_str())).collect();
        let Some(came) = ours.iter().find(|one| one.stars > 0) else {
            return Ok(none);
        };
        let money = |stars: i64| Money::new(stars, Currency::XTR);
        let refunds = ours.iter().filter(|one| one.stars < 0 && one.id == came.id);
        let refunds = refunds
            .map(|one| Refund { refund: one.id.clone(), amount: money(-one.stars) })
            .collect();
        let charge = Some(came.id.clone());
        Ok(GatewayReply::Captured { amount: money(came.stars), charge, refunds })
    }
}

fn invoice(payment: &Key, amount: Money, (title, about): (&str, &str)) -> Value {
    let title = cut(title, TITLE_MAX_CHARS);
    let price = json!({"label": title, "amount": amount.amount_minor});
    json!({
        "title": title,
        "description": cut(about, DESCRIPTION_MAX_CHARS),
        "payload": payment,
        "currency": amount.currency,
        "prices": [price],
    })
}

/// The end tells more: there is the order's number.
fn cut(text: &str, max_chars: usize) -> String {
    let count = text.chars().count();
    text.chars().skip(count.saturating_sub(max_chars)).collect()
}

fn rejected(reason: &str) -> GatewayReply {
    GatewayReply::Rejected { reason: reason.to_owned() }
}

/// A definite "no" is an answer; everything else is no answer yet.
fn refused(error: &CallError) -> Answer {
    let reason = error.to_string();
    match error {
        CallError::Unanswered(_) => Err(CourierReport::Failed { reason }),
        CallError::Refused(said) => match said.error_code {
            420 | 429 => {
                let retry_after = said.retry_after.unwrap_or(RETRY_AFTER).max(RETRY_AFTER);
                Err(CourierReport::Throttled { retry_after })
            }
            401 | 404 => Err(CourierReport::Closed { reason }),
            408 | 409 | 500.. => Err(CourierReport::Failed { reason }),
            _ => Ok(rejected(&reason)),
        },
    }
}

#[cfg(test)]
mod tests {
    use entities::{Currency, Key, Kind, Money};

    use super::invoice;

    #[test]
    fn an_invoice_keeps_within_telegrams_limits_and_names_its_order() {
        let payment = Key::new(Kind::Payment, "K7Q2M9");
        let name = format!("{} · K7Q2M9", "Ω".repeat(300));
        let body = invoice(&payment, Money::new(5, Currency::XTR), (&name, &name));
        assert_eq!(body["title"].as_str().map(|title| title.chars().count()), Some(32));
        assert!(body["title"].as_str().is_some_and(|title| title.ends_with("· K7Q2M9")));
        assert_eq!(body["description"].as_str().map(|text| text.chars().count()), Some(255));
        assert_eq!(body["payload"], "payment:K7Q2M9");
        assert_eq!(body["prices"].as_array().map(Vec::len), Some(1), "Stars take one price");
    }
}
