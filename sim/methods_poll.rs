//! Methods about polls: sendPoll and stopPoll.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::formatting;
use crate::keyboard;
use crate::messages::Sender;
use crate::methods::{Call, message};
use crate::methods_stars::short_text;
use crate::params::int_of;
use crate::people::Fields;
use crate::polls::Poll;
use crate::reply::{Answer, Refused, bad};

/// How long a poll may be open, seconds.
const OPEN_S: std::ops::RangeInclusive<i64> = 5..=2_628_000;

fn options(call: &mut Call<'_>) -> Result<Vec<Value>, Refused> {
    let list = call.params.json("options", "can't parse options JSON object")?;
    let Some(Value::Array(list)) = list else {
        return Err(bad("expected an Array of String as options"));
    };
    if list.is_empty() {
        return Err(bad("poll must have at least 1 option"));
    }
    if list.len() > 12 {
        return Err(bad("poll can't have more than 12 options"));
    }
    let mut options = Vec::new();
    for option in &list {
        let (text, mode, given) = match option {
            Value::String(text) => (text.as_str(), None, None),
            Value::Object(map) => (
                map.get("text").and_then(Value::as_str).unwrap_or(""),
                map.get("text_parse_mode").and_then(Value::as_str),
                map.get("text_entities"),
            ),
            _ => return Err(bad("expected an option to be of type String")),
        };
        let formatted = formatting::format(text, mode, given)?;
        if formatted.text.is_empty() {
            return Err(bad("poll options must be non-empty"));
        }
        if formatted.text.chars().count() > 100 {
            return Err(bad("poll options length must not exceed 100"));
        }
        let id = call.turn.state.random_text(8);
        options.push(json!({"persistent_id": id, "text": formatted.text, "voter_count": 0}));
    }
    Ok(options)
}

/// The right answers of a quiz, by the old parameter or the new one.
fn correct(call: &Call<'_>, options: usize) -> Result<Vec<i64>, Refused> {
    let complaint = "can't parse correct option identifiers JSON object";
    let given: Vec<i64> = match call.params.json("correct_option_ids", complaint)? {
        Some(Value::Array(list)) => list.iter().filter_map(int_of).collect(),
        Some(_) => return Err(bad("expected an Array of correct option identifiers")),
        None => call.params.int("correct_option_id").into_iter().collect(),
    };
    let known = |at: &i64| usize::try_from(*at).is_ok_and(|at| at < options);
    if given.is_empty() || !given.iter().all(known) {
        return Err(bad("wrong correct option ID specified"));
    }
    Ok(given)
}

/// When it closes by itself: after a period or at a date, not both.
fn closing_time(call: &Call<'_>, shown: &mut Value) -> Result<(), Refused> {
    let now_s = call.turn.now_s();
    let given = |name: &str| call.params.int(name).filter(|value| *value != 0);
    let period_s = match (given("open_period"), given("close_date")) {
        (None, None) => return Ok(()),
        (Some(_), Some(_)) => {
            return Err(bad("parameters open_period and close_date can't be used together"));
        }
        (Some(period_s), None) => period_s,
        (None, Some(date)) => date - now_s,
    };
    if !OPEN_S.contains(&period_s) {
        return Err(bad("POLL_CLOSE_PERIOD_INVALID"));
    }
    if given("open_period").is_some() {
        shown["open_period"] = json!(period_s);
    }
    shown["close_date"] = json!(now_s + period_s);
    Ok(())
}

pub(crate) fn send_poll(call: &mut Call<'_>) -> Answer {
    let question = short_text(call, "question", "question_parse_mode", "question_entities")?;
    if question.text.is_empty() {
        return Err(bad("poll question must be non-empty"));
    }
    if question.text.chars().count() > 300 {
        return Err(bad("poll question length must not exceed 300"));
    }
    let options = options(call)?;
    let kind = call.params.text("type").unwrap_or("regular".into()).into_owned();
    if kind != "regular" && kind != "quiz" {
        return Err(bad("unsupported poll type specified"));
    }
    let anonymous = call.params.get("is_anonymous").is_none() || call.params.flag("is_anonymous");
    let id = call.turn.state.random_id();
    let mut shown = json!({
        "id": id, "question": question.text, "options": options, "total_voter_count": 0,
        "is_closed": call.params.flag("is_closed"), "is_anonymous": anonymous, "type": kind,
        "allows_multiple_answers": call.params.flag("allows_multiple_answers"),
        "allows_revoting": kind == "regular", "members_only": false,
    });
    if kind == "quiz" {
        let correct = correct(call, options.len())?;
        shown["correct_option_id"] = json!(correct[0]);
        shown["correct_option_ids"] = json!(correct);
        let why =
            short_text(call, "explanation", "explanation_parse_mode", "explanation_entities")?;
        if !why.text.is_empty() {
            shown["explanation"] = json!(why.text);
        }
    }
    closing_time(call, &mut shown)?;
    let place = call.writable(1)?;
    let mut fields = Fields::new();
    fields.insert("poll".to_owned(), shown.clone());
    let draft = call.draft(place, fields)?;
    let sent = call.turn.post(place, Sender::Bot(call.bot), draft);
    let poll = Poll {
        bot: call.bot,
        place,
        message_id: crate::acting::id_of(&sent),
        shown,
        votes: BTreeMap::new(),
    };
    call.turn.state.polls.insert(id, poll);
    message(sent)
}

pub(crate) fn stop_poll(call: &mut Call<'_>) -> Answer {
    let place = call.chat()?;
    let stored = call.message(place, "message_id", "message with poll to stop")?;
    let (id, own) = (stored.id, stored.sender == call.bot);
    let poll_id = stored.message.get("poll").and_then(|poll| poll["id"].as_str());
    let poll_id = poll_id.ok_or_else(|| bad("message is not a poll"))?.to_owned();
    if !own {
        return Err(bad("poll can't be stopped"));
    }
    let markup = keyboard::read_inline(call.params)?;
    let poll = call.turn.state.polls.get_mut(&poll_id);
    let poll = poll.ok_or_else(|| bad("message with poll to stop not found"))?;
    if poll.shown["is_closed"] == true {
        return Err(bad("poll has already been closed"));
    }
    poll.shown["is_closed"] = json!(true);
    let poll = poll.clone();
    call.turn.show_poll(&poll);
    call.turn.change(place, id, false, |stored| {
        stored.edit().remove("reply_markup");
        if let Some(markup) = markup {
            stored.edit().insert("reply_markup".to_owned(), markup);
        }
    });
    Ok(poll.json())
}
