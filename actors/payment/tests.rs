//! What a payment must do, step by step; whole purchases are in the town. Knows no gateway's wire.

mod matrix;
mod refunds;
mod telegram;

use entities::{BotId, Currency, Key, Kind, Money, Row};
use time::{Duration, OffsetDateTime};

use super::{CheckoutReport, Message, Payment, Stage, State, Timer};
use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::gateway::{GatewayCall, GatewayOp, GatewayReply, Refund};
use crate::house::House;
use crate::intent::{Intent, Outcome};
use crate::message::Message as AnyMessage;
use crate::order;

/// When every payment here began.
const CREATED_MS: i64 = 1_795_172_753_000;

fn eur(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::EUR)
}

fn customer() -> Key {
    Key::session(&BotId::parse("shop").expect("a name"), 7)
}

/// One payment with its clock and its books.
struct Saga {
    state: State,
    now: OffsetDateTime,
    books: Vec<(String, i64)>,
    gateway: &'static str,
}

/// What a step said to others.
#[derive(Debug, PartialEq)]
enum Said {
    Order(order::Message),
    Gateway(GatewayOp),
    Other,
}

impl Saga {
    fn new() -> Self {
        let now = OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time");
        Self { state: State::default(), now, books: Vec::new(), gateway: "sandbox" }
    }

    fn begun() -> Self {
        let mut saga = Self::new();
        let said = saga.hears(saga.begin());
        assert!(matches!(said[..], [Said::Gateway(GatewayOp::OpenCheckout { .. })]), "{said:?}");
        saga
    }

    fn open() -> Self {
        let mut saga = Self::begun();
        let url = "https://pay.example/co_1".to_owned();
        let said = saga.replied(opening(), opened());
        assert_eq!(said, [Said::Order(order::Message::PaymentReady { url })]);
        saga
    }

    fn captured() -> Self {
        let mut saga = Self::open();
        let amount = eur(1_200);
        let said = saga.reported(captured(amount));
        assert_eq!(said, [Said::Order(order::Message::Captured { amount })]);
        saga
    }

    fn begin(&self) -> Message {
        Message::Begin {
            order: Key::new(Kind::Order, "K7Q2M9"),
            customer: customer(),
            amount: eur(1_200),
            description: "Kontor · K7Q2M9".to_owned(),
            gateway: self.gateway.to_owned(),
            until: self.now + Duration::minutes(30),
        }
    }

    fn decide(&mut self, input: Input<Payment>) -> Result<Decision<Payment>, Refusal> {
        let key = Key::new(Kind::Payment, "K7Q2M9");
        let at = Moment { key: &key, now: self.now, seed: 1, house: &House::default() };
        let decision = Payment::decide(&self.state, &input, &at)?;
        decision.facts.iter().for_each(|fact| Payment::apply(&mut self.state, fact));
        let mut sums = std::collections::BTreeMap::new();
        for row in &decision.rows {
            if let Row::Ledger(entry) = row {
                *sums.entry(entry.booking).or_insert(0) += entry.amount_minor;
                self.books.push((entry.account.clone(), entry.amount_minor));
            }
        }
        assert!(sums.values().all(|sum| *sum == 0), "each booking balances: {sums:?}");
        let rows = decision.rows.iter().filter(|row| matches!(row, Row::Payment(_))).count();
        assert_eq!(rows, usize::from(!decision.facts.is_empty()), "a row at each change");
        Ok(decision)
    }

    fn step(&mut self, input: Input<Payment>) -> Vec<Said> {
        let decision = self.decide(input).expect("not refused");
        decision.intents.into_iter().map(said).collect()
    }

    fn hears(&mut self, message: Message) -> Vec<Said> {
        self.step(Input::Message(message))
    }

    fn reported(&mut self, report: CheckoutReport) -> Vec<Said> {
        let (event, checkout) = ("evt_1".to_owned(), "co_1".to_owned());
        self.hears(Message::GatewayReported { event, checkout, report })
    }

