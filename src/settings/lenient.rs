//! How single values are read: blank means none, addresses lose their last slash. Knows no sections.

use std::path::PathBuf;

use entities::BotId;
use secrecy::SecretString;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Blank means that there is none.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

pub(super) fn secret<'de, D>(deserializer: D) -> Result<Option<SecretString>, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(text(deserializer)?.map(SecretString::from))
}

pub(super) fn path<'de, D>(deserializer: D) -> Result<Option<PathBuf>, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(text(deserializer)?.map(PathBuf::from))
}

pub(super) fn optional_bot<'de, D>(deserializer: D) -> Result<Option<BotId>, D::Error>
where
    D: Deserializer<'de>,
{
    text(deserializer)?.map(|name| BotId::parse(&name).map_err(D::Error::custom)).transpose()
}

pub(super) fn bot<'de, D>(deserializer: D) -> Result<BotId, D::Error>
where
    D: Deserializer<'de>,
{
    BotId::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// An `http` or `https` address, or none.
pub(super) fn address<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    text(deserializer)?.map(|text| checked::<D::Error>(&text)).transpose()
}

pub(super) fn required_address<'de, D>(deserializer: D) -> Result<String, D::Error>
where
    D: Deserializer<'de>,
{
    checked(&String::deserialize(deserializer)?)
}

fn checked<E: Error>(text: &str) -> Result<String, E> {
    let fits = |address: &reqwest::Url| matches!(address.scheme(), "http" | "https");
    match reqwest::Url::parse(text) {
        Ok(address) if fits(&address) && address.query().is_none() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(E::custom(format!("'{text}' is not an address: write https://host/path"))),
    }
}
