//! The payment provider's token, which may stand in a file of its own. Knows no Telegram.

use std::path::Path;

use secrecy::SecretString;

use super::{BotSettings, SettingsError};

impl BotSettings {
    /// The payment provider's token, if there is one.
    ///
    /// # Errors
    /// When its file cannot be read or holds nothing.
    pub fn provider_token(&self) -> Result<Option<SecretString>, SettingsError> {
        let key = format!("bots.{}.provider_token_file", self.name);
        match (&self.provider_token, &self.provider_token_file) {
            (Some(token), _) => Ok(Some(token.clone())),
            (None, Some(file)) => read_token(&key, file).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// `key`: of the setting that names the file.
fn read_token(key: &str, file: &Path) -> Result<SecretString, SettingsError> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let problem = format!("cannot read {}: {error}", file.display());
        SettingsError::at(key, &problem, "put the token that BotFather gave you into it")
    })?;
    match text.trim() {
        "" => {
            let problem = format!("{} is empty", file.display());
            let hint = "put the token that BotFather gave you into it";
            Err(SettingsError::at(key, &problem, hint))
        }
        token => Ok(token.into()),
    }
}
