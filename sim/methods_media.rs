//! Methods that send files, singly and as albums, and getFile.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::files::{FileKind, Given, Kept};
use crate::formatting;
use crate::images;
use crate::messages::Sender;
use crate::methods::{Call, message};
use crate::params::{Upload, int_of};
use crate::people::Fields;
use crate::reply::{Answer, Refused, bad};

/// Bots download files up to this size, bytes.
const DOWNLOAD_MAX: usize = 20 * 1024 * 1024;
/// Photos are taken up to this size, bytes.
const PHOTO_MAX: usize = 10 * 1024 * 1024;
/// Other files are taken up to this size, bytes.
const UPLOAD_MAX: usize = 50 * 1024 * 1024;

pub(crate) fn send_photo(call: &mut Call<'_>) -> Answer {
    send(call, FileKind::Photo)
}

pub(crate) fn send_document(call: &mut Call<'_>) -> Answer {
    send(call, FileKind::Document)
}

pub(crate) fn send_video(call: &mut Call<'_>) -> Answer {
    send(call, FileKind::Video)
}

pub(crate) fn send_animation(call: &mut Call<'_>) -> Answer {
    send(call, FileKind::Animation)
}

pub(crate) fn send_audio(call: &mut Call<'_>) -> Answer {
    send(call, FileKind::Audio)
}

pub(crate) fn send_voice(call: &mut Call<'_>) -> Answer {
    send(call, FileKind::Voice)
}

pub(crate) fn send_video_note(call: &mut Call<'_>) -> Answer {
    send(call, FileKind::VideoNote)
}

pub(crate) fn send_sticker(call: &mut Call<'_>) -> Answer {
    send(call, FileKind::Sticker)
}

fn send(call: &mut Call<'_>, kind: FileKind) -> Answer {
    let caption = formatting::caption(call.params)?;
    let place = call.writable(1)?;
    let name = kind.field();
    let given = match call.params.file(name) {
        Some(upload) => Source::Upload(upload.clone()),
        None => Source::Text(call.params.text(name).unwrap_or_default().into_owned()),
    };
    let kept = keep(call, kind, given)?;
    let number = |name: &str| call.params.int(name);
    let text = |name: &str| call.params.text(name).map(|text| text.into_owned());
    let details = Given {
        width: number("width").or_else(|| number("length")),
        height: number("height"),
        duration: number("duration"),
        performer: text("performer"),
        title: text("title"),
        emoji: text("emoji"),
    };
    let mut fields = content(&kept, &details);
    if kind != FileKind::Sticker && kind != FileKind::VideoNote {
        formatting::put(&mut fields, &caption, true, &|id| call.user(id));
    }
    for flag in ["show_caption_above_media", "has_spoiler"] {
        if call.params.flag(flag) {
            let name = if flag == "has_spoiler" { "has_media_spoiler" } else { flag };
            fields.insert(name.to_owned(), json!(true));
        }
    }
    message(call.send(place, fields)?)
}

/// The message fields of a file; an animation is also a document for older bots.
fn content(kept: &Kept, details: &Given) -> Fields {
    let mut fields = Fields::new();
    fields.insert(kept.kind.field().to_owned(), kept.content(details));
    if kept.kind == FileKind::Animation {
        let document = Kept { kind: FileKind::Document, ..kept.clone() };
        fields.insert("document".to_owned(), document.content(details));
    }
    fields
}

/// Where a file comes from.
pub(crate) enum Source {
    Upload(Upload),
    /// A file id, or `attach://name`.
    Text(String),
}

/// Keeps an upload, or finds the file of an id.
pub(crate) fn keep(call: &mut Call<'_>, kind: FileKind, source: Source) -> Result<Kept, Refused> {
    let name = kind.field();
    let upload = match source {
        Source::Upload(upload) => upload,
        Source::Text(text) if text.is_empty() => {
            return Err(bad(format!("there is no {} in the request", name.replace('_', " "))));
        }
        Source::Text(text) => match text.strip_prefix("attach://") {
            Some(part) => {
                let upload = call.params.file(part).cloned();
                upload.ok_or_else(|| {
                    bad(format!("there is no {} in the request", name.replace('_', " ")))
                })?
            }
            None => return by_id(call, kind, &text),
        },
    };
    if upload.bytes.is_empty() {
        return Err(bad("file must be non-empty"));
    }
    let largest = if kind == FileKind::Photo { PHOTO_MAX } else { UPLOAD_MAX };
    if upload.bytes.len() > largest {
        return Err(match kind {
            FileKind::Photo => {
                bad("file is too big for a photo; the maximum size is 10485760 bytes")
            }
            _ => Refused::new(413, "Request Entity Too Large"),
        });
    }
    if kind == FileKind::Photo {
        let (width, height) =
            images::size(&upload.bytes).ok_or_else(|| bad("IMAGE_PROCESS_FAILED"))?;
        let (long, short) = (width.max(height), width.min(height).max(1));
        if width + height > 10_000 || long / short > 20 {
            return Err(bad("PHOTO_INVALID_DIMENSIONS"));
        }
    }
    let random = call.turn.state.random_text(60);
    Ok(call.turn.state.files.keep(kind, &upload, &random))
}

