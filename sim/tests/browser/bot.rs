//! A scripted bot that polls the Bot API like any framework would. It must not know the page.

use serde_json::{Value, json};

/// Polls and answers until the world goes away.
pub(crate) async fn run(url: String, token: &'static str) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let api = Api {
        http,
        base: format!("{url}/bot{token}"),
    };
    api.call("setMyCommands", json!({"commands": [
        {"command": "start", "description": "begin"}, {"command": "buy", "description": "the blue mug"}]})).await;
    let mut offset = 0;
    while let Some(updates) = api
        .call("getUpdates", json!({"offset": offset, "timeout": 20}))
        .await
    {
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
        let sent = self
            .http
            .post(format!("{}/{method}", self.base))
            .json(&body)
            .send()
            .await
            .ok()?;
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
        let id = &query["id"];
        if query["data"] == "ask" {
            let body = json!({"callback_query_id": id, "text": "A person will answer", "show_alert": true});
            self.call("answerCallbackQuery", body).await;
            return;
        }
        self.call(
            "answerCallbackQuery",
            json!({"callback_query_id": id, "text": "Here is what we have"}),
        )
        .await;
        let message = &query["message"];
        self.call("editMessageText", json!({
            "chat_id": message["chat"]["id"], "message_id": message["message_id"], "text": "Blue mug, 12.00 EUR",
            "reply_markup": {"inline_keyboard": [[{"text": "Ask", "callback_data": "ask"}]]}})).await;
    }

    async fn said(&self, message: &Value) {
        let chat = &message["chat"]["id"];
        if message.get("successful_payment").is_some() {
            self.call(
                "sendMessage",
                json!({"chat_id": chat, "text": "Thank you. Shall we wrap it?", "reply_markup": {
                "keyboard": [[{"text": "Wrap it"}, {"text": "No"}]], "resize_keyboard": true}}),
            )
            .await;
            return;
        }
        let text = message["text"].as_str().unwrap_or("");
        match text {
            "/start" => self.call("sendMessage", json!({"chat_id": chat, "text": "Welcome to Mug Shop",
                "reply_markup": {"inline_keyboard": [[{"text": "Catalogue", "callback_data": "catalogue"}]]}})).await,
            "/buy" => self.call("sendInvoice", json!({"chat_id": chat, "title": "Blue mug", "description": "One mug",
                "payload": "order-1", "provider_token": "sandbox", "currency": "EUR",
                "prices": [{"label": "Mug", "amount": 1200}]})).await,
            "Wrap it" => self.call("sendMessage", json!({"chat_id": chat, "text": "Noted",
                "reply_markup": {"remove_keyboard": true}})).await,
            _ if text.starts_with('أ') => self.call("sendMessage", json!({"chat_id": chat, "text": format!("قلت: {text}")})).await,
            _ => self.call("sendMessage", json!({"chat_id": chat, "text": format!("You said: {text}")})).await,
        };
    }
}
