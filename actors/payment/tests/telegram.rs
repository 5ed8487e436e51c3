//! Payments through Telegram: charges, invoices paid twice, Stars that go back whole, Telegram's list of them.

use entities::{Currency, Key, Kind, Money};
use time::Duration;

use super::{Saga, Said, said};
use crate::capability::Input;
use crate::gateway::{GatewayOp, GatewayReply, STARS};
use crate::intent::{Intent, Outcome};
use crate::message::Message as AnyMessage;
use crate::payment::{CheckoutReport, Ended, ExtraFate, Message, Stage, Timer};
use crate::{order, session, stars};

const INVOICE: &str = "payment:K7Q2M9";

fn xtr(stars: i64) -> Money {
    Money::new(stars, Currency::XTR)
}

/// An invoice in Stars is shown.
fn shown() -> Saga {
    let mut saga = Saga { gateway: STARS, ..Saga::new() };
    let Message::Begin { order, customer, description, gateway, until, .. } = saga.begin() else {
        panic!("a beginning");
    };
    let amount = xtr(350);
    saga.hears(Message::Begin { order, customer, amount, description, gateway, until });
    let (checkout, url) = (INVOICE.to_owned(), "https://t.me/$x".to_owned());
    let op = GatewayOp::OpenCheckout { amount, description: String::new(), expires_at_ms: 0 };
    saga.replied(op, Outcome::Gateway(GatewayReply::Opened { checkout, url }));
    saga
}

fn paid(saga: &mut Saga, charge: &str) -> Vec<Intent> {
    report(saga, CheckoutReport::Captured { amount: xtr(350), charge: Some(charge.to_owned()) })
}

fn report(saga: &mut Saga, report: CheckoutReport) -> Vec<Intent> {
    let (event, checkout) = ("update".to_owned(), INVOICE.to_owned());
    let message = Message::GatewayReported { event, checkout, report };
    saga.decide(Input::Message(message)).expect("not refused").intents
}

fn returning(charge: &str) -> GatewayOp {
    GatewayOp::Refund {
        checkout: INVOICE.to_owned(),
        charge: Some(charge.to_owned()),
        amount: xtr(350),
        reason: "paid twice".to_owned(),
    }
}

fn returned(charge: &str) -> Outcome {
    Outcome::Gateway(GatewayReply::Refunded { refund: charge.to_owned(), amount: xtr(350) })
}

fn news(intents: &[Intent]) -> Vec<session::Message> {
    let told = |intent: &Intent| match intent {
        Intent::Tell { message: AnyMessage::Session(message), .. } => Some((**message).clone()),
        _ => None,
    };
    intents.iter().filter_map(told).collect()
}

#[test]
fn a_charge_counts_once_and_a_second_one_goes_back() {
    let mut saga = shown();
    assert_eq!(paid(&mut saga, "c1").len(), 1);
    assert!(paid(&mut saga, "c1").is_empty(), "told again");
    saga.hears(Message::Fulfilled);
    let second = paid(&mut saga, "c2");
    let order = Key::new(Kind::Order, "K7Q2M9");
    let twice = session::Message::PaidTwice { order: order.clone(), amount: xtr(350) };
    assert_eq!(news(&second), [twice]);
    assert_eq!(said(second[1].clone()), Said::Gateway(returning("c2")));
    assert!(paid(&mut saga, "c2").is_empty());
    assert_eq!(saga.balance("gateway:stars:shop"), 700);
    let back = saga.decide(Input::Result { intent: second[1].clone(), outcome: returned("c2") });
    let gone = session::Message::MoneyReturned { order, amount: xtr(350) };
    assert_eq!(news(&back.expect("not refused").intents), [gone]);
    // The update about the same return.
    let (refund, amount) = ("c2".to_owned(), xtr(350));
    assert!(report(&mut saga, CheckoutReport::Refunded { refund, amount }).is_empty());
    assert_eq!(saga.balance("gateway:stars:shop"), 350);
    assert_eq!((saga.balance("sales"), saga.balance("customer_funds")), (-350, 0));
    assert_eq!(saga.state.stage, Stage::Fulfilled, "the order has what it was paid for");
}

#[test]
fn a_lost_return_is_sent_again_and_at_last_owned_by_a_person() {
    let mut saga = shown();
    paid(&mut saga, "c1");
    paid(&mut saga, "c2");
    let lost = || Outcome::Stuck { reason: "time-out".to_owned() };
    for round in 1..=7_u8 {
        saga.replied(returning("c2"), lost());
        let fate = &saga.state.extras[0].fate;
        assert_eq!(*fate, ExtraFate::Returning { lost: round });
        assert_eq!(saga.step(Input::Timer(Timer::Extras)), [Said::Gateway(returning("c2"))]);
    }
    saga.replied(returning("c2"), lost());
    assert!(matches!(saga.state.extras[0].fate, ExtraFate::Held { .. }));
    assert!(saga.step(Input::Timer(Timer::Extras)).is_empty());
    // A person returned it by hand, and says so.
    let (refund, by) = ("c2".to_owned(), "eve".to_owned());
    saga.hears(Message::Record { refund, amount: xtr(350), by });
    assert_eq!(saga.state.extras[0].fate, ExtraFate::Returned);
    assert_eq!(saga.balance("gateway:stars:shop"), 350);
}

