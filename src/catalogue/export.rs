//! Writes the catalogue as a file that an import reads. Knows no codes: they are goods, and stay in their shelves.

use std::collections::{BTreeMap, BTreeSet};

use actors::stock::UNLIMITED as NO_LIMIT;
use actors::{Catalogue, Category, Goods, Prices, Product, ProductKind, Texts, Variant};
use anyhow::Context;
use entities::{Currency, Money};

use super::{RISK, UNLIMITED};
use crate::settings::LANGUAGES;

struct Table<'a> {
    languages: Vec<&'static str>,
    currencies: Vec<Currency>,
    counts: &'a BTreeMap<String, i64>,
}

/// The whole catalogue, with what is on hand.
///
/// # Errors
/// When it cannot be written down.
pub fn write(catalogue: &Catalogue, counts: &BTreeMap<String, i64>) -> anyhow::Result<Vec<u8>> {
    let table =
        Table { languages: languages(catalogue), currencies: currencies(catalogue), counts };
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(table.head())?;
    for category in &catalogue.categories {
        out.write_record(table.category(category))?;
    }
    for product in &catalogue.products {
        out.write_record(table.product(product))?;
        for variant in &product.variants {
            out.write_record(table.variant(product, variant))?;
        }
    }
    out.into_inner().context("write the table")
}

fn languages(catalogue: &Catalogue) -> Vec<&'static str> {
    let of_products = catalogue
        .products
        .iter()
        .flat_map(|product| product.title.keys().chain(product.description.keys()));
    let of_categories = catalogue.categories.iter().flat_map(|category| category.title.keys());
    let used: BTreeSet<&str> = of_products.chain(of_categories).map(String::as_str).collect();
    LANGUAGES.iter().copied().filter(|code| used.contains(code)).collect()
}

fn currencies(catalogue: &Catalogue) -> Vec<Currency> {
    let prices = catalogue.products.iter().flat_map(|product| {
        let variants = product.variants.iter().flat_map(|variant| variant.prices.keys());
        product.prices.keys().chain(variants)
    });
    let used: BTreeSet<Currency> = prices.copied().collect();
    used.into_iter().collect()
}

impl Table<'_> {
    fn head(&self) -> Vec<String> {
        let mut head = ["kind", "id", "variant", "category"].map(str::to_owned).to_vec();
        for column in ["title", "description"] {
            head.extend(self.languages.iter().map(|code| format!("{column}.{code}")));
        }
        head.extend(self.currencies.iter().map(|currency| format!("price.{currency}")));
        head.extend(
            ["stock", "photo", "regions", "goods", "sold_without_stars"].map(str::to_owned),
        );
        head.extend(self.languages.iter().map(|code| format!("goods.{code}")));
        head
    }

    fn texts(&self, texts: &Texts) -> Vec<String> {
        self.languages.iter().map(|code| texts.get(*code).cloned().unwrap_or_default()).collect()
    }

    fn prices(&self, prices: &Prices) -> Vec<String> {
        let cell = |currency: &Currency| {
            let minor = prices.get(currency);
            minor.map_or_else(String::new, |minor| Money::new(*minor, *currency).decimal())
        };
        self.currencies.iter().map(cell).collect()
    }

    fn stock(&self, sku: &str) -> String {
        match self.counts.get(sku) {
            None => String::new(),
            // Sold ones were taken from it as well.
            Some(count) if *count > i64::from(NO_LIMIT / 2) => UNLIMITED.to_owned(),
            Some(count) => count.to_string(),
        }
    }

    fn category(&self, category: &Category) -> Vec<String> {
        let parent = category.parent.clone().unwrap_or_default();
        let mut cells = vec!["category".to_owned(), category.id.clone(), String::new(), parent];
        cells.extend(self.texts(&category.title));
        self.filled(cells)
    }

    fn product(&self, product: &Product) -> Vec<String> {
        let (kind, goods, risk, words) = match &product.kind {
            ProductKind::Physical => ("physical", String::new(), false, None),
            ProductKind::Digital { goods, risk_accepted } => {
                let (goods, words) = match goods {
                    Goods::Text(words) => ("text".to_owned(), Some(words)),
                    Goods::File(name) => (format!("file:{name}"), None),
                    Goods::Codes => ("codes".to_owned(), None),
                };
                ("digital", goods, *risk_accepted, words)
            }
        };
        let category = product.category.clone().unwrap_or_default();
        let mut cells = vec![kind.to_owned(), product.id.clone(), String::new(), category];
        cells.extend(self.texts(&product.title));
        cells.extend(self.texts(&product.description));
        cells.extend(self.prices(&product.prices));
        let counted = goods != "codes" && product.variants.is_empty();
        cells.push(if counted { self.stock(&product.id) } else { String::new() });
        cells.push(product.photo.clone().unwrap_or_default());
        cells.push(product.regions.join(" "));
        cells.push(goods);
        cells.push(if risk { RISK.to_owned() } else { String::new() });
        if let Some(words) = words {
            cells.extend(self.texts(words));
        }
        self.filled(cells)
    }

    fn variant(&self, product: &Product, variant: &Variant) -> Vec<String> {
        let mut cells =
            vec!["variant".to_owned(), product.id.clone(), variant.id.clone(), String::new()];
        cells.extend(self.texts(&variant.title));
        cells.extend(self.languages.iter().map(|_| String::new()));
        cells.extend(self.prices(&variant.prices));
        let is_codes = matches!(product.kind, ProductKind::Digital { goods: Goods::Codes, .. });
        let sku = format!("{}/{}", product.id, variant.id);
        cells.push(if is_codes { String::new() } else { self.stock(&sku) });
        self.filled(cells)
    }

    fn filled(&self, mut cells: Vec<String>) -> Vec<String> {
        cells.resize(self.head().len(), String::new());
        cells
    }
}
