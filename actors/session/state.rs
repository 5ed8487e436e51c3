//! What a session remembers: small, cheap to clone, cheap to store. Knows no messages and decides nothing.

use std::sync::Arc;

use entities::{Key, Money};
use serde::{Deserialize, Serialize};

use super::about::{About, Asked, Change};
use super::basket::Basket;
use crate::catalogue::Till;
use crate::fact::FactKind;
use crate::flow::FlowRun;
use crate::{order, subscription};

/// Orders that a session remembers; older ones are in the orders table.
const CARDS_MAX: usize = 50;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// `None` until the first contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Arc<Who>>,
    #[serde(default, skip_serializing_if = "Step::is_idle")]
    pub step: Step,
    /// The customer's way through a flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Arc<FlowRun>>,
    /// Flows that were finished: the number of the last one's answers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub finished_runs: i64,
    /// When the hint was given, while it is the last thing that was said; else 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hinted_at_ms: i64,
    /// What else is known of the customer.
    #[serde(default, skip_serializing_if = "About::is_default")]
    pub about: Arc<About>,
    /// What they picked, and what the shop knows for the parcel.
    #[serde(default, skip_serializing_if = "basket_is_empty")]
    pub basket: Arc<Basket>,
    /// When the owner was last told that this customer needs help with a payment.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pay_help_ms: i64,
    /// What they subscribed to, one of each plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<subscription::View>,
    /// The orders, the newest first.
    #[serde(default, skip_serializing_if = "cards_are_empty")]
    pub cards: Arc<Vec<Card>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

fn basket_is_empty(basket: &Arc<Basket>) -> bool {
    basket.is_empty()
}

fn cards_are_empty(cards: &Arc<Vec<Card>>) -> bool {
    cards.is_empty()
}

/// Who the customer is to the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// What they told us; before that what Telegram says.
    pub name: String,
    pub language: Arc<str>,
    #[serde(default)]
    pub registered: bool,
    /// False once they blocked the bot.
    pub reachable: bool,
    /// The payload of the first `/start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_by: Option<String>,
    pub first_seen_ms: i64,
}

/// What the customer's next words mean.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// Nothing is asked.
    #[default]
    Idle,
    /// Registration: which language.
    Language,
    /// Registration: which name.
    Name,
    /// Something around the shop: terms, contact, settings.
    About(Asked),
    /// How many of this product, or of this variant of it.
    Quantity {
        product: String,
    },
    /// What they look for.
    Search,
    /// What this pick should be like.
    Note {
        sku: String,
    },
    Promo,
    /// A button of the checkout is to be pressed: region, delivery.
    Parcel,
    Address,
    Phone,
    /// The summary is shown. `nonce` tells it from every other summary, so that it places one order only; `total` is
    /// what they agree to.
    Confirm {
        till: Till,
        total: Money,
        nonce: u32,
    },
}

impl Step {
    pub(super) fn is_idle(&self) -> bool {
        *self == Self::Idle
    }
}

/// One order as the customer sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub order: Key,
    pub view: order::View,
    pub place: Place,
    /// The message shows an older view.
    #[serde(default)]
    pub stale: bool,
    /// Of the summary that placed it.
    #[serde(default)]
    pub nonce: u32,
}

/// Where a card is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    Nowhere,
    /// Sent, its message id not yet known.
    OnItsWay,
    At(i64),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Timer {
    /// The flow's step waits no longer: a reminder, or its end.
    Flow,
    /// A cart has been left alone.
    Cart,
    /// Registration was begun and not ended.
    Registration,
    /// The time in which an erasure can be taken back is over.
    Erasure,
}

impl Timer {
    /// Every one of them, to clear them all.
    pub(super) const ALL: [Self; 4] = [Self::Flow, Self::Registration, Self::Erasure, Self::Cart];
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Fact {
    Met {
        who: Who,
    },
    CameBy {
        payload: String,
    },
    LanguageChosen {
        language: Arc<str>,
    },
    Registered {
        name: String,
    },
    Left,
    Returned,
    Stepped {
        to: Step,
    },
    BasketChanged {
        basket: Arc<Basket>,
    },
    FlowMoved {
        run: Option<Arc<FlowRun>>,
    },
    /// The answers of a flow are in their row.
    FlowFinished,
    /// The hint is the last thing that was said; at 0 it no longer is.
    Hinted {
        at_ms: i64,
    },
    /// Consent, contact, wishes.
    About {
        change: Change,
    },
    /// Everything is gone; only that they were here is not.
    Erased {
        /// Unix time in seconds.
        at: i64,
    },
    /// A card is new or was changed.
    CardKept {
        card: Box<Card>,
    },
    PayHelpAsked {
        at_ms: i64,
    },
    /// A subscription is new or was changed.
    SubscriptionKept {
        view: subscription::View,
    },
    /// The order's number was taken: the card belongs to another order now.
    CardRenumbered {
        from: Key,
        to: Key,
    },
}

impl FactKind for Fact {
    fn name(&self) -> &'static str {
        match self {
            Self::Met { .. } => "customer_met",
            Self::CameBy { .. } => "customer_came_by",
            Self::LanguageChosen { .. } => "language_chosen",
            Self::Registered { .. } => "customer_registered",
            Self::Left => "customer_left",
            Self::Returned => "customer_returned",
            Self::Stepped { .. } => "stepped",
            Self::BasketChanged { .. } => "basket_changed",
            Self::FlowMoved { .. } => "flow_moved",
            Self::FlowFinished => "flow_finished",
            Self::Hinted { .. } => "hinted",
            Self::About { change } => change.name(),
            Self::Erased { .. } => "customer_erased",
            Self::CardKept { .. } => "card_kept",
            Self::CardRenumbered { .. } => "card_renumbered",
            Self::PayHelpAsked { .. } => "pay_help_asked",
            Self::SubscriptionKept { .. } => "subscription_kept",
        }
    }

