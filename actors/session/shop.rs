//! The shop's shelves: categories, lists page by page, search, favourites, where the customer is. Knows no cart's rules
//! and no orders.

use entities::{Currency, Money};

use super::button::{Act, Surface};
use super::state::Step;
use super::turn::{Turn, press};
use super::{home, product};
use crate::catalogue::{Category, Item, Product, Till, in_language};
use crate::house::{House, Rules};
use crate::intent::{Button, Keyboard};
use crate::texts;

/// Products on one page.
const PAGE: usize = 8;
/// Categories on one page; two stand side by side.
const CATEGORIES: usize = 12;
const SEARCH_MAX_CHARS: usize = 60;
const LABEL_TITLE_CHARS: usize = 40;

/// The shop's front.
pub(super) fn front(turn: &mut Turn<'_>, page: usize) {
    turn.step_to(Step::Idle);
    if for_sale(turn).next().is_none() {
        let html = turn.say("shop-empty", &[]);
        let home = home::home_button(turn);
        return turn.show(html, Keyboard::Inline(vec![vec![home]]));
    }
    shelf(turn, None, page);
}

/// A category: what is in it, categories first.
pub(super) fn category(turn: &mut Turn<'_>, id: &str, page: usize) -> Option<String> {
    turn.step_to(Step::Idle);
    match turn.at.house.catalogue.category(id) {
        Some(category) => {
            shelf(turn, Some(category), page);
            None
        }
        None => {
            front(turn, 0);
            Some(turn.plain("category-gone", &[]))
        }
    }
}

/// What stands in a category, or at the shop's front.
fn shelf(turn: &mut Turn<'_>, within: Option<&Category>, page: usize) {
    let parent = within.map(|category| category.id.as_str());
    let mut rows = Vec::new();
    let categories: Vec<&Category> = shown_categories(turn, parent);
    if page == 0 {
        rows.extend(category_rows(turn, &categories));
    }
    let products: Vec<&Product> =
        for_sale(turn).filter(|product| product.category.as_deref() == parent).collect();
    let (page, pages) = paged(page, products.len());
    rows.extend(product_rows(turn, &products, page));
    let turned = |page| match parent {
        Some(id) => Act::Category { id: id.to_owned(), page },
        None => Act::Shop { page },
    };
    rows.extend(turning(turn, page, pages, turned));
    match within {
        None => rows.extend(front_rows(turn)),
        Some(category) => {
            let up = match &category.parent {
                Some(id) => Act::Category { id: id.clone(), page: 0 },
                None => Act::Shop { page: 0 },
            };
            rows.push(vec![turn.button("button-back", up), cart_button(turn, Surface::Text)]);
        }
    }
    rows.push(vec![home::home_button(turn)]);
    let html = match within {
        None => turn.say("shop-front", &[]),
        Some(category) => {
            let title = title_of(turn, category);
            turn.say("shop-category", &[("title", title.into())])
        }
    };
    turn.show(with_page(turn, html, page, pages), Keyboard::Inline(rows));
}

/// Categories in which something is sold here; with more than fit, the others are found by searching.
fn shown_categories<'a>(turn: &Turn<'a>, parent: Option<&str>) -> Vec<&'a Category> {
    let house: &'a House = turn.at.house;
    let categories = house.catalogue.categories.iter();
    let within = categories.filter(|category| category.parent.as_deref() == parent);
    within.filter(|category| is_used(turn, category)).take(CATEGORIES).collect()
}

/// Whether anything in it, or in what is in it, is sold here.
fn is_used(turn: &Turn<'_>, category: &Category) -> bool {
    let id = Some(category.id.as_str());
    let mut within = turn.at.house.catalogue.categories.iter();
    for_sale(turn).any(|product| product.category.as_deref() == id)
        || within.any(|other| other.parent.as_deref() == id && is_used(turn, other))
}

fn title_of(turn: &Turn<'_>, category: &Category) -> String {
    let title = in_language(&category.title, turn.lang(), &turn.at.house.rules);
    title.unwrap_or(&category.id).to_owned()
}

fn category_rows(turn: &Turn<'_>, categories: &[&Category]) -> Vec<Vec<Button>> {
    let button = |category: &&Category| {
        let label = texts::shortened(&title_of(turn, category), LABEL_TITLE_CHARS);
        press(Surface::Text, label, Act::Category { id: category.id.clone(), page: 0 })
    };
    categories.chunks(2).map(|pair| pair.iter().map(button).collect()).collect()
}

