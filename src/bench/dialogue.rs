//! The dialogue of `benches/flows/five.toml`: what a user says, what must come back, and what it means when something
//! else does. Knows no wire.

use std::fmt::Write;

/// The flow that the server is given.
pub(super) const FLOW: &str = include_str!("../../benches/flows/five.toml");
/// The command and five answers.
pub(super) const STEPS: usize = 6;

/// What a message of the bot means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Expected,
    /// A reply that the user saw before.
    Again,
    /// The right reply with answers that this user did not give.
    Corrupt,
    /// Another reply: the bot does not know where the dialogue stands.
    OutOfStep,
}

/// One user's side of the dialogue.
#[derive(Debug)]
pub(super) struct Talk {
    user: i64,
    dialogue: u32,
    /// How many replies of this dialogue came.
    step: usize,
    awaits: bool,
    expected: String,
}

impl Talk {
    pub(super) fn new(user: i64) -> Self {
        Self { user, dialogue: 0, step: 0, awaits: false, expected: String::new() }
    }

    pub(super) fn begin(&mut self) {
        self.dialogue += 1;
        self.step = 0;
        self.awaits = false;
    }

    /// Writes what the user says next; its reply is awaited from now on.
    pub(super) fn say(&mut self, text: &mut String) {
        text.clear();
        match self.step {
            0 => text.push_str("/dialogue"),
            step => answer(text, self.user, self.dialogue, step),
        }
        reply(&mut self.expected, self.user, self.dialogue, self.step);
        self.awaits = true;
    }

    /// Nothing came in time, or something else: this dialogue is given up.
    pub(super) fn give_up(&mut self) {
        self.awaits = false;
    }

    pub(super) fn expected(&self) -> &str {
        &self.expected
    }

    pub(super) fn hear(&mut self, text: &str) -> Verdict {
        if self.awaits && text == self.expected {
            self.awaits = false;
            self.step += 1;
            return Verdict::Expected;
        }
        if self.was_said(text) {
            return Verdict::Again;
        }
        let alike = self.awaits && same_shape(text, &self.expected);
        self.awaits = false;
        if alike { Verdict::Corrupt } else { Verdict::OutOfStep }
    }

    /// Whether it is an earlier reply of this dialogue, or one of the dialogue before.
    fn was_said(&self, text: &str) -> bool {
        let before = self.dialogue.saturating_sub(1);
        let earlier = (0..STEPS).map(|step| (before, step));
        let ours = (0..self.step).map(|step| (self.dialogue, step));
        let mut said = String::new();
        earlier.chain(ours).any(|(dialogue, step)| {
            reply(&mut said, self.user, dialogue, step);
            said == text
        })
    }
}

fn answer(text: &mut String, user: i64, dialogue: u32, step: usize) {
    write!(text, "u{user}d{dialogue}s{step}").expect("a string takes everything");
}

/// What the bot says to what was said at this step: every earlier answer, then the next question.
fn reply(text: &mut String, user: i64, dialogue: u32, step: usize) {
    text.clear();
    match step {
        0 => {}
        step if step + 1 == STEPS => text.push_str("done"),
        _ => text.push_str("got"),
    }
    for known in 1..=step {
        text.push(' ');
        answer(text, user, dialogue, known);
    }
    if step + 1 < STEPS {
        let gap = if step == 0 { "" } else { "\n\n" };
        write!(text, "{gap}question {}", step + 1).expect("a string takes everything");
    }
}

fn same_shape(one: &str, other: &str) -> bool {
    let is_answer = |word: &str| {
        word.starts_with('u') && word.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
    };
    let (one, other): (Vec<_>, Vec<_>) =
        (one.split_whitespace().collect(), other.split_whitespace().collect());
    let alike = |(one, other): (&&str, &&str)| one == other || is_answer(one) && is_answer(other);
    one.len() == other.len() && one.iter().zip(&other).all(alike)
}

#[cfg(test)]
mod tests {
    use super::{Talk, Verdict};

    fn at_step(step: usize) -> Talk {
        let mut talk = Talk::new(7);
        talk.begin();
        let mut said = String::new();
        for _ in 0..step {
            talk.say(&mut said);
            let expected = talk.expected().to_owned();
            assert_eq!(talk.hear(&expected), Verdict::Expected);
        }
        talk.say(&mut said);
        talk
    }

    #[test]
    fn every_reply_names_the_answers_so_far() {
        assert_eq!(at_step(0).expected(), "question 1");
        assert_eq!(at_step(2).expected(), "got u7d1s1 u7d1s2\n\nquestion 3");
        assert_eq!(at_step(5).expected(), "done u7d1s1 u7d1s2 u7d1s3 u7d1s4 u7d1s5");
    }

    #[test]
    fn what_comes_instead_is_told_apart() {
        let again = at_step(2).hear("got u7d1s1\n\nquestion 2");
        assert_eq!(again, Verdict::Again);
        let corrupt = at_step(2).hear("got u7d1s1 u9d4s2\n\nquestion 3");
        assert_eq!(corrupt, Verdict::Corrupt);
        for other in ["I do not understand", "got u7d1s1 u7d1s2 u7d1s3\n\nquestion 4"] {
            assert_eq!(at_step(2).hear(other), Verdict::OutOfStep, "{other}");
        }
    }

    #[test]
    fn a_repeated_reply_does_not_end_the_wait() {
        let mut talk = at_step(1);
        assert_eq!(talk.hear("question 1"), Verdict::Again);
        assert!(talk.awaits);
        assert_eq!(talk.hear("got u7d1s1\n\nquestion 2"), Verdict::Expected);
        assert_eq!(talk.hear("got u7d1s1\n\nquestion 2"), Verdict::Again);
    }

    #[test]
    fn the_flow_is_the_one_that_is_expected() {
        let flow: toml::Table = super::FLOW.parse().expect("TOML");
        assert_eq!(flow["command"].as_str(), Some("/dialogue"));
        assert_eq!(flow["steps"].as_array().map(Vec::len), Some(super::STEPS - 1));
    }
}
