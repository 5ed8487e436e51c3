//! What a step takes, as a flow file writes it: kinds of answers and their bounds. Knows no runs.

use rust_decimal::Decimal;

use super::date::Bound;
use super::draft::{Draft, Place, Use};
use super::expr::{self, Expr};
use super::kind::{FILE_KINDS, Kind};
use super::read::{Fields, Value};

const KINDS: &str = "text, number, integer, date, phone, email, file, location";
/// Decimals of a number unless the file says otherwise, and at most.
const DECIMALS: u32 = 6;
/// The Bot API gives bots files of up to so many megabytes.
const FILE_MB_MAX: u8 = 20;

impl Draft<'_> {
    /// `answer = "date"`, or `answer = { kind = "date", min = "today" }`.
    pub(super) fn kind(&mut self, fields: &Fields<'_, '_>, slot: Option<u16>) -> Kind {
        let Some(value) = fields.get("answer") else {
            return Kind::Text;
        };
        let (name, table) = match value.get_ref().as_str() {
            Some(name) => (name, None),
            None => {
                let what = "`answer` (a kind, or a table)";
                let Some(table) = self.report.fields(value, what) else {
                    return Kind::Text;
                };
                let Some(name) = table.get("kind") else {
                    let hint = format!("kinds: {KINDS}");
                    self.report.error_with_hint(table.at, "`answer` without `kind`", hint);
                    return Kind::Text;
                };
                (self.report.string(name, "`kind`").unwrap_or("text"), Some(table))
            }
        };
        let at = value.span().start;
        let known = |draft: &mut Self, keys: &[&str]| {
            if let Some(table) = &table {
                table.only(&mut draft.report, keys, &format!("an answer of kind `{name}`"));
            }
        };
        let kind = match name {
            "text" => {
                known(self, &["kind"]);
                Kind::Text
            }
            "number" | "integer" => {
                known(self, &["kind", "min", "max", "decimals"]);
                self.number_kind(table.as_ref(), name == "integer", at)
            }
            "date" => {
                known(self, &["kind", "min", "max"]);
                self.date_kind(table.as_ref(), at)
            }
            "phone" => {
                known(self, &["kind", "country"]);
                Kind::Phone { country: self.country(table.as_ref()) }
            }
            "email" => {
                known(self, &["kind"]);
                Kind::Email
            }
            "file" => {
                known(self, &["kind", "kinds", "max_mb"]);
                let kind = self.file_kind(table.as_ref());
                let name = slot.map(|slot| format!("{}_name", self.names[usize::from(slot)]));
                let name = name.map(|name| self.slot(&name));
                self.shown_by.extend(slot.zip(name));
                kind
            }
            "location" => {
                known(self, &["kind"]);
                Kind::Location
            }
            other => {
                let reason = format!("`{other}` is not a kind of answer");
                self.report.error_with_hint(at, reason, format!("kinds: {KINDS}"));
                Kind::Text
            }
        };
        self.refuse_beside(fields, &kind);
        kind
    }

    /// Keys that a kind of answer cannot have beside it.
    fn refuse_beside(&mut self, fields: &Fields<'_, '_>, kind: &Kind) {
        let keys: &[&str] = match kind {
            Kind::Text => &[],
            Kind::Number { .. } | Kind::Date { .. } => &["accept"],
            _ => &["accept", "choices"],
        };
        self.refuse_keys(fields, keys, "does not go with this kind of answer");
    }

    fn number_kind(&mut self, table: Option<&Fields<'_, '_>>, whole: bool, at: usize) -> Kind {
        let mut bound = |key: &str| {
            let value = table?.get(key)?;
            let number = decimal(value);
            if number.is_none() {
                let reason = format!("`{key}` must be a number");
                self.report.error_with_hint(value.span().start, reason, "for example 5 or 0.5");
            }
            number
        };
        let (min, max) = (bound("min"), bound("max"));
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            self.report.error(at, "`min` is more than `max`");
        }
        let decimals = table.and_then(|table| table.get("decimals"));
        if let Some(value) = decimals.filter(|_| whole) {
            self.report.error(value.span().start, "an integer has no `decimals`");
        }
        let count = decimals.and_then(|value| self.report.count(value, "`decimals`", 9));
        let decimals = if whole { 0 } else { count.map_or(DECIMALS, u32::from) };
        Kind::Number { min, max, decimals }
    }

    fn date_kind(&mut self, table: Option<&Fields<'_, '_>>, at: usize) -> Kind {
        let mut bound = |key: &str| {
            let value = table?.get(key)?;
            let bound = value.get_ref().as_str().and_then(Bound::parse);
            if bound.is_none() {
                let hint = "for example \"2027-01-31\", \"today\", \"today+30\"";
                let reason = format!("`{key}` must be a day");
                self.report.error_with_hint(value.span().start, reason, hint);
            }
            bound
        };
        let (min, max) = (bound("min"), bound("max"));
        let turned = match (min, max) {
            (Some(Bound::Fixed(min)), Some(Bound::Fixed(max))) => min > max,
            (Some(Bound::Today(min)), Some(Bound::Today(max))) => min > max,
            _ => false,
        };
        if turned {
            self.report.error(at, "`min` is after `max`");
        }
        Kind::Date { min, max }
    }

    fn country(&mut self, table: Option<&Fields<'_, '_>>) -> Option<Box<str>> {
        let value = table?.get("country")?;
        let code = self.report.string(value, "`country`")?;
        let digits = code.trim_start_matches('+');
        let fits = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if !fits || digits.starts_with('0') {
            let hint = "for example \"998\"";
            let reason = format!("`{code}` is not a country's calling code");
            self.report.error_with_hint(value.span().start, reason, hint);
            return None;
        }
        Some(digits.into())
    }

    fn file_kind(&mut self, table: Option<&Fields<'_, '_>>) -> Kind {
        let mut kinds: Vec<Box<str>> = Vec::new();
        let list = table.and_then(|table| table.get("kinds"));
        if let Some(values) = list.and_then(|value| self.report.array(value, "`kinds`")) {
            for value in values {
                let Some(kind) = self.report.string(value, "a kind of file") else {
                    continue;
                };
                if !FILE_KINDS.contains(&kind) {
                    let hint = format!("kinds of files: {}", FILE_KINDS.join(", "));
                    let reason = format!("`{kind}` is not a kind of file");
                    self.report.error_with_hint(value.span().start, reason, hint);
                }
                kinds.push(kind.into());
            }
        }
        let max = table.and_then(|table| table.get("max_mb"));
        let max_mb = max.and_then(|value| self.report.count(value, "`max_mb`", FILE_MB_MAX));
        Kind::File { kinds, max_mb }
    }

    pub(super) fn optional(&mut self, fields: &Fields<'_, '_>) -> bool {
        let value = fields.get("optional");
        value.and_then(|value| self.report.boolean(value, "`optional`")).unwrap_or(false)
    }

    /// An expression; its answers are looked at in `place`.
    pub(super) fn expr(&mut self, value: &Value<'_>, what: &str, place: Place) -> Option<Expr> {
        let text = self.report.string(value, what)?;
        let mut names: Vec<String> = Vec::new();
        let parsed = expr::parse(text, &mut |name| {
            names.push(name.to_owned());
            self.slot(name)
        });
        for name in names {
            let (slot, at) = (self.slot(&name), self.report.near(&value.span(), &name));
            self.uses.push(Use { slot, place, label: false, at });
        }
        match parsed {
            Ok(root) => Some(Expr { root, at: value.span().start }),
            Err(bad) => {
                let at = self.report.near(&value.span(), &bad.near);
                self.report.error(at, format!("{what} cannot be read: {}", bad.reason));
                None
            }
        }
    }
}

/// Exactly as it is written: a float of the file never becomes one of ours.
fn decimal(value: &Value<'_>) -> Option<Decimal> {
    let text = match (value.get_ref().as_integer(), value.get_ref().as_float()) {
        (Some(integer), _) if integer.radix() == 10 => integer.as_str(),
        (_, Some(float)) => float.as_str(),
        _ => value.get_ref().as_str()?,
    };
    Decimal::from_str_exact(&text.replace('_', "")).ok()
}