    fn replied(&mut self, op: GatewayOp, outcome: Outcome) -> Vec<Said> {
        let payment = Key::new(Kind::Payment, "K7Q2M9");
        let (gateway, customer) = (self.gateway.to_owned(), Some(customer()));
        let call = GatewayCall { payment, gateway, customer, op };
        self.step(Input::Result { intent: Intent::Gateway(call), outcome })
    }

    fn balance(&self, account: &str) -> i64 {
        self.books.iter().filter(|(name, _)| name == account).map(|(_, amount)| amount).sum()
    }

    fn refund(&mut self, minor: i64) -> Result<Vec<Said>, Refusal> {
        let (reason, by) = ("broken".to_owned(), "eve".to_owned());
        let message = Message::Refund { amount: eur(minor), reason, by };
        let decision = self.decide(Input::Message(message))?;
        Ok(decision.intents.into_iter().map(said).collect())
    }
}

fn refusal(decided: Result<Decision<Payment>, Refusal>) -> Refusal {
    decided.err().unwrap_or_else(|| panic!("must be refused"))
}

fn said(intent: Intent) -> Said {
    match intent {
        Intent::Tell { message: AnyMessage::Order(message), .. } => Said::Order(*message),
        Intent::Gateway(call) => Said::Gateway(call.op),
        _ => Said::Other,
    }
}

fn opening() -> GatewayOp {
    let description = String::new();
    GatewayOp::OpenCheckout { amount: eur(1_200), description, expires_at_ms: 0 }
}

fn closing() -> GatewayOp {
    GatewayOp::ExpireCheckout { checkout: "co_1".to_owned(), since_ms: CREATED_MS }
}

fn returning(minor: i64) -> GatewayOp {
    let (checkout, reason) = ("co_1".to_owned(), "broken".to_owned());
    GatewayOp::Refund { checkout, charge: None, amount: eur(minor), reason }
}

fn asking() -> GatewayOp {
    GatewayOp::AskCheckout { checkout: Some("co_1".to_owned()), since_ms: CREATED_MS }
}

fn opened() -> Outcome {
    let (checkout, url) = ("co_1".to_owned(), "https://pay.example/co_1".to_owned());
    Outcome::Gateway(GatewayReply::Opened { checkout, url })
}

fn lost() -> Outcome {
    Outcome::Stuck { reason: "time-out".to_owned() }
}

fn captured(amount: Money) -> CheckoutReport {
    CheckoutReport::Captured { amount, charge: None }
}

/// The gateway's answer to a question: so much came, and so much of it went back.
fn came(amount: Money, refunds: &[(&str, i64)]) -> GatewayReply {
    let refund = |(refund, minor): &(&str, i64)| Refund {
        refund: (*refund).to_owned(),
        amount: eur(*minor),
    };
    GatewayReply::Captured { amount, charge: None, refunds: refunds.iter().map(refund).collect() }
}

fn refunded(refund: &str, minor: i64) -> GatewayReply {
    GatewayReply::Refunded { refund: refund.to_owned(), amount: eur(minor) }
}

#[test]
fn the_books_follow_the_money() {
    let mut saga = Saga::captured();
    assert_eq!((saga.balance("gateway:sandbox"), saga.balance("customer_funds")), (1_200, -1_200));
    saga.hears(Message::Fulfilled);
    assert_eq!((saga.balance("customer_funds"), saga.balance("sales")), (0, -1_200));
    assert_eq!(saga.state.stage, Stage::Fulfilled);
    saga.refund(200).expect("may go back");
    saga.replied(returning(200), Outcome::Gateway(refunded("re_1", 200)));
    assert_eq!((saga.balance("refunds"), saga.balance("gateway:sandbox")), (200, 1_000));
    assert_eq!(saga.state.stage, Stage::Fulfilled, "a part went back");
    assert_eq!(saga.state.bookings, 3);
}

