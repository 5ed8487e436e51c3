//! Updates by long polling.

use std::time::Duration;

use actors::OfficeLimits;
use kontor::intake::bot::IntakeState;
use kontor::intake::flood::FloodLimits;
use serde_json::json;
use sim::{Fault, FaultKind};

use crate::rig::{BOT, By, Ground, SOON, TOKEN, wait_until};

#[test]
fn a_message_is_answered_once_and_confirmed() {
    let ground = Ground::new();
    ground.life(By::Polling, async |rig| {
        rig.registered().await;
        ground.writes(ground.ada, "/start");
        rig.answered(ground.ada, 1).await;
        rig.settle().await;
        rig.shut_down().await;
    });
    assert_eq!(ground.answers(ground.ada), 1);
    assert_eq!(ground.world.pending_updates(BOT), 0);
}

#[test]
fn a_crash_loses_nothing_and_repeats_no_step() {
    let ground = Ground::new();
    let people: Vec<i64> = (0..10).map(|n| ground.person(&format!("P{n}"))).collect();
    ground.life(By::Polling, async |rig| {
        people.iter().for_each(|person| ground.writes(*person, "/start"));
        // The end comes while some are answered and some are not.
        rig.answered(people[0], 1).await;
    });
    people.iter().for_each(|person| ground.writes(*person, "/help"));
    ground.life(By::Polling, async |rig| {
        for person in &people {
            rig.answered(*person, 2).await;
        }
        rig.settle().await;
        rig.shut_down().await;
    });
    let calls = ground.world.calls_after(0);
    for person in people {
        let said = ground.world.bot_texts(person, BOT);
        // What was on the wire at the crash may appear twice, and nothing more often.
        let sent = calls.iter().filter(|call| {
            call.method == "sendMessage" && call.params["chat_id"] == person && call.outcome == "ok"
        });
        assert!(said.len() <= 3, "{said:?}");
        assert_eq!(sent.count(), said.len());
    }
}

#[test]
fn after_a_good_end_everything_is_confirmed_and_nothing_comes_again() {
    let ground = Ground::new();
    ground.life(By::Polling, async |rig| {
        for text in ["/start", "/help", "/menu"] {
            ground.writes(ground.ada, text);
        }
        rig.answered(ground.ada, 3).await;
        rig.shut_down().await;
        assert_eq!(ground.world.pending_updates(BOT), 0, "confirmed by a last call");
    });
    let before = ground.answers(ground.ada);
    ground.writes(ground.ada, "/help");
    ground.life(By::Polling, async |rig| {
        rig.answered(ground.ada, before + 1).await;
        rig.settle().await;
    });
    assert_eq!(ground.answers(ground.ada), before + 1);
}

#[test]
fn an_update_that_comes_twice_has_one_effect() {
    let ground = Ground::new();
    ground.world.add_fault(Fault::new(FaultKind::Duplicate).on("message"));
    ground.life(By::Polling, async |rig| {
        for (count, text) in ["/start", "/help", "/menu"].into_iter().enumerate() {
            ground.writes(ground.ada, text);
            rig.answered(ground.ada, count + 1).await;
        }
        rig.settle().await;
        rig.shut_down().await;
    });
    assert_eq!(ground.answers(ground.ada), 3);
}

#[test]
fn errors_of_the_network_and_the_server_only_delay() {
    let ground = Ground::new();
    for kind in [FaultKind::DropAfter, FaultKind::ServerError, FaultKind::Reset, FaultKind::TooMany]
    {
        ground.world.add_fault(Fault::new(kind).on("getUpdates").times(1));
    }
    ground.writes(ground.ada, "/start");
    ground.life(By::Polling, async |rig| {
        rig.answered(ground.ada, 1).await;
        rig.settle().await;
    });
    assert_eq!(ground.answers(ground.ada), 1);
}

#[test]
fn when_the_office_is_full_polling_slows_down_and_loses_nothing() {
    let mut ground = Ground::new();
    ground.office = OfficeLimits { in_flight: 2, ..OfficeLimits::default() };
    let people: Vec<i64> = (0..20).map(|n| ground.person(&format!("P{n}"))).collect();
    people.iter().for_each(|person| ground.writes(*person, "/start"));
    ground.life(By::Polling, async |rig| {
        for person in &people {
            rig.answered(*person, 1).await;
        }
        rig.settle().await;
        rig.reaches(|state| *state == IntakeState::Running).await;
        rig.shut_down().await;
    });
    assert!(people.iter().all(|person| ground.answers(*person) == 1));
}

