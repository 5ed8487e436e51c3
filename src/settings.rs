//! Every setting: compiled-in defaults, then the file, then `KONTOR__SECTION__KEY`. The only reader of the environment.
//! What each key means stands in `config/default.toml`, which is compiled in and complete.

mod bots;
mod check;
mod error;
mod lenient;
mod load;
pub mod mtproto;
mod parcels;
pub mod payments;
mod people;
pub mod retention;
#[cfg(test)]
mod tests;
mod token;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actors::{DeliveryLimits, OfficeLimits, Rules};
use entities::{BotId, Currency, Database};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use payments::PaymentSettings;

// tidy: allow(re-export) sections of the shop's settings
pub use parcels::{DeliveryMethodSettings, RegionSettings};
// tidy: allow(re-export) the error of `Settings::load` is named together with it
pub use error::SettingsError;

/// `config/default.toml`: the defaults and their documentation.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// Languages that Kontor has texts in.
pub const LANGUAGES: &[&str] = &["en", "ru", "uz", "es", "ar"];

/// All settings, checked. Printing them shows no secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub server: ServerSettings,
    pub database: DatabaseSettings,
    pub secrets: SecretSettings,
    #[serde(default)]
    pub bots: Vec<BotSettings>,
    pub shop: ShopSettings,
    pub payments: PaymentSettings,
    pub owner: OwnerSettings,
    pub gateways: GatewaySettings,
    pub flows: FlowSettings,
    pub mtproto: mtproto::MtprotoSettings,
    pub terms: people::TermsSettings,
    pub registration: people::RegistrationSettings,
    pub help: people::HelpSettings,
    pub reminders: people::ReminderSettings,
    pub privacy: people::PrivacySettings,
    pub admins: people::AdminSettings,
    pub actors: ActorSettings,
    pub delivery: DeliverySettings,
    pub limits: LimitSettings,
    pub retention: retention::RetentionSettings,
    pub control: ControlSettings,
    pub log: LogSettings,
    pub shutdown: ShutdownSettings,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    pub listen: SocketAddr,
    /// Without a slash at the end.
    #[serde(deserialize_with = "lenient::address")]
    pub public_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// May hold a password.
    pub url: SecretString,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSettings {
    pub master_key_file: PathBuf,
    /// Instead of the file: 32 bytes in base64.
    #[serde(deserialize_with = "lenient::secret")]
    pub master_key: Option<SecretString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IntakeMode {
    Polling,
    Webhook,
}

/// One `[[bots]]`; what is left out has the value that `config/default.toml` names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BotSettings {
    #[serde(deserialize_with = "lenient::bot")]
    pub name: BotId,
    #[serde(default, deserialize_with = "lenient::secret")]
    token: Option<SecretString>,
    #[serde(default, deserialize_with = "lenient::path")]
    token_file: Option<PathBuf>,
    /// Without a slash at the end.
    /// For Telegram Payments, one of the two.
    #[serde(default, deserialize_with = "lenient::secret")]
    provider_token: Option<SecretString>,
    #[serde(default, deserialize_with = "lenient::path")]
    provider_token_file: Option<PathBuf>,
    #[serde(default = "telegram", deserialize_with = "lenient::required_address")]
    pub api_url: String,
    #[serde(default = "polling")]
    pub intake: IntakeMode,
    #[serde(default = "yes")]
    pub reply_in_webhook: bool,
    #[serde(default = "forty")]
    pub max_connections: u32,
    #[serde(default = "half_a_minute")]
    pub poll_timeout_s: u32,
}

fn telegram() -> String {
    "https://api.telegram.org".to_owned()
}

fn polling() -> IntakeMode {
    IntakeMode::Polling
}

fn yes() -> bool {
    true
}

fn forty() -> u32 {
    40
}

