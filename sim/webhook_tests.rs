//! Webhook delivery against a server that answers as each test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::tests::{Bot, SOON, bot, bot_with};
use crate::{Fault, FaultKind, Person, SimConfig};

/// One answer of the server; when none is left it answers 200 with an empty body.
struct Reply {
    status: u16,
    retry_after: Option<&'static str>,
    body: Value,
}

impl Reply {
    fn status(status: u16) -> Self {
        Self { status, retry_after: None, body: Value::Null }
    }
}

struct Hook {
    url: String,
    heard: mpsc::Receiver<(Option<String>, Value)>,
    server: ServerHandle,
}

impl Hook {
    async fn next(&mut self) -> (Option<String>, Value) {
        let heard = tokio::time::timeout(SOON, self.heard.recv()).await;
        heard.expect("an update in time").expect("the server runs")
    }
}

/// A server of its own for `/hook`.
fn serve(
    routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
) -> (String, ServerHandle) {
    let server = HttpServer::new(move || App::new().configure(routes.clone()));
    let server = server.workers(1).bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    (url, handle)
}

async fn hook(replies: Vec<Reply>) -> Hook {
    let (tell, heard) = mpsc::channel(64);
    let replies = Arc::new(Mutex::new(VecDeque::from(replies)));
    let (url, server) = serve(move |config| {
        let (tell, replies) = (tell.clone(), Arc::clone(&replies));
        let answer = move |request: HttpRequest, body: web::Json<Value>| {
            let (tell, replies) = (tell.clone(), Arc::clone(&replies));
            async move {
                let secret = request.headers().get("X-Telegram-Bot-Api-Secret-Token");
                let secret = secret.and_then(|value| value.to_str().ok()).map(str::to_owned);
                tell.send((secret, body.into_inner())).await.expect("the test listens");
                let reply = replies.lock().expect("no panic").pop_front();
                let reply = reply.unwrap_or_else(|| Reply::status(200));
                let status = actix_web::http::StatusCode::from_u16(reply.status);
                let mut response = HttpResponse::build(status.expect("a status"));
                if let Some(seconds) = reply.retry_after {
                    response.insert_header(("Retry-After", seconds));
                }
                if reply.body.is_null() { response.finish() } else { response.json(reply.body) }
            }
        };
        config.route("/hook", web::post().to(answer));
    });
    Hook { url, heard, server }
}

async fn over(bot: Bot, hook: Hook) {
    hook.server.stop(false).await;
    bot.sim.stop().await;
}

#[actix_web::test]
async fn updates_come_in_order_and_the_answer_is_run() {
    let bot = bot().await;
    let body = json!({"method": "sendMessage", "chat_id": bot.ada, "text": "run"});
    let reply = Reply { body, ..Reply::status(200) };
    let mut hook = hook(vec![reply]).await;
    bot.ok("setWebhook", json!({"url": hook.url, "secret_token": "s3"})).await;
    for n in 0..5 {
        bot.world().send_text(bot.ada, bot.bot, &format!("n{n}")).expect("sent");
    }
    for n in 0..5 {
        let (secret, update) = hook.next().await;
        assert_eq!(secret.as_deref(), Some("s3"));
        assert_eq!(update["message"]["text"], format!("n{n}"));
    }
    bot.world().wait_for_text(bot.ada, bot.bot, "run", SOON).await.expect("run");
    over(bot, hook).await;
}

