//! What watching browsers are told, as it happens. It must not know who watches.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::broadcast;

/// How many events a slow watcher may lag behind before it misses some.
const BACKLOG: usize = 4096;

/// Whom an event concerns.
#[derive(Clone, Debug)]
pub(crate) enum Audience {
    /// One person.
    One(i64),
    /// The people of a group.
    Many(Arc<[i64]>),
    /// Everybody.
    All,
}

/// One thing that a page shows.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) audience: Audience,
    pub(crate) json: Arc<str>,
}

impl Event {
    /// Whether this person sees it.
    pub(crate) fn concerns(&self, person: i64) -> bool {
        match &self.audience {
            Audience::One(id) => *id == person,
            Audience::Many(ids) => ids.contains(&person),
            Audience::All => true,
        }
    }
}

/// The stream of events.
pub(crate) struct Events(broadcast::Sender<Arc<Event>>);

impl Events {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    /// Whether somebody watches; building an event for nobody is not worth it.
    pub(crate) fn watched(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// Tells it; `json` is only made when somebody watches.
    pub(crate) fn tell(&self, audience: Audience, json: impl FnOnce() -> Value) {
        if self.watched() {
            let json = json().to_string().into();
            // Nobody listening any more is no fault.
            let _ = self.0.send(Arc::new(Event { audience, json }));
        }
    }

    pub(crate) fn watch(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.subscribe()
    }
}
