//! The person API under `/sim/chats`, `/sim/groups` and `/sim/channels`. It must not know bots'
//! calls.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::acting::Attachment;
use crate::control::{answer, complain};
use crate::groups::NewChat;
use crate::params::{Params, int_of};
use crate::world::World;

type Shared = web::Data<World>;
type Pair = web::Path<(i64, i64)>;

/// Most messages in one page of a chat.
const PAGE_MAX: usize = 500;

pub(crate) fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/sim/chats/{person}/{bot}", web::get().to(show))
        .route("/sim/chats/{person}/{bot}/callback", web::post().to(press))
        .route("/sim/chats/{person}/{bot}/pay", web::post().to(pay))
        .route("/sim/chats/{person}/{bot}/inline", web::post().to(inline))
        .route("/sim/chats/{person}/{bot}/inline/choose", web::post().to(choose))
        .route("/sim/chats/{person}/{bot}/{act}", web::post().to(act));
    for kind in ["groups", "channels"] {
        cfg.route(&format!("/sim/{kind}"), web::get().to(chats))
            .route(&format!("/sim/{kind}"), web::post().to(add_chat))
            .route(&format!("/sim/{kind}/{{id}}"), web::get().to(chat))
            .route(&format!("/sim/{kind}/{{id}}/{{act}}"), web::post().to(act_in_chat));
    }
}

#[derive(Deserialize)]
struct Page {
    before: Option<i64>,
    limit: Option<usize>,
}

async fn show(world: Shared, pair: Pair, page: web::Query<Page>) -> HttpResponse {
    let limit = page.limit.unwrap_or(50).clamp(1, PAGE_MAX);
    answer(world.chat(pair.0, pair.1, page.before, limit))
}

async fn press(world: Shared, pair: Pair, body: Json<Value>) -> HttpResponse {
    let Some(id) = body.get("message_id").and_then(int_of) else {
        return complain("message_id is missing");
    };
    let data = body["data"].as_str().unwrap_or("");
    answer(world.press(pair.0, pair.1, id, data).await)
}

async fn pay(world: Shared, pair: Pair, body: Json<Value>) -> HttpResponse {
    let Some(id) = body.get("message_id").and_then(int_of) else {
        return complain("message_id is missing");
    };
    let accept = match body["outcome"].as_str().unwrap_or("ok") {
        "ok" => true,
        "decline" | "cancel" => false,
        other => return complain(format!("no such outcome: {other}")),
    };
    answer(world.pay(pair.0, pair.1, id, accept).await)
}

async fn inline(world: Shared, pair: Pair, body: Json<Value>) -> HttpResponse {
    let text = |name: &str| body[name].as_str().unwrap_or("").to_owned();
    let (query, offset) = (text("query"), text("offset"));
    answer(world.ask_inline(pair.0, pair.1, &query, &offset).await)
}

async fn choose(world: Shared, pair: Pair, body: Json<Value>) -> HttpResponse {
    let id = match &body["result_id"] {
        Value::String(id) => id.clone(),
        _ => body["id"].as_str().unwrap_or("").to_owned(),
    };
    let chosen = world.choose_inline(pair.0, pair.1, &id);
    answer(chosen.map(|id| json!({"message_id": id})))
}

fn read(request: &HttpRequest, body: &Bytes) -> Result<Params, String> {
    let header = request.headers().get("content-type");
    let content_type = header.and_then(|value| value.to_str().ok()).unwrap_or("");
    let read = Params::read(request.query_string(), content_type, body);
    read.map_err(|refused| refused.description)
}

async fn act(
    world: Shared,
    path: web::Path<(i64, i64, String)>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let (person, bot, act) = path.into_inner();
    let params = match read(&request, &body) {
        Ok(params) => params,
        Err(error) => return complain(error),
    };
    let text = |name: &str| params.text(name).unwrap_or_default().into_owned();
    let message_id = || params.int("message_id").ok_or("message_id is missing".to_owned());
    let sent = |result: Result<i64, String>| answer(result.map(|id| json!({"message_id": id})));
    let quiet = |result: Result<(), String>| answer(result.map(|()| json!({})));
    match act.as_str() {
        "send" => {
            sent(world.reply_text(person, bot, &text("text"), params.int("reply_to_message_id")))
        }
        "start" => sent(world.start(person, bot, params.text("payload").as_deref())),
        "photo" | "document" | "voice" | "sticker" | "video" | "audio" | "animation"
        | "video_note" => sent(send_file(&world, (person, bot), &act, &params)),
        "contact" => sent(world.send_contact(person, bot)),
        "location" => {
            let number = |name: &str| params.number(name).unwrap_or(0.0);
            sent(world.send_location(person, bot, number("latitude"), number("longitude")))
        }
        "message" => match params.json("message", "message is no JSON") {
            Ok(Some(Value::Object(fields))) => sent(world.send_fields(person, bot, fields)),
            _ => complain("message must be an object"),
        },
        "edit" => sent(message_id().and_then(|id| world.edit_text(person, bot, id, &text("text")))),
        "block" => quiet(world.block(person, bot)),
        "unblock" => quiet(world.unblock(person, bot)),
        "reaction" => {
            quiet(message_id().and_then(|id| world.react(person, bot, id, &text("emoji"))))
        }
        _ => HttpResponse::NotFound().json(json!({"error": format!("no such act: {act}")})),
    }
}

