//! What is wrong with a flow file. Knows no files.

use std::fmt;

/// What is wrong with a flow file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowError {
    pub file: String,
    /// From 1; 0 when the file as a whole is meant.
    pub line: usize,
    pub reason: String,
    pub hint: Option<String>,
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.reason)?,
            line => write!(f, "{}:{line}: {}", self.file, self.reason)?,
        }
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FlowError {}
