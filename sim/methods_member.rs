//! Methods about members: ban, unban, restrict, promote, leave.

use serde_json::{Map, Value, json};

use crate::chats::{ADMIN_RIGHTS, Member, PERMISSIONS, Standing};
use crate::joining::Change;
use crate::methods::{Call, done};
use crate::reply::{Answer, bad};
use crate::state::Place;

fn standing(call: &Call<'_>, chat: i64, id: i64) -> Option<Member> {
    call.turn.state.chats.get(&chat)?.members.get(&id).cloned()
}

/// Sets `until_date`, none when it is nearer than 30 s or farther than a year, as Telegram does.
fn set_until(call: &mut Call<'_>, chat: i64, id: i64) {
    let left = call.params.int("until_date").unwrap_or(0) - call.turn.now_s();
    let until_s = if (30..=366 * 86_400).contains(&left) { call.turn.now_s() + left } else { 0 };
    let chat = call.turn.state.chats.get_mut(&chat);
    if let Some(member) = chat.and_then(|chat| chat.members.get_mut(&id)) {
        member.until_s = until_s;
    }
}

pub(crate) fn leave(call: &mut Call<'_>) -> Answer {
    let Place::Shared(chat) = call.chat()? else {
        return Err(bad("chat member status can't be changed in private chats"));
    };
    let bot = call.bot;
    call.turn.announce_exit(chat, bot, bot);
    call.turn.set_standing(chat, bot, Change::new(Standing::Left, bot));
    done()
}

pub(crate) fn ban(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_restrict_members")?;
    let id = call.user_id()?;
    if id == call.bot {
        return Err(bad("can't restrict self"));
    }
    let member = standing(call, chat, id);
    if member.as_ref().is_some_and(|member| member.standing == Standing::Owner) {
        return Err(bad("can't remove chat owner"));
    }
    if member.as_ref().is_some_and(Member::is_admin) {
        return Err(bad("user is an administrator of the chat"));
    }
    let bot = call.bot;
    call.turn.set_standing(chat, id, Change::new(Standing::Kicked, bot));
    set_until(call, chat, id);
    if member.is_some_and(|member| member.present()) {
        call.turn.announce_exit(chat, id, bot);
    }
    done()
}

pub(crate) fn unban(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_restrict_members")?;
    let id = call.user_id()?;
    let member = standing(call, chat, id);
    let banned = member.as_ref().is_some_and(|member| member.standing == Standing::Kicked);
    let present = member.as_ref().is_some_and(Member::present);
    if member.is_some_and(|member| member.is_admin()) {
        return Err(bad("can't remove chat owner"));
    }
    let only = call.params.flag("only_if_banned");
    if banned || (present && !only) {
        let bot = call.bot;
        call.turn.set_standing(chat, id, Change::new(Standing::Left, bot));
    }
    done()
}

fn chosen(given: &Value, names: &[&str]) -> Map<String, Value> {
    let all = names.iter();
    all.map(|name| ((*name).to_owned(), json!(given[*name] == true))).collect()
}

pub(crate) fn restrict(call: &mut Call<'_>) -> Answer {
    let given = call.params.json("permissions", "can't parse permissions JSON object")?;
    let given = given.filter(Value::is_object);
    let given = given.ok_or_else(|| bad("object expected as permissions"))?;
    let chat = call.administered("can_restrict_members")?;
    let id = call.user_id()?;
    let member = standing(call, chat, id);
    if id == call.bot {
        return Err(bad("can't restrict self"));
    }
    if member.as_ref().is_some_and(Member::is_admin) {
        return Err(bad("user is an administrator of the chat"));
    }
    let mut permissions = chosen(&given, &PERMISSIONS);
    let independent = call.params.flag("use_independent_chat_permissions");
    if !independent && given["can_send_other_messages"] == true {
        for name in PERMISSIONS.iter().take(8) {
            permissions.insert((*name).to_owned(), json!(true));
        }
    }
    let all = PERMISSIONS.iter().take(10).all(|name| permissions[*name] == true);
    let inside = member.is_none_or(|member| member.present());
    let new =
        if all && inside { Standing::Member } else { Standing::Restricted(permissions, inside) };
    let bot = call.bot;
    call.turn.set_standing(chat, id, Change::new(new, bot));
    set_until(call, chat, id);
    done()
}

pub(crate) fn promote(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_promote_members")?;
    let id = call.user_id()?;
    let member = standing(call, chat, id);
    if member.as_ref().is_some_and(|member| member.standing == Standing::Owner) {
        return Err(bad("can't remove chat owner"));
    }
    if !member.is_some_and(|member| member.present()) {
        return Err(bad("USER_NOT_PARTICIPANT"));
    }
    let flags = ADMIN_RIGHTS.iter();
    let rights: Map<String, Value> =
        flags.map(|name| ((*name).to_owned(), json!(call.params.flag(name)))).collect();
    let none = rights.values().all(|granted| *granted == false);
    let new = if none {
        Standing::Member
    } else {
        let mut rights = rights;
        rights.insert("can_manage_chat".to_owned(), json!(true));
        Standing::Administrator(rights)
    };
    let bot = call.bot;
    call.turn.set_standing(chat, id, Change::new(new, bot));
    done()
}

pub(crate) fn set_title(call: &mut Call<'_>) -> Answer {
    let chat = call.administered("can_promote_members")?;
    let id = call.user_id()?;
    let title = call.params.text("custom_title").unwrap_or_default().into_owned();
    if title.chars().count() > 16 {
        return Err(bad("CUSTOM_TITLE_INVALID"));
    }
    let found = call.turn.state.chats.get_mut(&chat);
    let member = found.and_then(|chat| chat.members.get_mut(&id));
    match member.filter(|member| member.is_admin()) {
        Some(member) => {
            member.title = Some(title).filter(|title| !title.is_empty());
            done()
        }
        None => Err(bad("user is not an administrator")),
    }
}
