//! Money through the core: crashes before, during and after the calls, and the question that queues behind nothing.

use std::sync::atomic::Ordering;

use entities::{Currency, Key, Kind, Money};

use super::rig::{Ground, Rig, done, on_both, session, wait_until};
use crate::Tell;
use crate::address::IntentId;
use crate::external::External;
use crate::intent::{Intent, Method, TelegramCall};
use crate::payment::{CheckoutReport, Message};
use crate::session::{Incoming, Message as SessionMessage, Profile};

const CHECKOUT: &str = "payment:K7Q2M9";

fn payment() -> Key {
    Key::new(Kind::Payment, "K7Q2M9")
}

fn price() -> Money {
    Money::new(350, Currency::XTR)
}

async fn tell(rig: &Rig, update: i64, message: Message) {
    let external = External::Update { epoch: 1, id: update };
    done(rig.kernel.office.tell_patiently(payment(), external, message.into()).await);
}

fn begin(ground: &Ground) -> Message {
    Message::Begin {
        order: Key::new(Kind::Order, "K7Q2M9"),
        customer: session(7),
        amount: price(),
        description: "Shop".to_owned(),
        gateway: "stars".to_owned(),
        until: ground.clock.now() + time::Duration::minutes(30),
    }
}

fn question() -> Message {
    Message::PreCheckout {
        query: "q1".to_owned(),
        customer: session(7),
        amount: price(),
        language_code: None,
    }
}

fn paid(charge: &str) -> Message {
    Message::GatewayReported {
        event: charge.to_owned(),
        checkout: CHECKOUT.to_owned(),
        report: CheckoutReport::Captured { amount: price(), charge: Some(charge.to_owned()) },
    }
}

/// The answers to Telegram's question that were carried.
fn answers(ground: &Ground) -> Vec<IntentId> {
    let is_answer = |intent: &Intent| {
        matches!(
            intent,
            Intent::Telegram(TelegramCall {
                method: Method::AnswerPreCheckout { error: None, .. },
                ..
            })
        )
    };
    let carried = ground.courier.carried();
    carried.iter().filter(|(_, intent)| is_answer(intent)).map(|(id, _)| *id).collect()
}

fn ledger(ground: &Ground) -> Vec<i64> {
    let lines = ground.look(async |database| entities::ledger(&database.read).await);
    lines.expect("reads").iter().map(|line| line.amount_minor).collect()
}

#[test]
fn a_crash_after_the_question_does_not_lose_its_answer() {
    on_both(|ground| {
        ground.life(async |rig| {
            tell(rig, 1, begin(ground)).await;
            rig.settle().await;
        });
        ground.courier.hang.store(true, Ordering::Relaxed);
        ground.life(async |rig| {
            tell(rig, 2, question()).await;
            wait_until(|| !answers(ground).is_empty()).await;
        });
        ground.courier.hang.store(false, Ordering::Relaxed);
        ground.life(async |rig| {
            // Telegram repeats the update as well: it is answered already.
            tell(rig, 2, question()).await;
            rig.settle().await;
        });
        let answers = answers(ground);
        assert_eq!(answers.len(), 2, "carried again after the crash");
        assert_eq!(answers[0], answers[1], "under the same number");
    });
}

#[test]
fn a_payment_told_again_in_another_life_counts_once() {
    on_both(|ground| {
        for (life, update) in [(1, 2), (2, 2), (3, 3)] {
            ground.life(async |rig| {
                if life == 1 {
                    tell(rig, 1, begin(ground)).await;
                    rig.settle().await;
                }
                tell(rig, update, paid("c1")).await;
            });
        }
        assert_eq!(ledger(ground), [350, -350]);
        ground.life(async |rig| {
            tell(rig, 4, paid("c2")).await;
            rig.settle().await;
        });
        let book = ledger(ground);
        assert_eq!((book.len(), book.iter().sum::<i64>()), (4, 0), "the second is booked as well");
        ground.life(async |rig| {
            tell(rig, 5, paid("c2")).await;
            rig.settle().await;
        });
        assert_eq!(ledger(ground).len(), 4);
    });
}

#[test]
fn the_question_before_the_money_queues_behind_nothing() {
    on_both(|ground| {
        ground.office.in_flight = 50;
        ground.delivery.telegram = 4;
        ground.life(async |rig| {
            tell(rig, 1, begin(ground)).await;
            rig.settle().await;
            // Telegram swallows every other call, and people press all the same.
            ground.courier.stalls.store(true, Ordering::Relaxed);
            for user in 100..140 {
                let data = "t.h".to_owned();
                let query = format!("press-{user}");
                let what = Incoming::Press { query, message_id: Some(1), data };
                let from = Profile { first_name: "Ada".to_owned(), ..Profile::default() };
                done(
                    rig.kernel
                        .office
                        .tell(Tell {
                            key: session(user),
                            external: External::Update { epoch: 1, id: user },
                            message: SessionMessage::Customer { from, what }.into(),
                            inline: false,
                        })
                        .await,
                );
            }
            assert!(rig.kernel.outbox.depth().1 > 40, "all of them wait");
            tell(rig, 2, question()).await;
            wait_until(|| !answers(ground).is_empty()).await;
        });
        ground.courier.stalls.store(false, Ordering::Relaxed);
    });
}
