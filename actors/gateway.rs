//! What a payment provider is asked and what it answers. Knows no provider's wire format and no sagas.

use entities::{Key, Money};
use serde::{Deserialize, Serialize};

/// Telegram Stars: the gateway's name in payments and accounts.
pub const STARS: &str = "stars";
/// Telegram Payments, with a provider's token of the bot.
pub const TELEGRAM: &str = "telegram";

/// One question to a payment provider. Its idempotency key is the intent's id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayCall {
    /// Who asks: a payment, a subscription, a bot's Stars.
    pub payment: Key,
    /// The configured gateway's name, for instance `sandbox`.
    pub gateway: String,
    /// The session of whoever pays: Telegram wants to know the bot and the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Key>,
    pub op: GatewayOp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GatewayOp {
    OpenCheckout {
        amount: Money,
        description: String,
        expires_at_ms: i64,
    },
    /// A payment that Telegram repeats every 30 days, in Stars.
    OpenSubscription {
        amount: Money,
        title: String,
        description: String,
    },
    /// Stops or resumes the renewals of the subscription that this charge belongs to.
    EditSubscription {
        charge: String,
        canceled: bool,
    },
    /// What does the gateway know? Changes nothing. `None`: under our own reference, the payment's key, when nobody
    /// knows whether a checkout was opened; answered by `Opened`, or `Rejected` when there is none.
    AskCheckout {
        checkout: Option<String>,
        /// Nothing of it can be older.
        #[serde(default)]
        since_ms: i64,
    },
    ExpireCheckout {
        checkout: String,
        #[serde(default)]
        since_ms: i64,
    },
    Refund {
        checkout: String,
        /// The gateway's id of the money itself, where that is not the checkout's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        charge: Option<String>,
        amount: Money,
        reason: String,
    },
    /// The movements of a bot's Stars from this place on, oldest first.
    ReadStars {
        from: u64,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GatewayReply {
    Opened {
        checkout: String,
        url: String,
    },
    Open,
    /// The money is there. `refunds`: all that ever went back, oldest first.
    Captured {
        amount: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        charge: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refunds: Vec<Refund>,
    },
    Declined {
        reason: String,
    },
    Expired,
    Refunded {
        refund: String,
        amount: Money,
    },
    /// A subscription's renewals were stopped or resumed.
    Edited,
    Stars(StarsPage),
    /// A definite "no" to the question itself.
    Rejected {
        reason: String,
    },
}

/// Money that went back, under the gateway's own id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub refund: String,
    pub amount: Money,
}

/// Some movements of a bot's Stars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StarsPage {
    pub from: u64,
    pub moves: Vec<StarMove>,
    /// More follow these.
    pub more: bool,
    /// What Telegram says the bot has after the last of them; `None` when it kept changing while we looked.
    pub balance: Option<i64>,
}

/// One movement. Source: <https://core.telegram.org/bots/api#startransaction>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StarMove {
    /// The charge's id for payments; a refund has the same id as its payment.
    pub id: String,
    /// Whole Stars: positive when they came, negative when they went.
    pub stars: i64,
    /// The part beyond whole Stars, in billionths, with the same sign.
    #[serde(default)]
    pub nanos: i64,
    pub at_ms: i64,
    /// From whom or to whom, as Telegram names the kind: `user`, `fragment`, `telegram_ads`, …
    pub partner: String,
    /// Of our invoice, where it was paid by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}
