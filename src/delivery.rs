//! Intents go out into the world; results come back through the Office. Knows no decisions.

pub mod limits;
pub mod markup;
pub mod split;
pub mod telegram;
pub mod webhooks;
