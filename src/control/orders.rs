//! Orders and promo codes, as a person of the shop changes them: by messages to their actors. Knows no terminal.

use std::sync::Arc;

use actors::order::{self, By, Progress, Tracking};
use actors::promo::{self, Terms};
use actors::{Answer, External, House, Message};
use anyhow::{anyhow, bail};
use entities::{Key, Kind};
use serde_json::Value;

use super::Control;

/// Who it was, in the facts: whoever may open the socket.
const BY: &str = "the command line";
const CODE_MAX_CHARS: usize = 32;

impl Control {
    pub(super) async fn advance_order(
        &self,
        number: &str,
        to: Progress,
        tracking: Option<Tracking>,
    ) -> anyhow::Result<Value> {
        let message = order::Message::Advance { to, tracking, by: BY.to_owned() };
        self.tell(order_key(number)?, message.into()).await
    }

    pub(super) async fn cancel_order(&self, number: &str) -> anyhow::Result<Value> {
        let message = order::Message::Cancel { by: By::Shop(BY.to_owned()) };
        self.tell(order_key(number)?, message.into()).await
    }

    /// Sets what a code gives; from then on customers can use it.
    pub(super) async fn set_promo(&self, code: &str, terms: Terms) -> anyhow::Result<Value> {
        let key = promo_key(code)?;
        let told = self.tell(key.clone(), promo::Message::Set { terms }.into()).await?;
        let house = self.kernel.house();
        let mut promos = (*house.promos).clone();
        promos.insert(key.id().to_owned());
        self.kernel.set_house(House { promos: Arc::new(promos), ..house });
        Ok(told)
    }

    /// One message with an id of its own; what the actor refuses is an error.
    async fn tell(&self, key: Key, message: Message) -> anyhow::Result<Value> {
        let external = External::Request(format!("control-{}", uuid::Uuid::now_v7()));
        let answer = self.kernel.office.tell_patiently(key, external, message).await;
        match answer.map_err(|failure| anyhow!("{failure}"))? {
            Answer::Refused(refusal) => bail!("{}", refusal.reason),
            Answer::Value(value) => Ok(value),
            _ => Ok(Value::Null),
        }
    }
}

/// # Errors
/// When it is not a number as orders have it.
pub fn order_key(number: &str) -> anyhow::Result<Key> {
    let number = number.strip_prefix("order:").unwrap_or(number).to_uppercase();
    let good = !number.is_empty()
        && number.len() <= 32
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match good {
        true => Ok(Key::new(Kind::Order, number)),
        false => bail!("'{number}' is not an order's number: write it as in K7Q2M9"),
    }
}

fn promo_key(code: &str) -> anyhow::Result<Key> {
    let code = code.trim().to_uppercase();
    let good = (1..=CODE_MAX_CHARS).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match good {
        true => Ok(Key::new(Kind::Promo, code)),
        false => bail!("'{code}' is not a code: use 1 to {CODE_MAX_CHARS} of A-Z, 0-9 and -"),
    }
}
