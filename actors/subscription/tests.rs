//! A subscription's life: offered, paid, renewed, stopped, returned, over. Knows no wire.

use entities::{BotId, Currency, Key, Money, Row};
use time::{Duration, OffsetDateTime};

use super::{Message, Stage, State, Subscription, Terms, Timer, View, fresh_key};
use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::clock::to_ms;
use crate::gateway::{GatewayCall, GatewayOp, GatewayReply};
use crate::house::House;
use crate::intent::{Intent, Method, Outcome};
use crate::message::Message as AnyMessage;
use crate::{session, stars};

const URL: &str = "https://t.me/$abc";

struct Club {
    state: State,
    now: OffsetDateTime,
    books: Vec<(String, i64)>,
}

#[derive(Debug, PartialEq)]
enum Said {
    Customer(Stage),
    Returned,
    Telegram(GatewayOp),
    Stars(stars::Message),
}

fn customer() -> Key {
    Key::session(&BotId::parse("shop").expect("a name"), 7)
}

fn xtr(stars: i64) -> Money {
    Money::new(stars, Currency::XTR)
}

fn own_key() -> Key {
    fresh_key(1)
}

impl Club {
    fn new() -> Self {
        let now = OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time");
        Self { state: State::default(), now, books: Vec::new() }
    }

    /// Offered and paid.
    fn active() -> Self {
        let mut club = Self::new();
        let said = club.hears(offer(250));
        assert!(matches!(&said[..], [Said::Telegram(GatewayOp::OpenSubscription { .. })]));
        let opened = GatewayReply::Opened { checkout: own_key().to_string(), url: URL.to_owned() };
        assert_eq!(club.answered(opening(), opened), [Said::Customer(Stage::Offered)]);
        assert!(club.asked_before(250));
        let until_ms = Some(to_ms(club.now + Duration::days(30)));
        assert_eq!(club.hears(paid("c1", until_ms)), [Said::Customer(Stage::Active)]);
        club
    }

    fn decide(&mut self, input: Input<Subscription>) -> Result<Decision<Subscription>, Refusal> {
        let key = own_key();
        let at = Moment { key: &key, now: self.now, seed: 1, house: &House::default() };
        let decision = Subscription::decide(&self.state, &input, &at)?;
        for fact in &decision.facts {
            Subscription::apply(&mut self.state, fact);
        }
        for row in &decision.rows {
            if let Row::Ledger(entry) = row {
                self.books.push((entry.account.clone(), entry.amount_minor));
            }
        }
        assert_eq!(self.books.iter().map(|(_, amount)| amount).sum::<i64>(), 0, "it balances");
        Ok(decision)
    }

    fn step(&mut self, input: Input<Subscription>) -> Vec<Said> {
        let decision = self.decide(input).expect("not refused");
        decision.intents.into_iter().map(said).collect()
    }

    fn hears(&mut self, message: Message) -> Vec<Said> {
        self.step(Input::Message(message))
    }

    fn answered(&mut self, op: GatewayOp, reply: GatewayReply) -> Vec<Said> {
        let (gateway, customer) = ("stars".to_owned(), Some(customer()));
        let call = GatewayCall { payment: own_key(), gateway, customer, op };
        let (intent, outcome) = (Intent::Gateway(call), Outcome::Gateway(reply));
        self.step(Input::Result { intent, outcome })
    }

    /// Whether Telegram may take so much.
    fn asked_before(&mut self, stars: i64) -> bool {
        let ask = Message::PreCheckout {
            query: "q".to_owned(),
            customer: customer(),
            amount: xtr(stars),
            language_code: None,
        };
        let decision = self.decide(Input::Message(ask)).expect("not refused");
        match &decision.intents[..] {
            [Intent::Telegram(call)] => match &call.method {
                Method::AnswerPreCheckout { error, .. } => error.is_none(),
                other => panic!("an answer: {other:?}"),
            },
            other => panic!("one answer: {other:?}"),
        }
    }

    fn balance(&self, account: &str) -> i64 {
        self.books.iter().filter(|(name, _)| name == account).map(|(_, amount)| amount).sum()
    }
}

fn said(intent: Intent) -> Said {
    match intent {
        Intent::Gateway(call) => Said::Telegram(call.op),
        Intent::Tell { message: AnyMessage::Stars(message), .. } => Said::Stars(*message),
        Intent::Tell { message: AnyMessage::Session(message), .. } => match *message {
            session::Message::SubscriptionChanged { view: View { stage, .. } } => {
                Said::Customer(stage)
            }
            session::Message::MoneyReturned { .. } => Said::Returned,
            other => panic!("news: {other:?}"),
        },
        other => panic!("not of a subscription: {other:?}"),
    }
}

fn offer(stars: i64) -> Message {
    let (title, description) = ("Tea club".to_owned(), "A tea a month.".to_owned());
    let terms = Terms {
        customer: customer(),
        plan: "club".to_owned(),
        title,
        description,
        amount: xtr(stars),
    };
    Message::Offer { terms }
}

fn opening() -> GatewayOp {
    let (title, description) = (String::new(), String::new());
    GatewayOp::OpenSubscription { amount: xtr(250), title, description }
}

fn editing(canceled: bool) -> GatewayOp {
    GatewayOp::EditSubscription { charge: "c1".to_owned(), canceled }
}

fn paid(charge: &str, until_ms: Option<i64>) -> Message {
    Message::Paid { charge: charge.to_owned(), amount: xtr(250), until_ms }
}

