//! What changes in shared chats, as it happens, for whoever passes it on. It must not know to whom.

use tokio::sync::broadcast;

use crate::ledger::Entry;

/// Changes that a slow listener may lag behind.
const BACKLOG: usize = 16_384;

/// One change.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A post came, changed or went.
    Post { chat: i64, entry: Entry },
    /// A member's standing is another.
    Standing { chat: i64, member: i64 },
    /// The reactions to a post are others.
    Reactions { chat: i64, post: i64 },
    /// Views and forwards of young posts have grown.
    Grown { chat: i64, posts: Vec<i64> },
}

/// The stream of changes.
pub(crate) struct Changes(broadcast::Sender<Change>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Changes {
    pub(crate) fn tell(&self, change: Change) {
        // Nobody listening is no fault.
        let _ = self.0.send(change);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }
}
