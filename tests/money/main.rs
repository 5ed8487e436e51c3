//! Whole purchases through the whole server, with gateways that misbehave and keep books of their own, on both databases.

mod rig;
mod sandbox;
mod stars;
