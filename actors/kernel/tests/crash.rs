//! The crash matrix of delivery: before the commit, after it, during the call, after the call, after its report.

use std::sync::atomic::Ordering;

use super::rig::{Ground, begin_payment, done, on_both, payment, session, text_of, wait_until};
use crate::external::External;
use crate::intent::{CourierReport, Intent, Outcome};
use crate::stock::Message as StockMessage;
use entities::{Key, Kind};

fn undone(ground: &Ground) -> usize {
    let before = ground.courier.carried().len();
    ground.life(async |rig| rig.rest().await);
    ground.courier.carried().len() - before
}

#[test]
fn before_the_commit_nothing_happened() {
    on_both(|ground| {
        ground.life(async |rig| {
            // Handed over and never awaited: the life ends before the Journal gets to it.
            drop(rig.kernel.office.post(text_of(1, 1, "/start")));
        });
        assert_eq!(undone(ground), 0);
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            rig.settle().await;
            assert!(!rig.courier.texts(1).is_empty(), "the sender repeats and is answered");
        });
    });
}

#[test]
fn after_the_commit_the_answer_is_sent_by_the_next_process() {
    on_both(|ground| {
        ground.courier.hang.store(true, Ordering::Relaxed);
        ground.life(async |rig| done(rig.write(1, 1, "/start").await));
        ground.courier.hang.store(false, Ordering::Relaxed);
        let sent = undone(ground);
        assert!(sent > 0, "the intent stood in the row");
        assert_eq!(undone(ground), 0, "and is not sent again once its mark is written");
    });
}

#[test]
fn during_the_call_it_is_repeated_under_the_same_number() {
    on_both(|ground| {
        ground.courier.hang.store(true, Ordering::Relaxed);
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            wait_until(|| !rig.courier.carried().is_empty()).await;
        });
        ground.courier.hang.store(false, Ordering::Relaxed);
        ground.life(async |rig| rig.settle().await);
        let carried = ground.courier.carried();
        let first = carried[0].0;
        assert!(carried[1..].iter().any(|(id, _)| *id == first), "{carried:?}");
    });
}

/// Whether the answer to an intent was applied.
fn is_reported(row: Option<entities::ActorRow>, id: crate::IntentId) -> bool {
    let body = row.expect("is there").body;
    String::from_utf8_lossy(&body).contains(&format!("\"r{id}\""))
}

fn reported(ground: &Ground, id: crate::IntentId) -> bool {
    let row = ground.look(async |database| {
        entities::load(&database.read, database.backend, payment().as_str()).await
    });
    is_reported(row.expect("reads"), id)
}

#[test]
fn after_the_call_and_before_its_report_it_is_asked_again_under_the_same_number() {
    on_both(|ground| {
        let until = ground.clock.now() + time::Duration::hours(1);
        ground.life(async |rig| {
            begin_payment(rig, until).await;
            wait_until(|| rig.courier.returned.load(Ordering::Relaxed) == 1).await;
        });
        let asked = ground.courier.asked();
        assert_eq!(asked.len(), 1);
        assert!(!reported(ground, asked[0]), "the answer died with the process");
        ground.life(async |rig| rig.rest().await);
        assert_eq!(ground.courier.asked(), [asked[0], asked[0]], "one key: one checkout");
        assert_eq!(ground.courier.maybe_done(), [asked[0]]);
        assert!(reported(ground, asked[0]));
        ground.life(async |rig| rig.rest().await);
        assert_eq!(ground.courier.asked().len(), 2);
    });
}

