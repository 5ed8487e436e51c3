//! What decisions may look at besides their own state: an immutable snapshot. Knows no rows and no edges.

use std::sync::Arc;

use entities::{BotId, Currency};
use time::Duration;

use crate::catalogue::Catalogue;
use crate::flow::Flows;
use crate::manners::{Leaflets, Manners};

/// The merchant's house rules, catalogue and flows. Replaced as a whole when one of them changes.
#[derive(Clone, Default)]
pub struct House {
    pub catalogue: Arc<Catalogue>,
    pub flows: Arc<Flows>,
    pub rules: Arc<Rules>,
    pub leaflets: Arc<Leaflets>,
}

#[derive(Clone, Debug)]
pub struct Rules {
    pub shop_name: String,
    /// The language of texts where the customer's own is not offered.
    pub default_language: String,
    pub languages: Vec<String>,
    /// The currency of prices where the customer's own has none.
    pub currency: Currency,
    /// The gateway that takes the payments, for instance `sandbox`.
    pub gateway: String,
    /// How long stock is held and a payment awaited.
    pub payment_window: Duration,
    /// The most of one product in one order.
    pub max_quantity: u32,
    pub manners: Manners,
    /// Where the owner of the shop is told what needs a person.
    pub owner: Option<(BotId, i64)>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            shop_name: "Kontor".to_owned(),
            default_language: "en".to_owned(),
            languages: vec!["en".to_owned()],
            currency: Currency::EUR,
            gateway: "sandbox".to_owned(),
            payment_window: Duration::minutes(30),
            max_quantity: 99,
            manners: Manners::default(),
            owner: None,
        }
    }
}
