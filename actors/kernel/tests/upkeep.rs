//! What is kept, and what goes: receipts by the time that servers ran, the rest by its age.

use time::Duration;

use super::rig::{Ground, Rig, done, on_both, session};
use crate::{Retention, Tidied};

/// So many that most receipts have left the row.
const UPDATES: i64 = 100;

async fn talk(rig: &Rig, updates: std::ops::Range<i64>) {
    for update in updates {
        done(rig.write(1, update, "/help").await);
    }
    rig.rest().await;
}

async fn tidy(rig: &Rig) -> Tidied {
    rig.kernel.tidy(&Retention::default()).await.expect("tidies")
}

async fn is_known(rig: &Rig, update: i64) -> bool {
    let before = rig.courier.carried().len();
    done(rig.write(1, update, "/help").await);
    rig.settle().await;
    rig.courier.carried().len() == before
}

#[test]
fn a_system_time_that_jumps_ahead_lets_no_repeat_through() {
    on_both(|ground| {
        ground.life(async |rig| {
            talk(rig, 0..UPDATES).await;
            ground.clock.set_system_wrong_by(Duration::hours(30));
            talk(rig, UPDATES..2 * UPDATES).await;
            assert_eq!(tidy(rig).await.receipts, 0, "no hour has really passed");
            assert!(is_known(rig, 5).await && is_known(rig, UPDATES - 1).await);
            assert!(rig.kernel.clone().stop(std::time::Duration::from_secs(10)).await);
        });
        // The machine comes up with its clock a year ahead.
        ground.clock.set_system_wrong_by(Duration::days(365));
        ground.life(async |rig| {
            assert_eq!(tidy(rig).await.receipts, 0);
            assert!(is_known(rig, 5).await && is_known(rig, 2 * UPDATES - 1).await);
        });
        ground.clock.set_system_wrong_by(Duration::hours(-1));
        ground.life(async |rig| {
            assert!(is_known(rig, 5).await, "nor does it matter when it is put right");
            talk(rig, 1_000..1_005).await;
            assert!(is_known(rig, 1_000).await);
        });
        ground.clock.set_system_wrong_by(Duration::ZERO);
    });
}

#[test]
fn receipts_go_once_nobody_can_repeat_them() {
    on_both(|ground| {
        ground.life(async |rig| {
            talk(rig, 0..UPDATES).await;
            ground.clock.advance(Duration::hours(24));
            assert_eq!(tidy(rig).await.receipts, 0, "Telegram may still repeat them");
            ground.clock.advance(Duration::hours(2));
            assert!(tidy(rig).await.receipts > 0);
        });
    });
}

/// A busy day of some customers who come and go.
async fn day(rig: &Rig, ground: &Ground, day: i64) {
    for round in 0..40 {
        for user in 0..8 {
            let update = day * 1_000_000 + round * 1_000 + user;
            done(rig.write(user, update, if round == 0 { "/start" } else { "/help" }).await);
        }
    }
    rig.rest().await;
    ground.clock.advance(Duration::hours(24));
    tidy(rig).await;
}

async fn rows(rig: &Rig) -> Vec<(&'static str, i64)> {
    let mut counted = Vec::new();
    for table in ["actors", "receipts", "facts", "deliveries", "held_inputs", "unparsed_updates"] {
        let rows = entities::count_rows(rig.kernel.database(), table).await.expect("counts");
        counted.push((table, rows));
    }
    counted
}

#[test]
fn a_busy_month_takes_no_more_room_than_a_busy_week() {
    on_both(|ground| {
        ground.life(async |rig| {
            for number in 0..7 {
                day(rig, ground, number).await;
            }
            let week = rows(rig).await;
            for number in 7..30 {
                day(rig, ground, number).await;
            }
            assert_eq!(rows(rig).await, week);
        });
    });
}

#[test]
fn intents_that_are_done_leave_the_rows_of_those_who_went_quiet() {
    on_both(|ground| {
        ground.life(async |rig| {
            talk(rig, 0..3).await;
            assert!(sealed(ground).await > 0);
            assert_eq!(tidy(rig).await.intents, 1);
            assert_eq!(sealed(ground).await, 0);
            // The actor in memory goes on from what it knows.
            talk(rig, 3..5).await;
            assert!(is_known(rig, 2).await);
        });
        let sent = ground.courier.carried().len();
        ground.life(async |rig| {
            rig.rest().await;
            talk(rig, 5..6).await;
        });
        assert_eq!(ground.courier.carried().len(), sent + 1, "nothing is sent again");
    });
}

#[test]
fn an_intent_that_is_stuck_stays_in_its_row() {
    on_both(|ground| {
        let failed = || crate::CourierReport::Failed { reason: "503".to_owned() };
        ground.courier.plan([failed(), failed(), failed()]);
        ground.life(async |rig| {
            talk(rig, 0..1).await;
            assert_eq!(tidy(rig).await.intents, 0);
            assert!(sealed(ground).await > 0);
        });
    });
}

/// Bytes of intents in the customer's row.
async fn sealed(ground: &Ground) -> usize {
    let database = entities::Database::open(&ground.url).await.expect("opens");
    let row = entities::load(&database.read, database.backend, session(1).as_str()).await;
    database.close().await;
    row.expect("reads").expect("is there").intents.len()
}
