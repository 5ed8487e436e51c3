//! `kontor payment`: one payment and its bookings.

use entities::{Currency, Money};

use super::PaymentCommand;
use super::desk::Desk;
use super::exit::Outcome;
use super::table::{Table, date};

pub(super) async fn run(command: PaymentCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let PaymentCommand::Show { id } = command;
    let settings = desk.settings()?;
    let database = desk.database(&settings).await?;
    let key = if id.contains(':') { id.clone() } else { format!("payment:{id}") };
    let found = entities::payment(&database.read, &key).await?;
    let bookings = entities::ledger_of(&database.read, &key).await?;
    database.close().await;
    let Some(payment) = found else {
        eprintln!("there is no payment {id}");
        return Ok(Outcome::Problems);
    };
    println!("payment: {}", payment.id);
    println!("order: {}", payment.order_id);
    println!("state: {}", payment.state);
    println!("amount: {}", amount(payment.amount_minor, &payment.currency));
    println!("captured: {}", amount(payment.captured_minor, &payment.currency));
    println!("refunded: {}", amount(payment.refunded_minor, &payment.currency));
    println!("gateway: {}", payment.gateway);
    if let Some(checkout) = payment.checkout {
        println!("at the gateway: {checkout}");
    }
    if let Some(note) = payment.note {
        println!("note: {note}");
    }
    println!("since: {}", date(payment.created_ms));
    println!("changed: {}", date(payment.changed_ms));
    if !bookings.is_empty() {
        println!();
        let mut table = Table::new(&["booking", "at", "account", "amount", "memo"]);
        for line in bookings {
            let sum = amount(line.amount_minor, &line.currency);
            table.row(vec![
                line.booking.to_string(),
                date(line.at_ms),
                line.account,
                sum,
                line.memo,
            ]);
        }
        table.print();
    }
    Ok(Outcome::Fine)
}

fn amount(minor: i64, currency: &str) -> String {
    match Currency::parse(currency) {
        Ok(currency) => format!("{} {currency}", Money::new(minor, currency).decimal()),
        Err(_) => format!("{minor} {currency} (minor units)"),
    }
}
