//! Methods that answer questions: callback, inline, pre-checkout and shipping queries.

use serde_json::{Value, json};

use crate::formatting;
use crate::methods::{Call, done};
use crate::params::int_of;
use crate::people::Fields;
use crate::reply::{Answer, Refused, bad};
use crate::state::Asked;

const TOO_OLD: &str = "query is too old and response timeout expired or query ID is invalid";
/// Longest text of a callback answer, characters.
const CALLBACK_TEXT_MAX: usize = 200;

/// Hands the answer to whoever waits; a second answer is accepted and changes nothing.
fn answer(call: &mut Call<'_>, name: &str, asked: Asked, answer: Value) -> Result<(), Refused> {
    let id = call.params.text(name).unwrap_or_default().into_owned();
    let (bot, now_ms) = (call.bot, call.turn.now_ms);
    let query = call.turn.state.asked(&id, bot, asked, now_ms);
    let query = query.ok_or_else(|| bad(TOO_OLD))?;
    let place = query.place;
    if let Some(waiter) = query.waiter.take() {
        if let Some(place) = place {
            let mut shown = answer.clone();
            shown["type"] = json!("callback_answer");
            call.turn.tell(place, || shown);
        }
        // The person may have stopped waiting.
        let _ = waiter.send(answer);
    }
    Ok(())
}

pub(crate) fn answer_callback(call: &mut Call<'_>) -> Answer {
    let text = call.params.text("text").unwrap_or_default().into_owned();
    if text.chars().count() > CALLBACK_TEXT_MAX {
        return Err(bad("MESSAGE_TOO_LONG"));
    }
    let mut content = json!({"answered": true});
    if !text.is_empty() {
        content["text"] = json!(text);
        content["show_alert"] = json!(call.params.flag("show_alert"));
    }
    if let Some(url) = call.params.text("url") {
        content["url"] = json!(url);
    }
    answer(call, "callback_query_id", Asked::Callback, content)?;
    done()
}

pub(crate) fn answer_pre_checkout(call: &mut Call<'_>) -> Answer {
    let ok = call.params.flag("ok");
    let reason = call.params.text("error_message").unwrap_or_default().into_owned();
    if !ok && reason.is_empty() {
        return Err(bad("error message must be non-empty"));
    }
    let content = json!({"ok": ok, "error_message": reason});
    answer(call, "pre_checkout_query_id", Asked::PreCheckout, content)?;
    done()
}

pub(crate) fn answer_shipping(call: &mut Call<'_>) -> Answer {
    let ok = call.params.flag("ok");
    let reason = call.params.text("error_message").unwrap_or_default().into_owned();
    let mut content = json!({"ok": ok, "error_message": reason});
    if ok {
        let options =
            call.params.json("shipping_options", "can't parse shipping options JSON object")?;
        let options = match options {
            Some(Value::Array(options)) if !options.is_empty() => options,
            Some(Value::Array(_)) => {
                return Err(bad("there must be at least one shipping option"));
            }
            _ => return Err(bad("expected an Array of shipping options")),
        };
        content["shipping_options"] = Value::Array(options);
    } else if reason.is_empty() {
        return Err(bad("error message must be non-empty"));
    }
    answer(call, "shipping_query_id", Asked::Shipping, content)?;
    done()
}

pub(crate) fn answer_inline(call: &mut Call<'_>) -> Answer {
    let results = call.params.json("results", "can't parse inline query results JSON object")?;
    let results = match results {
        Some(Value::Array(results)) => results,
        Some(_) => return Err(bad("expected an Array of inline query results")),
        None => Vec::new(),
    };
    if results.len() > 50 {
        return Err(bad("too many inline query results specified"));
    }
    let mut seen = std::collections::HashSet::new();
    let mut checked = Vec::new();
    for result in &results {
        let complain = |text: &str| bad(format!("can't parse inline query result: {text}"));
        if result["type"].as_str().is_none() {
            return Err(complain("Can't find field \"type\""));
        }
        let id = match &result["id"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => String::new(),
        };
        if id.is_empty() || id.len() > 64 {
            return Err(bad("RESULT_ID_INVALID"));
        }
        if !seen.insert(id.clone()) {
            return Err(bad("RESULT_ID_DUPLICATE"));
        }
        let mut one = result.clone();
        one["id"] = json!(id);
        one["x_message"] = Value::Object(message_of(call, result)?);
        if let Some(markup) = result.get("reply_markup").filter(|markup| !markup.is_null()) {
            let markup = crate::keyboard::check(markup.clone(), true)?;
            one["reply_markup"] =
                markup.as_ref().and_then(|markup| markup.inline().cloned()).unwrap_or_default();
        }
        checked.push(one);
    }
    let mut content = json!({
        "results": checked,
        "next_offset": call.params.text("next_offset").unwrap_or_default(),
        "is_personal": call.params.flag("is_personal"),
    });
    let button =
        call.params.json("button", "can't parse inline query results button JSON object")?;
    if let Some(button) = button {
        content["button"] = button;
    }
    answer(call, "inline_query_id", Asked::Inline, content)?;
    done()
}

/// The message that choosing a result sends.
fn message_of(call: &Call<'_>, result: &Value) -> Result<Fields, Refused> {
    let mut fields = Fields::new();
    let input = &result["input_message_content"];
    let user = |id| call.user(id);
    if let Some(text) = input["message_text"].as_str() {
        let mode = input["parse_mode"].as_str();
        let formatted = formatting::format(text, mode, input.get("entities"))?;
        if formatted.text.is_empty() {
            return Err(bad("MESSAGE_EMPTY"));
        }
        formatting::put(&mut fields, &formatted, false, &user);
        return Ok(fields);
    }
    if input.get("latitude").is_some() {
        fields.insert(
            "location".to_owned(),
            json!({
            "latitude": input["latitude"], "longitude": input["longitude"]}),
        );
        return Ok(fields);
    }
    if input.get("phone_number").is_some() {
        fields.insert("contact".to_owned(), input.clone());
        return Ok(fields);
    }
    let kind = result["type"].as_str().unwrap_or("");
    let source =
        result[format!("{kind}_file_id")].as_str().and_then(|id| call.turn.state.files.find(id));
    match source {
        Some(kept) => {
            let details = crate::files::Given {
                width: result.get("width").and_then(int_of),
                ..crate::files::Given::default()
            };
            fields.insert(kept.kind.field().to_owned(), kept.content(&details));
        }
        None if kind == "article" => return Err(bad("MESSAGE_EMPTY")),
        None => {
            let url = result[format!("{kind}_url")].as_str().unwrap_or("").to_owned();
            let title = result["title"].as_str().unwrap_or(&url).to_owned();
            let formatted = formatting::format(&title, None, None)?;
            formatting::put(&mut fields, &formatted, false, &user);
        }
    }
    let mode = result["parse_mode"].as_str();
    let caption = result["caption"].as_str().unwrap_or("");
    let caption = formatting::format(caption, mode, result.get("caption_entities"))?;
    formatting::check_caption(&caption)?;
    formatting::put(&mut fields, &caption, true, &user);
    Ok(fields)
}
