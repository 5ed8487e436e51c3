//! A PostgreSQL of a test's own, which it may stop and start. Knows no servers.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::rig::{free_port, until};

/// Nobody may run PostgreSQL as root.
const NOBODY: u32 = 65_534;

pub(crate) struct Postgres {
    bin: PathBuf,
    data: PathBuf,
    port: u16,
    child: Option<Child>,
    is_root: bool,
    _folder: tempfile::TempDir,
}

impl Postgres {
    /// `None` where it is not installed.
    pub(crate) async fn new() -> Option<Self> {
        let bin = bin()?;
        let folder = tempfile::tempdir().expect("a folder");
        let is_root =
            std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(folder.path()).expect("there"))
                == 0;
        if is_root {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("chowns");
        }
        let data = folder.path().join("data");
        let (port, child) = (free_port(), None);
        let mut postgres = Self { bin, data, port, child, is_root, _folder: folder };
        let mut init = postgres.command("initdb");
        init.arg("--pgdata").arg(&postgres.data).args([
            "--username=kontor",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
        ]);
        assert!(init.output().expect("initdb runs").status.success());
        postgres.start().await;
        Some(postgres)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if self.is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://kontor@127.0.0.1:{}/postgres", self.port)
    }

    pub(crate) async fn start(&mut self) {
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.data).args(["-p", &self.port.to_string(), "-k"]);
        command.arg(self.data.parent().expect("a folder"));
        self.child = Some(command.spawn().expect("starts"));
        let ready = || {
            let mut ask = self.command("pg_isready");
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            ask.status().is_ok_and(|status| status.success())
        };
        until("PostgreSQL", async || ready()).await;
    }

    /// At once, as a crash does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // SIGQUIT: it ends without writing anything back, and its children with it.
            let id = child.id().to_string();
            drop(Command::new("kill").args(["-QUIT", &id]).status());
            drop(child.wait());
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

fn bin() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> =
        folders.flatten().map(|folder| folder.path().join("bin")).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| has_all(folder))
}

fn has_all(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_isready"].iter().all(|program| folder.join(program).exists())
}
