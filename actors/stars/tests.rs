//! Telegram's list of Stars, read page by page, with everything that can disagree. Knows no wire.

use entities::{BotId, Currency, Key, Kind, Money, Row};
use time::{Duration, OffsetDateTime};

use super::{Message, Stars, State, Timer};
use crate::capability::{Capability, Input, Moment};
use crate::gateway::{GatewayCall, GatewayOp, GatewayReply, StarMove, StarsPage};
use crate::house::{House, Rules};
use crate::intent::{Intent, Outcome};
use crate::message::Message as AnyMessage;
use crate::{payment, session};

struct Watcher {
    state: State,
    now: OffsetDateTime,
    books: Vec<(String, i64)>,
    rows: Vec<Row>,
}

/// What a step said to others.
#[derive(Debug, PartialEq)]
enum Said {
    Read(u64),
    Payment(Key, payment::Message),
    Owner(String),
}

fn key() -> Key {
    Key::new(Kind::Stars, "shop")
}

impl Watcher {
    /// Watches, and asked for the first page.
    fn new() -> Self {
        let now = OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time");
        let mut watcher =
            Self { state: State::default(), now, books: Vec::new(), rows: Vec::new() };
        assert_eq!(watcher.step(Input::Message(Message::Watch)), [Said::Read(0)]);
        assert!(watcher.step(Input::Message(Message::Watch)).is_empty(), "watched already");
        watcher
    }

    fn step(&mut self, input: Input<Stars>) -> Vec<Said> {
        let owner = Some((BotId::parse("shop").expect("a name"), 9));
        let house = House { rules: Rules { owner, ..Rules::default() }.into(), ..House::default() };
        let key = key();
        let at = Moment { key: &key, now: self.now, seed: 1, house: &house };
        let decision = Stars::decide(&self.state, &input, &at).expect("not refused");
        for fact in &decision.facts {
            Stars::apply(&mut self.state, fact);
        }
        for row in &decision.rows {
            if let Row::Ledger(entry) = row {
                self.books.push((entry.account.clone(), entry.amount_minor));
            }
        }
        let sum: i64 = self.books.iter().map(|(_, amount)| amount).sum();
        assert_eq!(sum, 0, "the book balances after each step");
        self.rows.extend(decision.rows);
        decision.intents.into_iter().map(said).collect()
    }

    fn page(&mut self, from: u64, moves: &[StarMove], balance: i64) -> Vec<Said> {
        let more = moves.len() == 100;
        let page = StarsPage { from, moves: moves.to_vec(), more, balance: Some(balance) };
        self.told(GatewayReply::Stars(page))
    }

    fn told(&mut self, reply: GatewayReply) -> Vec<Said> {
        let op = GatewayOp::ReadStars { from: self.state.taken };
        let call = GatewayCall { payment: key(), gateway: "stars".to_owned(), customer: None, op };
        self.step(Input::Result { intent: Intent::Gateway(call), outcome: Outcome::Gateway(reply) })
    }

    /// The next look, a day later.
    fn next_day(&mut self) {
        self.now += Duration::DAY;
        let said = self.step(Input::Timer(Timer::Daily));
        assert_eq!(said, [Said::Read(self.state.taken)]);
    }

    fn moved(&self, id: &str, stars: i64, payload: Option<&str>) -> StarMove {
        StarMove {
            id: id.to_owned(),
            stars,
            nanos: 0,
            at_ms: crate::clock::to_ms(self.now - Duration::hours(1)),
            partner: "user".to_owned(),
            payload: payload.map(str::to_owned),
        }
    }

    fn balance(&self, account: &str) -> i64 {
        self.books.iter().filter(|(name, _)| name == account).map(|(_, amount)| amount).sum()
    }

    fn differences(&self) -> Vec<String> {
        let what = |row: &Row| match row {
            Row::StarDifference(row) => Some(row.what.clone()),
            _ => None,
        };
        self.rows.iter().filter_map(what).collect()
    }
}

fn said(intent: Intent) -> Said {
    match intent {
        Intent::Gateway(GatewayCall { op: GatewayOp::ReadStars { from }, .. }) => Said::Read(from),
        Intent::Tell { to, message: AnyMessage::Payment(message) } => Said::Payment(to, *message),
        Intent::Tell { message: AnyMessage::Session(message), .. } => match *message {
            session::Message::Notice { text } => Said::Owner(text),
            other => panic!("a notice: {other:?}"),
        },
        other => panic!("not of Stars: {other:?}"),
    }
}

fn asks(payment: &str, charge: &str, stars: i64) -> Said {
    let to = Key::parse(payment).expect("a key");
    let (by, charge, amount) = (key(), charge.to_owned(), Money::new(stars.abs(), Currency::XTR));
    Said::Payment(to, payment::Message::Reconcile { by, charge, amount, back: stars < 0 })
}

