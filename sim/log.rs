//! The bounded log of Bot API calls, for people who want to see what a bot did. It must not know
//! any method.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

/// How many calls are kept.
const KEPT: usize = 2000;

/// One Bot API call as it went.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// Its number since the start.
    pub n: u64,
    /// World time of its end, Unix milliseconds.
    pub at_ms: i64,
    /// The bot's id, 0 when the token is unknown.
    pub bot: i64,
    /// The method as the client wrote it.
    pub method: String,
    /// Its parameters; of files only names and sizes.
    pub params: Value,
    /// `ok` or the refusal's description.
    pub outcome: String,
    /// The fault that was played, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

impl Call {
    /// A call that has just ended; the world adds number and time.
    pub(crate) fn new(bot: i64, method: &str, params: Value, outcome: String) -> Self {
        Self { n: 0, at_ms: 0, bot, method: method.to_owned(), params, outcome, fault: None }
    }
}

/// The last calls.
#[derive(Default)]
pub(crate) struct Log(Mutex<(u64, VecDeque<Call>)>);

impl Log {
    /// Adds a call and numbers it.
    pub(crate) fn add(&self, mut call: Call) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        call.n = inner.0;
        let dropped = if inner.1.len() >= KEPT { inner.1.pop_front() } else { None };
        inner.1.push_back(call);
        drop(inner);
        drop(dropped); // freed outside the lock
    }

    /// The calls numbered above `n`, oldest first, at most `limit`.
    pub(crate) fn after(&self, n: u64, limit: usize) -> Vec<Call> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = inner.1.iter().filter(|call| call.n > n);
        newer.take(limit).cloned().collect()
    }
}
