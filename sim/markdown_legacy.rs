//! The Bot API's old Markdown. Errors are Telegram's, byte offsets included. It must not know what
//! the text is for. Source: `parse_markdown` of TDLib.

use crate::entities::{Entity, Formatted};
use crate::links;

/// Parses legacy Markdown; the error lacks only the prefix "can't parse entities: ".
pub(crate) fn parse(source: &str) -> Result<Formatted, String> {
    let mut bytes = source.as_bytes().to_vec();
    let size = bytes.len();
    bytes.extend([0; 4]);
    let mut reader = Reader {
        bytes: &bytes,
        size,
        at: 0,
        text: Vec::with_capacity(size),
        offset: 0,
        entities: Vec::new(),
    };
    while reader.at < size {
        match reader.bytes[reader.at] {
            b'\\' if matches!(reader.bytes[reader.at + 1], b'_' | b'*' | b'`' | b'[') => {
                reader.at += 1;
                reader.take();
            }
            b'_' | b'*' | b'`' | b'[' => reader.entity()?,
            _ => reader.take(),
        }
    }
    let text = String::from_utf8_lossy(&reader.text).into_owned();
    Ok(Formatted { text, entities: reader.entities })
}

struct Reader<'a> {
    bytes: &'a [u8],
    size: usize,
    at: usize,
    text: Vec<u8>,
    offset: usize,
    entities: Vec<Entity>,
}

impl Reader<'_> {
    fn take(&mut self) {
        let byte = self.bytes[self.at];
        if byte & 0xc0 != 0x80 {
            self.offset += 1 + usize::from(byte >= 0xf0);
        }
        self.text.push(byte);
        self.at += 1;
    }

    fn entity(&mut self) -> Result<(), String> {
        let begin = self.at;
        let mark = self.bytes[begin];
        let end_mark = if mark == b'[' { b']' } else { mark };
        self.at += 1;
        let is_pre = mark == b'`' && self.bytes[self.at] == b'`' && self.bytes[self.at + 1] == b'`';
        let mut language = String::new();
        if is_pre {
            self.at += 2;
            language = self.language();
        }
        let offset = self.offset;
        let ends = |at: usize| {
            self.bytes[at] == end_mark
                && (!is_pre || (self.bytes[at + 1] == b'`' && self.bytes[at + 2] == b'`'))
        };
        let end = (self.at..self.size).find(|at| ends(*at));
        let Some(end) = end else {
            return Err(format!("Can't find end of the entity starting at byte offset {begin}"));
        };
        while self.at < end {
            self.take();
        }
        let length = self.offset - offset;
        let new = match mark {
            b'_' => Some(Entity::new("italic", offset, length)),
            b'*' => Some(Entity::new("bold", offset, length)),
            b'[' => {
                let url = self.url(begin);
                links::entity(&url, offset, length)
            }
            _ if is_pre => Some(Entity::new("pre", offset, length).with(language)),
            _ => Some(Entity::new("code", offset, length)),
        };
        self.entities.extend(new.filter(|one| one.length > 0));
        self.at += if is_pre { 3 } else { 1 };
        Ok(())
    }

    fn language(&mut self) -> String {
        let is_stop = |byte: u8| byte.is_ascii_whitespace() || byte == b'`' || byte == 0;
        let length = self.bytes[self.at..].iter().take_while(|byte| !is_stop(**byte)).count();
        let end = self.at + length;
        let mut language = String::new();
        if length > 0 && end < self.size && self.bytes[end] != b'`' {
            language = String::from_utf8_lossy(&self.bytes[self.at..end]).into_owned();
            self.at = end;
        }
        let is_break = |byte: u8| byte == b'\n' || byte == b'\r';
        let (first, second) = (self.bytes[self.at], self.bytes[self.at + 1]);
        if is_break(first) {
            self.at += if is_break(second) && first != second { 2 } else { 1 };
        }
        language
    }

    /// The address behind `]`, or the text itself; leaves the reader on the last byte.
    fn url(&mut self, begin: usize) -> String {
        if self.bytes[self.at + 1] != b'(' {
            return String::from_utf8_lossy(&self.bytes[begin + 1..self.at]).into_owned();
        }
        let from = self.at + 2;
        let end = (from..self.size).find(|at| self.bytes[*at] == b')').unwrap_or(self.size);
        self.at = end;
        String::from_utf8_lossy(&self.bytes[from..end]).into_owned()
    }
}
