//! Money that goes back, and what Telegram asks before it takes any.

use entities::{BotId, Key};
use time::Duration;

use super::{Saga, Said, asking, came, captured, customer, eur, lost, refunded, returning};
use crate::capability::Input;
use crate::gateway::GatewayOp;
use crate::intent::{Intent, Method, Outcome};
use crate::order;
use crate::payment::{CheckoutReport, Message, Stage, Timer};

#[test]
fn an_unknown_refund_is_asked_for_before_it_is_repeated() {
    let mut saga = Saga::captured();
    saga.refund(1_200).expect("may go back");
    for round in 1..=3_u8 {
        assert!(saga.replied(returning(1_200), lost()).is_empty());
        assert!(matches!(saga.state.stage, Stage::Unknown { .. }), "round {round}");
        assert_eq!(saga.step(Input::Timer(Timer::Ask)), [Said::Gateway(asking())]);
        let amount = eur(1_200);
        let said = saga.replied(asking(), Outcome::Gateway(came(amount, &[])));
        match round {
            3 => assert!(matches!(saga.state.stage, Stage::Stuck { .. }), "{said:?}"),
            _ => assert!(matches!(said[..], [Said::Gateway(GatewayOp::Refund { .. })])),
        }
    }
    // The person asks: it had happened.
    saga.hears(Message::Ask { by: "eve".to_owned() });
    saga.replied(asking(), Outcome::Gateway(refunded("re_1", 1_200)));
    assert_eq!(saga.state.stage, Stage::Refunded);
}

#[test]
fn refunds_go_one_after_another_and_never_beyond_what_came() {
    let mut saga = Saga::captured();
    assert_eq!(saga.refund(1_201).expect_err("too much").code, "refund-too-large");
    assert_eq!(saga.refund(0).expect_err("nothing").code, "refund-too-large");
    saga.refund(300).expect("goes");
    assert!(saga.refund(1_200).expect("waits").is_empty());
    assert_eq!(saga.refund(1).expect_err("one waits").code, "refund-under-way");
    let said = saga.replied(returning(300), Outcome::Gateway(refunded("re_1", 300)));
    assert!(
        matches!(&said[..], [
            Said::Order(order::Message::Refunded { whole: false, .. }),
            Said::Gateway(GatewayOp::Refund { amount, .. }),
        ] if *amount == eur(900)),
        "the rest follows: {said:?}"
    );
    saga.replied(returning(900), Outcome::Gateway(refunded("re_2", 900)));
    assert_eq!(saga.state.stage, Stage::Refunded);
}

#[test]
fn a_refund_that_is_told_before_its_money_is_understood() {
    let mut saga = Saga::open();
    let report = CheckoutReport::Refunded { refund: "re_1".to_owned(), amount: eur(1_200) };
    assert!(saga.reported(report).is_empty());
    let said = saga.reported(captured(eur(1_200)));
    let amount = eur(1_200);
    assert_eq!(said, [Said::Order(order::Message::Refunded { amount, whole: true })]);
    assert_eq!((saga.state.stage.clone(), saga.balance("gateway:sandbox")), (Stage::Refunded, 0));
}

#[test]
fn telegram_may_take_the_money_only_while_it_is_awaited() {
    let ask = |amount, customer| Message::PreCheckout {
        query: "pq".to_owned(),
        customer,
        amount,
        language_code: None,
    };
    let verdict = |saga: &mut Saga, message| {
        let decision = saga.decide(Input::Message(message)).expect("not refused");
        match &decision.intents[..] {
            [Intent::Telegram(call)] => match &call.method {
                Method::AnswerPreCheckout { error, .. } => error.is_none(),
                other => panic!("an answer: {other:?}"),
            },
            other => panic!("one answer: {other:?}"),
        }
    };
    let mut saga = Saga::open();
    assert!(verdict(&mut saga, ask(eur(1_200), customer())));
    assert!(!verdict(&mut saga, ask(eur(1_201), customer())));
    let stranger = Key::session(&BotId::parse("shop").expect("a name"), 8);
    assert!(!verdict(&mut saga, ask(eur(1_200), stranger)));
    saga.now += Duration::minutes(30);
    assert!(!verdict(&mut saga, ask(eur(1_200), customer())));
}

#[test]
fn what_is_free_needs_no_gateway() {
    let mut saga = Saga::new();
    let Message::Begin { order, customer, description, gateway, until, .. } = saga.begin() else {
        panic!("a beginning");
    };
    let amount = eur(0);
    let said = saga.hears(Message::Begin { order, customer, amount, description, gateway, until });
    assert_eq!(said, [Said::Order(order::Message::Captured { amount })]);
    saga.hears(Message::Fulfilled);
    assert_eq!(saga.state.stage, Stage::Fulfilled);
}
