//! The id under which an input came, so that a repetition is known. Knows no senders.

use std::fmt;
use std::str::FromStr;

use crate::address::IntentId;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum External {
    /// A Bot API update, under the bot's epoch: ids begin anew on another API server or after an idle week.
    Update { epoch: u32, id: i64 },
    /// A gateway's event: `sandbox/evt_1`.
    Event(String),
    /// Another actor's intent.
    Intent(IntentId),
    /// What came of an intent of the actor's own.
    Result(IntentId),
    /// A request's idempotency key.
    Request(String),
}

impl External {
    /// How long a receipt must be kept, in milliseconds; `None`: as long as the actor lives.
    pub fn keep_ms(&self) -> Option<i64> {
        const HOUR_MS: i64 = 3_600_000;
        match self {
            // Telegram drops an update after 24 h.
            Self::Update { .. } => Some(25 * HOUR_MS),
            // Kept longer when the sender still has it undone (`Receipts::prune`).
            Self::Intent(_) | Self::Result(_) => Some(25 * HOUR_MS),
            // Gateways repeat for days, disputes come after months.
            Self::Event(_) => None,
            Self::Request(_) => Some(7 * 24 * HOUR_MS),
        }
    }
}

impl fmt::Display for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Update { epoch, id } => write!(f, "u{epoch}:{id}"),
            Self::Event(id) => write!(f, "e{id}"),
            Self::Intent(id) => write!(f, "i{id}"),
            Self::Result(id) => write!(f, "r{id}"),
            Self::Request(id) => write!(f, "q{id}"),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not an external id")]
pub struct NotExternal(String);

impl FromStr for External {
    type Err = NotExternal;

    fn from_str(text: &str) -> Result<Self, NotExternal> {
        let wrong = || NotExternal(text.to_owned());
        let rest = text.get(1..).ok_or_else(wrong)?;
        Ok(match text.as_bytes()[0] {
            b'u' => {
                let (epoch, id) = rest.split_once(':').ok_or_else(wrong)?;
                Self::Update {
                    epoch: epoch.parse().map_err(|_| wrong())?,
                    id: id.parse().map_err(|_| wrong())?,
                }
            }
            b'e' => Self::Event(rest.to_owned()),
            b'i' => Self::Intent(rest.parse().map_err(|_| wrong())?),
            b'r' => Self::Result(rest.parse().map_err(|_| wrong())?),
            b'q' => Self::Request(rest.to_owned()),
            _ => return Err(wrong()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{External, IntentId};

    #[test]
    fn an_external_id_reads_back_as_it_was_written() {
        for external in [
            External::Update { epoch: 3, id: -5 },
            External::Event("sandbox/evt_1".to_owned()),
            External::Intent(IntentId { partition: 255, number: 7 }),
            External::Result(IntentId { partition: 0, number: i64::MAX }),
            External::Request("abc".to_owned()),
        ] {
            assert_eq!(external.to_string().parse::<External>().expect("reads"), external);
        }
        for wrong in ["", "x1", "u1", "i5", "é"] {
            assert!(wrong.parse::<External>().is_err(), "{wrong}");
        }
    }
}
