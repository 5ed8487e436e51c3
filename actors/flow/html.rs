//! The part of Telegram's HTML that a flow's texts must keep, so that a typing error is found when
//! the file is loaded and not when a customer waits for an answer.
//! Source: <https://core.telegram.org/bots/api#html-style>

const TAGS: [&str; 16] = [
    "a",
    "b",
    "blockquote",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "pre",
    "s",
    "span",
    "strike",
    "strong",
    "tg-emoji",
    "tg-spoiler",
    "u",
];

/// What is wrong with the markup, and the piece of it that is meant.
pub(super) struct BadMarkup {
    pub(super) near: String,
    pub(super) reason: String,
}

/// UTF-16 units that a customer sees.
pub(super) fn visible_utf16(text: &str) -> Result<usize, BadMarkup> {
    let mut open: Vec<&str> = Vec::new();
    let mut units = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        units += utf16(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('&') {
            rest = &rest[entity(rest)..];
            units += 1;
            continue;
        }
        let Some(end) = rest.find('>') else {
            return bad("<", "a `<` that starts no tag".to_owned());
        };
        let tag = &rest[1..end];
        match tag.strip_prefix('/') {
            Some(name) => {
                let last = open.pop();
                let reason = match last {
                    Some(last) if last == name.trim_end() => None,
                    Some(last) => Some(format!("`</{name}>` where `</{last}>` is expected")),
                    None => Some(format!("`</{name}>` closes nothing")),
                };
                if let Some(reason) = reason {
                    return bad(&rest[..end], reason);
                }
            }
            None => {
                let name = tag.split_ascii_whitespace().next().unwrap_or("");
                if !TAGS.contains(&name) || !tag.starts_with(name) {
                    return bad(
                        &rest[..end],
                        format!("`<{tag}>` is not a tag that Telegram knows"),
                    );
                }
                open.push(name);
            }
        }
        rest = &rest[end + 1..];
    }
    match open.pop() {
        Some(last) => bad(&format!("<{last}"), format!("`<{last}>` is never closed")),
        None => Ok(units + utf16(rest)),
    }
}

fn bad<T>(near: &str, reason: String) -> Result<T, BadMarkup> {
    Err(BadMarkup { near: near.to_owned(), reason })
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The length of the entity at the start, or 1 when it is a bare `&`, which Telegram shows.
fn entity(rest: &str) -> usize {
    let end = rest.bytes().take(10).position(|byte| byte == b';');
    let name = |end: usize| &rest.as_bytes()[1..end];
    match end {
        Some(end)
            if end > 1 && name(end).iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#') =>
        {
            end + 1
        }
        _ => 1,
    }
}
