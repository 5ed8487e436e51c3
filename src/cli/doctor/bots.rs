//! Doctor: one bot: its token, its settings at BotFather, its webhook.

use reqwest::{Client, Url};
use serde_json::{Value, json};

use super::Finding;
use crate::cli::table::{count, when};
use crate::settings::{BotSettings, IntakeMode, Settings};
use crate::telegram::{BotApi, CallError};

/// Ports that Telegram calls. Source: <https://core.telegram.org/bots/api#setwebhook>.
const PORTS: [u16; 4] = [443, 80, 88, 8443];
const TELEGRAM: &str = "https://api.telegram.org";
/// An older error of the webhook is history.
const RECENT_MS: i64 = 3_600_000;

pub(super) async fn bot(http: &Client, settings: &Settings, bot: &BotSettings) -> Vec<Finding> {
    let part = format!("bot {}", bot.name);
    let token = match bot.token() {
        Ok(token) => token,
        Err(error) => return vec![Finding::failed(&part, error.problem, error.hint)],
    };
    let api = BotApi::new(http.clone(), &bot.api_url, token);
    let me: Value = match api.ask("getMe", &json!({})).await {
        Ok(me) => me,
        Err(error) => return vec![refused(&part, &error, &bot.api_url)],
    };
    let name = me["username"].as_str().unwrap_or("without a name");
    let mut findings = vec![Finding::ok(&part, format!("@{name}, the token is good"))];
    findings.push(at_bot_father(&part, &me));
    match api.ask::<Value>("getWebhookInfo", &json!({})).await {
        Ok(webhook) => findings.extend(intake(&part, settings, bot, &webhook)),
        Err(error) => findings.push(refused(&part, &error, &bot.api_url)),
    }
    findings
}

fn refused(part: &str, error: &CallError, api_url: &str) -> Finding {
    match error.is_revoked() {
        true => Finding::failed(
            part,
            format!("the token is not valid: {error}"),
            "take the token from BotFather (/mybots, API Token)",
        ),
        false => Finding::failed(
            part,
            format!("{api_url} does not answer as the Bot API does: {error}"),
            "is the network up, and api_url right?",
        ),
    }
}

/// What was set at BotFather, as far as it can be seen; payments cannot.
fn at_bot_father(part: &str, me: &Value) -> Finding {
    let is = |name: &str| me[name].as_bool() == Some(true);
    let said = [
        ("can_join_groups", "may join groups", "may not join groups (/setjoingroups)"),
        (
            "can_read_all_group_messages",
            "hears everything in groups",
            "hears only commands and replies in groups (/setprivacy)",
        ),
        ("supports_inline_queries", "answers inline", "does not answer inline (/setinline)"),
    ];
    let said = said.map(|(name, yes, no)| if is(name) { yes } else { no });
    Finding::ok(part, format!("at BotFather: {}", said.join("; ")))
}

fn intake(part: &str, settings: &Settings, bot: &BotSettings, webhook: &Value) -> Vec<Finding> {
    let registered = webhook["url"].as_str().unwrap_or_default();
    let pending = webhook["pending_update_count"].as_u64().unwrap_or_default();
    let waits = format!("{} waiting at Telegram", count(pending, "update"));
    if bot.intake == IntakeMode::Polling {
        return vec![match registered {
            "" => Finding::ok(part, format!("polling; {waits}")),
            _ => Finding::warn(
                part,
                format!("polling is configured, and a webhook is set; {waits}"),
                "`kontor serve` takes the webhook away; does another program use this bot?",
            ),
        }];
    }
    let public_url = settings.server.public_url.as_deref().unwrap_or_default();
    let ours = format!("{public_url}/telegram/{}", bot.name);
    let mut findings = vec![address(part, bot, &ours)];
    findings.push(match registered {
        url if url == ours => Finding::ok(part, format!("webhook {ours}; {waits}")),
        "" => Finding::warn(part, "no webhook is set yet", "`kontor serve` registers it"),
        other => {
            let line = format!("the webhook is {other}, not {ours}");
            Finding::warn(
                part,
                line,
                "`kontor serve` registers ours; does another program use this bot?",
            )
        }
    });
    if let (Some(at_s), Some(error)) =
        (webhook["last_error_date"].as_i64(), webhook["last_error_message"].as_str())
        && at_s * 1_000 > actors::Clock::system().now_ms() - RECENT_MS
    {
        let line = format!("Telegram could not deliver {}: {error}", when(at_s * 1_000));
        findings.push(Finding::failed(part, line, "see the lines about public_url"));
    }
    findings
}

/// Whether Telegram would call this address; a Bot API server of one's own calls others too.
fn address(part: &str, bot: &BotSettings, url: &str) -> Finding {
    let Ok(parsed) = Url::parse(url) else {
        let line = format!("{url} is not an address");
        return Finding::failed(part, line, "write server.public_url as https://shop.example");
    };
    let port = parsed.port_or_known_default().unwrap_or_default();
    let is_telegram = bot.api_url == TELEGRAM;
    if is_telegram && parsed.scheme() != "https" {
        let hint =
            "put a proxy with a certificate before the server, and write https:// in public_url";
        return Finding::failed(part, "Telegram calls only https addresses", hint);
    }
    if is_telegram && !PORTS.contains(&port) {
        let line = format!("Telegram does not call port {port}");
        return Finding::failed(part, line, "use 443, 80, 88 or 8443 in public_url");
    }
    Finding::ok(part, format!("Telegram can call port {port} by {}", parsed.scheme()))
}
