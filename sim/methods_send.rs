//! Methods that send texts and small things: sendMessage, sendLocation, sendContact, sendDice,
//! sendChatAction.

use rand::RngExt;
use serde_json::{Value, json};

use crate::formatting;
use crate::methods::{Call, done, message};
use crate::people::Fields;
use crate::reply::{Answer, Refused, bad};
use crate::state::Place;

/// How long "typing…" is shown after the call.
const TYPING_MS: i64 = 5_000;

pub(crate) fn send_message(call: &mut Call<'_>) -> Answer {
    let formatted = formatting::message_text(call.params)?;
    let place = call.writable(1)?;
    let mut fields = Fields::new();
    formatting::put(&mut fields, &formatted, false, &|id| call.user(id));
    let options =
        call.params.json("link_preview_options", "can't parse link preview options JSON object")?;
    match options {
        Some(Value::Object(options)) => {
            fields.insert("link_preview_options".to_owned(), Value::Object(options));
        }
        Some(_) => return Err(bad("object expected as link preview options")),
        None if call.params.flag("disable_web_page_preview") => {
            fields.insert("link_preview_options".to_owned(), json!({"is_disabled": true}));
        }
        None => {}
    }
    message(call.send(place, fields)?)
}

fn location(call: &Call<'_>) -> Result<Value, Refused> {
    let read = |name: &str| match call.params.text(name) {
        None => Err(bad(format!("{name} is empty"))),
        Some(_) => call.params.number(name).ok_or_else(|| bad(format!("invalid {name} specified"))),
    };
    let (latitude, longitude) = (read("latitude")?, read("longitude")?);
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return Err(bad("wrong location specified"));
    }
    let mut location = json!({"latitude": latitude, "longitude": longitude});
    for name in ["live_period", "heading", "proximity_alert_radius"] {
        if let Some(value) = call.params.int(name).filter(|value| *value > 0) {
            location[name] = json!(value);
        }
    }
    if let Some(accuracy) = call.params.number("horizontal_accuracy") {
        location["horizontal_accuracy"] = json!(accuracy);
    }
    Ok(location)
}

pub(crate) fn send_location(call: &mut Call<'_>) -> Answer {
    let location = location(call)?;
    let place = call.writable(1)?;
    let mut fields = Fields::new();
    fields.insert("location".to_owned(), location);
    message(call.send(place, fields)?)
}

pub(crate) fn send_venue(call: &mut Call<'_>) -> Answer {
    let location = location(call)?;
    let place = call.writable(1)?;
    let mut venue = json!({
        "location": location, "title": call.required("title")?, "address": call.required("address")?,
    });
    for name in ["foursquare_id", "foursquare_type", "google_place_id", "google_place_type"] {
        if let Some(value) = call.params.text(name) {
            venue[name] = json!(value);
        }
    }
    let mut fields = Fields::new();
    fields.insert("location".to_owned(), location);
    fields.insert("venue".to_owned(), venue);
    message(call.send(place, fields)?)
}

pub(crate) fn send_contact(call: &mut Call<'_>) -> Answer {
    let Some(phone) = call.params.text("phone_number") else {
        return Err(bad("phone number is empty"));
    };
    let Some(name) = call.params.text("first_name") else {
        return Err(bad("first name is empty"));
    };
    let mut contact = json!({"phone_number": phone, "first_name": name});
    for name in ["last_name", "vcard"] {
        if let Some(value) = call.params.text(name) {
            contact[name] = json!(value);
        }
    }
    let place = call.writable(1)?;
    let mut fields = Fields::new();
    fields.insert("contact".to_owned(), contact);
    message(call.send(place, fields)?)
}

pub(crate) fn send_dice(call: &mut Call<'_>) -> Answer {
    let emoji = call.params.text("emoji").map_or("🎲".to_owned(), |emoji| emoji.into_owned());
    let sides = match emoji.as_str() {
        "🎲" | "🎯" | "🎳" => 6,
        "🏀" | "⚽" | "⚽️" => 5,
        "🎰" => 64,
        _ => return Err(bad("EMOTICON_INVALID")),
    };
    let place = call.writable(1)?;
    let value = call.turn.state.rng.random_range(1..=sides);
    let mut fields = Fields::new();
    fields.insert("dice".to_owned(), json!({"emoji": emoji, "value": value}));
    message(call.send(place, fields)?)
}

const ACTIONS: [&str; 13] = [
    "cancel",
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
    "record_audio",
];

pub(crate) fn send_chat_action(call: &mut Call<'_>) -> Answer {
    let action = call.params.text("action").unwrap_or_default().into_owned();
    if !ACTIONS.contains(&action.as_str()) && action != "upload_audio" {
        return Err(bad("wrong parameter action in request"));
    }
    let place = call.chat()?;
    let now_ms = call.turn.now_ms;
    if let Place::Private { bot, person } = place {
        let private = call.turn.state.private_mut(bot, person);
        if private.blocked {
            return Err(crate::reply::forbidden("bot was blocked by the user"));
        }
        private.typing_until_ms = if action == "cancel" { 0 } else { now_ms + TYPING_MS };
    }
    call.turn.tell(place, || json!({"type": "typing", "action": action}));
    done()
}