/// What the shop's front offers beside its shelves.
fn front_rows(turn: &Turn<'_>) -> Vec<Vec<Button>> {
    let mut second = vec![cart_button(turn, Surface::Text)];
    if !turn.at.house.rules.regions.is_empty() {
        let label = match region_title(turn) {
            Some(title) => texts::label(turn.lang(), "button-region", &[("title", title.into())]),
            None => texts::label(turn.lang(), "button-region-none", &[]),
        };
        second.push(press(Surface::Text, label, Act::Regions));
    }
    vec![
        vec![
            turn.button("button-search", Act::Search),
            turn.button("button-favourites", Act::Favourites { page: 0 }),
        ],
        second,
    ]
}

pub(super) fn cart_button(turn: &Turn<'_>, on: Surface) -> Button {
    let count =
        turn.basket().picks.iter().fold(0_u32, |sum, pick| sum.saturating_add(pick.quantity));
    let label = texts::label(turn.lang(), "button-cart", &[("count", count.into())]);
    press(on, label, Act::Cart { page: 0 })
}

fn product_rows(turn: &Turn<'_>, products: &[&Product], page: usize) -> Vec<Vec<Button>> {
    let shown = products.iter().skip(page * PAGE).take(PAGE);
    let row = |product: &&Product| {
        let label = format!("{} · {}", short_title(turn, product), price_label(turn, product));
        vec![press(Surface::Text, label, Act::Product { product: product.id.clone() })]
    };
    shown.map(row).collect()
}

fn short_title(turn: &Turn<'_>, product: &Product) -> String {
    texts::shortened(&product::title(turn, product), LABEL_TITLE_CHARS)
}

/// Its price, or from what price on where its variants differ.
pub(super) fn price_label(turn: &Turn<'_>, product: &Product) -> String {
    let prices: Vec<Money> = product.items().filter_map(|item| price(turn, item)).collect();
    let least = prices.iter().min_by_key(|price| price.amount_minor);
    let Some(least) = least else {
        return String::new();
    };
    let said = texts::money(turn.lang(), *least);
    match prices.iter().all(|price| price == least) {
        true => said,
        false => turn.plain("product-from", &[("price", said.into())]),
    }
}

/// How many pages there are, and the nearest one to what was wanted.
fn paged(page: usize, count: usize) -> (usize, usize) {
    let pages = count.div_ceil(PAGE).max(1);
    (page.min(pages - 1), pages)
}

fn with_page(turn: &Turn<'_>, html: String, page: usize, pages: usize) -> String {
    if pages < 2 {
        return html;
    }
    let args = [("page", (page as u32 + 1).into()), ("pages", (pages as u32).into())];
    format!("{html}\n{}", turn.say("shop-page", &args))
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

// Searching and favourites.

pub(super) fn search(turn: &mut Turn<'_>) {
    turn.step_to(Step::Search);
    let html = turn.say("search-ask", &[]);
    let rows = vec![vec![turn.button("button-shop", Act::Shop { page: 0 })]];
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn search_said(turn: &mut Turn<'_>, text: &str) {
    let kept: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let query = texts::shortened(kept.trim(), SEARCH_MAX_CHARS);
    if query.is_empty() {
        return search(turn);
    }
    turn.change_basket(|basket| basket.search = Some(query));
    found(turn, 0);
}

pub(super) fn found(turn: &mut Turn<'_>, page: usize) {
    let Some(query) = turn.basket().search.clone() else {
        return search(turn);
    };
    // Another word can follow at once.
    turn.step_to(Step::Search);
    let products = fitting(turn, &query);
    let html = match products.len() {
        0 => turn.say("search-none", &[("query", query.into())]),
        count => {
            turn.say("search-found", &[("query", query.into()), ("count", (count as u32).into())])
        }
    };
    list(turn, html, &products, page, |page| Act::Found { page });
}

/// What is for sale here and has all these words.
pub(super) fn fitting<'a>(turn: &Turn<'a>, words: &str) -> Vec<&'a Product> {
    let words: Vec<String> = words.split_whitespace().map(folded).collect();
    for_sale(turn).filter(|product| words.iter().all(|word| is_in(word, product))).collect()
}

/// In any of its languages: who writes in another than the menu's is understood as well.
fn is_in(word: &str, product: &Product) -> bool {
    let variants = product.variants.iter().flat_map(|variant| variant.title.values());
    let texts = product.title.values().chain(product.description.values()).chain(variants);
    texts.into_iter().any(|text| folded(text).contains(word))
}

