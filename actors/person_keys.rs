//! Each person's own key, made at the first contact and destroyed by erasure. Knows no persons' data.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anyhow::{Context, anyhow};
use entities::{Database, MasterKey, PersonId, SealKey};

use crate::clock::Clock;

/// At most this many opened keys stay in memory.
const MOST: usize = 100_000;

#[derive(Clone)]
pub(crate) struct PersonKeys {
    database: Database,
    master: MasterKey,
    clock: Clock,
    opened: Arc<Mutex<HashMap<PersonId, SealKey>>>,
}

impl PersonKeys {
    pub(crate) fn new(database: Database, master: MasterKey, clock: Clock) -> Self {
        Self { database, master, clock, opened: Arc::default() }
    }

    pub(crate) fn master(&self) -> &MasterKey {
        &self.master
    }

    /// The key when it is in memory.
    pub(crate) fn cached(&self, person: PersonId) -> Option<SealKey> {
        self.opened.lock().expect("nothing panics while it is held").get(&person).cloned()
    }

    /// The person was erased: what is still in memory of their key goes.
    pub(crate) fn evict(&self, person: PersonId) {
        self.opened.lock().expect("nothing panics while it is held").remove(&person);
    }

    /// The key that opens what this person's, or nobody's, key has sealed; `None` when the person was erased.
    ///
    /// # Errors
    /// As `get_or_make`.
    pub(crate) async fn opening(
        &self,
        person: Option<PersonId>,
    ) -> anyhow::Result<Option<SealKey>> {
        match person {
            Some(person) => self.get(person).await,
            None => Ok(Some(self.master.clone())),
        }
    }

    /// The person's key, made now if they have none.
    ///
    /// # Errors
    /// A fault of the database, or a key sealed under another master key.
    pub(crate) async fn get_or_make(&self, person: PersonId) -> anyhow::Result<SealKey> {
        if let Some(key) = self.get(person).await? {
            return Ok(key);
        }
        let sealed = self.master.seal(SealKey::random().to_base64().as_bytes(), &purpose(person));
        entities::keep_person_keys(
            &self.database.write,
            vec![(person, sealed)],
            self.clock.now_ms(),
        )
        .await
        .context("keep a person's key")?;
        // Read again: another session of the same person may have been first.
        self.get(person).await?.ok_or_else(|| anyhow!("a person's key vanished"))
    }

    /// The person's key, if they have one.
    ///
    /// # Errors
    /// As `get_or_make`.
    pub(crate) async fn get(&self, person: PersonId) -> anyhow::Result<Option<SealKey>> {
        if let Some(key) = self.cached(person) {
            return Ok(Some(key));
        }
        let found = entities::person_key(&self.database.read, person).await;
        let Some(sealed) = found.context("read a person's key")? else {
            return Ok(None);
        };
        let text = self.master.open(&sealed, &purpose(person)).context("open a person's key")?;
        let key = SealKey::from_base64(std::str::from_utf8(&text)?)?;
        let mut opened = self.opened.lock().expect("nothing panics while it is held");
        if opened.len() >= MOST {
            opened.clear();
        }
        opened.insert(person, key.clone());
        Ok(Some(key))
    }
}

/// What a person's key is sealed for.
pub(crate) fn purpose(person: PersonId) -> String {
    format!("person {}", person.0)
}

/// A fact as a person may read it.
#[derive(Clone, Debug)]
pub struct OpenFact {
    pub seq: i64,
    pub name: String,
    pub at_ms: i64,
    /// `None`: sealed with a key that is destroyed.
    pub content: Option<serde_json::Value>,
}

/// An actor's facts, oldest first, opened with the keys that seal them.
///
/// # Errors
/// A fault of the database, or another master key than the one that sealed them.
pub async fn open_facts(
    database: &Database,
    master: &MasterKey,
    owner: &str,
) -> anyhow::Result<Vec<OpenFact>> {
    let keys = PersonKeys::new(database.clone(), master.clone(), Clock::system());
    let rows = entities::facts_of(&database.read, owner).await.context("read the facts")?;
    let mut open = Vec::with_capacity(rows.len());
    for row in rows {
        let key = match row.person {
            Some(person) => keys.get(PersonId(person)).await?,
            None => Some(master.clone()),
        };
        let content = match key {
            Some(key) => {
                let plain = key.open(&row.body, &fact_purpose(owner)).context("open a fact")?;
                Some(serde_json::from_slice(&plain).context("read a fact")?)
            }
            None => None,
        };
        open.push(OpenFact { seq: row.seq, name: row.name, at_ms: row.at_ms, content });
    }
    Ok(open)
}

/// What a fact is sealed for.
pub(crate) fn fact_purpose(owner: &str) -> String {
    format!("fact {owner}")
}
