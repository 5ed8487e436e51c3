//! Telegram's list of a bot's Stars: page by page, or from its end back. Knows no payments.

use std::time::Duration;

use actors::{CourierReport, StarMove, StarsPage};
use serde::Deserialize;
use serde_json::json;

use crate::telegram::{BotApi, CallError};

/// The most that Telegram gives at once.
const PAGE: u64 = 100;
/// How often a page is read again because the balance changed meanwhile.
const TRIES: usize = 3;
/// So many pages are read back from the end: 50,000 movements.
const PAGES_BACK: u64 = 500;

#[derive(Deserialize)]
struct Transactions {
    transactions: Vec<Transaction>,
}

/// Source: <https://core.telegram.org/bots/api#startransaction>.
#[derive(Deserialize)]
struct Transaction {
    id: String,
    amount: i64,
    #[serde(default)]
    nanostar_amount: i64,
    date: i64,
    source: Option<Partner>,
    receiver: Option<Partner>,
}

#[derive(Deserialize)]
struct Partner {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    invoice_payload: Option<String>,
}

#[derive(Deserialize)]
struct Balance {
    amount: i64,
}

/// The movements from this place on, with the balance after them.
pub(super) async fn page(api: &BotApi, from: u64) -> Result<StarsPage, CourierReport> {
    let mut before = balance(api).await?;
    let mut tries = TRIES;
    loop {
        let moves = read(api, from, PAGE).await?;
        let after = balance(api).await?;
        tries -= 1;
        if before == after || tries == 0 {
            let more = moves.len() as u64 == PAGE;
            let balance = (before == after).then_some(after);
            return Ok(StarsPage { from, moves, more, balance });
        }
        before = after;
    }
}

/// All movements since then, oldest first.
pub(super) async fn since(api: &BotApi, since_ms: i64) -> Result<Vec<StarMove>, CourierReport> {
    let mut end = length(api).await?;
    let mut pages = Vec::new();
    for _ in 0..PAGES_BACK {
        let from = end.saturating_sub(PAGE);
        let page = read(api, from, end - from).await?;
        let older = page.first().is_none_or(|one| one.at_ms < since_ms);
        pages.push(page);
        if older || from == 0 {
            break;
        }
        end = from;
    }
    Ok(pages.into_iter().rev().flatten().filter(|one| one.at_ms >= since_ms).collect())
}

/// How many movements there are: Telegram does not say, so it is felt for.
async fn length(api: &BotApi) -> Result<u64, CourierReport> {
    let mut beyond = PAGE;
    while !read(api, beyond - 1, 1).await?.is_empty() {
        beyond *= 2;
    }
    let mut within = 0;
    // There are at least `within`, and fewer than `beyond`.
    while within + 1 < beyond {
        let middle = within + (beyond - within) / 2;
        match read(api, middle - 1, 1).await?.is_empty() {
            true => beyond = middle,
            false => within = middle,
        }
    }
    Ok(within)
}

async fn read(api: &BotApi, offset: u64, limit: u64) -> Result<Vec<StarMove>, CourierReport> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let body = json!({"offset": offset, "limit": limit});
    let list: Transactions = api.ask("getStarTransactions", &body).await.map_err(failed)?;
    Ok(list.transactions.into_iter().map(movement).collect())
}

async fn balance(api: &BotApi) -> Result<i64, CourierReport> {
    let balance: Balance = api.ask("getMyStarBalance", &json!({})).await.map_err(failed)?;
    Ok(balance.amount)
}

fn movement(transaction: Transaction) -> StarMove {
    let sign = if transaction.source.is_some() { 1 } else { -1 };
    let partner = transaction.source.or(transaction.receiver);
    let (partner, payload) = match partner {
        Some(partner) => (partner.kind, partner.invoice_payload),
        None => (String::new(), None),
    };
    StarMove {
        id: transaction.id,
        stars: sign * transaction.amount.abs(),
        nanos: sign * transaction.nanostar_amount.abs(),
        at_ms: transaction.date.saturating_mul(1_000),
        partner,
        payload,
    }
}

/// Reading changes nothing: whatever is in the way, it is tried again.
fn failed(error: CallError) -> CourierReport {
    match &error {
        CallError::Refused(said) if matches!(said.error_code, 420 | 429) => {
            let retry_after = said.retry_after.unwrap_or(Duration::from_secs(1));
            CourierReport::Throttled { retry_after }
        }
        error if error.is_revoked() => CourierReport::Closed { reason: error.to_string() },
        error => CourierReport::Failed { reason: error.to_string() },
    }
}