/// Lower case, without the differences between letters that people leave out.
fn folded(text: &str) -> String {
    let letter = |letter: char| match letter {
        'ё' => 'е',
        'á' | 'à' => 'a',
        'é' | 'è' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        'أ' | 'إ' | 'آ' => 'ا',
        'ة' => 'ه',
        'ى' => 'ي',
        'ʻ' | 'ʼ' | '‘' | '’' | '`' => '\'',
        other => other,
    };
    text.to_lowercase().chars().map(letter).collect()
}

pub(super) fn favourites(turn: &mut Turn<'_>, page: usize) {
    turn.step_to(Step::Idle);
    let kept = turn.basket().favourites.clone();
    let products: Vec<&Product> = kept.iter().filter_map(|id| sold(turn, id)).collect();
    let html = turn.say(if products.is_empty() { "favourites-none" } else { "favourites" }, &[]);
    list(turn, html, &products, page, |page| Act::Favourites { page });
}

/// Products under some words, page by page, with the way back to the shop.
fn list(
    turn: &mut Turn<'_>,
    html: String,
    products: &[&Product],
    page: usize,
    act: impl Fn(usize) -> Act,
) {
    let (page, pages) = paged(page, products.len());
    let mut rows = product_rows(turn, products, page);
    rows.extend(turning(turn, page, pages, act));
    rows.push(vec![
        turn.button("button-shop", Act::Shop { page: 0 }),
        cart_button(turn, Surface::Text),
    ]);
    rows.push(vec![home::home_button(turn)]);
    turn.show(with_page(turn, html, page, pages), Keyboard::Inline(rows));
}

// What is sold to whom.

/// What decides what somebody can buy.
struct Shopper {
    region: Option<String>,
    currency: Currency,
}

impl Shopper {
    fn of(turn: &Turn<'_>) -> Self {
        Self { region: region(turn), currency: currency(turn) }
    }

    /// Sold where they are, and payable.
    fn can_buy(&self, product: &Product, rules: &Rules) -> bool {
        let payable = rules.stars || product.till() == Till::Gateway;
        payable
            && product.is_sold_in(self.region.as_deref())
            && product.items().any(|item| item.price(rules, self.currency).is_some())
    }
}

/// What this customer can buy.
pub(super) fn for_sale<'a>(turn: &Turn<'a>) -> impl Iterator<Item = &'a Product> {
    let house: &'a House = turn.at.house;
    let shopper = Shopper::of(turn);
    let products = house.catalogue.products.iter();
    products.filter(move |product| shopper.can_buy(product, &house.rules))
}

/// A product, when this customer can buy it.
pub(super) fn sold<'a>(turn: &Turn<'a>, id: &str) -> Option<&'a Product> {
    let house: &'a House = turn.at.house;
    let product = house.catalogue.product(id)?;
    Shopper::of(turn).can_buy(product, &house.rules).then_some(product)
}

/// In the customer's own currency where there is such a price.
pub(super) fn price(turn: &Turn<'_>, item: Item<'_>) -> Option<Money> {
    item.price(&turn.at.house.rules, currency(turn))
}

pub(super) fn currency(turn: &Turn<'_>) -> Currency {
    turn.about.currency.unwrap_or(turn.at.house.rules.currency)
}

/// Where the customer is; `None` when they have not said, or the shop no longer knows such a place.
pub(super) fn region(turn: &Turn<'_>) -> Option<String> {
    let chosen = turn.basket().region.clone()?;
    turn.at.house.rules.regions.iter().any(|region| region.id == chosen).then_some(chosen)
}

fn region_title(turn: &Turn<'_>) -> Option<String> {
    let chosen = region(turn)?;
    let rules = &turn.at.house.rules;
    let found = rules.regions.iter().find(|region| region.id == chosen)?;
    in_language(&found.title, turn.lang(), rules).map(str::to_owned)
}

pub(super) fn regions(turn: &mut Turn<'_>) {
    let rules = turn.at.house.rules.clone();
    let mut rows: Vec<Vec<Button>> = rules
        .regions
        .iter()
        .map(|region| {
            let title = in_language(&region.title, turn.lang(), &rules).unwrap_or(&region.id);
            let label = texts::shortened(title, LABEL_TITLE_CHARS);
            vec![press(Surface::Text, label, Act::Region { id: region.id.clone() })]
        })
        .collect();
    rows.push(vec![turn.button("button-shop", Act::Shop { page: 0 })]);
    let html = turn.say("region-ask", &[]);
    turn.show(html, Keyboard::Inline(rows));
}
