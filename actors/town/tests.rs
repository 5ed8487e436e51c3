//! Whole purchases, from the first word to the last booking. Knows no single actor's tables.

use entities::{Key, Row};
use time::Duration;

use super::gateway::Fault;
use super::{Town, eur, payment_of, session_of};
use crate::intent::{Button, Keyboard, Lane, Method, Outcome};
use crate::message::Message;
use crate::session::{Incoming, Place, Step};
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
    town.says(ADA, "/shop");
    town.chooses(ADA, "Mug <1>");
    town.says(ADA, quantity);
    town.chooses(ADA, "Place order");
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
    assert_eq!(stage(&town, &order), order::Stage::Fulfilled);
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
    let sends = town.sent[before..].iter().filter(|call| {
        matches!(&call.method, Method::SendText { html, .. } if !html.contains("Receipt"))
    });
    assert_eq!(sends.count(), 0, "no second card");
    assert!(town.sent[before..].iter().all(|call| call.lane == Lane::Notice));
}

#[test]
fn two_presses_place_one_order() {
    let mut town = registered(5);
    let order = ordered(&mut town, "1");
    let data = town.sent.iter().rev().find_map(|call| match &call.method {
        Method::SendText { keyboard: Keyboard::Inline(rows), .. } => match &rows[0][0] {
            Button::Press { data, .. } => Some(data.clone()),
            _ => None,
        },
        _ => None,
    });
    let data = data.expect("the summary's button");
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
    assert!(words.contains("only 3 are left"), "{words}");
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
    assert_eq!(stage(&town, &order), order::Stage::Fulfilled);
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
    assert_eq!(stage(&town, &order), order::Stage::Fulfilled);
}

#[test]
fn a_wrong_sum_is_a_persons_to_settle() {
    let mut town = registered(3);
    let order = ordered(&mut town, "1");
    town.settle();
    town.gateway.pay_amount("co_1", eur(1));
    town.settle();
    assert!(matches!(payment_stage(&town, &order), payment::Stage::Stuck { .. }));
    assert!(matches!(stage(&town, &order), order::Stage::Held { .. }));
    let to_owner = town.sent.iter().find(|call| call.chat == 9).expect("the owner is told");
    let Method::SendText { html, .. } = &to_owner.method else { panic!("a text") };
    assert!(html.contains("0.01 EUR came, 12.01 EUR was asked for"), "{html}");
    town.must_hold();

    // The shop gives it up: what came goes back.
    let by = order::By::Shop("eve".to_owned());
    let give_up = Message::Order(Box::new(order::Message::Cancel { by }));
    town.give(&order, give_up).expect("may be given up");
    town.pass(Duration::hours(1));
    town.must_have_ended_well(3);
}

#[test]
fn an_order_that_was_paid_when_its_stock_was_gone_is_refunded() {
    let mut town = registered(3);
    let order = ordered(&mut town, "3");
    town.settle();
    town.gateway.pay("co_1");
    town.gateway.hooks.clear();
    // The gateway cannot be asked for a day, and somebody else buys meanwhile.
    town.now += Duration::minutes(31);
    town.ring();
    town.answer_one(0, Fault::LostBefore);
    town.now += Duration::minutes(20);
    town.ring();
    let other = Key::parse("order:000000").expect("a key");
    let stock = Key::parse("stock:mug-1").expect("a key");
    let commit = crate::stock::Message::Commit { order: other, quantity: 2 };
    town.give(&stock, Message::Stock(Box::new(commit))).expect("sold");
    town.pass(Duration::days(2));
    assert!(stage(&town, &order).is_closed());
    assert_eq!(payment_stage(&town, &order), payment::Stage::Refunded);
    assert!(town.sent.iter().any(|call| match &call.method {
        Method::EditText { html, .. } => html.contains("returning your money"),
        _ => false,
    }));
    town.must_hold();
}

