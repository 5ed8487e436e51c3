//! `reply_markup`: what Telegram accepts, and what it refuses with which words. It must not know
//! messages.

use serde_json::{Map, Value, json};

use crate::links;
use crate::params::Params;
use crate::reply::{Refused, bad};

/// Most buttons of an inline keyboard.
const INLINE_BUTTONS_MAX: usize = 100;
/// Most buttons in one row of an inline keyboard.
const INLINE_ROW_MAX: usize = 8;
/// Most buttons of a reply keyboard.
const REPLY_BUTTONS_MAX: usize = 300;
/// Most buttons in one row of a reply keyboard.
const REPLY_ROW_MAX: usize = 12;
/// Most bytes of `callback_data`.
const DATA_MAX: usize = 64;

/// A checked `reply_markup`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Markup {
    /// Buttons under the message.
    Inline(Value),
    /// Buttons instead of the keyboard.
    Keyboard(Value),
    /// The keyboard goes away.
    Remove,
    /// The person is asked to answer this message.
    ForceReply(Value),
}

impl Markup {
    /// The inline keyboard, which is the only markup that is part of a message.
    pub(crate) fn inline(&self) -> Option<&Value> {
        match self {
            Self::Inline(markup) => Some(markup),
            _ => None,
        }
    }
}

/// The call's `reply_markup`, none when absent or empty.
pub(crate) fn read(params: &Params, in_private: bool) -> Result<Option<Markup>, Refused> {
    let complaint = "can't parse reply keyboard markup JSON object";
    match params.json("reply_markup", complaint)? {
        Some(value) => check(value, in_private),
        None => Ok(None),
    }
}

/// For edits: the inline keyboard, none when absent; other markups are refused.
pub(crate) fn read_inline(params: &Params) -> Result<Option<Value>, Refused> {
    match read(params, true)? {
        None => Ok(None),
        Some(Markup::Inline(markup)) => Ok(Some(markup)),
        Some(_) => Err(bad("inline keyboard expected")),
    }
}

/// Checks a markup value.
pub(crate) fn check(value: Value, in_private: bool) -> Result<Option<Markup>, Refused> {
    let Value::Object(mut object) = value else {
        return Err(bad("object expected as reply markup"));
    };
    let yes = |object: &Map<String, Value>, name: &str| {
        object.get(name).is_some_and(|value| value == true)
    };
    if let Some(rows) = object.get("keyboard").and_then(Value::as_array)
        && !rows.is_empty()
    {
        object.insert("keyboard".to_owned(), reply_rows(rows, in_private)?);
        return Ok(Some(Markup::Keyboard(Value::Object(object))));
    }
    match object.get("inline_keyboard") {
        None | Some(Value::Null) => {}
        Some(Value::Array(rows)) => {
            let rows = inline_rows(rows)?;
            return Ok(Some(Markup::Inline(json!({"inline_keyboard": rows}))));
        }
        Some(_) => return Err(bad("field \"inline_keyboard\" must be of type Array")),
    }
    if yes(&object, "remove_keyboard") || yes(&object, "hide_keyboard") {
        return Ok(Some(Markup::Remove));
    }
    if yes(&object, "force_reply") || yes(&object, "force_reply_keyboard") {
        return Ok(Some(Markup::ForceReply(Value::Object(object))));
    }
    Ok(None)
}

fn reply_rows(rows: &[Value], in_private: bool) -> Result<Value, Refused> {
    let mut checked = Vec::new();
    let mut total = 0;
    for row in rows {
        let Some(row) = row.as_array() else {
            return Err(bad("field \"keyboard\" must be an Array of Arrays"));
        };
        if row.len() > REPLY_ROW_MAX {
            return Err(bad("too many buttons in a row of the reply keyboard"));
        }
        total += row.len();
        let buttons: Result<Vec<Value>, Refused> =
            row.iter().map(|button| reply_button(button, in_private)).collect();
        let buttons = buttons?;
        if !buttons.is_empty() {
            checked.push(Value::Array(buttons));
        }
    }
    if total > REPLY_BUTTONS_MAX {
        return Err(bad("reply markup is too long"));
    }
    Ok(Value::Array(checked))
}

