//! Purchases for Stars as customers make them: the invoice, help with payments, subscriptions.

use std::sync::Arc;

use entities::{Currency, Key, Kind, Money};

use super::{ADA, payment_stage, registered, stage};
use crate::clock::to_ms;
use crate::intent::{Button, Keyboard, Method};
use crate::message::Message;
use crate::payment::Plan;
use crate::subscription::Stage;
use crate::town::{Town, payment_of, session_of};
use crate::{order, payment};

fn ordered(town: &mut Town) -> Key {
    let order = Key::new(Kind::Order, "STARS1");
    let line = order::Line {
        product: "mug-1".to_owned(),
        title: "Mug".to_owned(),
        quantity: 1,
        price: Money::new(50, Currency::XTR),
        note: None,
        goods: None,
    };
    let extras = order::Extras::default();
    let place = order::Message::Place { customer: session_of(ADA), lines: vec![line], extras };
    town.give(&order, Message::Order(Box::new(place))).expect("placed");
    town.settle();
    order
}

/// The newest button that leads there.
fn link(town: &Town) -> Option<String> {
    town.sent.iter().rev().find_map(|call| match &call.method {
        Method::SendText { keyboard: Keyboard::Inline(rows), .. }
        | Method::EditText { keyboard: Keyboard::Inline(rows), .. } => {
            rows.iter().flatten().find_map(|button| match button {
                Button::Link { url, .. } => Some(url.clone()),
                _ => None,
            })
        }
        _ => None,
    })
}

#[test]
fn an_order_for_stars_is_paid_by_its_link() {
    let mut town = registered(3);
    let order = ordered(&mut town);
    assert_eq!(link(&town), Some(format!("https://t.me/${}", payment_of(&order))));
    let now_ms = to_ms(town.now);
    town.telegram.pay(0, now_ms);
    town.telegram.pay(0, now_ms);
    town.settle();
    assert!(stage(&town, &order).is_sold());
    assert_eq!(payment_stage(&town, &order), payment::Stage::Fulfilled);
    let said = |words: &str| {
        town.sent.iter().any(|call| match &call.method {
            Method::SendText { html, .. } => html.contains(words),
            _ => false,
        })
    };
    assert!(said("was paid twice") && said("went back to you"));
    assert_eq!(town.telegram.kept(&payment_of(&order)), 50);
    town.stars_agree();
    town.must_have_ended_well(3);
}

#[test]
fn an_invoice_is_a_message_where_the_house_wants_it() {
    let mut town = registered(3);
    town.telegram.by_message = true;
    let order = ordered(&mut town);
    assert_eq!(link(&town), None);
    town.chooses(ADA, "Pay 50");
    let invoice = town.sent.iter().find_map(|call| match &call.method {
        Method::SendInvoice { payload, prices, title, description } => {
            Some((payload.clone(), prices.clone(), title.clone(), description.clone()))
        }
        _ => None,
    });
    let (payload, prices, title, description) = invoice.expect("is sent");
    assert_eq!(payload, payment_of(&order).to_string());
    assert_eq!((prices.len(), prices[0].amount), (1, Money::new(50, Currency::XTR)));
    assert_eq!((&*title, &*description), ("Order STARS1", "1 × Mug"));
    town.telegram.pay(0, to_ms(town.now));
    town.settle();
    let before = town.sent.len();
    town.presses(ADA, 7, "k.pi.STARS1");
    let again =
        town.sent[before..].iter().any(|call| matches!(call.method, Method::SendInvoice { .. }));
    assert!(!again, "what is paid has no invoice any more");
}

#[test]
fn help_with_payments_names_them_and_reaches_a_person_once() {
    let mut town = registered(3);
    town.says(ADA, "/paysupport");
    assert!(town.last_words().contains("not paid for anything"), "{}", town.last_words());
    let order = ordered(&mut town);
    town.telegram.pay(0, to_ms(town.now));
    town.settle();
    town.says(ADA, "/paysupport");
    let words = town.last_words();
    assert!(words.contains(order.id()) && words.contains("Telegram itself cannot"), "{words}");
    town.chooses(ADA, "Ask about STARS1");
    town.settle();
    town.chooses(ADA, "Ask about STARS1");
    town.settle();
    let notices = town.sent.iter().filter(|call| call.chat == 9);
    let about = notices.filter(|call| match &call.method {
        Method::SendText { html, .. } => html.contains("STARS1") && html.contains("user?id=7"),
        _ => false,
    });
    assert_eq!(about.count(), 1, "once in a while is enough");
}

#[test]
fn a_subscription_is_had_from_the_first_button_to_the_last_day() {
    let mut town = registered(3);
    let plan = Plan {
        id: "club".to_owned(),
        title: "Tea club".to_owned(),
        description: "Tea & more.".to_owned(),
        stars: 250,
    };
    Arc::make_mut(&mut town.house.rules).ways.plans = vec![plan];
    town.says(ADA, "/subscriptions");
    assert!(town.last_words().contains("Tea &amp; more."), "{}", town.last_words());
    town.chooses(ADA, "Subscribe: Tea club");
    town.chooses(ADA, "Subscribe: Tea club");
    town.settle();
    assert_eq!(town.subscriptions.states.len(), 1, "two presses, one subscription");
    let key = town.subscriptions.states.keys().next().expect("one").clone();
    assert_eq!(link(&town), Some(format!("https://t.me/${key}")));
    let paid = |charge: &str, days: i64, town: &Town| crate::subscription::Message::Paid {
        charge: charge.to_owned(),
        amount: Money::new(250, Currency::XTR),
        until_ms: Some(to_ms(town.now + time::Duration::days(days))),
    };
    let first = paid("c1", 30, &town);
    town.give(&key, first.into()).expect("heard");
    town.settle();
    assert!(town.last_words().contains("renews itself"), "{}", town.last_words());
    town.says(ADA, "/subscriptions");
    town.chooses(ADA, "Stop: Tea club");
    town.settle();
    assert!(town.last_words().contains("will not renew"), "{}", town.last_words());
    town.pass(time::Duration::days(33));
    assert_eq!(town.subscriptions.states[&key].stage, Stage::Ended);
    assert!(town.last_words().contains("has ended"), "{}", town.last_words());
    let sum: i64 = town.ledger.values().map(|(_, amount)| amount).sum();
    assert_eq!(sum, 0);
}
