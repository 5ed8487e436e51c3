//! Methods about invite links and requests to join.

use serde_json::{Value, json};

use crate::chats::{ChatKind, Link, Standing};
use crate::joining::Change;
use crate::methods::{Call, done};
use crate::people::Fields;
use crate::reply::{Answer, Refused, bad};

/// The options of a link, checked.
fn options(call: &Call<'_>) -> Result<Fields, Refused> {
    let mut link = Fields::new();
    if let Some(name) = call.params.text("name") {
        if name.chars().count() > 32 {
            return Err(bad("invite link name is too long"));
        }
        link.insert("name".to_owned(), json!(name));
    }
    if let Some(date) = call.params.int("expire_date").filter(|date| *date > 0) {
        if date <= call.turn.now_s() {
            return Err(bad("EXPIRE_DATE_INVALID"));
        }
        link.insert("expire_date".to_owned(), json!(date));
    }
    let by_request = call.params.flag("creates_join_request");
    if let Some(limit) = call.params.int("member_limit").filter(|limit| *limit > 0) {
        if by_request {
            return Err(bad(
                "member limit can't be specified for links requiring administrator approval",
            ));
        }
        if limit > 99_999 {
            return Err(bad("USAGE_LIMIT_INVALID"));
        }
        link.insert("member_limit".to_owned(), json!(limit));
    }
    link.insert("creates_join_request".to_owned(), json!(by_request));
    Ok(link)
}

fn add(call: &mut Call<'_>, chat: i64, mut fields: Fields, primary: bool) -> Value {
    let url = call.turn.invite_url();
    let creator = call.user(call.bot).unwrap_or_default();
    fields.insert("invite_link".to_owned(), json!(url));
    fields.insert("creator".to_owned(), creator);
    fields.insert("is_primary".to_owned(), json!(primary));
    fields.insert("is_revoked".to_owned(), json!(false));
    fields.entry("creates_join_request".to_owned()).or_insert(json!(false));
    let link = Link { url, link: fields.clone(), joined: 0 };
    if let Some(chat) = call.turn.state.chats.get_mut(&chat) {
        chat.links.push(link);
    }
    Value::Object(fields)
}

pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_invite_users")?;
    let fields = options(call)?;
    Ok(add(call, chat, fields, false))
}

pub(crate) fn create_subscription(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_invite_users")?;
    let is_channel =
        call.turn.state.chats.get(&chat).is_some_and(|chat| chat.kind == ChatKind::Channel);
    if !is_channel {
        return Err(bad("the chat must be a channel"));
    }
    if call.params.int("subscription_period") != Some(2_592_000) {
        return Err(bad("SUBSCRIPTION_PERIOD_INVALID"));
    }
    let price = call.params.int("subscription_price").unwrap_or(0);
    if !(1..=10_000).contains(&price) {
        return Err(bad("SUBSCRIPTION_PRICE_INVALID"));
    }
    let mut fields = options(call)?;
    fields.insert("subscription_period".to_owned(), json!(2_592_000));
    fields.insert("subscription_price".to_owned(), json!(price));
    Ok(add(call, chat, fields, false))
}

fn with_link(
    call: &mut Call<'_>,
    chat: i64,
    change: impl FnOnce(&mut Link) -> Result<(), Refused>,
) -> Answer {
    let url = call.params.text("invite_link").unwrap_or_default().into_owned();
    if url.is_empty() {
        return Err(bad("invite link must be non-empty"));
    }
    let found = call.turn.state.chats.get_mut(&chat);
    let link = found.and_then(|chat| chat.links.iter_mut().find(|link| link.url == url));
    let link = link.ok_or_else(|| bad("INVITE_HASH_EXPIRED"))?;
    change(link)?;
    Ok(Value::Object(link.link.clone()))
}

pub(crate) fn edit(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_invite_users")?;
    let new = options(call)?;
    with_link(call, chat, |link| {
        if link.link["is_revoked"] == true {
            return Err(bad("INVITE_HASH_EXPIRED"));
        }
        for name in ["name", "expire_date", "member_limit"] {
            link.link.remove(name);
        }
        link.link.extend(new);
        Ok(())
    })
}

pub(crate) fn revoke(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_invite_users")?;
    let mut was_primary = false;
    let answer = with_link(call, chat, |link| {
        was_primary = link.link["is_primary"] == true;
        link.link.insert("is_revoked".to_owned(), json!(true));
        Ok(())
    })?;
    if was_primary {
        add(call, chat, Fields::new(), true);
    }
    Ok(answer)
}

pub(crate) fn export(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_invite_users")?;
    if let Some(chat) = call.turn.state.chats.get_mut(&chat) {
        for link in chat.links.iter_mut().filter(|link| link.link["is_primary"] == true) {
            link.link.insert("is_revoked".to_owned(), json!(true));
        }
    }
    let link = add(call, chat, Fields::new(), true);
    Ok(link["invite_link"].clone())
}

fn request(call: &mut Call<'_>) -> Result<(i64, i64, Option<Value>), Refused> {
    let chat = call.administered("can_invite_users")?;
    let person = call.user_id()?;
    let found = call.turn.state.chats.get_mut(&chat);
    let request = found.and_then(|chat| chat.requests.remove(&person));
    match request {
        Some(request) => Ok((chat, person, request.link)),
        None => Err(bad("HIDE_REQUESTER_MISSING")),
    }
}

pub(crate) fn approve(call: &mut Call<'_>) -> Answer {
    let (chat, person, link) = request(call)?;
    let bot = call.bot;
    let change = Change::new(Standing::Member, bot).through(link);
    call.turn.set_standing(chat, person, change);
    call.turn.announce_entry(chat, person, person);
    done()
}

pub(crate) fn decline(call: &mut Call<'_>) -> Answer {
    request(call)?;
    done()
}
