//! Builds the edges from the settings: bots, couriers, gateways. Knows no order of starting.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actors::{External, Kernel, Restart, STARS, stars, task};
use entities::{Database, Key, Kind};

use super::{Bot, Parts};
use crate::delivery::limits::OutboundLimits;
use crate::delivery::telegram::reports::Reports;
use crate::delivery::telegram::{Pictures, SendingBot, TelegramCourier};
use crate::delivery::webhooks::{WebhookCourier, WebhookTarget};
use crate::gateways::Gateways;
use crate::gateways::sandbox::Sandbox;
use crate::gateways::telegram::{TelegramPay, Till};
use crate::health::AskIntake;
use crate::intake::bot::BotIntake;
use crate::intake::flood::FloodLimits;
use crate::intake::polling::{Polling, PollingConfig};
use crate::intake::webhook::{WebhookConfig, WebhookKeeper, Webhooks, webhook_secret};
use crate::settings::payments::Invoice;
use crate::settings::{BotSettings, IntakeMode, WebhookSettings};
use crate::telegram::BotApi;

pub(super) fn apis(parts: &Parts<'_>) -> anyhow::Result<Vec<(BotSettings, BotApi)>> {
    let api = |bot: &BotSettings| {
        let api = BotApi::new(parts.http.clone(), &bot.api_url, bot.token()?);
        anyhow::Ok((bot.clone(), api))
    };
    parts.settings.bots.iter().map(api).collect()
}

pub(super) async fn telegram_courier(
    parts: &Parts<'_>,
    apis: &[(BotSettings, BotApi)],
    database: &Database,
) -> anyhow::Result<TelegramCourier> {
    let limits = &parts.settings.limits;
    let outbound = OutboundLimits {
        bot_per_second: limits.bot_per_s,
        bot_burst: limits.bot_burst,
        chat_per_second: limits.chat_per_s,
        chat_burst: limits.chat_burst,
        group_per_minute: limits.group_per_min,
        ..OutboundLimits::default()
    };
    let sending = |(bot, api): &(BotSettings, BotApi)| {
        let provider_token = bot.provider_token()?;
        anyhow::Ok((bot.name.clone(), SendingBot { api: api.clone(), provider_token }))
    };
    let pictures = Pictures::new(Some(parts.settings.shop.pictures.clone()), |_| None);
    pictures.recall(entities::sent_pictures(&database.read).await?);
    let sending: Vec<_> = apis.iter().map(sending).collect::<anyhow::Result<_>>()?;
    let reports = Reports::new(database.clone(), parts.master.clone(), parts.clock.clone());
    let courier = TelegramCourier::new(sending, &outbound, &parts.clock, pictures);
    courier.report_from(reports);
    Ok(courier)
}

pub(super) fn gateways(
    parts: &Parts<'_>,
    apis: &[(BotSettings, BotApi)],
) -> anyhow::Result<Gateways> {
    let till = |(bot, api): &(BotSettings, BotApi)| {
        let provider_token = bot.provider_token()?;
        anyhow::Ok((bot.name.clone(), Till { api: api.clone(), provider_token }))
    };
    let tills: Vec<_> = apis.iter().map(till).collect::<anyhow::Result<_>>()?;
    let by_message = parts.settings.payments.invoice == Invoice::Message;
    // Always: what was begun before a gateway was taken off the offer goes on.
    let gateways = Gateways::default().with_telegram(TelegramPay::new(tills, by_message));
    let sandbox = &parts.settings.gateways.sandbox;
    let Some(api_url) = &sandbox.api_url else {
        return Ok(gateways);
    };
    let ours = parts.settings.server.public_url.clone();
    let ours = ours.unwrap_or_else(|| format!("http://{}", parts.settings.server.listen));
    let at = ("sandbox", format!("{ours}/gateways/sandbox"));
    let (key, secret) = (sandbox.api_key.clone(), sandbox.webhook_secret.clone());
    let sandbox = Sandbox::new(at, parts.http.clone(), api_url, key, secret);
    Ok(gateways.with_sandbox("sandbox", sandbox))
}

