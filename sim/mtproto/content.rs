//! Entities and media of a message, from the Bot API's fields to MTProto's. It must not know chats.

use std::hash::{DefaultHasher, Hash, Hasher};

use grammers_tl_types::{enums, types};
use serde_json::Value;

use crate::life::Mark;
use crate::people::Fields;

/// The data centre that holds files.
const FILES_DC: i32 = 2;

pub(crate) fn small(value: &Value) -> i32 {
    value.as_i64().and_then(|number| i32::try_from(number).ok()).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The number of a file, from its lasting id.
pub(crate) fn number_of(text: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    i64::try_from(hasher.finish() >> 1).unwrap_or_default()
}

/// One entity; none when MTProto has no such kind.
fn entity(kind: &str, at: (i32, i32), more: &Value) -> Option<enums::MessageEntity> {
    use enums::MessageEntity as E;
    let (offset, length) = at;
    Some(match kind {
        "mention" => E::Mention(types::MessageEntityMention { offset, length }),
        "hashtag" => E::Hashtag(types::MessageEntityHashtag { offset, length }),
        "cashtag" => E::Cashtag(types::MessageEntityCashtag { offset, length }),
        "bot_command" => E::BotCommand(types::MessageEntityBotCommand { offset, length }),
        "url" => E::Url(types::MessageEntityUrl { offset, length }),
        "email" => E::Email(types::MessageEntityEmail { offset, length }),
        "phone_number" => E::Phone(types::MessageEntityPhone { offset, length }),
        "bold" => E::Bold(types::MessageEntityBold { offset, length }),
        "italic" => E::Italic(types::MessageEntityItalic { offset, length }),
        "underline" => E::Underline(types::MessageEntityUnderline { offset, length }),
        "strikethrough" => E::Strike(types::MessageEntityStrike { offset, length }),
        "spoiler" => E::Spoiler(types::MessageEntitySpoiler { offset, length }),
        "code" => E::Code(types::MessageEntityCode { offset, length }),
        "blockquote" | "expandable_blockquote" => {
            let collapsed = kind == "expandable_blockquote";
            E::Blockquote(types::MessageEntityBlockquote { collapsed, offset, length })
        }
        "pre" => {
            let language = text(&more["language"]);
            E::Pre(types::MessageEntityPre { offset, length, language })
        }
        "text_link" => {
            let url = text(&more["url"]);
            E::TextUrl(types::MessageEntityTextUrl { offset, length, url })
        }
        "text_mention" => {
            let user_id = more["user"]["id"].as_i64().unwrap_or_default();
            E::MentionName(types::MessageEntityMentionName { offset, length, user_id })
        }
        "custom_emoji" => {
            let document_id = more["custom_emoji_id"].as_str()?.parse().ok()?;
            E::CustomEmoji(types::MessageEntityCustomEmoji { offset, length, document_id })
        }
        _ => return None,
    })
}

/// The entities of a stored message.
pub(crate) fn entities(fields: &Fields) -> Option<Vec<enums::MessageEntity>> {
    let list = fields.get("entities").or(fields.get("caption_entities"))?.as_array()?;
    let all: Vec<enums::MessageEntity> = list
        .iter()
        .filter_map(|one| {
            entity(one["type"].as_str()?, (small(&one["offset"]), small(&one["length"])), one)
        })
        .collect();
    (!all.is_empty()).then_some(all)
}

/// The entities of a text that a life wrote.
pub(crate) fn of_marks(marks: &[Mark]) -> Option<Vec<enums::MessageEntity>> {
    let whole = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let all: Vec<enums::MessageEntity> = marks
        .iter()
        .filter_map(|mark| {
            let more = serde_json::json!({"url": mark.url});
            entity(mark.kind, (whole(mark.offset), whole(mark.length)), &more)
        })
        .collect();
    (!all.is_empty()).then_some(all)
}

/// A picture of the past: it has a size and a number, and no bytes.
pub(crate) fn picture(seed: i64, date: i32) -> enums::MessageMedia {
    let size = |r#type: &str, w, h| {
        let size = types::PhotoSize { r#type: r#type.to_owned(), w, h, size: w * h / 8 };
        enums::PhotoSize::Size(size)
    };
    photo(seed, date, vec![size("m", 320, 240), size("x", 800, 600)])
}

fn photo(id: i64, date: i32, sizes: Vec<enums::PhotoSize>) -> enums::MessageMedia {
    let photo = types::Photo {
        has_stickers: false,
        id,
        access_hash: !id,
        file_reference: id.to_le_bytes().to_vec(),
        date,
        sizes,
        video_sizes: None,
        dc_id: FILES_DC,
    };
    types::MessageMediaPhoto {
        spoiler: false,
        live_photo: false,
        photo: Some(photo.into()),
        ttl_seconds: None,
        video: None,
    }
    .into()
}

fn document(kind: &str, file: &Value, date: i32) -> enums::MessageMedia {
    let id = number_of(file["file_unique_id"].as_str().unwrap_or_default());
    let (w, h) = (small(&file["width"]), small(&file["height"]));
    let duration = small(&file["duration"]);
    let mut attributes = Vec::new();
    if let Some(name) = file["file_name"].as_str() {
        let file_name = name.to_owned();
        attributes.push(types::DocumentAttributeFilename { file_name }.into());
    }
    match kind {
        "video" | "animation" | "video_note" => attributes.push(
            types::DocumentAttributeVideo {
                round_message: kind == "video_note",
                supports_streaming: false,
                nosound: kind == "animation",
                duration: f64::from(duration),
                w,
                h,
                preload_prefix_size: None,
                video_start_ts: None,
                video_codec: None,
            }
            .into(),
        ),
        "audio" | "voice" => attributes.push(
            types::DocumentAttributeAudio {
                voice: kind == "voice",
                duration,
                title: file["title"].as_str().map(str::to_owned),
                performer: file["performer"].as_str().map(str::to_owned),
                waveform: None,
            }
            .into(),
        ),
        _ => {}
    }
    if kind == "animation" {
        attributes.push(enums::DocumentAttribute::Animated);
    }
    let mime_type = file["mime_type"].as_str().unwrap_or("application/octet-stream").to_owned();
    let document = types::Document {
        id,
        access_hash: !id,
        file_reference: id.to_le_bytes().to_vec(),
        date,
        mime_type,
        size: file["file_size"].as_i64().unwrap_or_default(),
        thumbs: None,
        video_thumbs: None,
        dc_id: FILES_DC,
        attributes,
    };
    types::MessageMediaDocument {
        nopremium: false,
        spoiler: false,
        video: kind == "video",
        round: kind == "video_note",
        voice: kind == "voice",
        document: Some(document.into()),
        alt_documents: None,
        video_cover: None,
        video_timestamp: None,
        ttl_seconds: None,
    }
    .into()
}

/// The media of a stored message; kinds that are not simulated are said to be unsupported.
pub(crate) fn media(fields: &Fields) -> Option<enums::MessageMedia> {
    let date = fields.get("date").map_or(0, small);
    if let Some(sizes) = fields.get("photo").and_then(Value::as_array) {
        let id = number_of(sizes.last()?["file_unique_id"].as_str().unwrap_or_default());
        let sizes = sizes.iter().zip(["m", "x", "y", "w"]).map(|(size, name)| {
            enums::PhotoSize::Size(types::PhotoSize {
                r#type: name.to_owned(),
                w: small(&size["width"]),
                h: small(&size["height"]),
                size: small(&size["file_size"]),
            })
        });
        return Some(photo(id, date, sizes.collect()));
    }
    // An animation carries a copy of itself as a document.
    for kind in ["animation", "video", "video_note", "audio", "voice", "document", "sticker"] {
        if let Some(file) = fields.get(kind) {
            return Some(document(kind, file, date));
        }
    }
    if let Some(place) = fields.get("location") {
        let geo = types::GeoPoint {
            long: place["longitude"].as_f64().unwrap_or_default(),
            lat: place["latitude"].as_f64().unwrap_or_default(),
            access_hash: 0,
            accuracy_radius: None,
        };
        return Some(types::MessageMediaGeo { geo: geo.into() }.into());
    }
    if let Some(contact) = fields.get("contact") {
        let contact = types::MessageMediaContact {
            phone_number: text(&contact["phone_number"]),
            first_name: text(&contact["first_name"]),
            last_name: text(&contact["last_name"]),
            vcard: text(&contact["vcard"]),
            user_id: contact["user_id"].as_i64().unwrap_or_default(),
        };
        return Some(contact.into());
    }
    let others = ["poll", "invoice", "dice", "game", "venue", "paid_media", "checklist"];
    others.iter().any(|name| fields.contains_key(*name)).then_some(enums::MessageMedia::Unsupported)
}

/// What a service message says; none for an ordinary message.
pub(crate) fn action(fields: &Fields) -> Option<enums::MessageAction> {
    let id = |value: &Value| value["id"].as_i64().unwrap_or_default();
    if let Some(people) = fields.get("new_chat_members").and_then(Value::as_array) {
        let users = people.iter().map(id).collect();
        return Some(types::MessageActionChatAddUser { users }.into());
    }
    if let Some(person) = fields.get("left_chat_member") {
        return Some(types::MessageActionChatDeleteUser { user_id: id(person) }.into());
    }
    if let Some(title) = fields.get("new_chat_title") {
        return Some(types::MessageActionChatEditTitle { title: text(title) }.into());
    }
    if fields.contains_key("pinned_message") {
        return Some(enums::MessageAction::PinMessage);
    }
    let chat_id = -fields.get("migrate_from_chat_id")?.as_i64()?;
    Some(types::MessageActionChannelMigrateFrom { title: String::new(), chat_id }.into())
}
