//! How the house treats people: what it asks them, when it leaves them alone, how it lets go of them. Knows no person.

use std::collections::BTreeMap;

use time::Duration;

/// A part of `Rules`: what the settings say about people.
#[derive(Clone, Debug)]
pub struct Manners {
    /// IANA name of the zone in which times are told to somebody who has not chosen one.
    pub time_zone: String,
    /// Nobody is reminded of anything within these hours of theirs.
    pub quiet: Quiet,
    /// Registration also asks for these; both may be skipped.
    pub ask_phone: bool,
    pub ask_email: bool,
    /// The flow that registration ends with.
    pub questionnaire: Option<String>,
    /// Who began to register and stopped is asked once more after so long; `None`: never.
    pub remind_after: Option<Duration>,
    /// How to reach a person, in the merchant's own words: a user name, a number, an address.
    pub support: Option<String>,
    /// How long an erasure can be taken back.
    pub erasure_grace: Duration,
    /// Telegram ids of those who may command the shop.
    pub admins: Vec<i64>,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            quiet: Quiet { from: 22 * 60, to: 8 * 60 },
            ask_phone: false,
            ask_email: false,
            questionnaire: None,
            remind_after: Some(Duration::hours(24)),
            support: None,
            erasure_grace: Duration::hours(24),
            admins: Vec::new(),
        }
    }
}

/// Hours of silence, in minutes of the local day; they may pass midnight. From and to the same minute: none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Quiet {
    pub from: u16,
    pub to: u16,
}

/// Minutes of a day.
const DAY: u16 = 24 * 60;

impl Quiet {
    pub const NEVER: Self = Self { from: 0, to: 0 };

    /// `22:00-08:00`, `22-8`; the dash may be any, and `off` is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("off") {
            return Some(Self::NEVER);
        }
        let (from, to) = text.split_once(['-', '–', '—', '−'])?;
        Some(Self { from: minute(from)?, to: minute(to)? })
    }

    pub fn is_never(self) -> bool {
        self.from == self.to
    }

    /// Minutes until the silence that holds at this minute of the day is over; `None`: it does not hold.
    pub fn left(self, minute: u16) -> Option<u16> {
        let since = |start: u16| (minute + DAY - start) % DAY;
        let length = (self.to + DAY - self.from) % DAY;
        let gone = since(self.from);
        (gone < length).then(|| length - gone)
    }
}

/// `8`, `08:30`, `٨`: a minute of the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once([':', '.']).unwrap_or((text.trim(), "0"));
    let number = |text: &str| crate::texts::digits(text).filter(|_| !text.is_empty());
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let time = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes);
    u16::try_from(time.or((hours == 24 && minutes == 0).then_some(0))?).ok()
}

/// What the house lets people read: answers to frequent questions, and its terms.
#[derive(Clone, Debug, Default)]
pub struct Leaflets {
    /// By language.
    pub faq: BTreeMap<String, Vec<Entry>>,
    /// `None`: nobody has to agree to anything.
    pub terms: Option<Terms>,
}

/// One question with its answer: plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub question: String,
    pub answer: String,
}

/// What customers agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// `[a-z0-9-]{1,20}`; another one asks everybody again.
    pub version: String,
    /// Plain text, by language; the default language's is always there.
    pub texts: BTreeMap<String, String>,
}

impl Leaflets {
    /// The entries in this language, or in the house's own.
    pub fn entries(&self, lang: &str, house: &str) -> &[Entry] {
        let of = |lang: &str| self.faq.get(lang).filter(|entries| !entries.is_empty());
        of(lang).or_else(|| of(house)).map_or(&[], |entries| entries)
    }

    /// Places of the entries that fit the words, the best first, at most `most`.
    pub fn search(entries: &[Entry], words: &str, most: usize) -> Vec<usize> {
        let wanted = folded(words);
        let mut found: Vec<(usize, usize)> = (0..entries.len())
            .map(|place| (score(&entries[place], &wanted), place))
            .filter(|(score, _)| *score > 0)
            .collect();
        found.sort_by_key(|(score, place)| (std::cmp::Reverse(*score), *place));
        found.into_iter().map(|(_, place)| place).take(most).collect()
    }
}

impl Entry {
    /// Reads a file: `## question`, and under it the answer. What stands before the first question is for its author.
    pub fn read(text: &str) -> Vec<Self> {
        let mut entries: Vec<Self> = Vec::new();
        for line in text.lines() {
            match (line.strip_prefix("## "), entries.last_mut()) {
                (Some(question), _) => {
                    let question = question.trim().to_owned();
                    entries.push(Self { question, answer: String::new() });
                }
                (None, Some(entry)) => {
                    entry.answer.push_str(line);
                    entry.answer.push('\n');
                }
                (None, None) => {}
            }
        }
        for entry in &mut entries {
            entry.answer = entry.answer.trim().to_owned();
        }
        entries.retain(|entry| !entry.question.is_empty() && !entry.answer.is_empty());
        entries
    }
}