#[test]
fn an_update_that_cannot_be_read_is_kept_and_stops_nobody() {
    let ground = Ground::new();
    let broken = json!({"contact": "not an object"});
    ground.life(By::Polling, async |rig| {
        ground.world.send_fields(ground.ada, BOT, broken.as_object().unwrap().clone()).unwrap();
        ground.writes(ground.ada, "/start");
        rig.answered(ground.ada, 1).await;
        rig.shut_down().await;
    });
    let rows = ground.look(async |database| entities::unparsed(&database.read).await).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].reason.starts_with("message.contact"), "{}", rows[0].reason);
    let purpose = entities::unparsed_purpose("shop");
    let body = ground.master.open(&rows[0].body, &purpose).unwrap();
    assert!(String::from_utf8(body).unwrap().contains("not an object"));
}

#[test]
fn a_revoked_token_is_a_state_and_not_a_loop() {
    let ground = Ground::new();
    ground.life(By::Polling, async |rig| {
        ground.writes(ground.ada, "/start");
        rig.answered(ground.ada, 1).await;
        ground.world.revoke_token(BOT, "42:NEW");
        // The poll that waits ends with its next update.
        ground.writes(ground.ada, "/help");
        rig.reaches(|state| matches!(state, IntakeState::Revoked(_))).await;
        let before = ground.world.calls_after(0).len();
        rig.reaches(
            |state| matches!(state, IntakeState::Revoked(why) if why.contains("BotFather")),
        )
        .await;
        assert!(ground.world.calls_after(0).len() <= before + 1, "it is tried once a minute");
        rig.stop.cancel();
        tokio::time::timeout(SOON, rig.intake.stopped()).await.expect("stops while it waits");
    });
}

#[test]
fn another_poller_is_named_and_given_way() {
    let ground = Ground::new();
    ground.life(By::Polling, async |rig| {
        rig.registered().await;
        let url = format!("{}/bot{TOKEN}/getUpdates", ground.api_url());
        let other = async {
            let http = reqwest::Client::new();
            loop {
                let call = http.post(&url).form(&[("timeout", "5")]).send().await.unwrap();
                drop(call.bytes().await);
            }
        };
        let told = rig.reaches(|state| matches!(state, IntakeState::Conflict(_)));
        tokio::select! {
            () = told => {}
            () = other => {}
        }
        ground.writes(ground.ada, "/start");
        rig.running().await;
        rig.answered(ground.ada, 1).await;
        rig.shut_down().await;
    });
}

#[test]
fn who_says_too_much_is_silenced_and_others_are_not() {
    let mut ground = Ground::new();
    let (window, silence) = (Duration::from_secs(120), Duration::from_secs(600));
    ground.flood = FloodLimits { messages: 3, window, silence };
    let bob = ground.person("Bob");
    ground.life(By::Polling, async |rig| {
        for _ in 0..30 {
            ground.writes(ground.ada, "/help");
        }
        ground.writes(bob, "/help");
        rig.answered(bob, 1).await;
        rig.settle().await;
        let heard = ground.answers(ground.ada);
        assert_eq!(heard, 4, "three of 30, and the warning");
        let said = ground.world.bot_texts(ground.ada, BOT);
        let warnings = said.iter().filter(|text| text.starts_with("Too much at once"));
        assert_eq!(warnings.count(), 1, "one polite warning: {said:?}");
        ground.clock.advance(time::Duration::seconds(700));
        ground.writes(ground.ada, "/help");
        rig.answered(ground.ada, heard + 1).await;
    });
}

#[test]
fn a_group_is_answered_when_it_is_spoken_to_and_followed_when_it_moves() {
    let ground = Ground::new();
    let group = sim::NewChat::of(sim::ChatKind::Group, "Friends", ground.ada, BOT);
    let group = ground.world.add_chat(group).unwrap();
    let said = |chat: i64| {
        let calls = ground.world.calls_after(0);
        calls
            .iter()
            .filter(|call| {
                call.method == "sendMessage"
                    && call.params["chat_id"] == chat
                    && call.outcome == "ok"
            })
            .count()
    };
    ground.life(By::Polling, async |rig| {
        ground.world.send_in_chat(ground.ada, group, "hello everybody", None).unwrap();
        ground.world.send_in_chat(ground.ada, group, "@ShopBot hi", None).unwrap();
        wait_until(|| said(group) == 1, || format!("{} answers", said(group))).await;
        let moved = ground.world.migrate(group).unwrap();
        rig.settle().await;
        ground.clock.advance(time::Duration::minutes(5));
        ground.world.send_in_chat(ground.ada, moved, "/help", None).unwrap();
        wait_until(|| said(moved) == 1, || format!("{} answers there", said(moved))).await;
    });
}