#[test]
fn what_moved_before_is_the_opening_balance() {
    let mut watcher = Watcher::new();
    let moves = [watcher.moved("a", 500, Some("another program's")), watcher.moved("b", -20, None)];
    assert!(watcher.page(0, &moves, 480).is_empty());
    assert_eq!(watcher.balance("gateway:stars:shop"), 480);
    assert_eq!(watcher.balance("opening_balance"), -480);
    assert_eq!((watcher.state.taken, watcher.state.balance), (2, Some(480)));
    assert!(watcher.differences().is_empty());
}

#[test]
fn each_payment_is_asked_and_the_rest_is_booked() {
    let mut watcher = Watcher::new();
    watcher.page(0, &[], 0);
    watcher.next_day();
    let withdrawal = StarMove { partner: "fragment".to_owned(), ..watcher.moved("w", -60, None) };
    let moves = [
        watcher.moved("c1", 100, Some("payment:AAAAAA")),
        watcher.moved("c1", -100, Some("payment:AAAAAA")),
        watcher.moved("c2", 90, Some("payment:BBBBBB")),
        withdrawal,
    ];
    let said = watcher.page(0, &moves, 30);
    let expected = [
        asks("payment:AAAAAA", "c1", 100),
        asks("payment:AAAAAA", "c1", -100),
        asks("payment:BBBBBB", "c2", 90),
    ];
    assert_eq!(said, expected);
    assert_eq!((watcher.balance("withdrawals"), watcher.state.stars), (60, 30));
    assert!(watcher.differences().is_empty(), "the balance agrees");
}

#[test]
fn pages_are_read_to_the_end_and_what_just_moved_waits_for_tomorrow() {
    let mut watcher = Watcher::new();
    watcher.page(0, &[], 0);
    watcher.next_day();
    let page: Vec<StarMove> =
        (0..100).map(|n| watcher.moved(&n.to_string(), 1, Some("payment:AAAAAA"))).collect();
    assert_eq!(watcher.page(0, &page, 101).last(), Some(&Said::Read(100)));
    let fresh = StarMove {
        at_ms: crate::clock::to_ms(watcher.now),
        ..watcher.moved("fresh", 1, Some("payment:BBBBBB"))
    };
    assert!(watcher.page(100, std::slice::from_ref(&fresh), 101).is_empty());
    assert_eq!((watcher.state.taken, watcher.state.gap), (100, 0), "counted in the balance");
    assert!(watcher.page(100, &[fresh], 101).is_empty(), "an answer told again");
    watcher.next_day();
}

#[test]
fn a_difference_is_named_and_told_once() {
    let mut watcher = Watcher::new();
    watcher.page(0, &[], 0);
    watcher.next_day();
    let gift = StarMove { partner: "other".to_owned(), ..watcher.moved("g", 7, None) };
    let said = watcher.page(0, &[gift], 10);
    assert!(matches!(&said[..], [Said::Owner(_), Said::Owner(_)]), "{said:?}");
    assert_eq!(watcher.differences(), ["unexplained", "balance"]);
    assert_eq!(watcher.state.gap, 3);
    watcher.next_day();
    assert!(watcher.page(1, &[], 10).is_empty(), "the same gap is no news");
    let amount = Money::new(40, Currency::XTR);
    let (payload, charge) = ("payment:ZZZZZZ".to_owned(), "c9".to_owned());
    let unclaimed = Message::Unclaimed { payload, charge, amount, back: false };
    assert!(matches!(&watcher.step(Input::Message(unclaimed))[..], [Said::Owner(_)]));
    assert_eq!(watcher.balance("unclaimed"), -40);
    let payment = Key::parse("payment:AAAAAA").expect("a key");
    let missed = Message::Missed { payment, charge: "c8".to_owned(), amount, back: true };
    let said = watcher.step(Input::Message(missed));
    assert!(matches!(&said[..], [Said::Owner(text)] if text.contains("c8")), "{said:?}");
    assert_eq!(watcher.balance("gateway:stars:shop"), 47, "what payments book is theirs");
}

#[test]
fn a_look_that_fails_is_made_again() {
    let mut watcher = Watcher::new();
    let reason = "Bad Request".to_owned();
    assert!(watcher.told(GatewayReply::Rejected { reason }).is_empty());
    assert_eq!(watcher.state.failed.as_deref(), Some("Bad Request"));
    let check = || Input::Message(Message::Check { by: "eve".to_owned() });
    assert_eq!(watcher.step(check()), [Said::Read(0)]);
    assert!(watcher.step(check()).is_empty(), "under way");
    watcher.page(0, &[], 0);
    assert_eq!(watcher.state.failed, None);
}
