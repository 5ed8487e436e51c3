//! How customers may pay: the gateways on offer, by currency; plans; who helps. Knows no gateway's wire format.

use entities::Currency;

use crate::gateway::STARS;

/// Where the customer pays when the invoice is a message that they ask for.
pub const INVOICE_MESSAGE: &str = "tg:invoice";

/// The merchant's rules about paying.
#[derive(Clone, Debug)]
pub struct Ways {
    /// The gateways on offer; the first that takes the currency is used.
    pub gateways: Vec<String>,
    /// What can be subscribed to.
    pub plans: Vec<Plan>,
    /// Who helps with payments, as the customer is told; empty: the shop's owner alone hears of it.
    pub contact: String,
}

/// Something that is paid for every 30 days, in Stars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// `[a-z0-9-]{1,32}`.
    pub id: String,
    pub title: String,
    pub description: String,
    pub stars: i64,
}

impl Default for Ways {
    fn default() -> Self {
        Self { gateways: vec!["sandbox".to_owned()], plans: Vec::new(), contact: String::new() }
    }
}

impl Ways {
    /// Who takes money of this currency. Stars go to Telegram and to nobody else.
    pub fn gateway(&self, currency: Currency) -> Option<&str> {
        let in_stars = currency == Currency::XTR;
        let fits = |name: &&String| (name.as_str() == STARS) == in_stars;
        self.gateways.iter().find(fits).map(String::as_str)
    }

    pub fn plan(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }
}

#[cfg(test)]
mod tests {
    use entities::Currency;

    use super::Ways;

    #[test]
    fn stars_are_taken_by_telegram_and_by_nobody_else() {
        let ways = |names: &[&str]| Ways {
            gateways: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Ways::default()
        };
        let all = ways(&["stars", "telegram", "sandbox"]);
        assert_eq!(all.gateway(Currency::XTR), Some("stars"));
        assert_eq!(all.gateway(Currency::EUR), Some("telegram"));
        assert_eq!(ways(&["sandbox"]).gateway(Currency::XTR), None);
        assert_eq!(ways(&["stars"]).gateway(Currency::EUR), None);
    }
}