    /// Steps of a conversation are state, not history.
    fn is_kept(&self) -> bool {
        match self {
            Self::Met { .. }
            | Self::CameBy { .. }
            | Self::LanguageChosen { .. }
            | Self::Registered { .. }
            | Self::Left
            | Self::PayHelpAsked { .. }
            | Self::Returned => true,
            Self::About { change } => change.is_kept(),
            Self::Erased { .. } => true,
            Self::Stepped { .. }
            | Self::BasketChanged { .. }
            | Self::FlowMoved { .. }
            | Self::FlowFinished
            | Self::Hinted { .. }
            | Self::CardKept { .. }
            | Self::CardRenumbered { .. }
            | Self::SubscriptionKept { .. } => false,
        }
    }
}

impl State {
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Met { who } => {
                self.who = Some(Arc::new(who.clone()));
                // Whoever comes back after an erasure is somebody new.
                if self.about.erased {
                    self.about = Arc::default();
                }
            }
            Fact::Erased { .. } => {
                let about = About { erased: true, ..About::default() };
                *self = Self { about: Arc::new(about), ..Self::default() };
            }
            Fact::CameBy { payload } => self.change(|who| who.came_by = Some(payload.clone())),
            Fact::LanguageChosen { language } => self.change(|who| who.language = language.clone()),
            Fact::Registered { name } => self.change(|who| {
                who.name.clone_from(name);
                who.registered = true;
            }),
            Fact::Left => self.change(|who| who.reachable = false),
            Fact::Returned => self.change(|who| who.reachable = true),
            Fact::Stepped { to } => self.step = to.clone(),
            Fact::BasketChanged { basket } => self.basket.clone_from(basket),
            Fact::FlowMoved { run } => self.run.clone_from(run),
            Fact::FlowFinished => self.finished_runs += 1,
            Fact::Hinted { at_ms } => self.hinted_at_ms = *at_ms,
            Fact::About { change } => Arc::make_mut(&mut self.about).apply(change),
            Fact::PayHelpAsked { at_ms } => self.pay_help_ms = *at_ms,
            Fact::SubscriptionKept { view } => {
                self.subscriptions.retain(|known| known.plan != view.plan);
                self.subscriptions.push(view.clone());
            }
            Fact::CardKept { card } => self.keep(card),
            Fact::CardRenumbered { from, to } => {
                let cards = Arc::make_mut(&mut self.cards);
                if let Some(card) = cards.iter_mut().find(|card| card.order == *from) {
                    card.order = to.clone();
                }
            }
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Who)) {
        if let Some(who) = &mut self.who {
            change(Arc::make_mut(who));
        }
    }

    fn keep(&mut self, card: &Card) {
        let cards = Arc::make_mut(&mut self.cards);
        match cards.iter_mut().find(|known| known.order == card.order) {
            Some(known) => known.clone_from(card),
            None => {
                cards.insert(0, card.clone());
                // An order that still waits for something is never forgotten for a newer one.
                let last = |over: fn(&order::Stage) -> bool| {
                    cards.iter().rposition(|card| over(&card.view.stage))
                };
                if cards.len() > CARDS_MAX
                    && let Some(last) =
                        last(order::Stage::is_over).or_else(|| last(order::Stage::is_sold))
                {
                    cards.remove(last);
                }
            }
        }
    }

    pub(super) fn card(&self, order: &Key) -> Option<&Card> {
        self.cards.iter().find(|card| card.order == *order)
    }

    pub(super) fn has_card_at(&self, message_id: i64) -> bool {
        self.cards.iter().any(|card| card.place == Place::At(message_id))
    }

    pub(super) fn card_numbered(&self, number: &str) -> Option<&Card> {
        self.cards.iter().find(|card| card.order.id() == number)
    }

    pub(super) fn is_registered(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.registered)
    }

    pub(super) fn is_reachable(&self) -> bool {
        self.who.as_ref().is_none_or(|who| who.reachable)
    }
}
