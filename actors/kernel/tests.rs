//! The core as a whole, on both databases: what survives a crash at each point, and what a failure leaves alone.

mod crash;
mod faults;
mod money;
mod outages;
mod restored;
mod rig;
mod steps;
mod upkeep;
