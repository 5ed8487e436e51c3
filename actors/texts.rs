//! What the product says, in every language: Fluent files of `config/locales`, compiled in. Knows no conversation.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader};

use crate::house::Rules;

mod direction;
mod local;
#[cfg(test)]
mod tests;

pub use direction::{aligned, is_rtl};
pub use local::{clock, digits, moment, money, number};

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "../config/locales",
        fallback_language: "en",
        customise: |bundle| {
            // Old clients show the marks as boxes: they are set only where a text cannot be read without (`direction`).
            bundle.set_use_isolating(false);
            let language = bundle.locales.first().map_or("en", |locale| locale.language.as_str());
            let writer = local::writer(language);
            bundle.set_formatter(Some(writer));
        },
    };
}

/// The languages that have texts, with their own names.
pub const LANGUAGES: [(&str, &str); 5] = [
    ("en", "English"),
    ("ru", "Русский"),
    ("es", "Español"),
    ("uz", "Oʻzbekcha"),
    ("ar", "العربية"),
];

static IDENTIFIERS: LazyLock<[LanguageIdentifier; 5]> = LazyLock::new(|| {
    LANGUAGES.map(|(code, _)| code.parse().expect("the codes above are language identifiers"))
});

/// The longest label of a button, in characters: Telegram takes more, but phones show about so much.
const LABEL_MAX_CHARS: usize = 60;

/// What a text is filled with.
#[derive(Clone, Debug)]
pub enum Arg<'a> {
    Text(Cow<'a, str>),
    /// Chooses the plural form.
    Count(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u32> for Arg<'_> {
    fn from(count: u32) -> Self {
        Self::Count(i64::from(count))
    }
}

/// Arguments of a text, by the name that it has in the Fluent file.
pub type Args<'a> = [(&'static str, Arg<'a>)];

/// Telegram HTML; arguments are escaped.
pub fn say(lang: &str, key: &str, args: &Args<'_>) -> String {
    filled(lang, key, args, |text| Cow::Owned(escape(text)))
}

/// Plain text, for the labels of buttons and the answers to their presses.
pub fn plain(lang: &str, key: &str, args: &Args<'_>) -> String {
    filled(lang, key, args, |text| Cow::Owned(text.to_owned()))
}

/// A label for a button: plain, and cut where a phone would cut it.
pub fn label(lang: &str, key: &str, args: &Args<'_>) -> String {
    shortened(&plain(lang, key, args), LABEL_MAX_CHARS)
}

fn filled<'a>(
    lang: &str,
    key: &str,
    args: &'a Args<'a>,
    text: impl Fn(&'a str) -> Cow<'a, str>,
) -> String {
    let language = identifier(lang);
    let found = if args.is_empty() {
        LOCALES.try_lookup(language, key)
    } else {
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> = args
            .iter()
            .map(|(name, arg)| {
                let value = match arg {
                    Arg::Text(part) => FluentValue::String(direction::isolated(lang, text(part))),
                    Arg::Count(count) => FluentValue::from(*count),
                };
                (Cow::Borrowed(*name), value)
            })
            .collect();
        LOCALES.try_lookup_with_args(language, key, &values)
    };
    // A test finds every missing key; a customer would rather see the key than nothing.
    found.unwrap_or_else(|| key.to_owned())
}

fn identifier(lang: &str) -> &'static LanguageIdentifier {
    let place = LANGUAGES.iter().position(|(code, _)| *code == lang).unwrap_or(0);
    &IDENTIFIERS[place]
}

/// The language's own name; the code of one that has no texts.
pub fn language_name(code: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// The language on offer that fits Telegram's tag (`pt-br`), or the house's own.
pub fn language<'a>(tag: Option<&str>, rules: &'a Rules) -> &'a str {
    let wanted = tag.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default();
    let offered = rules.languages.iter().find(|code| code.eq_ignore_ascii_case(wanted));
    offered.map_or(&*rules.default_language, |code| code)
}

/// For Telegram's HTML: the three characters that it wants escaped, and the quote.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The first characters, with an ellipsis in place of the rest.
pub fn shortened(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The commands that Telegram shows behind the menu button, with what they do.
pub fn commands(language: &str) -> [(&'static str, String); 11] {
    let keys = [
        ("menu", "command-menu"),
        ("shop", "command-shop"),
        ("orders", "command-orders"),
        ("language", "command-language"),
        ("settings", "command-settings"),
        ("help", "command-help"),
        ("support", "command-support"),
        ("paysupport", "command-paysupport"),
        ("terms", "command-terms"),
        ("privacy", "command-privacy"),
        ("cancel", "command-cancel"),
    ];
    keys.map(|(name, key)| (name, plain(language, key, &[])))
}
