//! Right-to-left texts: which way a line runs, and what inside it runs the other way. Knows no languages' words.
//! The rules are those of Unicode's bidirectional algorithm (UAX #9), as far as clients of Telegram follow it: a line
//! runs the way of its first strong letter.

use std::borrow::Cow;

const RIGHT_TO_LEFT_MARK: char = '\u{200f}';
const LEFT_TO_RIGHT_ISOLATE: char = '\u{2066}';
const RIGHT_TO_LEFT_ISOLATE: char = '\u{2067}';
const POP_ISOLATE: char = '\u{2069}';

/// Whether the language is written from right to left.
pub fn is_rtl(lang: &str) -> bool {
    lang == "ar"
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Right,
    Left,
}

/// The direction of a strong letter; digits, marks and punctuation have none of their own.
fn way(letter: char) -> Option<Way> {
    match letter {
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}' => letter.is_alphabetic().then_some(Way::Left),
        '\u{200f}' => Some(Way::Left),
        '\u{200e}' => Some(Way::Right),
        _ => letter.is_alphabetic().then_some(Way::Right),
    }
}

/// An argument that would take the text around it along: a foreign name, a number with its unit, a date.
pub(super) fn isolated<'a>(lang: &str, text: Cow<'a, str>) -> Cow<'a, str> {
    let runs_right = |letter: char| letter.is_numeric() || way(letter) == Some(Way::Right);
    if !is_rtl(lang) || !text.chars().any(runs_right) {
        return text;
    }
    // Not "first strong": of a date that is made of isolates itself, nothing would be seen.
    let runs_left = text.chars().any(|letter| way(letter) == Some(Way::Left));
    let isolate = if runs_left { RIGHT_TO_LEFT_ISOLATE } else { LEFT_TO_RIGHT_ISOLATE };
    Cow::Owned(format!("{isolate}{text}{POP_ISOLATE}"))
}

/// A whole text (Telegram HTML or plain) with every line running the way of its language: a line that begins with a
/// foreign name or a number gets the invisible mark that says so. A line that begins with a command does not: Telegram
/// might no longer see the command.
pub fn aligned(lang: &str, text: &str) -> String {
    if !is_rtl(lang) {
        return text.to_owned();
    }
    let line = |line: &str| match first_strong(line) {
        Some(Way::Right) if !line.starts_with('/') => format!("{RIGHT_TO_LEFT_MARK}{line}"),
        _ => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Of what is seen of the line: neither in a tag or an escaped character nor in an isolate.
fn first_strong(line: &str) -> Option<Way> {
    let (mut hidden_until, mut isolates) = (None, 0_u32);
    for letter in line.chars() {
        match (hidden_until, letter) {
            (Some(end), letter) if letter == end => hidden_until = None,
            (Some(_), _) => {}
            (None, '<') => hidden_until = Some('>'),
            (None, '&') => hidden_until = Some(';'),
            (None, '\u{2066}'..='\u{2068}') => isolates += 1,
            (None, POP_ISOLATE) => isolates = isolates.saturating_sub(1),
            (None, letter) if isolates == 0 => {
                if let Some(way) = way(letter) {
                    return Some(way);
                }
            }
            _ => {}
        }
    }
    // Nothing but isolates, numbers and signs: it would run from left to right.
    (isolates == 0 && line.chars().any(|letter| letter.is_alphanumeric())).then_some(Way::Right)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{aligned, isolated};

    #[test]
    fn what_runs_the_other_way_is_kept_apart() {
        let apart = |lang: &str, text: &str| isolated(lang, Cow::Borrowed(text)).into_owned();
        assert_eq!(apart("ar", "Ada"), "\u{2066}Ada\u{2069}");
        assert_eq!(apart("ar", "12.00 EUR"), "\u{2066}12.00 EUR\u{2069}");
        assert_eq!(apart("ar", "21 نوفمبر"), "\u{2067}21 نوفمبر\u{2069}");
        assert_eq!(apart("ar", "ليلى"), "ليلى");
        assert_eq!(apart("ar", "★"), "★");
        assert_eq!(apart("en", "ليلى"), "ليلى", "letters that run left need no help there");
    }

    #[test]
    fn every_line_runs_the_way_of_its_language() {
        for (line, is_marked) in [
            ("<b>Kontor</b>", true),
            ("\u{2068}Ada\u{2069}، أهلاً", false),
            ("\u{2068}Ada\u{2069}", true),
            ("أهلاً Ada", false),
            ("<b>أهلاً</b>", false),
            ("2 × \u{2068}Mug\u{2069} · السعر", false),
            ("12.00", true),
            ("/menu – القائمة", false),
            ("&lt;&gt; كوب", false),
            ("", false),
            ("…", false),
        ] {
            let text = aligned("ar", line);
            assert_eq!(text.starts_with('\u{200f}'), is_marked, "{line}");
            assert_eq!(text.trim_start_matches('\u{200f}'), line);
            assert_eq!(aligned("en", line), line);
        }
        assert_eq!(aligned("ar", "Ada\nأهلاً\nBob"), "\u{200f}Ada\nأهلاً\n\u{200f}Bob");
    }
}
