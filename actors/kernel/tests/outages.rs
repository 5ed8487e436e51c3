//! Commits of which nobody knows, and servers that lose their database to another.

use std::time::Duration;

use super::rig::{Rig, done, is_fault, on_both, session, text_of, wait_until};
use crate::{Answer, Reply};

/// A customer writes again and again until it is applied, as Telegram does.
async fn until_applied(rig: &Rig, update: i64, text: &str) {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    let applied = async {
        while rig.write(1, update, text).await != Ok(Answer::Done) {
            tick.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), applied).await.expect("goes on by itself");
}

/// What the bot said of its updates: the numbers in the texts that a flowless bot repeats nowhere, by their order.
fn spoken(rig: &Rig) -> usize {
    rig.courier.texts(1).len()
}

#[test]
fn a_commit_that_lands_after_it_was_given_up_counts_once_and_is_answered_once() {
    on_both(|ground| {
        let url = ground.url.clone();
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            rig.rest().await;
            let before = spoken(rig);
            let other = entities::blockade(&url).await.expect("stands in the way");
            let reply = rig.write(1, 2, "/help").await;
            assert!(is_fault(&reply), "the Journal gave it up: {reply:?}");
            assert_eq!(spoken(rig), before, "nothing leaves before it is committed");
            other.let_go().await.expect("goes away");
            until_applied(rig, 2, "/help").await;
            rig.rest().await;
            assert_eq!(spoken(rig), before + 1);
            assert_eq!(rig.kernel.office.observe().await[0].quarantined, 0);
        });
        ground.life(async |rig| {
            rig.rest().await;
            let before = spoken(rig);
            done(rig.write(1, 2, "/help").await);
            rig.settle().await;
            assert_eq!(spoken(rig), before, "known after a restart, too");
        });
    });
}

#[test]
fn what_stood_behind_a_step_of_unknown_fate_does_not_overtake_it() {
    on_both(|ground| {
        let url = ground.url.clone();
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            rig.rest().await;
            let other = entities::blockade(&url).await.expect("stands in the way");
            let mut posted = Vec::new();
            for update in 2..6 {
                posted.push(rig.kernel.office.post(text_of(1, update, "/help")).expect("room"));
            }
            let mut replies: Vec<Reply> = Vec::new();
            for one in posted {
                replies.push(one.wait().await);
            }
            assert!(replies.iter().all(is_fault), "all of them are to be repeated: {replies:?}");
            other.let_go().await.expect("goes away");
            for update in 2..6 {
                until_applied(rig, update, "/help").await;
            }
            rig.rest().await;
            let database = rig.kernel.database();
            let key = session(1);
            let row = entities::load(&database.read, database.backend, key.as_str()).await;
            let body = row.expect("reads").expect("is there").body;
            let body = String::from_utf8_lossy(&body).into_owned();
            let places: Vec<Option<usize>> =
                (2..6).map(|update| body.find(&format!("\"u1:{update}\""))).collect();
            assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{body}");
        });
    });
}

#[test]
fn a_server_whose_lock_another_took_writes_nothing_more_and_gives_up() {
    on_both(|ground| {
        if ground.server.is_none() {
            return;
        }
        ground.may_give_up = true;
        let url = ground.url.clone();
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            rig.rest().await;
            let other = entities::usurp_scratch(&url).await.expect("takes over");
            let version = async || {
                let db = other.database();
                let row = entities::load(&db.read, db.backend, session(1).as_str()).await;
                row.expect("reads").expect("is there").version
            };
            let before = version().await;
            let reply = rig.write(1, 2, "/help").await;
            assert!(is_fault(&reply), "{reply:?}");
            assert!(is_fault(&rig.write(2, 3, "/start").await));
            assert_eq!(version().await, before, "the other one's database is left alone");
            other.leave().await;
            wait_until(|| !rig.gave_up().is_empty()).await;
            assert!(rig.gave_up()[0].contains("another server"), "{:?}", rig.gave_up());
            assert!(is_fault(&rig.write(1, 2, "/help").await), "nor after that one has left");
        });
        ground.may_give_up = false;
        ground.life(async |rig| until_applied(rig, 2, "/help").await);
    });
}
