//! The simulated Telegram's own parsers: whatever is asked, the answer is the Bot API's, and never an inner error.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;
use serde_json::{Map, Value, json};
use sim::{NewBot, Person, SimConfig};

use crate::campaign::{Input, fuzz};
use crate::damage::{cut, hurt};

const TOKEN: &str = "42:TEST";

const TEXT: &str =
    "<b>hi</b> *x* _y_ [l](http://a.example) @ShopBot #tag +998901234567 a@b.example";

fn inline() -> Value {
    json!({"inline_keyboard": [[{"text": "A", "callback_data": "t.h"},
        {"text": "B", "url": "https://a.example"}], [{"text": "C", "copy_text": {"text": "c"}}]]})
}

/// Sends with the parameters that they are made for.
fn sends(person: i64) -> Vec<(&'static str, Value)> {
    let (text, inline) = (TEXT, inline());
    let reply = json!({"keyboard": [[{"text": "P", "request_contact": true}, {"text": "L", "request_location": true}]],
        "resize_keyboard": true, "one_time_keyboard": true});
    vec![
        (
            "sendMessage",
            json!({"chat_id": person, "text": text, "parse_mode": "HTML", "reply_markup": inline}),
        ),
        ("sendMessage", json!({"chat_id": person, "text": text, "parse_mode": "MarkdownV2"})),
        (
            "sendMessage",
            json!({"chat_id": person, "text": text, "parse_mode": "Markdown", "reply_markup": reply}),
        ),
        (
            "sendMessage",
            json!({"chat_id": person, "text": text, "entities": [
            {"type": "bold", "offset": 0, "length": 4}, {"type": "text_link", "offset": 2, "length": 9,
            "url": "https://a.example"}], "reply_parameters": {"message_id": 1}}),
        ),
        (
            "sendPhoto",
            json!({"chat_id": person, "photo": "x", "caption": text, "parse_mode": "HTML"}),
        ),
        (
            "sendMediaGroup",
            json!({"chat_id": person, "media": [{"type": "photo", "media": "attach://a"},
            {"type": "photo", "media": "x", "caption": "c"}]}),
        ),
        ("sendPoll", json!({"chat_id": person, "question": "?", "options": ["a", {"text": "b"}]})),
        (
            "sendInvoice",
            json!({"chat_id": person, "title": "t", "description": "d", "payload": "p",
            "currency": "XTR", "prices": [{"label": "l", "amount": 5}]}),
        ),
        (
            "sendLocation",
            json!({"chat_id": person, "latitude": 41.3, "longitude": 69.2, "live_period": 60}),
        ),
        ("sendContact", json!({"chat_id": person, "phone_number": "+1", "first_name": "A"})),
    ]
}