/// A word of the question counts for more than one of the answer.
fn score(entry: &Entry, wanted: &[String]) -> usize {
    let (question, answer) = (folded(&entry.question), folded(&entry.answer));
    let of = |word: &String| {
        let fits = |known: &String| is_akin(known, word);
        3 * usize::from(question.iter().any(fits)) + usize::from(answer.iter().any(fits))
    };
    wanted.iter().map(of).sum()
}

/// The same word, or one that begins alike: endings change in all our languages.
fn is_akin(known: &str, word: &str) -> bool {
    let (known_len, word_len) = (known.chars().count(), word.chars().count());
    if word_len < 3 || known_len < 3 {
        return known == word;
    }
    let alike = known.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    let shorter = known_len.min(word_len);
    // A long ending may differ, a short word not at all.
    alike == shorter || (alike >= 4 && alike + 2 >= shorter)
}

/// Words for comparison: small letters, without marks, and without the letters that people leave out.
fn folded(text: &str) -> Vec<String> {
    let letters = text.chars().flat_map(char::to_lowercase).filter_map(|letter| match letter {
        'ё' => Some('е'),
        'á' => Some('a'),
        'é' => Some('e'),
        'í' => Some('i'),
        'ó' => Some('o'),
        'ú' | 'ü' => Some('u'),
        'ñ' => Some('n'),
        'أ' | 'إ' | 'آ' => Some('ا'),
        'ة' => Some('ه'),
        'ى' => Some('ي'),
        // Apostrophes of Uzbek; vowel marks and the stretched line of Arabic; marks of direction.
        '\'' | '’' | '‘' | 'ʻ' | 'ʼ' | '`' | '\u{640}' | '\u{64b}'..='\u{65f}' => None,
        '\u{200b}'..='\u{200f}' | '\u{2066}'..='\u{2069}' => None,
        other => Some(other),
    });
    let text: String = letters.collect();
    let is_word = |word: &&str| !word.is_empty();
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(is_word)
        .map(|word| word.strip_prefix("ال").filter(|rest| rest.chars().count() > 2).unwrap_or(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Entry, Leaflets, Quiet};

    #[test]
    fn quiet_hours_are_read_as_people_write_them() {
        for (text, expected) in [
            ("22:00-08:00", Some((1_320, 480))),
            ("22-8", Some((1_320, 480))),
            (" 9.30 – 17 ", Some((570, 1_020))),
            ("٢٢-٨", Some((1_320, 480))),
            ("23-24", Some((1_380, 0))),
            ("off", Some((0, 0))),
            ("25-8", None),
            ("8", None),
            ("a-b", None),
            ("-", None),
            ("22:60-8", None),
        ] {
            assert_eq!(Quiet::parse(text).map(|quiet| (quiet.from, quiet.to)), expected, "{text}");
        }
    }

    #[test]
    fn silence_passes_midnight_and_ends() {
        let night = Quiet { from: 22 * 60, to: 8 * 60 };
        assert_eq!(night.left(22 * 60), Some(600));
        assert_eq!(night.left(23 * 60 + 59), Some(481));
        assert_eq!(night.left(0), Some(480));
        assert_eq!(night.left(8 * 60), None);
        assert_eq!(night.left(21 * 60 + 59), None);
        let noon = Quiet { from: 12 * 60, to: 13 * 60 };
        assert_eq!(noon.left(12 * 60 + 30), Some(30));
        assert_eq!(noon.left(14 * 60), None);
        assert!((0..1_440).all(|minute| Quiet::NEVER.left(minute).is_none()));
    }

    #[test]
    fn a_file_of_questions_is_read_and_searched() {
        let text = "For the author.\n## How do I pay?\nBy card.\n\nOr by Stars.\n## Empty\n\n\
                    ## Can I return goods?\nWithin 14 days we give the money back.\n";
        let entries = Entry::read(text);
        assert_eq!(entries.len(), 2, "a question without an answer is none");
        assert_eq!(entries[0].answer, "By card.\n\nOr by Stars.");
        let found = |words: &str| Leaflets::search(&entries, words, 5);
        assert_eq!(found("paying"), [0]);
        assert_eq!(found("RETURN money"), [1]);
        assert_eq!(found("card goods"), [1, 0], "the question counts for more");
        assert!(found("weather").is_empty() && found("").is_empty());
    }

    #[test]
    fn words_are_found_whatever_their_endings_and_marks() {
        let entry =
            |question: &str| Entry { question: question.to_owned(), answer: "-".to_owned() };
        for (question, words) in [
            ("Как вернуть товар?", "вернуть товары"),
            ("Когда придёт заказ?", "заказа придет"),
            ("¿Cómo pago?", "como"),
            ("Toʻlov qanday qilinadi?", "to'lovni"),
            ("كيف أدفع الثمن؟", "ادفع"),
            ("متى يصل الطلب؟", "طلب"),
        ] {
            assert_eq!(Leaflets::search(&[entry(question)], words, 1), [0], "{question}: {words}");
        }
    }
}
