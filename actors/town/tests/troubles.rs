//! Purchases that go wrong on the way, and how each is settled.

use entities::{Key, Row};
use time::Duration;

use super::{ADA, ordered, payment_stage, registered, stage};
use crate::intent::{Method, Outcome};
use crate::message::Message;
use crate::session::{Incoming, Place, Step};
use crate::town::gateway::Fault;
use crate::town::{eur, payment_of, session_of};
use crate::{order, payment};

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
    for (fault, ended) in [
        (Fault::LostAfter, "awaiting_payment"),
        (Fault::LostBefore, "failed"),
        (Fault::Rejects, "failed"),
    ] {
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
    let theirs = order::Message::Place {
        customer: session_of(8),
        lines: vec![line],
        extras: order::Extras::default(),
    };
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
    assert!(town.last_words().contains("payment is confirmed"));
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
    assert!(town.last_words().contains("payment confirmed"), "{}", town.last_words());
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
