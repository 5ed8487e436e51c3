//! What people do to a bot that nobody planned for, through the whole of Telegram's edge: answered, and nothing lost.

use serde_json::json;

use crate::rig::{BOT, By, Ground, Rig, wait_until};

fn last(ground: &Ground, person: i64) -> String {
    ground.world.bot_texts(person, BOT).last().cloned().unwrap_or_default()
}

async fn says(rig: &Rig<'_>, person: i64, words: &str) {
    let seen = || rig.ground.world.bot_texts(person, BOT).iter().any(|text| text.contains(words));
    wait_until(seen, || format!("{words}: {:?}", rig.ground.world.bot_texts(person, BOT))).await;
}

#[test]
fn a_name_of_markup_is_shown_as_it_was_written() {
    let ground = Ground::new();
    ground.life(By::Polling, async |rig| {
        rig.registered().await;
        let ada = ground.ada;
        ground.writes(ada, "/start");
        says(rig, ada, "call you").await;
        for (said, answer) in
            [("\u{200b}\u{2800}", "cannot see any letters"), (&*"😀".repeat(2_000), "too long")]
        {
            ground.writes(ada, said);
            says(rig, ada, answer).await;
        }
        let sticker = json!({"file_id": "s", "file_unique_id": "u", "type": "regular", "width": 512,
            "height": 512, "is_animated": false, "is_video": false});
        let before = ground.answers(ada);
        let fields = [("sticker".to_owned(), sticker)].into_iter().collect();
        ground.world.send_fields(ada, BOT, fields).expect("is sent");
        rig.answered(ada, before + 1).await;
        assert!(last(&ground, ada).contains("call you"), "asked again: {}", last(&ground, ada));
        ground.writes(ada, "<b>&amp;_*[x](y)");
        says(rig, ada, "Nice to meet you, <b>&amp;_*[x](y).").await;
        rig.settle().await;
        rig.shut_down().await;
    });
    assert_eq!(ground.world.pending_updates(BOT), 0);
}

#[test]
fn ten_messages_at_once_are_all_taken_in() {
    let ground = Ground::new();
    ground.life(By::Webhook { reply: true }, async |rig| {
        rig.registered().await;
        let ada = ground.ada;
        ground.writes(ada, "/start");
        ground.writes(ada, "Ada");
        for number in 0..8 {
            ground.writes(ada, &format!("/help {number}"));
        }
        rig.answered(ada, 10).await;
        rig.settle().await;
        rig.shut_down().await;
    });
}

#[test]
fn who_blocks_and_returns_goes_on_where_they_were() {
    let ground = Ground::new();
    ground.life(By::Polling, async |rig| {
        rig.registered().await;
        let ada = ground.ada;
        ground.writes(ada, "/start");
        says(rig, ada, "call you").await;
        ground.world.block(ada, BOT).expect("blocks");
        rig.settle().await;
        ground.world.unblock(ada, BOT).expect("lets it in again");
        ground.writes(ada, "Ada");
        says(rig, ada, "Nice to meet you, Ada.").await;
        rig.settle().await;
        rig.shut_down().await;
    });
}

#[test]
fn two_devices_that_press_the_same_button_are_both_answered() {
    let ground = Ground::new();
    ground.life(By::Polling, async |rig| {
        rig.registered().await;
        let ada = ground.ada;
        ground.writes(ada, "/start");
        says(rig, ada, "call you").await;
        ground.writes(ada, "Ada");
        says(rig, ada, "Nice to meet you").await;
        let messages = ground.world.messages(ada, BOT);
        let menu = messages.iter().rev().find(|message| message["reply_markup"].is_object());
        let menu = menu.expect("a menu");
        let id = menu["message_id"].as_i64().expect("an id");
        let data = menu["reply_markup"]["inline_keyboard"][0][0]["callback_data"].as_str();
        let data = data.expect("a button");
        let (first, second) = tokio::join!(
            ground.world.press(ada, BOT, id, data),
            ground.world.press(ada, BOT, id, data)
        );
        assert!(first.expect("is pressed").answered && second.expect("is pressed").answered);
        rig.settle().await;
        rig.shut_down().await;
    });
}