#[test]
fn after_its_report_nothing_is_asked_again() {
    on_both(|ground| {
        let until = ground.clock.now() + time::Duration::hours(1);
        ground.life(async |rig| {
            begin_payment(rig, until).await;
            wait_until(|| rig.courier.returned.load(Ordering::Relaxed) == 1).await;
            let (database, id) = (rig.kernel.database(), rig.courier.asked()[0]);
            let committed = async {
                loop {
                    let key = payment();
                    let row = entities::load(&database.read, database.backend, key.as_str()).await;
                    if is_reported(row.expect("reads"), id) {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            };
            let limit = std::time::Duration::from_secs(10);
            tokio::time::timeout(limit, committed).await.expect("the report is a step");
        });
        ground.life(async |rig| rig.rest().await);
        assert_eq!(ground.courier.asked().len(), 1);
    });
}

#[test]
fn after_a_quiet_moment_nothing_that_was_done_is_repeated() {
    on_both(|ground| {
        ground.life(async |rig| {
            for user in 0..20 {
                done(rig.write(user, user, "/start").await);
            }
            rig.rest().await;
        });
        assert_eq!(undone(ground), 0);
    });
}

#[test]
fn intents_between_actors_are_applied_once_through_a_crash() {
    on_both(|ground| {
        let stock = Key::new(Kind::Stock, "mug");
        let order = Key::new(Kind::Order, "AAAAAA");
        let until = ground.clock.now() + time::Duration::hours(1);
        ground.life(async |rig| {
            let tell = |n: &str, message: StockMessage| {
                let external = External::Request(n.to_owned());
                rig.kernel.office.tell_patiently(stock.clone(), external, message.into())
            };
            tell("1", StockMessage::SetOnHand { count: 5 }).await.expect("applied");
            let reserve = StockMessage::Reserve { order: order.clone(), quantity: 2, until };
            tell("2", reserve.clone()).await.expect("applied");
            tell("2", reserve).await.expect("known");
        });
        ground.life(async |rig| rig.settle().await);
        let rows = ground.look(async |database| entities::stock(&database.read).await);
        let rows = rows.expect("reads");
        assert_eq!((rows[0].on_hand, rows[0].reserved), (5, 2));
    });
}

#[test]
fn an_intent_that_keeps_failing_is_stuck_until_a_person_acts() {
    on_both(|ground| {
        let failed = || CourierReport::Failed { reason: "503".to_owned() };
        ground.courier.plan([failed(), failed(), failed()]);
        ground.life(async |rig| {
            done(rig.write(1, 1, "hello").await);
            rig.settle().await;
        });
        let stuck = ground.look(async |database| entities::stuck(&database.read).await);
        let stuck = stuck.expect("reads");
        assert_eq!(stuck.len(), 1, "{stuck:?}");
        assert_eq!((stuck[0].attempts, stuck[0].reason.as_str()), (3, "503"));
        assert!(!stuck[0].what.contains("Ada"), "no content: {}", stuck[0].what);
        assert_eq!(undone(ground), 0, "a restart does not try it again by itself");
        ground.life(async |rig| {
            let id = crate::IntentId {
                partition: u8::try_from(stuck[0].part).expect("256"),
                number: stuck[0].number,
            };
            rig.kernel.retry_stuck(id).await.expect("is stuck");
            rig.settle().await;
            assert!(rig.kernel.retry_stuck(id).await.is_err(), "it is not stuck any more");
        });
        let stuck = ground.look(async |database| entities::stuck(&database.read).await);
        assert_eq!(stuck.expect("reads"), []);
    });
}

#[test]
fn a_chat_that_is_told_to_wait_holds_no_other_up_and_is_not_forgotten() {
    on_both(|ground| {
        let wait = std::time::Duration::from_secs(3_600);
        ground.courier.plan([CourierReport::Throttled { retry_after: wait }]);
        ground.life(async |rig| {
            done(rig.write(1, 1, "hello").await);
            wait_until(|| rig.courier.carried().len() == 1).await;
            done(rig.write(2, 2, "hello").await);
            wait_until(|| !rig.courier.texts(2).is_empty()).await;
            wait_until(|| rig.kernel.unwritten_marks() == 0).await;
        });
        ground.clock.advance(time::Duration::hours(2));
        ground.life(async |rig| {
            rig.settle().await;
            assert_eq!(rig.courier.texts(1).len(), 2, "tried again after the wait");
            assert_eq!(rig.courier.texts(2).len(), 1);
        });
    });
}

#[test]
fn answers_to_one_chat_keep_their_order_while_one_is_retried() {
    on_both(|ground| {
        ground.courier.plan([CourierReport::Failed { reason: "reset".to_owned() }]);
        ground.life(async |rig| {
            for update in 1..=4 {
                done(rig.write(1, update, "hello").await);
            }
            rig.settle().await;
            let carried = rig.courier.carried();
            let numbers: Vec<i64> = carried.iter().map(|(id, _)| id.number).collect();
            let mut sorted = numbers.clone();
            sorted.sort_unstable();
            assert_eq!(numbers, sorted, "the first is carried twice, none overtakes");
        });
    });
}

#[test]
fn a_deadline_survives_a_restart_and_a_clock_that_jumps() {
    on_both(|ground| {
        let stock = Key::new(Kind::Stock, "mug");
        let until = ground.clock.now() + time::Duration::hours(1);
        ground.life(async |rig| {
            for (n, message) in [
                StockMessage::SetOnHand { count: 5 },
                StockMessage::Reserve {
                    order: Key::new(Kind::Order, "AAAAAA"),
                    quantity: 2,
                    until,
                },
            ]
            .into_iter()
            .enumerate()
            {
                let external = External::Request(n.to_string());
                rig.kernel
                    .office
                    .tell_patiently(stock.clone(), external, message.into())
                    .await
                    .expect("applied");
            }
            rig.settle().await;
        });
        ground.clock.advance(time::Duration::hours(-1));
        let reserved = |ground: &Ground| {
            let rows = ground.look(async |database| entities::stock(&database.read).await);
            rows.expect("reads")[0].reserved
        };
        assert_eq!(reserved(ground), 2);
        ground.clock.advance(time::Duration::hours(5));
        ground.life(async |rig| {
            let database = rig.kernel.database();
            let gone = async {
                let far = i64::MAX;
                let due = || entities::due_between(&database.read, database.backend, far, 10);
                while !due().await.expect("reads").is_empty() {
                    tokio::task::yield_now().await;
                }
            };
            let limit = std::time::Duration::from_secs(10);
            tokio::time::timeout(limit, gone).await.expect("the overdue deadline comes");
        });
        assert_eq!(reserved(ground), 0, "released by its deadline");
    });
}

#[test]
fn a_result_that_is_reported_twice_counts_once() {
    on_both(|ground| {
        let outcome = Outcome::Sent { message_id: 7 };
        ground.life(async |rig| {
            done(rig.write(1, 1, "/start").await);
            rig.settle().await;
            let (id, intent) = rig.courier.carried()[0].clone();
            let intent = std::sync::Arc::new(intent);
            for _ in 0..2 {
                let reply = rig
                    .kernel
                    .office
                    .report(session(1), (id, intent.clone()), outcome.clone())
                    .await;
                reply.expect("known, or nothing to do");
            }
        });
    });
}

#[test]
fn a_stranger_among_messages_is_refused_and_does_no_harm() {
    on_both(|ground| {
        ground.life(async |rig| {
            let external = External::Request("1".to_owned());
            let message = StockMessage::SetOnHand { count: 1 }.into();
            let answer = rig
                .kernel
                .office
                .tell_patiently(session(1), external, message)
                .await
                .expect("heard");
            assert!(matches!(answer, crate::Answer::Refused(_)), "{answer:?}");
            done(rig.write(1, 1, "hello").await);
        });
        assert!(
            ground
                .courier
                .carried()
                .iter()
                .all(|(_, intent)| { matches!(intent, Intent::Telegram(_)) })
        );
    });
}
