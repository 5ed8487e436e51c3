//! Makes a catalogue of the file's lines, and names everything that is wrong with them. Knows no database.

use std::collections::{BTreeMap, BTreeSet};

use actors::{Category, Product, ProductKind, Variant};
use entities::Currency;

use super::columns::{Column, Line, lines};
use super::{Against, Problem, RISK, Sheet, UNLIMITED};

const PRODUCTS_MAX: usize = 20_000;
/// Each has a button on the product's card.
const VARIANTS_MAX: usize = 30;

/// Reads a file.
///
/// # Errors
/// Every bad line, with its reason.
pub fn read(bytes: &[u8], against: &Against<'_>) -> Result<Sheet, Vec<Problem>> {
    let mut problems = Vec::new();
    let lines = lines(bytes, &mut problems);
    let mut reading = Reading { against, sheet: Sheet::default(), problems, variants: Vec::new() };
    for line in &lines {
        reading.line(line);
    }
    reading.finish(&lines);
    match reading.problems.is_empty() {
        true => Ok(reading.sheet),
        false => {
            reading.problems.sort_by_key(|problem| problem.line);
            Err(reading.problems)
        }
    }
}

pub(super) struct Reading<'a> {
    pub(super) against: &'a Against<'a>,
    pub(super) sheet: Sheet,
    pub(super) problems: Vec<Problem>,
    /// Product, variant, and where it stands, until all products are known.
    variants: Vec<(String, Variant, u64)>,
}

