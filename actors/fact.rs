//! What happened to an actor. Knows no rows' layout and no SQL.

use serde::Serialize;

/// A fact: past tense, append-only. Every fact is folded into the state; those that are kept are rows as well.
pub trait FactKind: Clone + Serialize {
    /// Its stored name, for instance `funds_captured`: never renamed.
    fn name(&self) -> &'static str;

    /// Whether it is worth a row of its own. A plain conversation step is one upsert and keeps none.
    fn is_kept(&self) -> bool {
        true
    }
}
