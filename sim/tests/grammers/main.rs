//! The unmodified grammers client against the data centres: login, reading, live updates, faults.
//! It must not know Kontor.

#![allow(clippy::unwrap_used)] // tests

mod faults;
mod login;
mod reading;
mod stage;
mod updates;
mod writing;
