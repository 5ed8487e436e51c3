//! One product's card: what it is, which of its variants, how many go into the cart. Knows no orders.

use super::button::{Act, Surface};
use super::state::Step;
use super::turn::{Turn, press};
use super::{cart, shop};
use crate::catalogue::{Item, Product, in_language};
use crate::house::House;
use crate::intent::{Button, Keyboard, Lane, Method, Photo};
use crate::texts;

/// Quantities that have a button.
const QUANTITY_BUTTONS: u32 = 5;
/// Variants side by side.
const VARIANTS_A_ROW: usize = 3;
/// What Telegram takes under a photo is 1,024 characters; the price and the question need some.
const DESCRIPTION_MAX_CHARS: usize = 600;
pub(super) const TITLE_MAX_CHARS: usize = 100;
/// What a `/start` link to a product begins with.
pub(super) const LINK: &str = "p_";

/// An item, when this customer can buy it.
pub(super) fn sold_item<'a>(turn: &Turn<'a>, sku: &str) -> Option<Item<'a>> {
    let house: &'a House = turn.at.house;
    let item = house.catalogue.item(sku)?;
    let sold = shop::sold(turn, &item.product.id).is_some();
    (sold && shop::price(turn, item).is_some()).then_some(item)
}

pub(super) fn title(turn: &Turn<'_>, product: &Product) -> String {
    let title = in_language(&product.title, turn.lang(), &turn.at.house.rules);
    texts::shortened(title.unwrap_or(&product.id), TITLE_MAX_CHARS)
}

/// What a pick or a line is called.
pub(super) fn item_title(turn: &Turn<'_>, item: Item<'_>) -> String {
    texts::shortened(&item.title(turn.lang(), &turn.at.house.rules), TITLE_MAX_CHARS)
}

/// The card, where it was asked for.
pub(super) fn open(turn: &mut Turn<'_>, id: &str) -> Option<String> {
    let Some(product) = shop::sold(turn, id) else {
        return gone(turn);
    };
    let first = product.variants.is_empty().then_some(Item { product, variant: None });
    let html = text(turn, product, first);
    asked(turn, first);
    match &product.photo {
        Some(name) => {
            let keyboard = keyboard(turn, product, first, Surface::Photo);
            if let Some((message_id, _)) = turn.pressed.take() {
                turn.call(Method::DeleteMessage { message_id }, Lane::Answer, false);
            }
            let photo = Photo::Ours(name.clone());
            turn.call(Method::SendPhoto { photo, html, keyboard }, Lane::Answer, false);
        }
        None => {
            let keyboard = keyboard(turn, product, first, Surface::Text);
            turn.show(html, keyboard);
        }
    }
    None
}

/// The card as it stands now, under the button that was pressed on it.
fn again(turn: &mut Turn<'_>, product: &Product, item: Option<Item<'_>>) {
    asked(turn, item);
    let on = match turn.pressed {
        Some((_, surface)) => surface,
        None => Surface::Text,
    };
    let html = text(turn, product, item);
    let keyboard = keyboard(turn, product, item, on);
    turn.show_in_place(html, keyboard);
}

/// What a number that is written next means.
fn asked(turn: &mut Turn<'_>, item: Option<Item<'_>>) {
    match item {
        Some(item) => turn.step_to(Step::Quantity { product: item.sku() }),
        None => turn.step_to(Step::Idle),
    }
}

fn gone(turn: &mut Turn<'_>) -> Option<String> {
    let toast = turn.plain("product-gone", &[]);
    shop::front(turn, 0);
    Some(toast)
}

fn text(turn: &Turn<'_>, product: &Product, item: Option<Item<'_>>) -> String {
    let lang = turn.lang();
    let price = item.and_then(|item| shop::price(turn, item));
    let price =
        price.map_or_else(|| shop::price_label(turn, product), |price| texts::money(lang, price));
    let name = item.map_or_else(|| title(turn, product), |item| item_title(turn, item));
    let mut html = turn.say("product", &[("title", name.into()), ("price", price.into())]);
    let words = in_language(&product.description, lang, &turn.at.house.rules).unwrap_or_default();
    if !words.is_empty() {
        html.push_str("\n\n");
        html.push_str(&texts::escape(&texts::shortened(words, DESCRIPTION_MAX_CHARS)));
    }
    html.push_str("\n\n");
    let most = turn.at.house.rules.max_quantity;
    let quantity = item.map_or(0, |item| turn.basket().quantity(&item.sku()));
    html.push_str(&match (item, quantity) {
        (None, _) => turn.say("variant-ask", &[]),
        (Some(_), 0) => turn.say("quantity-ask", &[("max", most.into())]),
        (Some(_), quantity) => turn.say("quantity-in-cart", &[("quantity", quantity.into())]),
    });
    html
}

