//! A histogram of latencies with a resolution of 1 % or better. Knows no clock.

/// Up to here every microsecond has a bucket of its own.
const FINE_US: usize = 10_000;
/// From `FINE_US` to here, buckets of 100 µs.
const MIDDLE_US: usize = 1_000_000;
const MIDDLE: usize = (MIDDLE_US - FINE_US) / 100;
/// Beyond, buckets of 10 ms up to 5 min.
const COARSE: usize = 30_000;

pub(super) struct Latencies {
    buckets: Vec<u32>,
    count: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self { buckets: vec![0; FINE_US + MIDDLE + COARSE], count: 0 }
    }
}

impl Latencies {
    pub(super) fn add(&mut self, micros: u128) {
        let us = usize::try_from(micros).unwrap_or(usize::MAX);
        let at = match us {
            ..FINE_US => us,
            FINE_US..MIDDLE_US => FINE_US + (us - FINE_US) / 100,
            _ => FINE_US + MIDDLE + ((us - MIDDLE_US) / 10_000).min(COARSE - 1),
        };
        self.buckets[at] += 1;
        self.count += 1;
    }

    pub(super) fn clear(&mut self) {
        self.buckets.fill(0);
        self.count = 0;
    }

    /// The latency that this share of all stayed within, ms; 0 without any.
    pub(super) fn within_ms(&self, share: f64) -> f64 {
        let rank = (self.count as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (at, count) in self.buckets.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= rank {
                return upper_us(at) as f64 / 1_000.0;
            }
        }
        0.0
    }
}

fn upper_us(at: usize) -> usize {
    match at {
        ..FINE_US => at,
        _ if at < FINE_US + MIDDLE => FINE_US + (at - FINE_US + 1) * 100,
        _ => MIDDLE_US + (at - FINE_US - MIDDLE + 1) * 10_000,
    }
}

#[cfg(test)]
mod tests {
    use super::Latencies;

    #[test]
    fn a_share_stays_within_its_latency() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.within_ms(0.99), 0.0);
        (1..=98).for_each(|us| latencies.add(us));
        latencies.add(20_000);
        latencies.add(3_000_000);
        assert_eq!(latencies.within_ms(0.5), 0.05);
        assert_eq!(latencies.within_ms(0.99), 20.1);
        assert_eq!(latencies.within_ms(1.0), 3_010.0);
    }
}
