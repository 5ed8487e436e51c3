//! What a subscription leaves in tables: its row, and a booking for each payment and its return. Knows no rules.

use entities::{Key, LedgerEntry, Money, Row, SubscriptionRow};

use super::state::{Fact, State, Terms};
use crate::capability::Moment;
use crate::clock::to_ms;
use crate::gateway::STARS;
use crate::payment;

/// Two lines that add up to zero. The entitlement begins with the payment: it is a sale at once.
pub(super) fn booking(state: &State, fact: &Fact, at: &Moment<'_>, customer: &Key) -> Vec<Row> {
    let stars = payment::account(STARS, customer);
    let (debit, credit, amount, memo) = match fact {
        Fact::Paid { amount, .. } => (stars, "sales".to_owned(), *amount, "subscription paid"),
        Fact::Returned { amount, .. } => {
            ("refunds".to_owned(), stars, *amount, "subscription refunded")
        }
        _ => return Vec::new(),
    };
    let line = |line: i32, account: String, amount: Money| {
        Row::Ledger(LedgerEntry {
            owner: at.key.to_string(),
            booking: state.bookings,
            line,
            account,
            amount_minor: amount.amount_minor,
            currency: amount.currency.to_string(),
            at_ms: to_ms(at.now),
            memo: memo.to_owned(),
        })
    };
    vec![line(0, debit, amount), line(1, credit, amount.negated())]
}

pub(super) fn row(state: &State, terms: &Terms, at: &Moment<'_>) -> Row {
    Row::Subscription(SubscriptionRow {
        id: at.key.to_string(),
        session: terms.customer.to_string(),
        plan: terms.plan.clone(),
        state: state.stage.name().to_owned(),
        amount_minor: terms.amount.amount_minor,
        currency: terms.amount.currency.to_string(),
        until_ms: state.until_ms,
        charge: state.newest().map(|charge| charge.charge.clone()),
        note: state.note.clone(),
        changed_ms: to_ms(at.now),
    })
}
