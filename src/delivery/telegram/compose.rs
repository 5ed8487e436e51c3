//! One intent as the Bot API calls that carry it out: bodies, keyboards, pieces of long texts. Knows no HTTP.

use actors::{Button, Document, Keyboard, Method, Photo, Price, ReplyButton, TelegramCall};
use serde_json::{Map, Value, json};

use crate::delivery::markup::{Entity, parse_html};
use crate::delivery::split::{CAPTION_UNITS, Piece, TEXT_UNITS, split_text};

/// How long Telegram may answer the same question by itself: prices and stock change.
const INLINE_CACHE_S: u32 = 30;

/// One call of the Bot API.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) method: &'static str,
    pub(super) body: Map<String, Value>,
    /// What goes along; without it the words go alone.
    pub(super) file: Option<Along>,
}

/// A file that goes along with a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Along {
    Picture(String),
    Document(Document),
}

/// What a call counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    Message,
    Nothing,
}

/// What cannot be sent to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsendable {
    #[error("there is nothing visible to send")]
    Empty,
    #[error("no provider token is configured for invoices in this currency")]
    NoProvider,
}

/// The calls of an intent, in order. Long texts become several messages, the keyboard under the last.
///
/// # Errors
/// When Telegram would refuse it whatever we did.
pub(super) fn steps(call: &TelegramCall, provider: Option<&str>) -> Result<Vec<Step>, Unsendable> {
    let chat = call.chat;
    Ok(match &call.method {
        Method::SendText { html, keyboard } => texts(chat, split(html, TEXT_UNITS), keyboard)?,
        Method::EditText { message_id, html, keyboard } => {
            let mut steps = texts(chat, split(html, TEXT_UNITS), keyboard)?;
            let edit = &mut steps[0];
            edit.method = "editMessageText";
            edit.body.insert("message_id".to_owned(), (*message_id).into());
            only_inline(&mut edit.body);
            steps
        }
        Method::SendPhoto { photo, html, keyboard } => photo_steps(chat, photo, html, keyboard)?,
        Method::SendFile { file, html, keyboard } => vec![file_step(chat, file, html, keyboard)],
        method => vec![single(chat, method, provider)?],
    })
}

/// Methods that are always one call.
fn single(chat: i64, method: &Method, provider: Option<&str>) -> Result<Step, Unsendable> {
    let step = |method, body| Step { method, body: fields(body), file: None };
    Ok(match method {
        Method::EditCaption { message_id, html, keyboard } => {
            let body = json!({"chat_id": chat, "message_id": message_id});
            let mut step = step("editMessageCaption", body);
            put_caption(&mut step.body, html);
            put_keyboard(&mut step.body, keyboard);
            only_inline(&mut step.body);
            step
        }
        Method::EditKeyboard { message_id, keyboard } => {
            let body = json!({"chat_id": chat, "message_id": message_id});
            let mut step = step("editMessageReplyMarkup", body);
            put_keyboard(&mut step.body, keyboard);
            only_inline(&mut step.body);
            step
        }
        Method::DeleteMessage { message_id } => {
            step("deleteMessage", json!({"chat_id": chat, "message_id": message_id}))
        }
        Method::AnswerCallback { query, text, alert } => {
            let mut body = json!({"callback_query_id": query});
            if let Some(text) = text {
                body["text"] = json!(text);
                body["show_alert"] = json!(alert);
            }
            step("answerCallbackQuery", body)
        }
        Method::AnswerPreCheckout { query, error } => {
            let mut body = json!({"pre_checkout_query_id": query, "ok": error.is_none()});
            if let Some(error) = error {
                body["error_message"] = json!(error);
            }
            step("answerPreCheckoutQuery", body)
        }
        Method::AnswerInline { query, results, next_offset } => {
            let body = json!({"inline_query_id": query, "results": results,
                "next_offset": next_offset, "cache_time": INLINE_CACHE_S, "is_personal": true});
            step("answerInlineQuery", body)
        }
        Method::SendInvoice { title, description, payload, prices } => {
            let invoice = json!({"chat_id": chat, "title": title, "description": description,
                "payload": payload});
            Step { method: "sendInvoice", body: priced(invoice, prices, provider)?, file: None }
        }
        Method::LeaveChat => step("leaveChat", json!({"chat_id": chat})),
        Method::SendText { .. }
        | Method::EditText { .. }
        | Method::SendPhoto { .. }
        | Method::SendFile { .. }
        | Method::SendReport { .. } => {
            return Err(Unsendable::Empty);
        }
    })
}

