//! The world's clock: real time plus an offset that can be moved. It must not know what happens in
//! the world.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use tokio::sync::watch;

/// The longest sleep between two looks at the offset: a process that shares the handle may move
/// it without telling us.
const LOOK_AGAIN_MS: i64 = 250;

/// A cloneable handle: real time plus an offset in milliseconds, shared by everybody who holds it.
#[derive(Clone, Debug)]
pub struct WorldClock {
    offset: Arc<AtomicI64>,
    moved: Arc<watch::Sender<i64>>,
}

impl Default for WorldClock {
    fn default() -> Self {
        Self::new(0)
    }
}

impl WorldClock {
    /// A clock that is `offset_ms` ahead of real time.
    pub fn new(offset_ms: i64) -> Self {
        Self::from_handle(Arc::new(AtomicI64::new(offset_ms)))
    }

    /// A clock over an offset that somebody else owns too.
    pub fn from_handle(offset: Arc<AtomicI64>) -> Self {
        let start = offset.load(Ordering::Relaxed);
        Self { offset, moved: Arc::new(watch::Sender::new(start)) }
    }

    /// Unix milliseconds in the world.
    #[allow(clippy::disallowed_methods)] // the one place that may read real time
    pub fn now_ms(&self) -> i64 {
        let real = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        real.saturating_add(self.offset_ms())
    }

    /// Unix seconds in the world, as Telegram writes its dates.
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// The world's instant in UTC.
    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.now_ms()) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// How far the world is ahead of real time.
    pub fn offset_ms(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// Moves the world forward (or back, when negative) and wakes who waits for an instant.
    pub fn advance(&self, by_ms: i64) {
        let new = self.offset.fetch_add(by_ms, Ordering::Relaxed) + by_ms;
        self.moved.send_replace(new);
    }

    /// Sets the distance to real time and wakes who waits for an instant.
    pub fn set_offset(&self, offset_ms: i64) {
        self.offset.store(offset_ms, Ordering::Relaxed);
        self.moved.send_replace(offset_ms);
    }

    /// The shared offset itself, for a process part that keeps its own clock.
    pub fn offset_handle(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.offset)
    }

    /// Tells each move of the offset.
    pub fn moves(&self) -> watch::Receiver<i64> {
        self.moved.subscribe()
    }

    /// Returns when the world has reached `at_ms`, however it got there.
    pub async fn sleep_until(&self, at_ms: i64) {
        let mut moves = self.moves();
        loop {
            let left = at_ms - self.now_ms();
            if left <= 0 {
                return;
            }
            let nap = Duration::from_millis(left.min(LOOK_AGAIN_MS).unsigned_abs());
            tokio::select! {
                () = tokio::time::sleep(nap) => {}
                told = moves.changed() => {
                    // The sender lives in `self`, so this cannot fail; napping is right anyway.
                    if told.is_err() { tokio::time::sleep(nap).await; }
                }
            }
        }
    }
}
