//! `[payments]`: who takes money, how invoices are shown, subscriptions, who helps. Knows no gateway.

use actors::payment::{Plan, Ways};
use serde::Deserialize;

use super::SettingsError;

/// Gateways that Kontor knows.
const GATEWAYS: &[&str] = &["stars", "telegram", "sandbox"];
/// The most of one subscription period (Telegram's limit).
const STARS_MAX: i64 = actors::subscription::STARS_MAX;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentSettings {
    pub gateways: Vec<String>,
    pub invoice: Invoice,
    pub contact: String,
    #[serde(default)]
    pub plans: Vec<PlanSettings>,
}

/// How Telegram's invoices are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Invoice {
    /// The button of the order's card opens the payment.
    Link,
    /// The button of the order's card sends the invoice as a message.
    Message,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSettings {
    pub id: String,
    pub title: String,
    pub description: String,
    pub stars: i64,
}

impl PaymentSettings {
    pub fn offers(&self, gateway: &str) -> bool {
        self.gateways.iter().any(|known| known == gateway)
    }

    pub(super) fn ways(&self) -> Ways {
        let plan = |plan: &PlanSettings| Plan {
            id: plan.id.clone(),
            title: plan.title.clone(),
            description: plan.description.clone(),
            stars: plan.stars,
        };
        Ways {
            gateways: self.gateways.clone(),
            plans: self.plans.iter().map(plan).collect(),
            contact: self.contact.trim().to_owned(),
        }
    }

    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |key: &str, problem: String, hint: String| {
            Err(SettingsError::at(&format!("payments.{key}"), &problem, &hint))
        };
        let known = GATEWAYS.join(", ");
        if let Some(name) = self.gateways.iter().find(|name| !GATEWAYS.contains(&name.as_str())) {
            let problem = format!("there is no gateway '{name}'");
            return refuse("gateways", problem, format!("write some of {known}"));
        }
        if self.gateways.is_empty() {
            let hint = format!("write some of {known}");
            return refuse("gateways", "nobody takes payments".to_owned(), hint);
        }
        for (index, plan) in self.plans.iter().enumerate() {
            let name = plan.id.as_str();
            let good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
            if name.is_empty() || name.len() > 32 || !name.bytes().all(good) {
                let problem = format!("'{name}' is no plan's id");
                return refuse("plans", problem, "use 1 to 32 of a-z, 0-9 and -".to_owned());
            }
            if self.plans[..index].iter().any(|other| other.id == plan.id) {
                let problem = format!("two plans are called {name}");
                return refuse("plans", problem, "give each its own id".to_owned());
            }
            if !(1..=STARS_MAX).contains(&plan.stars) {
                let problem = format!("plan {name} costs {} Stars", plan.stars);
                let hint = format!("write 1 to {STARS_MAX}: Telegram takes no other prices");
                return refuse("plans", problem, hint);
            }
            if plan.title.trim().is_empty() || plan.description.trim().is_empty() {
                let problem = format!("plan {name} lacks its title or description");
                return refuse("plans", problem, "Telegram shows both to whoever pays".to_owned());
            }
        }
        if !self.plans.is_empty() && !self.offers(actors::STARS) {
            let problem = "subscriptions are paid in Stars, which are not on offer".to_owned();
            return refuse("gateways", problem, "add \"stars\", or take the plans out".to_owned());
        }
        Ok(())
    }
}
