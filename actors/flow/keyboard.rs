//! Choices as buttons, and buttons back as choices.

use super::kind::Kind;
use super::run::skip_label;
use super::{Button, Choice, Flow, Keyboard, Press, ReplyButton, Step, Style};
use crate::texts;

/// Hex digits of the version that a button carries: enough to tell this file's versions apart,
/// and short enough to leave the step's id room in 64 bytes.
pub(super) const SHORT_VERSION: usize = 8;

impl<'a> Press<'a> {
    /// `None`: not the data of a flow's button.
    pub fn parse(data: &'a str) -> Option<Self> {
        let mut fields = data.strip_prefix("f:")?.split(':');
        let (version, step, choice) = (fields.next()?, fields.next()?, fields.next()?);
        let plain = choice.len() <= 3 && choice.bytes().all(|byte| byte.is_ascii_digit());
        if fields.next().is_some() || version.is_empty() || step.is_empty() || !plain {
            return None;
        }
        Some(Press { version, step, choice: choice.parse().ok()? })
    }

    pub fn encode(&self) -> String {
        format!("f:{}:{}:{}", self.version, self.step, self.choice)
    }
}

impl Flow {
    pub(super) fn short_version(&self) -> &str {
        self.version.get(..SHORT_VERSION).unwrap_or(&self.version)
    }

    /// The step's buttons; `up` says whether a reply keyboard is open, before and after.
    pub(super) fn keyboard(&self, step: &Step, up: &mut bool, lang: &str) -> Keyboard {
        let share = match &step.kind {
            Kind::Phone { .. } => {
                Some(ReplyButton::Contact(texts::label(lang, "flow-share-phone", &[])))
            }
            Kind::Location => {
                Some(ReplyButton::Location(texts::label(lang, "flow-share-location", &[])))
            }
            _ => None,
        };
        if step.choices.is_empty() && share.is_none() && !step.optional {
            return removal(up);
        }
        // Sharing is a reply keyboard's; one message carries one keyboard.
        if share.is_some() || step.style == Style::Reply {
            *up = true;
            let label = |(_, choice): (usize, &Choice)| {
                ReplyButton::Text(choice.label.of(lang).to_string())
            };
            let mut rows = step.rows(label);
            rows.extend(share.map(|share| vec![share]));
            if step.optional {
                rows.push(vec![ReplyButton::Text(skip_label(lang))]);
            }
            return Keyboard::Reply { rows, one_time: true };
        }
        let version = self.short_version();
        let data = |choice| Press { version, step: &step.id, choice }.encode();
        let mut rows = step.rows(|(number, choice)| Button {
            label: choice.label.of(lang).to_string(),
            data: data(number),
        });
        if step.optional {
            rows.push(vec![Button { label: skip_label(lang), data: data(step.choices.len()) }]);
        }
        Keyboard::Inline { rows }
    }
}

/// What a message without buttons does about a reply keyboard that is still open.
pub(super) fn removal(up: &mut bool) -> Keyboard {
    match std::mem::take(up) {
        true => Keyboard::Remove,
        false => Keyboard::None,
    }
}

impl Step {
    fn rows<T>(&self, button: impl FnMut((usize, &Choice)) -> T) -> Vec<Vec<T>> {
        let columns = self.columns.max(1);
        let mut rows = Vec::with_capacity(self.choices.len().div_ceil(columns));
        for (number, button) in self.choices.iter().enumerate().map(button).enumerate() {
            if number % columns == 0 {
                rows.push(Vec::with_capacity(columns));
            }
            if let Some(row) = rows.last_mut() {
                row.push(button);
            }
        }
        rows
    }

    /// The choice that a typed text names: by its label in the customer's language, by its label
    /// in any other, or by its value. Upper and lower case are the same.
    pub(super) fn choice_named(&self, text: &str, lang: &str) -> Option<&Choice> {
        if self.choices.is_empty() {
            return None;
        }
        let text = text.to_lowercase();
        let find = |is: &dyn Fn(&Choice) -> bool| self.choices.iter().find(|choice| is(choice));
        find(&|choice| choice.label.of(lang).to_lowercase() == text)
            .or_else(|| {
                find(&|choice| choice.label.all().any(|label| label.to_lowercase() == text))
            })
            .or_else(|| find(&|choice| choice.value.to_lowercase() == text))
    }
}
