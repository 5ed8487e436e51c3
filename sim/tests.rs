//! The whole simulated Telegram over loopback, as a bot and as a person see it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{NewBot, Person, Sim, SimConfig, World, start};

/// Longer than anything here takes.
pub(crate) const SOON: Duration = Duration::from_secs(10);
pub(crate) const TOKEN: &str = "4242:TEST";

pub(crate) struct Bot {
    pub(crate) sim: Sim,
    pub(crate) http: reqwest::Client,
    pub(crate) bot: i64,
    pub(crate) ada: i64,
}

pub(crate) async fn bot() -> Bot {
    bot_with(SimConfig { limits_on: false, ..SimConfig::default() }).await
}

pub(crate) async fn bot_with(config: SimConfig) -> Bot {
    let sim = start(config).await.expect("the simulator starts");
    let bot = sim.world.add_bot(NewBot {
        token: TOKEN.to_owned(),
        username: "shop_bot".to_owned(),
        first_name: "Shop".to_owned(),
        reads_all: false,
        inline: true,
    });
    let ada = sim.world.add_person(Person::named("Ada")).id;
    Bot { http: reqwest::Client::builder().no_proxy().build().expect("a client"), sim, bot, ada }
}

impl Bot {
    pub(crate) fn world(&self) -> &World {
        &self.sim.world
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let url = format!("{}/bot{TOKEN}/{method}", self.sim.url());
        let response = self.http.post(url).json(&params).send().await.expect("an answer");
        response.json().await.expect("JSON")
    }

    pub(crate) async fn ok(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        answer["result"].clone()
    }

    pub(crate) async fn refusal(&self, method: &str, params: Value) -> String {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], false, "{method}: {answer}");
        format!("{} {}", answer["error_code"], answer["description"].as_str().unwrap_or(""))
    }

    pub(crate) async fn updates(&self, offset: i64) -> Vec<Value> {
        let updates = self.ok("getUpdates", json!({"offset": offset, "timeout": 5})).await;
        updates.as_array().cloned().unwrap_or_default()
    }

    pub(crate) fn hello(&self) {
        self.world().start(self.ada, self.bot, None).expect("Ada starts");
    }
}

#[actix_web::test]
async fn a_text_arrives_is_answered_and_confirmed() {
    let bot = bot().await;
    bot.hello();
    let updates = bot.updates(0).await;
    assert_eq!(updates.len(), 1);
    let message = &updates[0]["message"];
    assert_eq!(message["entities"][0]["type"], "bot_command");
    assert_eq!(message["chat"]["type"], "private");
    assert_eq!(message["from"]["is_bot"], false);
    let sent = bot
        .ok(
            "sendMessage",
            json!({"chat_id": bot.ada, "text": "<b>hi</b> 😀 <i>you</i>",
            "parse_mode": "HTML"}),
        )
        .await;
    assert_eq!(sent["entities"][1]["offset"], 6);
    let next = updates[0]["update_id"].as_i64().expect("an id") + 1;
    bot.ok("getUpdates", json!({"offset": next})).await;
    let messages = bot.world().messages(bot.ada, bot.bot);
    assert_eq!(messages[0]["x"]["read"], true);
    assert_eq!(messages[1]["text"], "hi 😀 you");
    bot.sim.stop().await;
}

