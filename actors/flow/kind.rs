//! What a step takes as its answer besides plain text: numbers, dates, phones, e-mails, files, places. Knows no runs.

use rust_decimal::Decimal;
use time::Date;

use super::Input;
use super::date::{self, Bound};
use super::number;
use crate::texts::{self, Arg};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Whatever `accept` and `choices` say.
    Text,
    Number {
        min: Option<Decimal>,
        max: Option<Decimal>,
        decimals: u32,
    },
    Date {
        min: Option<Bound>,
        max: Option<Bound>,
    },
    /// `country`: the digits that a number without `+` is given.
    Phone {
        country: Option<Box<str>>,
    },
    Email,
    /// `kinds`: the Bot API's names; empty: any.
    File {
        kinds: Vec<Box<str>>,
        max_mb: Option<u8>,
    },
    Location,
}

/// The Bot API's names of what can be sent as a file.
pub(super) const FILE_KINDS: [&str; 7] =
    ["photo", "document", "video", "audio", "voice", "animation", "video_note"];
/// Telegram's own limit of an address: RFC 5321 has no room for more.
const EMAIL_MAX: usize = 254;

/// Why an answer was not taken, in the customer's language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Why(pub(super) String);

/// An answer as it is kept: the value, and what a file is called.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) value: String,
    pub(super) name: Option<String>,
}

impl Taken {
    fn plain(value: String) -> Self {
        Self { value, name: None }
    }
}

impl Kind {
    /// Whether a choice's value is one that would be kept; bounds that move with the day are the file's affair.
    pub(super) fn keeps(&self, value: &str) -> bool {
        match self {
            Self::Number { min, max, decimals } => {
                Decimal::from_str_exact(value).is_ok_and(|number| {
                    number.normalize().scale() <= *decimals
                        && min.is_none_or(|min| number >= min)
                        && max.is_none_or(|max| number <= max)
                })
            }
            Self::Date { .. } => date::iso(value).is_some(),
            _ => true,
        }
    }

    /// Reads an answer of this kind. Never called for `Text`.
    pub(super) fn take(&self, input: Input<'_>, lang: &str, today: Date) -> Result<Taken, Why> {
        let text = match input {
            Input::Text(text) => Some(text.trim()),
            _ => None,
        };
        let plain = |value: Option<String>| value.map(Taken::plain);
        let taken = match self {
            Self::Text => text.map(|text| Taken::plain(text.to_owned())),
            Self::Number { min, max, decimals } => {
                let number = text.and_then(|text| number::read(text, lang));
                let fits = number.filter(|number| {
                    number.normalize().scale() <= *decimals
                        && min.is_none_or(|min| *number >= min)
                        && max.is_none_or(|max| *number <= max)
                });
                plain(fits.map(|number| number.to_string()))
            }
            Self::Date { min, max } => {
                let date = text.and_then(|text| date::read(text, lang, today));
                let fits = date.filter(|date| {
                    min.is_none_or(|min| *date >= min.on(today))
                        && max.is_none_or(|max| *date <= max.on(today))
                });
                plain(fits.map(|date| date.to_string()))
            }
            Self::Phone { country } => plain(match input {
                // Telegram gives it with or without the plus, always with the country's code.
                Input::Phone(shared) => {
                    phone(&format!("+{}", shared.trim_start_matches('+')), None)
                }
                _ => text.and_then(|text| phone(text, country.as_deref())),
            }),
            Self::Email => plain(text.and_then(email)),
            Self::File { kinds, max_mb } => return file(input, kinds, *max_mb, lang),
            Self::Location => plain(match input {
                Input::Location { latitude_e6, longitude_e6 } => {
                    Some(place(latitude_e6, longitude_e6))
                }
                _ => text.and_then(typed_place),
            }),
        };
        taken.ok_or_else(|| Why(self.wanted(lang, today)))
    }

