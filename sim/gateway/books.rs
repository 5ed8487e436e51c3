//! The gateway's own double-entry books, for an auditor to compare with. It must not know webhooks.

use std::collections::BTreeMap;

use serde::Serialize;

use super::checkout::Checkout;

/// One movement: two lines that cancel out.
#[derive(Clone, Serialize)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) at: i64,
    pub(super) kind: &'static str,
    pub(super) checkout: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refund: Option<String>,
    pub(super) lines: [Line; 2],
}

/// One side; `debit_minor - credit_minor` summed over all lines is zero.
#[derive(Clone, Serialize)]
pub(super) struct Line {
    pub(super) account: String,
    pub(super) currency: String,
    pub(super) debit_minor: i64,
    pub(super) credit_minor: i64,
}

/// Sums of one currency.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Totals {
    pub(super) captured_minor: i64,
    pub(super) refunded_minor: i64,
    pub(super) balance_minor: i64,
    pub(super) captures: u64,
    pub(super) refunds: u64,
}

/// The books of one merchant.
pub(super) struct Books {
    merchant: String,
    entries: Vec<Entry>,
    totals: BTreeMap<String, Totals>,
}

impl Books {
    pub(super) fn new(merchant: &str) -> Self {
        Self { merchant: merchant.to_owned(), entries: Vec::new(), totals: BTreeMap::new() }
    }

    /// The whole amount came from the payer's card to the merchant.
    pub(super) fn capture(&mut self, checkout: &Checkout, at: i64) {
        let minor = checkout.amount_minor;
        self.entries.push(Entry {
            number: self.next(),
            at,
            kind: "capture",
            checkout: checkout.id.clone(),
            refund: None,
            lines: lines("cards", &self.merchant, &checkout.currency, minor),
        });
        let totals = self.totals.entry(checkout.currency.clone()).or_default();
        totals.captured_minor += minor;
        totals.balance_minor += minor;
        totals.captures += 1;
    }

    /// Some of it went back.
    pub(super) fn refund(&mut self, checkout: &Checkout, refund: &str, minor: i64, at: i64) {
        self.entries.push(Entry {
            number: self.next(),
            at,
            kind: "refund",
            checkout: checkout.id.clone(),
            refund: Some(refund.to_owned()),
            lines: lines(&self.merchant, "cards", &checkout.currency, minor),
        });
        let totals = self.totals.entry(checkout.currency.clone()).or_default();
        totals.refunded_minor += minor;
        totals.balance_minor -= minor;
        totals.refunds += 1;
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn totals(&self) -> &BTreeMap<String, Totals> {
        &self.totals
    }

    fn next(&self) -> u64 {
        self.entries.len() as u64 + 1
    }
}

fn lines(debit: &str, credit: &str, currency: &str, minor: i64) -> [Line; 2] {
    let line = |account: &str, debit_minor, credit_minor| Line {
        account: account.to_owned(),
        currency: currency.to_owned(),
        debit_minor,
        credit_minor,
    };
    [line(debit, minor, 0), line(credit, 0, minor)]
}
