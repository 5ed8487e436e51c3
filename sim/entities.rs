//! Message entities: offsets in UTF-16 units, order, cleaning, the limit of 100. It must not know
//! any markup language.

use serde_json::{Value, json};

use crate::reply::{Refused, bad};

/// How many entities of a message count.
const ENTITIES_KEPT: usize = 100;

/// A part of a text with a meaning.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entity {
    pub(crate) kind: &'static str,
    /// UTF-16 units.
    pub(crate) offset: usize,
    /// UTF-16 units.
    pub(crate) length: usize,
    /// The URL, language, user id or custom emoji id, by kind.
    pub(crate) argument: String,
}

/// Kinds as the Bot API names them.
pub(crate) const KINDS: [&str; 20] = [
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
    "date_time",
];

impl Entity {
    pub(crate) fn new(kind: &'static str, offset: usize, length: usize) -> Self {
        Self { kind, offset, length, argument: String::new() }
    }

    pub(crate) fn with(mut self, argument: impl Into<String>) -> Self {
        self.argument = argument.into();
        self
    }

    pub(crate) fn end(&self) -> usize {
        self.offset + self.length
    }

    /// Whether the length may be cut without changing the meaning, and others may stand inside.
    fn wraps(&self) -> bool {
        matches!(
            self.kind,
            "bold"
                | "italic"
                | "underline"
                | "strikethrough"
                | "spoiler"
                | "blockquote"
                | "expandable_blockquote"
        )
    }

    /// The Bot API's `MessageEntity`; `user` gives the object for a mention.
    pub(crate) fn json(&self, user: &dyn Fn(i64) -> Option<Value>) -> Value {
        let mut entity = json!({"offset": self.offset, "length": self.length, "type": self.kind});
        match self.kind {
            "text_link" => entity["url"] = json!(self.argument),
            "pre" if !self.argument.is_empty() => entity["language"] = json!(self.argument),
            "custom_emoji" => entity["custom_emoji_id"] = json!(self.argument),
            "text_mention" => {
                let id = self.argument.parse().unwrap_or_default();
                entity["user"] = user(id).unwrap_or_default();
            }
            "date_time" => {
                let (unix, format) = self.argument.split_once(' ').unwrap_or((&self.argument, ""));
                entity["unix_time"] = json!(unix.parse::<i64>().unwrap_or_default());
                entity["date_time_format"] = json!(format);
            }
            _ => {}
        }
        entity
    }
}

/// A text and its entities.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Formatted {
    pub(crate) text: String,
    pub(crate) entities: Vec<Entity>,
}

/// Length in UTF-16 units.
pub(crate) fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The byte position of a UTF-16 offset, none when it is inside a character or past the end.
pub(crate) fn byte_of(text: &str, offset: usize) -> Option<usize> {
    let mut units = 0;
    for (at, character) in text.char_indices() {
        if units == offset {
            return Some(at);
        }
        if units > offset {
            return None;
        }
        units += character.len_utf16();
    }
    (units == offset).then_some(text.len())
}

/// Order of the Bot API: by offset, the longer one first, then by kind.
pub(crate) fn sort(entities: &mut [Entity]) {
    let rank = |kind: &str| KINDS.iter().position(|one| *one == kind);
    entities.sort_by(|a, b| {
        a.offset.cmp(&b.offset).then(b.length.cmp(&a.length)).then(rank(a.kind).cmp(&rank(b.kind)))
    });
}

/// Reads entities that a client sent as JSON.
pub(crate) fn from_json(list: &Value, text: &str) -> Result<Vec<Entity>, Refused> {
    let mut entities = Vec::new();
    for one in list.as_array().into_iter().flatten() {
        let kind = one["type"].as_str().unwrap_or("");
        let Some(kind) = KINDS.iter().find(|known| **known == kind).copied() else {
            continue; // unknown kinds are ignored, as on Telegram
        };
        let offset = one["offset"].as_i64().unwrap_or(-1);
        let length = one["length"].as_i64().unwrap_or(-1);
        if !(0..=1_000_000).contains(&offset) {
            return Err(bad(format!("receive an entity with incorrect offset {offset}")));
        }
        if !(0..=1_000_000).contains(&length) {
            return Err(bad(format!("receive an entity with incorrect length {length}")));
        }
        let argument = match kind {
            "text_link" => one["url"].as_str().unwrap_or("").to_owned(),
            "pre" => one["language"].as_str().unwrap_or("").to_owned(),
            "custom_emoji" => one["custom_emoji_id"].as_str().unwrap_or("").to_owned(),
            "text_mention" => one["user"]["id"].to_string(),
            "date_time" => {
                format!("{} {}", one["unix_time"], one["date_time_format"].as_str().unwrap_or(""))
            }
            _ => String::new(),
        };
        let (offset, length) = (offset.unsigned_abs() as usize, length.unsigned_abs() as usize);
        check_bounds(text, offset, length)?;
        entities.push(Entity::new(kind, offset, length).with(argument));
    }
    Ok(entities)
}

