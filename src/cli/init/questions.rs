//! Asks a person at a terminal, or reads the answers line by line. Knows no question.

use std::io::{BufRead, Write};

use anyhow::Context;

use crate::cli::exit::Wrong;

/// Whoever answers.
pub(super) trait Questions {
    /// A line; an empty one is the default.
    fn text(&mut self, prompt: &str, default: Option<&str>) -> anyhow::Result<String>;
    fn yes(&mut self, prompt: &str, default: bool) -> anyhow::Result<bool>;
}

/// A person.
pub(super) struct Terminal;

impl Questions for Terminal {
    fn text(&mut self, prompt: &str, default: Option<&str>) -> anyhow::Result<String> {
        let mut input = dialoguer::Input::<String>::new().with_prompt(prompt);
        input = match default {
            Some(default) => input.default(default.to_owned()),
            None => input.allow_empty(true),
        };
        input.interact_text().context("read an answer")
    }

    fn yes(&mut self, prompt: &str, default: bool) -> anyhow::Result<bool> {
        let confirm = dialoguer::Confirm::new().with_prompt(prompt).default(default);
        confirm.interact().context("read an answer")
    }
}

/// A file or another program: one line an answer; after the last one the defaults.
pub(super) struct Lines<R>(pub(super) R);

impl<R: BufRead> Lines<R> {
    fn line(&mut self, prompt: &str, default: Option<&str>) -> anyhow::Result<Option<String>> {
        match default {
            Some(default) => print!("{prompt} [{default}]: "),
            None => print!("{prompt}: "),
        }
        std::io::stdout().flush().context("ask")?;
        let mut line = String::new();
        let read = self.0.read_line(&mut line).context("read an answer")?;
        println!();
        Ok((read > 0).then(|| line.trim().to_owned()))
    }
}

impl<R: BufRead> Questions for Lines<R> {
    fn text(&mut self, prompt: &str, default: Option<&str>) -> anyhow::Result<String> {
        match (self.line(prompt, default)?, default) {
            (Some(line), Some(default)) if line.is_empty() => Ok(default.to_owned()),
            (Some(line), _) => Ok(line),
            (None, Some(default)) => Ok(default.to_owned()),
            (None, None) => {
                let problem = format!("no answer to: {prompt}");
                Err(Wrong::usage(problem, "one line for each question, or start it on a terminal"))
            }
        }
    }

    fn yes(&mut self, prompt: &str, default: bool) -> anyhow::Result<bool> {
        let shown = if default { "yes" } else { "no" };
        let line = self.line(prompt, Some(shown))?.unwrap_or_default();
        Ok(match line.to_ascii_lowercase().as_str() {
            "" => default,
            answer => matches!(answer, "y" | "yes"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, Questions};

    #[test]
    fn lines_answer_in_order_and_defaults_fill_the_rest() {
        let mut lines = Lines("one\n\nno\n".as_bytes());
        assert_eq!(lines.text("a", Some("x")).expect("an answer"), "one");
        assert_eq!(lines.text("b", Some("x")).expect("the default"), "x");
        assert!(!lines.yes("c", true).expect("an answer"));
        assert!(lines.yes("d", true).expect("the default"));
        let error = lines.text("the token", None).expect_err("none left").to_string();
        assert!(error.starts_with("no answer to: the token\n"), "{error}");
    }
}
