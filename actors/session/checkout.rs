//! From the cart to the summary: where it goes, how, what it costs in all. Places no order.

use entities::Money;

use super::button::{Act, Surface};
use super::cart::{self, Bill, bill};
use super::state::Step;
use super::turn::{Turn, press};
use super::{home, shop};
use crate::catalogue::{Till, in_language};
use crate::house::{DeliveryMethod, House};
use crate::intent::{Button, Keyboard};
use crate::order::Shipping;
use crate::texts;

const ADDRESS_MAX_CHARS: usize = 250;
const PHONE_MAX_CHARS: usize = 32;
/// Lines that the summary names; the others are counted.
const LINES_SHOWN: usize = 6;

/// Asks for the next thing that is missing, or shows the summary.
pub(super) fn checkout(turn: &mut Turn<'_>, till: Till) {
    let Some(bill) = bill(turn, till) else {
        return cart::page(turn, 0);
    };
    if !bill.lines.iter().any(|line| line.goods.is_none()) {
        return summary(turn, till, &bill, None);
    }
    let rules = turn.at.house.rules.clone();
    if !rules.regions.is_empty() && shop::region(turn).is_none() {
        turn.step_to(Step::Parcel);
        return shop::regions(turn);
    }
    let methods = methods(turn, &bill);
    if methods.is_empty() && !rules.delivery.is_empty() {
        return nowhere(turn);
    }
    let chosen = turn.basket().method.clone();
    let method = match methods.as_slice() {
        [only] => Some(*only),
        several => several.iter().find(|method| Some(&method.id) == chosen.as_ref()).copied(),
    };
    if method.is_none() && !methods.is_empty() {
        return choose_method(turn);
    }
    let needs_address = method.is_none_or(|method| method.needs_address);
    if needs_address && turn.basket().address.is_none() {
        return address(turn);
    }
    if phone_of(turn).is_none() {
        return phone(turn);
    }
    let shipping = shipping(turn, &bill, method);
    summary(turn, till, &bill, shipping);
}

/// The ways in which these goods can go there.
pub(super) fn methods<'a>(turn: &Turn<'a>, bill: &Bill) -> Vec<&'a DeliveryMethod> {
    let house: &'a House = turn.at.house;
    let region = shop::region(turn);
    let fits = |method: &&DeliveryMethod| {
        method.goes_to(region.as_deref()) && method.cost(bill.goods).is_some()
    };
    house.rules.delivery.iter().filter(fits).collect()
}

pub(super) fn shipping(
    turn: &Turn<'_>,
    bill: &Bill,
    method: Option<&DeliveryMethod>,
) -> Option<Shipping> {
    let basket = turn.basket();
    let free = Money::new(0, bill.goods.currency);
    let needs_address = method.is_none_or(|method| method.needs_address);
    let address = basket.address.clone().filter(|_| needs_address).unwrap_or_default();
    let title = method.map(|method| method_title(turn, method));
    Some(Shipping {
        method: method.map_or_else(String::new, |method| method.id.clone()),
        title: title.unwrap_or_else(|| turn.plain("delivery", &[])),
        cost: method.map_or(Some(free), |method| method.cost(bill.goods))?,
        address,
        phone: phone_of(turn).unwrap_or_default(),
    })
}

/// What they said for a parcel, or else for everything.
fn phone_of(turn: &Turn<'_>) -> Option<String> {
    let known = || turn.about.phone.as_ref().map(ToString::to_string);
    turn.basket().phone.clone().or_else(known)
}

fn method_title(turn: &Turn<'_>, method: &DeliveryMethod) -> String {
    let title = in_language(&method.title, turn.lang(), &turn.at.house.rules);
    texts::shortened(title.unwrap_or(&method.id), 60)
}

fn nowhere(turn: &mut Turn<'_>) {
    turn.step_to(Step::Parcel);
    let html = turn.say("delivery-nowhere", &[]);
    let rows = vec![
        vec![turn.button("button-region-change", Act::Regions)],
        vec![shop::cart_button(turn, Surface::Text)],
        vec![home::home_button(turn)],
    ];
    turn.show(html, Keyboard::Inline(rows));
}

// The parcel: region, method, address, phone.

pub(super) fn region_chosen(turn: &mut Turn<'_>, id: &str) -> Option<String> {
    let known = turn.at.house.rules.regions.iter().any(|region| region.id == id);
    if !known {
        shop::front(turn, 0);
        return Some(turn.plain("region-gone", &[]));
    }
    turn.change_basket(|basket| basket.region = Some(id.to_owned()));
    match turn.step() {
        // Asked for by the checkout, or corrected on the summary.
        Step::Parcel | Step::Confirm { .. } => checkout(turn, Till::Gateway),
        _ => shop::front(turn, 0),
    }
    None
}

pub(super) fn choose_method(turn: &mut Turn<'_>) {
    let Some(bill) = bill(turn, Till::Gateway) else {
        return cart::page(turn, 0);
    };
    turn.step_to(Step::Parcel);
    let offers: Vec<(String, Money, String)> = methods(turn, &bill)
        .into_iter()
        .filter_map(|method| {
            Some((method.id.clone(), method.cost(bill.goods)?, method_title(turn, method)))
        })
        .collect();
    let mut rows: Vec<Vec<Button>> = offers
        .into_iter()
        .map(|(id, cost, title)| {
            let label = format!("{} · {}", texts::shortened(&title, 40), cost_label(turn, cost));
            vec![press(Surface::Text, label, Act::Method { id })]
        })
        .collect();
    rows.push(vec![shop::cart_button(turn, Surface::Text)]);
    let html = turn.say("delivery-ask", &[]);
    turn.show(html, Keyboard::Inline(rows));
}

