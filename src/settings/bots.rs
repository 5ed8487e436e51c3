//! A bot of the settings: where its token is. Knows no Telegram.

use entities::BotId;
use secrecy::SecretString;

use super::{BotSettings, SettingsError, forty, half_a_minute, polling, yes};

impl BotSettings {
    /// A bot of the simulated world.
    pub fn simulated(name: BotId, token: &str, api_url: &str) -> Self {
        Self {
            name,
            token: Some(token.into()),
            token_file: None,
            provider_token: None,
            provider_token_file: None,
            api_url: api_url.trim_end_matches('/').to_owned(),
            intake: polling(),
            reply_in_webhook: yes(),
            max_connections: forty(),
            poll_timeout_s: half_a_minute(),
        }
    }

    /// The token, from the settings or from its file.
    ///
    /// # Errors
    /// When the file cannot be read or holds nothing.
    pub fn token(&self) -> Result<SecretString, SettingsError> {
        let key = format!("bots.{}.token_file", self.name);
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let missing = || SettingsError::at(&key, "no token", "write token or token_file");
        let file = self.token_file.as_ref().ok_or_else(missing)?;
        let text = std::fs::read_to_string(file).map_err(|error| {
            let problem = format!("cannot read {}: {error}", file.display());
            SettingsError::at(&key, &problem, "put the token that BotFather gave you into it")
        })?;
        match text.trim() {
            "" => {
                let problem = format!("{} is empty", file.display());
                let hint = "put the token that BotFather gave you into it";
                Err(SettingsError::at(&key, &problem, hint))
            }
            token => Ok(token.into()),
        }
    }
}
