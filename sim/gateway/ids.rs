//! Makes the gateway's ids: unguessable to a reader, repeatable from the seed and the start.
//! It must not know what they name.

use sha2::{Digest, Sha256};

const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyzACDEFGHJ";
const LENGTH: usize = 24;

/// A counter behind a hash.
pub(super) struct Ids {
    seed: u64,
    started_ms: i64,
    count: u64,
}

impl Ids {
    /// The start is part of it: a world that starts again with the same seed must not give ids
    /// that a merchant's database has seen with other money behind them.
    pub(super) fn new(seed: u64, started_ms: i64) -> Self {
        Self { seed, started_ms, count: 0 }
    }

    /// The next id, such as `co_…`.
    pub(super) fn next(&mut self, prefix: &str) -> String {
        self.count += 1;
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(self.started_ms.to_be_bytes());
        hash.update(self.count.to_be_bytes());
        let digest = hash.finalize();
        let tail =
            digest.iter().take(LENGTH).map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        std::iter::once(format!("{prefix}_")).chain(tail.map(String::from)).collect()
    }
}
