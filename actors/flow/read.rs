//! TOML with places: values are read by hand from the spanned tree, so that all errors of a file
//! come at once, each with its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::FlowError;

pub(super) type Value<'s> = Spanned<DeValue<'s>>;

/// Errors told of one file; more would help nobody.
const ERRORS_MAX: usize = 200;

/// The errors found in one file.
pub(super) struct Report<'s> {
    file: &'s str,
    source: &'s str,
    found: Vec<(usize, FlowError)>,
}

impl<'s> Report<'s> {
    pub(super) fn new(file: &'s str, source: &'s str) -> Self {
        Report { file, source, found: Vec::new() }
    }

    pub(super) fn file(&self) -> &str {
        self.file
    }

    /// `at` is an offset in the source.
    pub(super) fn error(&mut self, at: usize, reason: impl Into<String>) {
        self.push(at, reason.into(), None);
    }

    pub(super) fn error_with_hint(
        &mut self,
        at: usize,
        reason: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(at, reason.into(), Some(hint.into()));
    }

    fn push(&mut self, at: usize, reason: String, hint: Option<String>) {
        if self.found.len() == ERRORS_MAX {
            return;
        }
        let before = self.source.as_bytes().iter().take(at);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        self.found.push((at, FlowError { file: self.file.to_owned(), line, reason, hint }));
    }

    /// Where `needle` stands inside a value that may have many lines; else where the value begins.
    pub(super) fn near(&self, span: &Range<usize>, needle: &str) -> usize {
        let inside = self.source.get(span.clone()).and_then(|text| text.find(needle));
        span.start + inside.unwrap_or(0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// In the order of the file, each once.
    pub(super) fn into_errors(mut self) -> Vec<FlowError> {
        self.found.sort_by_key(|(at, _)| *at);
        let mut errors: Vec<FlowError> = Vec::with_capacity(self.found.len());
        for (_, error) in self.found {
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
        errors
    }

    pub(super) fn string<'v>(&mut self, value: &'v Value<'_>, what: &str) -> Option<&'v str> {
        let found = value.get_ref().as_str();
        self.expect(found, value, what, "a string")
    }

    pub(super) fn boolean(&mut self, value: &Value<'_>, what: &str) -> Option<bool> {
        let found = value.get_ref().as_bool();
        self.expect(found, value, what, "`true` or `false`")
    }

    /// A whole number from 1 to `max`.
    pub(super) fn count(&mut self, value: &Value<'_>, what: &str, max: u8) -> Option<u8> {
        let number = value.get_ref().as_integer().filter(|number| number.radix() == 10);
        let found = number.and_then(|number| number.as_str().parse().ok());
        let found = found.filter(|number| (1..=max).contains(number));
        self.expect(found, value, what, &format!("a number from 1 to {max}"))
    }

    pub(super) fn array<'v, 'i>(
        &mut self,
        value: &'v Value<'i>,
        what: &str,
    ) -> Option<impl Iterator<Item = &'v Value<'i>> + use<'v, 'i>> {
        let found = value.get_ref().as_array().map(|array| array.iter());
        self.expect(found, value, what, "a list")
    }

    pub(super) fn fields<'v, 'i>(
        &mut self,
        value: &'v Value<'i>,
        what: &str,
    ) -> Option<Fields<'v, 'i>> {
        let found = value.get_ref().as_table();
        let table = self.expect(found, value, what, "a table")?;
        Some(Fields { table, at: value.span().start })
    }

    fn expect<T>(
        &mut self,
        found: Option<T>,
        value: &Value<'_>,
        what: &str,
        wanted: &str,
    ) -> Option<T> {
        if found.is_none() {
            let kind = value.get_ref().type_str();
            self.error(value.span().start, format!("{what} must be {wanted}, not this {kind}"));
        }
        found
    }
}

/// One TOML table and where it begins.
#[derive(Clone, Copy)]
pub(super) struct Fields<'v, 'i> {
    pub(super) table: &'v DeTable<'i>,
    pub(super) at: usize,
}

impl<'v, 'i> Fields<'v, 'i> {
    pub(super) fn get(&self, key: &str) -> Option<&'v Value<'i>> {
        let mut all = self.table.iter();
        all.find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// Where a key is written; where the table begins when it is not.
    pub(super) fn key_at(&self, key: &str) -> usize {
        let mut all = self.table.keys();
        all.find(|name| name.get_ref() == key).map_or(self.at, |name| name.span().start)
    }

    /// Reports every key that is not among `known`.
    pub(super) fn only(&self, report: &mut Report<'_>, known: &[&str], what: &str) {
        for key in self.table.keys().filter(|key| !known.contains(&&**key.get_ref())) {
            report.error_with_hint(
                key.span().start,
                format!("unknown key `{}` in {what}", key.get_ref()),
                format!("known keys: {}", known.join(", ")),
            );
        }
    }
}
