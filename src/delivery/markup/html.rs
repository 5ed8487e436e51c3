//! Reads Telegram's HTML into text and entities. Knows nothing of limits or sending.

use std::borrow::Cow;

use super::{Entity, EntityKind, MarkupError};

/// The text so far and the tags that are still open.
pub(super) struct Reader<'t> {
    source: &'t str,
    /// Byte in `source`.
    at: usize,
    text: String,
    /// Length of `text` in UTF-16 units.
    units: u32,
    open: Vec<Open<'t>>,
    entities: Vec<Entity>,
}

struct Open<'t> {
    tag: &'t str,
    /// Byte of its `<`.
    at: usize,
    entity: Entity,
}

impl<'t> Reader<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        let text = String::with_capacity(source.len());
        Self { source, at: 0, text, units: 0, open: Vec::new(), entities: Vec::new() }
    }

    pub(super) fn read(mut self) -> Result<(String, Vec<Entity>), MarkupError> {
        while let Some(next) = self.source[self.at..].chars().next() {
            match next {
                '<' if self.source[self.at + 1..].starts_with('/') => self.end_tag()?,
                '<' => self.start_tag()?,
                '&' => {
                    let (letter, length) = reference(&self.source[self.at..]).unwrap_or(('&', 1));
                    self.push(letter);
                    self.at += length;
                }
                _ => {
                    self.push(next);
                    self.at += next.len_utf8();
                }
            }
        }
        if let Some(open) = self.open.pop() {
            return Err(MarkupError::Unclosed { tag: open.tag.to_owned(), at: open.at });
        }
        self.entities.sort_by_key(|entity| (entity.offset, u32::MAX - entity.length));
        Ok((self.text, self.entities))
    }

    fn push(&mut self, letter: char) {
        self.text.push(letter);
        self.units += if letter.len_utf16() == 2 { 2 } else { 1 };
    }

    fn start_tag(&mut self) -> Result<(), MarkupError> {
        let at = self.at;
        let inside = &self.source[at + 1..];
        let name_end = inside
            .find(|c: char| c.is_ascii_whitespace() || c == '>')
            .ok_or(MarkupError::Unended { at })?;
        let tag = &inside[..name_end];
        let (attributes, length) =
            attributes(&inside[name_end..]).ok_or(MarkupError::Unended { at })?;
        let attribute = |name: &str| {
            attributes
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| unescape(value).into_owned())
        };
        let lacks = |attribute| MarkupError::Attribute { tag: tag.to_owned(), attribute, at };
        let mut entity = Entity::new(EntityKind::Bold, self.units, 0);
        entity.kind = match tag.to_ascii_lowercase().as_str() {
            "b" | "strong" => EntityKind::Bold,
            "i" | "em" => EntityKind::Italic,
            "u" | "ins" => EntityKind::Underline,
            "s" | "strike" | "del" => EntityKind::Strikethrough,
            "tg-spoiler" => EntityKind::Spoiler,
            "span" if attribute("class").as_deref() == Some("tg-spoiler") => EntityKind::Spoiler,
            "span" => return Err(lacks("class")),
            "blockquote" if attribute("expandable").is_some() => EntityKind::ExpandableBlockquote,
            "blockquote" => EntityKind::Blockquote,
            "a" => {
                entity.url = attribute("href");
                EntityKind::TextLink
            }
            "tg-emoji" => {
                let id = attribute("emoji-id").ok_or_else(|| lacks("emoji-id"))?;
                entity.custom_emoji_id = Some(id);
                EntityKind::CustomEmoji
            }
            "code" => {
                entity.language = attribute("class")
                    .and_then(|class| class.strip_prefix("language-").map(str::to_owned));
                EntityKind::Code
            }
            "pre" => EntityKind::Pre,
            _ => {
                return Err(MarkupError::Unsupported { tag: tag.to_owned(), at });
            }
        };
        self.open.push(Open { tag, at, entity });
        self.at += 1 + name_end + length;
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), MarkupError> {
        let at = self.at;
        let inside = &self.source[at + 2..];
        let end = inside.find('>').ok_or(MarkupError::Unended { at })?;
        let found = inside[..end].trim_end();
        let Some(open) = self.open.pop() else {
            return Err(MarkupError::Unopened { tag: found.to_owned(), at });
        };
        if !found.eq_ignore_ascii_case(open.tag) {
            let expected = open.tag.to_owned();
            return Err(MarkupError::Crossed { expected, found: found.to_owned(), at });
        }
        self.at += 2 + end + 1;
        let mut entity = open.entity;
        entity.length = self.units - entity.offset;
        if entity.length > 0 {
            self.close(entity);
        }
        Ok(())
    }

    /// Keeps a finished entity; `<pre><code class="language-…">` is one `pre` with a language.
    fn close(&mut self, mut entity: Entity) {
        match entity.kind {
            // A link without an address leads where its text says.
            EntityKind::TextLink if entity.url.as_deref().unwrap_or_default().is_empty() => {
                entity.url = Some(since(&self.text, self.units - entity.offset).to_owned());
            }
            EntityKind::Pre => {
                let same = |inner: &Entity| {
                    inner.kind == EntityKind::Code
                        && (inner.offset, inner.length) == (entity.offset, entity.length)
                };
                if let Some(code) = self.entities.pop_if(|inner| same(inner)) {
                    entity.language = code.language;
                }
            }
            EntityKind::Code if !self.open.iter().any(|o| o.entity.kind == EntityKind::Pre) => {
                entity.language = None;
            }
            _ => {}
        }
        self.entities.push(entity);
    }
}

/// The last `units` UTF-16 units of a text.
fn since(text: &str, units: u32) -> &str {
    let mut left = units as usize;
    for (at, letter) in text.char_indices().rev() {
        left = left.saturating_sub(letter.len_utf16());
        if left == 0 {
            return &text[at..];
        }
    }
    text
}

type Attributes<'t> = Vec<(&'t str, &'t str)>;

/// Reads `name="value"` pairs up to and with `>`; values may be quoted either way, bare or absent.
/// The second part is the length read, in bytes. `None` if the tag does not end.
fn attributes(text: &str) -> Option<(Attributes<'_>, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_ascii_start().len();
        let rest = &text[at..];
        if rest.starts_with('>') {
            return Some((found, at + 1));
        }
        let name_end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '>')?;
        let name = &rest[..name_end];
        at += name_end;
        let Some(value) = text[at..].trim_ascii_start().strip_prefix('=') else {
            found.push((name, ""));
            continue;
        };
        let value = value.trim_ascii_start();
        at = text.len() - value.len();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote {
            let end = value[1..].find(quote)?;
            found.push((name, &value[1..=end]));
            at += end + 2;
        } else {
            let end = value.find(|c: char| c.is_ascii_whitespace() || c == '>')?;
            found.push((name, &value[..end]));
            at += end;
        }
    }
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (letter, length) = reference(rest).unwrap_or((next, next.len_utf8()));
        plain.push(letter);
        rest = &rest[length..];
    }
    Cow::Owned(plain)
}

/// The character reference at the very beginning of a text, and its length in bytes.
fn reference(text: &str) -> Option<(char, usize)> {
    const NAMED: [(&str, char); 4] =
        [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"')];
    let named = NAMED.into_iter().find(|(name, _)| text.starts_with(name));
    if let Some((name, letter)) = named {
        return Some((letter, name.len()));
    }
    let number = text.strip_prefix("&#")?;
    let end = number.find(';')?;
    let code = match number[..end].strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number[..end].parse().ok()?,
    };
    Some((char::from_u32(code).filter(|letter| *letter != '\0')?, 2 + end + 1))
}
