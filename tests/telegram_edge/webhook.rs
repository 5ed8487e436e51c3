//! Updates by webhook, the answers in its response, and changing between the ways.

use actors::OfficeLimits;
use entities::Key;
use kontor::intake::webhook::webhook_secret;
use kontor::telegram::Me;
use reqwest::{Client, StatusCode};
use secrecy::ExposeSecret;
use serde_json::json;
use sim::{Fault, FaultKind};

use crate::rig::{BOT, By, Ground, TOKEN, shop};

const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// How many messages came in a webhook's response.
fn in_responses(ground: &Ground) -> usize {
    let calls = ground.world.calls_after(0);
    calls.iter().filter(|call| call.method == "sendMessage (webhook)").count()
}

#[test]
fn messages_are_answered_in_the_response_where_that_is_allowed() {
    let ground = Ground::new();
    ground.life(By::Webhook { reply: true }, async |rig| {
        rig.running().await;
        ground.writes(ground.ada, "/start");
        rig.answered(ground.ada, 1).await;
        ground.writes(ground.ada, "/help");
        rig.answered(ground.ada, 2).await;
        rig.settle().await;
    });
    assert_eq!(ground.answers(ground.ada), 2);
    assert!(in_responses(&ground) > 0, "{:?}", ground.world.calls_after(0));
    let set = ground.world.calls_after(0);
    let set = set.iter().find(|call| call.method == "setWebhook").unwrap();
    let allowed = set.params["allowed_updates"].to_string();
    assert!(allowed.contains("chat_member") && allowed.contains("message_reaction"), "{allowed}");
}

#[test]
fn without_it_messages_are_sent_by_calls() {
    let ground = Ground::new();
    ground.life(By::Webhook { reply: false }, async |rig| {
        rig.running().await;
        ground.writes(ground.ada, "/start");
        rig.answered(ground.ada, 1).await;
        rig.settle().await;
    });
    assert_eq!((ground.answers(ground.ada), in_responses(&ground)), (1, 0));
}

#[test]
fn an_update_that_is_delivered_again_has_no_second_effect() {
    let ground = Ground::new();
    ground.life(By::Webhook { reply: false }, async |rig| {
        rig.running().await;
        ground.world.add_fault(Fault::new(FaultKind::Redeliver).on("message").times(1));
        ground.world.add_fault(Fault::new(FaultKind::Duplicate).on("message"));
        ground.writes(ground.ada, "/start");
        rig.answered(ground.ada, 1).await;
        ground.writes(ground.ada, "/help");
        rig.answered(ground.ada, 2).await;
        rig.settle().await;
    });
    assert_eq!(ground.answers(ground.ada), 2);
}