fn reply_button(button: &Value, in_private: bool) -> Result<Value, Refused> {
    let button = match button {
        Value::String(text) => json!({"text": text}),
        Value::Object(_) => button.clone(),
        _ => {
            return Err(bad(
                "can't parse keyboard button: KeyboardButton must be a String or an Object",
            ));
        }
    };
    let text =
        text_of(&button).map_err(|error| bad(format!("can't parse keyboard button: {error}")))?;
    if text.is_empty() {
        return Err(bad("keyboard button text must be non-empty"));
    }
    let only_private = [
        ("request_contact", "phone number"),
        ("request_location", "location"),
        ("request_poll", "poll"),
        ("request_users", "users"),
        ("request_chat", "chats"),
    ];
    for (field, name) in only_private {
        let asked = button.get(field).is_some_and(|value| value != false && !value.is_null());
        if asked && !in_private {
            return Err(bad(format!("{name} can be requested in private chats only")));
        }
    }
    Ok(button)
}

fn text_of(button: &Value) -> Result<String, String> {
    match button.get("text") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(_) => Err("Field \"text\" must be of type String".to_owned()),
        None => Err("Can't find field \"text\"".to_owned()),
    }
}

fn inline_rows(rows: &[Value]) -> Result<Value, Refused> {
    let mut checked = Vec::new();
    let mut total = 0;
    for row in rows {
        let Some(row) = row.as_array() else {
            return Err(bad(
                "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
            ));
        };
        if row.len() > INLINE_ROW_MAX {
            return Err(bad("BUTTON_COUNT_INVALID"));
        }
        total += row.len();
        let buttons: Result<Vec<Value>, Refused> = row.iter().map(inline_button).collect();
        let buttons = buttons?;
        if !buttons.is_empty() {
            checked.push(Value::Array(buttons));
        }
    }
    if total > INLINE_BUTTONS_MAX {
        return Err(bad("reply markup is too long"));
    }
    Ok(Value::Array(checked))
}

/// The optional fields, exactly one of which gives a button its meaning.
const ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
];

fn inline_button(button: &Value) -> Result<Value, Refused> {
    let complain = |text: &str| bad(format!("can't parse inline keyboard button: {text}"));
    let Some(object) = button.as_object() else {
        return Err(complain("InlineKeyboardButton must be an Object"));
    };
    let text = text_of(button).map_err(|error| complain(&error))?;
    if text.is_empty() {
        return Err(bad("inline keyboard button text must be non-empty"));
    }
    let empty = |value: &Value| value.is_null() || value == "";
    let action = ACTIONS.iter().find(|name| {
        object.get(**name).is_some_and(|value| {
            let may_be_empty = !matches!(**name, "url" | "callback_data");
            !value.is_null() && (may_be_empty || !empty(value))
        })
    });
    let Some(action) = action else {
        return Err(complain("Text buttons are unallowed in the inline keyboard"));
    };
    let given = &object[*action];
    let mut clean = json!({"text": text});
    for extra in ["icon_custom_emoji_id", "style"] {
        if let Some(value) = object.get(extra).filter(|value| !value.is_null()) {
            clean[extra] = value.clone();
        }
    }
    clean[*action] = match *action {
        "url" => inline_url(given)?,
        "callback_data" => callback_data(given)?,
        "web_app" => {
            let url = given["url"].as_str().unwrap_or("");
            if !url.to_ascii_lowercase().starts_with("https://") {
                return Err(bad(format!(
                    "inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"
                )));
            }
            given.clone()
        }
        "pay" => json!(true),
        _ => given.clone(),
    };
    if clean[*action].is_null() {
        // A link to a user has become a mention without an address.
        clean[*action] = given.clone();
    }
    Ok(clean)
}

fn inline_url(given: &Value) -> Result<Value, Refused> {
    let url = given.as_str().ok_or_else(|| {
        bad("can't parse inline keyboard button: Field \"url\" must be of type String")
    })?;
    if links::user_id(url).is_some() {
        return Ok(json!(url));
    }
    match links::checked(url) {
        Ok(url) => Ok(json!(url)),
        Err(error) => Err(bad(format!("inline keyboard button URL '{url}' is invalid: {error}"))),
    }
}

fn callback_data(given: &Value) -> Result<Value, Refused> {
    let data = match given {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => {
            return Err(bad(
                "can't parse inline keyboard button: Field \"callback_data\" must be of type String",
            ));
        }
    };
    if data.len() > DATA_MAX {
        return Err(bad("BUTTON_DATA_INVALID"));
    }
    Ok(json!(data))
}
