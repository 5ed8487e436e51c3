//! `kontor payment`: payments, what happened to each with the gateway's words, and a person's orders.

use actors::OpenFact;
use clap::Subcommand;
use entities::{Currency, Database, Key, Kind, Money, PaymentRow};
use serde_json::Value;

use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::{Table, count, date, when};
use crate::control::{self, Request};
use crate::secrets;
use crate::settings::Settings;

#[derive(Clone, Debug, Subcommand)]
pub enum PaymentCommand {
    /// List those that wait for something
    List {
        /// Also those that are settled
        #[arg(long)]
        all: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one: its sums, each step with the gateway's words, its bookings
    Show {
        /// For instance K7Q2M9, or subscription:7K2M9QX4T1AB
        id: String,
    },
    /// Send money back; the payment says whether it may
    Refund {
        /// For instance K7Q2M9, or subscription:7K2M9QX4T1AB
        id: String,
        /// So much, for instance 12.50; all that is here if left out. Stars go back whole
        #[arg(long)]
        amount: Option<String>,
        /// Why, for the record
        #[arg(long)]
        reason: String,
    },
    /// Ask the gateway now what it knows
    Ask {
        /// For instance K7Q2M9
        id: String,
    },
    /// Say that money was returned at the provider by hand
    Record {
        /// For instance K7Q2M9
        id: String,
        /// The provider's own id of the refund
        #[arg(long, value_name = "ID")]
        refund: String,
        /// For instance 12.50
        #[arg(long)]
        amount: String,
    },
}

pub(super) async fn run(command: PaymentCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    match command {
        PaymentCommand::List { all, json } => list(desk, &settings, all, json).await,
        PaymentCommand::Show { id } => show(desk, &settings, &id).await,
        PaymentCommand::Refund { id, amount, reason } => {
            let request = Request::PaymentRefund { id: key(&id), amount, reason, by: person() };
            order(desk, &settings, &request, "the refund is on its way")
        }
        PaymentCommand::Ask { id } => {
            let request = Request::PaymentAsk { id: key(&id), by: person() };
            order(desk, &settings, &request, "the gateway is being asked")
        }
        PaymentCommand::Record { id, refund, amount } => {
            let request = Request::PaymentRecord { id: key(&id), refund, amount, by: person() };
            order(desk, &settings, &request, "recorded")
        }
    }
}

/// `K7Q2M9` is short for `payment:K7Q2M9`.
fn key(id: &str) -> String {
    if id.contains(':') { id.to_owned() } else { Key::new(Kind::Payment, id).to_string() }
}

/// Who gives the order, for the record.
fn person() -> String {
    super::desk::person()
}

/// Only a running server can do it: the payment itself decides.
fn order(
    desk: &Desk,
    settings: &Settings,
    request: &Request,
    done: &str,
) -> anyhow::Result<Outcome> {
    if !desk.is_running(settings) {
        let problem = "only a running server can do this: the payment itself decides";
        return Err(Wrong::not_running(problem, "start `kontor serve`, then say it again"));
    }
    let answer = control::ask(&settings.control.socket, request)?;
    match answer["refused"].as_str() {
        Some(reason) => {
            eprintln!("refused: {reason}");
            Ok(Outcome::Problems)
        }
        None => {
            println!("{done}; `kontor payment show` tells what became of it");
            Ok(Outcome::Fine)
        }
    }
}

async fn list(desk: &Desk, settings: &Settings, all: bool, json: bool) -> anyhow::Result<Outcome> {
    let database = desk.database(settings).await?;
    let rows = entities::payments(&database.read).await?;
    let mut subscriptions = entities::subscriptions(&database.read).await?;
    database.close().await;
    subscriptions.retain(|row| all || row.state == "past_due");
    let waits = |row: &PaymentRow| {
        matches!(row.state.as_str(), "stuck" | "unknown" | "refunding" | "closing")
    };
    let rows: Vec<PaymentRow> = rows.into_iter().filter(|row| all || waits(row)).collect();
    if json {
        let rows: Vec<Value> = rows.iter().map(as_json).collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(Outcome::Fine);
    }
    if rows.is_empty() && subscriptions.is_empty() {
        println!("{}", if all { "there are no payments" } else { "no payment waits for anything" });
        return Ok(Outcome::Fine);
    }
    let mut table = Table::new(&["payment", "state", "amount", "gateway", "next try", "note"]);
    let number = (rows.len() + subscriptions.len()) as u64;
    for row in rows {
        let next = row.next_try_ms.map_or_else(String::new, when);
        let sum = amount(row.amount_minor, &row.currency);
        let note = row.note.unwrap_or_default();
        table.row(vec![row.id, row.state, sum, row.gateway, next, note]);
    }
    for row in subscriptions {
        let sum = amount(row.amount_minor, &row.currency);
        let (until, note) = (format!("until {}", date(row.until_ms)), row.note.unwrap_or_default());
        table.row(vec![row.id, row.state, sum, actors::STARS.to_owned(), until, note]);
    }
    table.print();
    println!("\n{}; `kontor payment show ID` tells all of one", count(number, "payment"));
    Ok(Outcome::Fine)
}

fn as_json(row: &PaymentRow) -> Value {
    serde_json::json!({
        "id": row.id, "order": row.order_id, "gateway": row.gateway, "state": row.state,
        "amount_minor": row.amount_minor, "currency": row.currency,
        "captured_minor": row.captured_minor, "refunded_minor": row.refunded_minor,
        "next_try_ms": row.next_try_ms, "note": row.note,
    })
}

async fn show(desk: &Desk, settings: &Settings, id: &str) -> anyhow::Result<Outcome> {
    let database = desk.database(settings).await?;
    let key = key(id);
    let found = head(&database, &key).await?;
    if !found {
        database.close().await;
        eprintln!("there is no payment {id}");
        return Ok(Outcome::Problems);
    }
    tries(&database, &key).await?;
    // Without the key the sums are shown, and what happened is not.
    match secrets::master_key(&settings.secrets, false) {
        Ok(master) => history(&actors::open_facts(&database, &master, &key).await?),
        Err(error) => eprintln!("what happened is sealed: {error}"),
    }
    bookings(&database, &key).await?;
    database.close().await;
    Ok(Outcome::Fine)
}

/// A payment's or a subscription's row.
async fn head(database: &Database, key: &str) -> anyhow::Result<bool> {
    if let Some(row) = entities::subscription(&database.read, key).await? {
        println!("subscription: {}", row.id);
        println!("plan: {}", row.plan);
        println!("state: {}", row.state);
        println!("amount: {} for 30 days", amount(row.amount_minor, &row.currency));
        println!("paid until: {}", date(row.until_ms));
        line("charge", row.charge.as_deref());
        line("note", row.note.as_deref());
        println!("changed: {}", date(row.changed_ms));
        return Ok(true);
    }
    let Some(payment) = entities::payment(&database.read, key).await? else {
        return Ok(false);
    };
    println!("payment: {}", payment.id);
    println!("order: {}", payment.order_id);
    println!("state: {}", payment.state);
    println!("amount: {}", amount(payment.amount_minor, &payment.currency));
    println!("captured: {}", amount(payment.captured_minor, &payment.currency));
    println!("refunded: {}", amount(payment.refunded_minor, &payment.currency));
    println!("gateway: {}", payment.gateway);
    line("at the gateway", payment.checkout.as_deref());
    line("charge", payment.charge.as_deref());
    line("note", payment.note.as_deref());
    if let Some(next) = payment.next_try_ms {
        println!("the gateway is asked: {}", when(next));
    }
    println!("since: {}", date(payment.created_ms));
    println!("changed: {}", date(payment.changed_ms));
    Ok(true)
}

fn line(name: &str, value: Option<&str>) {
    if let Some(value) = value {
        println!("{name}: {value}");
    }
}

/// Its calls that did not work at the first attempt.
async fn tries(database: &Database, key: &str) -> anyhow::Result<()> {
    let rows = entities::deliveries(&database.read).await?;
    for row in rows.iter().filter(|row| row.owner == key) {
        let state = match row.stuck {
            true => format!("stuck: `kontor stuck retry {}-{}`", row.part, row.number),
            false => format!("next try {}", when(row.next_try_ms)),
        };
        println!("{}: {} attempts, {state}: {}", row.what, row.attempts, row.reason);
    }
    Ok(())
}

fn history(facts: &[OpenFact]) {
    if facts.is_empty() {
        return;
    }
    println!();
    let mut table = Table::new(&["at", "what happened", "in its words"]);
    for fact in facts {
        let words = match &fact.content {
            Some(content) => words(content),
            None => "(its key is destroyed)".to_owned(),
        };
        table.row(vec![date(fact.at_ms), fact.name.clone(), words]);
    }
    table.print();
}

/// A fact's content in a line: `amount 12.00 EUR, reason broken`.
fn words(content: &Value) -> String {
    let inner = content.as_object().and_then(|object| object.values().next());
    match inner {
        Some(Value::Object(fields)) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let said = |(name, value): (&String, &Value)| match name.ends_with("_ms") {
                true => format!("{} {}", name.trim_end_matches("_ms"), time(value)),
                false => format!("{name} {}", plain(value)),
            };
            fields.map(said).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
}

fn time(value: &Value) -> String {
    value.as_i64().map_or_else(String::new, date)
}

fn plain(value: &Value) -> String {
    let money = value["amount_minor"].as_i64().zip(value["currency"].as_str());
    match (money, value) {
        (Some((minor, currency)), _) => amount(minor, currency),
        (None, Value::String(text)) => text.clone(),
        (None, Value::Object(fields)) => {
            let parts = fields.iter().map(|(name, value)| format!("{name} {}", plain(value)));
            format!("({})", parts.collect::<Vec<_>>().join(", "))
        }
        (None, other) => other.to_string(),
    }
}

async fn bookings(database: &Database, key: &str) -> anyhow::Result<()> {
    let bookings = entities::ledger_of(&database.read, key).await?;
    if bookings.is_empty() {
        return Ok(());
    }
    println!();
    let mut table = Table::new(&["booking", "at", "account", "amount", "memo"]);
    for line in bookings {
        let sum = amount(line.amount_minor, &line.currency);
        let number = line.booking.to_string();
        table.row(vec![number, date(line.at_ms), line.account, sum, line.memo]);
    }
    table.print();
    Ok(())
}

pub(super) fn amount(minor: i64, currency: &str) -> String {
    match Currency::parse(currency) {
        Ok(currency) => format!("{} {currency}", Money::new(minor, currency).decimal()),
        Err(_) => format!("{minor} {currency} (minor units)"),
    }
}
