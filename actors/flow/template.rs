//! Texts of flows: a template with placeholders, and one text per language. Values are escaped
//! when they are rendered, since texts are Telegram HTML; labels of buttons are plain.

use super::types::Type;
use super::{Choice, Flow, action, date, number, rounds};

/// One value for each language; the flow's default language stands for all that are missing.
#[derive(Debug)]
pub(super) struct Localized<T> {
    pub(super) default: T,
    /// Language, lower case, and its value.
    pub(super) others: Vec<(Box<str>, T)>,
}

impl<T> Localized<T> {
    /// `pt-BR` falls back to `pt`, then to the default language.
    pub(super) fn of(&self, lang: &str) -> &T {
        if self.others.is_empty() {
            return &self.default;
        }
        let primary = lang.split(['-', '_']).next().unwrap_or(lang);
        let find = |wanted: &str| {
            let mut all = self.others.iter();
            all.find(|(key, _)| key.eq_ignore_ascii_case(wanted))
        };
        let found = find(lang).or_else(|| find(primary));
        found.map_or(&self.default, |(_, value)| value)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.default).chain(self.others.iter().map(|(_, value)| value))
    }
}

#[derive(Debug, Default)]
pub(super) struct Template {
    pub(super) parts: Vec<Part>,
    /// Bytes of literal text, for the first allocation.
    literal: usize,
}

#[derive(Debug)]
pub(super) enum Part {
    Literal(Box<str>),
    Answer(u16),
    /// The label of the choice whose value is the answer: `{colour.label}`.
    Label(u16),
}

/// A placeholder as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placeholder<'a> {
    pub(super) name: &'a str,
    pub(super) label: bool,
}

/// Why a template cannot be read, and the piece of it that is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadTemplate {
    pub(super) near: String,
    pub(super) reason: String,
    pub(super) hint: &'static str,
}

impl Template {
    /// Reads `{name}`, `{name.label}`, `{{` and `}}`; `slot` gives each placeholder its number.
    pub(super) fn parse(
        text: &str,
        mut slot: impl FnMut(Placeholder<'_>) -> u16,
    ) -> Result<Self, BadTemplate> {
        let mut template = Template::default();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                literal.push_str(&rest[..1]);
                rest = &rest[2..];
                continue;
            }
            let Some(inside) = rest.strip_prefix('{') else {
                return Err(bad("}", "a `}` that closes nothing", "write `}}` for a brace"));
            };
            let Some(end) = inside.find('}') else {
                return Err(bad("{", "a `{` that is never closed", "write `{{` for a brace"));
            };
            let placeholder = parse_placeholder(&inside[..end])?;
            template.push_literal(&mut literal);
            let number = slot(placeholder);
            template.parts.push(match placeholder.label {
                true => Part::Label(number),
                false => Part::Answer(number),
            });
            rest = &inside[end + 1..];
        }
        literal.push_str(rest);
        template.push_literal(&mut literal);
        Ok(template)
    }

    fn push_literal(&mut self, literal: &mut String) {
        if !literal.is_empty() {
            self.literal += literal.len();
            self.parts.push(Part::Literal(std::mem::take(literal).into()));
        }
    }

    /// The text without its placeholders.
    pub(super) fn literals(&self) -> String {
        let mut text = String::with_capacity(self.literal);
        for part in &self.parts {
            if let Part::Literal(literal) = part {
                text.push_str(literal);
            }
        }
        text
    }

    /// Appends the text, after an empty line when `out` already says something.
    pub(super) fn join(
        &self,
        out: &mut String,
        flow: &Flow,
        answers: &[Option<String>],
        lang: &str,
    ) {
        out.reserve(self.literal + 16 * self.parts.len() + 2);
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        self.render(out, flow, answers, lang);
    }

    pub(super) fn render(
        &self,
        out: &mut String,
        flow: &Flow,
        answers: &[Option<String>],
        lang: &str,
    ) {
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Answer(slot) => flow.show(out, *slot, answers, lang),
                Part::Label(slot) => {
                    if let Some(Some(value)) = answers.get(usize::from(*slot)) {
                        let choice = flow.choice_of(*slot, value);
                        escape(out, choice.map_or(value, |choice| choice.label.of(lang)));
                    }
                }
            }
        }
    }

    /// The text for machines: values as they are kept.
    pub(super) fn plain(&self, out: &mut String, answers: &[Option<String>]) {
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Answer(slot) | Part::Label(slot) => {
                    if let Some(Some(value)) = answers.get(usize::from(*slot)) {
                        out.push_str(value);
                    }
                }
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl Flow {
    /// A value as the customer's language writes it.
    fn show(&self, out: &mut String, slot: u16, answers: &[Option<String>], lang: &str) {
        let slot = usize::from(slot);
        let (Some(kept), Some(Some(value))) = (self.slots.get(slot), answers.get(slot)) else {
            return;
        };
        if let Some(number) = kept.rounds_of {
            return out.push_str(&action::rounds_shown(self, number, value, answers, lang));
        }
        let name = kept.shown_by.and_then(|slot| answers.get(usize::from(slot))?.as_deref());
        match kept.holds {
            Type::Number => escape(out, &number::write(value, lang)),
            Type::Date => {
                let written = date::iso(value).map(|date| date::write(date, lang));
                escape(out, written.as_deref().unwrap_or(value));
            }
            Type::List => escape(out, &rounds::items_of(value).join(", ")),
            _ => escape(out, name.unwrap_or(value)),
        }
    }

    fn choice_of(&self, slot: u16, value: &str) -> Option<&Choice> {
        let step = self.slots.get(usize::from(slot))?.choices_of?;
        let mut choices = self.steps.get(usize::from(step))?.choices.iter();
        choices.find(|choice| &*choice.value == value)
    }
}

fn parse_placeholder(inside: &str) -> Result<Placeholder<'_>, BadTemplate> {
    let (name, label) = match inside.strip_suffix(".label") {
        Some(name) => (name, true),
        None => (inside, false),
    };
    match is_name(name) {
        true => Ok(Placeholder { name, label }),
        false => Err(bad(
            &format!("{{{inside}"),
            &format!("`{{{inside}}}` is not a placeholder"),
            "write `{name}` for an answer, `{name.label}` for its label, `{{` for a brace",
        )),
    }
}

/// What an answer may be called.
pub(super) fn is_name(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn bad(near: &str, reason: &str, hint: &'static str) -> BadTemplate {
    BadTemplate { near: near.to_owned(), reason: reason.to_owned(), hint }
}

/// Appends a value so that Telegram's HTML parser shows it as it was typed.
pub(super) fn escape(out: &mut String, value: &str) {
    let mut rest = value;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