    /// What would be taken, in words.
    pub(super) fn wanted(&self, lang: &str, today: Date) -> String {
        match self {
            Self::Text => String::new(),
            Self::Number { min, max, decimals } => number_wanted(lang, *min, *max, *decimals),
            Self::Date { min, max } => {
                let written = |bound: Bound| date::write(bound.on(today), lang);
                let example = min.or(*max).map_or_else(|| date::write(today, lang), written);
                match (min.map(written), max.map(written)) {
                    (Some(min), Some(max)) => texts::say(
                        lang,
                        "flow-date-between",
                        &[("min", min.into()), ("max", max.into())],
                    ),
                    (Some(min), None) => texts::say(lang, "flow-date-from", &[("min", min.into())]),
                    (None, Some(max)) => {
                        texts::say(lang, "flow-date-until", &[("max", max.into())])
                    }
                    (None, None) => {
                        texts::say(lang, "flow-date-wanted", &[("example", example.into())])
                    }
                }
            }
            Self::Phone { .. } => texts::say(lang, "flow-phone-wanted", &[]),
            Self::Email => texts::say(lang, "flow-email-wanted", &[]),
            Self::File { kinds, .. } => file_wanted(lang, kinds),
            Self::Location => texts::say(lang, "flow-location-wanted", &[]),
        }
    }
}

fn number_wanted(lang: &str, min: Option<Decimal>, max: Option<Decimal>, decimals: u32) -> String {
    let written = |number: Decimal| Arg::from(number::write(&number.to_string(), lang));
    match (min, max, decimals) {
        (Some(min), Some(max), 0) => texts::say(
            lang,
            "flow-integer-between",
            &[("min", written(min)), ("max", written(max))],
        ),
        (Some(min), Some(max), _) => {
            texts::say(lang, "flow-number-between", &[("min", written(min)), ("max", written(max))])
        }
        (Some(min), None, _) => texts::say(lang, "flow-number-from", &[("min", written(min))]),
        (None, Some(max), _) => texts::say(lang, "flow-number-until", &[("max", written(max))]),
        (None, None, 0) => texts::say(lang, "flow-integer-wanted", &[]),
        (None, None, _) => {
            let places = decimals.min(2);
            let example = written(Decimal::new(125, places.max(1)));
            texts::say(lang, "flow-number-wanted", &[("example", example)])
        }
    }
}

fn file_wanted(lang: &str, kinds: &[Box<str>]) -> String {
    match kinds {
        [one] if **one == *"photo" => texts::say(lang, "flow-photo-wanted", &[]),
        [one] if **one == *"document" => texts::say(lang, "flow-document-wanted", &[]),
        _ => texts::say(lang, "flow-file-wanted", &[]),
    }
}

fn file(
    input: Input<'_>,
    kinds: &[Box<str>],
    max_mb: Option<u8>,
    lang: &str,
) -> Result<Taken, Why> {
    let Input::File { kind, id, name, bytes } = input else {
        return Err(Why(file_wanted(lang, kinds)));
    };
    if !FILE_KINDS.contains(&kind) || (!kinds.is_empty() && !kinds.iter().any(|one| **one == *kind))
    {
        return Err(Why(file_wanted(lang, kinds)));
    }
    if let Some(max) = max_mb
        && bytes.is_some_and(|bytes| bytes > i64::from(max) * 1_024 * 1_024)
    {
        let args = [("max", Arg::Count(i64::from(max)))];
        return Err(Why(texts::say(lang, "flow-file-large", &args)));
    }
    let name = name.map(|name| texts::shortened(name, 100)).filter(|name| !name.trim().is_empty());
    Ok(Taken { value: id.to_owned(), name: Some(name.unwrap_or_else(|| kind.to_owned())) })
}

