//! Methods that change and remove messages, and setMessageReaction.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::formatting;
use crate::keyboard;
use crate::methods::{Call, done, message};
use crate::methods_media::input_media;
use crate::people::Fields;
use crate::reply::{Answer, Refused, bad};
use crate::state::Place;

/// Telegram lets bots delete messages of private chats for so long, seconds.
const DELETE_WITHIN_S: i64 = 48 * 3600;
const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply \
    markup are exactly the same as a current content and reply markup of the message";
/// Fields that hold a message's content.
const CONTENT: [&str; 16] = [
    "text",
    "entities",
    "link_preview_options",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "photo",
    "document",
    "video",
    "animation",
    "audio",
    "voice",
    "video_note",
    "sticker",
    "location",
];

/// Which message is edited.
struct Edited {
    place: Place,
    id: i64,
    inline: bool,
}

/// The bot's own message that the call means, by chat and id or by inline id.
fn edited(call: &Call<'_>) -> Result<Edited, Refused> {
    let inline = call.params.get("chat_id").is_none() && call.params.get("message_id").is_none();
    if inline {
        let Some(id) = call.params.text("inline_message_id") else {
            return Err(bad("message identifier is not specified"));
        };
        let found = call.turn.state.inline_messages.get(&*id);
        let (place, id) = *found.ok_or_else(|| bad("MESSAGE_ID_INVALID"))?;
        return Ok(Edited { place, id, inline: true });
    }
    let place = call.chat()?;
    let stored = call.message(place, "message_id", "message to edit")?;
    if stored.sender != call.bot {
        return Err(bad("message can't be edited"));
    }
    Ok(Edited { place, id: stored.id, inline: false })
}

/// Replaces content and markup; equal ones are refused as Telegram does.
fn apply(
    call: &mut Call<'_>,
    edited: &Edited,
    keep: impl Fn(&str) -> bool,
    new: Fields,
    markup: Option<Value>,
) -> Answer {
    let old = call.turn.state.history(edited.place).and_then(|all| all.find(edited.id));
    let old = old.ok_or_else(|| bad("message to edit not found"))?;
    let mut changed = Fields::clone(&old.message);
    for name in CONTENT {
        if !keep(name) {
            changed.remove(name);
        }
    }
    changed.extend(new);
    changed.remove("reply_markup");
    if let Some(markup) = markup.filter(|markup| markup["inline_keyboard"] != json!([])) {
        changed.insert("reply_markup".to_owned(), markup);
    }
    let modified = changed != *old.message;
    let only_markup = {
        let mut before = Fields::clone(&old.message);
        let mut after = changed.clone();
        before.remove("reply_markup");
        after.remove("reply_markup");
        before == after
    };
    if let Place::Private { bot, person } = edited.place
        && !(modified && only_markup)
    {
        // Taking old buttons away answers nobody.
        call.turn.state.private_mut(bot, person).repeats.edited();
    }
    if !modified {
        return Err(bad(NOT_MODIFIED));
    }
    let now_s = call.turn.now_s();
    let shown = call.turn.change(edited.place, edited.id, !only_markup, |stored| {
        stored.message = Arc::new(changed);
        stored.edit().insert("edit_date".to_owned(), json!(now_s));
    });
    if edited.inline {
        return done();
    }
    message(shown.unwrap_or_default())
}

pub(crate) fn edit_text(call: &mut Call<'_>) -> Answer {
    let formatted = formatting::message_text(call.params).map_err(|error| {
        match error.description.as_str() {
            "Bad Request: message is too long" => bad("MESSAGE_TOO_LONG"),
            _ => error,
        }
    })?;
    let markup = keyboard::read_inline(call.params)?;
    let edited = edited(call)?;
    let has_text = call
        .turn
        .state
        .history(edited.place)
        .and_then(|all| all.find(edited.id))
        .is_some_and(|stored| stored.message.contains_key("text"));
    if !has_text {
        return Err(bad("there is no text in the message to edit"));
    }
    let mut fields = Fields::new();
    formatting::put(&mut fields, &formatted, false, &|id| call.user(id));
    let options =
        call.params.json("link_preview_options", "can't parse link preview options JSON object")?;
    if let Some(options) = options {
        fields.insert("link_preview_options".to_owned(), options);
    } else if call.params.flag("disable_web_page_preview") {
        fields.insert("link_preview_options".to_owned(), json!({"is_disabled": true}));
    }
    apply(call, &edited, |_| false, fields, markup)
}