/// A sticker without a file is a small picture of the world's own.
const STICKER: &[u8] = &[
    0x52, 0x49, 0x46, 0x46, 0x1a, 0, 0, 0, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50, 0x38, 0x4c, 0x0d, 0,
    0, 0, 0x2f, 0, 0, 0, 0x10, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 0x07, 0,
];

fn send_file(
    world: &World,
    (person, bot): (i64, i64),
    field: &str,
    params: &Params,
) -> Result<i64, String> {
    let caption = params.text("caption").unwrap_or_default();
    let own = crate::params::Upload {
        name: "sticker.webp".to_owned(),
        mime: "image/webp".to_owned(),
        bytes: Bytes::from_static(STICKER),
    };
    let upload = match params.file("file").or_else(|| params.file(field)) {
        Some(upload) => upload.clone(),
        None if field == "sticker" => own,
        None => return Err("the part `file` is missing".to_owned()),
    };
    if upload.bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    let file = Attachment { field: field.to_owned(), upload, caption: caption.into_owned() };
    world.send_file(person, bot, &file)
}

async fn chats(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(world.chats())
}

async fn add_chat(world: Shared, request: HttpRequest, body: Json<Value>) -> HttpResponse {
    let mut body = body.into_inner();
    if body.get("kind").is_none() {
        let channel = request.path().ends_with("/channels");
        body["kind"] = json!(if channel { "channel" } else { "group" });
    }
    match serde_json::from_value::<NewChat>(body) {
        Ok(new) => answer(world.add_chat(new).map(|id| json!({"id": id, "chat_id": id}))),
        Err(error) => complain(error),
    }
}

async fn chat(world: Shared, id: web::Path<i64>) -> HttpResponse {
    answer(world.chat_view(*id).ok_or_else(|| "no such chat".to_owned()))
}

async fn act_in_chat(
    world: Shared,
    path: web::Path<(i64, String)>,
    body: Json<Value>,
) -> HttpResponse {
    let (chat, act) = path.into_inner();
    let number = |name: &str| body.get(name).and_then(int_of);
    let text = |name: &str| body[name].as_str().unwrap_or("").to_owned();
    let person = number("person").unwrap_or(0);
    let quiet = |result: Result<(), String>| answer(result.map(|()| json!({})));
    match act.as_str() {
        "send" => {
            let thread = number("message_thread_id");
            let fields = body.get("message").and_then(Value::as_object);
            let sent = match (fields, number("reply_to_message_id")) {
                (Some(fields), _) => world.send_fields_in_chat(person, chat, fields.clone()),
                (None, Some(id)) => world.reply_in_chat(person, chat, &text("text"), id),
                (None, None) => world.send_in_chat(person, chat, &text("text"), thread),
            };
            answer(sent.map(|id| json!({"message_id": id})))
        }
        "members" => {
            let id = number("id").unwrap_or(person);
            let status = body["status"].as_str().unwrap_or("member");
            quiet(world.set_member(chat, id, status))
        }
        "join" => quiet(world.join_chat(person, chat, body["link"].as_str())),
        "leave" => quiet(world.leave_chat(person, chat)),
        "migrate" => answer(world.migrate(chat).map(|id| json!({"id": id, "chat_id": id}))),
        "reaction" => {
            let id = number("message_id").unwrap_or(0);
            quiet(world.react_in_chat(person, chat, id, &text("emoji")))
        }
        "callback" => {
            let id = number("message_id").unwrap_or(0);
            answer(world.press_in_chat(person, chat, id, &text("data")).await)
        }
        _ => HttpResponse::NotFound().json(json!({"error": format!("no such act: {act}")})),
    }
}
