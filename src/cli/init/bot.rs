//! Init's questions to Telegram: is the token good, who is the owner. Knows no configuration.

use reqwest::Client;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::questions::Questions;
use super::{TELEGRAM, TRIES};
use crate::cli::exit::Wrong;
use crate::telegram::{BotApi, CallError, http_client};

/// A bot whose token is good.
pub(super) struct Known {
    pub(super) api: BotApi,
    pub(super) api_url: String,
    pub(super) token: SecretString,
    pub(super) username: String,
    /// The name that people see.
    pub(super) title: String,
}

/// Asks for the token until Telegram takes it.
pub(super) async fn known(questions: &mut dyn Questions) -> anyhow::Result<Known> {
    println!(
        "\nThe token comes from @BotFather in Telegram: /newbot, or /mybots for a bot that you have."
    );
    let http = http_client()?;
    let mut last = "no token".to_owned();
    for _ in 0..TRIES {
        let token = questions.text("token", None)?.trim().to_owned();
        if !has_shape(&token) {
            last = "a token looks like 123456789:ABCdef…".to_owned();
            println!("  {last}");
            continue;
        }
        let api_url = questions.text("Bot API server", Some(TELEGRAM))?;
        match check(&http, api_url.trim(), token.into()).await {
            Ok(known) => {
                println!("  the token is good: @{}", known.username);
                return Ok(known);
            }
            Err(error) => {
                last = match error.is_revoked() {
                    true => format!("Telegram does not know this token: {error}"),
                    false => format!("{api_url} does not answer as the Bot API does: {error}"),
                };
                println!("  {last}");
            }
        }
    }
    Err(Wrong::usage(last, "get a token from @BotFather, then start `kontor init` again"))
}

fn has_shape(token: &str) -> bool {
    let parts = token.split_once(':');
    parts.is_some_and(|(id, secret)| id.parse::<u64>().is_ok() && !secret.is_empty())
}

async fn check(http: &Client, api_url: &str, token: SecretString) -> Result<Known, CallError> {
    let api = BotApi::new(http.clone(), api_url, token.clone());
    let me: Value = api.ask("getMe", &json!({})).await?;
    let text = |name: &str| me[name].as_str().unwrap_or_default().to_owned();
    let api_url = api.api_url().to_owned();
    Ok(Known { api, api_url, token, username: text("username"), title: text("first_name") })
}

/// Whom to tell what needs a person: a number, or found by a message to the bot.
pub(super) async fn owner(questions: &mut dyn Questions, bot: &Known) -> anyhow::Result<i64> {
    println!(
        "\nYour bot can tell you what needs a person: a delivery that is stuck, a database that is gone."
    );
    println!(
        "For that it needs your chat's number. To find it: open @{} in Telegram, send it any",
        bot.username
    );
    println!("message, then answer `find`.");
    for _ in 0..TRIES {
        let answer = questions.text("your chat: find, a number, or none", Some("none"))?;
        match answer.trim() {
            "none" | "0" => return Ok(0),
            "find" => match found(questions, bot).await? {
                Some(chat) => return Ok(chat),
                None => continue,
            },
            number => match number.parse() {
                Ok(chat) => return Ok(chat),
                Err(_) => println!("  write find, a number as in 123456789, or none"),
            },
        }
    }
    println!("  nobody is told then; write owner.chat later");
    Ok(0)
}

/// Looks for the latest private message that waits; nothing is confirmed, so the server takes it again.
async fn found(questions: &mut dyn Questions, bot: &Known) -> anyhow::Result<Option<i64>> {
    let question = json!({ "timeout": 10, "allowed_updates": ["message"] });
    let updates: Value = match bot.api.ask("getUpdates", &question).await {
        Ok(updates) => updates,
        Err(error) => {
            println!("  Telegram says: {error}");
            println!(
                "  while another program takes its updates, the number cannot be found this way"
            );
            return Ok(None);
        }
    };
    let Some((chat, who)) = latest(&updates) else {
        println!("  no message yet: write to @{} and answer `find` again", bot.username);
        return Ok(None);
    };
    Ok(questions.yes(&format!("is this you: {who} ({chat})?"), true)?.then_some(chat))
}

fn latest(updates: &Value) -> Option<(i64, String)> {
    let private = |update: &&Value| update["message"]["chat"]["type"] == "private";
    let chat = &updates.as_array()?.iter().rev().find(private)?["message"]["chat"];
    let name = chat["first_name"].as_str().unwrap_or("without a name");
    let who = match chat["username"].as_str() {
        Some(username) => format!("{name}, @{username}"),
        None => name.to_owned(),
    };
    Some((chat["id"].as_i64()?, who))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{has_shape, latest};

    #[test]
    fn the_latest_private_message_tells_the_owner() {
        let updates = json!([
            { "message": { "chat": { "id": 1, "type": "private", "first_name": "Old" } } },
            { "message": { "chat": { "id": 7, "type": "private", "first_name": "Ada", "username": "ada" } } },
            { "message": { "chat": { "id": -5, "type": "group", "title": "G" } } },
        ]);
        assert_eq!(latest(&updates), Some((7, "Ada, @ada".to_owned())));
        assert_eq!(latest(&json!([])), None);
    }

    #[test]
    fn what_is_no_token_is_not_sent_anywhere() {
        assert!(!has_shape("hello") && !has_shape("12:") && !has_shape("x:abcdefghij"));
    }
}