/// Whether the limits on messages count it. Source: the Bot API's FAQ speaks of messages; edits are counted as such
/// in groups.
pub(super) fn cost(method: &str) -> Cost {
    match method {
        "sendMessage"
        | "sendPhoto"
        | "sendDocument"
        | "sendInvoice"
        | "editMessageCaption"
        | "editMessageText"
        | "editMessageReplyMarkup" => Cost::Message,
        _ => Cost::Nothing,
    }
}

fn split(html: &str, limit: usize) -> Vec<Piece> {
    let (text, entities) = styled(html);
    split_text(&text, &entities, limit)
}

/// The text and its styles. Broken markup is a bug of ours: the customer gets the words all the same.
fn styled(html: &str) -> (String, Vec<Entity>) {
    if !html.contains(['<', '&']) {
        return (html.to_owned(), Vec::new());
    }
    parse_html(html).unwrap_or_else(|error| {
        tracing::error!(%error, "a text of ours is no HTML that Telegram takes; sent as it stands");
        (html.to_owned(), Vec::new())
    })
}

fn texts(chat: i64, pieces: Vec<Piece>, keyboard: &Keyboard) -> Result<Vec<Step>, Unsendable> {
    let mut steps: Vec<Step> = pieces.into_iter().map(|piece| text(chat, piece)).collect();
    let last = steps.last_mut().ok_or(Unsendable::Empty)?;
    put_keyboard(&mut last.body, keyboard);
    Ok(steps)
}

fn text(chat: i64, (text, entities): Piece) -> Step {
    let mut body = fields(json!({"chat_id": chat, "text": text}));
    put_entities(&mut body, "entities", &entities);
    Step { method: "sendMessage", body, file: None }
}

/// A picture with its words; what does not fit under it follows as a text.
fn photo_steps(
    chat: i64,
    photo: &Photo,
    html: &str,
    keyboard: &Keyboard,
) -> Result<Vec<Step>, Unsendable> {
    let (text, entities) = styled(html);
    let mut captions = split_text(&text, &entities, CAPTION_UNITS).into_iter();
    let mut body = fields(json!({"chat_id": chat}));
    let caption = captions.next();
    if let Some((caption, entities)) = &caption {
        body.insert("caption".to_owned(), json!(caption));
        put_entities(&mut body, "caption_entities", entities);
    }
    let picture = match photo {
        Photo::FileId(id) => {
            body.insert("photo".to_owned(), json!(id));
            None
        }
        Photo::Ours(name) => Some(Along::Picture(name.clone())),
    };
    let mut first = Step { method: "sendPhoto", body, file: picture };
    let (Some((caption, _)), Some((next, _))) = (caption, captions.next()) else {
        put_keyboard(&mut first.body, keyboard);
        return Ok(vec![first]);
    };
    let (text, entities) = behind(&text, &entities, (&caption, &next));
    let mut steps = vec![first];
    steps.extend(texts(chat, split_text(text, &entities, TEXT_UNITS), keyboard)?);
    Ok(steps)
}

/// A file with its words, of which there are few.
fn file_step(chat: i64, file: &Document, html: &str, keyboard: &Keyboard) -> Step {
    let mut body = fields(json!({"chat_id": chat}));
    put_caption(&mut body, html);
    put_keyboard(&mut body, keyboard);
    Step { method: "sendDocument", body, file: Some(Along::Document(file.clone())) }
}

/// The words under a photo or a file; what does not fit is left out.
fn put_caption(body: &mut Map<String, Value>, html: &str) {
    let (text, entities) = styled(html);
    if let Some((caption, entities)) =
        split_text(&text, &entities, CAPTION_UNITS).into_iter().next()
    {
        body.insert("caption".to_owned(), json!(caption));
        put_entities(body, "caption_entities", &entities);
    }
}

