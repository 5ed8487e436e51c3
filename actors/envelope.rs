//! A letter on its way into an actor, and its way home when the actor ends first. Knows no capability.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::mpsc;

use crate::directory::Event;
use crate::office::{Letter, Reply};

/// A letter on its way into an actor. Dropped unanswered (the actor panicked, its mailbox went), it returns home.
pub(crate) struct Envelope {
    letter: Option<Letter>,
    home: mpsc::UnboundedSender<Event>,
    /// How many letters the actor has; the directory passivates only at zero.
    waiting: Arc<AtomicU32>,
}

impl Envelope {
    pub(crate) fn new(
        letter: Letter,
        home: mpsc::UnboundedSender<Event>,
        waiting: &Arc<AtomicU32>,
    ) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self { letter: Some(letter), home, waiting: Arc::clone(waiting) }
    }

    pub(crate) fn into_letter(mut self) -> Letter {
        self.letter.take().expect("an envelope holds its letter until it is answered")
    }

    pub(crate) fn answer(self, reply: Reply) {
        self.into_letter().answer(reply);
    }

    pub(crate) fn letter(&mut self) -> &mut Letter {
        self.letter.as_mut().expect("an envelope holds its letter until it is answered")
    }
}

impl Drop for Envelope {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        if let Some(letter) = self.letter.take() {
            // A directory that is gone is stopping: the sender hears nothing and repeats.
            drop(self.home.send(Event::Orphan(letter)));
        }
    }
}

impl actix::Message for Envelope {
    type Result = ();
}
