//! The Bot API's MarkdownV2. Errors are Telegram's, byte offsets included. It must not know what
//! the text is for. Source: `parse_markdown_v2` of TDLib.

use crate::entities::{Entity, Formatted, sort};
use crate::links;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Code,
    Pre,
    PreCode,
    TextUrl,
    CustomEmoji,
    BlockQuote,
    ExpandableBlockQuote,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Bold => "bold",
            Self::Italic => "italic",
            Self::Underline => "underline",
            Self::Strikethrough => "strikethrough",
            Self::Spoiler => "spoiler",
            Self::Code => "code",
            Self::Pre | Self::PreCode => "pre",
            Self::TextUrl => "text_link",
            Self::CustomEmoji => "custom_emoji",
            Self::BlockQuote => "blockquote",
            Self::ExpandableBlockQuote => "expandable_blockquote",
        }
    }
}

struct Open {
    kind: Kind,
    argument: String,
    offset: usize,
    source_byte: usize,
    text_byte: usize,
}

impl Open {
    fn unfinished(&self) -> String {
        format!("Can't find end of {:?} entity at byte offset {}", self.kind, self.source_byte)
    }
}

struct Reader<'a> {
    /// The source with zeros at its end, so that looking ahead needs no bounds.
    bytes: &'a [u8],
    size: usize,
    at: usize,
    text: Vec<u8>,
    offset: usize,
    open: Vec<Open>,
    entities: Vec<Entity>,
    in_quote: bool,
    may_quote: bool,
}

/// Parses MarkdownV2; the error lacks only the prefix "can't parse entities: ".
pub(crate) fn parse(source: &str) -> Result<Formatted, String> {
    let mut bytes = source.as_bytes().to_vec();
    bytes.extend([0; 4]);
    let mut reader = Reader {
        bytes: &bytes,
        size: source.len(),
        at: 0,
        text: Vec::with_capacity(source.len()),
        offset: 0,
        open: Vec::new(),
        entities: Vec::new(),
        in_quote: false,
        may_quote: true,
    };
    while reader.at < reader.size {
        reader.step()?;
        reader.at += 1;
    }
    reader.finish_quote();
    if let Some(open) = reader.open.last() {
        return Err(open.unfinished());
    }
    let mut entities = reader.entities;
    sort(&mut entities);
    let text = String::from_utf8_lossy(&reader.text).into_owned();
    Ok(Formatted { text, entities })
}

