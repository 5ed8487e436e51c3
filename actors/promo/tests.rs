//! What a promo code must do. Knows no orders' rules.

use entities::{BotId, Currency, Key, Kind, Money, Row};
use time::{Duration, OffsetDateTime};

use super::{Message, Promo, State, Terms, Timer, discount};
use crate::capability::{Capability, Decision, Input, Moment};
use crate::house::House;
use crate::intent::Intent;
use crate::message::Message as AnyMessage;
use crate::{order, session};

fn noon() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time")
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn order(number: u8) -> Key {
    Key::new(Kind::Order, format_args!("ORDER{number}"))
}

fn customer(user: i64) -> Key {
    Key::session(&BotId::parse("shop").expect("a name"), user)
}

fn decided(state: &mut State, input: Input<Promo>, now: OffsetDateTime) -> Decision<Promo> {
    let key = Key::new(Kind::Promo, "SPRING");
    let at = Moment { key: &key, now, seed: 1, house: &House::default() };
    let decision = Promo::decide(state, &input, &at).expect("not refused");
    decision.facts.iter().for_each(|fact| Promo::apply(state, fact));
    decision
}

fn hears(state: &mut State, message: Message) -> Decision<Promo> {
    decided(state, Input::Message(message), noon())
}

fn take(number: u8, user: i64, amount: i64) -> Message {
    Message::Take {
        order: order(number),
        customer: customer(user),
        subtotal: eur(1_000),
        amount: eur(amount),
        until: noon() + Duration::minutes(30),
    }
}

fn is_held(decision: &Decision<Promo>) -> bool {
    match decision.intents.as_slice() {
        [Intent::Tell { message: AnyMessage::Order(message), .. }] => match **message {
            order::Message::PromoHeld { .. } => true,
            order::Message::PromoRefused { .. } => false,
            ref other => panic!("{other:?}"),
        },
        other => panic!("one answer to one order: {other:?}"),
    }
}

fn ten_percent(uses: Option<u32>, once_each: bool) -> State {
    let mut state = State::default();
    let terms = Terms { percent: 10, uses, once_each, ..Terms::default() };
    hears(&mut state, Message::Set { terms });
    state
}

#[test]
fn a_code_is_given_out_as_often_as_it_says() {
    let mut state = ten_percent(Some(2), false);
    assert!(is_held(&hears(&mut state, take(1, 1, 100))));
    assert!(is_held(&hears(&mut state, take(1, 1, 100))), "the same order again");
    assert!(is_held(&hears(&mut state, take(2, 2, 100))));
    assert!(!is_held(&hears(&mut state, take(3, 3, 100))), "both are held");
    hears(&mut state, Message::Commit { order: order(1) });
    hears(&mut state, Message::Commit { order: order(1) });
    assert_eq!((state.used, state.held.len()), (1, 1), "twice is once");
    hears(&mut state, Message::Release { order: order(2) });
    assert!(is_held(&hears(&mut state, take(3, 3, 100))), "one was given back");
}

#[test]
fn what_the_customer_was_told_must_still_be_so() {
    let mut state = ten_percent(None, false);
    assert!(!is_held(&hears(&mut state, take(1, 1, 200))));
    let terms = Terms { percent: 20, ..Terms::default() };
    hears(&mut state, Message::Set { terms });
    assert!(is_held(&hears(&mut state, take(1, 1, 200))));
}

#[test]
fn a_code_for_once_each_is_for_once_each() {
    let mut state = ten_percent(None, true);
    assert!(is_held(&hears(&mut state, take(1, 1, 100))));
    assert!(!is_held(&hears(&mut state, take(2, 1, 100))), "while it is held");
    hears(&mut state, Message::Commit { order: order(1) });
    assert!(!is_held(&hears(&mut state, take(2, 1, 100))), "and after");
    assert!(is_held(&hears(&mut state, take(3, 2, 100))));
    hears(&mut state, Message::Release { order: order(1) });
    assert!(
        is_held(&hears(&mut state, take(2, 1, 100))),
        "the money went back, and so did the code"
    );
}

#[test]
fn a_hold_ends_by_itself() {
    let mut state = ten_percent(Some(1), false);
    hears(&mut state, take(1, 1, 100));
    let end = noon() + Duration::minutes(40);
    let decision = decided(&mut state, Input::Timer(Timer::Overdue), end);
    assert!(matches!(&decision.rows[..], [Row::Promo(row)] if row.held == 0));
    assert_eq!(state.left(), 1);
}

#[test]
fn a_customer_hears_what_it_gives_or_why_not() {
    let quote = |state: &mut State, now| {
        let message = Message::Quote { session: customer(1) };
        let decision = decided(state, Input::Message(message), now);
        match decision.intents.into_iter().next() {
            Some(Intent::Tell { message: AnyMessage::Session(message), .. }) => match *message {
                session::Message::PromoQuoted { terms, .. } => Ok(terms.percent),
                session::Message::PromoUnknown { reason, .. } => Err(reason),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    let unknown = quote(&mut State::default(), noon());
    assert_eq!(unknown, Err("promo-unknown".to_owned()));
    assert_eq!(quote(&mut ten_percent(None, false), noon()), Ok(10));
    assert_eq!(quote(&mut ten_percent(Some(0), false), noon()), Err("promo-used-up".to_owned()));
    let mut state = State::default();
    let until_ms = Some(crate::clock::to_ms(noon()));
    hears(&mut state, Message::Set { terms: Terms { percent: 5, until_ms, ..Terms::default() } });
    assert_eq!(quote(&mut state, noon()), Err("promo-over".to_owned()));
}

#[test]
fn a_discount_is_never_more_than_the_goods_cost() {
    let amount = |minor| Terms { amounts: [(Currency::EUR, minor)].into(), ..Terms::default() };
    let percent = |percent| Terms { percent, ..Terms::default() };
    for (terms, subtotal, expected) in [
        (percent(10), eur(1_005), Some(eur(101))),
        (percent(100), eur(999), Some(eur(999))),
        (amount(500), eur(300), Some(eur(300))),
        (amount(500), Money::new(300, Currency::XTR), None),
        (percent(1), eur(0), None),
    ] {
        assert_eq!(discount(&terms, subtotal), expected, "{terms:?}");
    }
    let least = Terms { minimum: [(Currency::EUR, 2_000)].into(), ..percent(10) };
    assert_eq!(discount(&least, eur(1_999)), None);
    assert_eq!(discount(&least, eur(2_000)), Some(eur(200)));
    assert_eq!(discount(&least, Money::new(9_999, Currency::XTR)), None);
}
