//! Failures: of one actor, of its row, of the database.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::rig::{Ground, Rig, done, is_fault, on_both, session, text_of, wait_until};
use crate::{Answer, Outcome};

/// Tells the poisoned customer's session something and waits until it is held as a row.
async fn hit(rig: &Rig, user: i64, update: i64) {
    assert_eq!(rig.write(user, update, "/help").await, Ok(Answer::Held));
}

fn held(ground: &Ground) -> usize {
    let keys = ground.look(async |database| entities::held_keys(&database.read).await);
    keys.expect("reads").iter().map(|(_, inputs)| usize::try_from(*inputs).expect("few")).sum()
}

#[test]
fn a_panic_on_one_key_touches_no_other_and_loses_nothing() {
    on_both(|ground| {
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            rig.poison.lock().expect("not poisoned").push(session(1));
            hit(rig, 1, 2).await;
            for update in 3..8 {
                hit(rig, 1, update).await;
                done(rig.write(2, update, "/help").await);
            }
            rig.settle().await;
            assert_eq!(rig.courier.texts(2).len(), 5);
            let before = rig.courier.texts(1).len();
            rig.poison.lock().expect("not poisoned").clear();
            // After its rest it takes what was held, in order, and is in service again.
            wait_until(|| rig.courier.texts(1).len() >= before + 6).await;
            done(rig.write(1, 9, "/help").await);
        });
        assert_eq!(held(ground), 0);
    });
}

#[test]
fn what_was_held_survives_a_crash() {
    on_both(|ground| {
        ground.life(async |rig| {
            rig.poison.lock().expect("not poisoned").push(session(1));
            hit(rig, 1, 1).await;
            hit(rig, 1, 2).await;
        });
        assert_eq!(held(ground), 2);
        ground.life(async |rig| {
            wait_until(|| rig.courier.texts(1).len() >= 2).await;
            rig.settle().await;
        });
        assert_eq!(held(ground), 0);
    });
}

#[test]
fn a_key_that_keeps_failing_is_quarantined_and_released_in_order() {
    on_both(|ground| {
        ground.office.failures = 2;
        ground.life(async |rig| {
            rig.poison.lock().expect("not poisoned").push(session(1));
            hit(rig, 1, 1).await;
            let quarantined = async {
                loop {
                    let shards = rig.kernel.office.observe().await;
                    if shards[0].quarantined == 1 {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(10), quarantined).await.expect("too often");
            hit(rig, 1, 2).await;
            hit(rig, 1, 3).await;
            // Telegram repeats: it is held once.
            hit(rig, 1, 3).await;
        });
        let rows = ground.look(async |database| entities::quarantined(&database.read).await);
        let rows = rows.expect("reads");
        assert!(rows[0].reason.contains("planted"), "{rows:?}");
        assert_eq!(held(ground), 3);
        ground.life(async |rig| {
            hit(rig, 1, 4).await;
            assert!(rig.courier.texts(1).is_empty(), "still out of service after a restart");
            rig.kernel.office.release(session(1)).await.expect("is quarantined");
            wait_until(|| rig.courier.texts(1).len() >= 4).await;
            done(rig.write(1, 5, "/help").await);
            assert!(rig.kernel.office.release(session(1)).await.is_err());
        });
        assert_eq!(held(ground), 0);
        let rows = ground.look(async |database| entities::quarantined(&database.read).await);
        assert_eq!(rows.expect("reads"), []);
    });
}

#[test]
fn a_row_that_cannot_be_decoded_counts_as_a_failure_of_its_key_alone() {
    on_both(|ground| {
        ground.office.failures = 1;
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            rig.settle().await;
        });
        ground
            .look(async |database| {
                entities::damage_actor(&database.write, database.backend, session(1).as_str()).await
            })
            .expect("damages");
        ground.life(async |rig| {
            hit(rig, 1, 2).await;
            done(rig.write(2, 3, "hello").await);
            assert_eq!(rig.kernel.office.observe().await[0].quarantined, 1);
        });
        assert_eq!(held(ground), 1);
    });
}

#[test]
fn while_the_database_is_gone_nothing_is_acknowledged_and_nobody_is_blamed() {
    on_both(|ground| {
        let Some(server) = ground.server.clone() else { return };
        let url = ground.url.clone();
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            rig.settle().await;
            entities::cut_scratch(&server, &url).await.expect("cuts");
            let reply = rig.write(1, 2, "hello").await;
            assert!(is_fault(&reply) || reply == Ok(Answer::Done), "{reply:?}");
            let mut tick = tokio::time::interval(Duration::from_millis(20));
            let back = async {
                loop {
                    if rig.write(1, 2, "hello").await == Ok(Answer::Done) {
                        return;
                    }
                    tick.tick().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(20), back).await.expect("goes on by itself");
            rig.settle().await;
            assert_eq!(rig.kernel.office.observe().await[0].quarantined, 0);
            let hellos = rig.courier.texts(1).len();
            done(rig.write(1, 2, "hello").await);
            rig.settle().await;
            assert_eq!(rig.courier.texts(1).len(), hellos, "applied once");
        });
    });
}

#[test]
fn an_edge_that_panics_while_a_reply_is_claimed_loses_no_input() {
    on_both(|ground| {
        ground.courier.inline.store(true, Ordering::Relaxed);
        ground.courier.bombs.store(1, Ordering::Relaxed);
        ground.life(async |rig| {
            let mut tell = text_of(1, 1, "hello");
            tell.inline = true;
            assert_eq!(rig.kernel.office.tell(tell).await, Ok(Answer::Held));
            wait_until(|| !rig.courier.texts(1).is_empty()).await;
        });
        assert_eq!(held(ground), 0);
    });
}

#[test]
fn a_courier_that_panics_is_tried_again_and_keeps_nobody_waiting() {
    on_both(|ground| {
        ground.courier.bombs.store(2, Ordering::Relaxed);
        ground.life(async |rig| {
            done(rig.write(1, 1, "hello").await);
            done(rig.write(1, 2, "hello").await);
            rig.settle().await;
            assert_eq!(rig.courier.texts(1).len(), 2);
            assert_eq!(rig.kernel.outbox.carrying(), 0);
        });
    });
}

#[test]
fn a_result_that_comes_while_its_actor_rests_is_applied_after_it() {
    on_both(|ground| {
        ground.courier.hang.store(true, Ordering::Relaxed);
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            wait_until(|| !rig.courier.carried().is_empty()).await;
            let (id, intent) = rig.courier.carried()[0].clone();
            rig.poison.lock().expect("not poisoned").push(session(1));
            hit(rig, 1, 2).await;
            let outcome = Outcome::Sent { message_id: 7 };
            let office = &rig.kernel.office;
            let reply = office.report(session(1), (id, Arc::new(intent)), outcome).await;
            assert_eq!(reply, Ok(Answer::Held));
            // What delivery does once the report is acknowledged.
            rig.kernel.close_number(id);
            rig.poison.lock().expect("not poisoned").clear();
            let database = rig.kernel.database().clone();
            let replayed = async {
                while !entities::held_keys(&database.read).await.expect("reads").is_empty() {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(10), replayed).await.expect("in time");
            let key = session(1);
            let row = entities::load(&database.read, database.backend, key.as_str()).await;
            let body = row.expect("reads").expect("is there").body;
            let body = String::from_utf8_lossy(&body).into_owned();
            assert!(body.contains(&format!("r{id}")), "the result was applied: {body}");
        });
    });
}
