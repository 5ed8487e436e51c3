//! Runs children so that a panic is heard and never spreads. Knows no capability. The only place that may `do_send`.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use serde::Serialize;

/// How a keyed actor came to its end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Exit {
    /// Idle, or too many in memory.
    Passivated,
    /// Another writer was first: a fresh one hydrates, and decides again.
    Stale,
    /// Nobody knows whether its last step was committed (a lost connection): a fresh one hydrates.
    /// `numbers`: that step's intents.
    Unknown { reason: String, numbers: Vec<i64> },
    /// A bug; counts against the key's budget.
    Failed(String),
}

/// When a task that ended is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Restart {
    /// Always, with back-off, until the budget is used up; then the parent fails in turn.
    Permanent,
    /// Never: its end is its parent's end.
    Never,
}

/// Failures within the window after which a task's parent fails in turn.
const BUDGET: usize = 5;
const WINDOW: Duration = Duration::from_secs(60);
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LAST_BACKOFF: Duration = Duration::from_secs(60);

/// The wait before the n-th restart in a row (from 0).
pub(crate) fn backoff(failures: usize) -> Duration {
    let doublings = u32::try_from(failures).unwrap_or(u32::MAX).min(6);
    (FIRST_BACKOFF * 2_u32.pow(doublings)).min(LAST_BACKOFF)
}

/// A supervised task, as the tree shows it.
#[derive(Debug)]
pub struct TaskState {
    pub name: String,
    pub restart: Restart,
    pub restarts: AtomicU64,
    pub running: std::sync::atomic::AtomicBool,
}

impl TaskState {
    fn new(name: &str, restart: Restart) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            restart,
            restarts: AtomicU64::new(0),
            running: true.into(),
        })
    }
}

/// Runs a future; a panic becomes its message.
pub(crate) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(future).catch_unwind().await.map_err(|panic| words(&*panic))
}

/// The words of a panic.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}

/// Runs a task of the server on the current thread. `make` builds a fresh one for each start; returning is a wish to
/// end, a panic is a failure. When the budget is used up (or at once for `Never`), `escalate` is called once.
pub fn task<F>(
    name: &str,
    restart: Restart,
    make: impl Fn() -> F + 'static,
    escalate: Rc<dyn Fn(String)>,
) -> Arc<TaskState>
where
    F: Future<Output = ()> + 'static,
{
    let state = TaskState::new(name, restart);
    let seen = Arc::clone(&state);
    actix_rt::spawn(async move {
        let mut failures: Vec<tokio::time::Instant> = Vec::new();
        while let Err(reason) = caught(make()).await {
            let now = tokio::time::Instant::now();
            failures.retain(|at| now.duration_since(*at) < WINDOW);
            failures.push(now);
            tracing::error!(task = seen.name, reason, failures = failures.len(), "a task failed");
            if seen.restart == Restart::Never || failures.len() >= BUDGET {
                escalate(format!("{}: {reason}", seen.name));
                break;
            }
            seen.restarts.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(backoff(failures.len() - 1)).await;
        }
        seen.running.store(false, Ordering::Relaxed);
    });
    state
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use super::{Restart, backoff, task};

    #[test]
    fn back_off_doubles_from_a_second_to_a_minute() {
        let seconds = |failures| backoff(failures).as_secs();
        assert_eq!(
            [seconds(0), seconds(1), seconds(5), seconds(6), seconds(99)],
            [1, 2, 32, 60, 60]
        );
    }

    #[test]
    fn a_task_that_keeps_failing_fails_its_parent_after_five() {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_time().start_paused(true).build().expect("a runtime");
        let starts = Rc::new(Cell::new(0));
        let escalated = Rc::new(Cell::new(0));
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let (seen, told) = (Rc::clone(&starts), Rc::clone(&escalated));
            let make = move || {
                seen.set(seen.get() + 1);
                async { panic!("planted") }
            };
            let escalate = Rc::new(move |_| told.set(told.get() + 1));
            let state = task("planted", Restart::Permanent, make, escalate);
            tokio::time::sleep(Duration::from_secs(50)).await;
            assert!(!state.running.load(std::sync::atomic::Ordering::Relaxed));
        });
        assert_eq!((starts.get(), escalated.get()), (5, 1));
    }
}