#[test]
fn stars_go_back_whole_and_by_their_charge() {
    let mut saga = shown();
    paid(&mut saga, "c1");
    let part = Message::Refund { amount: xtr(100), reason: "r".to_owned(), by: "eve".to_owned() };
    let refusal = super::refusal(saga.decide(Input::Message(part)));
    assert_eq!(refusal.code, "refund-only-whole");
    let whole = Message::Refund { amount: xtr(350), reason: "r".to_owned(), by: "eve".to_owned() };
    let said = saga.hears(whole);
    assert!(
        matches!(&said[..], [Said::Gateway(GatewayOp::Refund { charge: Some(charge), .. })]
            if charge == "c1"),
        "{said:?}"
    );
    let Some(Said::Gateway(op)) = said.into_iter().next() else { panic!("a refund") };
    saga.replied(op, returned("c1"));
    assert_eq!(
        (saga.state.stage.clone(), saga.balance("gateway:stars:shop")),
        (Stage::Refunded, 0)
    );
}

#[test]
fn an_invoice_that_was_approved_at_the_last_moment_is_waited_for() {
    let mut saga = shown();
    saga.now += Duration::minutes(30) - Duration::seconds(5);
    let ask = Message::PreCheckout {
        query: "q".to_owned(),
        customer: super::customer(),
        amount: xtr(350),
        language_code: None,
    };
    saga.hears(ask);
    saga.now += Duration::seconds(10);
    let window = saga.decide(Input::Timer(Timer::Window)).expect("not refused");
    assert!(window.facts.is_empty() && window.timers.len() == 1, "a minute more");
    paid(&mut saga, "c1");
    assert_eq!(saga.state.stage, Stage::Captured);

    let mut late = shown();
    late.now += Duration::minutes(31);
    let closing = late.step(Input::Timer(Timer::Window));
    assert!(matches!(&closing[..], [Said::Gateway(GatewayOp::ExpireCheckout { .. })]));
    assert_eq!(late.state.stage, Stage::Closing { ended: Ended::Expired });
}

#[test]
fn telegrams_list_heals_what_no_update_told() {
    let by = Key::new(Kind::Stars, "shop");
    let seen = |charge: &str, back| Message::Reconcile {
        by: by.clone(),
        charge: charge.to_owned(),
        amount: xtr(350),
        back,
    };
    let mut saga = shown();
    let intents = saga.decide(Input::Message(seen("c1", false))).expect("heard").intents;
    assert_eq!(saga.state.stage, Stage::Captured);
    assert_eq!(
        said(intents[0].clone()),
        Said::Order(order::Message::Captured { amount: xtr(350) })
    );
    let missed = |intents: &[Intent]| {
        matches!(intents.last(), Some(Intent::Tell { to, message: AnyMessage::Stars(message) })
            if *to == by && matches!(**message, stars::Message::Missed { .. }))
    };
    assert!(missed(&intents));
    assert!(saga.hears(seen("c1", false)).is_empty(), "known");
    assert!(paid(&mut saga, "c1").is_empty(), "the update comes after all");
    // Telegram took the money back by itself.
    let intents = saga.decide(Input::Message(seen("c1", true))).expect("heard").intents;
    assert!(missed(&intents));
    assert_eq!(
        (saga.state.stage.clone(), saga.balance("gateway:stars:shop")),
        (Stage::Refunded, 0)
    );
    assert!(saga.hears(seen("c1", true)).is_empty());
}

#[test]
fn what_nobody_began_is_answered_and_told() {
    let mut nobody = Saga::new();
    let ask = Message::PreCheckout {
        query: "q".to_owned(),
        customer: super::customer(),
        amount: xtr(350),
        language_code: None,
    };
    assert_eq!(nobody.hears(ask), [Said::Other], "Telegram is told no");
    let by = Key::new(Kind::Stars, "shop");
    let (charge, amount) = ("c1".to_owned(), xtr(350));
    let seen = Message::Reconcile { by, charge, amount, back: false };
    let intents = nobody.decide(Input::Message(seen)).expect("heard").intents;
    assert!(matches!(&intents[..], [Intent::Tell { message: AnyMessage::Stars(message), .. }]
        if matches!(**message, stars::Message::Unclaimed { .. })));
}