fn check_bounds(text: &str, offset: usize, length: usize) -> Result<(), Refused> {
    let total = utf16_len(text);
    if offset > total {
        return Err(bad(format!(
            "entity begins after the end of the text at UTF-16 offset {offset}"
        )));
    }
    if byte_of(text, offset).is_none() {
        return Err(bad(format!(
            "entity begins in a middle of a UTF-16 symbol at byte offset {offset}"
        )));
    }
    if offset + length > total {
        return Err(bad(format!(
            "entity beginning at UTF-16 offset {offset} ends after the end of the text at \
             UTF-16 offset {}",
            offset + length
        )));
    }
    if byte_of(text, offset + length).is_none() {
        return Err(bad(format!(
            "entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol at \
             UTF-16 offset {}",
            offset + length
        )));
    }
    Ok(())
}

/// Removes empty entities and those that stand inside code, links or mentions.
pub(crate) fn fix(entities: &mut Vec<Entity>) {
    entities.retain(|one| one.length > 0);
    sort(entities);
    let solid: Vec<(usize, usize, &'static str)> = entities
        .iter()
        .filter(|one| !one.wraps())
        .map(|one| (one.offset, one.end(), one.kind))
        .collect();
    let mut kept_end = 0;
    entities.retain(|one| {
        if one.wraps() {
            // Nothing may be formatted inside code, or cross its border.
            return !solid.iter().any(|(start, end, kind)| {
                matches!(*kind, "code" | "pre")
                    && one.offset < *end
                    && *start < one.end()
                    && one.kind != "blockquote"
                    && one.kind != "expandable_blockquote"
            });
        }
        let fits = one.offset >= kept_end;
        if fits {
            kept_end = one.end();
        }
        fits
    });
}

/// Trims the text, moves the entities with it and adds what Telegram finds by itself.
pub(crate) fn finish(
    mut formatted: Formatted,
    detected: impl Fn(&str) -> Vec<Entity>,
) -> Formatted {
    clean(&mut formatted);
    fix(&mut formatted.entities);
    trim(&mut formatted);
    let found = detected(&formatted.text);
    let taken: Vec<(usize, usize)> = formatted
        .entities
        .iter()
        .filter(|one| !one.wraps())
        .map(|one| (one.offset, one.end()))
        .collect();
    let free =
        |one: &Entity| !taken.iter().any(|(start, end)| one.offset < *end && *start < one.end());
    formatted.entities.extend(found.into_iter().filter(free));
    sort(&mut formatted.entities);
    formatted.entities.truncate(ENTITIES_KEPT);
    formatted
}

/// Carriage returns go, other control characters become spaces.
fn clean(formatted: &mut Formatted) {
    if !formatted.text.contains(|one: char| one.is_control() && one != '\n' && one != '\t') {
        return;
    }
    let units: Vec<u16> = formatted.text.encode_utf16().collect();
    let returns_before = |end: usize| {
        let end = end.min(units.len());
        units[..end].iter().filter(|unit| **unit == 13).count()
    };
    for entity in &mut formatted.entities {
        let end = entity.end() - returns_before(entity.end());
        entity.offset -= returns_before(entity.offset);
        entity.length = end - entity.offset;
    }
    let keep = |one: char| match one {
        '\r' => None,
        '\n' | '\t' => Some(one),
        other if other.is_control() => Some(' '),
        other => Some(other),
    };
    formatted.text = formatted.text.chars().filter_map(keep).collect();
}

fn trim(formatted: &mut Formatted) {
    let end = formatted.text.trim_end().len();
    formatted.text.truncate(end);
    let total = utf16_len(&formatted.text);
    for entity in &mut formatted.entities {
        entity.offset = entity.offset.min(total);
        entity.length = entity.length.min(total - entity.offset);
    }
    formatted.entities.retain(|one| one.length > 0);
    let first = formatted.entities.first().map_or(usize::MAX, |one| one.offset);
    let blank =
        formatted.text.bytes().take_while(|byte| matches!(byte, b' ' | b'\n')).count().min(first);
    if blank > 0 {
        formatted.text.drain(..blank);
        for entity in &mut formatted.entities {
            entity.offset -= blank;
        }
    }
}
