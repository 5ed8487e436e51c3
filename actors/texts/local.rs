//! Numbers, money and moments as each language writes them. Source of the separators and orders: Unicode CLDR 46,
//! `numbers.json` and `ca-gregorian.json` of en, ru, es, uz and ar; digits are Western everywhere, as CLDR has them for
//! most Arabic countries and as prices are written on the web.

use entities::Money;
use fluent_templates::fluent_bundle::FluentValue;
use time::OffsetDateTime;

use super::plain;
use crate::zone::Local;

/// What stands between thousands, before the fraction, and from how many digits on thousands are set apart.
fn marks(lang: &str) -> (&'static str, &'static str, usize) {
    match lang {
        "ru" | "uz" => ("\u{a0}", ",", 4),
        // CLDR's `minimumGroupingDigits` is 2 for Spanish: 1234, but 12.345.
        "es" => (".", ",", 5),
        _ => (",", ".", 4),
    }
}

/// A whole number: `12,345`, `12 345`, `12.345`.
pub fn number(lang: &str, number: i64) -> String {
    decimal(lang, &number.to_string())
}

/// Digits with a point at most, as the language writes them.
fn decimal(lang: &str, digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let (group, point, from) = marks(lang);
    let mut text = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if whole.len() >= from && place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    if !part.is_empty() {
        text.push_str(point);
        text.push_str(part);
    }
    text
}

/// An amount as the language writes it, with its currency: `1,200.00 EUR`, `1 200,00 EUR`.
pub fn money(lang: &str, amount: Money) -> String {
    format!("{}\u{a0}{}", decimal(lang, &amount.decimal()), amount.currency)
}

/// How a bundle of this language writes the numbers that its texts are filled with.
pub(super) fn writer<M>(lang: &str) -> fn(&FluentValue<'_>, &M) -> Option<String> {
    fn write(lang: &str, value: &FluentValue<'_>) -> Option<String> {
        match value {
            FluentValue::Number(number) => Some(decimal(lang, &number.as_string())),
            _ => None,
        }
    }
    match lang {
        "ru" => |value, _| write("ru", value),
        "es" => |value, _| write("es", value),
        "uz" => |value, _| write("uz", value),
        "ar" => |value, _| write("ar", value),
        _ => |value, _| write("en", value),
    }
}

/// A whole number that somebody wrote, in Western or Arabic digits (the usual and the eastern ones).
pub fn digits(text: &str) -> Option<u32> {
    let digit = |letter: char| match letter {
        '\u{660}'..='\u{669}' => Some(u32::from(letter) - 0x660),
        '\u{6f0}'..='\u{6f9}' => Some(u32::from(letter) - 0x6f0),
        letter => letter.to_digit(10),
    };
    let add = |sum: u32, letter| sum.checked_mul(10)?.checked_add(digit(letter)?);
    (!text.is_empty()).then(|| text.chars().try_fold(0, add))?
}

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8",
    "month-9", "month-10", "month-11", "month-12",
];

/// The day on somebody's calendar: `November 20, 2026`, `20 ноября 2026 г.`.
fn date(lang: &str, local: Local) -> String {
    let month = MONTHS[usize::from(local.month.clamp(1, 12)) - 1];
    let args = [
        ("day", local.day.to_string().into()),
        ("month", plain(lang, month, &[]).into()),
        ("year", local.year.to_string().into()),
    ];
    plain(lang, "date", &args)
}

/// What somebody's clock shows: `6:05 PM`, `18:05`.
pub fn clock(lang: &str, minutes: u16) -> String {
    let (hour, minute) = (minutes / 60, minutes % 60);
    // CLDR's short time is `h:mm a` for English and Arabic, `HH:mm` for the others.
    let time = match lang {
        "en" | "ar" => format!("{}:{minute:02}", if hour % 12 == 0 { 12 } else { hour % 12 }),
        _ => format!("{hour:02}:{minute:02}"),
    };
    let half = if hour < 12 { "clock-before-noon" } else { "clock-after-noon" };
    plain(lang, half, &[("time", time.into())])
}

/// A moment as the zone's calendar and clock show it.
pub fn moment(lang: &str, at: OffsetDateTime, zone: &str) -> String {
    let local = Local::at(at, zone);
    let args = [("date", date(lang, local).into()), ("time", clock(lang, local.minutes()).into())];
    plain(lang, "moment", &args)
}
