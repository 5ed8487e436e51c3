//! The cart: what was picked, how many, with which note, and the promo code. Knows no delivery and no orders' life.

use entities::{Currency, Key, Kind, Money};

use super::basket::Pick;
use super::button::{Act, Surface};
use super::product::{item_title, sold_item};
use super::state::Step;
use super::turn::{Turn, press};
use super::{home, shop};
use crate::catalogue::{Item, ProductKind, Till};
use crate::intent::{Button, Keyboard};
use crate::order::{Discount, Line};
use crate::promo;
use crate::texts;

/// Picks on one page.
const PAGE: usize = 5;
pub(super) const NOTE_MAX_CHARS: usize = 200;
/// Of a note in a list of picks.
const NOTE_SHOWN_CHARS: usize = 40;
const CODE_MAX_CHARS: usize = 32;

/// What one till takes money for.
pub(super) struct Bill {
    pub(super) lines: Vec<Line>,
    pub(super) goods: Money,
    pub(super) discount: Option<Discount>,
}

impl Bill {
    /// Goods less discount.
    pub(super) fn rest(&self) -> Money {
        let off = self.discount.as_ref().map_or(0, |discount| discount.amount.amount_minor);
        Money::new(self.goods.amount_minor - off, self.goods.currency)
    }
}

/// What can be bought now of what was picked; `None` when nothing of it is for this till.
pub(super) fn bill(turn: &Turn<'_>, till: Till) -> Option<Bill> {
    let currency = currency_of(turn);
    let lines: Vec<Line> = turn
        .basket()
        .picks
        .iter()
        .filter_map(|pick| line(turn, pick, currency))
        .filter(|(line_till, _)| *line_till == till)
        .map(|(_, line)| line)
        .collect();
    let first = lines.first()?;
    let nothing = Money::new(0, first.price.currency);
    let goods = lines
        .iter()
        .try_fold(nothing, |sum, line| sum.plus(line.price.times(line.quantity).ok()?).ok())?;
    let promo = turn.basket().promo.as_ref();
    let discount = promo.and_then(|held| {
        let amount = promo::discount(held.terms.as_ref()?, goods)?;
        Some(Discount { code: held.code.clone(), amount })
    });
    Some(Bill { lines, goods, discount })
}

/// One currency for all that the gateway takes money for: the house's unless everything has a price in the customer's.
fn currency_of(turn: &Turn<'_>) -> Currency {
    let wanted = shop::currency(turn);
    let catalogue = &turn.at.house.catalogue;
    let has = |pick: &Pick| {
        let item = catalogue.item(&pick.sku).filter(|item| item.product.till() == Till::Gateway);
        let price = item.and_then(|item| item.price(&turn.at.house.rules, wanted));
        price.is_none_or(|price| price.currency == wanted)
    };
    match turn.basket().picks.iter().all(has) {
        true => wanted,
        false => turn.at.house.rules.currency,
    }
}

fn line(turn: &Turn<'_>, pick: &Pick, currency: Currency) -> Option<(Till, Line)> {
    let item = sold_item(turn, &pick.sku)?;
    let goods = match &item.product.kind {
        ProductKind::Physical => None,
        ProductKind::Digital { goods, .. } => Some(goods.clone()),
    };
    let line = Line {
        product: pick.sku.clone(),
        title: item_title(turn, item),
        quantity: pick.quantity,
        price: item.price(&turn.at.house.rules, currency)?,
        note: pick.note.clone(),
        goods,
    };
    Some((item.product.till(), line))
}