fn keyboard(turn: &Turn<'_>, product: &Product, item: Option<Item<'_>>, on: Surface) -> Keyboard {
    let mut rows = variant_rows(turn, product, item, on);
    if let Some(item) = item {
        let sku = item.sku();
        let chosen = turn.basket().quantity(&sku);
        let most = turn.at.house.rules.max_quantity.min(QUANTITY_BUTTONS);
        let number = |quantity: u32| {
            let mark = if quantity == chosen { "✓ " } else { "" };
            let act = Act::Take { sku: sku.clone(), quantity };
            press(on, format!("{mark}{quantity}"), act)
        };
        rows.push((1..=most).map(number).collect());
    }
    let kept = turn.basket().is_favourite(&product.id);
    let keep = if kept { "button-favourite-kept" } else { "button-favourite" };
    let label = texts::label(turn.lang(), "button-share", &[]);
    rows.push(vec![
        turn.button_on(on, keep, Act::Favourite { product: product.id.clone() }),
        Button::Share { label, query: title(turn, product) },
    ]);
    if !turn.basket().picks.is_empty() {
        rows.push(vec![shop::cart_button(turn, on)]);
    }
    let back = match &product.category {
        Some(id) => Act::Category { id: id.clone(), page: 0 },
        None => Act::Shop { page: 0 },
    };
    rows.push(vec![turn.button_on(on, "button-back", back)]);
    Keyboard::Inline(rows)
}

fn variant_rows(
    turn: &Turn<'_>,
    product: &Product,
    chosen: Option<Item<'_>>,
    on: Surface,
) -> Vec<Vec<Button>> {
    let rules = &turn.at.house.rules;
    let button = |item: &Item<'_>| {
        let variant = item.variant?;
        let is_it = chosen.and_then(|chosen| chosen.variant).is_some_and(|it| it.id == variant.id);
        let name = in_language(&variant.title, turn.lang(), rules).unwrap_or(&variant.id);
        let mark = if is_it { "✓ " } else { "" };
        let label = texts::shortened(&format!("{mark}{name}"), 30);
        Some(press(on, label, Act::Choose { sku: item.sku() }))
    };
    let sold = product.items().filter(|item| shop::price(turn, *item).is_some());
    let buttons: Vec<Button> = sold.filter_map(|item| button(&item)).collect();
    buttons.chunks(VARIANTS_A_ROW).map(<[Button]>::to_vec).collect()
}

/// A variant was chosen.
pub(super) fn choose(turn: &mut Turn<'_>, sku: &str) -> Option<String> {
    let Some(item) = sold_item(turn, sku) else {
        return gone(turn);
    };
    again(turn, item.product, Some(item));
    None
}

/// So many of it, by a button on its card.
pub(super) fn take(turn: &mut Turn<'_>, sku: &str, quantity: u32) -> Option<String> {
    let Some(item) = sold_item(turn, sku) else {
        return gone(turn);
    };
    let quantity = quantity.clamp(1, turn.at.house.rules.max_quantity.max(1));
    let taken = turn.change_basket(|basket| basket.set(sku, quantity));
    again(turn, item.product, Some(item));
    Some(match taken {
        true => turn.plain("quantity-in-cart", &[("quantity", quantity.into())]),
        false => turn.plain("cart-full", &[]),
    })
}

/// The customer wrote how many.
pub(super) fn quantity_said(turn: &mut Turn<'_>, sku: &str, text: &str) {
    let Some(item) = sold_item(turn, sku) else {
        let html = turn.say("product-gone", &[]);
        turn.send(html, Keyboard::None);
        return shop::front(turn, 0);
    };
    let most = turn.at.house.rules.max_quantity;
    match number(text) {
        Some(quantity) if (1..=most).contains(&quantity) => {
            if turn.change_basket(|basket| basket.set(sku, quantity)) {
                turn.step_to(Step::Idle);
                cart::added(turn, item, quantity);
            } else {
                let html = turn.say("cart-full", &[]);
                let rows = vec![vec![shop::cart_button(turn, Surface::Text)]];
                turn.show(html, Keyboard::Inline(rows));
            }
        }
        _ => {
            let html = turn.say("quantity-range", &[("max", most.into())]);
            let product = Act::Product { product: item.product.id.clone() };
            let rows = vec![
                vec![press(Surface::Text, item_title(turn, item), product)],
                vec![turn.button("button-shop", Act::Shop { page: 0 })],
            ];
            turn.show(html, Keyboard::Inline(rows));
        }
    }
}

/// So many of it, as a dialogue has found out. What has variants is shown, to be chosen from.
pub(super) fn buy(turn: &mut Turn<'_>, id: &str, quantity: u32) {
    let Some(item) = sold_item(turn, id) else {
        return super::decide::linked(turn, id);
    };
    let quantity = quantity.clamp(1, turn.at.house.rules.max_quantity.max(1));
    if turn.change_basket(|basket| basket.set(id, quantity)) {
        cart::added(turn, item, quantity);
    } else {
        cart::page(turn, 0);
    }
}

pub(super) fn favourite(turn: &mut Turn<'_>, id: &str) -> Option<String> {
    let Some(product) = shop::sold(turn, id) else {
        return gone(turn);
    };
    let kept = turn.change_basket(|basket| basket.toggle_favourite(id));
    // The variant that was looked at stays chosen.
    let chosen = match turn.step() {
        Step::Quantity { product: sku } => sold_item(turn, &sku.clone()),
        _ => None,
    };
    let alone = product.variants.is_empty().then_some(Item { product, variant: None });
    let item = chosen.filter(|item| item.product.id == product.id).or(alone);
    again(turn, product, item);
    Some(turn.plain(if kept { "favourite-kept" } else { "favourite-let-go" }, &[]))
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
