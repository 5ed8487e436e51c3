//! Telegram's edge against the simulated Telegram: nothing is lost and nothing done twice, by either way in. Knows the
//! edge and the core, and no gateway.

mod delivery;
mod erasure;
mod polling;
mod rig;
mod rough;
mod webhook;
