//! The saga's matrix: each step twice, each step failing, each undo twice; and the books balance after every one.

use entities::Money;

use super::{
    Saga, asking, came, captured, closing, eur, lost, opened, opening, refunded, returning,
};
use crate::capability::Input;
use crate::gateway::{GatewayOp, GatewayReply};
use crate::intent::Outcome;
use crate::payment::{CheckoutReport, Message, Stage, Timer};

/// One step forward or back.
#[derive(Clone, Debug)]
enum Move {
    Begin,
    Opened,
    Captured,
    Fulfilled,
    Refund,
    Returned,
    Window,
    Closed,
    Cancel,
    GiveBack,
    Declined,
}

fn make(saga: &mut Saga, step: &Move) {
    match step {
        Move::Begin => drop(saga.hears(saga.begin())),
        Move::Opened => drop(saga.replied(opening(), opened())),
        Move::Captured => drop(saga.reported(captured(eur(1_200)))),
        Move::Fulfilled => drop(saga.hears(Message::Fulfilled)),
        // Asked for twice, the second is refused or waits: both are answers.
        Move::Refund => drop(saga.refund(1_200)),
        Move::Returned => {
            let reply = Outcome::Gateway(refunded("re_1", 1_200));
            drop(saga.replied(returning(1_200), reply));
        }
        Move::Window => {
            saga.now += time::Duration::minutes(31);
            drop(saga.step(Input::Timer(Timer::Window)));
        }
        Move::Closed => {
            drop(saga.replied(closing(), Outcome::Gateway(GatewayReply::Expired)));
        }
        Move::Cancel => drop(saga.hears(Message::Cancel)),
        Move::GiveBack => drop(saga.hears(Message::GiveBack { reason: "gone".to_owned() })),
        Move::Declined => {
            drop(saga.reported(CheckoutReport::Declined { reason: "no".to_owned() }));
        }
    }
}

fn paths() -> Vec<(Vec<Move>, Stage)> {
    use Move::{
        Begin, Cancel, Captured, Closed, Declined, Fulfilled, GiveBack, Opened, Refund, Returned,
        Window,
    };
    vec![
        (vec![Begin, Opened, Captured, Fulfilled], Stage::Fulfilled),
        (vec![Begin, Opened, Declined, Captured, Fulfilled], Stage::Fulfilled),
        (vec![Begin, Opened, Captured, Fulfilled, Refund, Returned], Stage::Refunded),
        (vec![Begin, Opened, Captured, GiveBack, Returned], Stage::Refunded),
        (vec![Begin, Opened, Window, Closed], Stage::Expired),
        (vec![Begin, Opened, Window, Closed, Captured, Returned], Stage::Refunded),
        (vec![Begin, Opened, Cancel, Closed], Stage::Cancelled),
        (vec![Begin, Cancel, Opened, Closed], Stage::Cancelled),
        (vec![Begin, Opened, Cancel, Captured, Returned], Stage::Refunded),
    ]
}

#[test]
fn each_step_twice_changes_nothing_more() {
    for (path, end) in paths() {
        let mut once = Saga::new();
        path.iter().for_each(|step| make(&mut once, step));
        assert_eq!(once.state.stage, end, "{path:?}");
        let mut twice = Saga::new();
        for step in &path {
            make(&mut twice, step);
            make(&mut twice, step);
        }
        assert_eq!(twice.state.stage, end, "{path:?}");
        let books = |saga: &Saga| {
            ["gateway:sandbox", "customer_funds", "sales", "refunds"].map(|name| saga.balance(name))
        };
        assert_eq!(books(&twice), books(&once), "{path:?}");
        assert_eq!(twice.state.received, once.state.received);
        assert_eq!(twice.state.refunded_minor, once.state.refunded_minor);
    }
}

