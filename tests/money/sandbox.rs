//! The sandbox gateway in all its moods: whatever it does, each payment is taken once, each refund made once, and its
//! books agree with ours to the unit.

use entities::{Currency, Money};
use serde_json::json;
use time::Duration;

use crate::rig::{Rig, on_both};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

impl Rig<'_> {
    async fn arms(&self, kind: &str, count: u32, ms: u64) {
        let fault = json!({ "kind": kind, "count": count, "ms": ms });
        self.post("/sim/gateway/faults", fault).await;
    }

    async fn pays(&self, order: &str, outcome: &str) {
        let row = self.payment(order, |row| row.checkout.is_some()).await;
        let path = format!("/sim/gateway/checkouts/{}/pay", row.checkout.expect("opened"));
        self.post(&path, json!({ "outcome": outcome })).await;
    }

    async fn books_agree(&self) {
        self.until("the gateway's books and ours agree", async || {
            self.at_the_sandbox().await == self.balance("gateway:sandbox").await
        })
        .await;
    }
}

#[test]
fn whatever_the_gateway_does_money_is_taken_once_and_the_books_agree() {
    const CALLS: [(&str, u64); 3] =
        [("timeout_before_charge", 30), ("timeout_after_charge", 30), ("error_5xx", 0)];
    const HOOKS: [(&str, u64); 4] = [
        ("duplicate_webhook", 10),
        ("late_webhook", 150),
        ("reorder_webhooks", 150),
        ("forged_webhook", 0),
    ];
    on_both(|ground| {
        ground.life(async |rig| {
            let mut number = 0;
            for (kind, ms) in CALLS {
                number += 1;
                let order = format!("CALL0{number}");
                // The opening meets it, and later the refund does.
                rig.arms(kind, 2, ms).await;
                rig.ordered(&order, rig.ground.ada, eur(1_200)).await;
                rig.pays(&order, "capture").await;
                rig.order(&order, "confirmed").await;
                rig.arms(kind, 2, ms).await;
                rig.refund(&order, 300, Currency::EUR).await;
                rig.payment(&order, |row| row.refunded_minor == 300).await;
                rig.books_agree().await;
            }
            for (kind, ms) in HOOKS {
                number += 1;
                let order = format!("HOOK0{number}");
                rig.ordered(&order, rig.ground.ada, eur(1_200)).await;
                rig.arms(kind, 1, ms).await;
                rig.pays(&order, "decline").await;
                rig.arms(kind, 1, ms).await;
                rig.pays(&order, "capture").await;
                rig.order(&order, "confirmed").await;
                for part in [1, 2] {
                    rig.arms(kind, 1, ms).await;
                    rig.refund(&order, 100, Currency::EUR).await;
                    rig.payment(&order, |row| row.refunded_minor == 100 * part).await;
                }
                rig.books_agree().await;
            }
            let held = rig.balance("customer_funds").await;
            assert_eq!(held, 0, "every sum is a sale or went back");
        });
    });
}

#[test]
fn a_forged_capture_gives_no_goods() {
    on_both(|ground| {
        ground.life(async |rig| {
            rig.arms("forged_webhook", 1, 0).await;
            rig.ordered("FORGED", rig.ground.ada, eur(1_200)).await;
            rig.pays("FORGED", "decline").await;
            rig.rests().await;
            let row = rig.payment("FORGED", |row| row.note.is_some()).await;
            assert_eq!((row.state.as_str(), row.captured_minor), ("awaiting_funds", 0));
            rig.books_agree().await;
        });
    });
}

#[test]
fn a_webhook_that_never_comes_is_asked_for_when_the_time_is_over() {
    on_both(|ground| {
        ground.life(async |rig| {
            rig.ordered("SILENT", rig.ground.ada, eur(1_200)).await;
            rig.arms("drop_webhook", 1, 0).await;
            rig.pays("SILENT", "capture").await;
            rig.advance(Duration::minutes(31));
            rig.order("SILENT", "confirmed").await;
            rig.books_agree().await;
        });
    });
}

#[test]
fn an_order_nobody_pays_expires_and_money_that_comes_late_goes_back() {
    on_both(|ground| {
        ground.life(async |rig| {
            rig.ordered("NOBODY", rig.ground.ada, eur(1_200)).await;
            // Paid at the last moment: the webhook is still on its way when the shop gives up.
            rig.ordered("LATE00", rig.ground.ada, eur(900)).await;
            rig.arms("late_webhook", 1, 300).await;
            rig.pays("LATE00", "capture").await;
            let cancel = actors::order::Message::Cancel { by: actors::order::By::Customer };
            let late = entities::Key::new(entities::Kind::Order, "LATE00");
            rig.told(late, cancel.into()).await;
            rig.payment("LATE00", |row| row.state == "refunded").await;
            rig.advance(Duration::minutes(31));
            rig.order("NOBODY", "expired").await;
            rig.books_agree().await;
            assert_eq!(rig.balance("gateway:sandbox").await, 0);
        });
    });
}
