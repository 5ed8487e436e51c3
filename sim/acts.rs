//! What administrators and members did in a shared chat, for its log. It must not know who reads it.

use std::collections::VecDeque;

use crate::chats::Member;
use crate::history::Stored;

/// Acts kept per chat; Telegram keeps two days.
const KEPT: usize = 1000;

/// What was done.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// A member's standing changed.
    Standing { member: i64, before: Member, after: Member },
    /// A post was deleted.
    Deleted(Box<Stored>),
}

/// One act.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) id: i64,
    pub(crate) at_s: i64,
    /// Who did it.
    pub(crate) by: i64,
    pub(crate) deed: Deed,
}

/// The last acts of one chat.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    last_id: i64,
    kept: VecDeque<Act>,
}

impl Acts {
    pub(crate) fn add(&mut self, at_s: i64, by: i64, deed: Deed) {
        self.last_id += 1;
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Act { id: self.last_id, at_s, by, deed });
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Act> {
        self.kept.iter().rev()
    }
}
