//! Methods about forum topics.

use serde_json::{Value, json};

use crate::chats::Topic;
use crate::messages::{Draft, Sender};
use crate::methods::{Call, done};
use crate::reply::{Answer, Refused, bad};
use crate::state::Place;

const COLORS: [i64; 6] = [0x6F_B9F0, 0xFF_D67E, 0xCB_86DB, 0x8E_EE98, 0xFF_93B2, 0xFB_6F5F];

fn forum(call: &Call<'_>) -> Result<i64, Refused> {
    let Place::Shared(id) = call.chat()? else {
        return Err(bad("the chat is not a forum"));
    };
    let is_forum = call.turn.state.chats.get(&id).is_some_and(|chat| chat.is_forum);
    if !is_forum {
        return Err(bad("the chat is not a forum"));
    }
    call.administered("can_manage_topics")
}

fn service(call: &mut Call<'_>, chat: i64, thread: i64, name: &str, value: Value) {
    let mut draft = Draft::of(name, value);
    draft.thread = Some(thread);
    let sender = Sender::Bot(call.bot);
    call.turn.post(Place::Shared(chat), sender, draft);
}

pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    let chat = forum(call)?;
    let name = call.params.text("name").unwrap_or_default().into_owned();
    if name.is_empty() || name.chars().count() > 128 {
        return Err(bad("TOPIC_TITLE_EMPTY"));
    }
    let color = call.params.int("icon_color").unwrap_or(COLORS[0]);
    if !COLORS.contains(&color) {
        return Err(bad("TOPIC_ICON_COLOR_INVALID"));
    }
    let emoji = call.params.text("icon_custom_emoji_id").map(|id| id.into_owned());
    // A topic's id is the id of the message that opened it.
    let place = Place::Shared(chat);
    let thread = call.turn.state.history(place).map_or(0, |all| all.last_id()) + 1;
    let mut shown = json!({"message_thread_id": thread, "name": name, "icon_color": color});
    let mut opened = json!({"name": name, "icon_color": color});
    if let Some(emoji) = &emoji {
        shown["icon_custom_emoji_id"] = json!(emoji);
        opened["icon_custom_emoji_id"] = json!(emoji);
    }
    let topic = Topic { name, emoji, closed: false };
    if let Some(chat) = call.turn.state.chats.get_mut(&chat) {
        chat.topics.insert(thread, topic);
    }
    service(call, chat, thread, "forum_topic_created", opened);
    Ok(shown)
}

fn topic(
    call: &mut Call<'_>,
    change: impl FnOnce(&mut Topic) -> Result<(), Refused>,
) -> Result<(i64, i64), Refused> {
    let chat = forum(call)?;
    let thread = call.params.int("message_thread_id").unwrap_or(0);
    let found = call.turn.state.chats.get_mut(&chat);
    let topic = found.and_then(|chat| chat.topics.get_mut(&thread));
    change(topic.ok_or_else(|| bad("TOPIC_ID_INVALID"))?)?;
    Ok((chat, thread))
}

pub(crate) fn edit(call: &mut Call<'_>) -> Answer {
    let name = call.params.text("name").map(|name| name.into_owned());
    let emoji = call.params.text("icon_custom_emoji_id").map(|id| id.into_owned());
    let mut edited = json!({});
    let (chat, thread) = topic(call, |topic| {
        if name.is_none() && emoji.is_none() {
            return Err(bad("TOPIC_NOT_MODIFIED"));
        }
        if let Some(name) = name {
            edited["name"] = json!(name);
            topic.name = name;
        }
        if let Some(emoji) = emoji {
            edited["icon_custom_emoji_id"] = json!(emoji);
            topic.emoji = Some(emoji);
        }
        Ok(())
    })?;
    service(call, chat, thread, "forum_topic_edited", edited);
    done()
}

fn set_closed(call: &mut Call<'_>, closed: bool, name: &str) -> Answer {
    let (chat, thread) = topic(call, |topic| {
        if topic.closed == closed {
            return Err(bad("TOPIC_NOT_MODIFIED"));
        }
        topic.closed = closed;
        Ok(())
    })?;
    service(call, chat, thread, name, json!({}));
    done()
}

pub(crate) fn close(call: &mut Call<'_>) -> Answer {
    set_closed(call, true, "forum_topic_closed")
}

pub(crate) fn reopen(call: &mut Call<'_>) -> Answer {
    set_closed(call, false, "forum_topic_reopened")
}

pub(crate) fn delete(call: &mut Call<'_>) -> Answer {
    let (chat, thread) = topic(call, |_| Ok(()))?;
    let Some(found) = call.turn.state.chats.get_mut(&chat) else {
        return done();
    };
    found.topics.remove(&thread);
    let inside: Vec<i64> = found
        .history
        .page(None, usize::MAX)
        .iter()
        .filter(|stored| stored.message.get("message_thread_id") == Some(&json!(thread)))
        .map(|stored| stored.id)
        .collect();
    for id in inside {
        call.turn.remove(Place::Shared(chat), id);
    }
    done()
}

pub(crate) fn unpin_all(call: &mut Call<'_>) -> Answer {
    topic(call, |_| Ok(()))?;
    done()
}

pub(crate) fn icon_stickers(_call: &mut Call<'_>) -> Answer {
    Ok(json!([]))
}
