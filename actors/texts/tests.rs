//! The Fluent files say the same things in every language, and nothing that nobody needs. Knows the sources' text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use entities::{Currency, Money};
use regex::Regex;

use super::{Arg, LANGUAGES, escape, label, language, money, plain, say, shortened};
use crate::house::Rules;

/// Keys of one language, with the names of the arguments that each uses.
fn keys(lang: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/locales").join(lang);
    let head = Regex::new("^([a-z][a-z0-9-]*) *=").expect("a pattern");
    let argument = Regex::new(r"\$([a-z]+)").expect("a pattern");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in std::fs::read_dir(folder).expect("a folder of each language") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("a text");
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = head.captures(line) {
                key = name[1].to_owned();
                let earlier = found.insert(key.clone(), BTreeSet::new());
                assert!(earlier.is_none(), "{lang}: {key} is there twice");
            }
            let names = argument.captures_iter(line).map(|name| name[1].to_owned());
            found.entry(key.clone()).or_default().extend(names);
        }
    }
    found.remove("");
    found
}

/// The text of all sources that may say something, tests apart.
fn sources() -> String {
    fn gather(folder: &Path, text: &mut String) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "town" && name != "tests" {
                gather(&path, text);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                text.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    gather(here, &mut text);
    gather(&here.join("../src"), &mut text);
    text
}

#[test]
fn every_language_has_every_text_with_the_same_arguments() {
    let english = keys("en");
    assert!(english.len() > 50);
    for (lang, _) in LANGUAGES {
        let theirs = keys(lang);
        for (key, arguments) in &english {
            let found = theirs.get(key).unwrap_or_else(|| panic!("{lang} lacks {key}"));
            // A form that says "one" in words may leave the number out; no form may ask for more.
            assert!(found.is_subset(arguments), "{lang}: {key} asks for {found:?}");
            assert!(arguments.len() - found.len() <= 1, "{lang}: {key} leaves out {found:?}");
        }
        let extra: Vec<_> = theirs.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(extra.is_empty(), "{lang} has {extra:?}, English has not");
    }
}

#[test]
fn every_text_is_used_and_every_text_that_is_used_is_there() {
    let sources = sources();
    let english = keys("en");
    for key in english.keys() {
        assert!(sources.contains(&format!("\"{key}\"")), "{key} is said nowhere");
    }
    let asked = [
        r#"\.(?:say|plain|button)\(\s*"([a-z0-9-]+)""#,
        r#"texts::(?:say|plain|label)\([^"]{1,60}"([a-z0-9-]+)""#,
        r#""(order-state-[a-z-]+)""#,
    ];
    for pattern in asked {
        let mut found = 0;
        for key in Regex::new(pattern).expect("a pattern").captures_iter(&sources) {
            assert!(english.contains_key(&key[1]), "{} has no text", &key[1]);
            found += 1;
        }
        assert!(found > 0, "{pattern} finds nothing");
    }
}

#[test]
fn no_text_shows_its_workings() {
    for (lang, _) in LANGUAGES {
        for (key, arguments) in keys(lang) {
            for number in [0, 1, 2, 5, 11, 21, 100] {
                let names = ["max", "pages", "page", "count", "minutes", "available", "quantity"];
                let args: Vec<(&'static str, Arg<'_>)> = names
                    .into_iter()
                    .map(|name| (name, Arg::Count(number)))
                    .chain(
                        [
                            "words",
                            "contact",
                            "reachable",
                            "language",
                            "zone",
                            "time",
                            "news",
                            "quiet",
                            "phone",
                            "email",
                            "currency",
                            "version",
                            "date",
                            "from",
                            "to",
                            "day",
                            "month",
                            "year",
                            "shop",
                            "name",
                            "title",
                            "price",
                            "total",
                            "number",
                            "state",
                            "amount",
                            "reason",
                            "min",
                            "example",
                            "code",
                            "query",
                            "address",
                            "method",
                            "note",
                            "date",
                            "charge",
                            "until",
                        ]
                        .map(|name| (name, Arg::from("<x>"))),
                    )
                    .collect();
                let told = say(lang, &key, &args);
                assert!(!told.contains(['{', '}', '$']), "{lang} {key}: {told}");
                assert!(!told.contains("<x>"), "{lang} {key} does not escape: {told}");
                assert!(!told.is_empty() && told != key, "{lang} {key}");
                assert!(arguments.is_empty() || told.contains("&lt;x&gt;") || !told.contains("<x"));
                assert_eq!(told.matches("<b>").count(), told.matches("</b>").count(), "{told}");
            }
        }
    }
}

#[test]
fn numbers_take_the_plural_of_the_language() {
    let pieces = |lang: &str, available: u32| {
        let args = [("title", "X".into()), ("available", available.into())];
        say(lang, "order-out-of-stock", &args)
    };
    assert!(pieces("en", 0).contains("sold out"));
    assert!(pieces("en", 1).starts_with("Only 1 of “X” is left."));
    assert!(pieces("ru", 2).contains("2 штуки"));
    assert!(pieces("ru", 5).contains("5 штук."));
    assert!(pieces("ru", 21).contains("21 штука"));
    assert!(pieces("ar", 2).contains("قطعتين"));
    assert!(pieces("ar", 3).contains("3 قطع"));
}

#[test]
fn money_is_written_as_the_language_writes_it() {
    let sum = |lang, minor| money(lang, Money::new(minor, Currency::EUR)).replace('\u{a0}', "_");
    assert_eq!(sum("en", 1_200), "12.00_EUR");
    assert_eq!(sum("en", 123_456_789), "1,234,567.89_EUR");
    assert_eq!(sum("ru", 123_456_789), "1_234_567,89_EUR");
    assert_eq!(sum("es", 123_456), "1234,56_EUR");
    assert_eq!(sum("es", 1_234_567), "12.345,67_EUR");
    assert_eq!(sum("uz", -5), "-0,05_EUR");
    assert_eq!(money("ar", Money::new(350, Currency::XTR)).replace('\u{a0}', "_"), "350_XTR");
}

#[test]
fn the_language_is_telegrams_when_we_offer_it() {
    let rules = Rules { languages: vec!["en".to_owned(), "ru".to_owned()], ..Rules::default() };
    for (tag, expected) in [
        (Some("ru-RU"), "ru"),
        (Some("RU"), "ru"),
        (Some("de"), "en"),
        (None, "en"),
        (Some(""), "en"),
    ] {
        assert_eq!(language(tag, &rules), expected, "{tag:?}");
    }
}

#[test]
fn arguments_are_escaped_in_texts_and_not_in_labels() {
    let args = [("shop", "<b>&\"".into())];
    assert!(say("en", "menu", &args).contains("&lt;b&gt;&amp;&quot;"));
    assert!(plain("en", "menu", &args).contains("<b>&\""));
    assert_eq!(escape("a<b"), "a&lt;b");
    assert_eq!(shortened("abcdef", 4), "abc…");
    assert_eq!(label("en", "button-pay", &[("total", "9".repeat(100).into())]).chars().count(), 60);
    assert_eq!(say("xx", "cancelled", &[]), "Cancelled.", "an unknown language speaks English");
}

/// Literals of two words and more, in the places from which customers are spoken to.
fn prose(source: &str) -> Vec<String> {
    let literal = Regex::new(r#""((?:[^"\\]|\\.)*)""#).expect("a pattern");
    let words = Regex::new(r"\p{L}{2,},? \p{L}{2,}").expect("a pattern");
    // For people who read logs and panics, in English.
    let for_us =
        ["expect(", "Refusal::new(", "tracing::", "reason = ", "panic!", "context(", "bail!"];
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    let mut before = "";
    for line in code {
        let is_ours =
            for_us.iter().any(|call| line.contains(call) || before.trim_end().ends_with(call));
        let literals = literal.captures_iter(line).map(|one| one[1].to_owned());
        found.extend(literals.filter(|text| !is_ours && words.is_match(text)));
        before = line;
    }
    found
}

#[test]
fn nobody_is_spoken_to_from_outside_the_fluent_files() {
    assert_eq!(prose("turn.send(\"Hello there\".into());"), ["Hello there"]);
    assert_eq!(prose("let a = \"Привет, мир\";"), ["Привет, мир"]);
    assert!(prose("x.expect(\"never so\"); // \"not code\"\n/// \"nor this one\"").is_empty());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("../src/delivery/telegram/reports/stats.rs")];
    for folder in ["session", "chat"] {
        let entries = std::fs::read_dir(root.join(folder)).expect("a folder");
        files.extend(entries.filter_map(Result::ok).map(|entry| entry.path()));
    }
    let tests = ["tests.rs", "strangers.rs", "random.rs"];
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
        if tests.iter().any(|name| file.ends_with(name)) {
            continue;
        }
        let text = std::fs::read_to_string(file).expect("a source");
        // What follows is a test module.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let found = prose(code);
        assert!(
            found.is_empty(),
            "{}: a text belongs into config/locales: {found:?}",
            file.display()
        );
    }
}
