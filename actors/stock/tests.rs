//! What a stock must do. Knows no orders' rules.

use std::collections::BTreeMap;

use entities::{Key, Kind, Row};
use proptest::prelude::{ProptestConfig, Strategy, prop_oneof, proptest};
use time::{Duration, OffsetDateTime};

use super::{Message, State, Stock, Timer};
use crate::capability::{Capability, Decision, Input, Moment, TimerChange};
use crate::house::House;
use crate::intent::Intent;
use crate::message::Message as AnyMessage;
use crate::order;

fn noon() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time")
}

fn order(number: u8) -> Key {
    Key::new(Kind::Order, format_args!("ORDER{number}"))
}

fn decided(state: &mut State, input: Input<Stock>, now: OffsetDateTime) -> Decision<Stock> {
    let key = Key::new(Kind::Stock, "mug");
    let at = Moment { key: &key, now, seed: 1, house: &House::default() };
    let decision = Stock::decide(state, &input, &at).expect("a stock refuses by message");
    decision.facts.iter().for_each(|fact| Stock::apply(state, fact));
    decision
}

fn hears(state: &mut State, message: Message) -> Option<order::Message> {
    told(&decided(state, Input::Message(message), noon()))
}

fn told(decision: &Decision<Stock>) -> Option<order::Message> {
    match decision.intents.as_slice() {
        [] => None,
        [Intent::Tell { message: AnyMessage::Order(message), .. }] => Some((**message).clone()),
        other => panic!("one answer to one order: {other:?}"),
    }
}

fn reserve(number: u8, quantity: u32) -> Message {
    Message::Reserve { order: order(number), quantity, until: noon() + Duration::minutes(30) }
}

fn stocked(count: u32) -> State {
    let mut state = State::default();
    hears(&mut state, Message::SetOnHand { count });
    state
}

fn product() -> String {
    "mug".to_owned()
}

#[test]
fn what_is_held_for_one_is_not_there_for_another() {
    let mut state = stocked(5);
    let held = Some(order::Message::Reserved { product: product() });
    assert_eq!(hears(&mut state, reserve(1, 3)), held);
    let refused = order::Message::ReservationRefused { product: product(), available: 2 };
    assert_eq!(hears(&mut state, reserve(2, 3)), Some(refused));
    assert_eq!(hears(&mut state, reserve(2, 2)), held);
    assert_eq!(state.available(), 0);
    hears(&mut state, Message::Release { order: order(1) });
    assert_eq!(state.available(), 3);
}

#[test]
fn a_repeated_reservation_holds_once_and_answers_again() {
    let mut state = stocked(5);
    let first = hears(&mut state, reserve(1, 3));
    let before = state.clone();
    assert_eq!(hears(&mut state, reserve(1, 3)), first);
    assert_eq!(state, before);
}

#[test]
fn a_repeated_commit_takes_once_and_answers_again() {
    let mut state = stocked(5);
    hears(&mut state, reserve(1, 3));
    let commit = Message::Commit { order: order(1), quantity: 3 };
    let taken = Some(order::Message::Committed { product: product(), codes: Vec::new() });
    assert_eq!(hears(&mut state, commit.clone()), taken);
    assert_eq!(hears(&mut state, commit), taken);
    assert_eq!((state.on_hand, state.available()), (2, 2));
    hears(&mut state, Message::Return { order: order(1) });
    hears(&mut state, Message::Return { order: order(1) });
    assert_eq!(state.on_hand, 5);
}

#[test]
fn a_late_commit_takes_what_is_free_and_nothing_of_others() {
    let mut state = stocked(5);
    hears(&mut state, reserve(1, 4));
    let late = Message::Commit { order: order(2), quantity: 2 };
    let refused = order::Message::CommitRefused { product: product(), available: 1 };
    assert_eq!(hears(&mut state, late), Some(refused));
    let small = Message::Commit { order: order(2), quantity: 1 };
    let taken = order::Message::Committed { product: product(), codes: Vec::new() };
    assert_eq!(hears(&mut state, small), Some(taken));
    assert_eq!((state.on_hand, state.available()), (4, 0));
}

