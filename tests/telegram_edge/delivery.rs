//! Intents on their way to Telegram.

use std::time::Duration;

use actors::{
    CourierReport, External, IntentId, Keyboard, Lane, Method, Outcome, Photo, TelegramCall,
};
use entities::Key;
use sim::{Call, Fault, FaultKind};

use crate::rig::{BOT, By, Ground, Rig, SOON, shop, wait_until};

fn id(number: i64) -> IntentId {
    IntentId { partition: 0, number }
}

fn to(chat: i64, method: Method) -> TelegramCall {
    TelegramCall { bot: shop(), chat, method, lane: Lane::Answer, report: true }
}

fn text(chat: i64, html: &str) -> TelegramCall {
    to(chat, Method::SendText { html: html.to_owned(), keyboard: Keyboard::None })
}

async fn carry(rig: &Rig<'_>, number: i64, call: &TelegramCall) -> CourierReport {
    let carried = tokio::time::timeout(SOON, rig.courier.carry(id(number), call)).await;
    carried.expect("a report in time")
}

fn message_id(report: CourierReport) -> i64 {
    match report {
        CourierReport::Finished(Outcome::Sent { message_id }) => message_id,
        other => panic!("not sent: {other:?}"),
    }
}

fn calls(ground: &Ground, method: &str) -> Vec<Call> {
    let calls = ground.world.calls_after(0);
    calls.into_iter().filter(|call| call.method == method).collect()
}

/// A customer who said hello, so that the bot may write.
fn met(ground: &Ground) {
    let started = ground.world.start(ground.ada, BOT, None);
    started.expect("is written");
}

#[test]
fn a_message_is_sent_edited_and_deleted() {
    let ground = Ground::new();
    met(&ground);
    ground.life(By::Nothing, async |rig| {
        let sent = message_id(carry(rig, 1, &text(ground.ada, "<b>Tea</b>")).await);
        let html = "Mug".to_owned();
        let edit = Method::EditText { message_id: sent, html, keyboard: Keyboard::None };
        let done = CourierReport::Finished(Outcome::Done);
        assert_eq!(carry(rig, 2, &to(ground.ada, edit.clone())).await, done);
        assert_eq!(carry(rig, 3, &to(ground.ada, edit)).await, done, "not modified: done");
        assert_eq!(ground.world.bot_texts(ground.ada, BOT), ["Mug"]);
        let delete = Method::DeleteMessage { message_id: sent };
        assert_eq!(carry(rig, 4, &to(ground.ada, delete.clone())).await, done);
        assert_eq!(carry(rig, 5, &to(ground.ada, delete)).await, done, "gone: done");
        let edit =
            Method::EditText { message_id: sent, html: "x".to_owned(), keyboard: Keyboard::None };
        let refused = carry(rig, 6, &to(ground.ada, edit)).await;
        assert!(is_refused(&refused, false), "{refused:?}");
        let query = "0".to_owned();
        let old = Method::AnswerCallback { query, text: None, alert: false };
        assert_eq!(carry(rig, 7, &to(0, old)).await, done, "too old: nobody waits");
    });
}

fn is_refused(report: &CourierReport, gone: bool) -> bool {
    matches!(report, CourierReport::Finished(Outcome::Refused { unreachable, .. })
        if *unreachable == gone)
}

#[test]
fn a_send_of_several_pieces_goes_on_behind_the_last_that_went_out() {
    let ground = Ground::new();
    met(&ground);
    ground.life(By::Nothing, async |rig| {
        let mut fault = Fault::new(FaultKind::ServerError).on("sendMessage").times(1);
        fault.skip = 1;
        ground.world.add_fault(fault);
        let words: Vec<String> = (0..2000).map(|n| format!("w{n}")).collect();
        let call = text(ground.ada, &words.join(" "));
        let failed = carry(rig, 1, &call).await;
        assert!(matches!(failed, CourierReport::Failed { .. }), "{failed:?}");
        assert_eq!(ground.answers(ground.ada), 1);
        let last = message_id(carry(rig, 1, &call).await);
        let said = ground.world.bot_texts(ground.ada, BOT);
        let heard: Vec<&str> = said.iter().flat_map(|text| text.split_whitespace()).collect();
        assert_eq!(heard, words, "every word once");
        let messages = ground.world.messages(ground.ada, BOT);
        assert_eq!(messages.last().unwrap()["message_id"], last);
    });
}

#[test]
fn a_picture_is_uploaded_once() {
    let ground = Ground::new();
    met(&ground);
    std::fs::write(ground.pictures.join("mug.png"), PNG).unwrap();
    let photo = |name: &str| {
        let photo = Photo::Ours(name.to_owned());
        let html = "A <i>mug</i>".to_owned();
        to(ground.ada, Method::SendPhoto { photo, html, keyboard: Keyboard::None })
    };
    ground.life(By::Nothing, async |rig| {
        message_id(carry(rig, 1, &photo("mug")).await);
        message_id(carry(rig, 2, &photo("mug")).await);
        message_id(carry(rig, 3, &photo("nothing")).await);
    });
    ground.life(By::Nothing, async |rig| {
        message_id(carry(rig, 4, &photo("mug")).await);
    });
    let sent = calls(&ground, "sendPhoto");
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert!(sent[2].params["photo"].is_string(), "known after a crash, too: {:?}", sent[2].params);
    assert!(!sent[0].params["photo"].is_string(), "{:?}", sent[0].params);
    assert!(sent[1].params["photo"].is_string(), "{:?}", sent[1].params);
    assert_eq!(ground.world.bot_texts(ground.ada, BOT), ["A mug"; 4], "words without a picture");
}

