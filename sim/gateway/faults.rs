//! Misbehaviour on demand: which is armed, and how often it still strikes.
//! It must not know how it is played.

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// A merchant's POST hangs for `ms`, then 504; nothing was done.
    TimeoutBeforeCharge,
    /// A merchant's POST is done, then hangs for `ms`, then 504.
    TimeoutAfterCharge,
    /// A merchant's call is answered 500; nothing was done.
    #[serde(rename = "error_5xx")]
    Error5xx,
    /// A webhook arrives twice, `ms` apart.
    DuplicateWebhook,
    /// A webhook comes `ms` late.
    LateWebhook,
    /// A webhook waits for the next one to overtake it, `ms` at most.
    ReorderWebhooks,
    /// A false `checkout.captured` with a wrong signature comes at the next checkout or event.
    ForgedWebhook,
    /// A webhook is never sent.
    DropWebhook,
}

impl Kind {
    fn usual_ms(self) -> u64 {
        match self {
            Self::TimeoutBeforeCharge | Self::TimeoutAfterCharge => 30_000,
            Self::LateWebhook => 5_000,
            Self::ReorderWebhooks => 3_000,
            Self::Error5xx | Self::DuplicateWebhook | Self::ForgedWebhook | Self::DropWebhook => 0,
        }
    }
}

/// One armed fault.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// How often it still strikes.
    #[serde(default = "once")]
    pub(super) count: u32,
    /// Milliseconds of real time, see [`Kind`].
    pub(super) ms: Option<u64>,
}

fn once() -> u32 {
    1
}

/// The armed faults, oldest first.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn arm(&mut self, fault: Fault) {
        if fault.count > 0 {
            self.0.push(fault);
        }
    }

    /// Strikes once if armed: its milliseconds.
    pub(super) fn strike(&mut self, kind: Kind) -> Option<u64> {
        let at = self.0.iter().position(|fault| fault.kind == kind)?;
        let fault = &mut self.0[at];
        fault.count -= 1;
        let ms = fault.ms.unwrap_or_else(|| kind.usual_ms());
        if fault.count == 0 {
            self.0.remove(at);
        }
        Some(ms)
    }

    pub(super) fn list(&self) -> &[Fault] {
        &self.0
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
