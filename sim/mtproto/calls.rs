//! The bounded log of all calls that clients made, so that tests can judge them. It must not know
//! what a method does.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// How many calls are kept.
const KEPT: usize = 100_000;

/// One call of a client.
#[derive(Clone, Debug, Serialize)]
pub struct RpcCall {
    /// Its number since the start.
    pub n: u64,
    /// World time, Unix milliseconds.
    pub at_ms: i64,
    /// The data centre that was asked.
    pub dc: i32,
    /// The user who is logged in with the key, 0 for nobody.
    pub user: i64,
    /// The authorization key's number.
    pub key: i64,
    /// The method, as the schema writes it.
    pub method: &'static str,
    /// `ok`, or the error's name.
    pub outcome: String,
    /// The fault that was played, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
    /// It was made while a flood wait of this user and method was running.
    pub during_wait: bool,
}

/// The last calls.
#[derive(Default)]
pub(crate) struct Calls(Mutex<(u64, VecDeque<RpcCall>)>);

impl Calls {
    /// Adds a call and numbers it.
    pub(crate) fn add(&self, mut call: RpcCall) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        call.n = inner.0;
        if inner.1.len() >= KEPT {
            inner.1.pop_front();
        }
        inner.1.push_back(call);
    }

    /// The calls numbered above `n`, oldest first, at most `limit`.
    pub(crate) fn after(&self, n: u64, limit: usize) -> Vec<RpcCall> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let start = inner.1.partition_point(|call| call.n <= n);
        inner.1.iter().skip(start).take(limit).cloned().collect()
    }
}
