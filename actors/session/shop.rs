//! The shop: pages, a product, how many, the summary, the order. Knows nothing of an order's later life.

use std::collections::BTreeSet;

use entities::{Key, Kind, Money};

use super::button::{Act, Surface};
use super::state::{Card, Place, Step};
use super::turn::{Turn, press};
use super::{card, home};
use crate::catalogue::{Item, Product, in_language};
use crate::intent::{Button, Keyboard, Lane, Method, Photo};
use crate::order::{self, Line, Stage, View};
use crate::texts;

/// Products on one page of the catalogue.
const PAGE: usize = 8;
/// Quantities that have a button.
const QUANTITY_BUTTONS: u32 = 5;
/// What Telegram takes under a photo is 1,024 characters; the price and the question need some.
const DESCRIPTION_MAX_CHARS: usize = 600;
const TITLE_MAX_CHARS: usize = 100;

pub(super) fn page(turn: &mut Turn<'_>, page: usize) {
    turn.step_to(Step::Idle);
    let products = for_sale(turn);
    if products.is_empty() {
        let html = turn.say("shop-empty", &[]);
        let home = home::home_button(turn);
        return turn.show(html, Keyboard::Inline(vec![vec![home]]));
    }
    let pages = products.len().div_ceil(PAGE);
    let page = page.min(pages - 1);
    let mut rows: Vec<Vec<Button>> = products[page * PAGE..]
        .iter()
        .take(PAGE)
        .map(|product| {
            let price = price(turn, product).map(|price| texts::money(turn.lang(), price));
            let title = texts::shortened(&title(turn, product), 40);
            let act = Act::Product { product: product.id.clone() };
            vec![press(Surface::Text, format!("{title} · {}", price.unwrap_or_default()), act)]
        })
        .collect();
    rows.extend(turning(turn, page, pages, |page| Act::Shop { page }));
    rows.push(vec![home::home_button(turn)]);
    let args = [("page", (page as u32 + 1).into()), ("pages", (pages as u32).into())];
    let html = turn.say("shop-page", &args);
    turn.show(html, Keyboard::Inline(rows));
}

/// The row that turns pages, where there are several.
pub(super) fn turning(
    turn: &Turn<'_>,
    page: usize,
    pages: usize,
    act: impl Fn(usize) -> Act,
) -> Option<Vec<Button>> {
    let mut row = Vec::new();
    if page > 0 {
        row.push(turn.button("button-previous", act(page - 1)));
    }
    if page + 1 < pages {
        row.push(turn.button("button-next", act(page + 1)));
    }
    (!row.is_empty()).then_some(row)
}

/// One product: what it is, what it costs, how many.
pub(super) fn product(turn: &mut Turn<'_>, id: &str) -> Option<String> {
    let Some((product, price)) = sold(turn, id) else {
        return product_gone(turn);
    };
    turn.step_to(Step::Quantity { product: product.id.clone() });
    let lang = turn.lang();
    let words = in_language(&product.description, lang, &turn.at.house.rules);
    let words = texts::shortened(words.unwrap_or_default(), DESCRIPTION_MAX_CHARS);
    let args = [
        ("title", texts::shortened(&title(turn, product), TITLE_MAX_CHARS).into()),
        ("price", texts::money(lang, price).into()),
    ];
    let mut html = turn.say("product", &args);
    if !words.is_empty() {
        html = format!("{html}\n\n{}", texts::escape(&words));
    }
    let ask = turn.say("quantity-ask", &[("max", turn.at.house.rules.max_quantity.into())]);
    html = format!("{html}\n\n{ask}");
    match &product.photo {
        Some(name) => {
            let keyboard = Keyboard::Inline(quantity_rows(turn, product, Surface::Photo));
            if let Some((message_id, _)) = turn.pressed.take() {
                turn.call(Method::DeleteMessage { message_id }, Lane::Answer, false);
            }
            let photo = Photo::Ours(name.clone());
            turn.call(Method::SendPhoto { photo, html, keyboard }, Lane::Answer, false);
        }
        None => {
            let rows = quantity_rows(turn, product, Surface::Text);
            turn.show(html, Keyboard::Inline(rows));
        }
    }
    None
}

