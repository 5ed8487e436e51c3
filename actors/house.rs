//! What decisions may look at besides their own state: an immutable snapshot. Knows no rows and no edges.

use std::collections::BTreeSet;
use std::sync::Arc;

use entities::{BotId, Currency, Key, Money};
use time::Duration;

use crate::catalogue::{Catalogue, Prices, Texts};
use crate::flow::Flows;
use crate::intent::Intent;
use crate::manners::{Leaflets, Manners};
use crate::payment::Ways;
use crate::{chat, session};

/// The merchant's house rules, catalogue and flows. Replaced as a whole when one of them changes.
#[derive(Clone, Default)]
pub struct House {
    pub catalogue: Arc<Catalogue>,
    pub flows: Arc<Flows>,
    /// Promo codes that there are: nobody else's words wake an actor.
    pub promos: Arc<BTreeSet<String>>,
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
    /// How customers may pay.
    pub ways: Ways,
    /// How long stock is held and a payment awaited.
    pub payment_window: Duration,
    /// Where customers can be, in the order in which they are offered; none: nobody is asked.
    pub regions: Vec<Region>,
    /// How parcels go; none: the shop sees to it by itself, at no cost.
    pub delivery: Vec<DeliveryMethod>,
    /// Whether a gateway takes Stars; without one, what is sold for Stars only is not sold.
    pub stars: bool,
    /// How long a cart is left alone before its customer is reminded once; none: never.
    pub cart_reminder: Option<Duration>,
    /// The most of one product in one order.
    pub max_quantity: u32,
    pub manners: Manners,
    /// Where the owner of the shop is told what needs a person.
    pub owner: Option<(BotId, i64)>,
}

/// Where a customer can be, for what is not sold or sent everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// As the catalogue's file names it, for instance `UZ`.
    pub id: String,
    pub title: Texts,
}

/// One way in which a parcel goes.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryMethod {
    /// `[a-z0-9-]{1,32}`.
    pub id: String,
    pub title: Texts,
    /// What it costs, by currency; nothing in one that is not here only where `costs` is empty.
    pub costs: Prices,
    /// From what price of the goods on it costs nothing, by currency.
    pub free_from: Prices,
    /// Where it goes; none: everywhere.
    pub regions: Vec<String>,
    /// False where the customer comes to fetch it.
    pub needs_address: bool,
}

impl DeliveryMethod {
    /// What it costs for goods of this price; `None` where it is not offered in this currency.
    pub fn cost(&self, goods: Money) -> Option<Money> {
        let currency = goods.currency;
        let free = self.free_from.get(&currency).is_some_and(|from| goods.amount_minor >= *from);
        match free || self.costs.is_empty() {
            true => Some(Money::new(0, currency)),
            false => Some(Money::new(*self.costs.get(&currency)?, currency)),
        }
    }

    pub fn goes_to(&self, region: Option<&str>) -> bool {
        let here = |region: &str| self.regions.iter().any(|known| known == region);
        self.regions.is_empty() || region.is_none_or(here)
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            shop_name: "Kontor".to_owned(),
            default_language: "en".to_owned(),
            languages: vec!["en".to_owned()],
            currency: Currency::EUR,
            ways: Ways::default(),
            payment_window: Duration::minutes(30),
            regions: Vec::new(),
            delivery: Vec::new(),
            stars: false,
            cart_reminder: Some(Duration::hours(24)),
            max_quantity: 99,
            manners: Manners::default(),
            owner: None,
        }
    }
}

/// A message to the owner of the shop, if there is one to be told.
pub(crate) fn owner_notice(rules: &Rules, text: String) -> Option<Intent> {
    let (bot, chat) = rules.owner.clone()?;
    Some(match chat < 0 {
        true => {
            let message = chat::Message::Notice { text }.into();
            Intent::Tell { to: Key::chat(&bot, chat), message }
        }
        false => {
            let message = session::Message::Notice { text }.into();
            Intent::Tell { to: Key::session(&bot, chat), message }
        }
    })
}
