//! From money to goods: what leaves the shelves, what is sent through the chat, and what goes back. Knows no payment's
//! rules.

use super::Order;
use super::parts::parcels;
use super::state::{By, Fact, Stage, State};
use super::step::{give_back, letting_code_go, step, tell_payment, tell_session, tell_stock};
use crate::capability::{Decision, Moment};
use crate::{payment, session, stock};

pub(super) fn committed(
    state: &State,
    at: &Moment<'_>,
    product: &str,
    codes: &[String],
) -> Decision<Order> {
    match &state.stage {
        Stage::Paid { committed } if !committed.contains(product) && state.has_line(product) => {
            let fact = Fact::StockTaken { product: product.to_owned(), codes: codes.to_vec() };
            if committed.len() + 1 < state.lines.len() {
                return Decision::of(fact);
            }
            let mut after = state.clone();
            after.apply(&fact);
            let mut decision = step(&after, at, Fact::Fulfilled);
            decision.facts.insert(0, fact);
            let decision = decision.then(tell_payment(at.key, payment::Message::Fulfilled));
            send_goods(&after, at, decision)
        }
        // Another line could not be had meanwhile: this one goes back.
        stage if stage.is_closed() => {
            let order = at.key.clone();
            Decision::nothing().then(tell_stock(product, stock::Message::Return { order }))
        }
        _ => Decision::nothing(),
    }
}

/// Paid, but the pieces are gone: what was taken goes back to the shelf, and the money to the customer.
pub(super) fn commit_refused(
    state: &State,
    at: &Moment<'_>,
    product: &str,
    available: u32,
) -> Decision<Order> {
    if !matches!(state.stage, Stage::Paid { .. }) {
        return Decision::nothing();
    }
    let fact = Fact::Refused { product: product.to_owned(), available, paid: true };
    let decision = step(state, at, fact);
    let others = state.lines.iter().filter(|line| line.product != product);
    let decision = others.fold(decision, |decision, line| {
        let back = stock::Message::Return { order: at.key.clone() };
        decision.then(tell_stock(&line.product, back))
    });
    letting_code_go(state, decision, at).then(give_back(at, "out of stock".to_owned()))
}

/// What needs no parcel is sent through the chat.
fn send_goods(state: &State, at: &Moment<'_>, decision: Decision<Order>) -> Decision<Order> {
    let parcels = parcels(&state.lines, &state.codes);
    match parcels.is_empty() {
        true => decision,
        false => {
            let goods = session::Message::Goods { order: at.key.clone(), parcels };
            decision.then(tell_session(state, goods))
        }
    }
}

/// Once more; codes are the same ones.
pub(super) fn show(state: &State, at: &Moment<'_>) -> Decision<Order> {
    match state.stage.is_sold() {
        true => send_goods(state, at, Decision::nothing()),
        false => Decision::nothing(),
    }
}

/// Paid and not yet packed: it can still be called off, unless something of it was sent through the chat already.
pub(super) fn can_be_taken_back(state: &State, by_shop: bool) -> bool {
    let nothing_sent = state.lines.iter().all(|line| line.goods.is_none());
    match state.stage {
        Stage::Confirmed => nothing_sent,
        Stage::Processing => nothing_sent && by_shop,
        _ => false,
    }
}

/// The goods go back to the shelves, and the money to the customer.
pub(super) fn take_back(state: &State, at: &Moment<'_>, by: &By) -> Decision<Order> {
    let decision = step(state, at, Fact::Cancelled { by: by.clone() });
    let decision = state.lines.iter().fold(decision, |decision, line| {
        let back = stock::Message::Return { order: at.key.clone() };
        decision.then(tell_stock(&line.product, back))
    });
    letting_code_go(state, decision, at).then(give_back(at, "cancelled".to_owned()))
}