pub(super) fn page(turn: &mut Turn<'_>, page: usize) {
    turn.step_to(Step::Idle);
    // What the shop no longer has at all cannot even be named.
    let catalogue = turn.at.house.catalogue.clone();
    turn.change_basket(|basket| basket.picks.retain(|pick| catalogue.item(&pick.sku).is_some()));
    let picks = turn.basket().picks.clone();
    if picks.is_empty() {
        let html = turn.say("cart-empty", &[]);
        let shop = vec![turn.button("button-shop", Act::Shop { page: 0 })];
        let rows = vec![shop, vec![home::home_button(turn)]];
        return turn.show(html, Keyboard::Inline(rows));
    }
    let pages = picks.len().div_ceil(PAGE);
    let page = page.min(pages - 1);
    let shown = &picks[page * PAGE..picks.len().min((page + 1) * PAGE)];
    let mut html = turn.say("cart", &[]);
    for pick in shown {
        html.push('\n');
        html.push_str(&pick_text(turn, pick));
    }
    let mut rows: Vec<Vec<Button>> = shown.iter().map(|pick| pick_row(turn, pick)).collect();
    rows.extend(shop::turning(turn, page, pages, |page| Act::Cart { page }));
    for till in [Till::Gateway, Till::Stars] {
        if let Some(bill) = bill(turn, till) {
            html.push_str("\n\n");
            html.push_str(&sums(turn, &bill));
            let total = texts::money(turn.lang(), bill.rest());
            let label = texts::label(turn.lang(), "button-checkout", &[("total", total.into())]);
            rows.push(vec![press(Surface::Text, label, Act::Checkout { till })]);
        }
    }
    rows.push(promo_row(turn));
    rows.push(vec![turn.button("button-shop", Act::Shop { page: 0 }), home::home_button(turn)]);
    turn.show(html, Keyboard::Inline(rows));
}

/// What the goods cost, and what is taken off.
pub(super) fn sums(turn: &Turn<'_>, bill: &Bill) -> String {
    let lang = turn.lang();
    let mut said = turn.say("order-goods", &[("price", texts::money(lang, bill.goods).into())]);
    if let Some(discount) = &bill.discount {
        said.push('\n');
        let amount = texts::money(lang, discount.amount);
        let args = [("code", (&*discount.code).into()), ("amount", amount.into())];
        said.push_str(&turn.say("order-discount", &args));
    }
    said
}

/// A pick as a line; one that cannot be bought now says so.
fn pick_text(turn: &Turn<'_>, pick: &Pick) -> String {
    let mut said = match line(turn, pick, currency_of(turn)) {
        Some((_, line)) => line_text(turn, &line),
        None => {
            let item = turn.at.house.catalogue.item(&pick.sku);
            let title = item.map_or_else(|| pick.sku.clone(), |item| item_title(turn, item));
            turn.say("cart-not-now", &[("title", title.into())])
        }
    };
    if let Some(note) = &pick.note {
        said.push('\n');
        let note = texts::shortened(note, NOTE_SHOWN_CHARS);
        said.push_str(&turn.say("cart-note", &[("note", note.into())]));
    }
    said
}

pub(super) fn line_text(turn: &Turn<'_>, line: &Line) -> String {
    let price = line.price.times(line.quantity).unwrap_or(line.price);
    let args = [
        ("quantity", line.quantity.into()),
        ("title", (&*line.title).into()),
        ("price", texts::money(turn.lang(), price).into()),
    ];
    turn.say("order-line", &args)
}

/// One less, what it is, one more. What each button sets is written on it, so that a press twice is a press once.
fn pick_row(turn: &Turn<'_>, pick: &Pick) -> Vec<Button> {
    let most = turn.at.house.rules.max_quantity;
    let set = |label: &str, quantity: u32| {
        press(Surface::Text, label.to_owned(), Act::Set { sku: pick.sku.clone(), quantity })
    };
    let item = turn.at.house.catalogue.item(&pick.sku);
    let title = item.map_or_else(|| pick.sku.clone(), |item| item_title(turn, item));
    let label = texts::shortened(&format!("{} × {title}", pick.quantity), 30);
    vec![
        set("−", pick.quantity.saturating_sub(1)),
        press(Surface::Text, label, Act::Pick { sku: pick.sku.clone() }),
        set("+", pick.quantity.saturating_add(1).min(most)),
    ]
}

fn promo_row(turn: &Turn<'_>) -> Vec<Button> {
    match &turn.basket().promo {
        Some(promo) => {
            let args = [("code", (&*promo.code).into())];
            let label = texts::label(turn.lang(), "button-promo-remove", &args);
            vec![press(Surface::Text, label, Act::NoPromo)]
        }
        None => vec![turn.button("button-promo", Act::Promo)],
    }
}