fn quantity_rows(turn: &Turn<'_>, product: &Product, on: Surface) -> Vec<Vec<Button>> {
    let most = turn.at.house.rules.max_quantity.min(QUANTITY_BUTTONS);
    let numbers = (1..=most).map(|quantity| {
        let act = Act::Quantity { product: product.id.clone(), quantity };
        press(on, quantity.to_string(), act)
    });
    let products = for_sale(turn);
    let place = products.iter().position(|other| other.id == product.id).unwrap_or(0);
    let back = texts::label(turn.lang(), "button-back", &[]);
    vec![numbers.collect(), vec![press(on, back, Act::Shop { page: place / PAGE })]]
}

fn product_gone(turn: &mut Turn<'_>) -> Option<String> {
    let toast = turn.plain("product-gone", &[]);
    page(turn, 0);
    Some(toast)
}

pub(super) fn quantity_pressed(turn: &mut Turn<'_>, id: &str, quantity: u32) -> Option<String> {
    let Some((product, _)) = sold(turn, id) else {
        return product_gone(turn);
    };
    let quantity = quantity.clamp(1, turn.at.house.rules.max_quantity.max(1));
    summary(turn, product, quantity);
    None
}

/// The customer wrote how many.
pub(super) fn quantity_said(turn: &mut Turn<'_>, id: &str, text: &str) {
    let most = turn.at.house.rules.max_quantity;
    let Some((product, _)) = sold(turn, id) else {
        let html = turn.say("product-gone", &[]);
        turn.send(html, Keyboard::None);
        return page(turn, 0);
    };
    match number(text) {
        Some(quantity) if (1..=most).contains(&quantity) => summary(turn, product, quantity),
        _ => {
            let html = turn.say("quantity-range", &[("max", most.into())]);
            let rows = quantity_rows(turn, product, Surface::Text);
            turn.show(html, Keyboard::Inline(rows));
        }
    }
}

/// A whole number in the digits of any of the languages; one too large to be meant is as large as can be.
pub(super) fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits: Option<Vec<u32>> = text
        .chars()
        .map(|letter| match letter {
            '٠'..='٩' => Some(letter as u32 - '٠' as u32),
            '۰'..='۹' => Some(letter as u32 - '۰' as u32),
            _ => letter.to_digit(10),
        })
        .collect();
    let digits = digits.filter(|digits| !digits.is_empty())?;
    Some(digits.iter().fold(0_u32, |sum, digit| sum.saturating_mul(10).saturating_add(*digit)))
}

/// What would be ordered, to be agreed to once.
fn summary(turn: &mut Turn<'_>, product: &Product, quantity: u32) {
    // Only the catalogue's import could let a price through that does not fit; then it is not sold.
    let price = price(turn, product);
    let Some((price, total)) = price.and_then(|price| Some((price, price.times(quantity).ok()?)))
    else {
        let html = turn.say("product-gone", &[]);
        return turn.show(html, home::menu_keyboard(turn));
    };
    let nonce = (turn.at.seed >> 32) as u32;
    let id = product.id.clone();
    turn.step_to(Step::Confirm { product: id.clone(), quantity, price, nonce });
    let lang = turn.lang();
    let args = [
        ("quantity", quantity.into()),
        ("title", texts::shortened(&title(turn, product), TITLE_MAX_CHARS).into()),
        ("price", texts::money(lang, price).into()),
        ("total", texts::money(lang, total).into()),
    ];
    let html = turn.say("summary", &args);
    let rows = vec![
        vec![turn.button("button-place", Act::Place { product: id.clone(), quantity, nonce })],
        vec![
            turn.button("button-change", Act::Product { product: id }),
            turn.button("button-menu", Act::Home),
        ],
    ];
    turn.show(html, Keyboard::Inline(rows));
}

