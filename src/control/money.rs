//! A person's orders about money, by the control socket: the payment itself decides. Knows no terminal.

use actors::{Answer, External, Kernel, Message, payment, stars, subscription};
use anyhow::{anyhow, bail};
use entities::{Currency, Database, Key, Kind, Money};
use serde_json::{Value, json};

use super::Request;

/// Does what is asked about money.
///
/// # Errors
/// Why it could not be done; a refusal by the payment is an answer.
pub(super) async fn answer(
    kernel: &Kernel,
    database: &Database,
    request: Request,
) -> anyhow::Result<Value> {
    match request {
        Request::PaymentRefund { id, amount, reason, by } => {
            refund(kernel, database, (&id, amount.as_deref()), (reason, by)).await
        }
        Request::PaymentAsk { id, by } => ask(kernel, &id, by).await,
        Request::PaymentRecord { id, refund, amount, by } => {
            record(kernel, database, (&id, refund, &amount), by).await
        }
        Request::StarsCheck { by } => check_stars(kernel, database, by).await,
        _ => bail!("this is not about money"),
    }
}

/// Sends so much back, or all that is here.
async fn refund(
    kernel: &Kernel,
    database: &Database,
    (id, amount): (&str, Option<&str>),
    (reason, by): (String, String),
) -> anyhow::Result<Value> {
    let key = Key::parse(id)?;
    if key.kind() == Kind::Subscription {
        if amount.is_some() {
            bail!("Stars go back whole: leave --amount out");
        }
        return told(kernel, key, subscription::Message::Refund { reason, by }.into()).await;
    }
    let row = entities::payment(&database.read, id).await?;
    let row = row.ok_or_else(|| anyhow!("there is no payment {id}"))?;
    let currency = Currency::parse(&row.currency)?;
    let amount = match amount {
        Some(text) => Money::parse_decimal(text, currency)?,
        None => Money::new(row.captured_minor - row.refunded_minor, currency),
    };
    told(kernel, key, payment::Message::Refund { amount, reason, by }.into()).await
}

/// So much was returned at the gateway by hand.
async fn record(
    kernel: &Kernel,
    database: &Database,
    (id, refund, amount): (&str, String, &str),
    by: String,
) -> anyhow::Result<Value> {
    let row = entities::payment(&database.read, id).await?;
    let row = row.ok_or_else(|| anyhow!("there is no payment {id}"))?;
    let amount = Money::parse_decimal(amount, Currency::parse(&row.currency)?)?;
    told(kernel, Key::parse(id)?, payment::Message::Record { refund, amount, by }.into()).await
}

/// The gateway is asked now.
async fn ask(kernel: &Kernel, id: &str, by: String) -> anyhow::Result<Value> {
    told(kernel, Key::parse(id)?, payment::Message::Ask { by }.into()).await
}

/// Telegram's list is read now, of every bot that takes Stars.
async fn check_stars(kernel: &Kernel, database: &Database, by: String) -> anyhow::Result<Value> {
    let mut asked = Vec::new();
    for row in entities::stars(&database.read).await? {
        let message = stars::Message::Check { by: by.clone() };
        told(kernel, Key::new(Kind::Stars, &row.bot), message.into()).await?;
        asked.push(row.bot);
    }
    Ok(json!(asked))
}

/// Each order is one of its own: nobody repeats it but a person who looked.
async fn told(kernel: &Kernel, key: Key, message: Message) -> anyhow::Result<Value> {
    let external = External::Request(format!("person-{:032x}", rand::random::<u128>()));
    match kernel.office.tell_patiently(key, external, message).await? {
        Answer::Refused(refusal) => Ok(json!({ "refused": refusal.reason })),
        Answer::Held => {
            bail!("it is out of service and keeps the order: see `kontor quarantine list`")
        }
        _ => Ok(json!({ "done": true })),
    }
}
