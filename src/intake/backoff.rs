//! Pauses that double, with jitter. Knows nothing of what failed.

use std::time::Duration;

/// The next pause of a row of failures.
pub(super) struct Backoff {
    first: Duration,
    last: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(first: Duration, last: Duration) -> Self {
        Self { first, last, failures: 0 }
    }

    /// After a success.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The last try failed, too.
    pub(super) fn is_going_on(&self) -> bool {
        self.failures > 0
    }

    /// From half of it to the whole, so that many do not come back in the same moment.
    pub(super) fn next(&mut self) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(self.failures.min(16)));
        self.failures = self.failures.saturating_add(1);
        doubled.min(self.last).mul_f64(rand::random_range(0.5..1.0))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Backoff;

    #[test]
    fn pauses_double_up_to_the_last_and_begin_anew_after_a_success() {
        let (first, last) = (Duration::from_secs(1), Duration::from_secs(5));
        let mut backoff = Backoff::new(first, last);
        for whole in [1.0, 2.0, 4.0, 5.0, 5.0] {
            let pause = backoff.next().as_secs_f64();
            assert!((whole / 2.0..=whole).contains(&pause), "{pause} of {whole}");
        }
        backoff.reset();
        assert!(backoff.next() <= first);
    }
}
