//! What happened to the posts of a shared chat, in order, numbered as Telegram numbers it (pts). It
//! must not know who is told.

use std::collections::VecDeque;
use std::sync::Arc;

/// Happenings kept per chat; who is further behind is told to start anew.
const KEPT: usize = 5000;

/// One thing that happened to posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    Posted(i64),
    Edited(i64),
    Deleted(Arc<[i64]>),
}

impl Happening {
    /// By how much it moves the number.
    pub(crate) fn weight(&self) -> i32 {
        match self {
            Self::Posted(_) | Self::Edited(_) => 1,
            Self::Deleted(ids) => i32::try_from(ids.len()).unwrap_or(i32::MAX),
        }
    }
}

/// A happening with the number that it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) pts: i32,
    pub(crate) happening: Happening,
}

/// The happenings of one chat.
#[derive(Debug)]
pub(crate) struct Ledger {
    pts: i32,
    entries: VecDeque<Entry>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { pts: 1, entries: VecDeque::new() }
    }
}

impl Ledger {
    /// A chat that has seen so much before anybody listened.
    pub(crate) fn at(pts: i32) -> Self {
        Self { pts, ..Self::default() }
    }

    pub(crate) fn pts(&self) -> i32 {
        self.pts
    }

    /// Writes one down.
    pub(crate) fn note(&mut self, happening: Happening) -> Entry {
        self.pts += happening.weight();
        let entry = Entry { pts: self.pts, happening };
        if self.entries.len() >= KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry.clone());
        entry
    }

    /// What happened behind `pts`, oldest first; none when that is forgotten or never was.
    pub(crate) fn since(&self, pts: i32) -> Option<impl Iterator<Item = &Entry>> {
        let first =
            self.entries.front().map_or(self.pts, |entry| entry.pts - entry.happening.weight());
        let start = self.entries.partition_point(|entry| entry.pts <= pts);
        (first..=self.pts).contains(&pts).then(|| self.entries.range(start..))
    }
}

#[cfg(test)]
mod tests {
    use super::{Happening, KEPT, Ledger};

    #[test]
    fn each_deleted_post_counts() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.note(Happening::Posted(1)).pts, 2);
        assert_eq!(ledger.note(Happening::Deleted(vec![1, 2, 3].into())).pts, 5);
        assert_eq!(ledger.since(2).map(Iterator::count), Some(1));
        assert_eq!(ledger.since(5).map(Iterator::count), Some(0));
        assert!(ledger.since(6).is_none());
    }

    #[test]
    fn who_is_too_far_behind_starts_anew() {
        let mut ledger = Ledger::at(100);
        for id in 0..=i64::try_from(KEPT).unwrap_or(0) {
            ledger.note(Happening::Posted(id));
        }
        assert!(ledger.since(100).is_none());
        assert_eq!(ledger.since(101).map(Iterator::count), Some(KEPT));
    }
}
