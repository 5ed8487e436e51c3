//! The Bot API's HTML: a subset of tags becomes entities. Errors are Telegram's, byte offsets
//! included. It must not know what the text is for. Source: `parse_html` of TDLib.

use crate::entities::{Entity, Formatted};
use crate::links;

const TAGS: [&str; 17] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "tg-time",
    "span",
    "pre",
    "code",
    "blockquote",
];

struct Open {
    tag: String,
    argument: String,
    date: i64,
    offset: usize,
    byte: usize,
}

/// A start tag as written.
struct Start {
    tag: String,
    argument: String,
    date: i64,
}

struct Reader<'a> {
    /// The text with a zero at its end, as the original works.
    bytes: &'a [u8],
    at: usize,
    text: Vec<u8>,
    offset: usize,
    open: Vec<Open>,
    entities: Vec<Entity>,
}

/// Parses HTML; the error lacks only the prefix "can't parse entities: ".
pub(crate) fn parse(source: &str) -> Result<Formatted, String> {
    let mut bytes = source.as_bytes().to_vec();
    bytes.push(0);
    let mut reader = Reader {
        bytes: &bytes,
        at: 0,
        text: Vec::with_capacity(source.len()),
        offset: 0,
        open: Vec::new(),
        entities: Vec::new(),
    };
    reader.run()?;
    if let Some(open) = reader.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag));
    }
    let mut entities = reader.entities;
    for entity in &mut entities {
        if entity.kind == "code" {
            entity.argument.clear();
        }
    }
    let text = String::from_utf8_lossy(&reader.text).into_owned();
    Ok(Formatted { text, entities })
}