/// What begins with the second piece of a text, styles included.
fn behind<'t>(
    text: &'t str,
    entities: &[Entity],
    (first, second): (&str, &str),
) -> (&'t str, Vec<Entity>) {
    let after_first = text.find(first).map_or(0, |at| at + first.len());
    let start = text[after_first..].find(second).map_or(after_first, |at| after_first + at);
    let units = u32::try_from(text[..start].encode_utf16().count()).unwrap_or(u32::MAX);
    let rest = entities.iter().filter(|entity| entity.end() > units).map(|entity| {
        let mut entity = entity.clone();
        let end = entity.end();
        entity.offset = entity.offset.saturating_sub(units);
        entity.length = end - units - entity.offset;
        entity
    });
    (&text[start..], rest.collect())
}

fn put_entities(body: &mut Map<String, Value>, name: &str, entities: &[Entity]) {
    if !entities.is_empty() {
        body.insert(name.to_owned(), json!(entities));
    }
}

fn put_keyboard(body: &mut Map<String, Value>, keyboard: &Keyboard) {
    let markup = match keyboard {
        Keyboard::None => return,
        Keyboard::Remove => json!({"remove_keyboard": true}),
        Keyboard::Reply { rows, one_time } => {
            let row = |row: &Vec<ReplyButton>| -> Vec<Value> { row.iter().map(shared).collect() };
            let rows: Vec<_> = rows.iter().map(row).collect();
            json!({"keyboard": rows, "resize_keyboard": true, "one_time_keyboard": one_time})
        }
        Keyboard::Contact { share, others } => {
            let share = json!([{"text": share, "request_contact": true}]);
            let others = others.iter().map(|label| json!([{"text": label}]));
            let rows: Vec<Value> = [share].into_iter().chain(others).collect();
            json!({"keyboard": rows, "resize_keyboard": true, "one_time_keyboard": true})
        }
        Keyboard::Inline(rows) => {
            let row = |row: &Vec<Button>| -> Vec<Value> { row.iter().map(button).collect() };
            let rows: Vec<_> = rows.iter().map(row).collect();
            json!({"inline_keyboard": rows})
        }
    };
    body.insert("reply_markup".to_owned(), markup);
}

fn shared(button: &ReplyButton) -> Value {
    match button {
        ReplyButton::Text(label) => json!({"text": label}),
        ReplyButton::Contact { contact } => json!({"text": contact, "request_contact": true}),
        ReplyButton::Location { location } => json!({"text": location, "request_location": true}),
    }
}

fn button(button: &Button) -> Value {
    match button {
        Button::Press { label, data } => json!({"text": label, "callback_data": data}),
        Button::Link { label, url } => json!({"text": label, "url": url}),
        Button::Copy { label, text } => json!({"text": label, "copy_text": {"text": text}}),
        Button::Pay { label } => json!({"text": label, "pay": true}),
        Button::Share { label, query } => json!({"text": label, "switch_inline_query": query}),
    }
}

/// Edits take inline keyboards and no others.
fn only_inline(body: &mut Map<String, Value>) {
    let inline = |markup: &Value| markup.get("inline_keyboard").is_some();
    if !body.get("reply_markup").is_none_or(inline) {
        body.remove("reply_markup");
    }
}

/// Stars need no provider; Telegram wants one for everything else.
fn priced(
    invoice: Value,
    prices: &[Price],
    provider: Option<&str>,
) -> Result<Map<String, Value>, Unsendable> {
    let mut body = fields(invoice);
    let currency = prices.first().ok_or(Unsendable::Empty)?.amount.currency;
    body.insert("currency".to_owned(), json!(currency.code()));
    let price = |price: &Price| json!({"label": price.label, "amount": price.amount.amount_minor});
    body.insert("prices".to_owned(), prices.iter().map(price).collect());
    if currency != entities::Currency::XTR {
        body.insert("provider_token".to_owned(), json!(provider.ok_or(Unsendable::NoProvider)?));
    }
    Ok(body)
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A photo's caption as a text.
pub(super) fn words_alone(mut body: Map<String, Value>) -> Map<String, Value> {
    for (caption, text) in [("caption", "text"), ("caption_entities", "entities")] {
        if let Some(value) = body.remove(caption) {
            body.insert(text.to_owned(), value);
        }
    }
    body
}
