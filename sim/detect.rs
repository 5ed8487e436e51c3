//! The entities that Telegram finds in a text by itself. It must not know any markup language.

use crate::entities::Entity;

/// Endings of addresses without a scheme that count as links.
const TOP_DOMAINS: [&str; 48] = [
    "com", "org", "net", "edu", "gov", "io", "me", "ru", "uk", "de", "fr", "it", "es", "nl", "pl",
    "ua", "by", "kz", "uz", "cn", "jp", "kr", "in", "br", "us", "eu", "info", "biz", "dev", "app",
    "shop", "store", "online", "site", "xyz", "tv", "cc", "co", "ai", "ch", "at", "se", "no", "fi",
    "tr", "ir", "ton", "example",
];

/// Words of the text with their byte and UTF-16 positions.
struct Word<'a> {
    text: &'a str,
    offset: usize,
}

/// Finds commands, mentions, hashtags, cashtags, links, mail addresses and phone numbers.
pub(crate) fn find(text: &str) -> Vec<Entity> {
    // Most texts have none of these characters.
    if !text.bytes().any(|byte| matches!(byte, b'/' | b'@' | b'#' | b'$' | b'.' | b'+')) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for word in words(text) {
        found.extend(entity_of(&word));
    }
    found
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut units = 0;
    let mut start: Option<(usize, usize)> = None;
    for (at, character) in text.char_indices() {
        if character.is_whitespace() {
            if let Some((from, offset)) = start.take() {
                words.push(Word { text: &text[from..at], offset });
            }
        } else if start.is_none() {
            start = Some((at, units));
        }
        units += character.len_utf16();
    }
    if let Some((from, offset)) = start {
        words.push(Word { text: &text[from..], offset });
    }
    words
}

fn entity_of(word: &Word<'_>) -> Option<Entity> {
    let opening = |one: char| matches!(one, '(' | '[' | '{' | '"' | '\'' | '<' | '«' | '“' | ',');
    let bare = word.text.trim_start_matches(opening);
    let skipped: usize =
        word.text[..word.text.len() - bare.len()].chars().map(char::len_utf16).sum();
    let offset = word.offset + skipped;
    let named = |kind, taken: &str| Some(Entity::new(kind, offset, taken.encode_utf16().count()));
    match bare.chars().next()? {
        '/' => named("bot_command", command(bare)?),
        '@' => named("mention", mention(bare)?),
        '#' => named("hashtag", hashtag(bare)?),
        '$' => named("cashtag", cashtag(bare)?),
        _ => {
            let closing = |one: char| {
                matches!(
                    one,
                    '.' | ','
                        | ':'
                        | ';'
                        | '!'
                        | '?'
                        | ')'
                        | ']'
                        | '}'
                        | '"'
                        | '\''
                        | '>'
                        | '»'
                        | '”'
                )
            };
            let tail = bare.trim_end_matches(closing);
            if is_email(tail) {
                named("email", tail)
            } else if is_url(tail) {
                named("url", tail)
            } else if is_phone(tail) {
                named("phone_number", tail)
            } else {
                None
            }
        }
    }
}

fn is_name(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_'
}

/// `/command` or `/command@bot`, 1 to 64 characters, followed by nothing that continues it.
fn command(word: &str) -> Option<&str> {
    let body = &word[1..];
    let name_end = body.find(|one| !is_name(one)).unwrap_or(body.len());
    if name_end == 0 || name_end > 64 {
        return None;
    }
    let mut end = 1 + name_end;
    if let Some(after) = word[end..].strip_prefix('@') {
        let bot = after.find(|one| !is_name(one)).unwrap_or(after.len());
        if bot >= 3 {
            end += 1 + bot;
        }
    }
    let next = word[end..].chars().next();
    let continues = next.is_some_and(|one| matches!(one, '/' | '<' | '>') || one.is_alphanumeric());
    (!continues).then_some(&word[..end])
}

fn mention(word: &str) -> Option<&str> {
    let body = &word[1..];
    let end = body.find(|one| !is_name(one)).unwrap_or(body.len());
    let next = body[end..].chars().next();
    if !(3..=32).contains(&end) || next.is_some_and(|one| one.is_alphanumeric() || one == '@') {
        return None;
    }
    Some(&word[..=end])
}

fn hashtag(word: &str) -> Option<&str> {
    let body = &word[1..];
    let inside = |one: char| one.is_alphanumeric() || one == '_' || one == '\u{200c}' || one == '·';
    let end = body.find(|one| !inside(one)).unwrap_or(body.len());
    let tag = &body[..end];
    let has_letter = tag.chars().any(|one| !one.is_numeric() && one != '_');
    let next_is_hash = body[end..].starts_with('#');
    (has_letter && tag.chars().count() <= 256 && !next_is_hash).then_some(&word[..=end])
}

fn cashtag(word: &str) -> Option<&str> {
    let body = &word[1..];
    let end = body.find(|one: char| !one.is_ascii_uppercase()).unwrap_or(body.len());
    let next = body[end..].chars().next();
    let ends = !next.is_some_and(|one| one.is_alphanumeric() || one == '_' || one == '$');
    ((3..=8).contains(&end) && ends).then_some(&word[..=end])
}

fn is_email(word: &str) -> bool {
    let Some((local, domain)) = word.split_once('@') else {
        return false;
    };
    let good_local = !local.is_empty()
        && local.chars().all(|one| is_name(one) || matches!(one, '.' | '-' | '+' | '\''));
    let Some((_, last)) = domain.rsplit_once('.') else {
        return false;
    };
    let good_domain =
        domain.chars().all(|one| one.is_ascii_alphanumeric() || one == '.' || one == '-');
    let good_last =
        (2..=8).contains(&last.len()) && last.chars().all(|one| one.is_ascii_alphabetic());
    good_local && good_domain && good_last && !domain.starts_with('.')
}

fn is_url(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let schemed = ["http://", "https://", "tg://", "ftp://", "ton://", "tonsite://"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme));
    let (rest, has_scheme) = match schemed {
        Some(rest) => (rest, true),
        None => (lower.as_str(), false),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let authority = authority.rsplit('@').next().unwrap_or("");
    let host = authority.split(':').next().unwrap_or("");
    if lower.starts_with("tg://") {
        return !host.is_empty();
    }
    let good_host = !host.is_empty()
        && !host.starts_with(['.', '-'])
        && host.contains('.')
        && !host.contains("..")
        && host.chars().all(|one| one.is_alphanumeric() || matches!(one, '.' | '-' | '_'));
    if !good_host {
        return false;
    }
    let parts: Vec<&str> = host.split('.').collect();
    let is_ip = parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok());
    let last = parts.last().copied().unwrap_or("");
    is_ip
        || TOP_DOMAINS.contains(&last)
        || (has_scheme && last.chars().count() >= 2 && last.chars().all(char::is_alphabetic))
}

fn is_phone(word: &str) -> bool {
    let Some(digits) = word.strip_prefix('+') else {
        return false;
    };
    let count = digits.chars().filter(char::is_ascii_digit).count();
    (7..=15).contains(&count)
        && digits.chars().all(|one| one.is_ascii_digit() || matches!(one, '-' | '(' | ')'))
}
