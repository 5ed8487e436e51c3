//! What is for sale: categories, products, their kinds and prices. An immutable snapshot; knows no rows and no stock.

use std::collections::{BTreeMap, HashMap};

use entities::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::house::Rules;

/// A text by language.
pub type Texts = BTreeMap<String, String>;
/// Minor units by currency.
pub type Prices = BTreeMap<Currency, i64>;

/// What is for sale, in the order in which it is shown.
#[derive(Debug, Default)]
pub struct Catalogue {
    pub categories: Vec<Category>,
    pub products: Vec<Product>,
    places: HashMap<String, usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// `[a-z0-9-]{1,32}`.
    pub id: String,
    pub title: Texts,
    pub parent: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// `[a-z0-9-]{1,32}`.
    pub id: String,
    pub category: Option<String>,
    /// By language; the default language's is always there.
    pub title: Texts,
    pub description: Texts,
    pub prices: Prices,
    /// The name of one of our pictures.
    pub photo: Option<String>,
    pub kind: ProductKind,
    /// None: the product itself is bought.
    pub variants: Vec<Variant>,
    /// Where it is sold, by the regions' codes; none: everywhere.
    pub regions: Vec<String>,
}

/// One kind of a product, for instance its size L.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// `[a-z0-9-]{1,12}`.
    pub id: String,
    pub title: Texts,
    /// None: the product's.
    pub prices: Prices,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ProductKind {
    /// Sent as a parcel.
    Physical,
    Digital {
        goods: Goods,
        /// The merchant sells it otherwise than for Stars, and accepts that Telegram may ban the bot for it.
        risk_accepted: bool,
    },
}

/// What a customer of a digital product is sent when the money is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goods {
    Text(Texts),
    /// A file beside the pictures, by its name.
    File(String),
    /// One code of the stock for each piece.
    Codes,
}

/// Who may take the money for a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Till {
    /// The configured gateway.
    Gateway,
    /// Telegram Stars only: digital goods, as Telegram's terms require.
    Stars,
}

/// What one puts into a cart: a product, or one of its variants.
#[derive(Clone, Copy, Debug)]
pub struct Item<'c> {
    pub product: &'c Product,
    pub variant: Option<&'c Variant>,
}

impl Catalogue {
    pub fn new(categories: Vec<Category>, products: Vec<Product>) -> Self {
        let places = products.iter().enumerate();
        let places = places.map(|(place, product)| (product.id.clone(), place)).collect();
        Self { categories, products, places }
    }

    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.get(*self.places.get(id)?)
    }

    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// What is bought under this name: `product`, or `product/variant` where there are variants.
    pub fn item(&self, sku: &str) -> Option<Item<'_>> {
        match sku.split_once('/') {
            None => {
                let product = self.product(sku)?;
                product.variants.is_empty().then_some(Item { product, variant: None })
            }
            Some((id, variant)) => {
                let product = self.product(id)?;
                let variant = product.variants.iter().find(|known| known.id == variant)?;
                Some(Item { product, variant: Some(variant) })
            }
        }
    }
}

impl Product {
    pub fn till(&self) -> Till {
        match &self.kind {
            ProductKind::Digital { risk_accepted: false, .. } => Till::Stars,
            _ => Till::Gateway,
        }
    }

    pub fn is_digital(&self) -> bool {
        matches!(self.kind, ProductKind::Digital { .. })
    }

    /// Whether it is sold there; who has not said where they are sees everything.
    pub fn is_sold_in(&self, region: Option<&str>) -> bool {
        let here = |region: &str| self.regions.iter().any(|known| known == region);
        self.regions.is_empty() || region.is_none_or(here)
    }

    /// The product itself, or each of its variants.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let alone = self.variants.is_empty().then_some(Item { product: self, variant: None });
        let each =
            self.variants.iter().map(|variant| Item { product: self, variant: Some(variant) });
        alone.into_iter().chain(each)
    }
}

impl<'c> Item<'c> {
    /// The name under which its stock, carts and orders know it.
    pub fn sku(&self) -> String {
        match self.variant {
            None => self.product.id.clone(),
            Some(variant) => format!("{}/{}", self.product.id, variant.id),
        }
    }

