//! /orders: what the customer ordered, page by page, and calling an order off. Knows no rules of orders.

use entities::{Key, Kind};

use super::button::{Act, Surface};
use super::state::Step;
use super::turn::{Turn, press};
use super::{card, home, shop};
use crate::intent::{Keyboard, Lane, Method, Price};
use crate::order::{self, By, Stage};
use crate::texts;

/// Orders on one page.
const PAGE: usize = 8;

pub(super) fn page(turn: &mut Turn<'_>, page: usize) {
    turn.step_to(Step::Idle);
    let cards = turn.state.cards.clone();
    if cards.is_empty() {
        let html = turn.say("orders-none", &[]);
        let rows = vec![
            vec![turn.button("button-shop", Act::Shop { page: 0 })],
            vec![home::home_button(turn)],
        ];
        return turn.show(html, Keyboard::Inline(rows));
    }
    let pages = cards.len().div_ceil(PAGE);
    let page = page.min(pages - 1);
    let mut rows: Vec<_> = cards[page * PAGE..]
        .iter()
        .take(PAGE)
        .map(|card| {
            let (number, state) = (card.order.id(), card::state_name(turn, &card.view));
            let total = texts::money(turn.lang(), card.view.total);
            let act = Act::Order { number: number.to_owned() };
            vec![press(Surface::Text, format!("{number} · {total} · {state}"), act)]
        })
        .collect();
    rows.extend(shop::turning(turn, page, pages, |page| Act::Orders { page }));
    rows.push(vec![home::home_button(turn)]);
    let args = [
        ("count", (cards.len() as u32).into()),
        ("page", (page as u32 + 1).into()),
        ("pages", (pages as u32).into()),
    ];
    let html = turn.say("orders-page", &args);
    turn.show(html, Keyboard::Inline(rows));
}

/// The order's card moves to where it was asked for.
pub(super) fn open(turn: &mut Turn<'_>, number: &str) -> Option<String> {
    match turn.state.card_numbered(number).cloned() {
        Some(card) => {
            card::put(turn, card);
            None
        }
        None => {
            page(turn, 0);
            Some(turn.plain("order-unknown", &[("number", number.into())]))
        }
    }
}

/// The order's invoice as a message of its own, as often as it is asked for: Telegram asks us before it takes money.
pub(super) fn invoice(turn: &mut Turn<'_>, number: &str) -> Option<String> {
    /// Telegram's limits for an invoice.
    const TITLE_MAX_CHARS: usize = 32;
    const DESCRIPTION_MAX_CHARS: usize = 255;
    let Some(card) = turn.state.card_numbered(number).cloned() else {
        page(turn, 0);
        return Some(turn.plain("order-unknown", &[("number", number.into())]));
    };
    if !matches!(card.view.stage, Stage::AwaitingPayment { .. }) {
        return Some(turn.plain("payment-closed", &[("number", number.into())]));
    }
    let args = [("number", number.into()), ("shop", (&*turn.at.house.rules.shop_name).into())];
    let title = texts::shortened(&turn.plain("invoice-title", &args), TITLE_MAX_CHARS);
    let lines: Vec<String> =
        card.view.lines.iter().map(|line| format!("{} × {}", line.quantity, line.title)).collect();
    let description = texts::shortened(&lines.join(", "), DESCRIPTION_MAX_CHARS);
    let payload = Key::new(Kind::Payment, number).to_string();
    let prices = vec![Price { label: title.clone(), amount: card.view.total }];
    turn.call(Method::SendInvoice { title, description, payload, prices }, Lane::Answer, false);
    None
}

/// `message_id`: the card whose button it was.
pub(super) fn cancel(turn: &mut Turn<'_>, number: &str, message_id: Option<i64>) -> Option<String> {
    let Some(card) = turn.state.card_numbered(number).cloned() else {
        page(turn, 0);
        return Some(turn.plain("order-unknown", &[("number", number.into())]));
    };
    let args = [("number", number.into())];
    if !card::can_be_cancelled(&card.view) {
        let toast = turn.plain("order-not-cancellable", &args);
        // It shows an older state: the one message that is the card is brought up to date.
        turn.pressed = message_id.map(|id| (id, Surface::Text));
        card::put(turn, card);
        return Some(toast);
    }
    let message = order::Message::Cancel { by: By::Customer };
    turn.tell(card.order, message.into());
    Some(turn.plain("order-cancelling", &args))
}
