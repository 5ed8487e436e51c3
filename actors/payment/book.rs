//! What the payments leave in tables: the ledger's bookings and the payment's row. Knows no stages' rules.

use entities::{Key, LedgerEntry, Money, PaymentRow, Row};

use super::fact::Fact;
use super::state::{State, Terms};
use crate::capability::Moment;
use crate::clock::to_ms;
use crate::gateway::{STARS, TELEGRAM};

/// Money received that still belongs to the customer: no goods for it yet.
const CUSTOMER_FUNDS: &str = "customer_funds";
const SALES: &str = "sales";
/// Money that went back after the goods had gone out.
const REFUNDS: &str = "refunds";

/// The booking that belongs to a fact, from the state before it; its two lines add up to zero.
pub(super) fn booking(state: &State, fact: &Fact, at: &Moment<'_>) -> Vec<Row> {
    let Some(terms) = &state.terms else {
        return Vec::new();
    };
    let gateway = account(&terms.gateway, &terms.customer);
    let (debit, credit, amount, memo) = match fact {
        Fact::FundsCaptured { amount, late: false, .. } => {
            (gateway, CUSTOMER_FUNDS.to_owned(), *amount, "captured")
        }
        Fact::FundsCaptured { amount, late: true, .. } => {
            (gateway, CUSTOMER_FUNDS.to_owned(), *amount, "captured late")
        }
        Fact::Fulfilled => {
            let currency = state.received.map_or(terms.amount.currency, |money| money.currency);
            let kept = Money::new(state.kept_minor(), currency);
            (CUSTOMER_FUNDS.to_owned(), SALES.to_owned(), kept, "fulfilled")
        }
        Fact::FundsRefunded { amount, .. } => {
            let from = if state.fulfilled { REFUNDS } else { CUSTOMER_FUNDS };
            (from.to_owned(), gateway, *amount, "refunded")
        }
        Fact::ExtraFunds { amount, .. } => {
            (gateway, CUSTOMER_FUNDS.to_owned(), *amount, "captured once more")
        }
        Fact::ExtraReturned { amount, .. } => {
            (CUSTOMER_FUNDS.to_owned(), gateway, *amount, "returned")
        }
        _ => return Vec::new(),
    };
    if amount.amount_minor == 0 {
        return Vec::new();
    }
    let line = |line: i32, account: String, amount: Money| {
        Row::Ledger(LedgerEntry {
            owner: at.key.to_string(),
            booking: state.bookings,
            line,
            account,
            amount_minor: amount.amount_minor,
            currency: amount.currency.to_string(),
            at_ms: to_ms(at.now),
            memo: format!("{memo} {}", terms.order.id()),
        })
    };
    vec![line(0, debit, amount), line(1, credit, amount.negated())]
}

/// Where the gateway keeps our money. Each bot has Stars, and a provider, of its own.
pub(crate) fn account(gateway: &str, customer: &Key) -> String {
    match (gateway, customer.bot_and_number()) {
        (STARS | TELEGRAM, Some((bot, _))) => format!("gateway:{gateway}:{bot}"),
        _ => format!("gateway:{gateway}"),
    }
}

/// The payment as it stands, with the gateway's last words.
pub(super) fn row(state: &State, terms: &Terms, at: &Moment<'_>) -> Row {
    Row::Payment(PaymentRow {
        id: at.key.to_string(),
        order_id: terms.order.to_string(),
        gateway: terms.gateway.clone(),
        state: state.stage.name().to_owned(),
        amount_minor: terms.amount.amount_minor,
        currency: terms.amount.currency.to_string(),
        captured_minor: state.received.map_or(0, |received| received.amount_minor),
        refunded_minor: state.refunded_minor,
        checkout: state.checkout.clone(),
        charge: state.charge.clone(),
        next_try_ms: state.next_try_ms,
        note: state.note.clone(),
        created_ms: terms.created_ms,
        changed_ms: to_ms(at.now),
    })
}
