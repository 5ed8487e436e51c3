//! Paid media, gifts, and polls that close themselves, as a bot sees them.

use serde_json::json;

use crate::tests::bot;

const PNG: &str = "attach://p";

#[actix_web::test]
async fn a_poll_closes_when_its_time_is_over() {
    let bot = bot().await;
    bot.world().start(bot.ada, bot.bot, None).expect("is written");
    let poll = json!({"chat_id": bot.ada, "question": "Tea?", "options": ["yes", "no"]});
    let with = |name: &str, value: i64| {
        let mut poll = poll.clone();
        poll[name] = json!(value);
        poll
    };
    for wrong in [with("open_period", 3), with("close_date", 1)] {
        let refused = bot.refusal("sendPoll", wrong).await;
        assert!(refused.starts_with("400"), "{refused}");
    }
    let sent = bot.ok("sendPoll", with("open_period", 600)).await;
    let id = sent["poll"]["id"].as_str().expect("an id").to_owned();
    assert!(sent["poll"]["close_date"].as_i64().is_some(), "{sent}");
    bot.world().vote(bot.ada, &id, &[0]).expect("is open");
    bot.world().advance(601_000);
    let closed = async {
        loop {
            if bot.world().vote(bot.ada, &id, &[1]).is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::tests::SOON, closed).await.expect("it closes by itself");
    let told = async {
        loop {
            let updates = bot.updates(0).await;
            if updates.iter().any(|update| update["poll"]["is_closed"] == true) {
                return;
            }
        }
    };
    tokio::time::timeout(crate::tests::SOON, told).await.expect("the bot is told");
    bot.sim.stop().await;
}

#[actix_web::test]
async fn gifts_are_paid_from_the_bots_stars() {
    let bot = bot().await;
    let gifts = bot.ok("getAvailableGifts", json!({})).await;
    let gift = gifts["gifts"][0].clone();
    let give = json!({"user_id": bot.ada, "gift_id": gift["id"], "text": "Thank you"});
    assert_eq!(bot.refusal("sendGift", give).await, "400 Bad Request: BALANCE_TOO_LOW");
    let wrong = json!({"user_id": bot.ada, "gift_id": "1"});
    assert_eq!(bot.refusal("sendGift", wrong).await, "400 Bad Request: STARGIFT_INVALID");
    bot.sim.stop().await;
}

#[actix_web::test]
async fn paid_media_names_its_price() {
    let bot = bot().await;
    bot.world().start(bot.ada, bot.bot, None).expect("is written");
    let media = json!([{"type": "photo", "media": PNG}]);
    let paid = |stars: i64| json!({"chat_id": bot.ada, "star_count": stars, "media": media});
    let refused = bot.refusal("sendPaidMedia", paid(0)).await;
    assert_eq!(refused, "400 Bad Request: STARS_AMOUNT_INVALID");
    let nothing = bot.refusal("sendPaidMedia", paid(5)).await;
    assert!(nothing.contains("there is no photo in the request"), "{nothing}");
    bot.sim.stop().await;
}