#[test]
fn nothing_and_unknown_products_are_refused() {
    let mut state = State::default();
    let refused = order::Message::ReservationRefused { product: product(), available: 0 };
    assert_eq!(hears(&mut state, reserve(1, 1)), Some(refused.clone()));
    assert_eq!(hears(&mut state, reserve(1, 0)), Some(refused));
    assert!(hears(&mut state, Message::Release { order: order(1) }).is_none());
}

#[test]
fn a_reservation_ends_some_minutes_after_its_order() {
    let mut state = stocked(5);
    let decision = decided(&mut state, Input::Message(reserve(1, 2)), noon());
    let end = noon() + Duration::minutes(40);
    assert!(matches!(decision.timers[..], [TimerChange::Set(Timer::Overdue, at)] if at == end));
    assert!(matches!(&decision.rows[..], [Row::Stock(row)] if row.reserved == 2));

    let early = decided(&mut state, Input::Timer(Timer::Overdue), end - Duration::minutes(1));
    assert!(early.facts.is_empty());
    assert!(matches!(early.timers[..], [TimerChange::Set(Timer::Overdue, at)] if at == end));
    decided(&mut state, Input::Timer(Timer::Overdue), end);
    assert_eq!(state.available(), 5);
}

#[test]
fn what_was_taken_is_forgotten_in_time() {
    let mut state = stocked(5);
    hears(&mut state, Message::Commit { order: order(1), quantity: 1 });
    let later = noon() + Duration::days(3);
    decided(&mut state, Input::Message(Message::Commit { order: order(2), quantity: 1 }), later);
    assert_eq!(state.taken.len(), 1);
}

fn message() -> impl Strategy<Value = Message> {
    let number = 0..6_u8;
    prop_oneof![
        (number.clone(), 0..5_u32).prop_map(|(number, quantity)| reserve(number, quantity)),
        number.clone().prop_map(|number| Message::Release { order: order(number) }),
        (number.clone(), 1..5_u32)
            .prop_map(|(number, quantity)| Message::Commit { order: order(number), quantity }),
        number.prop_map(|number| Message::Return { order: order(number) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Against the simplest model: what came, minus what went out for good, is what is there.
    #[test]
    fn stock_is_never_oversold(messages in proptest::collection::vec(message(), 0..60)) {
        let mut state = stocked(7);
        let mut out: BTreeMap<Key, u32> = BTreeMap::new();
        for message in messages {
            let answer = hears(&mut state, message.clone());
            match (&message, answer) {
                (Message::Commit { order, quantity }, Some(order::Message::Committed { .. })) => {
                    out.entry(order.clone()).or_insert(*quantity);
                }
                (Message::Return { order }, _) => {
                    out.remove(order);
                }
                _ => {}
            }
            let held: u32 = state.reserved.values().map(|held| held.quantity).sum();
            assert_eq!(state.on_hand + out.values().sum::<u32>(), 7);
            assert!(held <= state.on_hand);
        }
    }
}

#[test]
fn a_code_is_sold_once_however_often_it_is_imported() {
    let mut state = State::default();
    let codes = |codes: &[&str]| Message::AddCodes {
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
    };
    hears(&mut state, codes(&["A", "B", "A"]));
    assert_eq!((state.on_hand, state.codes.len()), (2, 2));
    hears(&mut state, reserve(1, 1));
    hears(&mut state, Message::Commit { order: order(1), quantity: 1 });
    assert_eq!(state.taken[&order(1)].codes, ["A"]);
    // The same file again, and a count that somebody wrote beside it.
    hears(&mut state, codes(&["A", "B", "C"]));
    hears(&mut state, Message::SetOnHand { count: 50 });
    assert_eq!((state.on_hand, state.codes.len()), (2, 2), "B and C");
    hears(&mut state, Message::Return { order: order(1) });
    assert_eq!(state.codes.front().map(String::as_str), Some("A"), "it was never handed out");
    assert_eq!(state.on_hand, 3);
}
