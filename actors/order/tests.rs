//! What an order must do, step by step; whole purchases are in the town. Knows no stock's or payment's rules.

mod ends;

use entities::{BotId, Currency, Key, Kind, Money, Row};
use time::OffsetDateTime;

use super::{Extras, Line, Message, Order, Stage, State};
use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::house::House;
use crate::intent::Intent;
use crate::message::Message as AnyMessage;
use crate::{payment, stock};

fn session_of(user: i64) -> Key {
    Key::session(&BotId::parse("shop").expect("a name"), user)
}

fn line(product: &str, quantity: u32) -> Line {
    let price = Money::new(1_200, Currency::EUR);
    Line {
        product: product.to_owned(),
        title: product.to_owned(),
        quantity,
        price,
        note: None,
        goods: None,
    }
}

fn decide(state: &mut State, input: Input<Order>) -> Result<Decision<Order>, Refusal> {
    let key = Key::new(Kind::Order, "K7Q2M9");
    let now = OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time");
    let at = Moment { key: &key, now, seed: 1, house: &House::default() };
    let decision = Order::decide(state, &input, &at)?;
    decision.facts.iter().for_each(|fact| Order::apply(state, fact));
    Ok(decision)
}

fn refusal(decided: Result<Decision<Order>, Refusal>) -> Refusal {
    decided.err().unwrap_or_else(|| panic!("must be refused"))
}

fn hears(state: &mut State, message: Message) -> Decision<Order> {
    decide(state, Input::Message(message)).expect("not refused")
}

fn placed(lines: Vec<Line>) -> State {
    let mut state = State::default();
    hears(&mut state, Message::Place { customer: session_of(7), lines, extras: Extras::default() });
    state
}

/// Two lines, all reserved, the payment begun.
fn awaiting() -> State {
    let mut state = placed(vec![line("mug", 2), line("tea", 1)]);
    hears(&mut state, reserved("mug"));
    hears(&mut state, reserved("tea"));
    hears(&mut state, Message::PaymentReady { url: "https://pay.example".to_owned() });
    state
}

fn reserved(product: &str) -> Message {
    Message::Reserved { product: product.to_owned() }
}

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// What was told to the stocks and the payment, in short.
fn told(decision: &Decision<Order>) -> Vec<String> {
    let short = |intent: &Intent| match intent {
        Intent::Tell { to, message: AnyMessage::Stock(message) } => {
            let verb = match **message {
                stock::Message::Reserve { quantity, .. } => format!("reserve {quantity}"),
                stock::Message::Release { .. } => "release".to_owned(),
                stock::Message::Commit { quantity, .. } => format!("commit {quantity}"),
                stock::Message::Return { .. } => "return".to_owned(),
                stock::Message::SetOnHand { .. } | stock::Message::AddCodes { .. } => {
                    "count".to_owned()
                }
            };
            Some(format!("{to} {verb}"))
        }
        Intent::Tell { to, message: AnyMessage::Payment(message) } => {
            let verb = match &**message {
                payment::Message::Begin { amount, .. } => format!("begin {amount}"),
                payment::Message::Cancel => "cancel".to_owned(),
                payment::Message::Fulfilled => "fulfilled".to_owned(),
                payment::Message::GiveBack { .. } => "give back".to_owned(),
                other => format!("{other:?}"),
            };
            Some(format!("{to} {verb}"))
        }
        _ => None,
    };
    decision.intents.iter().filter_map(short).collect()
}

#[test]
fn stock_comes_first_then_money_then_goods() {
    let mut state = State::default();
    let lines = vec![line("mug", 2), line("tea", 1)];
    let decision = hears(
        &mut state,
        Message::Place { customer: session_of(7), lines, extras: Extras::default() },
    );
    assert_eq!(told(&decision), ["stock:mug reserve 2", "stock:tea reserve 1"]);
    let rows = decision.rows.iter().filter(|row| matches!(row, Row::OrderLine(_))).count();
    assert_eq!(rows, 2);
    assert_eq!(told(&hears(&mut state, reserved("tea"))), Vec::<String>::new());
    assert!(told(&hears(&mut state, reserved("tea"))).is_empty(), "twice is once");
    let decision = hears(&mut state, reserved("mug"));
    assert_eq!(told(&decision), ["payment:K7Q2M9 begin 36.00 EUR"]);
    let decision = hears(&mut state, Message::Captured { amount: money(3_600) });
    assert_eq!(told(&decision), ["stock:mug commit 2", "stock:tea commit 1"]);
    let committed =
        |product: &str| Message::Committed { product: product.to_owned(), codes: Vec::new() };
    assert!(told(&hears(&mut state, committed("mug"))).is_empty());
    assert!(told(&hears(&mut state, committed("mug"))).is_empty(), "twice is once");
    let decision = hears(&mut state, committed("tea"));
    assert_eq!(told(&decision), ["payment:K7Q2M9 fulfilled"]);
    assert_eq!(state.stage, Stage::Confirmed);
}

#[test]
fn one_missing_line_lets_go_of_all() {
    let mut state = placed(vec![line("mug", 2), line("tea", 1)]);
    hears(&mut state, reserved("mug"));
    let refused = Message::ReservationRefused { product: "tea".to_owned(), available: 0 };
    let decision = hears(&mut state, refused.clone());
    assert_eq!(told(&decision), ["stock:mug release", "stock:tea release"]);
    assert_eq!(state.stage.name(), "refused");
    assert!(hears(&mut state, refused).facts.is_empty());
    assert!(hears(&mut state, reserved("tea")).facts.is_empty(), "too late");
}
