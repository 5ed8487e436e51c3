//! `[[shop.regions]]` and `[[shop.delivery]]`: where customers are, and how parcels go. Knows no orders.

use std::collections::BTreeMap;

use actors::{DeliveryMethod, Prices, Region, Texts};
use entities::{Currency, Money};
use serde::Deserialize;

use super::{LANGUAGES, SettingsError, ShopSettings};

/// One `[[shop.regions]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionSettings {
    pub id: String,
    /// By language.
    pub title: Texts,
}

/// One `[[shop.delivery]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryMethodSettings {
    pub id: String,
    /// By language.
    pub title: Texts,
    /// By currency, as in `EUR = "4.50"`; none: it costs nothing.
    #[serde(default)]
    pub costs: BTreeMap<String, String>,
    #[serde(default)]
    pub free_from: BTreeMap<String, String>,
    #[serde(default)]
    pub regions: Vec<String>,
    #[serde(default = "super::yes")]
    pub needs_address: bool,
}

impl RegionSettings {
    pub(super) fn region(&self) -> Region {
        Region { id: self.id.clone(), title: self.title.clone() }
    }
}

impl DeliveryMethodSettings {
    pub(super) fn method(&self) -> DeliveryMethod {
        // `check` has let nothing else through.
        let prices = |written: &BTreeMap<String, String>| prices(written).unwrap_or_default();
        DeliveryMethod {
            id: self.id.clone(),
            title: self.title.clone(),
            costs: prices(&self.costs),
            free_from: prices(&self.free_from),
            regions: self.regions.clone(),
            needs_address: self.needs_address,
        }
    }
}

fn prices(written: &BTreeMap<String, String>) -> Result<Prices, String> {
    let price = |(currency, amount): (&String, &String)| {
        let currency = Currency::parse(currency).map_err(|error| error.to_string())?;
        let money = Money::parse_decimal(amount, currency).map_err(|error| error.to_string())?;
        Ok((currency, money.amount_minor))
    };
    written.iter().map(price).collect()
}

/// What the types cannot say.
pub(super) fn check(shop: &ShopSettings) -> Result<(), SettingsError> {
    for (index, region) in shop.regions.iter().enumerate() {
        let key = format!("shop.regions.{}", region.id);
        id(&key, &region.id, 8)?;
        title(&key, &region.title, &shop.default_language)?;
        if shop.regions[..index].iter().any(|other| other.id == region.id) {
            return Err(SettingsError::at(&key, "two regions have this id", "give each its own"));
        }
    }
    for (index, method) in shop.delivery.iter().enumerate() {
        let key = format!("shop.delivery.{}", method.id);
        id(&key, &method.id, 32)?;
        title(&key, &method.title, &shop.default_language)?;
        if shop.delivery[..index].iter().any(|other| other.id == method.id) {
            let problem = "two delivery methods have this id";
            return Err(SettingsError::at(&key, problem, "give each its own"));
        }
        for (field, written) in [("costs", &method.costs), ("free_from", &method.free_from)] {
            if let Err(problem) = prices(written) {
                let hint = "write it as in { EUR = \"4.50\" }";
                return Err(SettingsError::at(&format!("{key}.{field}"), &problem, hint));
            }
        }
        let costs = prices(&method.costs).unwrap_or_default();
        if !costs.is_empty() && !costs.contains_key(&shop.currency) {
            let problem = format!("it has no cost in {}, the shop's currency", shop.currency);
            return Err(SettingsError::at(&format!("{key}.costs"), &problem, "add one"));
        }
        let unknown = method.regions.iter().find(|id| !shop.regions.iter().any(|it| it.id == **id));
        if let Some(region) = unknown {
            let problem = format!("there is no region {region}");
            let hint = "write the id of one of [[shop.regions]]";
            return Err(SettingsError::at(&format!("{key}.regions"), &problem, hint));
        }
    }
    Ok(())
}

/// It stands in buttons, which hold 64 bytes, with points between their parts.
fn id(key: &str, id: &str, max: usize) -> Result<(), SettingsError> {
    let good = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    match (1..=max).contains(&id.len()) && id.bytes().all(good) {
        true => Ok(()),
        false => {
            let hint = format!("use 1 to {max} letters, digits and -");
            Err(SettingsError::at(key, "not an id", &hint))
        }
    }
}

fn title(key: &str, title: &Texts, default: &str) -> Result<(), SettingsError> {
    let key = format!("{key}.title");
    if let Some(code) = title.keys().find(|code| !LANGUAGES.contains(&code.as_str())) {
        let problem = format!("there are no texts in '{code}'");
        return Err(SettingsError::at(
            &key,
            &problem,
            &format!("write some of {}", LANGUAGES.join(", ")),
        ));
    }
    match title.contains_key(default) {
        true => Ok(()),
        false => {
            let problem = format!("it has none in '{default}', the shop's default language");
            Err(SettingsError::at(&key, &problem, "add one"))
        }
    }
}