/// The other calls, with the parameters that they are made for.
fn asks(person: i64) -> Vec<(&'static str, Value)> {
    let (text, inline) = (TEXT, inline());
    vec![
        (
            "editMessageText",
            json!({"chat_id": person, "message_id": 1, "text": text, "parse_mode": "HTML"}),
        ),
        (
            "editMessageReplyMarkup",
            json!({"chat_id": person, "message_id": 1, "reply_markup": inline}),
        ),
        (
            "editMessageMedia",
            json!({"chat_id": person, "message_id": 1,
            "media": {"type": "photo", "media": "attach://f"}}),
        ),
        ("deleteMessages", json!({"chat_id": person, "message_ids": [1, 2, 3]})),
        ("copyMessage", json!({"chat_id": person, "from_chat_id": person, "message_id": 1})),
        ("forwardMessage", json!({"chat_id": person, "from_chat_id": person, "message_id": 1})),
        ("answerCallbackQuery", json!({"callback_query_id": "1", "text": "t", "show_alert": true})),
        (
            "answerInlineQuery",
            json!({"inline_query_id": "1", "results": [{"type": "article", "id": "1",
            "title": "t", "input_message_content": {"message_text": "m"}}]}),
        ),
        (
            "answerShippingQuery",
            json!({"shipping_query_id": "1", "ok": true, "shipping_options": [
            {"id": "a", "title": "A", "prices": [{"label": "l", "amount": 1}]}]}),
        ),
        (
            "setMyCommands",
            json!({"commands": [{"command": "start", "description": "d"}],
            "scope": {"type": "chat", "chat_id": person}, "language_code": "ru"}),
        ),
        (
            "setMessageReaction",
            json!({"chat_id": person, "message_id": 1,
            "reaction": [{"type": "emoji", "emoji": "👍"}]}),
        ),
        ("getChat", json!({"chat_id": person})),
        ("getChatMember", json!({"chat_id": person, "user_id": person})),
        (
            "getUpdates",
            json!({"offset": 1, "limit": 2, "timeout": 0, "allowed_updates": ["message"]}),
        ),
        (
            "createInvoiceLink",
            json!({"title": "t", "description": "d", "payload": "p", "currency": "XTR",
            "prices": [{"label": "l", "amount": 5}], "subscription_period": 2_592_000}),
        ),
        ("refundStarPayment", json!({"user_id": person, "telegram_payment_charge_id": "x"})),
        ("getStarTransactions", json!({"offset": 0, "limit": 100})),
        (
            "createChatInviteLink",
            json!({"chat_id": -1, "name": "n", "member_limit": 5, "expire_date": 9}),
        ),
        ("getWebhookInfo", json!({})),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Body {
    Json,
    Form,
    Multipart,
    Query,
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The request as one text: method and media type, a line end, the body.
fn written(method: &str, params: &Value, body: Body) -> Vec<u8> {
    let empty = Map::new();
    let fields = params.as_object().unwrap_or(&empty);
    let pair = |(name, value): (&String, &Value)| {
        format!("{}={}", escaped(name), escaped(&text_of(value)))
    };
    let form = || fields.iter().map(pair).collect::<Vec<_>>().join("&");
    match body {
        Body::Json => format!("{method} application/json\n{params}").into_bytes(),
        Body::Form => {
            format!("{method} application/x-www-form-urlencoded\n{}", form()).into_bytes()
        }
        Body::Query => format!("{method}?{} text/plain\n", form()).into_bytes(),
        Body::Multipart => {
            let mut text = format!("{method} multipart/form-data; boundary=zz\n");
            for (name, value) in fields {
                text += &format!(
                    "--zz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n",
                    text_of(value)
                );
            }
            text += "--zz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\n\
                     Content-Type: image/png\r\n\r\n\u{89}PNG\r\n--zz--\r\n";
            text.into_bytes()
        }
    }
}

fn requests(person: i64) -> impl Strategy<Value = Input> {
    let bodies = select(vec![Body::Json, Body::Json, Body::Form, Body::Multipart, Body::Query]);
    let cuts = prop_oneof![2 => Just(Vec::new()), 1 => vec(cut(), 1..4)];
    (select([sends(person), asks(person)].concat()), vec(hurt(), 0..5), bodies, cuts).prop_map(
        |((method, mut params), hurts, body, cuts)| {
            for hurt in hurts {
                hurt.do_to(&mut params);
            }
            let mut bytes = written(method, &params, body);
            let start = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let mut rest = bytes.split_off(start);
            for cut in cuts {
                cut.do_to(&mut rest);
            }
            Input([bytes, rest].concat())
        },
    )
}

#[test]
fn the_simulated_bot_api() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let config = SimConfig { workers: 1, limits_on: false, ..SimConfig::default() };
    let sim = runtime.block_on(sim::start(config)).expect("the world");
    sim.world.add_bot(NewBot {
        token: TOKEN.to_owned(),
        username: "ShopBot".to_owned(),
        first_name: "Shop".to_owned(),
        reads_all: true,
        inline: true,
    });
    let ada = sim.world.add_person(Person::named("Ada")).id;
    sim.world.send_text(ada, 42, "/start").expect("is written");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = sim.url();
    fuzz("the_simulated_bot_api", requests(ada), |bytes| {
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let (path, kind) = head.split_once(' ').unwrap_or((&head, "application/json"));
        let body = bytes.get(end + 1..).unwrap_or_default().to_vec();
        let request =
            http.post(format!("{url}/bot{TOKEN}/{path}")).header("content-type", kind).body(body);
        let may_wait = path.starts_with("getUpdates");
        let answered = runtime.block_on(async {
            let within = std::time::Duration::from_millis(if may_wait { 200 } else { 20_000 });
            match request.timeout(within).send().await {
                Err(error) if may_wait && error.is_timeout() => None,
                response => {
                    let response = response.expect("an answer");
                    let status = response.status().as_u16();
                    Some((status, response.bytes().await.expect("a body")))
                }
            }
        });
        let Some((status, answer)) = answered else {
            return; // it waits for updates
        };
        if status == 414 || status == 431 {
            return; // the address was too long for any server
        }
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_else(|_| {
            panic!("{status}, no JSON: {:?}", String::from_utf8_lossy(&answer))
        });
        assert!(status < 500, "{status} {answer}");
        if answer["ok"] == false {
            assert_eq!(answer["error_code"], json!(status), "{answer}");
            assert!(
                answer["description"].as_str().is_some_and(|words| !words.is_empty()),
                "{answer}"
            );
        } else {
            assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{answer}");
        }
    });
    drop(sim);
}
