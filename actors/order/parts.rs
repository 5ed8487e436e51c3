//! What an order consists of: lines, the parcel, the discount, and the view that its customer is shown.
//! Knows no messages and decides nothing.

use std::collections::BTreeMap;

use entities::{Key, Money};
use serde::{Deserialize, Serialize};

use super::state::Stage;
use crate::catalogue::{Goods, Texts};

/// So many of one thing, at the price and under the title that the customer agreed to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// `product` or `product/variant`.
    pub product: String,
    pub title: String,
    pub quantity: u32,
    /// Of one piece.
    pub price: Money,
    /// What the customer wants it to be like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What is sent through the chat; none: it comes as a parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods: Option<Goods>,
}

/// What an order has beside its lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extras {
    /// None: nothing is sent as a parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Shipping>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Discount>,
    /// Who takes the money, when it is not the house's gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
}

impl Extras {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How the parcel goes, where to, and what that costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shipping {
    /// The method's id in the settings.
    pub method: String,
    pub title: String,
    pub cost: Money,
    pub address: String,
    /// May be empty.
    pub phone: String,
}

/// What a promo code takes off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Discount {
    pub code: String,
    pub amount: Money,
}

/// How far the shop is with a paid order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    Processing,
    Shipped,
    Delivered,
}

impl Progress {
    pub(super) fn stage(self) -> Stage {
        match self {
            Self::Processing => Stage::Processing,
            Self::Shipped => Stage::Shipped,
            Self::Delivered => Stage::Delivered,
        }
    }
}

/// Where the parcel is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// At most 256 characters: a button copies it.
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What is sent through the chat for one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    pub title: String,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    Text(Texts),
    File(String),
    Codes(Vec<String>),
}

/// What the customer's session is told: all that its card shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub revision: u32,
    pub stage: Stage,
    pub lines: Vec<Line>,
    /// What is to be paid.
    pub total: Money,
    pub placed_ms: i64,
    pub until_ms: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub money_seen: bool,
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<Tracking>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
pub(super) fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The parcels of the lines that need no parcel service.
pub(super) fn parcels(lines: &[Line], codes: &BTreeMap<String, Vec<String>>) -> Vec<Parcel> {
    let parcel = |line: &Line| {
        let content = match line.goods.clone()? {
            Goods::Text(texts) => Content::Text(texts),
            Goods::File(name) => Content::File(name),
            Goods::Codes => Content::Codes(codes.get(&line.product).cloned().unwrap_or_default()),
        };
        Some(Parcel { title: line.title.clone(), content })
    };
    lines.iter().filter_map(parcel).collect()
}

/// How a promo code stands among what an order waits for; skus have no colon.
pub(super) fn promo_mark(code: &str) -> String {
    format!("promo:{code}")
}

pub(super) fn promo_key(code: &str) -> Key {
    Key::new(entities::Kind::Promo, code)
}
