//! What a Bot API server may answer: whatever it is, an outcome comes of it, and the token stays hidden.

use std::sync::{Arc, Mutex};

use actors::{
    Clock, CourierReport, IntentId, Keyboard, Lane, Method, Outcome, Photo, TelegramCall,
};
use entities::BotId;
use kontor::delivery::limits::OutboundLimits;
use kontor::delivery::telegram::pictures::Pictures;
use kontor::delivery::telegram::{SendingBot, TelegramCourier};
use kontor::telegram::{BotApi, Me, Webhook};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::campaign::fuzz;
use crate::damage::shapes;

const TOKEN: &str = "42:very-secret";

/// Answers every call with what stands in the slot: the status in the first two bytes.
async fn answer_with(slot: Arc<Mutex<Vec<u8>>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let slot = Arc::clone(&slot);
            tokio::spawn(async move {
                let mut request = vec![0; 64 * 1024];
                while let Ok(1..) = stream.read(&mut request).await {
                    let answer = slot.lock().expect("the slot").clone();
                    let status = 200 + u16::from(answer.first().copied().unwrap_or(0)) % 400;
                    let head =
                        format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n", answer.len());
                    let whole = [head.as_bytes(), &answer].concat();
                    if stream.write_all(&whole).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    url
}

fn seeds() -> Vec<Value> {
    let refused = |code: u16, description: &str, parameters: Value| json!({"ok": false, "error_code": code, "description": description, "parameters": parameters});
    vec![
        json!({"ok": true, "result": true}),
        json!({"ok": true, "result": {"message_id": 5, "date": 1, "chat": {"id": 7, "type": "private"},
            "photo": [{"file_id": "a", "width": 90}, {"file_id": "b", "width": 800}]}}),
        json!({"ok": true, "result": {"id": 42, "is_bot": true, "username": "ShopBot"}}),
        json!({"ok": true, "result": {"url": "", "pending_update_count": 0, "last_error_date": 1}}),
        json!({"ok": true, "result": [{"update_id": 1, "message": {"message_id": 1}}]}),
        refused(429, "Too Many Requests: retry after 7", json!({"retry_after": 7})),
        refused(400, "Bad Request: group chat was upgraded", json!({"migrate_to_chat_id": -1_001})),
        refused(400, "Bad Request: message is not modified", json!({})),
        refused(400, "Bad Request: wrong file identifier specified", json!({})),
        refused(403, "Forbidden: bot was blocked by the user", json!(null)),
        refused(401, "Unauthorized 42:very-secret", json!(null)),
        refused(502, "Bad Gateway", json!(null)),
    ]
}

#[test]
fn bot_api_replies() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let slot = Arc::new(Mutex::new(Vec::new()));
    let url = runtime.block_on(answer_with(Arc::clone(&slot)));
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let api = BotApi::new(http, &url, TOKEN.into());
    let (fast, bot) = (u32::MAX / 4, BotId::parse("shop").expect("a name"));
    let limits = OutboundLimits {
        bot_per_second: fast,
        bot_burst: fast,
        chat_per_second: fast,
        chat_burst: fast,
        ..OutboundLimits::default()
    };
    let call = |method: Method| TelegramCall {
        bot: bot.clone(),
        chat: 7,
        method,
        lane: Lane::Answer,
        report: true,
    };
    let (html, keyboard) = ("<b>hello</b>".to_owned(), Keyboard::None);
    let photo = Photo::FileId("f".to_owned());
    let calls = [
        call(Method::SendText { html: html.clone(), keyboard: Keyboard::None }),
        call(Method::EditText { message_id: 5, html: html.clone(), keyboard: Keyboard::None }),
        call(Method::SendPhoto { photo, html, keyboard }),
        call(Method::AnswerCallback { query: "q".to_owned(), text: None, alert: false }),
        call(Method::DeleteMessage { message_id: 5 }),
    ];
    fuzz("bot_api_replies", shapes(seeds()), |bytes| {
        *slot.lock().expect("the slot") = bytes.to_vec();
        // A courier that has heard nothing before: an answer may say that a group moved.
        let sending = SendingBot { api: api.clone(), provider_token: None };
        let pictures = Pictures::new(None, |_| None);
        let courier =
            TelegramCourier::new([(bot.clone(), sending)], &limits, &Clock::system(), pictures);
        runtime.block_on(async {
            for (number, call) in (0..).zip(&calls) {
                let report = courier.carry(IntentId { partition: 0, number }, call).await;
                assert!(!format!("{report:?}").contains(TOKEN), "{report:?}");
                if let CourierReport::Finished(Outcome::Refused { reason, .. })
                | CourierReport::Failed { reason }
                | CourierReport::Closed { reason } = report
                {
                    assert!(!reason.is_empty());
                }
            }
            for error in [
                api.ask::<Me>("getMe", &json!({})).await.err(),
                api.ask::<Webhook>("getWebhookInfo", &json!({})).await.err(),
                api.ask::<Vec<Value>>("getUpdates", &json!({})).await.err(),
            ] {
                let told = error.map(|error| error.to_string()).unwrap_or_default();
                assert!(!told.contains(TOKEN), "{told}");
            }
        });
    });
}
