//! The messages of one chat, newest last, capped. It must not know who may see or change them.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

/// What a chat page shows beside a message; `x` in the person API.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Marks {
    /// Sent by the person.
    pub out: bool,
    /// Changed after sending.
    pub edited: bool,
    /// The other side's server has it.
    pub delivered: bool,
    /// The other side has handled it.
    pub read: bool,
    /// Identical to the bot's message before it, and nothing was said in between.
    pub doubled: bool,
    /// `open`, `paid` or `failed` for an invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_state: Option<&'static str>,
}

/// One message as the Bot API shows it, with its marks.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: i64,
    /// Shared with who reads it; changed through [`Self::edit`].
    pub(crate) message: Arc<Map<String, Value>>,
    pub(crate) marks: Marks,
    /// The sender: a bot, a person, or 0 for a service message of nobody.
    pub(crate) sender: i64,
    /// The invoice behind the message, as a key into the table of invoices.
    pub(crate) invoice: Option<String>,
    /// Reactions by who gave them.
    pub(crate) reactions: Map<String, Value>,
}

impl Stored {
    /// The message, to be changed.
    pub(crate) fn edit(&mut self) -> &mut Map<String, Value> {
        Arc::make_mut(&mut self.message)
    }

    /// The message as its person sees it.
    pub(crate) fn view(&self) -> Value {
        let mut message = Map::clone(&self.message);
        message.insert("x".to_owned(), serde_json::to_value(&self.marks).unwrap_or_default());
        Value::Object(message)
    }

    /// The message as the Bot API answers it.
    pub(crate) fn value(&self) -> Value {
        Value::Object(Map::clone(&self.message))
    }
}

/// The messages of one chat.
#[derive(Debug)]
pub(crate) struct History {
    stored: VecDeque<Stored>,
    next_id: i64,
    cap: usize,
}

impl History {
    pub(crate) fn new(cap: usize) -> Self {
        Self { stored: VecDeque::new(), next_id: 1, cap: cap.max(1) }
    }

    /// The id the next message gets.
    pub(crate) fn take_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// Adds a message whose id came from [`Self::take_id`].
    pub(crate) fn push(&mut self, stored: Stored) {
        if self.stored.len() >= self.cap {
            self.stored.pop_front();
        }
        self.stored.push_back(stored);
    }

    fn position(&self, id: i64) -> Option<usize> {
        self.stored.binary_search_by_key(&id, |one| one.id).ok()
    }

    pub(crate) fn find(&self, id: i64) -> Option<&Stored> {
        self.stored.get(self.position(id)?)
    }

    pub(crate) fn find_mut(&mut self, id: i64) -> Option<&mut Stored> {
        let at = self.position(id)?;
        self.stored.get_mut(at)
    }

    pub(crate) fn remove(&mut self, id: i64) -> Option<Stored> {
        let at = self.position(id)?;
        self.stored.remove(at)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.stored.len()
    }

    /// The message at a position, the oldest first.
    pub(crate) fn at(&self, position: usize) -> Option<&Stored> {
        self.stored.get(position)
    }

    /// How many messages there are before this id.
    pub(crate) fn before(&self, id: i64) -> usize {
        self.stored.partition_point(|one| one.id < id)
    }

    /// Gives out ids from here on; what lies before is kept elsewhere.
    pub(crate) fn begin_at(&mut self, id: i64) {
        self.next_id = self.next_id.max(id);
    }

    /// The last id that was given out.
    pub(crate) fn last_id(&self) -> i64 {
        self.next_id - 1
    }

    /// The `limit` messages before `before`, oldest first.
    pub(crate) fn page(&self, before: Option<i64>, limit: usize) -> Vec<&Stored> {
        let end = match before {
            Some(id) => self.stored.partition_point(|one| one.id < id),
            None => self.stored.len(),
        };
        self.stored.range(end.saturating_sub(limit)..end).collect()
    }
}
