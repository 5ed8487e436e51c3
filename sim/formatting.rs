//! From a call's text, parse mode and entities to a checked text with entities. It must not know
//! where it goes.

use serde_json::{Value, json};

use crate::detect;
use crate::entities::{self, Formatted, utf16_len};
use crate::html;
use crate::markdown;
use crate::markdown_legacy;
use crate::params::Params;
use crate::people::Fields;
use crate::reply::{Refused, bad};

/// Longest text of a message, UTF-16 units after parsing.
pub(crate) const TEXT_MAX: usize = 4096;
/// Longest caption, UTF-16 units after parsing.
pub(crate) const CAPTION_MAX: usize = 1024;
/// Longest source before parsing, bytes.
const SOURCE_MAX: usize = 1 << 15;

/// Applies a parse mode, or the given entities, and what Telegram finds by itself.
pub(crate) fn format(
    text: &str,
    parse_mode: Option<&str>,
    given: Option<&Value>,
) -> Result<Formatted, Refused> {
    if text.len() > SOURCE_MAX {
        return Err(bad("text is too long"));
    }
    let mode = parse_mode.unwrap_or("").to_ascii_lowercase();
    let parsed = match mode.as_str() {
        "" | "none" => {
            let entities = match given {
                Some(list) => entities::from_json(list, text)?,
                None => Vec::new(),
            };
            Ok(Formatted { text: text.to_owned(), entities })
        }
        "html" => html::parse(text),
        "markdown" => markdown_legacy::parse(text),
        "markdownv2" => markdown::parse(text),
        _ => return Err(bad("unsupported parse_mode")),
    };
    let parsed = parsed.map_err(|error| bad(format!("can't parse entities: {error}")))?;
    Ok(entities::finish(parsed, detect::find))
}

/// The text of a message from `text`, `parse_mode` and `entities`.
pub(crate) fn message_text(params: &Params) -> Result<Formatted, Refused> {
    let Some(text) = params.text("text") else {
        return Err(bad("message text is empty"));
    };
    let formatted = from_params(params, &text, "parse_mode", "entities")?;
    if formatted.text.is_empty() {
        return Err(bad("text must be non-empty"));
    }
    if utf16_len(&formatted.text) > TEXT_MAX {
        return Err(bad("message is too long"));
    }
    Ok(formatted)
}

/// The caption of a message, perhaps empty.
pub(crate) fn caption(params: &Params) -> Result<Formatted, Refused> {
    let Some(text) = params.text("caption") else {
        return Ok(Formatted::default());
    };
    let formatted = from_params(params, &text, "parse_mode", "caption_entities")?;
    check_caption(&formatted)?;
    Ok(formatted)
}

/// Refuses a caption that is too long.
pub(crate) fn check_caption(caption: &Formatted) -> Result<(), Refused> {
    if utf16_len(&caption.text) > CAPTION_MAX {
        return Err(bad("message caption is too long"));
    }
    Ok(())
}

/// A text under any names of its parameters.
pub(crate) fn from_params(
    params: &Params,
    text: &str,
    mode_name: &str,
    entities_name: &str,
) -> Result<Formatted, Refused> {
    let mode = params.text(mode_name);
    let given = if params.get(entities_name).is_some() {
        params.json(entities_name, "can't parse entities JSON object")?
    } else {
        None
    };
    format(text, mode.as_deref(), given.as_ref())
}

/// Puts a text under `text` and `entities`, or under `caption` and `caption_entities`.
pub(crate) fn put(
    fields: &mut Fields,
    formatted: &Formatted,
    is_caption: bool,
    user: &dyn Fn(i64) -> Option<Value>,
) {
    let (text_name, entities_name) =
        if is_caption { ("caption", "caption_entities") } else { ("text", "entities") };
    if is_caption && formatted.text.is_empty() {
        return;
    }
    fields.insert(text_name.to_owned(), json!(formatted.text));
    // A mention of somebody the bot has never met is no entity.
    let known = formatted.entities.iter().filter(|one| {
        one.kind != "text_mention" || one.argument.parse().ok().and_then(user).is_some()
    });
    let list: Vec<Value> = known.map(|one| one.json(user)).collect();
    if !list.is_empty() {
        fields.insert(entities_name.to_owned(), Value::Array(list));
    }
}
