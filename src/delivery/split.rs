//! Cuts texts that are too long for one message, styles included. Knows nothing of sending.

use unicode_segmentation::UnicodeSegmentation;

use super::markup::Entity;

#[cfg(test)]
mod tests;

/// Texts, in UTF-16 code units after the markup is parsed. Source: `sendMessage`.
pub const TEXT_UNITS: usize = 4096;
/// Captions, in UTF-16 code units after the markup is parsed. Source: `sendPhoto`.
pub const CAPTION_UNITS: usize = 1024;
/// Telegram silently drops the styles beyond this many of a message.
pub const ENTITIES: usize = 100;

/// A text of one message and its styles.
pub type Piece = (String, Vec<Entity>);

/// Cuts a text into pieces of at most `limit_utf16` UTF-16 units (at least 2) and 100 entities
/// each, best after a paragraph, else a line, a sentence, a word, else between grapheme clusters.
///
/// A text that fits comes back as it is; of one that is cut, nothing is lost but white space at the
/// cuts and at both ends (in code, only line ends), and entities across a cut go on behind it. A
/// text without anything visible gives no piece.
pub fn split_text(text: &str, entities: &[Entity], limit_utf16: usize) -> Vec<Piece> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let limit = limit_utf16.max(2);
    let fits = text.len() <= limit || text.encode_utf16().count() <= limit;
    if fits && entities.len() <= ENTITIES {
        return vec![(text.to_owned(), entities.to_vec())];
    }
    let mut entities = entities.to_vec();
    entities.sort_by_key(|entity| (entity.offset, u32::MAX - entity.length));
    let cutter = Cutter { text, limit, entities: &entities, letters: letters(text, limit) };
    let mut pieces = Vec::new();
    let mut start = cutter.next_start(0);
    while start < cutter.letters.len() {
        let cut = cutter.cut(start);
        let end = cutter.trimmed_end(start, cut);
        if start < end {
            pieces.push(cutter.piece(start, end));
        }
        start = cutter.next_start(cut);
    }
    pieces
}

/// One grapheme cluster.
struct Letter {
    /// Its first byte.
    byte: usize,
    /// Its first UTF-16 unit.
    unit: usize,
    is_space: bool,
    is_line_end: bool,
    ends_sentence: bool,
}

/// How good a place for a cut is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Word,
    Sentence,
    Line,
    Paragraph,
}

struct Cutter<'t> {
    text: &'t str,
    limit: usize,
    /// By offset.
    entities: &'t [Entity],
    letters: Vec<Letter>,
}

/// Grapheme clusters; one that alone exceeds the limit (stacked marks) falls into characters.
fn letters(text: &str, limit: usize) -> Vec<Letter> {
    let mut letters = Vec::new();
    let mut unit = 0;
    let mut push = |byte: usize, cluster: &str| {
        letters.push(Letter {
            byte,
            unit,
            is_space: cluster.chars().all(char::is_whitespace),
            is_line_end: cluster.contains(['\n', '\r', '\u{2028}', '\u{2029}']),
            ends_sentence: cluster
                .starts_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।']),
        });
        unit += cluster.encode_utf16().count();
    };
    for (byte, cluster) in text.grapheme_indices(true) {
        if cluster.len() > limit && cluster.encode_utf16().count() > limit {
            for (inner, letter) in cluster.char_indices() {
                push(byte + inner, &cluster[inner..inner + letter.len_utf8()]);
            }
        } else {
            push(byte, cluster);
        }
    }
    letters
}