pub(crate) fn edit_caption(call: &mut Call<'_>) -> Answer {
    let caption = formatting::caption(call.params)?;
    let markup = keyboard::read_inline(call.params)?;
    let edited = edited(call)?;
    let media = ["photo", "document", "video", "animation", "audio", "voice"];
    let has_caption = call
        .turn
        .state
        .history(edited.place)
        .and_then(|all| all.find(edited.id))
        .is_some_and(|stored| media.iter().any(|name| stored.message.contains_key(*name)));
    if !has_caption {
        return Err(bad("there is no caption in the message to edit"));
    }
    let mut fields = Fields::new();
    formatting::put(&mut fields, &caption, true, &|id| call.user(id));
    if call.params.flag("show_caption_above_media") {
        fields.insert("show_caption_above_media".to_owned(), json!(true));
    }
    let is_caption = |name: &str| name.contains("caption");
    apply(call, &edited, |name| !is_caption(name), fields, markup)
}

pub(crate) fn edit_media(call: &mut Call<'_>) -> Answer {
    let media = call.params.json("media", "can't parse input media JSON object")?;
    let Some(media) = media else {
        return Err(bad("input media is not specified"));
    };
    let markup = keyboard::read_inline(call.params)?;
    let edited = edited(call)?;
    let (_, fields) = input_media(call, &media)?;
    apply(call, &edited, |_| false, fields, markup)
}

pub(crate) fn edit_markup(call: &mut Call<'_>) -> Answer {
    let markup = keyboard::read_inline(call.params)?;
    let edited = edited(call)?;
    apply(call, &edited, |_| true, Fields::new(), markup)
}

/// Whether the bot may delete this message.
fn deletable(call: &Call<'_>, place: Place, id: i64) -> Result<(), Refused> {
    let stored = call.turn.state.history(place).and_then(|all| all.find(id));
    let stored = stored.ok_or_else(|| bad("message to delete not found"))?;
    let date = stored.message.get("date").and_then(Value::as_i64).unwrap_or_default();
    let too_old = call.turn.now_s() - date > DELETE_WITHIN_S;
    match place {
        Place::Private { .. } if too_old => Err(bad("message can't be deleted for everyone")),
        Place::Private { .. } => Ok(()),
        Place::Shared(chat) => {
            let member =
                call.turn.state.chats.get(&chat).and_then(|chat| chat.members.get(&call.bot));
            let may = member.is_some_and(|member| member.may("can_delete_messages"));
            if may || (stored.sender == call.bot && !too_old) {
                Ok(())
            } else {
                Err(bad("message can't be deleted"))
            }
        }
    }
}

pub(crate) fn delete_message(call: &mut Call<'_>) -> Answer {
    if call.params.text("chat_id").is_none() {
        return Err(bad("chat identifier is not specified"));
    }
    let place = call.chat()?;
    let id = call.message(place, "message_id", "message to delete")?.id;
    deletable(call, place, id)?;
    call.turn.remove(place, id);
    done()
}

pub(crate) fn delete_messages(call: &mut Call<'_>) -> Answer {
    let place = call.chat()?;
    let ids = call.message_ids()?;
    // Those that are not there are skipped; one that may not be deleted fails the call.
    let present: Vec<i64> = ids
        .into_iter()
        .filter(|id| call.turn.state.history(place).is_some_and(|all| all.find(*id).is_some()))
        .collect();
    for id in &present {
        deletable(call, place, *id)?;
    }
    for id in present {
        call.turn.remove(place, id);
    }
    done()
}

pub(crate) fn set_reaction(call: &mut Call<'_>) -> Answer {
    let place = call.chat()?;
    let id = call.message(place, "message_id", "message to react")?.id;
    let reaction = call.params.json("reaction", "can't parse reaction types JSON object")?;
    let reaction = match reaction {
        None => json!([]),
        Some(Value::Array(list)) => Value::Array(list),
        Some(_) => return Err(bad("expected an Array of ReactionType")),
    };
    for one in reaction.as_array().into_iter().flatten() {
        if !matches!(one["type"].as_str(), Some("emoji" | "custom_emoji" | "paid")) {
            return Err(bad("can't parse ReactionType: invalid reaction type specified"));
        }
        let emoji = one["emoji"].as_str().unwrap_or("");
        if one["type"] == "emoji" && (emoji.is_empty() || emoji.is_ascii()) {
            return Err(bad("REACTION_INVALID"));
        }
    }
    if reaction.as_array().is_some_and(|list| list.len() > 1) {
        return Err(bad("REACTIONS_TOO_MANY"));
    }
    let bot = call.bot.to_string();
    if let Some(stored) = call.turn.state.history_mut(place).and_then(|all| all.find_mut(id)) {
        stored.reactions.insert(bot, reaction.clone());
    }
    let emoji = reaction[0]["emoji"].as_str().unwrap_or("").to_owned();
    call.turn.tell(
        place,
        || json!({"type": "reaction", "message_id": id, "emoji": emoji, "by_bot": true}),
    );
    done()
}
