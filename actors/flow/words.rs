//! Texts, patterns and choices of a flow file: what a step is made of.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::draft::{Draft, Place, Use};
use super::html::visible_utf16;
use super::keyboard::SHORT_VERSION;
use super::read::{Fields, Value};
use super::template::{Localized, Template};
use super::{
    Act, CALLBACK_MAX_BYTES, CHOICES_MAX, Choice, REGEX_MAX_BYTES, Step, Style, TEXT_MAX_UTF16,
};

impl Draft<'_> {
    pub(super) fn pattern(&mut self, value: &Value<'_>, what: &str) -> Option<Regex> {
        let pattern = self.report.string(value, what);
        let built = pattern.map(|text| RegexBuilder::new(text).size_limit(REGEX_MAX_BYTES).build());
        self.blind |= !matches!(built, Some(Ok(_)));
        built?
            .map_err(|error| {
                let text = error.to_string();
                let reason = match error {
                    regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                    _ => text.lines().last().unwrap_or("").replace("error: ", ""),
                };
                let reason = format!("{what} is not a pattern: {reason}");
                self.report.error(value.span().start, reason);
            })
            .ok()
    }

    /// The text under `key`: Telegram HTML with placeholders.
    pub(super) fn text(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        place: Place,
    ) -> Option<Localized<Template>> {
        let value = fields.get(key)?;
        self.localized(value, &format!("`{key}`"), |draft, text, span| {
            draft.template(text, span, place, key)
        })
    }

    pub(super) fn template(
        &mut self,
        text: &str,
        span: Range<usize>,
        place: Place,
        key: &str,
    ) -> Option<Template> {
        let mut seen = Vec::new();
        let template = Template::parse(text, |placeholder| {
            let slot = self.slot(placeholder.name);
            seen.push((slot, placeholder.label, format!("{{{}", placeholder.name)));
            slot
        });
        for (slot, label, near) in seen {
            let at = self.report.near(&span, &near);
            self.uses.push(Use { slot, place, label, at });
        }
        let template = template.map_err(|bad| {
            let at = self.report.near(&span, &bad.near);
            self.report.error_with_hint(at, format!("{} in `{key}`", bad.reason), bad.hint);
        });
        let template = template.ok()?;
        let literals = template.literals();
        // Telegram refuses an empty message, and an answer may be missing.
        let must_say = matches!(key, "prompt" | "reject" | "remind");
        let empty = if must_say { literals.trim().is_empty() } else { text.trim().is_empty() };
        match visible_utf16(&literals) {
            Err(bad) => {
                let at = self.report.near(&span, &bad.near);
                let hint = "write `&lt;` for the sign itself";
                self.report.error_with_hint(at, format!("{} in `{key}`", bad.reason), hint);
            }
            Ok(units) if units > TEXT_MAX_UTF16 => {
                let reason = format!("`{key}` has {units} characters, more than {TEXT_MAX_UTF16}");
                self.report.error(span.start, reason);
            }
            Ok(_) if empty => {
                self.report.error(span.start, format!("`{key}` has no text of its own"));
            }
            Ok(_) => {}
        }
        Some(template)
    }

    /// A string, or a table of one string for each language.
    pub(super) fn localized<T>(
        &mut self,
        value: &Value<'_>,
        what: &str,
        mut make: impl FnMut(&mut Self, &str, Range<usize>) -> Option<T>,
    ) -> Option<Localized<T>> {
        if let Some(text) = value.get_ref().as_str() {
            let default = make(self, text, value.span())?;
            return Some(Localized { default, others: Vec::new() });
        }
        let wanted = format!("{what} (a string, or a table of languages)");
        let fields = self.report.fields(value, &wanted)?;
        let (mut default, mut others, mut missing) = (None, Vec::new(), true);
        for (language, value) in fields.table {
            let (key, at) = (language.get_ref(), language.span().start);
            if !is_language(key) {
                self.report.error(at, format!("`{key}` in {what} is not a language"));
            }
            let Some(text) = self.report.string(value, what) else {
                continue;
            };
            let made = make(self, text, value.span());
            if *key == self.language {
                (default, missing) = (made, false);
            } else {
                others.extend(made.map(|made| (key.to_lowercase().into(), made)));
            }
        }
        if missing {
            let reason = format!("{what} has no text in `{}`", self.language);
            let hint = "that is the flow's `language`, which stands for all that are missing";
            self.report.error_with_hint(fields.at, reason, hint);
        }
        Some(Localized { default: default?, others })
    }

    pub(super) fn choices(&mut self, fields: &Fields<'_, '_>, step: &mut Step) {
        let choices = fields.get("choices").filter(|_| matches!(step.act, Act::Ask));
        let Some(value) = choices else {
            return self.fits_button(fields, step);
        };
        let Some(choices) = self.report.array(value, "`choices`") else {
            return;
        };
        if value.get_ref().as_array().is_some_and(|choices| choices.is_empty()) {
            self.report.error(value.span().start, "`choices` is empty");
        }
        for value in choices {
            let Some(choice) = self.choice(value) else {
                continue;
            };
            let at = value.span().start;
            if step.choices.iter().any(|other| other.value == choice.value) {
                self.report.error(at, format!("two choices with the value `{}`", choice.value));
            } else if let Some(label) = same_label(step, &choice) {
                self.report.error(at, format!("two choices with the label `{label}`"));
            }
            if step.accept.as_ref().is_some_and(|accept| !accept.is_match(&choice.value)) {
                let reason = format!("`accept` does not accept the choice `{}`", choice.value);
                self.report.error(at, reason);
            }
            if !step.kind.keeps(&choice.value) {
                let reason = format!("`{}` is not an answer of this kind", choice.value);
                let hint = "write numbers as 1234.5 and dates as 2026-11-20, within their bounds";
                self.report.error_with_hint(at, reason, hint);
            }
            step.choices.push(choice);
        }
        if step.choices.len() > CHOICES_MAX {
            let reason = format!("{} choices, more than {CHOICES_MAX}", step.choices.len());
            self.report.error(value.span().start, reason);
        }
        self.fits_button(fields, step);
    }

    /// The last button of the step, the one that skips it included, fits into Telegram's bytes.
    fn fits_button(&mut self, fields: &Fields<'_, '_>, step: &Step) {
        let buttons = step.choices.len() + usize::from(step.optional);
        if buttons == 0 {
            return;
        }
        let last = (buttons - 1).to_string();
        let bytes = "f:::".len() + SHORT_VERSION + step.id.len() + last.len();
        if step.style == Style::Inline && bytes > CALLBACK_MAX_BYTES {
            let reason = format!("a button of this step would carry {bytes} bytes of data");
            let hint = format!("telegram takes {CALLBACK_MAX_BYTES}: give the step a shorter `id`");
            self.report.error_with_hint(fields.key_at("id"), reason, hint);
        }
    }

    /// `"red"`, or `{ value = "red", label = … }`.
    fn choice(&mut self, value: &Value<'_>) -> Option<Choice> {
        let (value, label) = match value.get_ref().as_str() {
            Some(_) => (value, value),
            None => {
                let fields = self.report.fields(value, "a choice (a string, or a table)")?;
                fields.only(&mut self.report, &["value", "label"], "a choice");
                let Some(value) = fields.get("value") else {
                    self.report.error(fields.at, "a choice without `value`");
                    return None;
                };
                (value, fields.get("label").unwrap_or(value))
            }
        };
        let text = self.report.string(value, "`value`")?;
        if text.trim().is_empty() || text.trim() != text || text.contains('\0') {
            let reason = "a choice's `value` must not be empty or have spaces around it";
            self.report.error(value.span().start, reason);
        }
        let label = self.localized(label, "`label`", |draft, text, span| {
            if text.trim().is_empty() {
                draft.report.error(span.start, "a choice's `label` must not be empty");
            }
            Some(Box::from(text.trim()))
        })?;
        Some(Choice { value: text.into(), label })
    }
}

/// The label that `choice` shares with an earlier one for customers of some language.
fn same_label<'c>(step: &Step, choice: &'c Choice) -> Option<&'c str> {
    step.choices.iter().find_map(|other| {
        let languages = choice.label.others.iter().chain(&other.label.others);
        let same = |lang: &str| {
            choice.label.of(lang).to_lowercase() == other.label.of(lang).to_lowercase()
        };
        // No language is called so: it stands for everyone whose language has no text.
        let mut languages = languages.map(|(lang, _)| &**lang).chain(["-"]);
        languages.find(|lang| same(lang)).map(|lang| &**choice.label.of(lang))
    })
}

/// `en`, `pt-br`.
pub(super) fn is_language(key: &str) -> bool {
    let mut parts = key.split('-');
    let primary = parts.next().unwrap_or("");
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}
