//! What the types of the settings cannot say. Knows no files.

use std::path::Path;

use secrecy::ExposeSecret;

use super::{BotSettings, IntakeMode, LANGUAGES, Settings, SettingsError, parcels, people};

type Checked = Result<(), SettingsError>;

pub(super) fn check(settings: &Settings, path: Option<&Path>) -> Checked {
    // What the types refused named its layer; from here on the whole counts.
    let place = path.map(|path| path.display().to_string());
    let all = database(settings)
        .and_then(|()| bots(settings))
        .and_then(|()| shop(settings))
        .and_then(|()| people::check(settings))
        .and_then(|()| webhooks(settings))
        .and_then(|()| settings.payments.check())
        .and_then(|()| providers(settings))
        .and_then(|()| numbers(settings))
        .and_then(|()| log_level(&settings.log.level));
    all.map_err(|error| error.within(place))
}

fn refuse<T>(key: &str, problem: &str, hint: &str) -> Result<T, SettingsError> {
    Err(SettingsError::at(key, problem, hint))
}

fn database(settings: &Settings) -> Checked {
    let schemes = ["sqlite:", "postgres://", "postgresql://"];
    match schemes.iter().any(|scheme| settings.database_url().starts_with(scheme)) {
        true => Ok(()),
        false => refuse(
            "database.url",
            "not a database address",
            "write sqlite://path/to/file.db or postgres://user@host/name",
        ),
    }
}

/// `info`, or levels by target: `info,kontor=debug`. An unknown word would be taken for a target and silence the rest.
fn log_level(level: &str) -> Checked {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    for part in level.split(',') {
        let word = part.rsplit('=').next().unwrap_or(part).trim();
        if !LEVELS.contains(&word) {
            let hint = "write error, warn, info, debug or trace, also as in info,kontor=debug";
            return refuse("log.level", &format!("'{word}' is no level"), hint);
        }
    }
    Ok(())
}

fn bots(settings: &Settings) -> Checked {
    for (index, bot) in settings.bots.iter().enumerate() {
        let key = |field: &str| format!("bots.{}.{field}", bot.name);
        if settings.bots[..index].iter().any(|other| other.name == bot.name) {
            return refuse(&key("name"), "two bots have this name", "give each its own");
        }
        token(bot, &key("token"))?;
        if !(1..=100).contains(&bot.max_connections) {
            return refuse(&key("max_connections"), "out of range", "write 1 to 100");
        }
        if bot.poll_timeout_s > 50 {
            return refuse(&key("poll_timeout_s"), "out of range", "write 0 to 50");
        }
        if bot.intake == IntakeMode::Webhook && settings.server.public_url.is_none() {
            let hint = "write where Telegram reaches us, as in \"https://shop.example\"";
            let problem = format!("missing, and bot {} has intake = \"webhook\"", bot.name);
            return refuse("server.public_url", &problem, hint);
        }
    }
    match &settings.owner.bot {
        Some(name) if !settings.bots.iter().any(|bot| bot.name == *name) => {
            let problem = format!("there is no bot {name}");
            refuse("owner.bot", &problem, "write the name of one of [[bots]], or leave it empty")
        }
        _ => Ok(()),
    }
}

fn token(bot: &BotSettings, key: &str) -> Checked {
    match (&bot.token, &bot.token_file) {
        (Some(_), Some(_)) => {
            refuse(key, "both token and token_file are there", "write only one of them")
        }
        (None, None) => {
            let hint = "write token = \"…\" from BotFather, or token_file = \"…\"";
            refuse(key, "no token", hint)
        }
        _ => Ok(()),
    }
}

fn shop(settings: &Settings) -> Checked {
    let shop = &settings.shop;
    for language in &shop.languages {
        if !LANGUAGES.contains(&language.as_str()) {
            let problem = format!("there are no texts in '{language}'");
            let hint = format!("write some of {}", LANGUAGES.join(", "));
            return refuse("shop.languages", &problem, &hint);
        }
    }
    if !shop.languages.contains(&shop.default_language) {
        let problem = format!("'{}' is not one of shop.languages", shop.default_language);
        let hint = format!("write one of {}, or add it there", shop.languages.join(", "));
        return refuse("shop.default_language", &problem, &hint);
    }
    parcels::check(shop)?;
    Ok(())
}

