//! What is sent for an intent, and what the Bot API's errors mean.

use std::time::Duration;

use actors::{
    Button, CourierReport, Keyboard, Lane, Method, Outcome, Photo, Price, ReplyButton, TelegramCall,
};
use entities::{BotId, Currency, Money};
use serde_json::{Value, json};

use super::compose::{Along, Step, Unsendable, steps};
use super::inline_body;
use super::verdict::{Verdict, verdict};
use crate::telegram::{ApiError, CallError};

fn call(method: Method) -> TelegramCall {
    let bot = BotId::parse("shop").unwrap();
    TelegramCall { bot, chat: 7, method, lane: Lane::Answer, report: false }
}

fn made(method: Method) -> Vec<(&'static str, Value)> {
    let pair = |step: Step| (step.method, Value::Object(step.body));
    steps(&call(method), None).unwrap().into_iter().map(pair).collect()
}

fn text(html: &str, keyboard: Keyboard) -> Method {
    Method::SendText { html: html.to_owned(), keyboard }
}

fn home() -> Keyboard {
    Keyboard::Inline(vec![vec![
        Button::Press { label: "Home".to_owned(), data: "t.h".to_owned() },
        Button::Link { label: "Pay".to_owned(), url: "https://p".to_owned() },
    ]])
}

#[test]
fn texts_go_out_with_entities_and_keyboards() {
    let steps = made(text("<b>Tea</b> &amp; mugs", home()));
    let expected = json!({"chat_id": 7, "text": "Tea & mugs",
        "entities": [{"type": "bold", "offset": 0, "length": 3}],
        "reply_markup": {"inline_keyboard": [[{"text": "Home", "callback_data": "t.h"},
            {"text": "Pay", "url": "https://p"}]]}});
    assert_eq!(steps, [("sendMessage", expected)]);
    let rows = vec![vec![ReplyButton::Text("A".to_owned())]];
    let reply = Keyboard::Reply { rows, one_time: true };
    let markup = &made(text("x", reply))[0].1["reply_markup"];
    let expected = json!({"keyboard": [[{"text": "A"}]], "resize_keyboard": true,
        "one_time_keyboard": true});
    assert_eq!(*markup, expected);
    let edit = Method::EditText { message_id: 3, html: "x".to_owned(), keyboard: Keyboard::Remove };
    let expected = json!({"chat_id": 7, "text": "x", "message_id": 3});
    assert_eq!(made(edit), [("editMessageText", expected)], "edits take inline keyboards only");
}

#[test]
fn broken_markup_still_brings_the_words() {
    assert_eq!(made(text("a < b", Keyboard::None))[0].1["text"], "a < b");
}

#[test]
fn long_texts_become_several_messages_with_the_keyboard_under_the_last() {
    let long = "word ".repeat(1000);
    let steps = made(text(&long, home()));
    assert_eq!(steps.len(), 2);
    assert!(steps[0].1.get("reply_markup").is_none() && steps[1].1.get("reply_markup").is_some());
    let edit = Method::EditText { message_id: 3, html: long, keyboard: home() };
    let steps = made(edit);
    assert_eq!(
        steps.iter().map(|step| step.0).collect::<Vec<_>>(),
        ["editMessageText", "sendMessage"]
    );
    assert_eq!(steps[0].1["message_id"], 3);
    assert_eq!(steps[1].1.get("message_id"), None);
}

#[test]
fn what_does_not_fit_under_a_photo_follows_it_with_its_styles() {
    let photo = |html: String| {
        let photo = Photo::Ours("mug".to_owned());
        steps(&call(Method::SendPhoto { photo, html, keyboard: home() }), None).unwrap()
    };
    let short = photo("<i>short</i>".to_owned());
    assert_eq!((short.len(), short[0].file.clone()), (1, Some(Along::Picture("mug".to_owned()))));
    assert!(short[0].body.contains_key("caption_entities"));
    let none = photo(String::new());
    assert!(!none[0].body.contains_key("caption"));
    let long = photo(format!("{}<b>{}</b>", "é ".repeat(600), "bold ".repeat(800)));
    let texts: Vec<&str> = long.iter().filter_map(|step| step.body.get("text")?.as_str()).collect();
    assert_eq!((long.len(), texts.len()), (3, 2), "a caption of 1,024 and texts of 4,096");
    let caption = long[0].body["caption"].as_str().unwrap();
    let words = |text: &str| text.split_whitespace().count();
    assert_eq!(words(caption) + texts.iter().map(|text| words(text)).sum::<usize>(), 1400);
    assert!(long[0].body.get("reply_markup").is_none());
    assert!(long[2].body.get("reply_markup").is_some());
    let bold = &long[1].body["entities"][0];
    let (offset, length) = (bold["offset"].as_u64().unwrap(), bold["length"].as_u64().unwrap());
    let units: Vec<u16> = texts[0].encode_utf16().collect();
    let styled = String::from_utf16(&units[offset as usize..(offset + length) as usize]).unwrap();
    assert!(styled.starts_with("bold bold") && !styled.contains('é'), "{styled}");
}

