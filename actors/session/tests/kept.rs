//! Cards and receipts stay what they are; what their buttons show is a new message.

use entities::Key;
use time::Duration;

use super::{ADA, registered, state};
use crate::intent::{Button, Keyboard, Method, TelegramCall};
use crate::order;
use crate::session::Place;
use crate::town::{Town, data_of};

/// The message that was the summary and is the card (`Town::chooses` presses there).
const CARD: i64 = 7;
const RECEIPT: i64 = 555;

fn ordered(quantity: &str) -> (Town, Key) {
    let mut town = registered(Town::stocked(5));
    town.orders(ADA, &[("mug-1", quantity.parse().expect("a number"))]);
    town.settle();
    let order = state(&town).cards[0].order.clone();
    assert_eq!(state(&town).cards[0].place, Place::At(CARD));
    (town, order)
}

/// The newest message with this text: what it says, and its buttons' labels and data.
fn newest(town: &Town, text: &str) -> (String, Vec<(String, String)>) {
    let found = town.sent.iter().rev().find_map(|call| match &call.method {
        Method::SendText { html, keyboard: Keyboard::Inline(rows) }
        | Method::EditText { html, keyboard: Keyboard::Inline(rows), .. }
            if html.contains(text) =>
        {
            Some((html.clone(), rows.clone()))
        }
        _ => None,
    });
    let (html, rows) = found.unwrap_or_else(|| panic!("nothing says '{text}'"));
    let label = |button: &Button| match button {
        Button::Press { label, .. } => Some((label.clone(), data_of(button)?)),
        _ => None,
    };
    (html, rows.iter().flatten().filter_map(label).collect())
}

/// What a press leads to, the answer to the press apart.
fn pressed(town: &mut Town, message_id: i64, data: &str) -> Vec<Method> {
    let before = town.sent.len();
    town.presses(ADA, message_id, data);
    let calls = town.sent[before + 1..].iter();
    calls.map(|call: &TelegramCall| call.method.clone()).collect()
}

fn shows_anew(methods: &[Method]) {
    assert!(
        matches!(
            methods,
            [Method::SendText { .. } | Method::SendPhoto { .. } | Method::SendFile { .. }]
        ),
        "{methods:?}"
    );
}

#[test]
fn a_receipt_and_a_finished_card_stay_under_their_own_buttons() {
    let (mut town, order) = ordered("2");
    town.pays(&order);
    for (message_id, text, own) in [
        (RECEIPT, "Receipt", &["Receipt as PDF"][..]),
        (CARD, "payment confirmed", &["Cancel order", "Receipt as PDF", "Order again"]),
    ] {
        let (_, buttons) = newest(&town, text);
        let labels: Vec<&str> = buttons.iter().map(|(label, _)| &**label).collect();
        assert_eq!(labels, [own, &["My orders", "Menu"]].concat(), "{text}");
        for (_, data) in buttons.iter().filter(|(label, _)| label != "Cancel order") {
            shows_anew(&pressed(&mut town, message_id, data));
        }
    }
    assert_eq!(state(&town).cards[0].place, Place::At(CARD));
}

#[test]
fn an_open_card_stays_and_still_follows_its_order() {
    let (mut town, order) = ordered("2");
    let (_, buttons) = newest(&town, "awaiting payment");
    for (label, data) in &buttons {
        if label != "Cancel order" {
            shows_anew(&pressed(&mut town, CARD, data));
        }
    }
    // Buttons as cards had them before, and those of the summary that the card once was.
    for data in ["t.h", "t.l.0", "t.p.mug-0", "t.p.mug-1"] {
        shows_anew(&pressed(&mut town, CARD, data));
    }
    town.pays(&order);
    let edited = town.sent.iter().rev().find_map(|call| match &call.method {
        Method::EditText { message_id, html, .. } => Some((*message_id, html.clone())),
        _ => None,
    });
    let (message_id, html) = edited.expect("the card");
    assert_eq!(message_id, CARD);
    assert!(html.contains("payment confirmed"), "{html}");
}

#[test]
fn an_order_that_came_to_nothing_leads_back_to_the_shop() {
    let (mut cancelled, order) = ordered("1");
    cancelled.presses(ADA, CARD, &format!("k.c.{}", order.id()));
    cancelled.settle();
    let (mut expired, _) = ordered("1");
    expired.pass(Duration::hours(1));
    let (sold_out, _) = ordered("6");
    for (mut town, state, said) in [
        (cancelled, "— cancelled", "Nothing was charged."),
        (expired, "— expired", "Nothing was charged."),
        (sold_out, "— out of stock", "Only 5 of “Mug"),
    ] {
        let (html, buttons) = newest(&town, state);
        assert!(html.contains(said), "{html}");
        let shop = buttons.iter().find(|(label, _)| label == "Shop").expect("the next step");
        shows_anew(&pressed(&mut town, CARD, &shop.1));
        assert!(town.last_words().contains("<b>Shop</b>"), "{}", town.last_words());
    }
}

#[test]
fn nobody_is_told_that_nothing_was_charged_once_money_came() {
    let (mut town, order) = ordered("1");
    town.gateway.pay("co_1");
    town.presses(ADA, CARD, &format!("k.c.{}", order.id()));
    town.settle();
    let (html, _) = newest(&town, "— cancelled");
    assert!(!html.contains("Nothing was charged"), "{html}");
}

#[test]
fn an_old_cards_cancel_button_brings_it_up_to_date() {
    let (mut town, order) = ordered("1");
    town.pays(&order);
    let (to, by) = (order::Progress::Processing, "eve".to_owned());
    let advance = order::Message::Advance { to, tracking: None, by };
    town.give(&order, advance.into()).expect("taken");
    town.settle();
    let methods = pressed(&mut town, 70, &format!("k.c.{}", order.id()));
    let [Method::EditText { message_id: 70, html, .. }] = &methods[..] else {
        panic!("{methods:?}");
    };
    assert!(html.contains("being packed"), "{html}");
    assert_eq!(state(&town).cards[0].place, Place::At(70));
}
