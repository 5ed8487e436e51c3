//! The catalogue's file: read and checked, stored, written out again. Knows no terminal, no socket and no actors' rules.

mod cells;
mod check;
mod columns;
mod export;
mod shelves;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use actors::{Catalogue, Category, Goods, Product, ProductKind};
use entities::Currency;

// tidy: allow(re-export) reading, storing and writing are one module to its users
pub use self::{
    check::read,
    export::write,
    shelves::{counts, messages},
    store::{load, rows},
};

/// What a merchant writes to sell digital goods otherwise than for Stars.
pub const RISK: &str = "i-accept-the-risk-of-a-ban";
/// In place of a number of pieces.
pub const UNLIMITED: &str = "unlimited";

/// What a file is checked against.
pub struct Against<'a> {
    pub default_language: &'a str,
    /// Every product that is paid through a gateway has a price in it.
    pub currency: Currency,
    /// Whether there is a picture or file of this name.
    pub has_file: &'a dyn Fn(&str) -> bool,
    /// What the present catalogue sells: its shelves are known.
    pub known: &'a BTreeSet<String>,
}

/// A whole file that is right.
#[derive(Debug, Default, PartialEq)]
pub struct Sheet {
    pub categories: Vec<Category>,
    pub products: Vec<Product>,
    pub shelves: Vec<Shelf>,
}

/// What the file says about one shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// `product` or `product/variant`.
    pub sku: String,
    pub stock: Stock,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stock {
    Pieces(u32),
    Codes(Vec<String>),
}

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1, as editors count.
    pub line: u64,
    pub column: String,
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column.is_empty() {
            true => write!(f, "line {}: {}", self.line, self.reason),
            false => write!(f, "line {}, {}: {}", self.line, self.column, self.reason),
        }
    }
}

/// What an import would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub products: usize,
    pub categories: usize,
    pub new: Vec<String>,
    pub changed: Vec<String>,
    /// No longer in the file: no longer sold.
    pub withdrawn: Vec<String>,
    pub shelves: usize,
}

impl Sheet {
    /// What becomes different when this takes the place of `now`.
    pub fn changes(&self, now: &Catalogue) -> Changes {
        let mut changes = Changes {
            products: self.products.len(),
            categories: self.categories.len(),
            shelves: self.shelves.len(),
            ..Changes::default()
        };
        let mut ids = BTreeSet::new();
        for product in &self.products {
            ids.insert(product.id.as_str());
            match now.product(&product.id) {
                None => changes.new.push(product.id.clone()),
                Some(was) if was != product => changes.changed.push(product.id.clone()),
                Some(_) => {}
            }
        }
        let gone = now.products.iter().filter(|product| !ids.contains(product.id.as_str()));
        changes.withdrawn = gone.map(|product| product.id.clone()).collect();
        changes
    }

    /// The names of all pictures and files that it needs.
    pub fn files(&self) -> BTreeSet<&str> {
        let photos = self.products.iter().filter_map(|product| product.photo.as_deref());
        let goods = self.products.iter().filter_map(|product| match &product.kind {
            ProductKind::Digital { goods: Goods::File(name), .. } => Some(name.as_str()),
            _ => None,
        });
        photos.chain(goods).collect()
    }
}
