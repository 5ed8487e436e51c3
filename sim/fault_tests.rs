//! Faults and limits as a bot meets them over loopback.

use serde_json::json;

use crate::tests::{Bot, TOKEN, bot, bot_with};
use crate::{Fault, FaultKind, SimConfig};

#[actix_web::test]
async fn faults_strike_as_often_as_asked() {
    let bot = bot().await;
    bot.hello();
    let text = json!({"chat_id": bot.ada, "text": "x"});
    bot.world().add_fault(Fault::new(FaultKind::TooMany).on("sendMessage").times(1));
    let refused = bot.call("sendMessage", text.clone()).await;
    assert_eq!(refused["parameters"]["retry_after"], 1);
    bot.ok("sendMessage", text.clone()).await;
    let url = format!("{}/bot{TOKEN}/sendMessage", bot.sim.url());
    for (kind, sent) in
        [(FaultKind::DropBefore, 1), (FaultKind::Reset, 1), (FaultKind::DropAfter, 2)]
    {
        bot.world().add_fault(Fault::new(kind).times(1));
        let lost = bot.http.post(&url).json(&text).send().await;
        assert!(lost.is_err(), "{kind:?} answered {lost:?}");
        assert_eq!(bot.world().bot_texts(bot.ada, bot.bot).len(), sent, "{kind:?}");
    }
    bot.sim.stop().await;
}

/// Numbers and texts of what a poller is given.
async fn polled(bot: &Bot, offset: i64) -> Vec<(i64, String)> {
    let one = |update: &serde_json::Value| {
        let text = update["message"]["text"].as_str().unwrap_or_default().to_owned();
        (update["update_id"].as_i64().unwrap_or_default(), text)
    };
    bot.updates(offset).await.iter().map(one).collect()
}

#[actix_web::test]
async fn a_reordered_update_is_never_confirmed_by_the_number_of_another() {
    let bot = bot().await;
    bot.hello();
    let first = polled(&bot, 0).await;
    let (newest, _) = first.last().expect("the greeting").clone();
    let say = |text: &str| bot.world().send_text(bot.ada, bot.bot, text).expect("is sent");
    // Nobody saw either: the later one comes first, and numbers still go up.
    say("a");
    bot.world().add_fault(Fault::new(FaultKind::Reorder).times(1));
    say("b");
    let swapped = polled(&bot, newest + 1).await;
    assert_eq!(swapped, [(newest + 1, "b".to_owned()), (newest + 2, "a".to_owned())]);
    // "a" was seen, but is not confirmed: what comes now cannot take its number.
    bot.world().add_fault(Fault::new(FaultKind::Reorder).times(1));
    say("c");
    assert_eq!(polled(&bot, newest + 3).await, [(newest + 3, "c".to_owned())]);
    bot.sim.stop().await;
}

#[actix_web::test]
async fn flood_limits_answer_429_with_retry_after() {
    let bot = bot_with(SimConfig::default()).await;
    bot.hello();
    let mut refused = None;
    for n in 0..12 {
        let answer =
            bot.call("sendMessage", json!({"chat_id": bot.ada, "text": n.to_string()})).await;
        if answer["ok"] == false {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a refusal");
    assert_eq!(refused["error_code"], 429);
    assert_eq!(refused["description"], "Too Many Requests: retry after 1");
    bot.world().advance(5_000);
    bot.ok("sendMessage", json!({"chat_id": bot.ada, "text": "later"})).await;
    bot.sim.stop().await;
}
