//! The limits in virtual time: the clock is moved by hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::{Clock, Lane};

use super::{Limiter, OutboundLimits};

fn limits() -> OutboundLimits {
    OutboundLimits { bot_per_second: 2, bot_burst: 2, ..OutboundLimits::default() }
}

/// Lets every task that can go on go on.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_chat_takes_a_burst_and_then_one_a_second() {
    let limiter = Limiter::new(&OutboundLimits::default(), Clock::system());
    let sent = (0..20).take_while(|_| limiter.try_turn(7)).count();
    assert_eq!(sent, 5);
    assert!(limiter.try_turn(8), "another chat is free");
    limiter.clock.advance(time::Duration::seconds(1));
    assert!(limiter.try_turn(7));
    assert!(!limiter.try_turn(7));
}

#[tokio::test]
async fn a_group_takes_twenty_a_minute_and_who_comes_too_early_is_sent_away() {
    let limiter = Limiter::new(&OutboundLimits::default(), Clock::system());
    for _ in 0..5 {
        assert_eq!(limiter.turn(-100, Lane::Answer).await, Ok(()));
    }
    let away = limiter.turn(-100, Lane::Answer).await.expect_err("the burst is used up");
    assert!(away > Duration::from_secs(2) && away <= Duration::from_secs(3), "{away:?}");
    let mut sent = 0;
    for _ in 0..60 {
        limiter.clock.advance(time::Duration::seconds(1));
        while limiter.try_turn(-100) {
            sent += 1;
        }
    }
    assert_eq!(sent, 20);
}

#[tokio::test]
async fn answers_go_ahead_of_what_waits_already() {
    let limiter = Arc::new(Limiter::new(&limits(), Clock::system()));
    while limiter.try_turn(1) {}
    let order: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let mut tasks = Vec::new();
    let lanes = [("bulk", Lane::Bulk), ("notice", Lane::Notice), ("answer", Lane::Answer)];
    for (chat, (name, lane)) in (10..).zip(lanes) {
        let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            limiter.turn(chat, lane).await.expect("a fresh chat");
            order.lock().expect("no panic").push(name);
        }));
        settle().await;
    }
    for _ in 0..3 {
        limiter.clock.advance(time::Duration::milliseconds(500));
        settle().await;
    }
    for task in tasks {
        tokio::time::timeout(Duration::from_secs(5), task).await.expect("ends").expect("no panic");
    }
    assert_eq!(*order.lock().expect("no panic"), ["answer", "notice", "bulk"]);
}

#[tokio::test]
async fn who_gives_up_waiting_does_not_hold_up_the_next() {
    let limiter = Arc::new(Limiter::new(&limits(), Clock::system()));
    while limiter.try_turn(1) {}
    let spawn = |chat| {
        let limiter = Arc::clone(&limiter);
        tokio::spawn(async move { limiter.turn(chat, Lane::Answer).await })
    };
    let (first, second) = (spawn(10), spawn(11));
    settle().await;
    first.abort();
    settle().await;
    limiter.clock.advance(time::Duration::milliseconds(500));
    let second = tokio::time::timeout(Duration::from_secs(5), second).await.expect("its turn");
    assert_eq!(second.expect("no panic"), Ok(()));
}

#[tokio::test]
async fn a_clock_set_back_makes_nobody_wait_for_long() {
    let limiter = Limiter::new(&OutboundLimits::default(), Clock::system());
    while limiter.try_turn(7) {}
    limiter.clock.set_offset_ms(-86_400_000);
    let bucket = limiter.state().chats[&7];
    assert!(bucket.wait_us(limiter.chat, limiter.now_us()) <= 1_000_000);
}
