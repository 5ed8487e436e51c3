//! What an order remembers. Knows no messages and decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use entities::{Key, Kind, Money};
use serde::{Deserialize, Serialize};

use super::parts::{Discount, Extras, Line, Progress, Tracking, View, is_false, promo_mark};
use crate::fact::FactKind;

/// The most lines that one order may have: each is a message to a stock actor in one step.
pub const LINES_MAX: usize = 50;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The customer's session; `None` until the order is placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Key>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    #[serde(default)]
    pub placed_ms: i64,
    /// Until when stock is held and the payment awaited.
    #[serde(default)]
    pub until_ms: i64,
    pub stage: Stage,
    /// Money came, or may have come: nobody is told that nothing was charged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub money_seen: bool,
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<Tracking>,
    /// The codes that were taken from the shelf for it, by line.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, Vec<String>>,
    /// Grows with every fact: the session ignores views that are older than what it shows.
    #[serde(default)]
    pub revision: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    #[default]
    Draft,
    /// The lines that are held, and the promo code's mark once it is.
    AwaitingStock {
        reserved: BTreeSet<String>,
    },
    /// `url` is where the customer pays, once the gateway gave it. `declined`: what the last try to pay met.
    AwaitingPayment {
        url: Option<String>,
        declined: Option<String>,
    },
    /// The money is there; the stock is being taken from the shelf.
    Paid {
        committed: BTreeSet<String>,
    },
    /// Everything is set aside; somebody has to pack it.
    Confirmed,
    /// It is being packed.
    Processing,
    Shipped,
    /// The customer has it.
    #[serde(alias = "Fulfilled")]
    Delivered,
    Cancelled {
        by: By,
    },
    Expired,
    /// Out of stock: so many are left. `paid`: the money is on its way back.
    Refused {
        product: String,
        available: u32,
        paid: bool,
    },
    /// The promo code could not be used any more.
    PromoRefused {
        code: String,
    },
    /// The payment could not be started.
    Failed,
    /// A person has to look at the payment.
    Held {
        reason: String,
    },
    /// All the money went back.
    Refunded,
}

