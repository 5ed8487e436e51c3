//! Methods about the bot itself: getMe, logOut, commands, names, descriptions, menu button, default
//! rights.

use serde_json::{Value, json};

use crate::chats::ADMIN_RIGHTS;
use crate::methods::{Call, done};
use crate::reply::{Answer, Refused, bad};
use crate::state::Place;

pub(crate) fn get_me(call: &mut Call<'_>) -> Answer {
    Ok(call.me()?.me())
}

pub(crate) fn log_out(call: &mut Call<'_>) -> Answer {
    let now_ms = call.turn.now_ms;
    call.me()?.logged_out_ms = Some(now_ms);
    done()
}

pub(crate) fn close(_call: &mut Call<'_>) -> Answer {
    done()
}

/// The canonical text of a scope, and the language.
fn scope(call: &Call<'_>) -> Result<(String, String), Refused> {
    let language = call.params.text("language_code").unwrap_or_default().into_owned();
    let letters = language.bytes().all(|byte| byte.is_ascii_lowercase());
    if !language.is_empty() && (language.len() != 2 || !letters) {
        return Err(bad("invalid language code specified"));
    }
    let scope = call.params.json("scope", "can't parse BotCommandScope JSON object")?;
    let Some(scope) = scope else {
        return Ok((json!({"type": "default"}).to_string(), language));
    };
    let complain = |text: &str| bad(format!("can't parse BotCommandScope: {text}"));
    let Some(kind) = scope["type"].as_str() else {
        return Err(complain("Can't find field \"type\""));
    };
    let canonical = match kind {
        "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => {
            json!({"type": kind})
        }
        "chat" | "chat_administrators" | "chat_member" => {
            let given = &scope["chat_id"];
            let id = crate::params::int_of(given).or_else(|| {
                let name = given.as_str()?.strip_prefix('@')?.to_lowercase();
                call.turn.state.usernames.get(&name).copied()
            });
            let id = id.ok_or_else(|| complain("Empty chat_id specified"))?;
            call.place_of(id)?;
            let mut canonical = json!({"type": kind, "chat_id": id});
            if kind == "chat_member" {
                let user = crate::params::int_of(&scope["user_id"]).filter(|id| *id > 0);
                canonical["user_id"] =
                    json!(user.ok_or_else(|| complain("Invalid user_id specified"))?);
            }
            canonical
        }
        _ => return Err(complain("Unsupported type specified")),
    };
    Ok((canonical.to_string(), language))
}