/// The questions whose answers may be lost, after which path, and what becomes of them when they had been done, when
/// they had not, and when the gateway says no.
#[test]
fn each_step_failing_is_asked_about_before_anything_is_repeated() {
    use Move::{Begin, Captured, Opened, Refund, Window};
    let money = |refunds: &[(&str, i64)]| came(eur(1_200), refunds);
    let cases: Vec<(Vec<Move>, GatewayOp, GatewayReply, &str)> = vec![
        (vec![Begin], opening(), opened_reply(), "awaiting_funds"),
        (vec![Begin], opening(), no(), "declined"),
        (vec![Begin], opening(), money(&[]), "captured"),
        (vec![Begin, Opened, Window], closing(), GatewayReply::Expired, "expired"),
        (vec![Begin, Opened, Window], closing(), GatewayReply::Open, "expired"),
        (vec![Begin, Opened, Window], closing(), money(&[]), "captured"),
        (
            vec![Begin, Opened, Captured, Refund],
            returning(1_200),
            money(&[("re_1", 1_200)]),
            "refunded",
        ),
        (vec![Begin, Opened, Captured, Refund], returning(1_200), money(&[]), "refunding"),
    ];
    for (path, op, truth, end) in cases {
        let mut saga = Saga::new();
        path.iter().for_each(|step| make(&mut saga, step));
        let stage = saga.state.stage.name();
        assert!(saga.replied(op.clone(), lost()).is_empty(), "nothing is repeated: {op:?}");
        assert_eq!(saga.state.stage.name(), "unknown", "{stage}");
        assert!(saga.state.next_try_ms.is_some(), "it is known when it will be asked");
        assert!(saga.replied(op.clone(), lost()).is_empty(), "the same loss told twice");
        saga.step(Input::Timer(Timer::Ask));
        // Not even the answer to the question comes: it is asked again, later.
        saga.replied(asking(), lost());
        assert_eq!(saga.state.note.as_deref(), Some("time-out"), "its words are kept");
        saga.step(Input::Timer(Timer::Ask));
        saga.replied(asking(), Outcome::Gateway(truth.clone()));
        assert_eq!(saga.state.stage.name(), end, "{path:?}: {op:?} was {truth:?}");
        assert_eq!(saga.state.next_try_ms, None);
    }
}

fn opened_reply() -> GatewayReply {
    match opened() {
        Outcome::Gateway(reply) => reply,
        other => panic!("a reply: {other:?}"),
    }
}

fn no() -> GatewayReply {
    GatewayReply::Rejected { reason: "no".to_owned() }
}

#[test]
fn several_partial_refunds_settle_each_by_its_own_id() {
    let mut saga = Saga::captured();
    saga.refund(300).expect("goes");
    saga.replied(returning(300), Outcome::Gateway(refunded("re_1", 300)));
    saga.refund(200).expect("goes");
    saga.replied(returning(200), lost());
    saga.step(Input::Timer(Timer::Ask));
    // The gateway knows the first one only: the second never happened, and is sent again.
    let said = saga.replied(asking(), Outcome::Gateway(came(eur(1_200), &[("re_1", 300)])));
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(saga.state.stage.name(), "refunding");
    saga.replied(returning(200), lost());
    saga.step(Input::Timer(Timer::Ask));
    // It happened, and so did one that a person made there by hand.
    let all = [("re_1", 300), ("re_9", 50), ("re_2", 200)];
    saga.replied(asking(), Outcome::Gateway(came(eur(1_200), &all)));
    assert_eq!(saga.state.stage, Stage::Captured);
    assert_eq!((saga.state.refunded_minor, saga.balance("gateway:sandbox")), (550, 650));
    saga.replied(asking(), Outcome::Gateway(came(eur(1_200), &all)));
    assert_eq!(saga.state.refunded_minor, 550, "told again");
}

#[test]
fn each_undo_twice_returns_once() {
    let undos: [fn(&mut Saga); 3] = [
        |saga| drop(saga.hears(Message::GiveBack { reason: "gone".to_owned() })),
        |saga| drop(saga.refund(1_200)),
        |saga| {
            let (refund, by) = ("by-hand".to_owned(), "eve".to_owned());
            let message = Message::Record { refund, amount: eur(1_200), by };
            drop(saga.decide(Input::Message(message)));
        },
    ];
    for (index, undo) in undos.into_iter().enumerate() {
        let mut saga = Saga::captured();
        undo(&mut saga);
        undo(&mut saga);
        if saga.state.stage.name() == "refunding" {
            for _ in 0..2 {
                let reply = Outcome::Gateway(refunded("re_1", 1_200));
                saga.replied(returning(1_200), reply);
            }
        }
        undo(&mut saga);
        assert_eq!(saga.state.stage, Stage::Refunded, "undo {index}");
        assert_eq!(saga.state.refunded_minor, 1_200, "undo {index}");
        assert_eq!(saga.balance("gateway:sandbox"), 0, "undo {index}");
    }
}

#[test]
fn a_recorded_refund_is_never_more_than_what_is_here() {
    let mut saga = Saga::captured();
    let record = |amount: Money| Message::Record {
        refund: "by-hand".to_owned(),
        amount,
        by: "eve".to_owned(),
    };
    let refusal = super::refusal(saga.decide(Input::Message(record(eur(1_201)))));
    assert_eq!(refusal.code, "refund-too-large");
    saga.hears(record(eur(200)));
    assert!(saga.hears(record(eur(200))).is_empty(), "the same one");
    assert_eq!(saga.state.refunded_minor, 200);
}
