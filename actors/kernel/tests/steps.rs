//! Steps, receipts, passivation: what an input does once, and only once.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::rig::{done, on_both, session, text_of, wait_until};
use crate::Answer;
use crate::external::External;
use crate::stock::Message as StockMessage;
use entities::{Key, Kind};

#[test]
fn a_repeated_update_has_no_second_effect() {
    on_both(|ground| {
        ground.life(async |rig| {
            done(rig.write(1, 10, "/start").await);
            rig.settle().await;
            let sent = rig.courier.carried().len();
            assert!(sent > 0, "a customer who writes is answered");
            done(rig.write(1, 10, "/start").await);
            rig.rest().await;
            assert_eq!(rig.courier.carried().len(), sent);
        });
        ground.life(async |rig| {
            let sent = rig.courier.carried().len();
            done(rig.write(1, 10, "/start").await);
            rig.settle().await;
            assert_eq!(rig.courier.carried().len(), sent, "known after a restart, too");
        });
    });
}

#[test]
fn an_update_is_known_long_after_it_left_the_row() {
    on_both(|ground| {
        ground.life(async |rig| {
            for update in 0..100 {
                done(rig.write(1, update, "/help").await);
            }
            rig.rest().await;
        });
        ground.life(async |rig| {
            let sent = rig.courier.carried().len();
            for update in [0, 7, 50, 99] {
                done(rig.write(1, update, "/help").await);
            }
            rig.settle().await;
            assert_eq!(rig.courier.carried().len(), sent);
            done(rig.write(1, 100, "/help").await);
            rig.settle().await;
            assert!(rig.courier.carried().len() > sent);
        });
    });
}

#[test]
fn many_customers_at_once_are_all_answered_in_order() {
    on_both(|ground| {
        ground.life(async |rig| {
            let mut posted = Vec::new();
            for update in 0..600 {
                let tell =
                    text_of(update % 60, update, if update < 60 { "/start" } else { "/help" });
                posted.push(rig.kernel.office.post(tell).expect("there is room"));
            }
            for one in posted {
                done(one.wait().await);
            }
            rig.settle().await;
            for user in 0..60 {
                assert!(rig.courier.texts(user).len() >= 10, "user {user}");
            }
            let tree = rig.kernel.observe().await;
            assert_eq!(tree.steps, 600 + tree.steps.saturating_sub(600));
            assert!(tree.groups < tree.steps, "groups hold many steps: {tree:?}");
        });
    });
}

#[test]
fn a_reply_in_the_webhooks_response_is_given_again_and_never_sent() {
    on_both(|ground| {
        let mut first = None;
        ground.courier.inline.store(true, Ordering::Relaxed);
        ground.life(async |rig| {
            let mut tell = text_of(1, 5, "hello");
            tell.inline = true;
            let answer = rig.kernel.office.tell(tell).await.expect("applied");
            assert!(matches!(answer, Answer::Inline(_)), "{answer:?}");
            first = Some(answer);
        });
        ground.life(async |rig| {
            rig.settle().await;
            let mut tell = text_of(1, 5, "hello");
            tell.inline = true;
            assert_eq!(rig.kernel.office.tell(tell).await.ok(), first);
            assert!(rig.courier.carried().is_empty(), "recovery never sends it");
        });
    });
}

#[test]
fn an_actor_that_left_memory_comes_back_as_it_was() {
    on_both(|ground| {
        ground.office.actors = 3;
        ground.life(async |rig| {
            for user in 0..30 {
                done(rig.write(user, user, "/start").await);
            }
            rig.settle().await;
            let limit = Duration::from_secs(20);
            let fewer = async {
                loop {
                    let shards = rig.kernel.office.observe().await;
                    if shards.iter().map(|shard| shard.live).sum::<usize>() <= 3 {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(limit, fewer).await.expect("the least recently used leave");
            let sent = rig.courier.carried().len();
            for user in 0..30 {
                done(rig.write(user, user, "/start").await);
            }
            assert_eq!(rig.courier.carried().len(), sent, "their receipts came back with them");
        });
    });
}

#[test]
fn a_full_office_says_so_and_loses_nothing() {
    on_both(|ground| {
        ground.office.in_flight = 4;
        ground.life(async |rig| {
            let mut posted = Vec::new();
            let mut refused = 0;
            for update in 0..50 {
                match rig.kernel.office.post(text_of(update, update, "hi")) {
                    Ok(one) => posted.push(one),
                    Err(failure) => {
                        assert_eq!(failure, crate::Failure::Busy);
                        refused += 1;
                    }
                }
            }
            assert!(refused > 0 && !posted.is_empty());
            // A gateway is never refused for load.
            let stock = Key::new(Kind::Stock, "mug");
            let external = External::Event("sandbox/evt_1".to_owned());
            let message = StockMessage::SetOnHand { count: 3 }.into();
            rig.kernel.office.tell_patiently(stock, external, message).await.expect("taken");
            for one in posted {
                done(one.wait().await);
            }
            wait_until(|| rig.kernel.office.in_flight() == 0).await;
        });
    });
}

#[test]
fn a_second_server_is_refused_and_told_who_holds_the_database() {
    on_both(|ground| {
        let url = ground.url.clone();
        ground.life(async |rig| {
            done(rig.write(1, 1, "hi").await);
            let database = entities::Database::open(&url).await.expect("opens");
            let refused = entities::ServerLock::take(&database, &url, "a second").await;
            let error = refused.expect_err("one server per database").to_string();
            assert!(error.contains("another server"), "{error}");
            assert!(error.contains("a test") || error.contains("process"), "{error}");
            database.close().await;
        });
    });
}

#[test]
fn personal_texts_in_intents_and_facts_are_sealed() {
    on_both(|ground| {
        ground.courier.hang.store(true, Ordering::Relaxed);
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
        });
        let (row, plain) = ground.look(async |database| {
            let key = session(1);
            let row = entities::load(&database.read, database.backend, key.as_str()).await;
            let row = row.expect("reads").expect("is there");
            let plain = String::from_utf8_lossy(&row.intents).into_owned();
            (row, plain)
        });
        assert!(row.intents.len() > 40, "the answer is still to be delivered");
        assert!(!plain.contains("SendText") && !plain.contains("html"), "{plain}");
    });
}
