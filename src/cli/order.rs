//! `kontor order`: what was ordered, and how far the shop is with it.

use actors::order::{Progress, Tracking};
use clap::{Subcommand, ValueEnum};
use entities::{Currency, Money, OrderRow};

use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::{Table, count, date};
use crate::control::{self, Request, order_key};
use crate::settings::Settings;

#[derive(Clone, Debug, Subcommand)]
pub enum OrderCommand {
    /// The latest orders
    List {
        /// Only those in this state, for instance confirmed
        #[arg(long)]
        state: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        last: usize,
    },
    /// One with its lines, where it goes and what it costs
    Show {
        /// For instance K7Q2M9
        number: String,
    },
    /// Say that it is being packed, was sent or was delivered; its customer is told
    Advance {
        /// For instance K7Q2M9
        number: String,
        #[arg(value_enum)]
        to: To,
        /// The parcel's tracking number
        #[arg(long)]
        tracking: Option<String>,
        /// Where the parcel can be followed
        #[arg(long, requires = "tracking")]
        url: Option<String>,
    },
    /// Call it off: the goods go back to the shelves, and the money to the customer
    Cancel {
        /// For instance K7Q2M9
        number: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum To {
    Processing,
    Shipped,
    Delivered,
}

impl To {
    fn progress(self) -> Progress {
        match self {
            Self::Processing => Progress::Processing,
            Self::Shipped => Progress::Shipped,
            Self::Delivered => Progress::Delivered,
        }
    }
}

pub(super) async fn run(command: OrderCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = &desk.settings()?;
    match command {
        OrderCommand::List { state, last } => list(desk, settings, state.as_deref(), last).await,
        OrderCommand::Show { number } => show(desk, settings, &number).await,
        OrderCommand::Advance { number, to, tracking, url } => {
            let tracking = tracking.map(|number| Tracking { number, url });
            let to = to.progress();
            let request = Request::OrderAdvance { number: number.clone(), to, tracking };
            let told = ask(desk, settings, &number, &request)?;
            println!("order {number}: {}", told["state"].as_str().unwrap_or("unchanged"));
            Ok(Outcome::Fine)
        }
        OrderCommand::Cancel { number } => {
            ask(desk, settings, &number, &Request::OrderCancel { number: number.clone() })?;
            println!("order {number}: called off");
            Ok(Outcome::Fine)
        }
    }
}

/// Only a running server can tell the customer.
fn ask(
    desk: &Desk,
    settings: &Settings,
    number: &str,
    request: &Request,
) -> anyhow::Result<serde_json::Value> {
    order_key(number)
        .map_err(|error| Wrong::usage(error.to_string(), "`kontor order list` shows them"))?;
    if !desk.is_running(settings) {
        let problem = "only a running server can change an order: its customer has to hear of it";
        return Err(Wrong::not_running(problem, "start `kontor serve`, then say it again"));
    }
    Ok(control::ask(&settings.control.socket, request)?)
}

fn amount(minor: i64, currency: &str) -> String {
    match Currency::parse(currency) {
        Ok(currency) => Money::new(minor, currency).to_string(),
        Err(_) => format!("{minor} {currency} (minor units)"),
    }
}

async fn list(
    desk: &Desk,
    settings: &Settings,
    state: Option<&str>,
    last: usize,
) -> anyhow::Result<Outcome> {
    let database = desk.database(settings).await?;
    let rows = entities::orders(&database.read).await?;
    database.close().await;
    let fits = |row: &&OrderRow| state.is_none_or(|state| row.state == state);
    let rows: Vec<&OrderRow> = rows.iter().rev().filter(fits).take(last).collect();
    if rows.is_empty() {
        println!("there are no such orders");
        return Ok(Outcome::Fine);
    }
    let mut table = Table::new(&["number", "state", "total", "placed", "customer"]);
    for row in &rows {
        table.row(vec![
            row.number.clone(),
            row.state.clone(),
            amount(row.total_minor, &row.currency),
            date(row.placed_ms),
            row.session.clone(),
        ]);
    }
    table.print();
    println!("\n{}", count(rows.len() as u64, "order"));
    Ok(Outcome::Fine)
}

async fn show(desk: &Desk, settings: &Settings, number: &str) -> anyhow::Result<Outcome> {
    let key = order_key(number)
        .map_err(|error| Wrong::usage(error.to_string(), "`kontor order list` shows them"))?;
    let database = desk.database(settings).await?;
    let found = entities::order(&database.read, key.as_str()).await?;
    let lines = entities::order_lines(&database.read, key.as_str()).await?;
    let shipment = entities::shipment(&database.read, key.as_str()).await?;
    database.close().await;
    let Some(order) = found else {
        eprintln!("there is no order {number}");
        return Ok(Outcome::Problems);
    };
    println!("order: {}", order.number);
    println!("state: {}", order.state);
    println!("customer: {}", order.session);
    println!("placed: {}", date(order.placed_ms));
    println!("changed: {}", date(order.changed_ms));
    println!("total: {}", amount(order.total_minor, &order.currency));
    if let Some(code) = &order.promo {
        println!("promo code: {code}, −{}", amount(order.discount_minor, &order.currency));
    }
    if let Some(shipment) = shipment {
        let method = if shipment.method.is_empty() { "parcel" } else { &shipment.method };
        println!("delivery: {method}, {}", amount(order.shipping_minor, &order.currency));
        for (what, value) in [
            ("address", Some(shipment.address)),
            ("phone", Some(shipment.phone)),
            ("tracking", shipment.tracking),
            ("follow it at", shipment.tracking_url),
        ] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                println!("{what}: {value}");
            }
        }
    }
    println!();
    let mut table = Table::new(&["quantity", "what", "title", "each", "note"]);
    for line in lines {
        table.row(vec![
            line.quantity.to_string(),
            line.product,
            line.title,
            amount(line.price_minor, &order.currency),
            line.note.unwrap_or_default(),
        ]);
    }
    table.print();
    Ok(Outcome::Fine)
}
