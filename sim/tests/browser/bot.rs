//! A scripted bot that polls the Bot API like any framework would. It must not know the page.

use serde_json::{Value, json};

/// Polls and answers until the world goes away.
pub(crate) async fn run(url: String, token: &'static str) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let api = Api { http, base: format!("{url}/bot{token}") };
    let commands = json!([
        { "command": "start", "description": "begin" },
        { "command": "buy", "description": "the blue mug" },
    ]);
    api.call("setMyCommands", json!({ "commands": commands })).await;
    let mut offset = 0;
    loop {
        let wanted = json!({ "offset": offset, "timeout": 20 });
        let Some(updates) = api.call("getUpdates", wanted).await else {
            return;
        };
        for update in updates.as_array().into_iter().flatten() {
            offset = update["update_id"].as_i64().unwrap() + 1;
            api.answer(update).await;
        }
    }
}

struct Api {
    http: reqwest::Client,
    base: String,
}

impl Api {
    async fn call(&self, method: &str, body: Value) -> Option<Value> {
        let sent =
            self.http.post(format!("{}/{method}", self.base)).json(&body).send().await.ok()?;
        let reply: Value = sent.json().await.ok()?;
        assert_eq!(reply["ok"], true, "{method} {body}: {reply}");
        Some(reply["result"].clone())
    }

    async fn answer(&self, update: &Value) {
        if let Some(query) = update.get("callback_query") {
            self.pressed(query).await;
        } else if let Some(query) = update.get("pre_checkout_query") {
            self.call(
                "answerPreCheckoutQuery",
                json!({"pre_checkout_query_id": query["id"], "ok": true}),
            )
            .await;
        } else if let Some(message) = update.get("message") {
            self.said(message).await;
        }
    }

    async fn pressed(&self, query: &Value) {
        let asks = query["data"] == "ask";
        let text = if asks { "A person will answer" } else { "Here is what we have" };
        let answer = json!({ "callback_query_id": query["id"], "text": text, "show_alert": asks });
        self.call("answerCallbackQuery", answer).await;
        if !asks {
            let message = &query["message"];
            let edit = json!({
                "chat_id": message["chat"]["id"],
                "message_id": message["message_id"],
                "text": "Blue mug, 12.00 EUR",
                "reply_markup": inline("Ask", "ask"),
            });
            self.call("editMessageText", edit).await;
        }
    }

    async fn said(&self, message: &Value) {
        let chat = &message["chat"]["id"];
        let text = message["text"].as_str().unwrap_or("");
        if text == "/buy" {
            let prices = json!([{ "label": "Mug", "amount": 1200 }]);
            let invoice = json!({
                "chat_id": chat, "title": "Blue mug", "description": "One mug", "currency": "EUR",
                "payload": "order-1", "provider_token": "sandbox", "prices": prices,
            });
            self.call("sendInvoice", invoice).await;
            return;
        }
        let (words, markup) = if message.get("successful_payment").is_some() {
            let keyboard = json!([[{ "text": "Wrap it" }, { "text": "No" }]]);
            let markup = json!({ "keyboard": keyboard, "resize_keyboard": true });
            ("Thank you. Shall we wrap it?".to_owned(), markup)
        } else if text == "/start" {
            ("Welcome to Mug Shop".to_owned(), inline("Catalogue", "catalogue"))
        } else if text == "Wrap it" {
            ("Noted".to_owned(), json!({ "remove_keyboard": true }))
        } else if text.starts_with('أ') {
            (format!("قلت: {text}"), Value::Null)
        } else {
            (format!("You said: {text}"), Value::Null)
        };
        let mut body = json!({ "chat_id": chat, "text": words });
        if !markup.is_null() {
            body["reply_markup"] = markup;
        }
        self.call("sendMessage", body).await;
    }
}

fn inline(text: &str, data: &str) -> Value {
    json!({ "inline_keyboard": [[{ "text": text, "callback_data": data }]] })
}