#[test]
fn an_update_that_is_posted_again_gets_the_same_response() {
    let ground = Ground::new();
    let update = json!({"update_id": 77, "message": {"message_id": 1, "date": 1, "text": "/start",
        "from": {"id": ground.ada, "is_bot": false, "first_name": "Ada"},
        "chat": {"id": ground.ada, "type": "private", "first_name": "Ada"}}});
    let mut bodies = Vec::new();
    // The second life knows it from the row.
    for _ in 0..2 {
        ground.life(By::Webhook { reply: true }, async |rig| {
            rig.running().await;
            let secret = webhook_secret(&ground.master, "shop");
            for _ in 0..2 {
                let post = Client::new().post(rig.hook_url("/telegram/shop"));
                let post = post.header(HEADER, secret.expose_secret()).json(&update);
                let response = post.send().await.unwrap();
                assert_eq!(response.status(), StatusCode::OK);
                let body: serde_json::Value = response.json().await.unwrap();
                assert_eq!(
                    (&body["method"], &body["chat_id"]),
                    (&json!("sendMessage"), &json!(ground.ada))
                );
                bodies.push(body);
            }
            rig.settle().await;
        });
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let calls = ground.world.calls_after(0);
    assert!(!calls.iter().any(|call| call.method == "sendMessage"), "nothing but the responses");
}

#[test]
fn only_telegram_gets_in() {
    let ground = Ground::new();
    ground.life(By::Webhook { reply: true }, async |rig| {
        rig.running().await;
        let secret = webhook_secret(&ground.master, "shop");
        let post = async |path: &str, secret: Option<&str>, body: Vec<u8>| {
            let post = Client::new().post(rig.hook_url(path)).body(body);
            let post = match secret {
                Some(secret) => post.header(HEADER, secret),
                None => post,
            };
            post.send().await.unwrap().status()
        };
        let good = Some(secret.expose_secret());
        let other = webhook_secret(&ground.master, "shop2");
        let other = Some(other.expose_secret());
        assert_eq!(post("/telegram/shop", None, vec![]).await, StatusCode::UNAUTHORIZED);
        assert_eq!(post("/telegram/shop", Some("x"), vec![]).await, StatusCode::UNAUTHORIZED);
        assert_eq!(post("/telegram/shop", other, vec![]).await, StatusCode::UNAUTHORIZED);
        assert_eq!(post("/telegram/nobody", good, vec![]).await, StatusCode::NOT_FOUND);
        let huge = vec![b' '; (1 << 20) + 1];
        assert_eq!(post("/telegram/shop", good, huge).await, StatusCode::PAYLOAD_TOO_LARGE);
        let get = Client::new().get(rig.hook_url("/telegram/shop")).send().await.unwrap();
        assert_eq!(get.status(), StatusCode::METHOD_NOT_ALLOWED);
        // What cannot be read is kept, once, and does not come again.
        for _ in 0..2 {
            assert_eq!(post("/telegram/shop", good, b"{oops".to_vec()).await, StatusCode::OK);
        }
    });
    let rows = ground.look(async |database| entities::unparsed(&database.read).await).unwrap();
    assert_eq!(rows.len(), 1);
}

#[test]
fn when_the_office_is_full_telegram_is_asked_to_come_again() {
    let mut ground = Ground::new();
    ground.office = OfficeLimits { in_flight: 2, ..OfficeLimits::default() };
    let people: Vec<i64> = (0..8).map(|n| ground.person(&format!("P{n}"))).collect();
    ground.life(By::Webhook { reply: false }, async |rig| {
        rig.running().await;
        people.iter().for_each(|person| ground.writes(*person, "/start"));
        for person in &people {
            rig.answered(*person, 1).await;
        }
        rig.settle().await;
    });
    assert!(people.iter().all(|person| ground.answers(*person) == 1));
}

#[test]
fn changing_the_way_loses_nothing() {
    let ground = Ground::new();
    let ways =
        [By::Webhook { reply: true }, By::Polling, By::Webhook { reply: false }, By::Polling];
    for (count, way) in ways.into_iter().enumerate() {
        // Nobody listens: it waits at Telegram, whichever way was set.
        ground.writes(ground.ada, if count == 0 { "/start" } else { "/help" });
        ground.life(way, async |rig| {
            rig.answered(ground.ada, count + 1).await;
            rig.settle().await;
            rig.shut_down().await;
        });
    }
    assert_eq!(ground.answers(ground.ada), 4);
}

#[test]
fn an_answer_that_was_lost_with_its_response_is_sent_when_the_update_comes_by_polling() {
    let ground = Ground::new();
    ground.writes(ground.ada, "/start");
    ground.life(By::Nothing, async |rig| {
        // The same update as Telegram keeps it, taken as by a webhook whose answer never arrives.
        let url = format!("{}/bot{TOKEN}/getUpdates", ground.api_url());
        let updates: serde_json::Value =
            Client::new().get(url).send().await.unwrap().json().await.unwrap();
        let me = Me { id: BOT, username: Some("ShopBot".to_owned()) };
        rig.intake.open(me, &ground.api_url()).await.unwrap();
        let update = updates["result"][0].to_string();
        let answer = rig.intake.take(update.as_bytes(), true).await.unwrap();
        assert!(answer.is_some(), "it travels in the response");
    });
    assert_eq!(ground.answers(ground.ada), 0);
    ground.life(By::Polling, async |rig| {
        rig.answered(ground.ada, 1).await;
        rig.settle().await;
    });
    assert_eq!(ground.answers(ground.ada), 1);
}

#[test]
fn a_bots_epoch_is_opened_once_per_api_server() {
    let ground = Ground::new();
    for _ in 0..2 {
        ground.life(By::Webhook { reply: true }, async |rig| {
            rig.running().await;
            let key = Key::new(entities::Kind::Bot, shop());
            let message = actors::bot::Message::OpenIntake { api_url: ground.api_url() };
            let external = actors::External::Request(format!("test-{}", uuid::Uuid::new_v4()));
            let told = rig.kernel.office.tell_patiently(key, external, message.into()).await;
            let Ok(actors::Answer::Value(value)) = told else { panic!("{told:?}") };
            assert_eq!(value["epoch"], 1);
        });
    }
}