/// So many of it, by a button of the cart.
pub(super) fn set(turn: &mut Turn<'_>, sku: &str, quantity: u32) -> Option<String> {
    // A pick that was taken out by another button stays out.
    if turn.basket().quantity(sku) > 0 {
        let quantity = quantity.min(turn.at.house.rules.max_quantity);
        turn.change_basket(|basket| basket.set(sku, quantity));
    }
    let place = turn.basket().picks.iter().position(|pick| pick.sku == sku).unwrap_or(0);
    page(turn, place / PAGE);
    None
}

/// What was just put in, by a number that was written.
pub(super) fn added(turn: &mut Turn<'_>, item: Item<'_>, quantity: u32) {
    let args = [("quantity", quantity.into()), ("title", item_title(turn, item).into())];
    let html = turn.say("cart-added", &args);
    let rows = vec![
        vec![shop::cart_button(turn, Surface::Text)],
        vec![turn.button("button-shop", Act::Shop { page: 0 }), home::home_button(turn)],
    ];
    turn.show(html, Keyboard::Inline(rows));
}

/// One pick: its note, taking it out.
pub(super) fn pick(turn: &mut Turn<'_>, sku: &str) -> Option<String> {
    let found = turn.basket().picks.iter().find(|pick| pick.sku == sku).cloned();
    let Some(pick) = found else {
        page(turn, 0);
        return Some(turn.plain("cart-changed", &[]));
    };
    turn.step_to(Step::Idle);
    let mut html = match line(turn, &pick, currency_of(turn)) {
        Some((_, line)) => line_text(turn, &line),
        None => pick_text(turn, &pick),
    };
    if let Some(note) = &pick.note {
        html.push('\n');
        html.push_str(&turn.say("cart-note", &[("note", (&**note).into())]));
    }
    let rows = vec![
        vec![turn.button("button-note", Act::Note { sku: sku.to_owned() })],
        vec![turn.button("button-remove", Act::Set { sku: sku.to_owned(), quantity: 0 })],
        vec![turn.button("button-back", Act::Cart { page: 0 })],
    ];
    turn.show(html, Keyboard::Inline(rows));
    None
}

pub(super) fn note(turn: &mut Turn<'_>, sku: &str) -> Option<String> {
    if turn.basket().quantity(sku) == 0 {
        page(turn, 0);
        return Some(turn.plain("cart-changed", &[]));
    }
    turn.step_to(Step::Note { sku: sku.to_owned() });
    let html = turn.say("note-ask", &[("max", (NOTE_MAX_CHARS as u32).into())]);
    let rows = vec![vec![turn.button("button-back", Act::Pick { sku: sku.to_owned() })]];
    turn.show(html, Keyboard::Inline(rows));
    None
}

pub(super) fn note_said(turn: &mut Turn<'_>, sku: &str, text: &str) {
    match one_line(text, NOTE_MAX_CHARS) {
        Err(key) => {
            let html = turn.say(key, &[("max", (NOTE_MAX_CHARS as u32).into())]);
            let rows = vec![vec![turn.button("button-back", Act::Pick { sku: sku.to_owned() })]];
            turn.show(html, Keyboard::Inline(rows));
        }
        Ok(note) => {
            turn.change_basket(|basket| {
                for pick in basket.picks.iter_mut().filter(|pick| pick.sku == sku) {
                    pick.note = Some(note.clone());
                }
            });
            page(turn, 0);
        }
    }
}

/// What somebody wrote, with single spaces; or the text that says what is wrong with it.
pub(super) fn one_line(text: &str, max_chars: usize) -> Result<String, &'static str> {
    let seen = |letter: char| !letter.is_control() && !super::registration::is_hidden(letter);
    let words = text.split_whitespace().map(|word| word.chars().filter(|c| seen(*c)).collect());
    let words: Vec<String> = words.filter(|word: &String| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.chars().count() {
        0 => Err("text-invisible"),
        count if count > max_chars => Err("text-too-long"),
        _ => Ok(line),
    }
}

// The promo code.

