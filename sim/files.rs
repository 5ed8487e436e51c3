//! Files of the world: their bytes once, under the ids that bots see. It must not know messages.

use std::collections::HashMap;

use actix_web::web::Bytes;
use serde_json::{Value, json};

use crate::images;
use crate::params::Upload;

/// What a file was sent as; Telegram's file ids carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FileKind {
    Photo,
    Document,
    Video,
    Animation,
    Audio,
    Voice,
    VideoNote,
    Sticker,
}

impl FileKind {
    /// How the file id begins.
    fn prefix(self) -> &'static str {
        match self {
            Self::Photo => "AgACAgIAAxkB",
            Self::Voice => "AwACAgIAAxkB",
            Self::Video => "BAACAgIAAxkB",
            Self::Document => "BQACAgIAAxkB",
            Self::Sticker => "CAACAgIAAxkB",
            Self::Audio => "CQACAgIAAxkB",
            Self::Animation => "CgACAgIAAxkB",
            Self::VideoNote => "DQACAgIAAxkB",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Photo => "photos",
            Self::Document => "documents",
            Self::Video => "videos",
            Self::Animation => "animations",
            Self::Audio => "music",
            Self::Voice => "voice",
            Self::VideoNote => "video_notes",
            Self::Sticker => "stickers",
        }
    }

    /// The Bot API's field of a message, and of a call.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Document => "document",
            Self::Video => "video",
            Self::Animation => "animation",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::VideoNote => "video_note",
            Self::Sticker => "sticker",
        }
    }

    pub(crate) fn from_field(field: &str) -> Option<Self> {
        [
            Self::Photo,
            Self::Document,
            Self::Video,
            Self::Animation,
            Self::Audio,
            Self::Voice,
            Self::VideoNote,
            Self::Sticker,
        ]
        .into_iter()
        .find(|kind| kind.field() == field)
    }
}

/// A kept file.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) kind: FileKind,
    pub(crate) file_id: String,
    pub(crate) unique_id: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) bytes: Bytes,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// All files by id and by path.
#[derive(Default)]
pub(crate) struct Files {
    by_id: HashMap<String, Kept>,
    by_path: HashMap<String, String>,
    count: u64,
}

impl Files {
    /// Keeps a file; `random` makes its ids unguessable.
    pub(crate) fn keep(&mut self, kind: FileKind, upload: &Upload, random: &str) -> Kept {
        self.count += 1;
        let size = images::size(&upload.bytes);
        let (width, height) = size.unwrap_or((512, 512));
        let extension = extension(kind, &upload.name);
        let path = format!("{}/file_{}{extension}", kind.folder(), self.count);
        let mime = if upload.mime.is_empty() || upload.mime == "application/octet-stream" {
            mime_of(&extension).to_owned()
        } else {
            upload.mime.clone()
        };
        let (long, short) = random.split_at(random.len().min(48));
        let kept = Kept {
            kind,
            file_id: format!("{}{long}", kind.prefix()),
            unique_id: format!("AgAD{short}"),
            path: path.clone(),
            name: upload.name.clone(),
            mime,
            bytes: upload.bytes.clone(),
            width,
            height,
        };
        self.by_path.insert(path, kept.file_id.clone());
        self.by_id.insert(kept.file_id.clone(), kept.clone());
        kept
    }

    pub(crate) fn find(&self, file_id: &str) -> Option<&Kept> {
        self.by_id.get(file_id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Kept> {
        self.by_id.values()
    }

    pub(crate) fn at_path(&self, path: &str) -> Option<&Kept> {
        self.by_id.get(self.by_path.get(path)?)
    }
}

impl Kept {
    /// The Bot API's `File`.
    pub(crate) fn file(&self) -> Value {
        json!({
            "file_id": self.file_id, "file_unique_id": self.unique_id,
            "file_size": self.bytes.len(), "file_path": self.path,
        })
    }

    fn base(&self) -> Value {
        json!({
            "file_id": self.file_id, "file_unique_id": self.unique_id,
            "file_size": self.bytes.len(),
        })
    }

    /// The value of the message's field for this file; a photo is a list of sizes.
    pub(crate) fn content(&self, given: &Given) -> Value {
        let mut object = self.base();
        let mut put = |name: &str, value: Value| object[name] = value;
        match self.kind {
            FileKind::Photo => {
                put("width", json!(self.width));
                put("height", json!(self.height));
                return Value::Array(vec![object]);
            }
            FileKind::Document => {
                put("file_name", json!(self.name));
                put("mime_type", json!(self.mime));
            }
            FileKind::Video | FileKind::Animation => {
                put("width", json!(given.width.unwrap_or(i64::from(self.width))));
                put("height", json!(given.height.unwrap_or(i64::from(self.height))));
                put("duration", json!(given.duration.unwrap_or(0)));
                put("file_name", json!(self.name));
                put("mime_type", json!(self.mime));
            }
            FileKind::Audio => {
                put("duration", json!(given.duration.unwrap_or(0)));
                put("file_name", json!(self.name));
                put("mime_type", json!(self.mime));
                for (name, value) in [("performer", &given.performer), ("title", &given.title)] {
                    if let Some(value) = value {
                        put(name, json!(value));
                    }
                }
            }
            FileKind::Voice => {
                put("duration", json!(given.duration.unwrap_or(1)));
                put("mime_type", json!("audio/ogg"));
            }
            FileKind::VideoNote => {
                put("length", json!(given.width.unwrap_or(240)));
                put("duration", json!(given.duration.unwrap_or(1)));
            }
            FileKind::Sticker => {
                put("width", json!(self.width));
                put("height", json!(self.height));
                put("type", json!("regular"));
                put("is_animated", json!(self.name.ends_with(".tgs")));
                put("is_video", json!(self.name.ends_with(".webm")));
                put("emoji", json!(given.emoji.as_deref().unwrap_or("🙂")));
            }
        }
        object
    }
}

/// What the caller says about a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub(crate) width: Option<i64>,
    pub(crate) height: Option<i64>,
    pub(crate) duration: Option<i64>,
    pub(crate) performer: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) emoji: Option<String>,
}

fn extension(kind: FileKind, name: &str) -> String {
    let own = name.rsplit_once('.').map(|(_, end)| end).filter(|end| {
        (1..=8).contains(&end.len()) && end.chars().all(|one| one.is_ascii_alphanumeric())
    });
    match (own, kind) {
        (Some(own), _) => format!(".{}", own.to_ascii_lowercase()),
        (None, FileKind::Photo) => ".jpg".to_owned(),
        (None, FileKind::Video | FileKind::VideoNote | FileKind::Animation) => ".mp4".to_owned(),
        (None, FileKind::Voice) => ".oga".to_owned(),
        (None, FileKind::Audio) => ".mp3".to_owned(),
        (None, FileKind::Sticker) => ".webp".to_owned(),
        (None, FileKind::Document) => String::new(),
    }
}

/// The media type of an extension, as a download answers it.
pub(crate) fn mime_of(extension: &str) -> &'static str {
    match extension.trim_start_matches('.') {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "json" => "application/json",
        "zip" => "application/zip",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "oga" | "ogg" => "audio/ogg",
        _ => "application/octet-stream",
    }
}
