//! The ways in which an order ends without goods.

use super::{awaiting, decide, hears, line, money, placed, refusal, reserved, session_of, told};
use crate::capability::{Answer, Input};
use crate::house::House;
use crate::intent::Intent;
use crate::message::Message as AnyMessage;
use crate::order::{By, Extras, Line, Message, Stage, State, Timer};
use crate::session;
use entities::{Currency, Money};
use time::Duration;

#[test]
fn every_end_without_money_lets_go_of_the_stock() {
    let cancel = Message::Cancel { by: By::Customer };
    let failed = Message::PaymentFailed { reason: "no".to_owned() };
    for (message, stage, also) in [
        (cancel, "cancelled", Some("payment:K7Q2M9 cancel")),
        (Message::PaymentExpired, "expired", None),
        (failed, "failed", None),
    ] {
        let mut state = awaiting();
        let told = told(&hears(&mut state, message.clone()));
        let expected = ["stock:mug release", "stock:tea release"].into_iter().chain(also);
        assert_eq!(told, expected.collect::<Vec<_>>());
        assert_eq!(state.stage.name(), stage);
        assert!(hears(&mut state, message).facts.is_empty(), "{stage}: twice is once");
    }
}

#[test]
fn money_that_crossed_the_cancellation_goes_back() {
    let mut state = awaiting();
    hears(&mut state, Message::Cancel { by: By::Customer });
    let decision = hears(&mut state, Message::Captured { amount: money(3_600) });
    assert_eq!(told(&decision), ["payment:K7Q2M9 give back"]);
    assert_eq!(state.stage.name(), "cancelled");
}

#[test]
fn a_paid_order_without_goods_is_undone_on_both_sides() {
    let mut state = awaiting();
    hears(&mut state, Message::Captured { amount: money(3_600) });
    hears(&mut state, Message::Committed { product: "mug".to_owned(), codes: Vec::new() });
    let refused = Message::CommitRefused { product: "tea".to_owned(), available: 0 };
    let decision = hears(&mut state, refused.clone());
    assert_eq!(told(&decision), ["stock:mug return", "payment:K7Q2M9 give back"]);
    assert_eq!(state.stage, Stage::Refused { product: "tea".to_owned(), available: 0, paid: true });
    assert!(told(&hears(&mut state, refused)).is_empty(), "twice is once");
}

#[test]
fn a_paid_order_is_not_cancelled_by_its_customer() {
    let mut state = awaiting();
    hears(&mut state, Message::Captured { amount: money(3_600) });
    let cancel = Input::Message(Message::Cancel { by: By::Customer });
    assert_eq!(refusal(decide(&mut state, cancel)).code, "order-not-cancellable");
    assert_eq!(state.stage.name(), "paid");
}

#[test]
fn only_the_whole_sum_pays() {
    let mut state = awaiting();
    assert!(hears(&mut state, Message::Captured { amount: money(3_599) }).facts.is_empty());
    assert_eq!(state.stage.name(), "awaiting_payment");
}

#[test]
fn a_number_belongs_to_its_first_customer() {
    let mut state = placed(vec![line("mug", 2)]);
    let before = state.clone();
    let again = Message::Place {
        customer: session_of(7),
        lines: vec![line("mug", 2)],
        extras: Extras::default(),
    };
    assert!(hears(&mut state, again).intents.is_empty(), "the same wish again");
    let theirs = Message::Place {
        customer: session_of(8),
        lines: vec![line("mug", 2)],
        extras: Extras::default(),
    };
    let decision = hears(&mut state, theirs);
    assert!(matches!(decision.answer, Answer::Refused(_)));
    let [Intent::Tell { to, message: AnyMessage::Session(message) }] = &decision.intents[..] else {
        panic!("the other session is told: {:?}", decision.intents);
    };
    assert_eq!(*to, session_of(8));
    assert!(matches!(**message, session::Message::OrderNumberTaken { .. }));
    assert_eq!(state, before);
}

#[test]
fn lines_that_make_no_sense_are_refused() {
    let stars = Line { price: Money::new(1, Currency::XTR), ..line("tea", 1) };
    let dear = Line { price: Money::new(i64::MAX, Currency::EUR), ..line("tea", 2) };
    for lines in [
        vec![],
        vec![line("mug", 0)],
        vec![line("mug", 1), line("mug", 1)],
        vec![line("mug", 1), stars],
        vec![dear],
        (0..51).map(|number| line(&format!("mug-{number}"), 1)).collect(),
    ] {
        let place = Message::Place { customer: session_of(7), lines, extras: Extras::default() };
        let mut state = State::default();
        let refusal = refusal(decide(&mut state, Input::Message(place)));
        assert_eq!(refusal.code, "order-lines");
        assert_eq!(state, State::default());
    }
    let nobody = Input::Message(reserved("mug"));
    assert!(decide(&mut State::default(), nobody).is_err());
}

#[test]
fn a_stock_that_never_answers_ends_the_order() {
    let mut state = placed(vec![line("mug", 2)]);
    let decision = decide(&mut state, Input::Timer(Timer::Window)).expect("not refused");
    assert_eq!(told(&decision), ["stock:mug release"]);
    assert_eq!(state.stage, Stage::Expired);
    let mut state = awaiting();
    let decision = decide(&mut state, Input::Timer(Timer::Window)).expect("not refused");
    assert!(decision.facts.is_empty(), "the payment keeps the time from here on");
}

#[test]
fn a_stuck_payment_holds_the_order_until_it_is_settled() {
    let stuck = Message::PaymentStuck { reason: "who knows".to_owned() };
    let whole = Message::Refunded { amount: money(3_600), whole: true };
    let shop = Message::Cancel { by: By::Shop("eve".to_owned()) };
    for (settled, stage) in [
        (Message::Captured { amount: money(3_600) }, "paid"),
        (Message::PaymentExpired, "expired"),
        (whole, "refunded"),
        (shop, "cancelled"),
    ] {
        let mut state = awaiting();
        hears(&mut state, stuck.clone());
        assert_eq!(state.stage.name(), "held");
        let customer = Input::Message(Message::Cancel { by: By::Customer });
        assert!(decide(&mut state, customer).is_err(), "a person's to settle");
        hears(&mut state, settled);
        assert_eq!(state.stage.name(), stage);
    }
}

#[test]
fn the_window_is_the_houses() {
    let state = placed(vec![line("mug", 1)]);
    let window = Duration::milliseconds(state.until_ms - state.placed_ms);
    assert_eq!(window, House::default().rules.payment_window);
}
