//! Who supervises whom, on one screen; and the live tree, from counters beside the actors. Knows no capability.
//!
//! ```text
//! kontor                      a child that keeps failing ends the process; nothing acknowledged is lost by that
//! ├── journal                 Never      the one writer: without it nothing may go on
//! ├── delivery                Never      workers per destination come and go beneath it
//! ├── timers                  Permanent  reads deadlines from the rows again
//! ├── shard 0 … n             Never      one directory each, OneForOne over its keyed actors:
//! │   └── session, order, …   Permanent  back-off 1 s → 60 s; 5 failures in 60 s → the key is quarantined
//! └── edges                   Permanent  intake of each bot, the HTTP server
//! ```

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Serialize;

use crate::directory::ShardSnapshot;
use crate::supervise::TaskState;

/// The live tree.
#[derive(Clone, Debug, Serialize)]
pub struct TreeSnapshot {
    pub tasks: Vec<TaskSnapshot>,
    pub shards: Vec<ShardSnapshot>,
    /// Inputs of the edges under way.
    pub in_flight: usize,
    /// Destinations with work, and intents that wait or are under way.
    pub destinations: usize,
    pub intents: usize,
    pub journal_up: bool,
    pub groups: u64,
    pub steps: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct TaskSnapshot {
    pub name: String,
    pub restart: crate::supervise::Restart,
    pub running: bool,
    pub restarts: u64,
}

pub(crate) fn tasks(states: &[Arc<TaskState>]) -> Vec<TaskSnapshot> {
    let snapshot = |state: &Arc<TaskState>| TaskSnapshot {
        name: state.name.clone(),
        restart: state.restart,
        running: state.running.load(Ordering::Relaxed),
        restarts: state.restarts.load(Ordering::Relaxed),
    };
    states.iter().map(snapshot).collect()
}