fn half_a_minute() -> u32 {
    30
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopSettings {
    pub name: String,
    pub default_language: String,
    pub languages: Vec<String>,
    pub currency: Currency,
    pub time_zone: String,
    pub payment_window_minutes: u32,
    /// 0: nobody is reminded.
    pub cart_reminder_hours: u32,
    #[serde(default)]
    pub regions: Vec<RegionSettings>,
    #[serde(default)]
    pub delivery: Vec<DeliveryMethodSettings>,
    pub max_quantity: u32,
    /// Where product pictures are; the folder may be missing.
    pub pictures: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerSettings {
    #[serde(deserialize_with = "lenient::optional_bot")]
    pub bot: Option<BotId>,
    /// 0: nobody is told.
    pub chat: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySettings {
    pub sandbox: SandboxSettings,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxSettings {
    /// Without a slash at the end; none: the gateway is not used.
    #[serde(deserialize_with = "lenient::address")]
    pub api_url: Option<String>,
    pub api_key: SecretString,
    pub webhook_secret: SecretString,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowSettings {
    pub dir: PathBuf,
    /// By the name that flow files call them.
    pub webhooks: BTreeMap<String, WebhookSettings>,
}

/// One server that flows may tell of answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    pub url: String,
    pub secret: SecretString,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorSettings {
    /// 0: all actors live on one thread.
    pub shards: usize,
    pub in_memory: usize,
    pub idle_s: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverySettings {
    pub attempts: u32,
    pub first_backoff_ms: u64,
    pub last_backoff_s: u64,
    pub telegram: usize,
    pub gateway: usize,
    pub actors: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    pub in_flight: usize,
    pub mailbox: usize,
    pub bot_per_s: u32,
    pub bot_burst: u32,
    pub chat_per_s: u32,
    pub chat_burst: u32,
    pub group_per_min: u32,
    pub user_messages: u32,
    pub user_window_s: u64,
    pub silence_s: u64,
    pub body_bytes: usize,
    pub failures: usize,
    pub failure_window_s: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlSettings {
    pub socket: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty on a terminal, JSON otherwise.
    Auto,
    Pretty,
    Json,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    pub level: String,
    pub format: LogFormat,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShutdownSettings {
    pub patience_s: u64,
}

impl Settings {
    /// Defaults, then `path` if there is one, then the environment.
    ///
    /// # Errors
    /// What is wrong, in which file or variable, at which key, and what to write instead.
    pub fn load(path: Option<&Path>) -> Result<Self, SettingsError> {
        Self::load_with(path, environment())
    }

    /// As `load`, with the environment as a parameter.
    ///
    /// # Errors
    /// As `load`.
    pub fn load_with(
        path: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut settings = load::read(path, variables)?;
        settings.place_beside_database();
        check::check(&settings, path)?;
        Ok(settings)
    }

    /// Files that are not named have their place beside the SQLite file, so that two servers never share one.
    fn place_beside_database(&mut self) {
        let file = Database::file(self.database_url()).filter(|file| !file.contains(":memory:"));
        let file = PathBuf::from(file.unwrap_or("data/kontor.db"));
        let is_blank = |path: &Path| path.as_os_str().is_empty();
        if is_blank(&self.control.socket) {
            self.control.socket = file.with_extension("sock");
        }
        if is_blank(&self.secrets.master_key_file) {
            self.secrets.master_key_file = file.with_file_name("master.key");
        }
    }

    /// The database's address, password included.
    pub fn database_url(&self) -> &str {
        self.database.url.expose_secret()
    }

    pub fn office_limits(&self) -> OfficeLimits {
        OfficeLimits {
            in_flight: self.limits.in_flight,
            mailbox: self.limits.mailbox,
            actors: self.actors.in_memory,
            idle: Duration::from_secs(self.actors.idle_s),
            failures: self.limits.failures,
            failure_window: Duration::from_secs(self.limits.failure_window_s),
        }
    }

    pub fn delivery_limits(&self) -> DeliveryLimits {
        DeliveryLimits {
            attempts: self.delivery.attempts,
            first_backoff: Duration::from_millis(self.delivery.first_backoff_ms),
            last_backoff: Duration::from_secs(self.delivery.last_backoff_s),
            telegram: self.delivery.telegram,
            gateway: self.delivery.gateway,
            actors: self.delivery.actors,
        }
    }

    pub fn rules(&self) -> Rules {
        Rules {
            shop_name: self.shop.name.clone(),
            default_language: self.shop.default_language.clone(),
            languages: self.shop.languages.clone(),
            currency: self.shop.currency,
            ways: self.payments.ways(),
            regions: self.shop.regions.iter().map(RegionSettings::region).collect(),
            delivery: self.shop.delivery.iter().map(DeliveryMethodSettings::method).collect(),
            stars: self.payments.offers(actors::STARS),
            cart_reminder: (self.shop.cart_reminder_hours > 0)
                .then(|| time::Duration::hours(i64::from(self.shop.cart_reminder_hours))),
            payment_window: time::Duration::minutes(i64::from(self.shop.payment_window_minutes)),
            max_quantity: self.shop.max_quantity,
            manners: self.manners(),
            owner: self.owner(),
        }
    }

    /// Whom to tell what needs a person: the bot that says it (the first one unless named) and the chat.
    pub fn owner(&self) -> Option<(BotId, i64)> {
        let first = || self.bots.first().map(|bot| bot.name.clone());
        let bot = self.owner.bot.clone().or_else(first)?;
        (self.owner.chat != 0).then_some((bot, self.owner.chat))
    }

    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.shutdown.patience_s)
    }
}

/// The variables that are settings.
fn environment() -> Vec<(String, String)> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// Whether colours are welcome where they can be shown (<https://no-color.org>).
pub fn may_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