pub(super) fn promo(turn: &mut Turn<'_>) {
    turn.step_to(Step::Promo);
    let html = turn.say("promo-ask", &[]);
    let rows = vec![vec![turn.button("button-back", Act::Cart { page: 0 })]];
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn no_promo(turn: &mut Turn<'_>) {
    turn.change_basket(|basket| basket.promo = None);
    page(turn, 0);
}

/// A code was written: what it gives is asked where it is counted.
pub(super) fn promo_said(turn: &mut Turn<'_>, text: &str) {
    let code: String = text.trim().to_uppercase().chars().take(CODE_MAX_CHARS + 1).collect();
    if !turn.at.house.promos.contains(&code) {
        return refused(turn, &code, "promo-unknown");
    }
    turn.step_to(Step::Idle);
    turn.change_basket(|basket| {
        basket.promo = Some(super::basket::Promo { code: code.clone(), terms: None });
    });
    let quote = promo::Message::Quote { session: turn.at.key.clone() };
    turn.tell(Key::new(Kind::Promo, &code), quote.into());
    let html = turn.say("promo-asking", &[("code", code.into())]);
    turn.show(html, Keyboard::None);
}

/// The code has answered. Nobody asked for it any more: nothing is said.
pub(super) fn promo_quoted(turn: &mut Turn<'_>, code: &str, terms: &promo::Terms) {
    if turn.basket().promo.as_ref().is_none_or(|promo| promo.code != code) {
        return;
    }
    let terms = Some(terms.clone());
    turn.change_basket(|basket| {
        basket.promo = Some(super::basket::Promo { code: code.to_owned(), terms });
    });
    if !turn.state.is_reachable() {
        return;
    }
    let gives = [Till::Gateway, Till::Stars]
        .iter()
        .any(|till| bill(turn, *till).is_some_and(|bill| bill.discount.is_some()));
    match gives {
        true => page(turn, 0),
        // It is good, but not for this.
        false => {
            turn.change_basket(|basket| basket.promo = None);
            refused(turn, code, "promo-not-for-this");
        }
    }
}

pub(super) fn promo_unknown(turn: &mut Turn<'_>, code: &str, reason: &str) {
    if turn.basket().promo.as_ref().is_none_or(|promo| promo.code != code) {
        return;
    }
    turn.change_basket(|basket| basket.promo = None);
    if turn.state.is_reachable() {
        let key = match reason {
            "promo-over" => "promo-over",
            "promo-once" => "promo-once",
            "promo-used-up" => "promo-used-up",
            _ => "promo-unknown",
        };
        refused(turn, code, key);
    }
}

fn refused(turn: &mut Turn<'_>, code: &str, key: &'static str) {
    turn.step_to(Step::Idle);
    let code = texts::shortened(code, CODE_MAX_CHARS);
    let html = turn.say(key, &[("code", code.into())]);
    let rows = vec![
        vec![turn.button("button-promo", Act::Promo)],
        vec![shop::cart_button(turn, Surface::Text)],
    ];
    turn.show(html, Keyboard::Inline(rows));
}

// A cart that was left alone.

/// Reminds once; the next change of the cart sets the time anew.
pub(super) fn remind(turn: &mut Turn<'_>) {
    let left = [Till::Gateway, Till::Stars].iter().any(|till| bill(turn, *till).is_some());
    let unwanted = turn.basket().no_reminders || turn.about.silent;
    if !left || unwanted || !turn.state.is_reachable() {
        return;
    }
    let html = turn.say("cart-reminder", &[]);
    let rows = vec![
        vec![shop::cart_button(turn, Surface::Kept)],
        vec![turn.button_on(Surface::Kept, "button-no-reminders", Act::NoReminders)],
    ];
    turn.remind(html, Keyboard::Inline(rows));
}

pub(super) fn no_reminders(turn: &mut Turn<'_>) -> Option<String> {
    turn.change_basket(|basket| basket.no_reminders = true);
    let html = turn.say("reminders-off", &[]);
    let rows = vec![vec![home::home_button(turn)]];
    turn.show(html, Keyboard::Inline(rows));
    None
}
