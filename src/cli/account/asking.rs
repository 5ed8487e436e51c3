//! Asks the owner of an account at a terminal, or reads the answers line by line. Passwords are never echoed.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::Context;

use crate::cli::exit::Wrong;
use crate::mtproto::login::Owner;

/// Whoever sits at standard input.
pub(super) fn someone(phone: Option<String>) -> Box<dyn Owner> {
    if std::io::stdin().is_terminal() {
        return Box::new(Terminal { phone });
    }
    Box::new(Lines { phone, input: Box::new(std::io::BufReader::new(std::io::stdin())) })
}

fn show(url: &str) {
    println!("scan this in Telegram (Settings, Devices, Link desktop device), as a QR code of");
    println!("  {url}");
}

fn wrong(what: &str) {
    println!("{what} is wrong");
}

struct Terminal {
    phone: Option<String>,
}

impl Owner for Terminal {
    fn phone(&mut self) -> anyhow::Result<String> {
        match self.phone.take() {
            Some(phone) => Ok(phone),
            None => {
                let input = dialoguer::Input::<String>::new().with_prompt("phone number");
                input.interact_text().context("read the phone number")
            }
        }
    }

    fn code(&mut self) -> anyhow::Result<String> {
        let input = dialoguer::Password::new()
            .with_prompt("code (it came in Telegram, by text message or mail)");
        input.interact().context("read the code")
    }

    fn password(&mut self, hint: Option<&str>) -> anyhow::Result<String> {
        let prompt = match hint {
            Some(hint) => format!("password of two-step verification (hint: {hint})"),
            None => "password of two-step verification".to_owned(),
        };
        dialoguer::Password::new().with_prompt(prompt).interact().context("read the password")
    }

    fn show(&mut self, url: &str) {
        show(url);
    }

    fn wrong(&mut self, what: &str) {
        wrong(what);
    }
}

/// A file or another program: one line an answer.
struct Lines {
    phone: Option<String>,
    input: Box<dyn BufRead>,
}

impl Lines {
    fn line(&mut self, prompt: &str) -> anyhow::Result<String> {
        print!("{prompt}: ");
        std::io::stdout().flush().context("ask")?;
        let mut line = String::new();
        let read = self.input.read_line(&mut line).context("read an answer")?;
        println!();
        if read == 0 {
            let hint = "one line for each question, or start it on a terminal";
            return Err(Wrong::usage(format!("no answer to: {prompt}"), hint));
        }
        Ok(line.trim().to_owned())
    }
}

impl Owner for Lines {
    fn phone(&mut self) -> anyhow::Result<String> {
        match self.phone.take() {
            Some(phone) => Ok(phone),
            None => self.line("phone number"),
        }
    }

    fn code(&mut self) -> anyhow::Result<String> {
        self.line("code")
    }

    fn password(&mut self, _hint: Option<&str>) -> anyhow::Result<String> {
        self.line("password of two-step verification")
    }

    fn show(&mut self, url: &str) {
        show(url);
    }

    fn wrong(&mut self, what: &str) {
        wrong(what);
    }
}
