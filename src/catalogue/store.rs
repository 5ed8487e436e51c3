//! The catalogue as rows, and back. Knows no file.

use actors::{Catalogue, Category, Goods, Prices, Product, ProductKind, Texts, Variant};
use anyhow::{Context, bail};
use entities::{CatalogueRows, CategoryRow, Database, ProductRow, VariantRow};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Sheet;

/// The present catalogue.
///
/// # Errors
/// When the database does not answer, or holds what this program does not understand.
pub async fn load(database: &Database) -> anyhow::Result<Catalogue> {
    let rows = entities::catalogue(&database.read).await.context("read the catalogue")?;
    let categories = rows.categories.iter().map(category).collect::<anyhow::Result<_>>()?;
    let mut products = rows.products.iter().map(product).collect::<anyhow::Result<Vec<_>>>()?;
    for row in &rows.variants {
        let of = products.iter_mut().find(|product| product.id == row.product);
        if let Some(product) = of {
            let prices = json(&row.prices, &row.product)?;
            let title = json(&row.titles, &row.product)?;
            product.variants.push(Variant { id: row.id.clone(), title, prices });
        }
    }
    Ok(Catalogue::new(categories, products))
}

fn json<T: DeserializeOwned>(text: &str, of: &str) -> anyhow::Result<T> {
    serde_json::from_str(text).with_context(|| format!("the catalogue's row of {of}"))
}

fn category(row: &CategoryRow) -> anyhow::Result<Category> {
    let title: Texts = json(&row.titles, &row.id)?;
    Ok(Category { id: row.id.clone(), title, parent: row.parent.clone() })
}

fn product(row: &ProductRow) -> anyhow::Result<Product> {
    let prices: Prices = json(&row.prices, &row.id)?;
    let kind = match (row.kind.as_str(), &row.goods) {
        ("physical", _) => ProductKind::Physical,
        ("digital", Some(goods)) => {
            let goods: Goods = json(goods, &row.id)?;
            ProductKind::Digital { goods, risk_accepted: row.risk_accepted }
        }
        (kind, _) => {
            bail!("product {} is of kind {kind}, which this program does not know", row.id)
        }
    };
    Ok(Product {
        id: row.id.clone(),
        category: row.category.clone(),
        title: json(&row.titles, &row.id)?,
        description: json(&row.descriptions, &row.id)?,
        prices,
        photo: row.photo.clone(),
        kind,
        variants: Vec::new(),
        regions: json(&row.regions, &row.id)?,
    })
}

/// What a file says, as rows.
pub fn rows(sheet: &Sheet) -> CatalogueRows {
    let categories = (0..).zip(&sheet.categories).map(|(position, category)| CategoryRow {
        id: category.id.clone(),
        titles: text(&category.title),
        parent: category.parent.clone(),
        position,
    });
    let products = (0..).zip(&sheet.products).map(|(position, product)| {
        let (kind, goods, risk_accepted) = match &product.kind {
            ProductKind::Physical => ("physical", None, false),
            ProductKind::Digital { goods, risk_accepted } => {
                ("digital", Some(text(goods)), *risk_accepted)
            }
        };
        ProductRow {
            id: product.id.clone(),
            titles: text(&product.title),
            descriptions: text(&product.description),
            photo: product.photo.clone(),
            position,
            category: product.category.clone(),
            kind: kind.to_owned(),
            prices: text(&product.prices),
            regions: text(&product.regions),
            goods,
            risk_accepted,
        }
    });
    let of = |product: &Product| {
        let id = product.id.clone();
        (0..).zip(product.variants.clone()).map(move |(position, variant)| VariantRow {
            product: id.clone(),
            titles: text(&variant.title),
            prices: text(&variant.prices),
            id: variant.id,
            position,
        })
    };
    CatalogueRows {
        categories: categories.collect(),
        products: products.collect(),
        variants: sheet.products.iter().flat_map(of).collect(),
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and prices are plain data")
}