#[test]
fn a_lost_opening_is_asked_for_and_goes_on() {
    for (fault, ended) in
        [(Fault::LostAfter, "awaiting_payment"), (Fault::LostBefore, "failed"), (Fault::Rejects, "failed")]
    {
        let mut town = registered(3);
        let order = ordered(&mut town, "1");
        while town.asked.is_empty() {
            let to = town.post.keys().next().expect("on its way").clone();
            town.post_one(&to);
        }
        town.answer_one(0, fault);
        town.pass(Duration::minutes(6));
        assert_eq!(stage(&town, &order).name(), ended, "{fault:?}");
        town.pass(Duration::hours(1));
        town.must_have_ended_well(3);
    }
}

#[test]
fn a_gateway_that_never_answers_gets_an_owner_after_a_week() {
    let mut town = registered(3);
    let order = ordered(&mut town, "1");
    town.settle();
    town.now += Duration::minutes(30);
    town.ring();
    let mut asked = 0;
    for _ in 0..40 {
        while !town.asked.is_empty() {
            town.answer_one(0, Fault::LostBefore);
            asked += 1;
        }
        while let Some(to) = town.post.keys().next().cloned() {
            town.post_one(&to);
        }
        town.now += Duration::hours(4);
        town.ring();
    }
    assert_eq!(asked, 8, "one to close, and seven questions");
    assert!(matches!(payment_stage(&town, &order), payment::Stage::Stuck { .. }));
    assert!(matches!(stage(&town, &order), order::Stage::Held { .. }));

    // It answers again: a person asks, and all is settled.
    let ask = Message::Payment(Box::new(payment::Message::Ask { by: "eve".to_owned() }));
    town.gateway.checkouts.get_mut("co_1").expect("opened").open = false;
    town.give(&payment_of(&order), ask).expect("asked");
    town.settle();
    assert_eq!(stage(&town, &order), order::Stage::Expired);
    town.must_have_ended_well(3);
}

#[test]
fn a_number_that_is_taken_is_chosen_anew() {
    let mut town = registered(3);
    let order = ordered(&mut town, "1");
    // Somebody else's order has the number already.
    let line = town.sessions.states[&session_of(ADA)].cards[0].view.lines[0].clone();
    let theirs = order::Message::Place { customer: session_of(8), lines: vec![line] };
    town.give(&order, Message::Order(Box::new(theirs))).expect("placed");
    town.settle();
    let card = town.sessions.states[&session_of(ADA)].cards[0].clone();
    assert_ne!(card.order, order);
    assert_eq!(stage(&town, &card.order).name(), "awaiting_payment");
    assert!(town.last_words().contains(card.order.id()));
}

#[test]
fn a_card_whose_message_is_gone_is_sent_anew_and_keeps_up() {
    let mut town = registered(3);
    let order = ordered(&mut town, "1");
    let reason = "Bad Request: message to edit not found".to_owned();
    town.telegram_refuses = Some(Outcome::Refused { reason, unreachable: false });
    town.settle();
    let place = town.sessions.states[&session_of(ADA)].cards[0].place;
    assert_eq!(place, Place::At(101), "a new message");
    town.pays(&order);
    assert!(town.last_words().contains("Receipt") || town.last_words().contains("paid"));
}

#[test]
fn nothing_is_sent_to_somebody_who_left_until_they_return() {
    let mut town = registered(3);
    let order = ordered(&mut town, "1");
    town.does(ADA, Incoming::Blocked);
    let before = town.sent.len();
    town.pays(&order);
    assert_eq!(town.sent.len(), before);
    let row = town.rows.iter().rev().find_map(|row| match row {
        Row::Customer(row) => Some(row.reachable),
        _ => None,
    });
    assert_eq!(row, Some(false));
    town.does(ADA, Incoming::Unblocked);
    assert!(town.last_words().contains("paid and completed"), "{}", town.last_words());
}

#[test]
fn cancel_leads_home_from_everywhere() {
    let mut town = registered(3);
    for way in [vec!["/shop"], vec!["/shop", "Mug <0>"], vec!["/shop", "Mug <1>", "5"], vec![]] {
        for step in way {
            match step.starts_with("Mug") {
                true => town.chooses(ADA, step),
                false => town.says(ADA, step),
            }
        }
        town.says(ADA, "/cancel");
        assert!(town.last_words().contains("What would you like to do?"));
        assert_eq!(town.sessions.states[&session_of(ADA)].step, Step::Idle);
    }
}
