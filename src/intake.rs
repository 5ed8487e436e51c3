//! The world comes in: updates, webhooks. Knows no decisions; hands everything to the Office.

pub mod digest;
pub mod polling;
pub mod route;
pub mod update;
pub mod webhook;