fn cost_label(turn: &Turn<'_>, cost: Money) -> String {
    match cost.amount_minor {
        0 => turn.plain("delivery-free", &[]),
        _ => texts::money(turn.lang(), cost),
    }
}

pub(super) fn method_chosen(turn: &mut Turn<'_>, id: &str) -> Option<String> {
    turn.change_basket(|basket| basket.method = Some(id.to_owned()));
    checkout(turn, Till::Gateway);
    None
}

pub(super) fn address(turn: &mut Turn<'_>) {
    turn.step_to(Step::Address);
    let html = turn.say("address-ask", &[]);
    let rows = vec![vec![shop::cart_button(turn, Surface::Text)]];
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn address_said(turn: &mut Turn<'_>, text: &str) {
    let lines = text.replace('\n', ", ");
    match cart::one_line(&lines, ADDRESS_MAX_CHARS) {
        Ok(address) => {
            turn.change_basket(|basket| basket.address = Some(address));
            checkout(turn, Till::Gateway);
        }
        Err(key) => {
            let html = turn.say(key, &[("max", (ADDRESS_MAX_CHARS as u32).into())]);
            let rows = vec![vec![shop::cart_button(turn, Surface::Text)]];
            turn.show(html, Keyboard::Inline(rows));
        }
    }
}

pub(super) fn phone(turn: &mut Turn<'_>) {
    turn.step_to(Step::Phone);
    let html = turn.say("courier-phone-ask", &[]);
    let rows = vec![
        vec![turn.button("button-skip", Act::NoPhone)],
        vec![shop::cart_button(turn, Surface::Text)],
    ];
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn no_phone(turn: &mut Turn<'_>) -> Option<String> {
    turn.change_basket(|basket| basket.phone = Some(String::new()));
    checkout(turn, Till::Gateway);
    None
}

/// A number as people write it, in the digits of any language.
pub(super) fn phone_said(turn: &mut Turn<'_>, text: &str) {
    let said: String = text
        .trim()
        .chars()
        .map(|letter| match letter {
            '٠'..='٩' => char::from(b'0' + (letter as u32 - '٠' as u32) as u8),
            '۰'..='۹' => char::from(b'0' + (letter as u32 - '۰' as u32) as u8),
            other => other,
        })
        .collect();
    let digits = said.chars().filter(char::is_ascii_digit).count();
    let good = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '/');
    if (5..=15).contains(&digits) && said.len() <= PHONE_MAX_CHARS && said.chars().all(good) {
        turn.change_basket(|basket| basket.phone = Some(said));
        return checkout(turn, Till::Gateway);
    }
    let html = turn.say("courier-phone-wrong", &[]);
    let rows = vec![
        vec![turn.button("button-skip", Act::NoPhone)],
        vec![shop::cart_button(turn, Surface::Text)],
    ];
    turn.show(html, Keyboard::Inline(rows));
}

// The summary.

/// What would be ordered, to be agreed to once; every line of it can be corrected.
fn summary(turn: &mut Turn<'_>, till: Till, bill: &Bill, shipping: Option<Shipping>) {
    let cost = shipping.as_ref().map_or(0, |shipping| shipping.cost.amount_minor);
    let total = Money::new(bill.rest().amount_minor.saturating_add(cost), bill.goods.currency);
    let nonce = (turn.at.seed >> 32) as u32;
    turn.step_to(Step::Confirm { till, total, nonce });
    let lang = turn.lang().to_owned();
    let mut html = turn.say("summary", &[]);
    for line in bill.lines.iter().take(LINES_SHOWN) {
        html.push('\n');
        html.push_str(&cart::line_text(turn, line));
        if let Some(note) = &line.note {
            html.push('\n');
            let note = texts::shortened(note, 30);
            html.push_str(&turn.say("cart-note", &[("note", note.into())]));
        }
    }
    if let Some(more @ 1..) = bill.lines.len().checked_sub(LINES_SHOWN) {
        html.push('\n');
        html.push_str(&turn.say("order-more-lines", &[("count", (more as u32).into())]));
    }
    html.push_str("\n\n");
    html.push_str(&cart::sums(turn, bill));
    if let Some(shipping) = &shipping {
        html.push('\n');
        html.push_str(&shipping_text(turn, shipping));
    }
    html.push_str("\n\n");
    html.push_str(&turn.say("order-total", &[("total", texts::money(&lang, total).into())]));
    let mut rows = vec![vec![turn.button("button-place", Act::Place { nonce })]];
    rows.push(vec![turn.button("button-change-goods", Act::Cart { page: 0 })]);
    if let Some(shipping) = &shipping {
        let mut row = vec![turn.button("button-change-phone", Act::Phone)];
        if !shipping.address.is_empty() {
            row.insert(0, turn.button("button-change-address", Act::Address));
        }
        rows.push(row);
        let mut row = Vec::new();
        if turn.at.house.rules.delivery.len() > 1 {
            row.push(turn.button("button-change-delivery", Act::Methods));
        }
        if !turn.at.house.rules.regions.is_empty() {
            row.push(turn.button("button-region-change", Act::Regions));
        }
        if !row.is_empty() {
            rows.push(row);
        }
    }
    rows.push(vec![home::home_button(turn)]);
    turn.show(html, Keyboard::Inline(rows));
}

/// How it goes, what that costs, where to.
pub(super) fn shipping_text(turn: &Turn<'_>, shipping: &Shipping) -> String {
    let price = cost_label(turn, shipping.cost);
    let args = [("method", (&*shipping.title).into()), ("price", price.into())];
    let mut said = turn.say("order-shipping", &args);
    let to: Vec<&str> = [&*shipping.address, &*shipping.phone]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if !to.is_empty() {
        said.push('\n');
        said.push_str(&turn.say("order-address", &[("address", to.join(" · ").into())]));
    }
    said
}
