//! The core as a whole, on both databases: what survives a crash at each point, and what a failure leaves alone.

mod crash;
mod faults;
mod rig;
mod steps;
