//! What a session knows about its customer besides who they are: consent, contact, wishes. Decides nothing.

use std::sync::Arc;

use entities::Currency;
use serde::{Deserialize, Serialize};

use crate::manners::Quiet;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Arc<str>>,
    /// IANA name, or `UTC+3`; `None`: the house's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Arc<str>>,
    /// In which they want to see prices, where a product has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// No reminders, no marketing; news of their own orders come all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// `None`: the house's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// The product whose link brought them here, until they have seen it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Arc<str>>,
    /// When everything about them is erased, as they asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erase_at_ms: Option<i64>,
    /// Everything was erased; until they write again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

/// Which terms, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub version: Arc<str>,
    pub at_ms: i64,
}

/// What is asked of them at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    Terms,
    /// `alone`: from the settings, not on the way through registration.
    Phone {
        alone: bool,
    },
    Email {
        alone: bool,
    },
    /// The name again, from the settings.
    Name,
    Zone,
    Quiet,
    /// What the search for an answer should look for.
    Question,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Change {
    Consented { version: Arc<str>, at_ms: i64 },
    ConsentWithdrawn,
    Phone { phone: Option<Arc<str>> },
    Email { email: Option<Arc<str>> },
    TimeZone { name: Arc<str> },
    Currency { currency: Currency },
    Silent { silent: bool },
    Quiet { quiet: Quiet },
    Wanted { product: Option<Arc<str>> },
    ErasureAsked { at_ms: i64 },
    ErasureTakenBack,
}

impl Change {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Consented { .. } => "consented",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::Phone { .. } => "phone_changed",
            Self::Email { .. } => "email_changed",
            Self::TimeZone { .. } => "time_zone_chosen",
            Self::Currency { .. } => "currency_chosen",
            Self::Silent { .. } => "notifications_chosen",
            Self::Quiet { .. } => "quiet_hours_chosen",
            Self::Wanted { .. } => "product_wanted",
            Self::ErasureAsked { .. } => "erasure_asked",
            Self::ErasureTakenBack => "erasure_taken_back",
        }
    }

    /// Wishes are state; what may have to be proven is history.
    pub(super) fn is_kept(&self) -> bool {
        match self {
            Self::Consented { .. }
            | Self::ConsentWithdrawn
            | Self::Phone { .. }
            | Self::Email { .. }
            | Self::ErasureAsked { .. }
            | Self::ErasureTakenBack => true,
            Self::TimeZone { .. }
            | Self::Currency { .. }
            | Self::Silent { .. }
            | Self::Quiet { .. }
            | Self::Wanted { .. } => false,
        }
    }
}

impl About {
    pub(super) fn is_default(about: &Arc<Self>) -> bool {
        **about == Self::default()
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Consented { version, at_ms } => {
                self.consent = Some(Consent { version: version.clone(), at_ms: *at_ms });
            }
            Change::ConsentWithdrawn => self.consent = None,
            Change::Phone { phone } => self.phone.clone_from(phone),
            Change::Email { email } => self.email.clone_from(email),
            Change::TimeZone { name } => self.time_zone = Some(name.clone()),
            Change::Currency { currency } => self.currency = Some(*currency),
            Change::Silent { silent } => self.silent = *silent,
            Change::Quiet { quiet } => self.quiet = Some(*quiet),
            Change::Wanted { product } => self.wanted.clone_from(product),
            Change::ErasureAsked { at_ms } => self.erase_at_ms = Some(*at_ms),
            Change::ErasureTakenBack => self.erase_at_ms = None,
        }
    }
}