#[test]
fn a_payment_counts_once_and_each_renewal_is_one_more() {
    let mut club = Club::active();
    let until_ms = club.state.until_ms;
    assert!(club.hears(paid("c1", Some(until_ms))).is_empty());
    club.now += Duration::days(30);
    let renewed = paid("c2", Some(until_ms + 1));
    assert_eq!(club.hears(renewed), [Said::Customer(Stage::Active)]);
    assert_eq!(club.balance("gateway:stars:shop"), 500);
    assert_eq!(club.balance("sales"), -500);
    assert_eq!((club.state.charges.len(), club.state.until_ms), (2, until_ms + 1));
}

#[test]
fn telegram_may_not_take_money_for_what_is_on_or_was_priced_otherwise() {
    let mut club = Club::active();
    assert!(!club.asked_before(250), "it is on");
    let mut fresh = Club::new();
    assert!(!fresh.asked_before(250), "never offered");
    fresh.hears(offer(250));
    assert!(!fresh.asked_before(249), "another price");
    assert!(fresh.asked_before(250));
}

#[test]
fn it_is_stopped_and_resumed_by_the_customer_and_at_telegram() {
    let mut club = Club::active();
    let stop = || Message::Cancel { by: "customer".to_owned() };
    assert_eq!(club.hears(stop()), [Said::Telegram(editing(true))]);
    let done = club.answered(editing(true), GatewayReply::Edited);
    assert_eq!(done, [Said::Customer(Stage::Canceled)]);
    assert!(club.answered(editing(true), GatewayReply::Edited).is_empty(), "told twice");
    let changed = |state: &str| Message::Changed { state: state.to_owned() };
    assert!(club.hears(changed("canceled")).is_empty(), "known");
    assert_eq!(club.hears(changed("active")), [Said::Customer(Stage::Active)]);
    assert_eq!(club.hears(changed("failed")), [Said::Customer(Stage::PastDue)]);
    assert_eq!(club.hears(changed("canceled")), [Said::Customer(Stage::Canceled)]);
    assert_eq!(
        club.hears(Message::Resume { by: "eve".to_owned() }),
        [Said::Telegram(editing(false))]
    );
}

#[test]
fn it_ends_when_its_time_is_over_and_can_be_had_again() {
    let mut club = Club::active();
    club.now += Duration::days(31);
    assert!(club.step(Input::Timer(Timer::End)).is_empty(), "Telegram tries again for a while");
    club.now += Duration::days(2);
    assert_eq!(club.step(Input::Timer(Timer::End)), [Said::Customer(Stage::Ended)]);
    assert!(club.step(Input::Timer(Timer::End)).is_empty());
    let again = club.hears(offer(300));
    assert!(matches!(&again[..], [Said::Telegram(GatewayOp::OpenSubscription { amount, .. })]
        if *amount == xtr(300)));
    assert!(club.asked_before(300));
}

#[test]
fn a_refund_is_whole_and_ends_it() {
    let mut club = Club::active();
    let refund = Message::Refund { reason: "asked".to_owned(), by: "eve".to_owned() };
    let said = club.hears(refund.clone());
    let [Said::Telegram(edit), Said::Telegram(back)] = &said[..] else { panic!("{said:?}") };
    assert_eq!(*edit, editing(true));
    let reply = GatewayReply::Refunded { refund: "c1".to_owned(), amount: xtr(250) };
    let said = club.answered(back.clone(), reply);
    assert_eq!(said, [Said::Returned, Said::Customer(Stage::Ended)]);
    let told = Message::Returned { charge: "c1".to_owned(), amount: xtr(250) };
    assert!(club.hears(told).is_empty(), "the update says the same");
    assert_eq!((club.balance("gateway:stars:shop"), club.balance("refunds")), (0, 250));
    let refusal = club.decide(Input::Message(refund)).err().expect("nothing is left");
    assert_eq!(refusal.code, "refund-too-large");
}

#[test]
fn telegrams_list_heals_what_no_update_told() {
    let mut club = Club::active();
    let by = Key::new(entities::Kind::Stars, "shop");
    let seen = |charge: &str, back| Message::Reconcile {
        by: by.clone(),
        charge: charge.to_owned(),
        amount: xtr(250),
        back,
    };
    assert!(club.hears(seen("c1", false)).is_empty(), "known");
    let said = club.hears(seen("c2", false));
    assert!(matches!(
        &said[..],
        [Said::Customer(Stage::Active), Said::Stars(stars::Message::Missed { back: false, .. }),]
    ));
    let said = club.hears(seen("c2", true));
    assert!(matches!(said.last(), Some(Said::Stars(stars::Message::Missed { back: true, .. }))));
    assert!(club.hears(seen("c2", true)).is_empty(), "known now");
    assert_eq!(club.balance("gateway:stars:shop"), 250);
    let said = Club::new().hears(seen("c9", false));
    assert!(matches!(&said[..], [Said::Stars(stars::Message::Unclaimed { .. })]));
}

#[test]
fn an_erased_customers_subscription_ends_and_names_nobody() {
    let mut club = Club::active();
    let nobody = Key::session(&BotId::parse("shop").expect("a name"), -1);
    let forget = || Message::Forget { customer: nobody.clone() };
    assert_eq!(club.hears(forget()), [Said::Telegram(editing(true))]);
    assert_eq!(club.state.stage, Stage::Ended);
    assert_eq!(club.state.terms.as_ref().map(|terms| &terms.customer), Some(&nobody));
    assert!(club.hears(forget()).is_empty(), "once");
    assert_eq!(club.balance("gateway:stars:shop"), 250, "the book stays");
    let refusal = club.decide(Input::Message(offer(250))).expect("answered").answer;
    assert!(matches!(refusal, crate::Answer::Refused(_)), "it is nobody's to have again");
}