#[test]
fn a_repeated_report_counts_once() {
    let mut saga = Saga::captured();
    let before = saga.state.clone();
    assert!(saga.reported(captured(eur(1_200))).is_empty());
    assert!(saga.hears(saga.begin()).is_empty());
    assert_eq!(saga.state, before);
    saga.hears(Message::Fulfilled);
    assert!(saga.hears(Message::Fulfilled).is_empty());
    saga.refund(1_200).expect("may go back");
    saga.replied(returning(1_200), Outcome::Gateway(refunded("re_1", 1_200)));
    let report = CheckoutReport::Refunded { refund: "re_1".to_owned(), amount: eur(1_200) };
    assert!(saga.reported(report).is_empty());
    assert_eq!((saga.state.stage.clone(), saga.state.refunded_minor), (Stage::Refunded, 1_200));
    assert_eq!(saga.balance("gateway:sandbox"), 0);
}

#[test]
fn another_checkouts_report_is_refused() {
    let mut saga = Saga::open();
    let report = captured(eur(1_200));
    let (event, checkout) = ("evt_9".to_owned(), "co_9".to_owned());
    let message = Message::GatewayReported { event, checkout, report };
    let theirs = refusal(saga.decide(Input::Message(message.clone())));
    assert_eq!(theirs.code, "checkout-unknown");
    assert_eq!(saga.state.stage, Stage::AwaitingFunds);
    let nobody = refusal(Saga::new().decide(Input::Message(message)));
    assert_eq!(nobody.code, "checkout-unknown");
}

#[test]
fn a_report_that_overtakes_the_reply_is_not_lost() {
    let mut saga = Saga::begun();
    let amount = eur(1_200);
    let said = saga.reported(captured(amount));
    assert_eq!(said, [Said::Order(order::Message::Captured { amount })]);
    assert!(saga.replied(opening(), opened()).is_empty());
    assert_eq!(saga.state.stage, Stage::Captured);
}

#[test]
fn a_wrong_amount_waits_for_a_person() {
    for amount in [eur(1_199), eur(1_201), Money::new(1_200, Currency::XTR)] {
        let mut saga = Saga::open();
        let said = saga.reported(captured(amount));
        assert!(matches!(said[..], [Said::Order(order::Message::PaymentStuck { .. })]), "{said:?}");
        assert!(matches!(saga.state.stage, Stage::Stuck { .. }));
        assert_eq!(saga.balance("gateway:sandbox"), amount.amount_minor, "it is in the books");
    }
}

#[test]
fn late_money_is_recorded_and_returned() {
    let mut saga = Saga::open();
    saga.now += Duration::minutes(30);
    assert_eq!(saga.step(Input::Timer(Timer::Window)), [Said::Gateway(closing())]);
    let said = saga.replied(closing(), Outcome::Gateway(GatewayReply::Expired));
    assert_eq!(said, [Said::Order(order::Message::PaymentExpired)]);
    let amount = eur(1_200);
    let said = saga.reported(captured(amount));
    assert!(
        matches!(&said[..], [
            Said::Order(order::Message::LateMoney { .. }),
            Said::Gateway(GatewayOp::Refund { amount: back, .. }),
        ] if *back == amount),
        "{said:?}"
    );
    saga.replied(returning(1_200), Outcome::Gateway(refunded("re_1", 1_200)));
    assert_eq!((saga.state.stage.clone(), saga.balance("gateway:sandbox")), (Stage::Refunded, 0));
}

#[test]
fn expiry_waits_for_the_gateways_last_word() {
    let mut saga = Saga::open();
    let early = saga.decide(Input::Timer(Timer::Window)).expect("not refused");
    assert!(early.intents.is_empty() && early.timers.len() == 1, "a clock set back re-arms");
    saga.now += Duration::minutes(31);
    saga.step(Input::Timer(Timer::Window));
    let amount = eur(1_200);
    let said = saga.replied(closing(), Outcome::Gateway(came(amount, &[])));
    assert_eq!(said, [Said::Order(order::Message::Captured { amount })], "in between");
}

#[test]
fn a_cancelled_opening_is_closed_when_it_is_known() {
    let mut saga = Saga::begun();
    assert!(saga.hears(Message::Cancel).is_empty());
    assert_eq!(saga.replied(opening(), opened()), [Said::Gateway(closing())]);
    assert!(saga.replied(closing(), Outcome::Gateway(GatewayReply::Expired)).is_empty());
    assert_eq!(saga.state.stage, Stage::Cancelled);
}
