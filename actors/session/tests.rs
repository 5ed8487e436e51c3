//! How a conversation must go, whatever the customer does. Knows no order's or payment's rules.

mod buying;
mod flows;
mod kept;
pub(super) mod people;
mod privacy;
mod rough;

use std::sync::Arc;

use entities::{Currency, Row};
use time::Duration;

use super::place::order_number;
use super::product::number;
use super::registration::checked_name;
use super::{Incoming, Message, Profile, Session, State};
use crate::capability::{Capability, Decision, Input, Moment};
use crate::catalogue::Catalogue;
use crate::fact::FactKind;
use crate::flow::Flows;
use crate::intent::{Intent, Lane, Method, TelegramCall};
use crate::order;
use crate::town::{Town, house, session_of};

pub(super) const ADA: i64 = 7;

/// Three questions, of which one has buttons, with a reminder.
const DIALOGUE: &str = r#"
name = "dialogue"
on = "start"
when_done = "done {one} {two}"

[time_out]
after = "10m"
remind = "still there?"
times = 1
abandon = "until another time"

[[steps]]
id = "one"
prompt = "question 1"
accept = '(?s)^.{1,60}$'
reply = "got {one}"

[[steps]]
id = "two"
prompt = "question 2"
choices = [{ value = "a", label = "Ay" }, { value = "b", label = "Bee" }]

[[steps]]
id = "three"
prompt = "question 3"
"#;

pub(super) fn talking() -> Town {
    let mut town = Town::stocked(5);
    town.house.flows = Arc::new(Flows::parse(&[("dialogue.toml", DIALOGUE)]).expect("a flow"));
    town
}

fn registered(mut town: Town) -> Town {
    town.says(ADA, "/menu");
    town.chooses(ADA, "✓ English");
    town.says(ADA, "Ada");
    town
}

pub(super) fn state(town: &Town) -> State {
    town.sessions.states.get(&session_of(ADA)).cloned().unwrap_or_default()
}

fn text(text: &str) -> Input<Session> {
    let what = Incoming::Text { message_id: 1, text: text.to_owned() };
    Input::Message(Message::Customer { from: Profile::default(), what })
}

fn decided(town: &Town, input: &Input<Session>) -> Decision<Session> {
    let key = session_of(ADA);
    let at = Moment { key: &key, now: town.now, seed: 99, house: &town.house };
    Session::decide(&state(town), input, &at).expect("a customer is never refused")
}

#[test]
fn a_step_of_a_flow_is_one_send_and_nothing_else() {
    let mut town = talking();
    town.says(ADA, "/start");
    let decision = decided(&town, &text("first"));
    let [Intent::Telegram(TelegramCall { chat, method, lane, report, .. })] = &decision.intents[..]
    else {
        panic!("one send: {:?}", decision.intents);
    };
    assert!(matches!(method, Method::SendText { html, .. } if html.starts_with("got first")));
    assert_eq!((*chat, *lane, *report), (ADA, Lane::Answer, false));
    assert!(decision.rows.is_empty());
    assert!(decision.facts.iter().all(|fact| !fact.is_kept()));
    let stored = serde_json::to_string(&state(&town)).expect("stored");
    assert!(stored.len() < 400, "{} bytes: {stored}", stored.len());
}

#[test]
fn a_newcomers_start_runs_the_flow_and_a_customers_shows_the_menu() {
    let mut town = talking();
    town.says(ADA, "/start ad-7");
    assert_eq!(town.last_words(), "question 1");
    assert_eq!(state(&town).who.expect("met").came_by.as_deref(), Some("ad-7"));
    town.says(ADA, "/start again");
    assert_eq!(town.last_words(), "question 1", "begun anew");
    assert_eq!(state(&town).who.expect("met").came_by.as_deref(), Some("ad-7"), "the first");
    let mut town = registered(talking());
    town.says(ADA, "/start");
    assert!(town.last_words().contains("What would you like to do?"));
}