impl Reading<'_> {
    pub(super) fn say(&mut self, line: &Line, column: &str, reason: impl Into<String>) {
        self.problems.push(line.problem(column, reason));
    }

    fn line(&mut self, line: &Line) {
        let Some(id) = line.get(&Column::Id).map(str::to_owned) else {
            return self.say(line, "id", "missing");
        };
        if !is_id(&id, 32) {
            self.say(line, "id", format!("'{id}': use 1 to 32 of a-z, 0-9 and -"));
        }
        match line.get(&Column::Kind) {
            Some("category") => self.category(line, id),
            Some("physical") => self.product(line, id, false),
            Some("digital") => self.product(line, id, true),
            Some("variant") => self.variant(line, id),
            other => {
                let found = other.unwrap_or_default().to_owned();
                self.say(
                    line,
                    "kind",
                    format!("'{found}': write category, physical, digital or variant"),
                );
            }
        }
    }

    fn category(&mut self, line: &Line, id: String) {
        if self.sheet.categories.iter().any(|known| known.id == id) {
            self.say(line, "id", format!("the category {id} is there twice"));
        }
        let title = self.titles(line);
        let parent = line.get(&Column::Category).map(str::to_owned);
        self.only(line, |column| {
            matches!(column, Column::Kind | Column::Id | Column::Category | Column::Title(_))
        });
        self.sheet.categories.push(Category { id, title, parent });
    }

    fn product(&mut self, line: &Line, id: String, digital: bool) {
        if self.sheet.products.iter().any(|known| known.id == id) {
            self.say(line, "id", format!("the product {id} is there twice"));
        }
        let kind = match digital {
            true => self.digital(line),
            false => {
                self.only(line, |column| {
                    !matches!(
                        column,
                        Column::Goods
                            | Column::GoodsText(_)
                            | Column::Codes
                            | Column::SoldWithoutStars
                            | Column::Variant
                    )
                });
                ProductKind::Physical
            }
        };
        let product = Product {
            category: line.get(&Column::Category).map(str::to_owned),
            title: self.titles(line),
            description: self.descriptions(line),
            prices: self.prices(line),
            photo: self.photo(line),
            regions: self.regions(line),
            variants: Vec::new(),
            kind,
            id: id.clone(),
        };
        self.shelf(line, id, Some(&product.kind));
        self.sheet.products.push(product);
    }

    fn variant(&mut self, line: &Line, product: String) {
        let Some(id) = line.get(&Column::Variant).map(str::to_owned) else {
            return self.say(
                line,
                "variant",
                "missing: write the variant's own id, for instance xl",
            );
        };
        if !is_id(&id, 12) {
            self.say(line, "variant", format!("'{id}': use 1 to 12 of a-z, 0-9 and -"));
        }
        if self.variants.iter().any(|(of, known, _)| *of == product && known.id == id) {
            self.say(line, "variant", format!("{product} has the variant {id} twice"));
        }
        self.only(line, |column| {
            matches!(
                column,
                Column::Kind
                    | Column::Id
                    | Column::Variant
                    | Column::Title(_)
                    | Column::Price(_)
                    | Column::Stock
                    | Column::Codes
            )
        });
        let variant = Variant { title: self.titles(line), prices: self.prices(line), id };
        self.shelf(line, format!("{product}/{}", variant.id), None);
        self.variants.push((product, variant, line.number));
    }

    /// What can be judged only when every line is known.
    fn finish(&mut self, lines: &[Line]) {
        if self.sheet.products.len() > PRODUCTS_MAX {
            let reason = format!("more than {PRODUCTS_MAX} products");
            self.problems.push(Problem { line: 1, column: String::new(), reason });
        }
        let mut at: BTreeMap<(bool, String), u64> = BTreeMap::new();
        for line in lines {
            let is_category = line.get(&Column::Kind) == Some("category");
            if line.get(&Column::Variant).is_none()
                && let Some(id) = line.get(&Column::Id)
            {
                at.entry((is_category, id.to_owned())).or_insert(line.number);
            }
        }
        let line_of =
            |is_category, id: &str| at.get(&(is_category, id.to_owned())).copied().unwrap_or(1);
        self.place_variants();
        self.categories_hold(&line_of);
        self.products_hold(&line_of);
    }

    fn place_variants(&mut self) {
        for (id, variant, line) in std::mem::take(&mut self.variants) {
            match self.sheet.products.iter_mut().find(|product| product.id == id) {
                Some(product) => product.variants.push(variant),
                None => {
                    let reason = format!("there is no product {id}");
                    self.problems.push(Problem { line, column: "id".to_owned(), reason });
                }
            }
        }
    }

    fn categories_hold(&mut self, line_of: &dyn Fn(bool, &str) -> u64) {
        let parents: BTreeMap<&str, Option<&str>> = self
            .sheet
            .categories
            .iter()
            .map(|category| (category.id.as_str(), category.parent.as_deref()))
            .collect();
        let mut found = Vec::new();
        for category in &self.sheet.categories {
            let mut seen = BTreeSet::new();
            let mut next = Some(category.id.as_str());
            while let Some(id) = next {
                let reason = match parents.get(id) {
                    None => format!("there is no category {id}"),
                    Some(_) if !seen.insert(id) => "it stands within itself".to_owned(),
                    Some(parent) => {
                        next = *parent;
                        continue;
                    }
                };
                found.push((category.id.clone(), reason));
                break;
            }
        }
        for (id, reason) in found {
            let problem =
                Problem { line: line_of(true, &id), column: "category".to_owned(), reason };
            self.problems.push(problem);
        }
    }

    fn products_hold(&mut self, line_of: &dyn Fn(bool, &str) -> u64) {
        let categories: BTreeSet<&str> =
            self.sheet.categories.iter().map(|category| category.id.as_str()).collect();
        let shelves: BTreeSet<&str> =
            self.sheet.shelves.iter().map(|shelf| shelf.sku.as_str()).collect();
        let mut found: Vec<(u64, String, String)> = Vec::new();
        for product in &self.sheet.products {
            let line = line_of(false, &product.id);
            if let Some(category) = &product.category
                && !categories.contains(category.as_str())
            {
                found.push((
                    line,
                    "category".to_owned(),
                    format!("there is no category {category}"),
                ));
            }
            if product.variants.len() > VARIANTS_MAX {
                let reason = format!("{} variants, at most {VARIANTS_MAX}", product.variants.len());
                found.push((line, "variant".to_owned(), reason));
            }
            if let Some((column, reason)) = self.price_wrong(product) {
                found.push((line, column, reason));
            }
            if !product.variants.is_empty() && shelves.contains(product.id.as_str()) {
                let reason = "must be empty: the variants have the stock".to_owned();
                let is_goods = matches!(product.kind, ProductKind::Digital { .. });
                if !is_goods {
                    found.push((line, "stock".to_owned(), reason));
                }
            }
            for item in product.items() {
                let sku = item.sku();
                let counted = shelves.contains(sku.as_str()) || self.against.known.contains(&sku);
                if !counted {
                    let reason =
                        format!("{sku} is new: how many are there? Write a number or {UNLIMITED}");
                    found.push((line, "stock".to_owned(), reason));
                }
            }
        }
        let problems =
            found.into_iter().map(|(line, column, reason)| Problem { line, column, reason });
        self.problems.extend(problems);
    }

    /// Each product can be paid in the currency that its till takes.
    fn price_wrong(&self, product: &Product) -> Option<(String, String)> {
        let lacks = |currency: Currency| {
            let own = product.prices.contains_key(&currency);
            let each = |variant: &Variant| match variant.prices.is_empty() {
                true => own,
                false => variant.prices.contains_key(&currency),
            };
            match product.variants.is_empty() {
                true => !own,
                false => !product.variants.iter().all(each),
            }
        };
        let house = self.against.currency;
        match &product.kind {
            ProductKind::Digital { risk_accepted: false, .. } if lacks(Currency::XTR) => {
                let reason = format!(
                    "missing: digital goods are sold for Stars, as Telegram's terms require; to sell {} through a \
                     gateway and risk that Telegram bans the bot, write {RISK} into sold_without_stars",
                    product.id
                );
                Some(("price.XTR".to_owned(), reason))
            }
            ProductKind::Digital { risk_accepted: false, .. } => None,
            _ if lacks(house) => {
                Some((format!("price.{house}"), format!("missing: {house} is the shop's currency")))
            }
            ProductKind::Physical if product.prices.contains_key(&Currency::XTR) => {
                Some(("price.XTR".to_owned(), "Stars are for digital goods only".to_owned()))
            }
            _ => None,
        }
    }
}

fn is_id(id: &str, max: usize) -> bool {
    let good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    (1..=max).contains(&id.len()) && id.bytes().all(good)
}
