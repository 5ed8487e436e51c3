//! The edges and the composition root.

pub mod app;
pub mod backup;
pub mod bench;
pub mod catalogue;
pub mod cli;
pub mod control;
pub mod courier;
pub mod delivery;
pub mod demo;
pub mod gateways;
pub mod health;
pub mod house;
pub mod intake;
pub mod mtproto;
pub mod secrets;
pub mod settings;
pub mod telegram;
pub mod telemetry;
pub mod web;
