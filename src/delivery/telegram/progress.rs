//! How far intents of several messages came, so that a second try does not repeat what went out. Knows no messages.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actors::IntentId;

/// Intents remembered half-way; beyond it a second try repeats its first messages.
const KEPT: usize = 10_000;

/// What of an intent went out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Steps that are done.
    pub(super) done: usize,
    /// Of the last message that went out.
    pub(super) message_id: Option<i64>,
}

/// In memory: after a crash an intent begins anew, as every *maybe sent* message does.
#[derive(Default)]
pub(super) struct HalfWay(Mutex<HashMap<IntentId, Progress>>);

impl HalfWay {
    /// Where to go on. What is not kept again is forgotten.
    pub(super) fn take(&self, id: IntentId) -> Progress {
        self.lock().remove(&id).unwrap_or_default()
    }

    pub(super) fn keep(&self, id: IntentId, progress: Progress) {
        let mut kept = self.lock();
        if progress.done > 0 && kept.len() < KEPT {
            kept.insert(id, progress);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<IntentId, Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