#[actix_web::test]
async fn a_refused_update_is_repeated_with_its_number_and_holds_back_only_its_user() {
    let bot = bot().await;
    let too_many = Reply { retry_after: Some("3600"), ..Reply::status(429) };
    let mut hook = hook(vec![Reply::status(500), too_many]).await;
    bot.ok("setWebhook", json!({"url": hook.url, "max_connections": 1})).await;
    bot.world().send_text(bot.ada, bot.bot, "first").expect("sent");
    let (_, first) = hook.next().await;
    let (_, again) = hook.next().await;
    assert_eq!(first, again);
    bot.world().send_text(bot.ada, bot.bot, "second").expect("sent");
    let bob = bot.world().add_person(Person::named("Bob")).id;
    bot.world().send_text(bob, bot.bot, "other").expect("sent");
    assert_eq!(hook.next().await.1["message"]["text"], "other");
    let info = bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!(
        info["last_error_message"],
        "Wrong response from the webhook: 429 Too Many Requests"
    );
    assert_eq!(info["pending_update_count"], 2);
    bot.world().advance(3_601_000);
    assert_eq!(hook.next().await.1, first);
    assert_eq!(hook.next().await.1["message"]["text"], "second");
    over(bot, hook).await;
}

#[actix_web::test]
async fn a_webhook_that_is_gone_is_removed() {
    let config = SimConfig { gone_after_ms: 0, ..SimConfig::default() };
    let bot = bot_with(config).await;
    let mut hook = hook(vec![Reply::status(410)]).await;
    bot.ok("setWebhook", json!({"url": hook.url})).await;
    bot.world().send_text(bot.ada, bot.bot, "anyone").expect("sent");
    hook.next().await;
    while bot.ok("getWebhookInfo", json!({})).await["url"] != "" {
        tokio::task::yield_now().await;
    }
    assert_eq!(bot.updates(0).await.len(), 1);
    over(bot, hook).await;
}

#[actix_web::test]
async fn duplicates_and_redelivery_carry_the_same_number() {
    let bot = bot().await;
    let mut hook = hook(Vec::new()).await;
    bot.ok("setWebhook", json!({"url": hook.url})).await;
    for kind in [FaultKind::Duplicate, FaultKind::Redeliver] {
        bot.world().add_fault(Fault::new(kind).on("message").times(1));
        bot.world().send_text(bot.ada, bot.bot, "x").expect("sent");
        let first = hook.next().await.1;
        assert_eq!(hook.next().await.1, first, "{kind:?}");
    }
    over(bot, hook).await;
}

#[actix_web::test]
async fn nothing_is_lost_between_polling_and_webhook() {
    let bot = bot().await;
    bot.world().send_text(bot.ada, bot.bot, "before").expect("sent");
    let mut hook = hook(Vec::new()).await;
    bot.ok("setWebhook", json!({"url": hook.url})).await;
    assert_eq!(hook.next().await.1["message"]["text"], "before");
    while bot.world().pending_updates(bot.bot) > 0 {
        tokio::task::yield_now().await;
    }
    bot.ok("deleteWebhook", json!({})).await;
    bot.world().send_text(bot.ada, bot.bot, "after").expect("sent");
    assert_eq!(bot.updates(0).await[0]["message"]["text"], "after");
    over(bot, hook).await;
}

#[actix_web::test]
async fn a_load_tells_what_was_lost_and_how_fast_it_was() {
    use crate::{Load, Step, run_load};
    let bot = bot().await;
    let (url, handle) = serve(|config| {
        let echo = |body: web::Json<Value>| async move {
            let message = &body["message"];
            HttpResponse::Ok().json(json!({"method": "sendMessage",
                "chat_id": message["chat"]["id"], "text": message["text"]}))
        };
        config.route("/hook", web::post().to(echo));
    });
    bot.ok("setWebhook", json!({"url": url})).await;
    let step = |send: &str, expect: &str| Step {
        send: Some(send.to_owned()),
        expect_regex: Some(expect.to_owned()),
        ..Step::default()
    };
    let load = Load {
        bot: None,
        users: 10,
        concurrency: Some(4),
        seconds: None,
        dialogues: Some(50),
        script: vec![step("a {user}", "^a {user}$"), step("b", "^never$")],
        step_timeout_ms: 10_000,
    };
    let report = run_load(bot.world(), load).await.expect("a report");
    assert_eq!((report.updates, report.dialogues), (100, 50));
    assert_eq!((report.lost, report.mismatched), (0, 50));
    handle.stop(false).await;
    bot.sim.stop().await;
}
