//! The server as a process, while what it stands on fails: disk, database, signals, threads.

mod disk;
mod outage;
mod postgres;
mod rig;
mod stopping;