#[actix_web::test]
async fn refusals_are_worded_as_on_telegram() {
    let bot = bot().await;
    bot.hello();
    let ada = bot.ada;
    let cases = [
        (
            "sendMessage",
            json!({"chat_id": ada, "text": ""}),
            "400 Bad Request: message text is empty",
        ),
        ("sendMessage", json!({"text": "x"}), "400 Bad Request: chat_id is empty"),
        ("sendMessage", json!({"chat_id": 77, "text": "x"}), "400 Bad Request: chat not found"),
        (
            "sendMessage",
            json!({"chat_id": ada, "text": "x".repeat(4097)}),
            "400 Bad Request: message is too long",
        ),
        (
            "sendMessage",
            json!({"chat_id": ada, "text": "<b>x", "parse_mode": "HTML"}),
            "400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "sendMessage",
            json!({"chat_id": ada, "text": "a.b", "parse_mode": "MarkdownV2"}),
            "400 Bad Request: can't parse entities: Character '.' is reserved and must be escaped \
             with the preceding '\\'",
        ),
        (
            "sendMessage",
            json!({"chat_id": ada, "text": "x", "reply_markup": {"inline_keyboard":
                [[{"text": "a", "callback_data": "x".repeat(65)}]]}}),
            "400 Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            json!({"chat_id": ada, "text": "x", "reply_parameters": {"message_id": 99}}),
            "400 Bad Request: message to be replied not found",
        ),
        ("flyToMoon", json!({}), "404 Not Found: method not found"),
        (
            "answerCallbackQuery",
            json!({"callback_query_id": "1"}),
            "400 Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        (
            "editMessageText",
            json!({"chat_id": ada, "message_id": 1, "text": "x"}),
            "400 Bad Request: message can't be edited",
        ),
    ];
    for (method, params, expected) in cases {
        assert_eq!(bot.refusal(method, params).await, expected);
    }
    bot.world().block(ada, bot.bot).expect("Ada blocks");
    assert_eq!(
        bot.refusal("sendMessage", json!({"chat_id": ada, "text": "x"})).await,
        "403 Forbidden: bot was blocked by the user"
    );
    bot.sim.stop().await;
}

#[actix_web::test]
async fn a_button_is_pressed_answered_and_the_message_edited() {
    let bot = bot().await;
    bot.hello();
    let first = bot.updates(0).await[0]["update_id"].as_i64().expect("an id");
    let keyboard = json!({"inline_keyboard": [[{"text": "Buy", "callback_data": "buy:1"}]]});
    let sent = bot
        .ok("sendMessage", json!({"chat_id": bot.ada, "text": "mug", "reply_markup": keyboard}))
        .await;
    let id = sent["message_id"].as_i64().expect("an id");
    let world = bot.world().clone();
    let (ada, shop) = (bot.ada, bot.bot);
    let pressing = tokio::spawn(async move { world.press(ada, shop, id, "buy:1").await });
    let updates = bot.updates(first + 1).await;
    let query = &updates[0]["callback_query"];
    assert_eq!(query["data"], "buy:1");
    let answer = json!({"callback_query_id": query["id"], "text": "Bought"});
    bot.ok("answerCallbackQuery", answer.clone()).await;
    bot.ok("answerCallbackQuery", answer).await; // twice is fine
    let pressed = pressing.await.expect("no panic").expect("pressed");
    assert_eq!((pressed.answered, pressed.text.as_deref()), (true, Some("Bought")));
    let edit = json!({"chat_id": bot.ada, "message_id": id, "text": "sold"});
    let edited = bot.ok("editMessageText", edit.clone()).await;
    assert!(edited["edit_date"].is_i64() && edited.get("reply_markup").is_none());
    assert!(bot.refusal("editMessageText", edit).await.contains("message is not modified"));
    bot.sim.stop().await;
}

#[actix_web::test]
async fn two_pollers_conflict_and_a_webhook_shuts_polling_out() {
    let bot = bot().await;
    let poll = bot.call("getUpdates", json!({"timeout": 5}));
    let other = async {
        // The first poll is waiting once its call has begun; the second one begins after it.
        while bot.world().turn().queue(bot.bot).expect("a queue").poll == 0 {
            tokio::task::yield_now().await;
        }
        bot.call("getUpdates", json!({"timeout": 0})).await
    };
    let (first, second) = tokio::join!(poll, other);
    assert_eq!(first["error_code"], 409);
    assert!(
        first["description"].as_str().expect("text").contains("terminated by other getUpdates")
    );
    assert_eq!(second["ok"], true);
    bot.ok("setWebhook", json!({"url": "http://127.0.0.1:9/hook"})).await;
    let refused = bot.refusal("getUpdates", json!({})).await;
    assert!(
        refused.starts_with("409 Conflict: can't use getUpdates method while webhook is active")
    );
    bot.ok("deleteWebhook", json!({})).await;
    assert_eq!(bot.ok("getUpdates", json!({})).await, json!([]));
    bot.sim.stop().await;
}

