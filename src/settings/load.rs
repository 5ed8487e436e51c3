//! Reads the layers and lays them over each other. Knows no key's meaning.

use std::path::Path;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::error::{DEFAULTS_PLACE, ENVIRONMENT};
use super::{DEFAULTS, Settings, SettingsError};

const PREFIX: &str = "KONTOR__";

/// One layer with a name of its own in errors.
struct Layer {
    name: String,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// A variable that sets one key of one of the bots.
struct BotVariable {
    name: String,
    bot: String,
    key: String,
    value: String,
}

pub(super) fn read(
    path: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, SettingsError> {
    let defaults = Figment::from(toml(DEFAULTS_PLACE, DEFAULTS)?);
    let mut layers = defaults.clone();
    if let Some(path) = path {
        layers = layers.merge(toml(&path.display().to_string(), &text(path)?)?);
    }
    let mut bots = Vec::new();
    let mut values = Dict::new();
    for (name, value) in variables {
        let Some(keys) = name.strip_prefix(PREFIX).map(str::to_ascii_lowercase) else {
            continue;
        };
        match keys.split("__").collect::<Vec<_>>().as_slice() {
            ["bots", bot, key] => {
                let (bot, key) = ((*bot).to_owned(), (*key).to_owned());
                bots.push(BotVariable { name, bot, key, value });
            }
            parts => set(&mut values, parts, typed(&defaults, &parts.join("."), &value)),
        }
    }
    layers = layers.merge(Layer { name: ENVIRONMENT.to_owned(), values });
    Ok(with_bots(layers, bots)?.extract()?)
}

fn toml(name: &str, source: &str) -> Result<Layer, SettingsError> {
    let parsed = Toml::string(source).data();
    let values = parsed.map_err(|error| {
        let problem = error.kind.to_string();
        SettingsError::at("", problem.trim_end(), "").within(Some(name.to_owned()))
    })?;
    let values = values.into_values().next().unwrap_or_default();
    Ok(Layer { name: name.to_owned(), values })
}

fn text(path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path).map_err(|error| {
        let hint = "`kontor init` writes a configuration";
        let place = Some(path.display().to_string());
        SettingsError::at("", &format!("cannot be read: {error}"), hint).within(place)
    })
}

fn set(values: &mut Dict, keys: &[&str], value: Value) {
    match keys {
        [] => {}
        [last] => drop(values.insert((*last).to_owned(), value)),
        [first, rest @ ..] => {
            let empty = || Value::from(Dict::new());
            let inner = values.entry((*first).to_owned()).or_insert_with(empty);
            if let Value::Dict(_, inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

/// Environment variables are text; the default says what the text means, so that a password of digits stays one.
fn typed(defaults: &Figment, key: &str, text: &str) -> Value {
    match defaults.find_value(key) {
        Ok(Value::String(..)) => Value::from(text),
        Ok(Value::Array(..)) if !text.trim_start().starts_with('[') => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::from(items.map(Value::from).collect::<Vec<_>>())
        }
        _ => plain(text),
    }
}

/// A number, a truth value, a list, or the text itself.
fn plain(text: &str) -> Value {
    match text.parse() {
        Ok(value) => value,
        Err(infallible) => match infallible {},
    }
}

/// `KONTOR__BOTS__SHOP__TOKEN` speaks of the bot named `shop`, `KONTOR__BOTS__0__TOKEN` of the first one.
fn with_bots(layers: Figment, variables: Vec<BotVariable>) -> Result<Figment, SettingsError> {
    if variables.is_empty() {
        return Ok(layers);
    }
    let mut bots = match layers.find_value("bots") {
        Ok(Value::Array(_, bots)) => bots,
        _ => Vec::new(),
    };
    for variable in variables {
        let BotVariable { name, bot, key, value } = variable;
        let is_named = |known: &Value| {
            let known = known.find_ref("name").and_then(Value::as_str);
            known.is_some_and(|known| known.replace('-', "_") == bot)
        };
        let index = bots.iter().position(is_named).or_else(|| bot.parse().ok());
        if index == Some(bots.len()) {
            bots.push(Value::from(Dict::new()));
        }
        let Some(Value::Dict(_, fields)) = index.and_then(|index| bots.get_mut(index)) else {
            let hint = "name it as in [[bots]], with _ for -, or by its place from 0";
            let problem = format!("there is no bot {bot}");
            return Err(
                SettingsError::at(&name, &problem, hint).within(Some(ENVIRONMENT.to_owned()))
            );
        };
        let value = match key.as_str() {
            "reply_in_webhook" | "max_connections" | "poll_timeout_s" => plain(&value),
            _ => Value::from(value),
        };
        fields.insert(key, value);
    }
    let values = Dict::from([("bots".to_owned(), Value::from(bots))]);
    Ok(layers.merge(Layer { name: ENVIRONMENT.to_owned(), values }))
}
