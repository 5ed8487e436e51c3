//! Updates that Telegram posts to us: checked, committed, and only then acknowledged. Knows no actors by name.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actors::{Failure, TelegramCall};
use entities::MasterKey;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;

use crate::delivery::telegram::inline_body;
use crate::intake::bot::{BotIntake, IntakeState};
use crate::intake::registration::{self, Mode, Target};
use crate::telegram::{BotApi, Webhook};

/// Updates have a few kilobytes; Telegram names no limit.
const BODY_BYTES: usize = 1 << 20;
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// When Telegram is to come again, seconds.
const RETRY_AFTER_S: u32 = 1;
/// How often we look whether Telegram still has our webhook: it gives one up that answers 410, and another server
/// with the same token may have taken it.
const LOOK_EVERY: Duration = Duration::from_secs(60);

const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// How a bot's webhook is set.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// Where Telegram reaches us, for instance `https://shop.example`.
    pub public_url: String,
    /// Calls that Telegram may have under way, 1 to 100.
    pub max_connections: u8,
    /// Answers may travel in the response.
    pub reply_in_webhook: bool,
}

/// The secret that Telegram sends along; the same after every restart.
pub fn webhook_secret(master: &MasterKey, bot: &str) -> SecretString {
    master.derive(&format!("webhook {bot}")).into()
}

/// The bots that take webhooks.
#[derive(Clone)]
pub struct Webhooks {
    bots: Vec<Data<Hooked>>,
    body_bytes: usize,
}

struct Hooked {
    intake: Arc<BotIntake>,
    secret: SecretString,
    reply_in_webhook: bool,
    body_bytes: usize,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self { bots: Vec::new(), body_bytes: BODY_BYTES }
    }
}

impl Webhooks {
    /// The largest body that is read, of the bots added afterwards.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_bytes = bytes;
        self
    }

    pub fn add(&mut self, intake: Arc<BotIntake>, secret: SecretString, reply_in_webhook: bool) {
        let body_bytes = self.body_bytes;
        self.bots.push(Data::new(Hooked { intake, secret, reply_in_webhook, body_bytes }));
    }

    /// `POST /telegram/{bot name}`. A resource for each bot: a path without patterns is found by comparing it.
    pub fn routes(&self, config: &mut web::ServiceConfig) {
        for bot in &self.bots {
            let resource = web::resource(format!("/telegram/{}", bot.intake.bot()));
            config.service(resource.app_data(Data::clone(bot)).route(web::post().to(receive)));
        }
    }
}

async fn receive(request: HttpRequest, payload: Payload, hooked: Data<Hooked>) -> HttpResponse {
    let secret = request.headers().get(SECRET_HEADER).map_or(&b""[..], |value| value.as_bytes());
    if !bool::from(secret.ct_eq(hooked.secret.expose_secret().as_bytes())) {
        metrics::counter!("kontor_webhook_unsigned_total", "bot" => hooked.intake.bot().to_string()).increment(1);
        return HttpResponse::Unauthorized().finish();
    }
    let read = tokio::time::timeout(BODY_WITHIN, payload.to_bytes_limited(hooked.body_bytes));
    let body = match read.await {
        Ok(Ok(Ok(body))) => body,
        Ok(Err(_)) => return HttpResponse::PayloadTooLarge().finish(),
        Ok(Ok(Err(_))) => return HttpResponse::BadRequest().finish(),
        Err(_) => return HttpResponse::RequestTimeout().finish(),
    };
    respond(hooked.intake.take(&body, hooked.reply_in_webhook).await)
}

fn respond(taken: Result<Option<TelegramCall>, Failure>) -> HttpResponse {
    let again = (RETRY_AFTER, RETRY_AFTER_S.to_string());
    match taken {
        Ok(call) => match call.and_then(|call| inline_body(&call)) {
            Some(body) => HttpResponse::Ok().json(body),
            // A refusal is an answer too: it is stored, and coming again would not change it.
            None => HttpResponse::Ok().finish(),
        },
        Err(Failure::Busy) => HttpResponse::TooManyRequests().insert_header(again).finish(),
        Err(Failure::Fault(_) | Failure::Closing) => {
            HttpResponse::ServiceUnavailable().insert_header(again).finish()
        }
    }
}

/// Keeps one bot's webhook set. Cheap to clone, so that a failed task can be started afresh.
#[derive(Clone)]
pub struct WebhookKeeper {
    pub intake: Arc<BotIntake>,
    pub api: BotApi,
    pub secret: SecretString,
    pub config: WebhookConfig,
    pub stop: CancellationToken,
}

impl WebhookKeeper {
    /// Sets the webhook and looks after it until stopped; it stays set, so that Telegram keeps what comes meanwhile.
    pub async fn run(self) {
        let target = Target {
            url: self.url(),
            secret: self.secret.clone(),
            max_connections: self.config.max_connections,
        };
        let mode = Mode::Webhook(target);
        while registration::begin(&self.intake, &self.api, &mode, &self.stop).await {
            self.intake.enter(IntakeState::Running);
            self.watch().await;
            if self.stop.is_cancelled() {
                break;
            }
        }
        self.intake.enter(IntakeState::Stopped);
    }

    fn url(&self) -> String {
        let public_url = self.config.public_url.trim_end_matches('/');
        format!("{public_url}/telegram/{}", self.intake.bot())
    }

    /// Returns when the webhook has to be set again, or at the end.
    async fn watch(&self) {
        let url = self.url();
        let mut told_of = None;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let webhook: Webhook = match self.api.ask("getWebhookInfo", &json!({})).await {
                Ok(webhook) => webhook,
                Err(error) if error.is_revoked() => return,
                Err(error) => {
                    self.intake.enter(IntakeState::Unreachable(error.to_string()));
                    continue;
                }
            };
            let bot = self.intake.bot();
            metrics::gauge!("kontor_webhook_pending", "bot" => bot.to_string())
                .set(webhook.pending_update_count as f64);
            if webhook.url != url {
                tracing::warn!(%bot, "the webhook was changed or removed; it is set again");
                return;
            }
            self.intake.enter(IntakeState::Running);
            if webhook.last_error_date.is_some() && webhook.last_error_date != told_of {
                let error = webhook.last_error_message.unwrap_or_default();
                tracing::warn!(%bot, error, "Telegram could not deliver to the webhook");
                told_of = webhook.last_error_date;
            }
        }
    }
}
