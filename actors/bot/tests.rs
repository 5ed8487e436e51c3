//! When a bot's epoch begins. Knows no polling.

use entities::{Key, Kind};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{Bot, Message, State};
use crate::capability::{Answer, Capability, Input, Moment, Refusal};
use crate::house::House;

fn hears(state: &mut State, message: Message, minutes: i64) -> Result<Answer, Refusal> {
    let key = Key::new(Kind::Bot, "shop");
    let start = OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time");
    let now = start + Duration::minutes(minutes);
    let at = Moment { key: &key, now, seed: 1, house: &House::default() };
    let decision = Bot::decide(state, &Input::Message(message), &at)?;
    decision.facts.iter().for_each(|fact| Bot::apply(state, fact));
    Ok(decision.answer)
}

fn open(url: &str) -> Message {
    Message::OpenIntake { api_url: url.to_owned() }
}

fn epoch(answer: Result<Answer, Refusal>) -> serde_json::Value {
    match answer.expect("not refused") {
        Answer::Value(value) => value["epoch"].clone(),
        other => panic!("an epoch: {other:?}"),
    }
}

#[test]
fn an_epoch_begins_with_another_server_only() {
    let mut state = State::default();
    assert_eq!(epoch(hears(&mut state, open("https://a"), 0)), 1);
    assert_eq!(epoch(hears(&mut state, open("https://a"), 1)), 1);
    assert_eq!(epoch(hears(&mut state, open("https://b"), 2)), 2);
    assert_eq!(epoch(hears(&mut state, open("https://a"), 3)), 3);
}

#[test]
fn an_epoch_begins_once_with_a_jump() {
    let mut state = State::default();
    let jump = |new_id| Message::IdsJumped { last_id: 5, new_id };
    assert!(hears(&mut state, jump(900), 0).is_err());
    hears(&mut state, open("https://a"), 0).expect("opens");
    assert_eq!(epoch(hears(&mut state, jump(900), 1)), 2);
    assert_eq!(epoch(hears(&mut state, jump(900), 2)), 2, "told twice");
    assert_eq!(epoch(hears(&mut state, jump(17), 3)), 3);
    assert_eq!(epoch(hears(&mut state, open("https://a"), 4)), 3);
}

#[test]
fn an_update_is_noted_at_most_hourly() {
    let mut state = State::default();
    hears(&mut state, open("https://a"), 0).expect("opens");
    for (minutes, id, noted) in [(0, 1, 1), (59, 2, 1), (60, 3, 3), (61, 4, 3), (-600, 5, 5)] {
        hears(&mut state, Message::Seen { update_id: id }, minutes).expect("noted");
        assert_eq!(state.seen.map(|seen| seen.update_id), Some(noted), "after {minutes} minutes");
    }
    let answer = hears(&mut state, open("https://a"), 0).expect("opens");
    let Answer::Value(value) = answer else { panic!("a value") };
    assert_eq!(value["last_id"], json!(5));
    assert_eq!(hears(&mut state, Message::Poll, 0), Ok(Answer::Done));
}
