//! What decisions may look at besides their own state: an immutable snapshot. Knows no rows and no edges.

use std::collections::BTreeMap;
use std::sync::Arc;

use entities::{BotId, Money};
use time::Duration;

use crate::flow::Flows;

/// The merchant's house rules, catalogue and flows. Replaced as a whole when one of them changes.
#[derive(Clone, Default)]
pub struct House {
    pub catalogue: Arc<Catalogue>,
    pub flows: Arc<Flows>,
    pub rules: Arc<Rules>,
}

/// What is for sale, in the order in which it is shown.
#[derive(Debug, Default)]
pub struct Catalogue {
    pub products: Vec<Product>,
}

impl Catalogue {
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// `[a-z0-9-]{1,32}`.
    pub id: String,
    /// By language; the default language's is always there.
    pub title: BTreeMap<String, String>,
    pub description: BTreeMap<String, String>,
    pub price: Money,
    /// The name of one of our pictures.
    pub photo: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Rules {
    pub shop_name: String,
    /// The language of texts where the customer's own is not offered.
    pub default_language: String,
    pub languages: Vec<String>,
    /// The gateway that takes the payments, for instance `sandbox`.
    pub gateway: String,
    /// How long stock is held and a payment awaited.
    pub payment_window: Duration,
    /// The most of one product in one order.
    pub max_quantity: u32,
    /// Where the owner of the shop is told what needs a person.
    pub owner: Option<(BotId, i64)>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            shop_name: "Kontor".to_owned(),
            default_language: "en".to_owned(),
            languages: vec!["en".to_owned()],
            gateway: "sandbox".to_owned(),
            payment_window: Duration::minutes(30),
            max_quantity: 99,
            owner: None,
        }
    }
}