/// Who wanted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    Customer,
    /// A person of the shop, by the name under which the log knows them.
    Shop(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Timer {
    /// The stock did not answer within the order's window.
    Window,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Fact {
    Placed {
        customer: Key,
        lines: Vec<Line>,
        total: Money,
        placed_ms: i64,
        until_ms: i64,
        extras: Extras,
    },
    StockReserved {
        product: String,
    },
    PromoHeld {
        code: String,
    },
    /// Every line is held; the payment begins.
    StockComplete,
    PaymentOffered {
        url: String,
    },
    PaymentDeclined {
        reason: String,
    },
    Paid {
        amount: Money,
    },
    StockTaken {
        product: String,
        codes: Vec<String>,
    },
    /// Everything left the shelf; what needs no parcel is on its way.
    Fulfilled,
    Advanced {
        to: Progress,
        tracking: Option<Tracking>,
        by: String,
    },
    Cancelled {
        by: By,
    },
    Expired,
    Refused {
        product: String,
        available: u32,
        paid: bool,
    },
    PromoRefused {
        code: String,
    },
    PaymentFailed {
        reason: String,
    },
    Held {
        reason: String,
    },
    LateMoneySeen {
        amount: Money,
    },
    Refunded {
        amount: Money,
        whole: bool,
    },
    /// The customer was erased; the order is a pseudonym's now.
    CustomerForgotten {
        pseudonym: Key,
    },
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::Placed { .. } => "order_placed",
            Self::StockReserved { .. } => "line_reserved",
            Self::PromoHeld { .. } => "promo_held",
            Self::StockComplete => "order_reserved",
            Self::PaymentOffered { .. } => "payment_offered",
            Self::PaymentDeclined { .. } => "payment_declined",
            Self::Paid { .. } => "order_paid",
            Self::StockTaken { .. } => "line_taken",
            Self::Fulfilled => "order_fulfilled",
            Self::Advanced { .. } => "order_advanced",
            Self::PromoRefused { .. } => "order_promo_refused",
            Self::Cancelled { .. } => "order_cancelled",
            Self::Expired => "order_expired",
            Self::Refused { .. } => "order_refused",
            Self::PaymentFailed { .. } => "payment_failed",
            Self::Held { .. } => "order_held",
            Self::LateMoneySeen { .. } => "late_money_seen",
            Self::Refunded { .. } => "order_refunded",
            Self::CustomerForgotten { .. } => "customer_forgotten",
        }
    }
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        self.revision += 1;
        // Held: a person finds out whether money came.
        self.money_seen |= matches!(
            fact,
            Fact::Paid { .. }
                | Fact::Held { .. }
                | Fact::LateMoneySeen { .. }
                | Fact::Refunded { .. }
        );
        match fact {
            Fact::Placed { customer, lines, total, placed_ms, until_ms, extras } => {
                self.customer = Some(customer.clone());
                self.lines.clone_from(lines);
                self.extras.clone_from(extras);
                self.total = Some(*total);
                self.placed_ms = *placed_ms;
                self.until_ms = *until_ms;
                self.stage = Stage::AwaitingStock { reserved: BTreeSet::new() };
            }
            Fact::StockReserved { product } => self.held(product.clone()),
            Fact::PromoHeld { code } => self.held(promo_mark(code)),
            Fact::StockComplete => self.stage = Stage::awaiting_payment(None),
            Fact::PaymentOffered { url } => {
                self.stage = Stage::awaiting_payment(Some(url.clone()));
            }
            Fact::PaymentDeclined { reason } => {
                if let Stage::AwaitingPayment { declined, .. } = &mut self.stage {
                    *declined = Some(reason.clone());
                }
            }
            Fact::Paid { .. } => self.stage = Stage::Paid { committed: BTreeSet::new() },
            Fact::StockTaken { product, codes } => self.taken(product, codes),
            Fact::Fulfilled => {
                self.stage = match self.needs_parcel() {
                    true => Stage::Confirmed,
                    false => Stage::Delivered,
                }
            }
            Fact::Advanced { to, tracking, .. } => {
                self.stage = to.stage();
                if tracking.is_some() {
                    self.tracking.clone_from(tracking);
                }
            }
            Fact::PromoRefused { code } => self.stage = Stage::PromoRefused { code: code.clone() },
            Fact::Cancelled { by } => self.stage = Stage::Cancelled { by: by.clone() },
            Fact::Expired => self.stage = Stage::Expired,
            Fact::Refused { product, available, paid } => {
                let (available, paid) = (*available, *paid);
                self.stage = Stage::Refused { product: product.clone(), available, paid };
            }
            Fact::PaymentFailed { .. } => self.stage = Stage::Failed,
            Fact::Held { reason } => self.stage = Stage::Held { reason: reason.clone() },
            Fact::LateMoneySeen { .. } => {}
            Fact::CustomerForgotten { pseudonym } => self.forget(pseudonym),
            // An order that never came about stays what it is, whatever money came and went.
            Fact::Refunded { whole, .. } => {
                if *whole && !self.stage.is_closed() {
                    self.stage = Stage::Refunded;
                }
            }
        }
    }

    fn held(&mut self, mark: String) {
        if let Stage::AwaitingStock { reserved } = &mut self.stage {
            reserved.insert(mark);
        }
    }

    fn taken(&mut self, product: &str, codes: &[String]) {
        if let Stage::Paid { committed } = &mut self.stage {
            committed.insert(product.to_owned());
        }
        if !codes.is_empty() {
            self.codes.insert(product.to_owned(), codes.to_vec());
        }
    }

    /// Nothing of what they wrote or where they live stays.
    fn forget(&mut self, pseudonym: &Key) {
        self.customer = Some(pseudonym.clone());
        self.lines.iter_mut().for_each(|line| line.note = None);
        if let Some(shipping) = &mut self.extras.shipping {
            shipping.address.clear();
            shipping.phone.clear();
        }
    }

    /// The one payment of this order.
    pub(super) fn payment(order: &Key) -> Key {
        Key::new(Kind::Payment, order.id())
    }

    pub(super) fn has_line(&self, product: &str) -> bool {
        self.lines.iter().any(|line| line.product == product)
    }

    pub(super) fn discount(&self) -> Option<&Discount> {
        self.extras.discount.as_ref()
    }

    /// How many answers it waits for before it can be paid.
    pub(super) fn holds_needed(&self) -> usize {
        self.lines.len() + usize::from(self.discount().is_some())
    }

    pub(super) fn needs_parcel(&self) -> bool {
        self.lines.iter().any(|line| line.goods.is_none())
    }

    pub(super) fn view(&self) -> Option<View> {
        Some(View {
            revision: self.revision,
            stage: self.stage.clone(),
            lines: self.lines.clone(),
            total: self.total?,
            placed_ms: self.placed_ms,
            until_ms: self.until_ms,
            money_seen: self.money_seen,
            extras: self.extras.clone(),
            tracking: self.tracking.clone(),
        })
    }
}

impl Stage {
    fn awaiting_payment(url: Option<String>) -> Self {
        Self::AwaitingPayment { url, declined: None }
    }

    /// Over without goods: money that comes now goes back.
    pub fn is_closed(&self) -> bool {
        matches!(
            self,
            Self::Cancelled { .. }
                | Self::Expired
                | Self::Refused { .. }
                | Self::PromoRefused { .. }
                | Self::Failed
                | Self::Refunded
        )
    }

    /// Nothing is awaited any more.
    pub fn is_over(&self) -> bool {
        self.is_closed() || *self == Self::Delivered
    }

    /// The money is kept, and the goods are the customer's.
    pub fn is_sold(&self) -> bool {
        matches!(self, Self::Confirmed | Self::Processing | Self::Shipped | Self::Delivered)
    }

    /// Whether the customer may still call it off without a person's help.
    pub fn can_be_cancelled(&self) -> bool {
        matches!(self, Self::AwaitingStock { .. } | Self::AwaitingPayment { .. })
    }

    /// As it is stored in the orders table.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingStock { .. } => "awaiting_stock",
            Self::AwaitingPayment { .. } => "awaiting_payment",
            Self::Paid { .. } => "paid",
            Self::Confirmed => "confirmed",
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled { .. } => "cancelled",
            Self::Expired => "expired",
            Self::Refused { .. } => "refused",
            Self::PromoRefused { .. } => "promo_refused",
            Self::Failed => "failed",
            Self::Held { .. } => "held",
            Self::Refunded => "refunded",
        }
    }
}