impl Cutter<'_> {
    fn unit(&self, at: usize) -> usize {
        self.letters.get(at).map_or_else(
            || self.letters.last().map_or(0, |last| last.unit + self.width(last.byte)),
            |letter| letter.unit,
        )
    }

    fn width(&self, byte: usize) -> usize {
        self.text[byte..].encode_utf16().count()
    }

    fn byte(&self, at: usize) -> usize {
        self.letters.get(at).map_or(self.text.len(), |letter| letter.byte)
    }

    /// Where the piece that begins at `start` ends, before trimming: behind `start`.
    fn cut(&self, start: usize) -> usize {
        let full = self.furthest(start);
        if full == self.letters.len() || self.only_spaces(full) {
            return full;
        }
        // A better place near the beginning is not worth a piece of a few words.
        let worthwhile = start + (full - start) / 4;
        let mut best: Option<(Place, usize)> = None;
        for at in (start + 1..=full).rev() {
            let Some(place) = self.place(start, at) else {
                continue;
            };
            let better = best.is_none_or(|(known, _)| place > known && at > worthwhile);
            if !better || self.inside_whole(at) {
                continue;
            }
            best = Some((place, at));
            if place == Place::Paragraph {
                break;
            }
        }
        best.map_or_else(|| self.between_letters(start, full), |(_, at)| at)
    }

    /// The last place that keeps both limits, at least one letter further.
    fn furthest(&self, start: usize) -> usize {
        let first = self.unit(start);
        let mut end_unit = first + self.limit;
        let behind = self.entities.iter().filter(|e| e.length > 0 && e.end() as usize > first);
        if let Some(surplus) = behind.map(|entity| entity.offset as usize).nth(ENTITIES) {
            end_unit = end_unit.min(surplus);
        }
        let fitting = (start + 1..=self.letters.len()).take_while(|at| self.unit(*at) <= end_unit);
        fitting.last().unwrap_or(start + 1)
    }

    fn only_spaces(&self, from: usize) -> bool {
        self.letters[from..].iter().all(|letter| letter.is_space)
    }

    /// What ends just before `at`, where white space begins.
    fn place(&self, start: usize, at: usize) -> Option<Place> {
        let is_space = |at: usize| self.letters[at].is_space;
        if !is_space(at) || at == start || is_space(at - 1) {
            return None;
        }
        let space = self.letters[at..].iter().take_while(|letter| letter.is_space);
        Some(match space.filter(|letter| letter.is_line_end).take(2).count() {
            2 => Place::Paragraph,
            1 => Place::Line,
            _ if self.sentence_ends(at) => Place::Sentence,
            _ => Place::Word,
        })
    }

    /// Whether a sentence ends before `at`, closing quotes and brackets aside.
    fn sentence_ends(&self, at: usize) -> bool {
        let closing = ['"', '\'', ')', ']', '»', '”', '’', '」', '』', '）'];
        self.letters[..at]
            .iter()
            .rev()
            .find(|letter| !self.text[letter.byte..].starts_with(closing))
            .is_some_and(|letter| letter.ends_sentence)
    }

    /// Whether `at` lies within something that only makes sense whole and would fit whole.
    fn inside_whole(&self, at: usize) -> bool {
        let unit = self.unit(at);
        let whole = self.entities.iter().take_while(|entity| (entity.offset as usize) < unit);
        whole
            .filter(|entity| entity.kind.is_whole() && (entity.length as usize) <= self.limit)
            .any(|entity| (entity.end() as usize) > unit)
    }

    /// No white space within reach: after a sentence of a script that needs none, else anywhere.
    fn between_letters(&self, start: usize, full: usize) -> usize {
        let worthwhile = start + (full - start) / 4;
        let wide = |at: usize| {
            let letter = &self.letters[at - 1];
            letter.ends_sentence && self.text[letter.byte..].starts_with(['。', '！', '？'])
        };
        let free = |at: &usize| !self.inside_whole(*at);
        (worthwhile + 1..=full)
            .rev()
            .find(|at| wide(*at) && free(at))
            .or_else(|| (start + 1..=full).rev().find(free))
            .unwrap_or(full)
    }

    /// Takes the white space off the end of a piece.
    fn trimmed_end(&self, start: usize, cut: usize) -> usize {
        let visible = self.letters[start..cut].iter().rposition(|letter| !letter.is_space);
        visible.map_or(start, |last| start + last + 1)
    }

    /// The next letter to show at or after `at`; in code the indentation of its line is kept.
    fn next_start(&self, at: usize) -> usize {
        let spaces = self.letters[at..].iter().take_while(|letter| letter.is_space).count();
        let first = at + spaces;
        if first == self.letters.len() || !self.inside_verbatim(first) {
            return first;
        }
        let line = self.letters[at..first].iter().rposition(|letter| letter.is_line_end);
        match line {
            Some(line) if self.inside_verbatim(at + line + 1) => at + line + 1,
            _ => first,
        }
    }

    fn inside_verbatim(&self, at: usize) -> bool {
        let unit = self.unit(at);
        self.entities.iter().any(|entity| {
            entity.kind.is_verbatim()
                && (entity.offset as usize) <= unit
                && unit < entity.end() as usize
        })
    }

    fn piece(&self, start: usize, end: usize) -> Piece {
        let (first, last) = (self.unit(start), self.unit(end));
        let mut kept = Vec::new();
        for entity in self.entities {
            let from = (entity.offset as usize).max(first);
            let to = (entity.end() as usize).min(last);
            if from < to && kept.len() < ENTITIES {
                let mut part = entity.clone();
                part.offset = units(from - first);
                part.length = units(to - from);
                kept.push(part);
            }
        }
        (self.text[self.byte(start)..self.byte(end)].to_owned(), kept)
    }
}

fn units(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
