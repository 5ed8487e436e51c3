//! Persons, over the control socket: their erasure. Knows no terminal.

use actors::{External, session};
use anyhow::anyhow;
use entities::{Key, PersonId};
use serde_json::{Value, json};

use super::Control;

impl Control {
    pub(super) async fn erase(&self, person: i64) -> anyhow::Result<Value> {
        let sessions = entities::sessions_of(&self.database.read, person).await?;
        for session in &sessions {
            let external = External::Request(format!("erase-now:{}", self.kernel.clock.now_ms()));
            let message = session::Message::EraseNow.into();
            let reply = self.kernel.office.tell_patiently(Key::parse(session)?, external, message);
            reply.await.map_err(|failure| anyhow!("{failure:?}"))?;
        }
        Ok(json!({ "person": person, "sessions": sessions.len() }))
    }

    /// Everybody whose mark is among these.
    pub(super) async fn erased_before(&self, marks: &[String]) -> anyhow::Result<Value> {
        let customers = entities::customers(&self.database.read).await?;
        let mut persons: Vec<i64> = customers.into_iter().map(|row| row.user_id).collect();
        persons.sort_unstable();
        persons.dedup();
        persons.retain(|person| marks.contains(&self.kernel.erased_mark(PersonId(*person))));
        for person in &persons {
            self.erase(*person).await?;
        }
        Ok(json!({ "persons": persons.len() }))
    }
}
