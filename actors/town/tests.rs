//! Whole purchases, from the first word to the last booking. Knows no single actor's tables.

mod stars;
mod troubles;

use entities::Key;
use time::Duration;

use super::{Town, payment_of, session_of};
use crate::intent::{Button, Keyboard, Lane, Method};
use crate::session::Place;
use crate::{order, payment};

const ADA: i64 = 7;

/// Somebody who is a customer already.
fn registered(stock: u32) -> Town {
    let mut town = Town::stocked(stock);
    town.says(ADA, "/start spring");
    town.chooses(ADA, "✓ English");
    town.says(ADA, "Ada");
    town
}

/// Ada orders; the order has been placed, nothing is delivered yet.
fn ordered(town: &mut Town, quantity: &str) -> Key {
    let quantity = quantity.parse().expect("a number");
    town.orders(ADA, &[("mug-1", quantity)]);
    town.sessions.states[&session_of(ADA)].cards[0].order.clone()
}

fn stage(town: &Town, order: &Key) -> order::Stage {
    town.orders.states[order].stage.clone()
}

fn payment_stage(town: &Town, order: &Key) -> payment::Stage {
    town.payments.states[&payment_of(order)].stage.clone()
}

fn cancel(town: &mut Town, order: &Key) {
    town.presses(ADA, 7, &format!("t.c.{}", order.id()));
}

#[test]
fn a_customer_registers_orders_pays_and_gets_a_receipt() {
    let mut town = registered(5);
    let who = town.sessions.states[&session_of(ADA)].who.clone().expect("met");
    assert_eq!((&*who.name, &*who.language, who.registered), ("Ada", "en", true));
    assert_eq!(who.came_by.as_deref(), Some("spring"));
    let order = ordered(&mut town, "2");
    town.settle();
    let words = town.last_words();
    assert!(words.contains(&format!("Order <b>{}</b> — awaiting payment", order.id())), "{words}");
    assert!(words.contains("2 × Mug &lt;1&gt; &amp; more"), "{words}");
    let pay = town.sent.iter().rev().find_map(|call| match &call.method {
        Method::EditText { keyboard: Keyboard::Inline(rows), .. } => Some(rows[0][0].clone()),
        _ => None,
    });
    let url = "https://pay.example/co_1".to_owned();
    assert_eq!(pay, Some(Button::Link { label: "Pay 24.02\u{a0}EUR".to_owned(), url }));

    town.pays(&order);
    assert_eq!(stage(&town, &order), order::Stage::Confirmed);
    assert_eq!(payment_stage(&town, &order), payment::Stage::Fulfilled);
    let receipt = town.sent.iter().filter(|call| match &call.method {
        Method::SendText { html, .. } => html.contains("Receipt"),
        _ => false,
    });
    assert_eq!(receipt.count(), 1);
    town.must_have_ended_well(5);
}

#[test]
fn an_order_has_one_message_that_changes_with_it() {
    let mut town = registered(5);
    let order = ordered(&mut town, "1");
    // The summary became the card.
    assert_eq!(town.sessions.states[&session_of(ADA)].cards[0].place, Place::At(7));
    let before = town.sent.len();
    town.pays(&order);
    let sends = town.sent[before..].iter().filter(
        |call| matches!(&call.method, Method::SendText { html, .. } if !html.contains("Receipt")),
    );
    assert_eq!(sends.count(), 0, "no second card");
    assert!(town.sent[before..].iter().all(|call| call.lane == Lane::Notice));
}

#[test]
fn two_presses_place_one_order() {
    let mut town = registered(5);
    let order = ordered(&mut town, "1");
    let data = super::check::button(&town.sent, "Place order").expect("the summary's button");
    assert!(data.starts_with("t.b."), "{data}");
    town.presses(ADA, 7, &data);
    town.settle();
    town.presses(ADA, 7, &data);
    town.settle();
    assert_eq!(town.orders.states.len(), 1);
    assert_eq!(town.sessions.states[&session_of(ADA)].cards.len(), 1);
    assert_eq!(stage(&town, &order).name(), "awaiting_payment");
}

#[test]
fn what_is_not_there_is_not_sold_and_the_rest_is_named() {
    let mut town = registered(3);
    let order = ordered(&mut town, "4");
    town.settle();
    let words = town.last_words();
    assert!(words.contains("Only 3 of “Mug"), "{words}");
    assert!(stage(&town, &order).is_closed());
    assert!(town.asked.is_empty(), "nobody asked for money");
    town.must_have_ended_well(3);
}

#[test]
fn an_unpaid_order_expires_after_asking_the_gateway() {
    let mut town = registered(3);
    let order = ordered(&mut town, "2");
    town.pass(Duration::minutes(29));
    assert_eq!(stage(&town, &order).name(), "awaiting_payment");
    town.pass(Duration::minutes(2));
    assert_eq!(stage(&town, &order), order::Stage::Expired);
    assert!(!town.gateway.checkouts["co_1"].open);
    assert!(town.last_words().contains("expired"));
    town.must_have_ended_well(3);
}

#[test]
fn money_that_moved_while_the_window_closed_counts() {
    let mut town = registered(3);
    let order = ordered(&mut town, "2");
    town.settle();
    // Paid, but the webhook never comes: the gateway tells when it is asked to close.
    town.gateway.pay("co_1");
    town.gateway.hooks.clear();
    town.pass(Duration::minutes(31));
    assert_eq!(stage(&town, &order), order::Stage::Confirmed);
    town.must_have_ended_well(3);
}

#[test]
fn money_that_comes_after_the_cancellation_goes_back() {
    let mut town = registered(3);
    let order = ordered(&mut town, "2");
    town.settle();
    town.gateway.pay("co_1");
    cancel(&mut town, &order);
    town.settle();
    assert!(matches!(stage(&town, &order), order::Stage::Cancelled { .. }));
    assert_eq!(payment_stage(&town, &order), payment::Stage::Refunded);
    assert!(town.last_words().contains("went back to you"), "{}", town.last_words());
    town.must_have_ended_well(3);
}

#[test]
fn a_declined_try_leaves_the_checkout_open() {
    let mut town = registered(3);
    let order = ordered(&mut town, "1");
    town.settle();
    town.gateway.decline("co_1");
    town.settle();
    assert!(town.last_words().contains("try again"), "{}", town.last_words());
    town.pays(&order);
    assert_eq!(stage(&town, &order), order::Stage::Confirmed);
}