fn by_id(call: &Call<'_>, kind: FileKind, id: &str) -> Result<Kept, Refused> {
    let Some(kept) = call.turn.state.files.find(id) else {
        return Err(bad("wrong remote file identifier specified: Wrong padding in the string"));
    };
    if kept.kind == kind {
        return Ok(kept.clone());
    }
    let movie = |kind| matches!(kind, FileKind::Video | FileKind::Animation | FileKind::Document);
    if movie(kept.kind) && movie(kind) {
        return Ok(kept.clone()); // Telegram answers with what the file is
    }
    Err(bad(format!("can't use file of type {} as {}", type_name(kept.kind), type_name(kind))))
}

fn type_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Photo => "Photo",
        FileKind::Document => "Document",
        FileKind::Video => "Video",
        FileKind::Animation => "Animation",
        FileKind::Audio => "Audio",
        FileKind::Voice => "VoiceNote",
        FileKind::VideoNote => "VideoNote",
        FileKind::Sticker => "Sticker",
    }
}

/// The fields of one `InputMedia`: its file and its caption.
pub(crate) fn input_media(
    call: &mut Call<'_>,
    media: &Value,
) -> Result<(FileKind, Fields), Refused> {
    let complain = |text: &str| bad(format!("can't parse InputMedia: {text}"));
    if !media.is_object() {
        return Err(complain("Object expected as input media"));
    }
    let kind = media["type"].as_str().unwrap_or("");
    let kind = FileKind::from_field(kind)
        .filter(|kind| !matches!(kind, FileKind::Voice | FileKind::Sticker | FileKind::VideoNote))
        .ok_or_else(|| complain(&format!("type \"{kind}\" is unsupported")))?;
    let source = media["media"].as_str().unwrap_or("");
    if source.is_empty() {
        return Err(complain("Media is not specified"));
    }
    let caption = formatting::format(
        media["caption"].as_str().unwrap_or(""),
        media["parse_mode"].as_str(),
        media.get("caption_entities"),
    )?;
    formatting::check_caption(&caption)?;
    let kept = keep(call, kind, Source::Text(source.to_owned()))?;
    let details = Given {
        width: media.get("width").and_then(int_of),
        height: media.get("height").and_then(int_of),
        duration: media.get("duration").and_then(int_of),
        performer: media["performer"].as_str().map(str::to_owned),
        title: media["title"].as_str().map(str::to_owned),
        emoji: None,
    };
    let mut fields = content(&kept, &details);
    formatting::put(&mut fields, &caption, true, &|id| call.user(id));
    if media["has_spoiler"] == true {
        fields.insert("has_media_spoiler".to_owned(), json!(true));
    }
    Ok((kept.kind, fields))
}

pub(crate) fn send_media_group(call: &mut Call<'_>) -> Answer {
    let list = call.params.json("media", "can't parse media JSON object")?;
    let list = match list {
        Some(Value::Array(list)) => list,
        Some(_) => return Err(bad("expected an Array of InputMedia")),
        None => return Err(bad("parameter \"media\" is required")),
    };
    if list.is_empty() {
        return Err(bad("there are no messages to send"));
    }
    if list.len() > 10 {
        return Err(bad("too many messages to send as an album"));
    }
    let place = call.writable(list.len())?;
    let mut album = Vec::new();
    for media in &list {
        album.push(input_media(call, media)?);
    }
    let of = |kinds: &[FileKind]| album.iter().all(|(kind, _)| kinds.contains(kind));
    let uniform = of(&[FileKind::Photo, FileKind::Video])
        || of(&[FileKind::Document])
        || of(&[FileKind::Audio]);
    if !uniform && album.len() > 1 {
        return Err(bad("can't use the media of the specified type in the album"));
    }
    let group = call.turn.state.random_id();
    let mut sent = Vec::new();
    for (_, mut fields) in album {
        if list.len() > 1 {
            fields.insert("media_group_id".to_owned(), json!(group));
        }
        let mut draft = call.draft(place, fields)?;
        draft.markup = None;
        sent.push(Value::Object(Arc::unwrap_or_clone(call.turn.post(
            place,
            Sender::Bot(call.bot),
            draft,
        ))));
    }
    Ok(Value::Array(sent))
}

pub(crate) fn get_file(call: &mut Call<'_>) -> Answer {
    let Some(id) = call.params.text("file_id") else {
        return Err(bad("file_id not specified"));
    };
    let Some(kept) = call.turn.state.files.find(&id) else {
        return Err(bad("invalid file_id"));
    };
    if kept.bytes.len() > DOWNLOAD_MAX {
        return Err(bad("file is too big"));
    }
    Ok(kept.file())
}
