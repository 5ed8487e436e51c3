//! Flows in a conversation: what is shared, what a webhook says, what the shop is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use time::Duration;

use super::{ADA, registered, state};
use crate::flow::Flows;
use crate::intent::{Intent, Keyboard, Method, Outcome, ReplyButton};
use crate::session::Incoming;
use crate::town::{Town, session_of};

const BOOKING: &str = r#"
name = "booking"
command = "/book"
when_done = "booked: {phone}, {place}, {price}"
[[steps]]
id = "phone"
prompt = "phone?"
answer = "phone"
[[steps]]
id = "place"
prompt = "where?"
answer = "location"
[[steps]]
id = "ask"
webhook = "crm"
sets = { price = "number" }
wait = "asking"
failed = "sorry"
goto = "end"
[[steps]]
id = "sorry"
say = "no price today"
"#;

fn booking() -> Town {
    let mut town = registered(Town::stocked(5));
    town.house.flows = Arc::new(Flows::parse(&[("booking.toml", BOOKING)]).expect("a flow"));
    town.says(ADA, "/book");
    let rows = vec![vec![ReplyButton::Contact { contact: "Share my number".to_owned() }]];
    let Method::SendText { keyboard, .. } = &town.sent.last().expect("asked").method else {
        panic!("{:?}", town.sent.last());
    };
    assert_eq!(keyboard, &Keyboard::Reply { rows, one_time: true });
    let phone = "998901234567".to_owned();
    town.does(ADA, Incoming::Contact { message_id: 1, phone, user_id: Some(ADA) });
    let here =
        Incoming::Location { message_id: 1, latitude_e6: 41_300_000, longitude_e6: 69_200_000 };
    town.does(ADA, here);
    assert_eq!(town.last_words(), "asking");
    town
}

fn answered(town: &mut Town, outcome: Outcome) {
    let call = town.webhooks.pop().expect("the webhook is asked");
    assert_eq!(
        call.body["answers"],
        json!({"phone": "+998901234567", "place": "41.300000,69.200000"})
    );
    assert_eq!(call.body["customer"], json!(session_of(ADA)));
    town.report(&session_of(ADA), Intent::Webhook(Box::new(call)), outcome);
}

#[test]
fn a_webhooks_reply_takes_the_dialogue_on() {
    let mut town = booking();
    town.says(ADA, "hello?");
    assert!(town.last_words().contains("One moment"));
    let answers = BTreeMap::from([("price".to_owned(), json!("12.50"))]);
    answered(&mut town, Outcome::Replied { answers });
    assert_eq!(town.last_words(), "booked: +998901234567, 41.300000,69.200000, 12.50");
    assert_eq!(state(&town).run, None);
    assert_eq!(state(&town).finished_runs, 1);
}

#[test]
fn a_webhook_that_cannot_be_reached_is_no_dead_end() {
    let mut town = booking();
    answered(&mut town, Outcome::Stuck { reason: "503".to_owned() });
    assert!(town.last_words().starts_with("no price today"));
    let mut town = booking();
    town.pass(Duration::minutes(3));
    assert!(town.last_words().starts_with("no price today"));
    // The reply that comes after all changes nothing.
    let sent = town.sent.len();
    answered(&mut town, Outcome::Replied { answers: BTreeMap::new() });
    assert_eq!(town.sent.len(), sent);
    let mut town = booking();
    town.says(ADA, "/cancel");
    let sent = town.sent.len();
    answered(&mut town, Outcome::Replied { answers: BTreeMap::new() });
    assert_eq!(town.sent.len(), sent);
}
