//! Inputs of a key that cannot take them now: committed as rows, in order, before they are acknowledged. Knows no inputs'
//! meaning.

use std::sync::Arc;

use entities::{HeldRow, Key, MasterKey, QuarantineRow, Row};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Directory, Entry, Event};
use crate::address::IntentId;
use crate::capability::Answer;
use crate::external::External;
use crate::intent::{Intent, Outcome};
use crate::message::Message;
use crate::office::{Failure, Letter, What, span_of};
use crate::shared::Shared;

/// What is in a held row.
#[derive(Serialize, Deserialize)]
enum Stored {
    Message(Message),
    Result { id: IntentId, intent: Arc<Intent>, outcome: Outcome },
}

fn purpose(owner: &str) -> String {
    format!("held {owner}")
}

/// A message to an actor as a row that it replays before anything new, for whoever writes while no server runs.
/// `seq` orders the rows of one actor.
pub fn held_message(
    master: &MasterKey,
    key: &Key,
    (external, message): (&External, Message),
    (seq, at_ms): (i64, i64),
) -> HeldRow {
    let plain = serde_json::to_vec(&Stored::Message(message)).expect("messages are plain data");
    let owner = key.as_str().to_owned();
    let body = master.seal(&plain, &purpose(&owner));
    HeldRow { body, owner, seq, external: external.to_string(), at_ms }
}

impl Directory {
    /// Keeps a letter as a row. A timer needs none (it stands in the actor's row), nor does what was read from one.
    pub(super) fn hold(&mut self, letter: Letter) {
        let Letter { key, external, what, reply, held, room, .. } = letter;
        let (Some(external), None) = (external, held) else {
            drop(reply.send(Ok(Answer::Held)));
            return;
        };
        let stored = match what {
            What::Message(message) => Stored::Message(message),
            What::Result { id, intent, outcome } => Stored::Result { id, intent, outcome },
            // An input that lost its content on the way: its sender has it still.
            What::Due => {
                let lost = Failure::Fault("the actor failed on it".to_owned());
                return drop(reply.send(Err(lost)));
            }
        };
        let plain = serde_json::to_vec(&stored).expect("messages are plain data");
        let owner = key.as_str().to_owned();
        let now_ms = self.shared.clock.now_ms();
        // In order even when the clock is set back.
        self.last_seq = (self.last_seq + 1).max(now_ms * 1_000);
        let row = HeldRow {
            body: self.shared.keys.master().seal(&plain, &purpose(&owner)),
            owner,
            seq: self.last_seq,
            external: external.to_string(),
            at_ms: now_ms,
        };
        *self.keeping.entry(key.clone()).or_default() += 1;
        let (home, journal) = (self.home.clone(), self.shared.journal.clone());
        actix_rt::spawn(async move {
            let kept = journal.hold(row).await;
            drop(reply.send(kept.map(|()| Answer::Held).map_err(Failure::Fault)));
            // Until here it took its room in the Office.
            drop(room);
            drop(home.send(Event::Kept { key }));
        });
    }

    /// Out of service until a person looks at it.
    pub(super) fn quarantine(&mut self, key: Key, failures: usize, reason: &str) {
        tracing::error!(actor = %key, reason, "an actor is quarantined; its inputs are held");
        metrics::counter!("kontor_quarantined_total").increment(1);
        self.entries.insert(key.clone(), Entry::Quarantined);
        self.failures.remove(&key);
        let row = Row::Quarantined(QuarantineRow {
            owner: key.as_str().to_owned(),
            since_ms: self.shared.clock.now_ms(),
            failures: i32::try_from(failures).unwrap_or(i32::MAX),
            reason: reason.to_owned(),
        });
        let journal = self.shared.journal.clone();
        let alarm = format!("{key} failed {failures} times and is quarantined: {reason}");
        self.shared.alarm(alarm);
        actix_rt::spawn(async move {
            // Lost with the process at worst: it will fail again and be quarantined again.
            if let Err(reason) = journal.rows(vec![row]).await {
                tracing::error!(actor = %key, reason, "the quarantine is not recorded");
            }
        });
    }

    pub(super) fn release(&mut self, key: Key, reply: oneshot::Sender<Result<(), String>>) {
        if !matches!(self.entries.get(&key), Some(Entry::Quarantined)) {
            drop(reply.send(Err(format!("{key} is not quarantined"))));
            return;
        }
        let row = Row::Released { owner: key.as_str().to_owned() };
        // Resting until the release is committed and whatever is being held is in the database.
        self.entries.insert(key.clone(), Entry::Resting { over: true });
        *self.keeping.entry(key.clone()).or_default() += 1;
        let (home, journal) = (self.home.clone(), self.shared.journal.clone());
        actix_rt::spawn(async move {
            let released = journal.rows(vec![row]).await;
            if released.is_err() {
                drop(home.send(Event::NotReleased { key: key.clone() }));
            }
            drop(reply.send(released));
            drop(home.send(Event::Kept { key }));
        });
    }
}

/// The letter in a held row, to be replayed.
///
/// # Errors
/// When it was sealed with another key or cannot be decoded.
pub(super) fn replay(shared: &Shared, key: &Key, row: &HeldRow) -> anyhow::Result<Letter> {
    let plain = shared.keys.master().open(&row.body, &purpose(&row.owner))?;
    let what = match serde_json::from_slice(&plain)? {
        Stored::Message(message) => What::Message(message),
        Stored::Result { id, intent, outcome } => What::Result { id, intent, outcome },
    };
    let external: External = row.external.parse()?;
    // Nobody waits for it: it was acknowledged when it was held.
    let (reply, _) = oneshot::channel();
    Ok(Letter {
        key: key.clone(),
        external: Some(external),
        what,
        inline: false,
        reply,
        order: 0,
        span: span_of(key, None),
        held: Some(row.seq),
        room: None,
    })
}
