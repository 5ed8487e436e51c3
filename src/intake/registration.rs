//! Telling Telegram by which way updates shall come, before the first one. Switching the way loses nothing: pending
//! updates are never dropped. Knows no updates.

use std::time::Duration;

use actors::Failure;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::intake::backoff::Backoff;
use crate::intake::bot::{BotIntake, IntakeState};
use crate::intake::update::HANDLED;
use crate::telegram::{BotApi, CallError, Me};

/// How often a token that was revoked is tried again.
pub(super) const REVOKED_RETRY: Duration = Duration::from_secs(60);
/// For calls while stopping.
pub(super) const LAST_WITHIN: Duration = Duration::from_secs(5);
const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(30);

/// By which way updates come.
pub(super) enum Mode {
    Polling,
    Webhook(Target),
}

/// Where Telegram shall send updates.
pub(super) struct Target {
    pub(super) url: String,
    pub(super) secret: SecretString,
    pub(super) max_connections: u8,
}

enum Trouble {
    Call(CallError),
    Ours(Failure),
}

/// Looks who the bot is, opens its epoch and sets the way; tries until that is done. False: it was stopped before.
pub(super) async fn begin(
    intake: &BotIntake,
    api: &BotApi,
    mode: &Mode,
    stop: &CancellationToken,
) -> bool {
    let mut backoff = Backoff::new(FIRST, LAST);
    loop {
        let attempt = tokio::select! {
            () = stop.cancelled() => return false,
            attempt = attempt(intake, api, mode) => attempt,
        };
        let wait = match attempt {
            Ok(()) => return true,
            Err(Trouble::Ours(Failure::Closing)) => return false,
            Err(Trouble::Ours(failure)) => {
                intake.enter(IntakeState::Waiting(failure.to_string()));
                backoff.next()
            }
            Err(Trouble::Call(error)) if error.is_revoked() => {
                intake.enter(revoked(&error));
                REVOKED_RETRY
            }
            Err(Trouble::Call(error)) if error.code() == Some(429) => told_to_wait(&error),
            Err(Trouble::Call(error)) => {
                intake.enter(IntakeState::Unreachable(error.to_string()));
                backoff.next()
            }
        };
        tokio::select! {
            () = stop.cancelled() => return false,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn attempt(intake: &BotIntake, api: &BotApi, mode: &Mode) -> Result<(), Trouble> {
    let me: Me = api.ask("getMe", &json!({})).await.map_err(Trouble::Call)?;
    intake.open(me, api.api_url()).await.map_err(Trouble::Ours)?;
    let set = match mode {
        Mode::Polling => delete_webhook(api).await,
        Mode::Webhook(target) => set_webhook(api, target).await,
    };
    set.map_err(Trouble::Call)?;
    // Decoration: a bot without a command list works all the same.
    if let Err(error) = set_commands(intake, api).await {
        tracing::warn!(bot = %intake.bot(), %error, "the command list is not set");
    }
    Ok(())
}

/// What Telegram shows behind the menu button, in each language on offer.
async fn set_commands(intake: &BotIntake, api: &BotApi) -> Result<(), CallError> {
    let rules = intake.rules();
    let default = std::iter::once((None, &rules.default_language));
    let others = rules.languages.iter().map(|language| (Some(language), language));
    for (code, language) in default.chain(others) {
        let commands = actors::texts::commands(language);
        let commands = commands.map(
            |(command, description)| json!({ "command": command, "description": description }),
        );
        let mut body = json!({ "commands": commands });
        if let Some(code) = code {
            body["language_code"] = json!(code);
        }
        api.ask::<Value>("setMyCommands", &body).await?;
    }
    Ok(())
}

/// What waits at Telegram is kept and comes by `getUpdates`.
pub(super) async fn delete_webhook(api: &BotApi) -> Result<(), CallError> {
    api.ask::<Value>("deleteWebhook", &json!({"drop_pending_updates": false})).await.map(drop)
}

/// The list of updates is always said: an omitted one keeps the old one, and without one Telegram leaves out
/// `chat_member` and the reactions.
pub(super) async fn set_webhook(api: &BotApi, target: &Target) -> Result<(), CallError> {
    let body = json!({
        "url": target.url,
        "secret_token": target.secret.expose_secret(),
        "max_connections": target.max_connections.clamp(1, 100),
        "allowed_updates": HANDLED,
        "drop_pending_updates": false,
    });
    api.ask::<Value>("setWebhook", &body).await.map(drop)
}

pub(super) fn revoked(error: &CallError) -> IntakeState {
    let reason = format!(
        "Telegram does not know this token ({error}); put the token that BotFather shows into the \
         configuration and restart"
    );
    IntakeState::Revoked(reason)
}

pub(super) fn told_to_wait(error: &CallError) -> Duration {
    match error {
        CallError::Refused(error) => error.retry_after.unwrap_or(FIRST).max(FIRST),
        CallError::Unanswered(_) => FIRST,
    }
}
