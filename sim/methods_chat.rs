//! Methods about chats: what they are, who is in them, titles, permissions, pins, profile photos.

use serde_json::{Value, json};

use crate::chats::{ChatKind, Member, PERMISSIONS, Standing};
use crate::messages::{Draft, Sender};
use crate::methods::{Call, done};
use crate::reply::{Answer, Refused, bad};
use crate::state::Place;

pub(crate) fn get_chat(call: &mut Call<'_>) -> Answer {
    let place = call.chat()?;
    let mut full = call.turn.state.chat_json(place);
    full["accent_color_id"] = json!(3);
    full["max_reaction_count"] = json!(11);
    full["accepted_gift_types"] = json!({
        "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true,
        "premium_subscription": true, "gifts_from_channels": true,
    });
    match place {
        Place::Private { bot, person } => {
            if let Some(name) = full["username"].as_str().map(str::to_owned) {
                full["active_usernames"] = json!([name]);
            }
            let private = call.turn.state.private_mut(bot, person);
            let pinned = private.pinned.last().copied();
            let pinned = pinned.and_then(|id| private.history.find(id));
            if let Some(pinned) = pinned {
                full["pinned_message"] = pinned.value();
            }
        }
        Place::Shared(id) => {
            let Some(chat) = call.turn.state.chats.get(&id) else {
                return Err(bad("chat not found"));
            };
            if let Some(text) = &chat.description {
                full["description"] = json!(text);
            }
            if chat.kind != ChatKind::Channel {
                full["permissions"] = Value::Object(chat.permissions.clone());
            }
            if chat.by_request {
                full["join_by_request"] = json!(true);
            }
            if let Some(name) = &chat.username {
                full["active_usernames"] = json!([name]);
            }
            let primary = chat.links.iter().find(|link| {
                link.link.get("is_primary") == Some(&json!(true))
                    && link.link.get("is_revoked") == Some(&json!(false))
            });
            if let Some(link) = primary {
                full["invite_link"] = json!(link.url);
            }
            let pinned = chat.pinned.last().and_then(|id| chat.history.find(*id));
            if let Some(pinned) = pinned {
                full["pinned_message"] = pinned.value();
            }
        }
    }
    Ok(full)
}

fn member_json(call: &Call<'_>, member: &Member, id: i64) -> Value {
    member.json(call.user(id).unwrap_or_default())
}

pub(crate) fn get_member(call: &mut Call<'_>) -> Answer {
    let place = call.chat()?;
    let id = call.params.int("user_id").filter(|id| *id > 0);
    let id = id.ok_or_else(|| bad("invalid user_id specified"))?;
    match place {
        Place::Private { person, .. } if id == person || id == call.bot => {
            let member = Member::new(Standing::Member, id == call.bot);
            Ok(member_json(call, &member, id))
        }
        Place::Private { .. } => Err(bad("member not found")),
        Place::Shared(chat) => {
            if call.user(id).is_none() {
                return Err(bad("PARTICIPANT_ID_INVALID"));
            }
            let chat = call.turn.state.chats.get(&chat).ok_or_else(|| bad("chat not found"))?;
            let absent = Member::new(Standing::Left, false);
            let member = chat.members.get(&id).unwrap_or(&absent);
            Ok(member_json(call, member, id))
        }
    }
}

fn shared(call: &Call<'_>, private_error: &str) -> Result<i64, Refused> {
    match call.chat()? {
        Place::Shared(id) => Ok(id),
        Place::Private { .. } => Err(bad(private_error)),
    }
}

pub(crate) fn get_administrators(call: &mut Call<'_>) -> Answer {
    let id = shared(call, "there are no administrators in the private chat")?;
    let chat = call.turn.state.chats.get(&id).ok_or_else(|| bad("chat not found"))?;
    let admins = chat
        .present()
        .filter(|(id, member)| member.is_admin() && (!member.is_bot || **id == call.bot));
    Ok(admins.map(|(id, member)| member_json(call, member, *id)).collect())
}

