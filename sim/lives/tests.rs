//! A channel's life in the world: what a jump of the clock brings, and who hears of it.

use std::time::Duration;

use serde_json::Value;

use crate::ledger::Happening;
use crate::life::DAY_S;
use crate::lives::NewLife;
use crate::state::Place;
use crate::tests::bot;

const SOON: Duration = Duration::from_secs(20);

#[actix_web::test]
async fn a_month_that_is_jumped_over_is_lived_through_day_by_day() {
    let bot = bot().await;
    let mut life = NewLife::of("Mugs", "mugs", bot.ada);
    life.past_days = 10;
    life.posts_per_day = 4.0;
    life.admin_bots = vec![bot.bot];
    life.seed = Some(21);
    let world = bot.world();
    let chat = world.add_life(life).unwrap();
    let mut changes = world.0.changes.listen();
    let (start_s, before) = {
        let turn = world.turn();
        (turn.now_s(), turn.state.chats[&chat].history.last_id())
    };
    world.advance(30 * DAY_S * 1000);
    let lived = async {
        loop {
            changes.recv().await.unwrap();
            let mut turn = world.turn();
            let now_s = turn.now_s();
            let life = turn.state.chats.get_mut(&chat).unwrap().life.as_mut().unwrap();
            if life.upcoming().is_none_or(|post| post.at_s > now_s) {
                return;
            }
        }
    };
    tokio::time::timeout(SOON, lived).await.expect("the month is over in time");
    let turn = world.turn();
    let found = &turn.state.chats[&chat];
    let posts = found.history.page(Some(i64::MAX), usize::MAX);
    assert!(posts.len() > 60, "{}", posts.len());
    assert_eq!(posts[0].id, before + 1);
    let dates: Vec<i64> = posts.iter().map(|post| post.message["date"].as_i64().unwrap()).collect();
    assert!(dates.windows(2).all(|two| two[0] <= two[1]));
    let days = dates.iter().map(|date| (date - start_s) / DAY_S);
    assert!(days.collect::<std::collections::BTreeSet<_>>().len() > 20);
    assert!(posts.iter().any(|post| post.message.contains_key("edit_date")));
    let entries = found.ledger.since(i32::try_from(before).unwrap() + 1).unwrap();
    assert!(entries.into_iter().any(|entry| matches!(entry.happening, Happening::Deleted(_))));
    // Telegram keeps what a bot does not fetch for a day.
    let day_ago_s = turn.now_s() - DAY_S;
    let recent = dates.iter().filter(|date| **date > day_ago_s).count();
    drop(turn);
    let updates = bot.ok("getUpdates", serde_json::json!({"limit": 100})).await;
    let heard = updates.as_array().unwrap().iter();
    let heard = heard.filter(|update| update["channel_post"]["text"].is_string()).count();
    assert_eq!(heard > 0, recent > 0, "{heard} of {recent}");
    bot.sim.stop().await;
}

#[actix_web::test]
async fn a_link_in_a_bots_own_post_leads_to_the_bot() {
    let bot = bot().await;
    let world = bot.world();
    let mut life = NewLife::of("Mugs", "mugs", bot.ada);
    life.past_days = 1;
    life.admin_bots = vec![bot.bot];
    let chat = world.add_life(life).unwrap();
    let name = world.turn().state.bots[&bot.bot].username.clone();
    let text = format!("<a href=\"https://t.me/{name}?start=mug\">order</a>");
    let form = serde_json::json!({"chat_id": chat, "text": text, "parse_mode": "HTML"});
    let post = bot.ok("sendMessage", form).await["message_id"].as_i64().unwrap();
    world.follow_post(bot.ada, chat, post).unwrap();
    let place = Place::Private { bot: bot.bot, person: bot.ada };
    let turn = world.turn();
    let said = turn.state.history(place).unwrap().page(None, 1)[0].message["text"].clone();
    assert_eq!(said, Value::from("/start mug"));
    drop(turn);
    assert!(world.follow_post(bot.ada, chat, post + 1).is_err());
    bot.sim.stop().await;
}

#[actix_web::test]
async fn what_cannot_live_is_refused() {
    let bot = bot().await;
    let refused = |change: fn(&mut NewLife)| {
        let mut life = NewLife::of("Mugs", "mugs", bot.ada);
        change(&mut life);
        bot.world().add_life(life).is_err()
    };
    assert!(refused(|life| life.past_days = 99_999));
    assert!(refused(|life| life.posts_per_day = f64::NAN));
    assert!(refused(|life| life.owner = 1));
    assert!(!refused(|_| {}));
    assert!(refused(|_| {}), "the name is taken");
    bot.sim.stop().await;
}
