//! Rules on names: words that say nothing, names of gateways where they must not be known.

use crate::lexer::{Kind, Token};
use crate::tree::{File, Tree};
use crate::{Report, Rule};

/// What a thing must not be called: the word fits anything.
const EMPTY_WORDS: &[&str] =
    &["manager", "service", "helper", "util", "common", "base", "data", "info", "processor"];

/// Telegram's own names, which the wire's types keep.
const WIRE_TERMS: &[&str] = &[
    "CallbackData",
    "ChatFullInfo",
    "OrderInfo",
    "PassportData",
    "ProviderData",
    "WebAppData",
    "WebAppInfo",
    "WebhookInfo",
];
/// Where wire types may stand: the simulated world and the edges.
const WIRE_FOLDERS: &[&str] = &["sim/", "src/"];

/// Crates and gateways of the edges. A name that is also a plain word (click, square) is left to
/// the reader.
const EDGE_WORDS: &[&str] = &[
    "actixweb",
    "awc",
    "frankenstein",
    "grammers",
    "reqwest",
    "adyen",
    "btcpay",
    "mollie",
    "nowpayments",
    "payme",
    "paypal",
    "stripe",
    "tribute",
    "uzum",
    "yookassa",
];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "empty-name",
        check: empty_name,
        bad: &[
            &[("actors/a.rs", "pub struct OrderManager;\n")],
            &[("actors/a.rs", "enum UserData { A }\n")],
            &[("src/a.rs", "mod string_utils {}\n")],
            &[("src/a.rs", "pub(crate) trait Helper {}\n")],
            &[("src/a.rs", "type OrderBase = u8;\n")],
            &[("src/helpers.rs", "//! Helpers.\n")],
            &[("src/common/money.rs", "//! Money.\n")],
            &[("entities/a.rs", "struct WebhookInfo;\n")],
        ],
        good: &[
            &[("sim/a.rs", "pub struct WebhookInfo;\nstruct Metadata;\nstruct Database;\n")],
            &[("src/a.rs", "impl Factory for A { type Service = B; }\nstruct ServiceMessage;\n")],
            &[("src/a.rs", "// struct OrderManager\nfn f() { let data = 1; }\n")],
        ],
    },
    Rule {
        name: "edge-name",
        check: edge_name,
        bad: &[
            &[("actors/a.rs", "use actix_web::HttpResponse;\n")],
            &[("actors/a.rs", "use grammers_client::Client;\n")],
            &[("actors/payment/decide.rs", "fn on_stripe_event() {}\n")],
            &[("actors/a.rs", "struct PayPalOrder;\n")],
        ],
        good: &[
            &[(
                "actors/a.rs",
                "// reqwest is not known here\nuse actix::Actor;\nstruct PaymentMethod;\n",
            )],
            &[("src/gateways/stripe.rs", "struct StripeEvent;\n")],
        ],
    },
];

/// `OrderInfo` → order, info; `string_utils` → string, utils.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, c) in chars.iter().enumerate() {
        let after_lower = at > 0 && !chars[at - 1].is_uppercase();
        let before_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        if *c == '_'
            || *c == '-'
            || *c == '.'
            || (c.is_uppercase() && (after_lower || before_lower))
        {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("one word stands from the start").extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The empty word that a name ends in, also as a plural.
fn empty_word(name: &str) -> Option<String> {
    let last = words(name).pop()?;
    let singular = last.strip_suffix('s').unwrap_or(&last);
    EMPTY_WORDS
        .contains(&last.as_str())
        .then(|| last.clone())
        .or(EMPTY_WORDS.contains(&singular).then_some(last.clone()))
}

fn empty_name(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        for part in file.path.trim_end_matches(".rs").split('/') {
            if let Some(word) = empty_word(part) {
                report.add(
                    &file.path,
                    1,
                    format!("`{word}` fits anything: name the file for what it keeps or does"),
                );
            }
        }
        for pair in file.tokens.windows(2) {
            if let Some(word) = empty_definition(file, &pair[0], &pair[1]) {
                let advice =
                    format!("`{}`: {word} fits anything: say what it keeps or does", pair[1].text);
                report.add(&file.path, pair[1].line, advice);
            }
        }
    }
}

fn empty_definition(file: &File, keyword: &Token, name: &Token) -> Option<String> {
    let defines =
        ["struct", "enum", "trait", "mod", "type", "union"].iter().any(|word| keyword.is(word));
    if !defines || name.kind != Kind::Word {
        return None;
    }
    // An associated type has the name that its trait gave it.
    if keyword.is("type") && words(&name.text).len() < 2 {
        return None;
    }
    let on_the_wire = WIRE_FOLDERS.iter().any(|folder| file.path.starts_with(folder));
    if on_the_wire && WIRE_TERMS.contains(&name.text.as_str()) {
        return None;
    }
    empty_word(&name.text)
}

fn edge_name(tree: &Tree, report: &mut Report) {
    for file in tree.rust().filter(|file| file.path.starts_with("actors/")) {
        for token in file.tokens.iter().filter(|token| token.kind == Kind::Word) {
            if names_edge(&words(&token.text)) {
                let advice =
                    format!("`{}` belongs to an edge: actors address it by an intent", token.text);
                report.add(&file.path, token.line, advice);
            }
        }
    }
}

/// One word or two neighbours: `stripe_event`, `PayPalOrder`, `actix_web`; not `payment`.
fn names_edge(words: &[String]) -> bool {
    let single = words.iter().any(|word| EDGE_WORDS.contains(&word.as_str()));
    single || words.windows(2).any(|pair| EDGE_WORDS.contains(&pair.concat().as_str()))
}

#[test]
fn names_fall_into_words() {
    assert_eq!(words("HTTPServerInfo"), ["http", "server", "info"]);
    assert_eq!(words("string_utils"), ["string", "utils"]);
    assert_eq!(words("Metadata"), ["metadata"]);
}
