//! How long what only serves looking back is kept. Knows no tables.

use std::time::Duration;

use actors::Retention;
use serde::Deserialize;

/// 0 days: for ever.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    pub conversation_facts_days: u32,
    pub unparsed_updates_days: u32,
    pub wal_mb: u32,
}

impl RetentionSettings {
    pub fn rules(&self) -> Retention {
        let days =
            |days: u32| (days > 0).then(|| Duration::from_secs(u64::from(days) * 24 * 3_600));
        Retention {
            conversations: days(self.conversation_facts_days),
            unparsed: days(self.unparsed_updates_days),
            wal_bytes: u64::from(self.wal_mb) << 20,
        }
    }
}