/// Telegram Payments need a provider's token at each bot.
fn providers(settings: &Settings) -> Checked {
    for bot in &settings.bots {
        let key = format!("bots.{}.provider_token", bot.name);
        if bot.provider_token.is_some() && bot.provider_token_file.is_some() {
            let problem = "both provider_token and provider_token_file are there";
            return refuse(&key, problem, "write only one of them");
        }
        let has_one = bot.provider_token.is_some() || bot.provider_token_file.is_some();
        if settings.payments.offers(actors::TELEGRAM) && !has_one {
            let hint = "write the token that BotFather gave you for the provider, or take \"telegram\" out";
            return refuse(&key, "missing, and payments.gateways has \"telegram\"", hint);
        }
    }
    Ok(())
}

/// Answers are personal: they leave this machine encrypted, and signed with something that nobody guesses.
fn webhooks(settings: &Settings) -> Checked {
    for (name, webhook) in &settings.flows.webhooks {
        let key = |field: &str| format!("flows.webhooks.{name}.{field}");
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
            let problem = format!("'{name}' cannot be a webhook's name");
            return refuse("flows.webhooks", &problem, "write up to 64 of a-z, 0-9, - and _");
        }
        let here = |url: &reqwest::Url| {
            let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
            let address = host.parse::<std::net::IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        };
        match reqwest::Url::parse(&webhook.url) {
            Ok(url) if url.scheme() == "https" && url.has_host() => {}
            Ok(url) if url.scheme() == "http" && here(&url) => {}
            _ => {
                let problem = format!("'{}' is not an address that can be trusted", webhook.url);
                return refuse(&key("url"), &problem, "write https://host/path");
            }
        }
        if webhook.secret.expose_secret().chars().count() < 16 {
            return refuse(&key("secret"), "too short", "write 16 characters or more");
        }
    }
    Ok(())
}

/// What would stop everything if it were 0.
fn numbers(settings: &Settings) -> Checked {
    let Settings { shop, actors, delivery, limits, .. } = settings;
    let positive = [
        ("shop.payment_window_minutes", shop.payment_window_minutes as usize),
        ("shop.max_quantity", shop.max_quantity as usize),
        ("actors.in_memory", actors.in_memory),
        ("delivery.attempts", delivery.attempts as usize),
        ("delivery.telegram", delivery.telegram),
        ("delivery.gateway", delivery.gateway),
        ("delivery.actors", delivery.actors),
        ("limits.in_flight", limits.in_flight),
        ("limits.mailbox", limits.mailbox),
        ("limits.bot_per_s", limits.bot_per_s as usize),
        ("limits.chat_per_s", limits.chat_per_s as usize),
        ("limits.bot_burst", limits.bot_burst as usize),
        ("limits.chat_burst", limits.chat_burst as usize),
        ("limits.group_per_min", limits.group_per_min as usize),
        ("limits.user_messages", limits.user_messages as usize),
        ("limits.body_bytes", limits.body_bytes),
        ("limits.failures", limits.failures),
    ];
    let seconds = [
        ("actors.idle_s", actors.idle_s),
        ("limits.user_window_s", limits.user_window_s),
        ("limits.failure_window_s", limits.failure_window_s),
        ("shutdown.patience_s", settings.shutdown.patience_s),
    ];
    let seconds = seconds.iter().map(|(key, value)| (*key, *value == 0));
    let zeros = positive.iter().map(|(key, value)| (*key, *value == 0)).chain(seconds);
    for (key, is_zero) in zeros {
        if is_zero {
            return refuse(key, "0 would stop everything", "write 1 or more");
        }
    }
    const THREADS: usize = 256;
    match actors.shards > THREADS {
        true => refuse("actors.shards", "more than 256", "write 0, or the number of cores"),
        false => Ok(()),
    }
}
