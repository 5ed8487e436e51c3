//! `kontor bench`: what the server promises, measured on this machine. The server runs as a process of its own, as
//! shipped; this side is only the world around it.

mod api;
pub mod child;
pub mod conversations;
pub mod crash;
mod crowd;
mod dialogue;
mod lane;
mod latency;
mod postgres;
mod server;
mod usage;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;

// tidy: allow(re-export) it is printed beside the figures
pub use server::RAISED;

/// Which database the server is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Db {
    Sqlite,
    Postgres,
}

/// By which way updates come to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Webhook,
    Polling,
}

/// By which way replies come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyPath {
    /// In the response to the webhook
    Response,
    /// By a call of sendMessage
    Send,
}

impl Db {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Polling => "polling",
        }
    }
}

impl ReplyPath {
    pub fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Send => "send",
        }
    }
}

/// How far a run is: tenths of a second done, and of how many.
pub type Progress = Arc<dyn Fn(u64, u64)>;

/// Where a run's files go, absolute; removed when all was well.
#[derive(Clone, Debug)]
pub struct Ground {
    pub folder: PathBuf,
}

impl Ground {
    /// Makes a new folder within `data`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make(data: &std::path::Path, name: &str) -> std::io::Result<Self> {
        let folder = std::path::absolute(data)?;
        let folder = folder.join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Removes it with everything in it.
    ///
    /// # Errors
    /// The file system's.
    pub fn clear(self) -> std::io::Result<()> {
        std::fs::remove_dir_all(self.folder)
    }
}