/// One pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0,
    1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 0x0c, 0x49, 0x44, 0x41, 0x54, 8,
    0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0, 0, 3, 1, 1, 0, 0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0, 0x49, 0x45,
    0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

#[test]
fn a_group_that_moved_is_found_where_it_is() {
    let ground = Ground::new();
    let group = sim::NewChat::of(sim::ChatKind::Group, "Friends", ground.ada, BOT);
    let group = ground.world.add_chat(group).unwrap();
    let moved = ground.world.migrate(group).unwrap();
    ground.life(By::Nothing, async |rig| {
        message_id(carry(rig, 1, &text(group, "one")).await);
        message_id(carry(rig, 2, &text(group, "two")).await);
    });
    let sent = calls(&ground, "sendMessage");
    let chats: Vec<i64> = sent.iter().filter_map(|call| call.params["chat_id"].as_i64()).collect();
    assert_eq!(chats, [group, moved, moved], "asked once, then remembered");
}

#[test]
fn who_blocked_the_bot_is_unreachable_until_they_write_again() {
    let ground = Ground::new();
    ground.life(By::Polling, async |rig| {
        ground.writes(ground.ada, "/start");
        rig.answered(ground.ada, 1).await;
        rig.settle().await;
        ground.world.block(ground.ada, BOT).unwrap();
        let report = carry(rig, 1, &text(ground.ada, "hello?")).await;
        assert!(is_refused(&report, true), "{report:?}");
        notice(rig, ground.ada, "nobody hears this").await;
        rig.settle().await;
        ground.writes(ground.ada, "/help");
        rig.answered(ground.ada, 2).await;
        rig.settle().await;
    });
    let stuck = ground.look(async |database| entities::stuck(&database.read).await).unwrap();
    assert_eq!(stuck, []);
}

/// Something that the session tells its customer by itself.
async fn notice(rig: &Rig<'_>, person: i64, text: &str) {
    let message = actors::session::Message::Notice { text: text.to_owned() };
    let external = External::Request(text.to_owned());
    let told =
        rig.kernel.office.tell_patiently(Key::session(&shop(), person), external, message.into());
    told.await.expect("is told");
}

#[test]
fn told_to_wait_it_waits_and_sends_once() {
    let ground = Ground::new();
    let mut fault = Fault::new(FaultKind::TooMany).on("sendMessage").times(1);
    fault.retry_after = Some(3600);
    ground.world.add_fault(fault);
    ground.life(By::Polling, async |rig| {
        ground.writes(ground.ada, "/start");
        let told = || calls(&ground, "sendMessage").len() == 1;
        wait_until(told, || "no call".to_owned()).await;
        // Another customer is not held up.
        let bob = ground.person("Bob");
        ground.writes(bob, "/start");
        rig.answered(bob, 1).await;
        assert_eq!(ground.answers(ground.ada), 0);
        rig.rests_as_time_passes().await;
    });
    assert_eq!(ground.answers(ground.ada), 1);
}

#[test]
fn a_token_that_was_revoked_closes_the_bot_and_loses_nothing() {
    let ground = Ground::new();
    met(&ground);
    ground.life(By::Nothing, async |rig| {
        ground.world.revoke_token(BOT, "42:NEW");
        let report = carry(rig, 1, &text(ground.ada, "x")).await;
        assert!(
            matches!(&report, CourierReport::Closed { reason } if !reason.contains("TEST")),
            "{report:?}"
        );
        notice(rig, ground.ada, "later").await;
        wait_until(|| calls(&ground, "sendMessage").len() >= 2, || "no call".to_owned()).await;
        ground.world.revoke_token(BOT, crate::rig::TOKEN);
        rig.rests_as_time_passes().await;
    });
    assert_eq!(ground.world.bot_texts(ground.ada, BOT), ["later"]);
}

#[test]
fn the_bots_limits_are_kept_and_telegram_never_has_to_say_no() {
    let ground = Ground::new();
    met(&ground);
    ground.life(By::Nothing, async |rig| {
        let mut waited = 0;
        for number in 0..12 {
            match carry(rig, number, &text(ground.ada, &format!("{number}"))).await {
                CourierReport::Throttled { retry_after } => {
                    assert!(retry_after <= Duration::from_secs(60));
                    waited += 1;
                }
                report => drop(message_id(report)),
            }
            ground.clock.advance(time::Duration::milliseconds(900));
            ground.world.advance(900);
        }
        assert_eq!(waited, 0);
    });
    assert!(calls(&ground, "sendMessage").iter().all(|call| call.outcome == "ok"));
}
