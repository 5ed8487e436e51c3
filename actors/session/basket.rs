//! What a customer has picked, keeps an eye on, and told us for the parcel. Knows no catalogue and decides nothing.

use serde::{Deserialize, Serialize};

use crate::promo::Terms;

/// Different things in one cart: as many as an order takes lines would be a heavy row.
pub(super) const PICKS_MAX: usize = 30;
pub(super) const FAVOURITES_MAX: usize = 50;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Basket {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<Pick>,
    /// Products, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub favourites: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promo: Option<Promo>,
    /// Where they are, as the shop's settings name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The delivery method's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Empty: they would rather not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What they looked for last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// They want no reminder of a cart that they left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_reminders: bool,
}

/// So many of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// `product` or `product/variant`.
    pub sku: String,
    pub quantity: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A promo code, with what it said it gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promo {
    pub code: String,
    /// `None` until the code has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
}

impl Basket {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn quantity(&self, sku: &str) -> u32 {
        self.picks.iter().find(|pick| pick.sku == sku).map_or(0, |pick| pick.quantity)
    }

    /// Sets how many; 0 takes it out. False when nothing more fits.
    pub(super) fn set(&mut self, sku: &str, quantity: u32) -> bool {
        if quantity == 0 {
            self.picks.retain(|pick| pick.sku != sku);
            return true;
        }
        match self.picks.iter().position(|pick| pick.sku == sku) {
            Some(place) => self.picks[place].quantity = quantity,
            None if self.picks.len() >= PICKS_MAX => return false,
            None => self.picks.push(Pick { sku: sku.to_owned(), quantity, note: None }),
        }
        true
    }

    pub(super) fn is_favourite(&self, product: &str) -> bool {
        self.favourites.iter().any(|known| known == product)
    }

    /// Keeps a product in mind, or no longer; says which.
    pub(super) fn toggle_favourite(&mut self, product: &str) -> bool {
        if self.is_favourite(product) {
            self.favourites.retain(|known| known != product);
            return false;
        }
        self.favourites.insert(0, product.to_owned());
        self.favourites.truncate(FAVOURITES_MAX);
        true
    }
}
