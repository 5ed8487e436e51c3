//! The one source of time: a parameter everywhere. Knows nobody who asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::watch;

/// Real time plus an offset. The demo and the tests move the offset; `serve` has no way to.
#[derive(Clone, Debug)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
    moved: Arc<watch::Sender<i64>>,
    made: Instant,
    /// How wrong a test makes the system's time.
    #[cfg(test)]
    wrong_by_ms: Arc<AtomicI64>,
}

/// A sleeper looks at the clock at least this often: a laptop that was asleep, or a corrected system clock, must not
/// delay a deadline by hours.
const LONGEST_NAP: Duration = Duration::from_secs(10);

impl Clock {
    /// The system's time.
    pub fn system() -> Self {
        Self {
            offset_ms: Arc::default(),
            moved: Arc::new(watch::Sender::new(0)),
            made: Instant::now(),
            #[cfg(test)]
            wrong_by_ms: Arc::default(),
        }
    }

    /// UTC, in whole milliseconds, so that a stored time equals the one it was taken from.
    pub fn now(&self) -> OffsetDateTime {
        from_ms(self.now_ms())
    }

    /// Milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is the Clock that all others ask")]
        let real = OffsetDateTime::now_utc();
        #[cfg(test)]
        let real = real + time::Duration::milliseconds(self.wrong_by_ms.load(Ordering::Relaxed));
        to_ms(real) + self.offset_ms.load(Ordering::Relaxed)
    }

    /// Milliseconds since this clock was made, as a stopwatch counts them: a system's time that is corrected, or wrong,
    /// does not move it. Moving this clock by hand does.
    pub fn elapsed_ms(&self) -> i64 {
        let real = i64::try_from(self.made.elapsed().as_millis()).unwrap_or(i64::MAX);
        real.saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }

    /// As when somebody sets the system's time.
    #[cfg(test)]
    pub(crate) fn set_system_wrong_by(&self, wrong: time::Duration) {
        let ms = i64::try_from(wrong.whole_milliseconds()).expect("a few years");
        self.wrong_by_ms.store(ms, Ordering::Relaxed);
    }

    /// Moves the clock to `offset_ms` from real time and wakes all sleepers.
    pub fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
        self.moved.send_replace(offset_ms);
    }

    pub fn advance(&self, by: time::Duration) {
        let by_ms = i64::try_from(by.whole_milliseconds()).unwrap_or(i64::MAX);
        let offset_ms = self.offset_ms.fetch_add(by_ms, Ordering::Relaxed) + by_ms;
        self.moved.send_replace(offset_ms);
    }

    /// Resolves when the clock is moved by hand.
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.moved.subscribe()
    }

    /// Resolves when this clock shows `deadline_ms`, however it gets there.
    pub async fn sleep_until_ms(&self, deadline_ms: i64) {
        let mut moved = self.moved.subscribe();
        loop {
            let left_ms = deadline_ms - self.now_ms();
            if left_ms <= 0 {
                return;
            }
            let nap = Duration::from_millis(left_ms.unsigned_abs()).min(LONGEST_NAP);
            tokio::select! {
                () = tokio::time::sleep(nap) => {}
                // The sender lives in `self`: it cannot be gone.
                _ = moved.changed() => {}
            }
        }
    }

    pub async fn sleep(&self, duration: Duration) {
        let ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        self.sleep_until_ms(self.now_ms().saturating_add(ms)).await;
    }
}

/// Milliseconds since 1970 UTC.
pub fn to_ms(instant: OffsetDateTime) -> i64 {
    i64::try_from(instant.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

/// The instant of so many milliseconds since 1970 UTC; the far end of the calendar when there is no such day.
pub fn from_ms(ms: i64) -> OffsetDateTime {
    let end = time::PrimitiveDateTime::MAX.assume_utc();
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::{Clock, from_ms, to_ms};

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_moved() {
        let clock = Clock::system();
        let deadline = clock.now_ms() + 3_600_000;
        let sleeper = clock.clone();
        let woken = tokio::spawn(async move { sleeper.sleep_until_ms(deadline).await });
        tokio::task::yield_now().await;
        clock.advance(time::Duration::hours(2));
        tokio::time::timeout(std::time::Duration::from_secs(5), woken)
            .await
            .expect("wakes at once")
            .expect("no panic");
    }

    #[test]
    fn times_survive_storage() {
        let now = Clock::system().now();
        assert_eq!(from_ms(to_ms(now)), now);
        assert_eq!(to_ms(from_ms(-1)), -1);
    }
}
