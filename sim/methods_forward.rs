//! Methods that repeat messages elsewhere: forwardMessage(s) and copyMessage(s).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::formatting;
use crate::history::Stored;
use crate::methods::{Call, message};
use crate::people::Fields;
use crate::reply::{Answer, Refused, bad};
use crate::state::Place;

/// Fields that belong to the first sending and not to the content.
const ENVELOPE: [&str; 16] = [
    "message_id",
    "message_thread_id",
    "is_topic_message",
    "from",
    "sender_chat",
    "chat",
    "date",
    "edit_date",
    "reply_to_message",
    "reply_markup",
    "via_bot",
    "media_group_id",
    "has_protected_content",
    "forward_origin",
    "effect_id",
    "author_signature",
];

/// Contents that cannot be repeated.
const SERVICE: [&str; 6] = [
    "new_chat_members",
    "left_chat_member",
    "pinned_message",
    "successful_payment",
    "refunded_payment",
    "forum_topic_created",
];

fn content(stored: &Stored) -> Fields {
    let mut fields = Fields::clone(&stored.message);
    for name in ENVELOPE {
        fields.remove(name);
    }
    fields
}

fn source(call: &Call<'_>, what: &str, id: i64) -> Result<Stored, Refused> {
    let place = call.chat_of("from_chat_id")?;
    let stored = call.turn.state.history(place).and_then(|all| all.find(id));
    stored.cloned().ok_or_else(|| bad(format!("{what} not found")))
}

fn one_id(call: &Call<'_>) -> Result<i64, Refused> {
    let id = call.params.int("message_id").filter(|id| *id > 0);
    id.ok_or_else(|| bad("message identifier is not specified"))
}

fn forward(call: &mut Call<'_>, place: Place, stored: &Stored) -> Result<Arc<Fields>, Refused> {
    if stored.message.contains_key("has_protected_content") {
        return Err(bad("the message can't be forwarded"));
    }
    if SERVICE.iter().any(|name| stored.message.contains_key(*name)) {
        return Err(bad("message can't be forwarded"));
    }
    let mut fields = content(stored);
    let origin = match (stored.message.get("forward_origin"), stored.message.get("sender_chat")) {
        (Some(origin), _) => origin.clone(),
        (None, Some(chat)) => json!({"type": "channel", "chat": chat,
            "message_id": stored.id, "date": stored.message["date"]}),
        (None, None) => json!({"type": "user", "sender_user": stored.message["from"],
            "date": stored.message["date"]}),
    };
    fields.insert("forward_origin".to_owned(), origin.clone());
    // Fields of older versions, which many bots still read.
    fields.insert("forward_date".to_owned(), origin["date"].clone());
    if origin["type"] == "channel" {
        fields.insert("forward_from_chat".to_owned(), origin["chat"].clone());
        fields.insert("forward_from_message_id".to_owned(), origin["message_id"].clone());
    } else {
        fields.insert("forward_from".to_owned(), origin["sender_user"].clone());
    }
    call.send(place, fields)
}

pub(crate) fn forward_message(call: &mut Call<'_>) -> Answer {
    let id = one_id(call)?;
    let place = call.writable(1)?;
    let stored = source(call, "message to forward", id)?;
    message(forward(call, place, &stored)?)
}

pub(crate) fn forward_messages(call: &mut Call<'_>) -> Answer {
    many(call, forward)
}

fn copy(call: &mut Call<'_>, place: Place, stored: &Stored) -> Result<Arc<Fields>, Refused> {
    if SERVICE.iter().any(|name| stored.message.contains_key(*name)) {
        return Err(bad("message can't be copied"));
    }
    let mut fields = content(stored);
    for name in ["forward_date", "forward_from", "forward_from_chat", "forward_from_message_id"] {
        fields.remove(name);
    }
    if call.params.get("caption").is_some() && !stored.message.contains_key("text") {
        let caption = formatting::caption(call.params)?;
        fields.remove("caption");
        fields.remove("caption_entities");
        formatting::put(&mut fields, &caption, true, &|id| call.user(id));
    }
    call.send(place, fields)
}

pub(crate) fn copy_message(call: &mut Call<'_>) -> Answer {
    let id = one_id(call)?;
    let place = call.writable(1)?;
    let stored = source(call, "message to copy", id)?;
    let sent = copy(call, place, &stored)?;
    Ok(json!({"message_id": sent["message_id"]}))
}

pub(crate) fn copy_messages(call: &mut Call<'_>) -> Answer {
    many(call, copy)
}

fn many(
    call: &mut Call<'_>,
    repeat: impl Fn(&mut Call<'_>, Place, &Stored) -> Result<Arc<Fields>, Refused>,
) -> Answer {
    let ids = call.message_ids()?;
    let place = call.writable(ids.len())?;
    let mut sent = Vec::new();
    for id in ids {
        // Messages that are not there are skipped.
        if let Ok(stored) = source(call, "message to forward", id) {
            let fields = repeat(call, place, &stored)?;
            sent.push(json!({"message_id": fields["message_id"]}));
        }
    }
    if sent.is_empty() {
        return Err(bad("there are no messages to forward"));
    }
    Ok(Value::Array(sent))
}
