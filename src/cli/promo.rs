//! `kontor promo`: codes that take something off.

use actors::Prices;
use actors::promo::Terms;
use clap::{Args, Subcommand};
use entities::{Currency, Money};
use time::format_description::well_known::Iso8601;

use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::Table;
use crate::control::{self, Request};

#[derive(Clone, Debug, Subcommand)]
pub enum PromoCommand {
    /// Make a code, or change what it gives; what was used stays counted
    Set(SetOptions),
    /// All codes, with how often they were used
    List,
}

#[derive(Clone, Debug, Args)]
pub struct SetOptions {
    /// For instance SPRING
    pub code: String,
    /// Takes so many percent off the goods
    #[arg(long, conflicts_with = "amount", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub percent: Option<u8>,
    /// Takes an amount off, for instance EUR=5.00; once per currency
    #[arg(long, value_name = "CURRENCY=AMOUNT")]
    pub amount: Vec<String>,
    /// How often it can be used; without it as often as wanted
    #[arg(long)]
    pub uses: Option<u32>,
    /// Each customer can use it once
    #[arg(long)]
    pub once_each: bool,
    /// What the goods must cost at least, for instance EUR=30
    #[arg(long, value_name = "CURRENCY=AMOUNT")]
    pub minimum: Vec<String>,
    /// The last day on which it is good (UTC), for instance 2027-03-31
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
}

pub(super) async fn run(command: PromoCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    match command {
        PromoCommand::Set(options) => set(desk, options),
        PromoCommand::List => list(desk).await,
    }
}

fn set(desk: &Desk, options: SetOptions) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    if options.percent.is_none() && options.amount.is_empty() {
        return Err(Wrong::usage(
            "a code that gives nothing",
            "write --percent 10 or --amount EUR=5",
        ));
    }
    let terms = Terms {
        percent: options.percent.unwrap_or(0),
        amounts: prices(&options.amount)?,
        uses: options.uses,
        once_each: options.once_each,
        minimum: prices(&options.minimum)?,
        until_ms: options.until.as_deref().map(end_of).transpose()?,
    };
    if !desk.is_running(&settings) {
        let problem = "only a running server can set a code: it counts the uses";
        return Err(Wrong::not_running(problem, "start `kontor serve`, then set it"));
    }
    let request = Request::PromoSet { code: options.code.clone(), terms };
    let told = control::ask(&settings.control.socket, &request)?;
    let used = told["used"].as_u64().unwrap_or_default();
    println!("set: {} (used {used} times so far)", options.code.to_uppercase());
    Ok(Outcome::Fine)
}

fn prices(written: &[String]) -> anyhow::Result<Prices> {
    let price = |text: &String| {
        let wrong = |problem: String| Wrong::usage(problem, "write it as in EUR=5.00");
        let (currency, amount) =
            text.split_once('=').ok_or_else(|| wrong(format!("'{text}' has no =")))?;
        let currency = Currency::parse(currency).map_err(|error| wrong(error.to_string()))?;
        let money =
            Money::parse_decimal(amount, currency).map_err(|error| wrong(error.to_string()))?;
        Ok((currency, money.amount_minor))
    };
    written.iter().map(price).collect()
}

/// The first moment after that day.
fn end_of(day: &str) -> anyhow::Result<i64> {
    let wrong = || Wrong::usage(format!("'{day}' is not a day"), "write it as in 2027-03-31");
    let date = time::Date::parse(day, &Iso8601::DATE).map_err(|_| wrong())?;
    let next = date.next_day().ok_or_else(wrong)?;
    Ok(actors::to_ms(next.midnight().assume_utc()))
}

async fn list(desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    let database = desk.database(&settings).await?;
    let rows = entities::promos(&database.read).await?;
    database.close().await;
    if rows.is_empty() {
        println!("there are no promo codes");
        return Ok(Outcome::Fine);
    }
    let mut table = Table::new(&["code", "used", "held", "of", "gives"]);
    for row in rows {
        let terms: Terms = serde_json::from_str(&row.terms)?;
        let amounts = terms.amounts.iter();
        let amounts: Vec<String> =
            amounts.map(|(currency, minor)| Money::new(*minor, *currency).to_string()).collect();
        let gives = match terms.percent {
            0 => amounts.join(" or "),
            percent => format!("{percent} %"),
        };
        let of = terms.uses.map_or_else(|| "any".to_owned(), |uses| uses.to_string());
        table.row(vec![row.code, row.used.to_string(), row.held.to_string(), of, gives]);
    }
    table.print();
    Ok(Outcome::Fine)
}