/// As `+998901234567`. Source of the lengths: ITU-T E.164.
fn phone(text: &str, country: Option<&str>) -> Option<String> {
    let mut digits = String::new();
    let mut plus = false;
    for letter in text.chars() {
        match letter {
            '+' if digits.is_empty() && !plus => plus = true,
            ' ' | '\u{a0}' | '-' | '‑' | '–' | '.' | '(' | ')' | '/' => {}
            // Marks that some phones copy along with a number.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            other => digits.push(number::digit(other)?),
        }
    }
    let international = if plus {
        digits
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else {
        let country = country?;
        match digits.strip_prefix(country).filter(|rest| rest.len() >= 7) {
            Some(_) => digits,
            None => format!("{country}{}", digits.strip_prefix('0').unwrap_or(&digits)),
        }
    };
    let fits = (8..=15).contains(&international.len()) && !international.starts_with('0');
    fits.then(|| format!("+{international}"))
}

/// An address that mail can be sent to, its domain in lower case.
fn email(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    let dotted = |text: &str, fits: &dyn Fn(char) -> bool| {
        text.split('.').all(|part| !part.is_empty() && part.chars().all(fits))
    };
    let label = |part: &str| part.len() <= 63 && !part.starts_with('-') && !part.ends_with('-');
    let host = |c: char| c.is_alphanumeric() || c == '-';
    let last = domain.rsplit('.').next().unwrap_or_default();
    let fits = local.len() <= 64
        && text.len() <= EMAIL_MAX
        && dotted(local, &plain)
        && domain.contains('.')
        && dotted(domain, &host)
        && domain.split('.').all(label)
        && last.chars().count() >= 2
        && !last.chars().all(|c| c.is_ascii_digit());
    fits.then(|| format!("{local}@{}", domain.to_lowercase()))
}

fn place(latitude_e6: i32, longitude_e6: i32) -> String {
    format!("{},{}", Decimal::new(latitude_e6.into(), 6), Decimal::new(longitude_e6.into(), 6))
}

/// `41.311, 69.24`.
fn typed_place(text: &str) -> Option<String> {
    let (latitude, longitude) = text.split_once([',', ' '])?;
    let degrees = |text: &str, most: i64| {
        let number = Decimal::from_str_exact(text.trim()).ok()?;
        (number.abs() <= Decimal::from(most)).then(|| number.round_dp(6).normalize().to_string())
    };
    Some(format!("{},{}", degrees(latitude, 90)?, degrees(longitude, 180)?))
}

#[cfg(test)]
mod tests {
    use super::{email, phone, typed_place};

    #[test]
    fn a_phone_number_is_kept_in_one_form() {
        for (said, country, kept) in [
            ("+998 (90) 123-45-67", None, Some("+998901234567")),
            ("00998901234567", None, Some("+998901234567")),
            ("90 123 45 67", Some("998"), Some("+998901234567")),
            ("998901234567", Some("998"), Some("+998901234567")),
            ("0171 2345678", Some("49"), Some("+491712345678")),
            ("\u{202a}+٩٩٨٩٠١٢٣٤٥٦٧\u{202c}", None, Some("+998901234567")),
            ("901234567", None, None),
            ("+12", None, None),
            ("+1234567890123456", None, None),
            ("call me", Some("998"), None),
            ("++998901234567", None, None),
            ("", Some("998"), None),
        ] {
            assert_eq!(phone(said, country).as_deref(), kept, "{said}");
        }
    }

    #[test]
    fn an_address_is_one_that_mail_can_be_sent_to() {
        for good in ["ada@example.org", "a.b+c@mail.example.co.uz", "иван@почта.рф", "o'neil@x.io"]
        {
            assert_eq!(email(good).as_deref(), Some(good));
        }
        assert_eq!(email("Ada@Example.ORG").as_deref(), Some("Ada@example.org"));
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "a b@example.org",
            "ada@-x.org",
            "ada@example..org",
            ".a@example.org",
            "ada@127.0.0.1",
            "ada@example.o",
            "a@b@c.org",
        ] {
            assert_eq!(email(bad), None, "{bad}");
        }
        assert_eq!(email(&format!("{}@example.org", "a".repeat(65))), None);
    }

    #[test]
    fn a_place_can_be_typed() {
        assert_eq!(typed_place("41.311, 69.24").as_deref(), Some("41.311,69.24"));
        assert_eq!(typed_place("-33.9 18.4").as_deref(), Some("-33.9,18.4"));
        for bad in ["", "41.3", "91,0", "0,181", "north,south", "1,2,3"] {
            assert_eq!(typed_place(bad), None, "{bad}");
        }
    }
}