#[test]
fn nothing_visible_is_not_sent_and_money_needs_a_provider() {
    let failed = |method| steps(&call(method), None).unwrap_err();
    assert_eq!(failed(text(" <b> </b>", Keyboard::None)), Unsendable::Empty);
    let invoice = |currency| Method::SendInvoice {
        title: "Mug".to_owned(),
        description: "A mug".to_owned(),
        payload: "payment:1".to_owned(),
        prices: vec![Price { label: "Mug".to_owned(), amount: Money::new(1200, currency) }],
    };
    assert_eq!(failed(invoice(Currency::EUR)), Unsendable::NoProvider);
    let stars = &made(invoice(Currency::XTR))[0];
    assert_eq!(
        (stars.0, &stars.1["currency"], &stars.1["prices"][0]["amount"]),
        ("sendInvoice", &json!("XTR"), &json!(1200))
    );
    let paid = steps(&call(invoice(Currency::EUR)), Some("prov")).unwrap();
    assert_eq!(paid[0].body["provider_token"], "prov");
}

#[test]
fn a_webhooks_response_carries_one_call() {
    let body = inline_body(&call(text("hi", Keyboard::None))).unwrap();
    assert_eq!(body, json!({"method": "sendMessage", "chat_id": 7, "text": "hi"}));
    assert_eq!(inline_body(&call(text(&"word ".repeat(1000), Keyboard::None))), None);
    let (photo, keyboard) = (Photo::Ours("mug".to_owned()), Keyboard::None);
    let photo = Method::SendPhoto { photo, html: String::new(), keyboard };
    assert_eq!(inline_body(&call(photo)), None);
}

fn said(error_code: u16, description: &str) -> CallError {
    CallError::Refused(ApiError {
        error_code,
        description: description.to_owned(),
        retry_after: None,
        migrate_to_chat_id: None,
    })
}

#[test]
fn errors_that_are_as_good_as_done() {
    for (method, description) in [
        ("editMessageText", "Bad Request: message is not modified: specified new message content"),
        ("answerCallbackQuery", "Bad Request: query is too old and response timeout expired"),
        ("deleteMessage", "Bad Request: message to delete not found"),
        ("leaveChat", "Bad Request: chat not found"),
    ] {
        assert_eq!(verdict(method, &said(400, description)), Verdict::Done, "{description}");
    }
}

#[test]
fn refusals_and_who_is_unreachable() {
    for (code, description, expected) in [
        (403, "Forbidden: bot was blocked by the user", true),
        (403, "Forbidden: user is deactivated", true),
        (403, "Forbidden: bot was kicked from the supergroup chat", true),
        (403, "Forbidden: not enough rights to send text messages", false),
        (400, "Bad Request: chat not found", true),
        (400, "Bad Request: message to edit not found", false),
        (400, "Bad Request: message can't be edited", false),
        (400, "Bad Request: BUTTON_DATA_INVALID", false),
        (413, "Request Entity Too Large", false),
    ] {
        match verdict("sendMessage", &said(code, description)) {
            Verdict::Report(CourierReport::Finished(Outcome::Refused { unreachable, .. })) => {
                assert_eq!(unreachable, expected, "{description}");
            }
            other => panic!("{description}: {other:?}"),
        }
    }
    let late = said(400, "Bad Request: query is too old");
    let late = verdict("answerPreCheckoutQuery", &late);
    let refused =
        |report: &CourierReport| matches!(report, CourierReport::Finished(Outcome::Refused { .. }));
    assert!(matches!(&late, Verdict::Report(report) if refused(report)), "{late:?}");
}

#[test]
fn errors_after_which_it_is_tried_again() {
    let is = |error: CallError, wanted: fn(&CourierReport) -> bool| {
        let found = verdict("sendMessage", &error);
        assert!(matches!(&found, Verdict::Report(report) if wanted(report)), "{error}: {found:?}");
    };
    for code in [401, 404] {
        is(said(code, "Unauthorized"), |report| matches!(report, CourierReport::Closed { .. }));
    }
    is(said(502, "Bad Gateway"), |report| matches!(report, CourierReport::Failed { .. }));
    let lost = CallError::Unanswered("reset".to_owned());
    is(lost, |report| matches!(report, CourierReport::Failed { .. }));
    let limited = CallError::Refused(ApiError {
        retry_after: Some(Duration::from_secs(7)),
        ..api_error(429, "Too Many Requests: retry after 7")
    });
    let throttled = CourierReport::Throttled { retry_after: Duration::from_secs(7) };
    assert_eq!(verdict("sendMessage", &limited), Verdict::Report(throttled));
    let moved = CallError::Refused(ApiError {
        migrate_to_chat_id: Some(-1009),
        ..api_error(400, "Bad Request: group chat was upgraded to a supergroup chat")
    });
    assert_eq!(verdict("sendMessage", &moved), Verdict::Migrated(-1009));
    let file = said(400, "Bad Request: wrong file identifier/HTTP URL specified");
    assert_eq!(verdict("sendPhoto", &file), Verdict::FileForgotten);
}

fn api_error(code: u16, description: &str) -> ApiError {
    match said(code, description) {
        CallError::Refused(error) => error,
        CallError::Unanswered(_) => panic!("a refusal"),
    }
}
