//! How an actor's row is laid out: body and sealed intents. Knows no capability's meaning and no database.

use anyhow::{Context, bail, ensure};
use entities::{PersonId, SealKey};
use serde::{Deserialize, Serialize};

use crate::intent::Intent;
use crate::receipts::Receipt;

/// State, receipts and timers, as JSON: an operator can read it, a later version can add to it.
#[derive(Deserialize)]
pub(crate) struct Body<S, T> {
    #[serde(rename = "s")]
    pub(crate) state: S,
    #[serde(rename = "r", default)]
    pub(crate) receipts: Vec<Receipt>,
    #[serde(rename = "t", default = "Vec::new")]
    pub(crate) timers: Vec<Timer<T>>,
}

impl<S: Serialize, T: Serialize> Body<S, T> {
    pub(crate) fn bytes(state: &S, receipts: &[&Receipt], timers: &[Timer<T>]) -> Vec<u8> {
        #[derive(Serialize)]
        struct Parts<'a, S, T> {
            s: &'a S,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            r: &'a [&'a Receipt],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            t: &'a [Timer<T>],
        }
        let parts = Parts { s: state, r: receipts, t: timers };
        // Room for a usual state besides; growing by doubling would copy each row several times.
        let room = receipts.iter().map(|receipt| receipt.text_len() + 1).sum::<usize>() + 512;
        let mut body = Vec::with_capacity(room);
        serde_json::to_writer(&mut body, &parts).expect("states and timers are plain data");
        body
    }
}

/// A stored deadline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Timer<T> {
    #[serde(rename = "n")]
    pub(crate) timer: T,
    #[serde(rename = "at")]
    pub(crate) at_ms: i64,
}

/// An intent that is not yet done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) number: i64,
    pub(crate) at_ms: i64,
    pub(crate) intent: Intent,
}

/// In place of a person: sealed under the master key.
const NOBODY: i64 = i64::MIN;

/// `person (8 bytes, big endian) ++ sealed JSON`; empty when there are none.
pub(crate) fn seal_intents(
    pending: &[Pending],
    person: Option<PersonId>,
    key: &SealKey,
    owner: &str,
) -> Vec<u8> {
    if pending.is_empty() {
        return Vec::new();
    }
    let plain = serde_json::to_vec(pending).expect("intents are plain data");
    let person = person.map_or(NOBODY, |person| person.0);
    [person.to_be_bytes().as_slice(), &key.seal(&plain, &purpose(owner))].concat()
}

/// Whose key sealed it: `None` when there is nothing to open, `Some(None)` for the master key.
pub(crate) fn sealed_by(bytes: &[u8]) -> Option<Option<PersonId>> {
    let (person, _) = bytes.split_first_chunk::<8>()?;
    let person = i64::from_be_bytes(*person);
    Some((person != NOBODY).then_some(PersonId(person)))
}

/// # Errors
/// When they were sealed with another key, or cannot be decoded.
pub(crate) fn open_intents(
    bytes: &[u8],
    key: Option<&SealKey>,
    owner: &str,
) -> anyhow::Result<Vec<Pending>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    ensure!(bytes.len() > 8, "the sealed intents of {owner} are cut off");
    // The person was erased, and with the key what they were to be told.
    let Some(key) = key else {
        return Ok(Vec::new());
    };
    let Ok(plain) = key.open(&bytes[8..], &purpose(owner)) else {
        bail!("the intents of {owner} were sealed with another key");
    };
    serde_json::from_slice(&plain).with_context(|| format!("decode the intents of {owner}"))
}

fn purpose(owner: &str) -> String {
    format!("intents {owner}")
}