pub(crate) fn set_commands(call: &mut Call<'_>) -> Answer {
    let list = call.params.json("commands", "can't parse commands JSON object")?;
    let list = match list {
        Some(Value::Array(list)) => list,
        Some(_) => return Err(bad("expected an Array of BotCommand")),
        None => Vec::new(),
    };
    if list.len() > 100 {
        return Err(bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let mut clean = Vec::new();
    for one in &list {
        let complain =
            |name: &str| bad(format!("can't parse BotCommand: Can't find field \"{name}\""));
        let command = one["command"].as_str().ok_or_else(|| complain("command"))?;
        let description = one["description"].as_str().ok_or_else(|| complain("description"))?;
        let command = command.trim_start_matches('/').to_lowercase();
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=32).contains(&command.len()) || !command.bytes().all(good) {
            return Err(bad("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&description.trim().chars().count()) {
            return Err(bad("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
        clean.push(json!({"command": command, "description": description.trim()}));
    }
    let key = scope(call)?;
    call.me()?.commands.insert(key, Value::Array(clean));
    call.turn.world.tell_all(json!({"type": "commands", "bot_id": call.bot}));
    done()
}

pub(crate) fn get_commands(call: &mut Call<'_>) -> Answer {
    let key = scope(call)?;
    Ok(call.me()?.commands.get(&key).cloned().unwrap_or_else(|| json!([])))
}

pub(crate) fn delete_commands(call: &mut Call<'_>) -> Answer {
    let key = scope(call)?;
    call.me()?.commands.remove(&key);
    done()
}

fn set_text(call: &mut Call<'_>, field: &'static str, max: usize, error: &str) -> Answer {
    let text = call.params.text(field).unwrap_or_default().into_owned();
    if text.chars().count() > max {
        return Err(bad(error));
    }
    let language = call.params.text("language_code").unwrap_or_default().into_owned();
    if field == "name" && language.is_empty() && !text.is_empty() {
        call.me()?.first_name.clone_from(&text);
    }
    call.me()?.texts.insert((field, language), text);
    done()
}

fn get_text(call: &mut Call<'_>, field: &'static str) -> Answer {
    let language = call.params.text("language_code").unwrap_or_default().into_owned();
    let me = call.me()?;
    let found = [language, String::new()]
        .into_iter()
        .find_map(|language| me.texts.get(&(field, language)).filter(|text| !text.is_empty()));
    let text = match found {
        Some(text) => text.clone(),
        None if field == "name" => me.first_name.clone(),
        None => String::new(),
    };
    Ok(json!({field: text}))
}

pub(crate) fn set_name(call: &mut Call<'_>) -> Answer {
    set_text(call, "name", 64, "BOT_TITLE_INVALID")
}

pub(crate) fn get_name(call: &mut Call<'_>) -> Answer {
    get_text(call, "name")
}

pub(crate) fn set_description(call: &mut Call<'_>) -> Answer {
    set_text(call, "description", 512, "BOT_DESCRIPTION_TOO_LONG")
}

pub(crate) fn get_description(call: &mut Call<'_>) -> Answer {
    get_text(call, "description")
}

pub(crate) fn set_short_description(call: &mut Call<'_>) -> Answer {
    set_text(call, "short_description", 120, "BOT_SHORT_DESCRIPTION_TOO_LONG")
}

pub(crate) fn get_short_description(call: &mut Call<'_>) -> Answer {
    get_text(call, "short_description")
}

pub(crate) fn set_menu_button(call: &mut Call<'_>) -> Answer {
    let button = call.params.json("menu_button", "can't parse menu button JSON object")?;
    let button = button.unwrap_or_else(|| json!({"type": "default"}));
    if !matches!(button["type"].as_str(), Some("default" | "commands" | "web_app")) {
        return Err(bad("can't parse menu button: MenuButton has unsupported type"));
    }
    if call.params.get("chat_id").is_none() {
        call.me()?.menu_button = Some(button);
        return done();
    }
    match call.chat()? {
        Place::Private { bot, person } => {
            call.turn.state.private_mut(bot, person).menu_button = Some(button);
            done()
        }
        Place::Shared(_) => Err(bad("chat must be private")),
    }
}

pub(crate) fn get_menu_button(call: &mut Call<'_>) -> Answer {
    let own = if call.params.get("chat_id").is_some() {
        match call.chat()? {
            Place::Private { bot, person } => {
                call.turn.state.private_mut(bot, person).menu_button.clone()
            }
            Place::Shared(_) => return Err(bad("chat must be private")),
        }
    } else {
        None
    };
    let default = call.me()?.menu_button.clone();
    Ok(own.or(default).unwrap_or_else(|| json!({"type": "commands"})))
}

pub(crate) fn set_default_rights(call: &mut Call<'_>) -> Answer {
    let complaint = "can't parse ChatAdministratorRights JSON object";
    let given = call.params.json("rights", complaint)?;
    let channels = call.params.flag("for_channels");
    let mut rights = json!({});
    for name in ADMIN_RIGHTS {
        let granted = given.as_ref().is_some_and(|given| given[name] == true);
        rights[name] = json!(granted);
    }
    call.me()?.default_rights.insert(channels, rights);
    done()
}

pub(crate) fn get_default_rights(call: &mut Call<'_>) -> Answer {
    let channels = call.params.flag("for_channels");
    let none = || {
        let rights = ADMIN_RIGHTS.iter().map(|name| ((*name).to_owned(), json!(false)));
        Value::Object(rights.collect())
    };
    Ok(call.me()?.default_rights.get(&channels).cloned().unwrap_or_else(none))
}
