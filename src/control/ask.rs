//! The other end of the control socket: asks a running server. Knows no terminal.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::{Answer, Request, short};

/// A little longer than the server takes to say that it takes too long.
const WAIT: Duration = Duration::from_secs(40);

#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error(
        "no server is running at {0}\n  hint: start it with `kontor serve`, or name its configuration with --config"
    )]
    NotRunning(PathBuf),
    #[error("the server says: {0}")]
    Refused(String),
    #[error("the server at {path} does not answer: {reason}")]
    Broken { path: PathBuf, reason: String },
}

/// Asks the server that listens at `path`.
///
/// # Errors
/// When none is running, it refuses, or it does not answer.
pub fn ask(path: &Path, request: &Request) -> Result<Value, AskError> {
    let broken = |reason: String| AskError::Broken { path: path.to_owned(), reason };
    let failed = |error: std::io::Error| broken(error.to_string());
    let mut stream = connect(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => AskError::NotRunning(path.to_owned()),
        _ => failed(error),
    })?;
    stream.set_read_timeout(Some(WAIT)).map_err(failed)?;
    stream.set_write_timeout(Some(WAIT)).map_err(failed)?;
    let mut line = serde_json::to_vec(request).expect("requests are plain data");
    line.push(b'\n');
    stream.write_all(&line).map_err(failed)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(failed)?;
    let answer: Answer =
        serde_json::from_str(&answer).map_err(|_| broken("it broke off".to_owned()))?;
    match (answer.ok, answer.error) {
        (true, _) => Ok(answer.result),
        (false, reason) => Err(AskError::Refused(reason.unwrap_or_default())),
    }
}

/// Whether somebody listens there; the file of a dead server does not count.
pub fn is_running(path: &Path) -> bool {
    connect(path).is_ok()
}

fn connect(path: &Path) -> std::io::Result<UnixStream> {
    UnixStream::connect(short(path)?.path)
}