#[actix_web::test]
async fn stars_are_paid_refunded_once_and_counted() {
    let bot = bot().await;
    bot.hello();
    let first = bot.updates(0).await[0]["update_id"].as_i64().expect("an id");
    let invoice = json!({"chat_id": bot.ada, "title": "Mug", "description": "Blue", "payload": "o1",
        "currency": "XTR", "prices": [{"label": "Mug", "amount": 50}]});
    let sent = bot.ok("sendInvoice", invoice).await;
    let id = sent["message_id"].as_i64().expect("an id");
    let world = bot.world().clone();
    let (ada, shop) = (bot.ada, bot.bot);
    let paying = tokio::spawn(async move { world.pay(ada, shop, id, true).await });
    let query = bot.updates(first + 1).await[0]["pre_checkout_query"].clone();
    assert_eq!((&query["total_amount"], &query["currency"]), (&json!(50), &json!("XTR")));
    bot.ok("answerPreCheckoutQuery", json!({"pre_checkout_query_id": query["id"], "ok": true}))
        .await;
    let paid = paying.await.expect("no panic").expect("paid");
    assert_eq!(paid.status, "paid");
    let receipt = bot.updates(first + 2).await[0]["message"]["successful_payment"].clone();
    assert_eq!(receipt["invoice_payload"], "o1");
    assert_eq!(bot.ok("getMyStarBalance", json!({})).await["amount"], 50);
    let refund = json!({"user_id": bot.ada,
        "telegram_payment_charge_id": receipt["telegram_payment_charge_id"]});
    bot.ok("refundStarPayment", refund.clone()).await;
    let again = bot.refusal("refundStarPayment", refund).await;
    assert_eq!(again, "400 Bad Request: CHARGE_ALREADY_REFUNDED");
    let moves = bot.ok("getStarTransactions", json!({})).await;
    assert_eq!(moves["transactions"].as_array().map(Vec::len), Some(2));
    bot.sim.stop().await;
}

#[actix_web::test]
async fn a_repeated_reply_is_marked_and_counted() {
    let bot = bot().await;
    bot.hello();
    let text = json!({"chat_id": bot.ada, "text": "same"});
    bot.ok("sendMessage", text.clone()).await;
    bot.ok("sendMessage", text.clone()).await;
    bot.world().send_text(bot.ada, bot.bot, "again").expect("sent");
    bot.ok("sendMessage", text).await;
    let doubled: Vec<bool> = bot
        .world()
        .messages(bot.ada, bot.bot)
        .iter()
        .map(|message| message["x"]["doubled"] == true)
        .collect();
    assert_eq!(doubled, [false, false, true, false, false]);
    assert_eq!(bot.world().counters().doubled_replies, 1);
    bot.sim.stop().await;
}

#[actix_web::test]
async fn equal_answers_to_quick_inputs_are_no_repetition() {
    let bot = bot().await;
    bot.hello();
    bot.ok("sendMessage", json!({"chat_id": bot.ada, "text": "welcome"})).await;
    for n in 0..10 {
        bot.world().send_text(bot.ada, bot.bot, &n.to_string()).expect("sent");
    }
    let hint = json!({"chat_id": bot.ada, "text": "use the buttons"});
    for _ in 0..10 {
        bot.ok("sendMessage", hint.clone()).await;
    }
    assert_eq!(bot.world().counters().doubled_replies, 0);
    bot.ok("sendMessage", hint).await;
    assert_eq!(bot.world().counters().doubled_replies, 1);
    bot.sim.stop().await;
}