pub(crate) fn get_count(call: &mut Call<'_>) -> Answer {
    match call.chat()? {
        Place::Private { .. } => Ok(json!(2)),
        Place::Shared(id) => {
            let now_s = call.turn.now_s();
            let chat = call.turn.state.chats.get(&id);
            Ok(json!(chat.map_or(0, |chat| chat.subscribers(now_s))))
        }
    }
}

pub(crate) fn profile_photos(call: &mut Call<'_>) -> Answer {
    call.user_id()?;
    Ok(json!({"total_count": 0, "photos": []}))
}

pub(crate) fn set_title(call: &mut Call<'_>) -> Answer {
    let title = call.required("title")?;
    let id = call.administered("can_change_info")?;
    if let Some(chat) = call.turn.state.chats.get_mut(&id) {
        if chat.title == title {
            return Err(bad("chat title is not modified"));
        }
        chat.title.clone_from(&title);
    }
    let draft = Draft::of("new_chat_title", json!(title));
    call.turn.post(Place::Shared(id), Sender::Bot(call.bot), draft);
    done()
}

pub(crate) fn set_description(call: &mut Call<'_>) -> Answer {
    let text = call.params.text("description").map(|text| text.into_owned());
    let id = call.administered("can_change_info")?;
    if let Some(chat) = call.turn.state.chats.get_mut(&id) {
        if chat.description == text {
            return Err(bad("chat description is not modified"));
        }
        chat.description = text;
    }
    done()
}

pub(crate) fn set_permissions(call: &mut Call<'_>) -> Answer {
    let given = call.params.json("permissions", "can't parse permissions JSON object")?;
    let given = given.filter(Value::is_object);
    let given = given.ok_or_else(|| bad("object expected as permissions"))?;
    let id = call.administered("can_restrict_members")?;
    if let Some(chat) = call.turn.state.chats.get_mut(&id) {
        for name in PERMISSIONS {
            let granted = given[name] == true;
            chat.permissions.insert(name.to_owned(), json!(granted));
        }
    }
    done()
}

/// The chat of a pin, if the bot may pin there.
fn pinnable(call: &Call<'_>) -> Result<Place, Refused> {
    let place = call.chat()?;
    if let Place::Shared(id) = place {
        let chat = call.turn.state.chats.get(&id).ok_or_else(|| bad("chat not found"))?;
        let right = match chat.kind {
            ChatKind::Channel => "can_edit_messages",
            _ => "can_pin_messages",
        };
        call.administered(right)?;
    }
    Ok(place)
}

fn pins<'a>(call: &'a mut Call<'_>, place: Place) -> Option<&'a mut Vec<i64>> {
    match place {
        Place::Private { bot, person } => {
            Some(&mut call.turn.state.private_mut(bot, person).pinned)
        }
        Place::Shared(id) => call.turn.state.chats.get_mut(&id).map(|chat| &mut chat.pinned),
    }
}

pub(crate) fn pin(call: &mut Call<'_>) -> Answer {
    let place = pinnable(call)?;
    let stored = call.message(place, "message_id", "message to pin")?;
    let (id, mut pinned) = (stored.id, crate::people::Fields::clone(&stored.message));
    pinned.remove("reply_to_message");
    if let Some(pins) = pins(call, place) {
        pins.retain(|one| *one != id);
        pins.push(id);
    }
    let draft = Draft::of("pinned_message", Value::Object(pinned));
    let sender = Sender::Bot(call.bot);
    call.turn.post(place, sender, draft);
    done()
}

pub(crate) fn unpin(call: &mut Call<'_>) -> Answer {
    let place = pinnable(call)?;
    let id = call.params.int("message_id").filter(|id| *id > 0);
    let Some(pins) = pins(call, place) else {
        return done();
    };
    match id {
        Some(id) if !pins.contains(&id) => return Err(bad("message to unpin not found")),
        Some(id) => pins.retain(|one| *one != id),
        None => {
            pins.pop().ok_or_else(|| bad("message to unpin not found"))?;
        }
    }
    done()
}

pub(crate) fn unpin_all(call: &mut Call<'_>) -> Answer {
    let place = pinnable(call)?;
    if let Some(pins) = pins(call, place) {
        pins.clear();
    }
    done()
}