    /// In Stars where only they are taken; else in the wanted currency, or the house's when it has no such price.
    pub fn price(&self, rules: &Rules, wanted: Currency) -> Option<Money> {
        let own = self.variant.map(|variant| &variant.prices).filter(|prices| !prices.is_empty());
        let prices = own.unwrap_or(&self.product.prices);
        let in_currency = |currency: Currency| Some(Money::new(*prices.get(&currency)?, currency));
        match self.product.till() {
            Till::Stars => in_currency(Currency::XTR),
            Till::Gateway => in_currency(wanted).or_else(|| in_currency(rules.currency)),
        }
    }

    /// `Shirt, L`.
    pub fn title(&self, lang: &str, rules: &Rules) -> String {
        let title = in_language(&self.product.title, lang, rules).unwrap_or(&self.product.id);
        match self.variant {
            None => title.to_owned(),
            Some(variant) => {
                let kind = in_language(&variant.title, lang, rules).unwrap_or(&variant.id);
                format!("{title}, {kind}")
            }
        }
    }
}

/// The text in the customer's language, or the house's, or any.
pub fn in_language<'t>(texts: &'t Texts, lang: &str, rules: &Rules) -> Option<&'t str> {
    let found = texts.get(lang).or_else(|| texts.get(&rules.default_language));
    found.or_else(|| texts.values().next()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use entities::{Currency, Money};

    use super::{Catalogue, Goods, Product, ProductKind, Texts, Till, Variant};
    use crate::house::Rules;

    fn texts(text: &str) -> Texts {
        [("en".to_owned(), text.to_owned())].into()
    }

    fn shirt() -> Product {
        let size = |id: &str, minor: Option<i64>| Variant {
            id: id.to_owned(),
            title: texts(&id.to_uppercase()),
            prices: minor.map(|minor| (Currency::EUR, minor)).into_iter().collect(),
        };
        Product {
            id: "shirt".to_owned(),
            category: None,
            title: texts("Shirt"),
            description: Texts::new(),
            prices: [(Currency::EUR, 2_000), (Currency::XTR, 900)].into(),
            photo: None,
            kind: ProductKind::Physical,
            variants: vec![size("m", None), size("xl", Some(2_200))],
            regions: vec!["UZ".to_owned()],
        }
    }

    #[test]
    fn a_variant_is_bought_and_its_product_is_not() {
        let catalogue = Catalogue::new(Vec::new(), vec![shirt()]);
        assert!(catalogue.item("shirt").is_none());
        assert!(catalogue.item("shirt/s").is_none());
        let rules = Rules::default();
        let price =
            |sku: &str, wanted| catalogue.item(sku).and_then(|item| item.price(&rules, wanted));
        assert_eq!(price("shirt/m", Currency::EUR), Some(Money::new(2_000, Currency::EUR)));
        assert_eq!(price("shirt/xl", Currency::EUR), Some(Money::new(2_200, Currency::EUR)));
        let usd = Currency::parse("USD").expect("a currency");
        assert_eq!(price("shirt/xl", usd), Some(Money::new(2_200, Currency::EUR)), "the house's");
        let item = catalogue.item("shirt/xl").expect("is sold");
        assert_eq!(
            (item.title("ru", &rules), item.sku()),
            ("Shirt, XL".to_owned(), "shirt/xl".to_owned())
        );
    }

    #[test]
    fn digital_goods_cost_stars_unless_the_risk_is_accepted() {
        let mut product = shirt();
        product.variants.clear();
        for (risk_accepted, till, currency) in
            [(false, Till::Stars, Currency::XTR), (true, Till::Gateway, Currency::EUR)]
        {
            product.kind = ProductKind::Digital { goods: Goods::Codes, risk_accepted };
            assert_eq!(product.till(), till);
            let item = product.items().next().expect("itself");
            let price = item.price(&Rules::default(), Currency::EUR).expect("has one");
            assert_eq!(price.currency, currency);
        }
    }

    #[test]
    fn regions_narrow_what_is_sold() {
        let mut product = shirt();
        assert!(product.is_sold_in(Some("UZ")) && product.is_sold_in(None));
        assert!(!product.is_sold_in(Some("DE")));
        product.regions.clear();
        assert!(product.is_sold_in(Some("DE")));
    }
}
