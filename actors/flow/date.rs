//! Dates as people write them in their language. Knows no steps and no clock.

use time::{Date, Duration, Month};

use super::number::{digit, primary};
use crate::texts;

/// A day that an answer may be bound by: fixed, or so many days from the customer's today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Fixed(Date),
    Today(i64),
}

impl Bound {
    /// `2026-11-20`, `today`, `today+30`, `today-1`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let Some(rest) = text.strip_prefix("today") else {
            return iso(text).map(Self::Fixed);
        };
        if rest.is_empty() {
            return Some(Self::Today(0));
        }
        let days: i64 = rest.parse().ok().filter(|_| rest.starts_with(['+', '-']))?;
        (days.abs() <= 40_000).then_some(Self::Today(days))
    }

    pub(super) fn on(self, today: Date) -> Date {
        match self {
            Self::Fixed(date) => date,
            Self::Today(days) => today.checked_add(Duration::days(days)).unwrap_or(today),
        }
    }
}

/// `2026-11-20`.
pub(super) fn iso(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let plain =
        |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    let fits = plain(year, 4) && plain(month, 2) && plain(day, 2) && parts.next().is_none();
    if !fits {
        return None;
    }
    day_of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn day_of(year: i32, month: u32, day: u32) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

/// `20.11.2026`, `11/20/2026` in English, `20 ноября`, `tomorrow`; without a year the next such day.
pub(super) fn read(text: &str, lang: &str, today: Date) -> Option<Date> {
    let plain: String = text.trim().to_lowercase().chars().map(|c| digit(c).unwrap_or(c)).collect();
    if plain.chars().count() > 60 {
        return None;
    }
    if let Some(date) = iso(&plain) {
        return Some(date);
    }
    for lang in [lang, "en"] {
        let words = texts::plain(lang, "flow-date-words", &[]);
        if let Some(place) = words.split(',').position(|word| word.trim() == plain) {
            return today.checked_add(Duration::days(i64::try_from(place).ok()?));
        }
    }
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // `20th`, `2026г`
    let number = |word: &&str| {
        let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
        let rest = word[end..].chars().count();
        (end > 0 && end <= 4 && rest <= 3).then(|| (word[..end].parse::<u32>().ok(), end))
    };
    let numbers: Vec<(u32, usize)> =
        words.iter().filter_map(number).filter_map(|(n, length)| Some((n?, length))).collect();
    let names: Vec<u32> = words
        .iter()
        .filter(|word| number(word).is_none())
        .filter_map(|word| month_named(word, lang).or_else(|| month_named(word, "en")))
        .collect();
    match (numbers.as_slice(), names.as_slice()) {
        ([(year, 4), (month, _), (day, _)], []) => day_of(i32::try_from(*year).ok()?, *month, *day),
        ([(first, _), (second, _), (year, length)], []) if *length != 3 => {
            let year = full_year(*year, *length, today);
            in_order(lang, &plain, (*first, *second), |month, day| day_of(year, month, day))
        }
        ([(first, _), (second, _)], []) if words.len() == 2 => {
            in_order(lang, &plain, (*first, *second), |month, day| coming(month, day, today))
        }
        ([(day, _), (year, length)], [month]) if *length != 3 => {
            day_of(full_year(*year, *length, today), *month, *day)
        }
        ([(day, _)], [month]) => coming(*month, *day, today),
        _ => None,
    }
}

/// English with slashes begins with the month, where that gives a day.
fn in_order(
    lang: &str,
    plain: &str,
    (first, second): (u32, u32),
    make: impl Fn(u32, u32) -> Option<Date>,
) -> Option<Date> {
    let month_first = primary(lang) == "en" && plain.contains('/');
    let (usual, other) = (make(second, first), make(first, second));
    if month_first { other.or(usual) } else { usual }
}

/// `26` is 2026, `85` is 1985: at most twenty years ahead.
fn full_year(year: u32, length: usize, today: Date) -> i32 {
    let year = i32::try_from(year).unwrap_or(i32::MAX);
    match length {
        1 | 2 if 2_000 + year <= today.year() + 20 => 2_000 + year,
        1 | 2 => 1_900 + year,
        _ => year,
    }
}

fn coming(month: u32, day: u32, today: Date) -> Option<Date> {
    let this = day_of(today.year(), month, day).filter(|date| *date >= today);
    this.or_else(|| day_of(today.year() + 1, month, day))
}

/// By the beginnings that the language's months have.
fn month_named(word: &str, lang: &str) -> Option<u32> {
    let months = texts::plain(lang, "flow-date-months", &[]);
    let is_it = |stems: &str| stems.split_whitespace().any(|stem| word.starts_with(stem));
    let place = months.split(',').position(is_it)?;
    u32::try_from(place + 1).ok()
}

/// As the language writes it, in figures; ISO where it is read by machines.
pub(super) fn write(date: Date, lang: &str) -> String {
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    match primary(lang) {
        "ru" | "uz" => format!("{day:02}.{month:02}.{year:04}"),
        "es" | "ar" => format!("{day:02}/{month:02}/{year:04}"),
        _ => format!("{month:02}/{day:02}/{year:04}"),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{Bound, read, write};

    #[test]
    fn a_date_is_read_as_the_language_writes_it() {
        let today = date!(2026 - 11 - 20);
        for (lang, said, expected) in [
            ("en", "2026-12-01", Some(date!(2026 - 12 - 01))),
            ("en", "12/01/2026", Some(date!(2026 - 12 - 01))),
            ("en", "25/12/2026", Some(date!(2026 - 12 - 25))),
            ("en", "1.12.2026", Some(date!(2026 - 12 - 01))),
            ("es", "01/12/2026", Some(date!(2026 - 12 - 01))),
            ("ru", "1.12.26", Some(date!(2026 - 12 - 01))),
            ("ru", "12.05.85", Some(date!(1985 - 05 - 12))),
            ("ru", "20 ноября 2026 г.", Some(date!(2026 - 11 - 20))),
            ("ru", "3 мая", Some(date!(2027 - 05 - 03))),
            ("en", "November 21st, 2026", Some(date!(2026 - 11 - 21))),
            ("en", "21 Nov", Some(date!(2026 - 11 - 21))),
            ("es", "3 de diciembre de 2026", Some(date!(2026 - 12 - 03))),
            ("uz", "3-dekabr", Some(date!(2026 - 12 - 03))),
            ("ar", "٣ ديسمبر ٢٠٢٦", Some(date!(2026 - 12 - 03))),
            ("ru", "завтра", Some(date!(2026 - 11 - 21))),
            ("ru", "today", Some(date!(2026 - 11 - 20))),
            ("ru", "31.02.2026", None),
            ("ru", "19.11", Some(date!(2027 - 11 - 19))),
            ("en", "soon", None),
            ("en", "5", None),
            ("en", "99999999999/1/1", None),
            ("en", "", None),
        ] {
            assert_eq!(read(said, lang, today), expected, "{lang} {said}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let day = date!(2026 - 03 - 07);
        for lang in ["en", "ru", "es", "uz", "ar"] {
            let written = write(day, lang);
            assert_eq!(read(&written, lang, day), Some(day), "{lang} {written}");
        }
    }

    #[test]
    fn a_bound_is_a_day_or_counts_from_today() {
        let today = date!(2026 - 11 - 20);
        let on = |text: &str| Bound::parse(text).map(|bound| bound.on(today));
        assert_eq!(on("today"), Some(today));
        assert_eq!(on("today+30"), Some(date!(2026 - 12 - 20)));
        assert_eq!(on("today-1"), Some(date!(2026 - 11 - 19)));
        assert_eq!(on("2027-01-31"), Some(date!(2027 - 01 - 31)));
        for wrong in ["", "today30", "today+", "tomorrow", "2027-1-31", "today+99999999"] {
            assert_eq!(on(wrong), None, "{wrong}");
        }
    }
}
