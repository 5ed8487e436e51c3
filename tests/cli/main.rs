//! The command line and what stands behind it: the control socket, the master key, init, doctor, exit codes.

mod account;
mod backup;
mod catalogue;
mod commands;
mod control;
mod doctor;
mod health;
mod init;
mod orders;
mod rig;
mod rotation;
mod upgrade;
