//! Agreed: the summary becomes an order, once. Knows nothing of an order's later life.

use std::collections::BTreeSet;

use entities::{Key, Kind, Money};

use super::card;
use super::cart::{Bill, bill};
use super::checkout::{checkout, methods, shipping};
use super::state::{Card, Place, Step};
use super::turn::Turn;
use crate::catalogue::Till;
use crate::order::{self, Extras, Line, Shipping, Stage, View};

/// The gateway's name for what is paid in Stars.
const STARS: &str = "stars";

/// Agreed. Only the summary that is shown now places an order, and only one.
pub(super) fn place(turn: &mut Turn<'_>, nonce: u32) -> Option<String> {
    let placed = turn.state.cards.iter().find(|card| card.nonce == nonce);
    if let Some(card) = placed {
        let args = [("number", card.order.id().into())];
        return Some(turn.plain("order-placed-already", &args));
    }
    let agreed = match turn.step() {
        Step::Confirm { till, total, nonce: shown } if *shown == nonce => Some((*till, *total)),
        _ => None,
    };
    let wish = agreed.and_then(|(till, total)| {
        let (bill, shipping) = wish(turn, till)?;
        let cost = shipping.as_ref().map_or(0, |shipping| shipping.cost.amount_minor);
        let now = bill.rest().amount_minor.checked_add(cost)?;
        (Money::new(now, bill.goods.currency) == total).then_some((till, bill, shipping, total))
    });
    let Some((till, bill, shipping, total)) = wish else {
        // An earlier summary, or something has changed: look again before it costs money.
        let till = agreed.map_or(Till::Gateway, |(till, _)| till);
        checkout(turn, till);
        return Some(turn.plain("summary-again", &[]));
    };
    let gateway = (till == Till::Stars).then(|| STARS.to_owned());
    let extras = Extras { shipping, discount: bill.discount.clone(), gateway };
    let order = fresh_order(turn);
    turn.step_to(Step::Idle);
    turn.change_basket(|basket| {
        let ordered = |sku: &str| bill.lines.iter().any(|line| line.product == sku);
        basket.picks.retain(|pick| !ordered(&pick.sku));
        if bill.discount.is_some() {
            basket.promo = None;
        }
    });
    let view = first_view(turn, bill.lines, (total, extras));
    let card = Card { order, view, place: Place::Nowhere, stale: false, nonce };
    ask(turn, &card);
    card::put(turn, card);
    None
}

/// What would be ordered now; `None` while something is missing.
fn wish(turn: &Turn<'_>, till: Till) -> Option<(Bill, Option<Shipping>)> {
    let bill = bill(turn, till)?;
    if !bill.lines.iter().any(|line| line.goods.is_none()) {
        return Some((bill, None));
    }
    let rules = &turn.at.house.rules;
    let method = match methods(turn, &bill).as_slice() {
        [] if rules.delivery.is_empty() => None,
        [only] => Some(*only),
        several => {
            Some(*several.iter().find(|method| Some(&method.id) == turn.basket().method.as_ref())?)
        }
    };
    if method.is_none_or(|method| method.needs_address) {
        turn.basket().address.as_ref()?;
    }
    let shipping = shipping(turn, &bill, method)?;
    Some((bill, Some(shipping)))
}

/// The number belongs to somebody else's order: the same wish under another one.
pub(super) fn place_again(turn: &mut Turn<'_>, taken: &Key) {
    let Some(card) = turn.state.card(taken) else {
        return;
    };
    let mut card = card.clone();
    card.order = fresh_order(turn);
    turn.renumber(taken.clone(), card.order.clone());
    ask(turn, &card);
    card::redraw(turn, card);
}

fn ask(turn: &mut Turn<'_>, card: &Card) {
    let message = order::Message::Place {
        customer: turn.at.key.clone(),
        lines: card.view.lines.clone(),
        extras: card.view.extras.clone(),
    };
    turn.tell(card.order.clone(), message.into());
}

fn first_view(turn: &Turn<'_>, lines: Vec<Line>, (total, extras): (Money, Extras)) -> View {
    let placed_ms = turn.now_ms();
    let window_ms = turn.at.house.rules.payment_window.whole_milliseconds() as i64;
    View {
        revision: 0,
        stage: Stage::AwaitingStock { reserved: BTreeSet::new() },
        lines,
        total,
        placed_ms,
        until_ms: placed_ms + window_ms,
        money_seen: false,
        extras,
        tracking: None,
    }
}

/// Six characters that nobody mistakes for one another, from fresh randomness.
fn fresh_order(turn: &Turn<'_>) -> Key {
    let mut seed = turn.at.seed;
    loop {
        let order = Key::new(Kind::Order, order_number(seed));
        if turn.state.card(&order).is_none() {
            return order;
        }
        seed = seed.wrapping_add(1);
    }
}

/// Crockford's base 32, the lowest 30 bits.
pub(super) fn order_number(seed: u64) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letter = |place: u32| char::from(LETTERS[(seed >> (5 * place)) as usize & 31]);
    (0..6).rev().map(letter).collect()
}
