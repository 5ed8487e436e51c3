//! Taking one's data away and being erased, as far as the conversation goes.

use entities::{Key, Row};
use time::Duration;

use super::people::customer;
use super::{ADA, state};
use crate::capability::Answer;
use crate::intent::{Method, Report};
use crate::session::{self, State};
use crate::town::{Town, payment_of, session_of};
use crate::{order, payment};

fn erasures(town: &Town) -> Vec<entities::ErasureRow> {
    let row = |row: &Row| match row {
        Row::Erasure(row) => Some(row.clone()),
        _ => None,
    };
    town.rows.iter().filter_map(row).collect()
}

fn asks(town: &mut Town) {
    town.says(ADA, "/privacy");
    town.chooses(ADA, "Erase everything about me");
    assert!(town.last_words().contains("Gone for good"));
    assert_eq!(state(town).about.erase_at_ms, None, "nothing happens before the second word");
    town.chooses(ADA, "Yes, erase everything");
}

fn bought() -> (Town, Key) {
    let mut town = customer();
    town.orders(ADA, &[("mug-1", 1)]);
    town.settle();
    let order = state(&town).cards[0].order.clone();
    (town, order)
}

#[test]
fn an_erasure_can_be_taken_back_until_its_time_has_come() {
    let mut town = customer();
    asks(&mut town);
    assert!(town.last_words().contains("will be erased on November 21, 2026"));
    town.pass(Duration::hours(23));
    town.says(ADA, "/privacy");
    town.chooses(ADA, "Keep my data after all");
    town.pass(Duration::days(9));
    assert!(erasures(&town).is_empty());
    asks(&mut town);
    let keep = crate::town::button(&town.sent, "Keep my data").expect("a button");
    town.pass(Duration::hours(25));
    let [row] = &erasures(&town)[..] else { panic!("one erasure") };
    assert_eq!(row.session.as_deref(), Some(session_of(ADA).as_str()));
    assert!(row.pseudonym.contains(":-"), "{}", row.pseudonym);
    town.presses(ADA, 7, &keep);
    assert!(state(&town).about.erase_at_ms.is_some(), "too late");
}

#[test]
fn after_an_erasure_nothing_is_left_and_whoever_comes_back_is_new() {
    let mut town = customer();
    town.says(ADA, "/start r_friend");
    town.give(&session_of(ADA), session::Message::Erase.into()).expect("is taken");
    let left = state(&town);
    let nothing = State::default();
    assert!(left.who.is_none() && left.cards.is_empty() && left.run == nothing.run);
    assert!(left.about.erased && left.about.phone.is_none() && left.about.consent.is_none());
    assert!(town.last_words().contains("is erased"));
    assert!(town.rows.iter().any(|row| matches!(row, Row::PersonErased { person: ADA, .. })));
    let sent = town.sent.len();
    town.give(&session_of(ADA), session::Message::Erase.into()).expect("again");
    town.pass(Duration::days(40));
    assert_eq!(town.sent.len(), sent, "nobody hears of it twice");
    town.says(ADA, "/start");
    town.chooses(ADA, "✓ English");
    town.chooses(ADA, "I agree");
    assert!(!state(&town).about.erased && state(&town).who.is_some());
}

#[test]
fn everything_is_sent_for_people_and_for_programs() {
    let mut town = customer();
    town.says(ADA, "/privacy");
    town.chooses(ADA, "Send me my data");
    let reports: Vec<Report> = town
        .sent
        .iter()
        .filter_map(|call| match &call.method {
            Method::SendReport { report, .. } => Some(report.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(reports, [Report::PersonPage, Report::PersonJson]);
    town.says(ADA, "/stats");
    assert!(town.last_words().contains("did not understand"), "she is no admin");
}

#[test]
fn an_order_forgets_its_customer_only_when_it_is_over() {
    let (mut town, key) = bought();
    let pseudonym = Key::session(&crate::town::bot(), -5);
    let forget = || order::Message::Forget { customer: pseudonym.clone() };
    let pay = || payment::Message::Forget { customer: pseudonym.clone() };
    assert!(town.give(&payment_of(&key), pay().into()).is_err(), "money is awaited");
    assert!(town.give(&key, forget().into()).is_err(), "goods are held");
    town.pays(&key);
    assert!(town.give(&key, forget().into()).is_err(), "the parcel needs its address");
    let (to, by) = (order::Progress::Shipped, "eve".to_owned());
    let advance = order::Message::Advance { to, tracking: None, by };
    town.give(&key, advance.into()).expect("is sent");
    town.settle();
    assert_eq!(town.give(&payment_of(&key), pay().into()), Ok(Answer::Done));
    assert_eq!(town.give(&key, forget().into()), Ok(Answer::Done));
    town.settle();
    let order = &town.orders.states[&key];
    assert_eq!(order.customer.as_ref(), Some(&pseudonym));
    let stored = serde_json::to_string(order).expect("stored");
    assert!(!stored.contains("St James"), "{stored}");
    let row = town.rows.iter().rev().find_map(|row| match row {
        Row::Order(row) => Some(row.session.clone()),
        _ => None,
    });
    assert_eq!(row.as_deref(), Some(pseudonym.as_str()));
    town.must_hold();
    // News for a pseudonym are for nobody.
    let sent = town.sent.len();
    let news = session::Message::MoneyReturned { order: key, amount: crate::town::eur(5) };
    town.give(&pseudonym, news.into()).expect("is taken");
    assert_eq!(town.sent.len(), sent);
}

#[test]
fn the_shop_can_erase_somebody_at_once() {
    let mut town = customer();
    town.give(&session_of(ADA), session::Message::EraseNow.into()).expect("is taken");
    assert_eq!(erasures(&town).len(), 1);
}
