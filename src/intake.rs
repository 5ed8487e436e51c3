//! The world comes in: updates, webhooks. Knows no decisions; hands everything to the Office.

mod backoff;
pub mod bot;
pub mod digest;
mod epoch;
pub mod flood;
pub mod gateways;
pub mod polling;
mod registration;
pub mod route;
pub mod update;
pub mod webhook;