/// Bots that take Stars have them looked after, every day.
pub(super) async fn watch_stars(parts: &Parts<'_>, kernel: &Kernel) -> anyhow::Result<()> {
    if !parts.settings.payments.offers(STARS) {
        return Ok(());
    }
    for bot in &parts.settings.bots {
        let key = Key::new(Kind::Stars, &bot.name);
        let external = External::Request(format!("watch-{}", parts.clock.now_ms()));
        kernel.office.tell_patiently(key, external, stars::Message::Watch.into()).await?;
    }
    Ok(())
}

/// The servers that flows may tell of answers.
pub(super) fn flow_webhooks(parts: &Parts<'_>) -> anyhow::Result<WebhookCourier> {
    let target = |(name, webhook): (&String, &WebhookSettings)| {
        let target = WebhookTarget { url: webhook.url.clone(), secret: webhook.secret.clone() };
        (name.clone(), target)
    };
    let targets = parts.settings.flows.webhooks.iter().map(target).collect();
    WebhookCourier::new(targets, parts.clock.clone())
}

pub(super) fn bots(
    parts: &Parts<'_>,
    kernel: &Kernel,
    apis: Vec<(BotSettings, BotApi)>,
) -> Vec<Bot> {
    let limits = &parts.settings.limits;
    let flood = FloodLimits {
        messages: limits.user_messages,
        window: Duration::from_secs(limits.user_window_s),
        silence: Duration::from_secs(limits.silence_s),
    };
    let bot = |(settings, api): (BotSettings, BotApi)| {
        let name = settings.name.clone();
        let intake = BotIntake::new(kernel, name, parts.master.clone(), flood.clone());
        Bot { settings, api, intake }
    };
    apis.into_iter().map(bot).collect()
}

pub(super) fn ask(intake: &Arc<BotIntake>) -> AskIntake {
    let intake = Arc::clone(intake);
    Arc::new(move || intake.state())
}

pub(super) fn webhooks(parts: &Parts<'_>, bots: &[Bot]) -> Webhooks {
    let mut webhooks = Webhooks::default().with_body_limit(parts.settings.limits.body_bytes);
    for bot in bots.iter().filter(|bot| bot.settings.intake == IntakeMode::Webhook) {
        let secret = webhook_secret(&parts.master, bot.settings.name.as_str());
        webhooks.add(Arc::clone(&bot.intake), secret, bot.settings.reply_in_webhook);
    }
    webhooks
}

/// Starts one bot's intake, in its mode.
pub(super) fn take_in(parts: &Parts<'_>, kernel: &Kernel, bot: Bot, courier: &TelegramCourier) {
    let Bot { settings, api, intake } = bot;
    let name = format!("intake {}", settings.name);
    let (stop, escalate) = (parts.stop.clone(), Rc::clone(&parts.escalate));
    let state = match settings.intake {
        IntakeMode::Polling => {
            let timeout = Duration::from_secs(u64::from(settings.poll_timeout_s));
            let config = PollingConfig { timeout, ..PollingConfig::default() };
            let polling = Polling { intake, api, courier: courier.clone(), config, stop };
            task(&name, Restart::Permanent, move || polling.clone().run(), escalate)
        }
        IntakeMode::Webhook => {
            let config = WebhookConfig {
                public_url: parts.settings.server.public_url.clone().unwrap_or_default(),
                max_connections: u8::try_from(settings.max_connections).unwrap_or(u8::MAX),
                reply_in_webhook: settings.reply_in_webhook,
            };
            let secret = webhook_secret(&parts.master, settings.name.as_str());
            let keeper = WebhookKeeper { intake, api, secret, config, stop };
            task(&name, Restart::Permanent, move || keeper.clone().run(), escalate)
        }
    };
    kernel.adopt(state);
}
