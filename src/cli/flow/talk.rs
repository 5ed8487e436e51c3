//! One trial of a flow in the terminal: lines in, what a customer would see out. Knows no files.

use std::collections::BTreeMap;
use std::io::{self, Write};

use actors::flow::{
    Answers, Call, Flow, FlowRun, Input, Keyboard, Mark, Outcome, Press, Replied, ReplyButton,
    Verdict,
};
use time::OffsetDateTime;

use crate::delivery::markup::parse_html;

pub(super) const HELP: &str = "\
Write as the customer would. Besides:
  !press N              press the button N         !contact NUMBER   share a contact
  !file NAME            send a file (!photo)       !location LAT,LON share a place
  !wait                 let the time-out come      !other            send a sticker
  !reply {\"name\": …}    the webhook answers        !fail             it does not
  !quit";

pub(super) struct Talk<'f> {
    flow: &'f Flow,
    lang: &'f str,
    run: Option<FlowRun>,
    /// Data of the inline buttons that are shown.
    buttons: Vec<String>,
    asked: Option<Mark>,
    told: Vec<String>,
    finished: Option<Answers>,
}

impl<'f> Talk<'f> {
    pub(super) fn begin(flow: &'f Flow, lang: &'f str, now: OffsetDateTime) -> Self {
        let (buttons, told) = (Vec::new(), Vec::new());
        let mut talk = Self { flow, lang, run: None, buttons, asked: None, told, finished: None };
        talk.went(flow.start(lang, now));
        talk
    }

    pub(super) fn is_over(&self) -> bool {
        self.run.is_none()
    }

    /// What was said since the last time.
    pub(super) fn show(&mut self, out: &mut impl Write) -> io::Result<()> {
        for line in self.told.drain(..) {
            writeln!(out, "{line}")?;
        }
        if self.run.is_none() {
            for (name, value) in self.finished.iter().flatten() {
                writeln!(out, "  {name} = {value}")?;
            }
            writeln!(out, "(the flow is over)")?;
        }
        Ok(())
    }

    pub(super) fn hear(&mut self, line: &str, now: OffsetDateTime) {
        let Some(run) = self.run.clone() else {
            return;
        };
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let input = match command {
            "!press" => {
                let data =
                    rest.parse::<usize>().ok().and_then(|n| self.buttons.get(n.wrapping_sub(1)));
                let Some(press) = data.map(String::as_str).and_then(Press::parse) else {
                    self.told.push(format!("(there is no button {rest})"));
                    return;
                };
                let outcome = self.flow.answer(run, Input::Press(press), self.lang, now);
                return self.went(outcome);
            }
            "!contact" => Input::Phone(rest),
            "!location" => Input::Text(rest),
            "!file" | "!photo" => {
                let kind = if command == "!file" { "document" } else { "photo" };
                let name = Some(rest).filter(|name| !name.is_empty());
                Input::File { kind, id: "file-id", name, bytes: Some(1_000) }
            }
            "!other" => Input::Other,
            "!wait" => {
                let later = run.due.unwrap_or(now);
                let outcome = self.flow.time_out(run, self.lang, later);
                return self.went(outcome);
            }
            "!reply" | "!fail" => return self.replied(run, command, rest, now),
            command if command.starts_with('!') => {
                self.told.push(HELP.to_owned());
                return;
            }
            _ => Input::Text(line),
        };
        let outcome = self.flow.answer(run, input, self.lang, now);
        self.went(outcome);
    }

    fn replied(&mut self, run: FlowRun, command: &str, rest: &str, now: OffsetDateTime) {
        let Some(mark) = self.asked.clone() else {
            self.told.push("(no webhook was asked)".to_owned());
            return;
        };
        let answers = match command {
            "!fail" => None,
            _ => match serde_json::from_str::<BTreeMap<String, serde_json::Value>>(rest) {
                Ok(answers) => Some(answers),
                Err(error) => {
                    self.told.push(format!("(write names and values as JSON: {error})"));
                    return;
                }
            },
        };
        let reply = Replied { mark: &mark, answers: answers.as_ref() };
        let outcome = self.flow.replied(run, reply, self.lang, now);
        self.went(outcome);
    }

    fn went(&mut self, outcome: Outcome) {
        match &outcome.verdict {
            Verdict::Accepted { chosen: Some(chosen) } => self.told.push(format!("({chosen})")),
            Verdict::Stale => self.told.push("(this is over already)".to_owned()),
            Verdict::TooLong => self.told.push("(the answers are too long together)".to_owned()),
            _ => {}
        }
        for call in outcome.calls {
            self.told.push(match call {
                Call::Cart { product, quantity } => {
                    format!("(into the cart: {quantity} × {product})")
                }
                Call::Show { product } => format!("(shows the product {product})"),
                Call::Webhook { name, mark, answers, waits } => {
                    if waits {
                        self.asked = Some(mark);
                    }
                    let wait = if waits { "; !reply or !fail goes on" } else { "" };
                    format!("(told webhook {name}: {answers}{wait})")
                }
            });
        }
        if let Some(say) = outcome.say {
            let (text, _) = parse_html(&say.text).unwrap_or((say.text, Vec::new()));
            self.told.push(text);
            self.keyboard(say.keyboard);
        }
        self.finished = outcome.finished;
        self.run = outcome.run;
    }

    fn keyboard(&mut self, keyboard: Keyboard) {
        match keyboard {
            Keyboard::Inline { rows } => {
                self.buttons.clear();
                for button in rows.into_iter().flatten() {
                    self.buttons.push(button.data);
                    self.told.push(format!("  [{}] {}", self.buttons.len(), button.label));
                }
            }
            Keyboard::Reply { rows, .. } => {
                for button in rows.into_iter().flatten() {
                    let (ReplyButton::Text(label)
                    | ReplyButton::Contact(label)
                    | ReplyButton::Location(label)) = button;
                    self.told.push(format!("  [{label}]"));
                }
            }
            Keyboard::None | Keyboard::Remove => {}
        }
    }
}