fn reserved(byte: u8) -> String {
    format!(
        "Character '{}' is reserved and must be escaped with the preceding '\\'",
        char::from(byte)
    )
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes[(self.at + ahead).min(self.bytes.len() - 1)]
    }

    fn top(&self) -> Option<Kind> {
        self.open.last().map(|open| open.kind)
    }

    fn step(&mut self) -> Result<(), String> {
        let byte = self.peek(0);
        if byte == b'\\' && (1..=126).contains(&self.peek(1)) {
            self.at += 1;
            self.offset += 1;
            let escaped = self.peek(0);
            self.text.push(escaped);
            if escaped != b'\r' {
                self.may_quote = escaped == b'\n';
            }
            return Ok(());
        }
        let in_code = matches!(self.top(), Some(Kind::Code | Kind::Pre | Kind::PreCode));
        let special: &[u8] = if in_code { b"`" } else { b"_*[]()~`>#+-=|{}.!\n" };
        if !special.contains(&byte) {
            if byte & 0xc0 != 0x80 {
                self.offset += 1 + usize::from(byte >= 0xf0);
                if byte != b'\r' {
                    self.may_quote = false;
                }
            }
            self.text.push(byte);
            return Ok(());
        }
        if self.ends_entity(byte) { self.end(byte) } else { self.begin(byte) }
    }

    fn ends_entity(&self, byte: u8) -> bool {
        let Some(kind) = self.top() else {
            return false;
        };
        let last_line = self.at + 1 == self.size || self.peek(1) != b'>';
        if self.in_quote && byte == b'\n' && last_line {
            return true;
        }
        match kind {
            Kind::Bold => byte == b'*',
            Kind::Italic => byte == b'_' && self.peek(1) != b'_',
            Kind::Code => byte == b'`',
            Kind::Pre | Kind::PreCode => {
                byte == b'`' && self.peek(1) == b'`' && self.peek(2) == b'`'
            }
            Kind::TextUrl | Kind::CustomEmoji => byte == b']',
            Kind::Underline => byte == b'_' && self.peek(1) == b'_',
            Kind::Strikethrough => byte == b'~',
            Kind::Spoiler => byte == b'|' && self.peek(1) == b'|',
            Kind::BlockQuote | Kind::ExpandableBlockQuote => false,
        }
    }

    fn begin(&mut self, byte: u8) -> Result<(), String> {
        let source_byte = self.at;
        let mut argument = String::new();
        let kind = match byte {
            b'_' if self.peek(1) == b'_' => {
                self.at += 1;
                Kind::Underline
            }
            b'_' => Kind::Italic,
            b'*' => Kind::Bold,
            b'~' => Kind::Strikethrough,
            b'|' if self.peek(1) == b'|' => {
                self.at += 1;
                Kind::Spoiler
            }
            b'[' => Kind::TextUrl,
            b'`' if self.peek(1) == b'`' && self.peek(2) == b'`' => {
                argument = self.fence();
                if argument.is_empty() { Kind::Pre } else { Kind::PreCode }
            }
            b'`' => Kind::Code,
            b'!' if self.peek(1) == b'[' => {
                self.at += 1;
                Kind::CustomEmoji
            }
            b'\n' => {
                self.offset += 1;
                self.text.push(b'\n');
                self.may_quote = true;
                return Ok(());
            }
            b'>' if self.may_quote && self.in_quote => return Ok(()),
            b'>' if self.may_quote => {
                self.in_quote = true;
                Kind::BlockQuote
            }
            _ => return Err(reserved(byte)),
        };
        self.open.push(Open {
            kind,
            argument,
            offset: self.offset,
            source_byte,
            text_byte: self.text.len(),
        });
        Ok(())
    }

    /// Reads what follows three back-ticks: the language, if any, and one line end.
    fn fence(&mut self) -> String {
        self.at += 3;
        let mut end = self.at;
        while end < self.size && !self.bytes[end].is_ascii_whitespace() && self.bytes[end] != b'`' {
            end += 1;
        }
        let mut language = String::new();
        if end != self.at && end < self.size && self.bytes[end] != b'`' {
            language = String::from_utf8_lossy(&self.bytes[self.at..end]).into_owned();
            self.at = end;
        }
        let is_break = |byte: u8| byte == b'\n' || byte == b'\r';
        if is_break(self.peek(0)) {
            let pair = is_break(self.peek(1)) && self.peek(0) != self.peek(1);
            self.at += if pair { 2 } else { 1 };
        }
        self.at -= 1;
        language
    }

    fn end(&mut self, byte: u8) -> Result<(), String> {
        let Some(mut open) = self.open.pop() else {
            return Ok(()); // `ends_entity` saw one
        };
        if byte == b'\n' && open.kind != Kind::BlockQuote {
            let closes_quote = open.kind == Kind::Spoiler && open.source_byte + 2 == self.at;
            if !closes_quote {
                return Err(open.unfinished());
            }
            match self.open.pop() {
                Some(quote) if quote.kind == Kind::BlockQuote => open = quote,
                Some(other) => return Err(other.unfinished()),
                None => return Err(open.unfinished()),
            }
            open.kind = Kind::ExpandableBlockQuote;
        }
        let length = self.offset - open.offset;
        match open.kind {
            Kind::Underline | Kind::Spoiler => self.at += 1,
            Kind::Pre | Kind::PreCode => self.at += 2,
            Kind::TextUrl => {
                let url = self.url(&open)?;
                if length > 0 {
                    self.entities.extend(links::entity(&url, open.offset, length));
                }
                return Ok(());
            }
            Kind::CustomEmoji => return self.emoji(&open, length),
            Kind::BlockQuote | Kind::ExpandableBlockQuote => {
                self.in_quote = false;
                self.text.push(byte);
                self.may_quote = true;
                self.offset += 1;
                let new = Entity::new(open.kind.name(), open.offset, length + 1);
                self.entities.push(new);
                return Ok(());
            }
            _ => {}
        }
        if length > 0 {
            let new = Entity::new(open.kind.name(), open.offset, length).with(open.argument);
            self.entities.push(new);
        }
        Ok(())
    }

    fn url(&mut self, open: &Open) -> Result<String, String> {
        if self.peek(1) != b'(' {
            return Ok(String::from_utf8_lossy(&self.text[open.text_byte..]).into_owned());
        }
        self.at += 2;
        let begin = self.at;
        let mut url = Vec::new();
        while self.at < self.size && self.peek(0) != b')' {
            if self.peek(0) == b'\\' && (1..=126).contains(&self.peek(1)) {
                self.at += 1;
            }
            url.push(self.peek(0));
            self.at += 1;
        }
        if self.peek(0) != b')' {
            return Err(format!("Can't find end of a URL at byte offset {begin}"));
        }
        Ok(String::from_utf8_lossy(&url).into_owned())
    }

    fn emoji(&mut self, open: &Open, length: usize) -> Result<(), String> {
        if self.peek(1) != b'(' {
            return Err("The entity must contain a tg://emoji or tg://time URL".to_owned());
        }
        let url = self.url(open)?;
        let entity = if let Some(id) = url.strip_prefix("tg://emoji?id=") {
            id.parse::<i64>()
                .ok()
                .map(|_| Entity::new("custom_emoji", open.offset, length).with(id))
        } else {
            url.strip_prefix("tg://time?unix=").map(|rest| {
                let (unix, format) = rest.split_once("&format=").unwrap_or((rest, ""));
                Entity::new("date_time", open.offset, length).with(format!("{unix} {format}"))
            })
        };
        match entity {
            Some(entity) => {
                if length > 0 {
                    self.entities.push(entity);
                }
                Ok(())
            }
            None => Err("Invalid tg://emoji or tg://time URL specified".to_owned()),
        }
    }

    /// A quote may end with the text.
    fn finish_quote(&mut self) {
        if !self.in_quote {
            return;
        }
        let mut kind = Kind::BlockQuote;
        let hidden = self
            .open
            .last()
            .is_some_and(|open| open.kind == Kind::Spoiler && open.source_byte + 2 == self.size);
        if hidden {
            self.open.pop();
            kind = Kind::ExpandableBlockQuote;
        }
        if self.top() == Some(Kind::BlockQuote)
            && let Some(open) = self.open.pop()
            && self.offset > open.offset
        {
            let new = Entity::new(kind.name(), open.offset, self.offset - open.offset);
            self.entities.push(new);
        }
    }
}
