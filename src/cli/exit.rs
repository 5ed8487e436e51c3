//! How a command ends: what is printed, and the exit code. Knows no command.

use std::process::ExitCode;

use entities::{DatabaseError, DbErr, LockError};

use crate::control::AskError;
use crate::secrets::SecretsError;
use crate::settings::SettingsError;

/// What a command that did its work found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Fine,
    Problems,
}

/// Something that a person can put right at once, with the hint on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}\n  hint: {hint}")]
pub(super) struct Wrong {
    code: u8,
    problem: String,
    hint: String,
}

const PROBLEMS: u8 = 1;
const USAGE: u8 = 2;
const NOT_RUNNING: u8 = 3;
const DATABASE: u8 = 4;

impl Wrong {
    pub(super) fn usage(problem: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
        Self { code: USAGE, problem: problem.into(), hint: hint.into() }.into()
    }

    pub(super) fn not_running(
        problem: impl Into<String>,
        hint: impl Into<String>,
    ) -> anyhow::Error {
        Self { code: NOT_RUNNING, problem: problem.into(), hint: hint.into() }.into()
    }

    pub(super) fn database(problem: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
        Self { code: DATABASE, problem: problem.into(), hint: hint.into() }.into()
    }
}

/// Says what went wrong, if anything did.
pub(super) fn told(ended: anyhow::Result<Outcome>) -> ExitCode {
    match ended {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Problems) => ExitCode::from(PROBLEMS),
        // `kontor … | head` took what it wanted.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(code(&error))
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    kinds.map(std::io::Error::kind).any(|kind| kind == std::io::ErrorKind::BrokenPipe)
}

fn code(error: &anyhow::Error) -> u8 {
    error.chain().find_map(code_of).unwrap_or(PROBLEMS)
}

fn code_of(cause: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if let Some(wrong) = cause.downcast_ref::<Wrong>() {
        return Some(wrong.code);
    }
    if let Some(error) = cause.downcast_ref::<AskError>() {
        return Some(match error {
            AskError::NotRunning(_) => NOT_RUNNING,
            AskError::Refused(_) | AskError::Broken { .. } => PROBLEMS,
        });
    }
    if let Some(error) = cause.downcast_ref::<SecretsError>() {
        return Some(match error {
            SecretsError::Database(_) | SecretsError::Wrong { .. } => DATABASE,
            _ => USAGE,
        });
    }
    let is_database = cause.is::<LockError>() || cause.is::<DatabaseError>() || cause.is::<DbErr>();
    match cause.is::<SettingsError>() {
        true => Some(USAGE),
        false => is_database.then_some(DATABASE),
    }
}
