//! Inline mode: `@bot words` in any chat offers products to share. Knows no carts and changes nothing.

use serde_json::{Value, json};

use super::turn::Turn;
use super::{product, shop};
use crate::catalogue::{Product, in_language};
use crate::intent::{Lane, Method};
use crate::texts;

/// Results of one page; Telegram takes up to 50.
const PAGE: usize = 20;
const DESCRIPTION_MAX_CHARS: usize = 120;
/// Of the description in the message that is shared.
const WORDS_MAX_CHARS: usize = 400;

/// Answers with the products that fit, each as a message that leads back to it.
pub(super) fn asked(
    turn: &mut Turn<'_>,
    bot_username: &str,
    (id, words, offset): (&str, &str, &str),
) {
    let found: Vec<&Product> = shop::fitting(turn, words);
    let from: usize = offset.parse().unwrap_or(0);
    let shown: Vec<&Product> = found.iter().skip(from).take(PAGE).copied().collect();
    let results: Vec<Value> =
        shown.iter().map(|product| result(turn, bot_username, product)).collect();
    let next = from + shown.len();
    let next_offset = if next < found.len() { next.to_string() } else { String::new() };
    let method =
        Method::AnswerInline { query: id.to_owned(), results: Value::Array(results), next_offset };
    turn.call_aside(method, Lane::Answer);
}

fn result(turn: &Turn<'_>, bot_username: &str, product: &Product) -> Value {
    let (title, price) = (product::title(turn, product), shop::price_label(turn, product));
    let rules = &turn.at.house.rules;
    let words = in_language(&product.description, turn.lang(), rules).unwrap_or_default();
    let args = [("title", (&*title).into()), ("price", (&*price).into())];
    let mut html = turn.say("product", &args);
    if !words.is_empty() {
        html = format!("{html}\n\n{}", texts::escape(&texts::shortened(words, WORDS_MAX_CHARS)));
    }
    let link = format!("https://t.me/{bot_username}?start={}{}", product::LINK, product.id);
    let open = texts::label(turn.lang(), "button-open", &[]);
    json!({
        "type": "article",
        "id": product.id,
        "title": title,
        "description": texts::shortened(&format!("{price} · {words}"), DESCRIPTION_MAX_CHARS),
        "input_message_content": { "message_text": html, "parse_mode": "HTML" },
        "reply_markup": { "inline_keyboard": [[{ "text": open, "url": link }]] },
    })
}
