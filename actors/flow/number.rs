//! Numbers as people write them in their language, exact. Knows no steps.

use rust_decimal::Decimal;

/// Digits before and behind the point that a number may have.
const WHOLE_MAX: usize = 18;
const PART_MAX: usize = 9;

/// One of the separators inside a number, and how many digits stand before it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Separator {
    sign: char,
    after: usize,
}

/// What stands for any sign that can only be a group's.
const GROUP: char = ' ';
/// What stands for any sign that can only be the point.
const POINT: char = '٫';

/// `1,234.5` in English, `1 234,5` in Russian, `١٬٢٣٤٫٥`; `None` for what is no number, or an unclear one.
pub(super) fn read(text: &str, lang: &str) -> Option<Decimal> {
    let mut digits = String::new();
    let mut separators: Vec<Separator> = Vec::new();
    let mut minus = false;
    let mut letters = text.trim().chars().peekable();
    if let Some(sign) = letters.next_if(|letter| matches!(letter, '+' | '-' | '−' | '–')) {
        minus = sign != '+';
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
    }
    for letter in letters {
        if let Some(digit) = digit(letter) {
            digits.push(digit);
            continue;
        }
        let sign = match letter {
            '.' | ',' => letter,
            '٫' => POINT,
            '٬' | '\'' | '’' => GROUP,
            letter if letter.is_whitespace() => GROUP,
            _ => return None,
        };
        separators.push(Separator { sign, after: digits.len() });
    }
    let point = point(&digits, &separators, lang)?;
    let whole = point.map_or(digits.len(), |point| point.after);
    if whole > WHOLE_MAX || digits.len() - whole > PART_MAX || digits.is_empty() {
        return None;
    }
    let (whole, part) = digits.split_at(whole);
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if minus { "-" } else { "" };
    let plain =
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") };
    Decimal::from_str_exact(&plain).ok()
}

/// Western, Arabic and eastern Arabic digits.
pub(super) fn digit(letter: char) -> Option<char> {
    let value = match letter {
        '\u{660}'..='\u{669}' => u32::from(letter) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(letter) - 0x6f0,
        '\u{ff10}'..='\u{ff19}' => u32::from(letter) - 0xff10,
        letter => letter.to_digit(10)?,
    };
    char::from_digit(value, 10)
}

/// Which separator is the point; outer `None` where they do not fit together.
fn point(digits: &str, separators: &[Separator], lang: &str) -> Option<Option<Separator>> {
    let Some(last) = separators.last().copied() else {
        return Some(None);
    };
    let same = separators.iter().filter(|separator| separator.sign == last.sign).count();
    let behind = digits.len() - last.after;
    let is_point = match last.sign {
        POINT => true,
        GROUP => false,
        _ if same > 1 => false,
        // Another sign before it groups already.
        _ if separators.len() > 1 => true,
        _ if behind != 3 || last.after == 0 || last.after > 3 || digits.starts_with('0') => true,
        sign => sign == mark(lang),
    };
    let groups = if is_point { &separators[..separators.len() - 1] } else { separators };
    let whole = if is_point { last.after } else { digits.len() };
    let fits = groups.first().is_none_or(|first| {
        let alike = groups.iter().all(|group| group.sign == first.sign && group.sign != POINT);
        let ends = groups.iter().skip(1).map(|group| group.after).chain([whole]);
        let threes = groups.iter().zip(ends).all(|(group, end)| end == group.after + 3);
        alike && threes && (1..=3).contains(&first.after)
    });
    (fits && (!is_point || behind > 0)).then(|| is_point.then_some(last))
}

/// Before the fraction.
fn mark(lang: &str) -> char {
    match primary(lang) {
        "ru" | "uz" | "es" => ',',
        _ => '.',
    }
}

pub(super) fn primary(lang: &str) -> &str {
    lang.split(['-', '_']).next().unwrap_or(lang)
}

/// Digits with a point at most, as the language writes them; anything else as it stands.
pub(super) fn write(plain: &str, lang: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) {
        return plain.to_owned();
    }
    // Spanish sets thousands apart from five digits on.
    let (group, from) = match primary(lang) {
        "ru" | "uz" => ("\u{a0}", 4),
        "es" => (".", 5),
        _ => (",", 4),
    };
    let mut text = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if whole.len() >= from && place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    if !part.is_empty() {
        text.push(mark(lang));
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    fn read_as(text: &str, lang: &str) -> Option<String> {
        read(text, lang).map(|number| number.to_string())
    }

    #[test]
    fn a_number_is_read_as_the_language_writes_it() {
        for (lang, said, expected) in [
            ("en", "12", Some("12")),
            ("en", "1,234", Some("1234")),
            ("ru", "1,234", Some("1.234")),
            ("en", "1.234", Some("1.234")),
            ("es", "1.234", Some("1234")),
            ("ru", "1 234,50", Some("1234.50")),
            ("en", "1,234,567.8", Some("1234567.8")),
            ("es", "1.234.567,8", Some("1234567.8")),
            ("en", "12,5", Some("12.5")),
            ("ar", "١٬٢٣٤٫٥", Some("1234.5")),
            ("ar", "٣", Some("3")),
            ("en", "−5", Some("-5")),
            ("en", "+ 5", Some("5")),
            ("en", ".5", Some("0.5")),
            ("en", "1'000", Some("1000")),
            ("en", "0,125", Some("0.125")),
            ("en", "5.", None),
            ("en", "1,23,456", None),
            ("en", "1.2.3", None),
            ("en", "1,2345.6", None),
            ("en", "12 34", None),
            ("en", "five", None),
            ("en", "5 kg", None),
            ("en", "", None),
            ("en", "-", None),
            ("en", "1e5", None),
            ("en", "9999999999999999999", None),
        ] {
            assert_eq!(read_as(said, lang).as_deref(), expected, "{lang} {said}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for number in ["0", "-0.05", "999", "1000", "12345.678", "-1234567.89"] {
            for lang in ["en", "ru", "es", "uz", "ar"] {
                let written = write(number, lang);
                assert_eq!(read_as(&written, lang).as_deref(), Some(number), "{lang} {written}");
            }
        }
        assert_eq!(write("1234.5", "ru"), "1\u{a0}234,5");
        assert_eq!(write("1234.5", "es"), "1234,5");
        assert_eq!(write("many", "en"), "many");
    }
}
