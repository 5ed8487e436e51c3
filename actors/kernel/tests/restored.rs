//! A database that came out of a backup: money is asked about and never moved again, messages wait for a person.

use std::sync::atomic::Ordering;

use time::Duration;

use super::rig::{Ground, begin_payment, done, on_both, session, wait_until};
use crate::gateway::GatewayOp;
use crate::intent::Intent;

fn ops(ground: &Ground) -> Vec<&'static str> {
    let op = |intent: &Intent| match intent {
        Intent::Gateway(call) => Some(match call.op {
            GatewayOp::OpenCheckout { .. } => "open",
            GatewayOp::AskCheckout { .. } => "ask",
            GatewayOp::ExpireCheckout { .. } => "expire",
            GatewayOp::Refund { .. } => "refund",
            GatewayOp::OpenSubscription { .. }
            | GatewayOp::EditSubscription { .. }
            | GatewayOp::ReadStars { .. } => "stars",
        }),
        _ => None,
    };
    ground.courier.carried().iter().filter_map(|(_, intent)| op(intent)).collect()
}

#[test]
fn what_a_backup_left_undone_is_asked_about_and_not_repeated() {
    on_both(|ground| {
        let until = ground.clock.now() + Duration::days(2);
        ground.courier.hang.store(true, Ordering::Relaxed);
        ground.life(async |rig| {
            begin_payment(rig, until).await;
            done(rig.write(1, 1, "/start").await);
            wait_until(|| rig.courier.carried().len() >= 2).await;
        });
        ground.courier.hang.store(false, Ordering::Relaxed);
        let before = ground.courier.carried().len();
        let found = ground.look(async |database| {
            crate::mark_restored(&database).await.expect("marks");
            crate::undone(&database, ground.master.clone(), &ground.clock).await.expect("reads")
        });
        assert!(found.len() >= 2 && found.iter().all(|one| one.waits_for_a_person), "{found:?}");

        ground.life(async |rig| {
            rig.rest().await;
            assert_eq!(rig.courier.carried().len(), before, "nothing leaves by itself");
            // The saga heard that nobody knows, and asks.
            ground.clock.advance(Duration::minutes(6));
            wait_until(|| ops(ground).contains(&"ask")).await;
            done(rig.write(1, 2, "/help").await);
            rig.rest().await;
        });
        assert_eq!(ops(ground), ["open", "ask"], "opened once, by the first server");
        let carried = ground.courier.carried();
        let fresh: Vec<i64> = carried[before..].iter().map(|(id, _)| id.number).collect();
        assert!(fresh.iter().all(|number| *number > 1 << 40), "no key is used twice: {fresh:?}");
        let stuck = ground.look(async |database| entities::stuck(&database.read).await);
        let stuck = stuck.expect("reads");
        assert!(stuck.iter().all(|row| row.reason.contains("backup")), "{stuck:?}");
        assert_eq!(stuck.len(), found.len());

        // A person lets the message go while no server runs.
        let message = stuck.iter().find(|row| row.owner == session(1).as_str()).expect("is there");
        let id = (message.part, message.number);
        let let_go = ground.look(async |database| entities::unstick(&database.write, id).await);
        assert!(let_go.expect("writes"));
        ground.life(async |rig| {
            rig.settle().await;
            let carried = rig.courier.carried();
            let again =
                carried.iter().filter(|(one, _)| (i16::from(one.partition), one.number) == id);
            assert_eq!(again.count(), 2, "the first server tried it, and now this one");
        });
    });
}