/// Agreed. Only the summary that is shown now places an order, and only one.
pub(super) fn place(turn: &mut Turn<'_>, id: &str, quantity: u32, nonce: u32) -> Option<String> {
    let placed = turn.state.cards.iter().find(|card| card.nonce == nonce);
    if let Some(card) = placed {
        let args = [("number", card.order.id().into())];
        return Some(turn.plain("order-placed-already", &args));
    }
    let Some((product, price)) = sold(turn, id) else {
        return product_gone(turn);
    };
    let agreed = Step::Confirm { product: id.to_owned(), quantity, price, nonce };
    if turn.state.step != agreed {
        // An earlier summary, or the price has changed: look again before it costs money.
        let quantity = quantity.clamp(1, turn.at.house.rules.max_quantity.max(1));
        summary(turn, product, quantity);
        return Some(turn.plain("summary-again", &[]));
    }
    let line = Line {
        product: id.to_owned(),
        title: texts::shortened(&title(turn, product), TITLE_MAX_CHARS),
        quantity,
        price,
    };
    let total = price.times(quantity).ok()?;
    let order = fresh_order(turn);
    turn.step_to(Step::Idle);
    let view = first_view(turn, vec![line], total);
    let card = Card { order, view, place: Place::Nowhere, stale: false, nonce };
    ask(turn, &card);
    card::put(turn, card);
    None
}

/// The number belongs to somebody else's order: the same wish under another one.
pub(super) fn place_again(turn: &mut Turn<'_>, taken: &Key) {
    let Some(card) = turn.state.card(taken) else {
        return;
    };
    let mut card = card.clone();
    card.order = fresh_order(turn);
    turn.renumber(taken.clone(), card.order.clone());
    ask(turn, &card);
    card::redraw(turn, card);
}

fn ask(turn: &mut Turn<'_>, card: &Card) {
    let customer = turn.at.key.clone();
    let message = order::Message::Place { customer, lines: card.view.lines.clone() };
    turn.tell(card.order.clone(), message.into());
}

fn first_view(turn: &Turn<'_>, lines: Vec<Line>, total: Money) -> View {
    let placed_ms = turn.now_ms();
    let window_ms = turn.at.house.rules.payment_window.whole_milliseconds() as i64;
    let stage = Stage::AwaitingStock { reserved: BTreeSet::new() };
    let until_ms = placed_ms + window_ms;
    View { revision: 0, stage, lines, total, placed_ms, until_ms, money_seen: false }
}

/// Six characters that nobody mistakes for one another, from fresh randomness.
fn fresh_order(turn: &Turn<'_>) -> Key {
    let mut seed = turn.at.seed;
    loop {
        let order = Key::new(Kind::Order, order_number(seed));
        if turn.state.card(&order).is_none() {
            return order;
        }
        seed = seed.wrapping_add(1);
    }
}

/// Crockford's base 32, the lowest 30 bits.
pub(super) fn order_number(seed: u64) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letter = |place: u32| char::from(LETTERS[(seed >> (5 * place)) as usize & 31]);
    (0..6).rev().map(letter).collect()
}

/// What can be bought here by itself.
fn for_sale<'a>(turn: &Turn<'a>) -> Vec<&'a Product> {
    let house: &'a _ = turn.at.house;
    let plain = |product: &&Product| product.variants.is_empty() && !product.is_digital();
    house.catalogue.products.iter().filter(plain).collect()
}

fn sold<'a>(turn: &Turn<'a>, id: &str) -> Option<(&'a Product, Money)> {
    let product = for_sale(turn).into_iter().find(|product| product.id == id)?;
    Some((product, price(turn, product)?))
}

fn price(turn: &Turn<'_>, product: &Product) -> Option<Money> {
    let rules = &turn.at.house.rules;
    Item { product, variant: None }.price(rules, rules.currency)
}

fn title(turn: &Turn<'_>, product: &Product) -> String {
    Item { product, variant: None }.title(turn.lang(), &turn.at.house.rules)
}
