//! Persons, over the control socket: their erasure. Knows no terminal.

use actors::{External, session};
use anyhow::anyhow;
use entities::Key;
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

    /// Everybody who is among these.
    pub(super) async fn erased_before(&self, erased: &[(String, i64)]) -> anyhow::Result<Value> {
        let begun = self.kernel.erase_again(erased).await?;
        Ok(json!({ "persons": begun }))
    }
}