impl Reader<'_> {
    fn run(&mut self) -> Result<(), String> {
        while self.at + 1 < self.bytes.len() {
            match self.bytes[self.at] {
                b'&' => self.entity_or_ampersand(),
                b'<' if self.bytes[self.at + 1] == b'/' => self.end_tag()?,
                b'<' => self.start_tag()?,
                byte => {
                    self.push_byte(byte);
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    fn push_byte(&mut self, byte: u8) {
        if byte & 0xc0 != 0x80 {
            self.offset += 1 + usize::from(byte >= 0xf0);
        }
        self.text.push(byte);
    }

    fn entity_or_ampersand(&mut self) {
        match decode(&self.bytes[self.at..]) {
            Some((character, length)) => {
                self.offset += character.len_utf16();
                let mut buffer = [0; 4];
                self.text.extend(character.encode_utf8(&mut buffer).bytes());
                self.at += length;
            }
            None => {
                self.push_byte(b'&');
                self.at += 1;
            }
        }
    }

    fn skip_space(&mut self) {
        while self.bytes[self.at].is_ascii_whitespace() {
            self.at += 1;
        }
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        let stop = |byte: u8| byte.is_ascii_whitespace() || byte == b'>' || byte == 0;
        let name = self.word(stop).to_ascii_lowercase();
        if self.bytes[self.at] == 0 {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        if !TAGS.contains(&name.as_str()) {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {begin}"));
        }
        let mut start = Start { tag: name, argument: String::new(), date: 0 };
        loop {
            self.skip_space();
            if self.bytes[self.at] == b'>' {
                break;
            }
            self.attribute(begin, &mut start)?;
        }
        self.at += 1;
        if start.tag == "span" && start.argument != "spoiler" {
            return Err(format!(
                "Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"
            ));
        }
        self.open.push(Open {
            tag: start.tag,
            argument: start.argument,
            date: start.date,
            offset: self.offset,
            byte: self.text.len(),
        });
        Ok(())
    }

    fn word(&mut self, stop: impl Fn(u8) -> bool) -> String {
        let from = self.at;
        while !stop(self.bytes[self.at]) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.bytes[from..self.at]).into_owned()
    }

    fn attribute(&mut self, begin: usize, start: &mut Start) -> Result<(), String> {
        let unclosed = format!("Unclosed start tag \"{}\" at byte offset {begin}", start.tag);
        let stop = |byte: u8| {
            byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\'' | 0)
        };
        let name = self.word(stop);
        if name.is_empty() {
            return Err(format!(
                "Empty attribute name in the tag \"{}\" at byte offset {begin}",
                start.tag
            ));
        }
        self.skip_space();
        if self.bytes[self.at] != b'=' {
            if self.bytes[self.at] == 0 {
                return Err(unclosed);
            }
            if start.tag == "blockquote" && name == "expandable" {
                start.argument = "1".to_owned();
            }
            return Ok(());
        }
        self.at += 1;
        self.skip_space();
        if self.bytes[self.at] == 0 {
            return Err(unclosed);
        }
        let value = self.attribute_value()?;
        if self.bytes[self.at] == 0 {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        start.note(&name, value);
        Ok(())
    }

    fn attribute_value(&mut self) -> Result<String, String> {
        let quote = self.bytes[self.at];
        if quote != b'"' && quote != b'\'' {
            let begin = self.at;
            let word =
                self.word(|byte| !(byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-'));
            let next = self.bytes[self.at];
            if !next.is_ascii_whitespace() && next != b'>' {
                return Err(format!("Unexpected end of name token at byte offset {begin}"));
            }
            return Ok(word.to_ascii_lowercase());
        }
        self.at += 1;
        let mut value = Vec::new();
        while self.bytes[self.at] != quote && self.bytes[self.at] != 0 {
            match decode(&self.bytes[self.at..]) {
                Some((character, length)) => {
                    let mut buffer = [0; 4];
                    value.extend(character.encode_utf8(&mut buffer).bytes());
                    self.at += length;
                }
                None => {
                    value.push(self.bytes[self.at]);
                    self.at += 1;
                }
            }
        }
        if self.bytes[self.at] == quote {
            self.at += 1;
        }
        Ok(String::from_utf8_lossy(&value).into_owned())
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        if self.open.is_empty() {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        }
        self.at += 2;
        let stop = |byte: u8| byte.is_ascii_whitespace() || byte == b'>' || byte == 0;
        let name = self.word(stop).to_ascii_lowercase();
        self.skip_space();
        if self.bytes[self.at] != b'>' {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        self.at += 1;
        let Some(open) = self.open.pop() else {
            return Ok(()); // checked above
        };
        if !name.is_empty() && name != open.tag {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{name}>\"",
                open.tag
            ));
        }
        if self.offset > open.offset {
            self.close(open)?;
        }
        Ok(())
    }

    fn close(&mut self, open: Open) -> Result<(), String> {
        let length = self.offset - open.offset;
        let entity = |kind| Entity::new(kind, open.offset, length);
        let new = match open.tag.as_str() {
            "i" | "em" => entity("italic"),
            "b" | "strong" => entity("bold"),
            "s" | "strike" | "del" => entity("strikethrough"),
            "u" | "ins" => entity("underline"),
            "tg-spoiler" | "span" => entity("spoiler"),
            "tg-emoji" => match open.argument.parse::<i64>() {
                Ok(id) if id != 0 => entity("custom_emoji").with(open.argument),
                _ => return Err("Invalid custom emoji identifier specified".to_owned()),
            },
            "tg-time" if open.date > 0 => {
                entity("date_time").with(format!("{} {}", open.date, open.argument))
            }
            "tg-time" => return Ok(()),
            "a" => {
                let url = if open.argument.is_empty() {
                    String::from_utf8_lossy(&self.text[open.byte..]).into_owned()
                } else {
                    open.argument
                };
                self.entities.extend(links::entity(&url, open.offset, length));
                return Ok(());
            }
            "blockquote" if open.argument.is_empty() => entity("blockquote"),
            "blockquote" => entity("expandable_blockquote"),
            tag => return self.close_code(tag == "pre", open.argument, open.offset, length),
        };
        self.entities.push(new);
        Ok(())
    }

    /// `<pre><code class="language-x">` is one entity, in either order.
    fn close_code(
        &mut self,
        is_pre: bool,
        argument: String,
        offset: usize,
        length: usize,
    ) -> Result<(), String> {
        let inner =
            self.entities.last_mut().filter(|last| last.offset == offset && last.length == length);
        match inner {
            Some(last) if is_pre && last.kind == "code" && !last.argument.is_empty() => {
                last.kind = "pre";
            }
            Some(last) if !is_pre && last.kind == "pre" && !argument.is_empty() => {
                last.argument = argument;
            }
            _ => {
                let kind = if is_pre { "pre" } else { "code" };
                let argument = if is_pre { String::new() } else { argument };
                let new = Entity::new(kind, offset, length).with(argument);
                self.entities.push(new);
            }
        }
        Ok(())
    }
}

impl Start {
    fn note(&mut self, name: &str, value: String) {
        let argument = match (self.tag.as_str(), name) {
            ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "format") => Some(value),
            ("code", "class") => value.strip_prefix("language-").map(str::to_owned),
            ("span", "class") => value.strip_prefix("tg-").map(str::to_owned),
            ("blockquote", "expandable") => Some("1".to_owned()),
            ("tg-time", "unix") => {
                self.date = value.parse().unwrap_or_default();
                None
            }
            _ => None,
        };
        if let Some(argument) = argument {
            self.argument = argument;
        }
    }
}

/// The character of `&…;` at the start of `bytes`, and how many bytes it takes.
fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    if bytes.first() != Some(&b'&') {
        return None;
    }
    let body = &bytes[1..];
    if body.first() == Some(&b'#') {
        let (radix, skip) = match body.get(1) {
            Some(b'x') => (16, 2),
            _ => (10, 1),
        };
        let digits =
            body[skip..].iter().take_while(|byte| char::from(**byte).is_digit(radix)).count();
        let text = std::str::from_utf8(&body[skip..skip + digits]).ok()?;
        let character = char::from_u32(u32::from_str_radix(text, radix).ok()?)?;
        if character == '\0' {
            return None;
        }
        let semicolon = usize::from(body.get(skip + digits) == Some(&b';'));
        return Some((character, 1 + skip + digits + semicolon));
    }
    let letters = body.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let character = match &body[..letters] {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        _ => return None,
    };
    let semicolon = usize::from(body.get(letters) == Some(&b';'));
    Some((character, 1 + letters + semicolon))
}