#[test]
fn a_finished_flow_leaves_its_answers() {
    let mut town = talking();
    town.says(ADA, "/start");
    town.says(ADA, "first");
    town.chooses(ADA, "Bee");
    town.says(ADA, "third");
    assert_eq!(town.last_words(), "done first b");
    let answers = town.rows.iter().find_map(|row| match row {
        Row::Answer(row) => Some((row.flow.clone(), row.answers.clone())),
        _ => None,
    });
    let (flow, answers) = answers.expect("a row");
    assert_eq!(flow, "dialogue");
    assert_eq!(answers, r#"{"one":"first","three":"third","two":"b"}"#);
    assert_eq!(state(&town).run, None);
}

#[test]
fn a_flows_old_button_is_answered_and_changes_nothing() {
    let mut town = talking();
    town.says(ADA, "/start");
    town.says(ADA, "first");
    let data = crate::town::button(&town.sent, "Bee").expect("a button");
    town.presses(ADA, 5, &data);
    let before = state(&town);
    for _ in 0..2 {
        town.presses(ADA, 5, &data);
    }
    assert_eq!(state(&town), before);
    town.says(ADA, "third");
    town.presses(ADA, 5, &data);
    assert_eq!(state(&town).run, None);
}

#[test]
fn who_says_nothing_is_reminded_and_then_left_alone() {
    let mut town = talking();
    town.says(ADA, "/start");
    town.pass(Duration::minutes(11));
    assert!(town.last_words().contains("still there?"));
    town.pass(Duration::minutes(11));
    assert_eq!(town.last_words(), "until another time");
    assert_eq!(state(&town).run, None);
    let sent = town.sent.len();
    town.pass(Duration::days(9));
    assert_eq!(town.sent.len(), sent);
}

#[test]
fn a_run_whose_flow_is_gone_is_no_dead_end() {
    let mut town = talking();
    town.says(ADA, "/start");
    town.house = house();
    town.says(ADA, "first");
    assert_eq!(state(&town).run, None);
    assert!(town.last_words().contains("did not understand"));
}

#[test]
fn a_burst_that_nobody_understands_gets_one_hint() {
    let mut town = registered(Town::stocked(5));
    town.says(ADA, "one");
    assert!(town.last_words().contains("did not understand"));
    let sent = town.sent.len();
    for burst in ["two", "three", "/nonsense"] {
        town.now += Duration::milliseconds(900);
        let decision = decided(&town, &text(burst));
        assert!(decision.intents.is_empty() && decision.facts.is_empty());
        town.says(ADA, burst);
    }
    assert_eq!(town.sent.len(), sent);
    town.now += Duration::milliseconds(300);
    town.says(ADA, "five");
    assert_eq!(town.sent.len(), sent + 1, "it no longer stands");
}

#[test]
fn a_hint_silences_nothing_that_is_understood() {
    for command in ["/menu", "/cancel", "/start", "/help", "/shop", "/orders"] {
        let mut town = registered(Town::stocked(5));
        town.says(ADA, "one");
        let sent = town.sent.len();
        town.says(ADA, command);
        assert!(town.sent.len() > sent, "{command}");
        assert_eq!(state(&town).hinted_at_ms, 0, "something else was said since");
        town.says(ADA, "two");
        assert!(town.last_words().contains("did not understand"), "{command}");
    }
}

#[test]
fn names_are_what_people_can_read() {
    for (said, kept) in [
        ("Ada", Ok("Ada")),
        ("  Ada \n Lovelace ", Ok("Ada Lovelace")),
        ("علي", Ok("علي")),
        ("👩‍🚀", Ok("👩‍🚀")),
        ("<b>Ada</b>", Ok("<b>Ada</b>")),
        ("\u{202e}Ada", Ok("Ada")),
        ("", Err("name-invisible")),
        ("\u{200b}\u{3164} \u{2800}", Err("name-invisible")),
        ("\u{301}\u{301}", Err("name-invisible")),
    ] {
        assert_eq!(checked_name(said), kept.map(str::to_owned), "{said:?}");
    }
    assert!(checked_name(&"a".repeat(64)).is_ok());
    assert_eq!(checked_name(&"a".repeat(65)), Err("name-too-long"));
    assert_eq!(checked_name(&"😀".repeat(4_000)), Err("name-too-long"));
    assert_eq!(checked_name(&format!("A{}", "\u{301}".repeat(300))), Err("name-too-long"));
}

#[test]
fn numbers_are_read_in_every_languages_digits() {
    for (said, read) in [
        ("3", Some(3)),
        (" 12 ", Some(12)),
        ("٣", Some(3)),
        ("۱۲", Some(12)),
        ("99999999999999999999", Some(u32::MAX)),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("two", None),
    ] {
        assert_eq!(number(said), read, "{said}");
    }
    assert_eq!(order_number(0), "000000");
    assert_eq!(order_number(u64::MAX), "ZZZZZZ");
}

#[test]
fn the_language_can_be_changed_at_any_time() {
    let mut town = registered(Town::stocked(5));
    for (name, greeting) in [
        ("Русский", "Чем можем помочь?"),
        ("Español", "¿Qué quieres hacer?"),
        ("Oʻzbekcha", "Nima qilamiz?"),
        ("العربية", "ماذا تودّ أن تفعل؟"),
    ] {
        town.says(ADA, "/language");
        town.chooses(ADA, name);
        assert!(town.last_words().contains(greeting), "{}", town.last_words());
    }
    assert_eq!(&*state(&town).who.expect("met").language, "ar");
}

#[test]
fn what_is_gone_or_changed_is_said_before_it_costs_money() {
    let mut town = registered(Town::stocked(5));
    town.checks_out(ADA, &[("mug-1", 2)]);
    let place = crate::town::button(&town.sent, "Place order").expect("a button");
    // The price changes between the summary and the press.
    let mut products = house().catalogue.products.clone();
    products[1].prices = [(Currency::EUR, 9_900)].into();
    town.house.catalogue = Arc::new(Catalogue::new(Vec::new(), products.clone()));
    town.presses(ADA, 7, &place);
    assert!(town.last_words().contains("198.00"), "{}", town.last_words());
    assert!(town.orders.states.is_empty() && town.post.is_empty());
    // And then it is gone.
    let place = crate::town::button(&town.sent, "Place order").expect("a button");
    products.remove(1);
    town.house.catalogue = Arc::new(Catalogue::new(Vec::new(), products));
    town.presses(ADA, 7, &place);
    assert!(town.last_words().contains("Your cart is empty"), "{}", town.last_words());
    town.says(ADA, "3");
    assert!(town.post.is_empty(), "nothing is ordered by a stray number");
}

#[test]
fn a_notice_is_shown_as_it_was_written() {
    let mut town = Town::new();
    let text = "<script> & \"x\" ".repeat(500);
    town.give(&session_of(9), Message::Notice { text }.into()).expect("taken");
    assert!(town.last_words().starts_with("&lt;script&gt; &amp; &quot;x&quot;"));
}

#[test]
fn an_older_view_of_an_order_is_not_shown() {
    let mut town = registered(Town::stocked(5));
    town.orders(ADA, &[("mug-1", 2)]);
    town.settle();
    let card = state(&town).cards[0].clone();
    let view = order::View { revision: 1, stage: order::Stage::Expired, ..card.view.clone() };
    let message = Message::OrderChanged { order: card.order.clone(), view };
    let sent = town.sent.len();
    town.give(&session_of(ADA), message.into()).expect("taken");
    assert_eq!(state(&town).cards[0], card);
    assert_eq!(town.sent.len(), sent);
}

#[test]
fn orders_are_listed_page_by_page_and_opened() {
    let mut town = registered(Town::stocked(50));
    for _ in 0..10 {
        town.orders(ADA, &[("mug-1", 1)]);
        town.settle();
    }
    town.says(ADA, "/orders");
    assert!(town.last_words().contains("10 · page 1 of 2"), "{}", town.last_words());
    town.chooses(ADA, "Next");
    let oldest = state(&town).cards[9].order.clone();
    town.chooses(ADA, oldest.id());
    assert!(town.last_words().contains(&format!("<b>{}</b>", oldest.id())));
    town.chooses(ADA, "Cancel order");
    town.settle();
    assert!(town.last_words().contains("cancelled"), "{}", town.last_words());
}
