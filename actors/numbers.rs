//! Numbers of intents per partition, and up to where all are done (the watermark). Knows no intents.

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;

use entities::PARTITIONS;

use crate::address::IntentId;

/// Shared by the actors (which take numbers), delivery (which says what is done) and the Journal (which writes marks).
pub(crate) struct Numbers {
    partitions: Vec<Mutex<Partition>>,
}

/// The time of taking of a number that stays open whatever happens: no mark may pass it.
pub(crate) const HELD_BACK: i64 = i64::MAX;

#[derive(Default)]
struct Partition {
    highest: i64,
    /// Taken and not yet done, with the time of taking; numbers of steps that never committed leave as well.
    open: BTreeMap<i64, i64>,
    /// Not done, but safe in `deliveries`: the watermark may pass them.
    excepted: HashSet<i64>,
    written: i64,
    /// What the last process left is known: until then no mark may move.
    recovered: bool,
}

impl Partition {
    fn watermark(&self) -> i64 {
        if !self.recovered {
            return self.written;
        }
        self.open.first_key_value().map_or(self.highest, |(lowest, _)| lowest - 1)
    }
}

impl Default for Numbers {
    fn default() -> Self {
        Self { partitions: (0..PARTITIONS).map(|_| Mutex::default()).collect() }
    }
}

impl Numbers {
    fn with<T>(&self, partition: u8, f: impl FnOnce(&mut Partition) -> T) -> T {
        let lock = self.partitions[usize::from(partition)].lock();
        f(&mut lock.expect("nothing panics while a partition is held"))
    }

    /// What recovery found: numbering goes on above both.
    pub(crate) fn recover(&self, partition: u8, watermark: i64, highest: i64) {
        self.with(partition, |numbers| {
            numbers.highest = numbers.highest.max(highest).max(watermark);
            numbers.written = watermark;
        });
    }

    /// All undone intents are open again: marks may move from now on.
    pub(crate) fn recovered(&self) {
        for partition in 0..=u8::MAX {
            self.with(partition, |numbers| numbers.recovered = true);
        }
    }

    /// The watermark that the last process wrote.
    pub(crate) fn recovered_mark(&self, partition: u8) -> i64 {
        self.with(partition, |numbers| numbers.written)
    }

    /// An intent found undone after a restart.
    pub(crate) fn reopen(&self, id: IntentId, now_ms: i64) {
        self.with(id.partition, |numbers| numbers.open.insert(id.number, now_ms));
    }

    pub(crate) fn take(&self, partition: u8, now_ms: i64) -> IntentId {
        self.with(partition, |numbers| {
            numbers.highest += 1;
            numbers.open.insert(numbers.highest, now_ms);
            IntentId { partition, number: numbers.highest }
        })
    }

    /// Done, dropped, or never committed.
    pub(crate) fn close(&self, id: IntentId) {
        self.with(id.partition, |numbers| {
            numbers.open.remove(&id.number);
            numbers.excepted.remove(&id.number);
        });
    }

    /// Its row in `deliveries` is committed: it no longer holds the watermark back.
    pub(crate) fn except(&self, id: IntentId) {
        self.with(id.partition, |numbers| {
            numbers.open.remove(&id.number);
            numbers.excepted.insert(id.number);
        });
    }

    pub(crate) fn is_excepted(&self, id: IntentId) -> bool {
        self.with(id.partition, |numbers| numbers.excepted.contains(&id.number))
    }

    pub(crate) fn any_excepted(&self, partition: u8) -> bool {
        self.with(partition, |numbers| !numbers.excepted.is_empty())
    }

    pub(crate) fn is_done(&self, id: IntentId) -> bool {
        self.with(id.partition, |numbers| {
            !numbers.open.contains_key(&id.number) && !numbers.excepted.contains(&id.number)
        })
    }

    pub(crate) fn watermark(&self, partition: u8) -> i64 {
        self.with(partition, |numbers| numbers.watermark())
    }

    /// A step carried this mark into the database.
    pub(crate) fn written(&self, partition: u8, mark: i64) {
        self.with(partition, |numbers| numbers.written = numbers.written.max(mark));
    }

    /// Marks that moved since they were written.
    pub(crate) fn unwritten(&self) -> Vec<(i16, i64)> {
        let moved = |partition: u8| {
            self.with(partition, |numbers| {
                let mark = numbers.watermark();
                (mark > numbers.written).then_some((i16::from(partition), mark))
            })
        };
        (0..=u8::MAX).filter_map(moved).collect()
    }

    /// Open numbers taken before `before_ms` (or after `now_ms`, when the clock was set back): they hold their partition's
    /// watermark back.
    pub(crate) fn open_since(&self, before_ms: i64, now_ms: i64) -> Vec<IntentId> {
        let is_old =
            |taken_ms: i64| taken_ms < before_ms || (now_ms < taken_ms && taken_ms != HELD_BACK);
        let old = |partition: u8| {
            self.with(partition, |numbers| {
                let old = numbers.open.iter().filter(|(_, taken_ms)| is_old(**taken_ms));
                old.map(|(number, _)| IntentId { partition, number: *number }).collect::<Vec<_>>()
            })
        };
        (0..=u8::MAX).flat_map(old).collect()
    }

    /// How many are undone: open, and excepted.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let count = |partition: u8| {
            self.with(partition, |numbers| (numbers.open.len(), numbers.excepted.len()))
        };
        (0..=u8::MAX).map(count).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn the_watermark_waits_for_the_oldest_open_number() {
        let numbers = Numbers::default();
        numbers.recover(7, 10, 12);
        numbers.recovered();
        let [first, second, third] = std::array::from_fn(|_| numbers.take(7, 0));
        assert_eq!([first.number, third.number], [13, 15]);
        numbers.close(second);
        assert_eq!(numbers.watermark(7), 12);
        assert!(numbers.is_done(second) && !numbers.is_done(first));
        numbers.close(first);
        assert_eq!(numbers.watermark(7), 14);
        numbers.except(third);
        assert_eq!(numbers.watermark(7), 15, "its row in deliveries keeps it");
        assert!(!numbers.is_done(third));
        assert_eq!(numbers.unwritten(), [(7, 15)]);
        numbers.written(7, 15);
        assert!(numbers.unwritten().is_empty());
        assert_eq!(numbers.watermark(8), 0, "partitions do not touch each other");
    }

    #[test]
    fn a_number_is_never_given_twice_after_a_restart() {
        let numbers = Numbers::default();
        numbers.recover(0, 5, 9);
        numbers.reopen(crate::address::IntentId { partition: 0, number: 8 }, 0);
        assert_eq!(numbers.watermark(0), 5, "no mark moves before all are open again");
        assert!(numbers.unwritten().is_empty());
        numbers.recovered();
        assert_eq!(numbers.watermark(0), 7);
        assert_eq!(numbers.take(0, 0).number, 10);
    }
}
