//! Carries intents to the Bot API, within its limits, and says what came of them. Knows no actors' decisions.

mod compose;
pub mod pictures;
mod progress;
mod receipt;
pub mod reports;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actors::{
    Clock, CourierReport, Document, IntentId, Journal, Lane, Method, Outcome, TelegramCall,
};
use entities::{BotId, PersonId};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::delivery::limits::{Limiter, OutboundLimits};
use crate::telegram::{BotApi, CALL_WITHIN, CallError, Upload};
use compose::{Along, Cost, Step, cost, steps, words_alone};
use progress::{HalfWay, Progress};
use reports::{Made, Reports};
use verdict::{Verdict, verdict};

pub(crate) use pictures::Pictures;

/// Moved groups that are remembered per bot.
const MOVED_KEPT: usize = 10_000;

/// One bot, as delivery needs it.
pub struct SendingBot {
    pub api: BotApi,
    /// For invoices in other currencies than Stars (BotFather gives it).
    pub provider_token: Option<SecretString>,
}

struct Bot {
    sending: SendingBot,
    limiter: Limiter,
    /// Groups that became supergroups, until the process ends.
    moved: Mutex<HashMap<i64, i64>>,
}

/// Telegram's part of the courier.
#[derive(Clone)]
pub struct TelegramCourier(Arc<Inner>);

struct Inner {
    bots: HashMap<BotId, Bot>,
    pictures: Pictures,
    half_way: HalfWay,
    /// Missing only where nothing asks for one.
    reports: OnceLock<Reports>,
}

/// A message that was sent, as much of it as is used.
#[derive(Deserialize)]
struct Sent {
    message_id: Option<i64>,
    #[serde(default)]
    photo: Vec<Size>,
}

#[derive(Deserialize)]
struct Size {
    file_id: String,
    #[serde(default)]
    width: i64,
}

impl TelegramCourier {
    pub fn new(
        bots: impl IntoIterator<Item = (BotId, SendingBot)>,
        limits: &OutboundLimits,
        clock: &Clock,
        pictures: Pictures,
    ) -> Self {
        let bot = |sending| Bot {
            sending,
            limiter: Limiter::new(limits, clock.clone()),
            moved: Mutex::default(),
        };
        let bots = bots.into_iter().map(|(id, sending)| (id, bot(sending))).collect();
        let (half_way, reports) = (HalfWay::default(), OnceLock::new());
        Self(Arc::new(Inner { bots, pictures, half_way, reports }))
    }

    /// What reports are read from; said once, at the start.
    pub fn report_from(&self, reports: Reports) {
        drop(self.0.reports.set(reports)); // the first one stays
    }

    /// From now on it is written down which pictures Telegram has.
    pub async fn keep_pictures_in(&self, journal: Journal) {
        self.0.pictures.keep_in(journal).await;
    }

    /// Carries one call. A send that may have gone out already goes out again: `sendMessage` has no idempotency key.
    pub async fn carry(&self, id: IntentId, call: &TelegramCall) -> CourierReport {
        let mut progress = self.0.half_way.take(id);
        let report = self.go_on(call, &mut progress).await;
        if !matches!(report, CourierReport::Finished(_)) {
            self.0.half_way.keep(id, progress);
        }
        report
    }

    /// Sends what was to travel in a webhook's response and found no webhook: once, and nobody hears what came of it.
    pub async fn send_now(&self, call: &TelegramCall) {
        match self.go_on(call, &mut Progress::default()).await {
            CourierReport::Finished(Outcome::Refused { reason, .. })
            | CourierReport::Failed { reason }
            | CourierReport::Closed { reason } => {
                tracing::warn!(bot = %call.bot, reason, "a repeated answer was not sent");
            }
            CourierReport::Throttled { .. } => {
                tracing::warn!(bot = %call.bot, "a repeated answer was not sent: told to wait");
            }
            CourierReport::Finished(_) => {}
        }
    }

    /// Whether the call may travel in a webhook's response now: one piece, no file, and the limits have room. Money
    /// never does, since nobody would hear that it failed.
    pub fn claim_inline(&self, call: &TelegramCall) -> bool {
        let Some(bot) = self.0.bots.get(&call.bot) else {
            return false;
        };
        let with_file = matches!(
            &call.method,
            Method::SendPhoto { photo: actors::Photo::Ours(_), .. } | Method::SendFile { .. }
        );
        if call.report || call.lane == Lane::Money || with_file || bot.moved_to(call.chat).is_some()
        {
            return false;
        }
        match bot.steps(call).as_deref() {
            Ok([step]) => match cost(step.method) {
                Cost::Message => bot.limiter.try_turn(call.chat),
                Cost::Nothing => true,
            },
            _ => false,
        }
    }

    async fn go_on(&self, call: &TelegramCall, progress: &mut Progress) -> CourierReport {
        let Some(bot) = self.0.bots.get(&call.bot) else {
            return CourierReport::Closed { reason: format!("no bot {} is configured", call.bot) };
        };
        let written;
        let call = match &call.method {
            Method::SendReport { report, lang } => match self.report(call, (report, lang)).await {
                Ok(Made::File { name, bytes, caption }) => {
                    return self.send_file(bot, call, (name, bytes, caption)).await;
                }
                Ok(Made::Text { html }) => {
                    let method = Method::SendText { html, keyboard: actors::Keyboard::None };
                    written = TelegramCall { method, ..call.clone() };
                    &written
                }
                Err(report) => return report,
            },
            _ => call,
        };
        let steps = match bot.steps(call) {
            Ok(steps) => steps,
            Err(unsendable) => {
                let outcome =
                    Outcome::Refused { reason: unsendable.to_string(), unreachable: false };
                return CourierReport::Finished(outcome);
            }
        };
        for step in steps.into_iter().skip(progress.done) {
            match self.step(bot, call, step).await {
                Ok(message_id) => {
                    progress.done += 1;
                    progress.message_id = message_id.or(progress.message_id);
                }
                Err(report) => return report,
            }
        }
        CourierReport::Finished(match progress.message_id {
            Some(message_id) => Outcome::Sent { message_id },
            None => Outcome::Done,
        })
    }

    /// Written now, from what is kept now.
    async fn report(
        &self,
        call: &TelegramCall,
        (report, lang): (&actors::Report, &str),
    ) -> Result<Made, CourierReport> {
        let failed = |reason: String| CourierReport::Failed { reason };
        let nothing = || failed("nothing to read reports from".to_owned());
        let reports = self.0.reports.get().ok_or_else(nothing)?;
        let made = reports.make(report, lang, PersonId(call.chat)).await;
        made.map_err(|error| failed(format!("{error:#}")))
    }

    /// A file of our own making; lost files are written anew, so nothing is remembered of them.
    async fn send_file(
        &self,
        bot: &Bot,
        call: &TelegramCall,
        (name, bytes, caption): (&str, Vec<u8>, String),
    ) -> CourierReport {
        if let Err(retry_after) = bot.limiter.turn(call.chat, call.lane).await {
            return CourierReport::Throttled { retry_after };
        }
        let mut fields = serde_json::Map::new();
        fields.insert("chat_id".to_owned(), json!(call.chat));
        fields.insert("caption".to_owned(), json!(caption));
        let file = Upload { field: "document", file_name: name.to_owned(), bytes };
        let error = match bot.sending.api.upload("sendDocument", &fields, file).await {
            Ok(result) => {
                let sent = made_id("sendDocument", &result);
                let outcome = sent.map_or(Outcome::Done, |message_id| Outcome::Sent { message_id });
                return CourierReport::Finished(outcome);
            }
            Err(error) => error,
        };
        match verdict("sendDocument", &error) {
            Verdict::Done => CourierReport::Finished(Outcome::Done),
            Verdict::Report(report) => report,
            Verdict::Migrated(_) | Verdict::FileForgotten => {
                let reason = error.to_string();
                CourierReport::Finished(Outcome::Refused { reason, unreachable: false })
            }
        }
    }

    /// One call of the Bot API, again where a group moved or a file was forgotten; the id of a message that it made.
    async fn step(
        &self,
        bot: &Bot,
        call: &TelegramCall,
        mut step: Step,
    ) -> Result<Option<i64>, CourierReport> {
        let mut chat = call.chat;
        if let Some(moved) = bot.moved_to(chat) {
            chat = moved;
            step.body.insert("chat_id".to_owned(), json!(moved));
        }
        let mut second_try = false;
        loop {
            if cost(step.method) == Cost::Message {
                let turn = bot.limiter.turn(chat, call.lane).await;
                turn.map_err(|retry_after| CourierReport::Throttled { retry_after })?;
            }
            let error = match self.send(bot, &call.bot, &step).await {
                Ok(result) => return Ok(made_id(step.method, &result)),
                Err(error) => error,
            };
            match verdict(step.method, &error) {
                Verdict::Done => return Ok(None),
                Verdict::Report(report) => return Err(report),
                Verdict::Migrated(to) if !second_try => {
                    bot.remember_moved(chat, to);
                    chat = to;
                    step.body.insert("chat_id".to_owned(), json!(to));
                }
                Verdict::FileForgotten if !second_try && step.file.is_some() => {
                    if let Some(Along::Picture(name)) = &step.file {
                        self.0.pictures.forget(&call.bot, name);
                    }
                }
                Verdict::Migrated(_) | Verdict::FileForgotten => {
                    let outcome =
                        Outcome::Refused { reason: error.to_string(), unreachable: false };
                    return Err(CourierReport::Finished(outcome));
                }
            }
            second_try = true;
        }
    }

    async fn send(&self, bot: &Bot, id: &BotId, step: &Step) -> Result<Box<RawValue>, CallError> {
        let api = &bot.sending.api;
        match &step.file {
            None => api.call(step.method, &Value::Object(step.body.clone()), CALL_WITHIN).await,
            Some(Along::Picture(name)) => self.send_picture(api, id, step, name).await,
            Some(Along::Document(document)) => self.send_document(api, step, document).await,
        }
    }

    async fn send_picture(
        &self,
        api: &BotApi,
        id: &BotId,
        step: &Step,
        name: &str,
    ) -> Result<Box<RawValue>, CallError> {
        let mut body = step.body.clone();
        let pictures = &self.0.pictures;
        let found = pictures.find(name).await;
        if let Some(file_id) = pictures.file_id(id, name, found.as_ref()) {
            body.insert("photo".to_owned(), json!(file_id));
            return api.call(step.method, &Value::Object(body), CALL_WITHIN).await;
        }
        let bytes = match &found {
            Some(found) => pictures.read(found).await,
            None => None,
        };
        let (Some(found), Some(bytes)) = (found, bytes) else {
            tracing::error!(picture = name, "there is no such picture; the words are sent alone");
            let body = words_alone(body);
            return api.call("sendMessage", &Value::Object(body), CALL_WITHIN).await;
        };
        let file = Upload { field: "photo", file_name: found.file_name.clone(), bytes };
        let result = api.upload(step.method, &body, file).await?;
        let sent: Option<Sent> = serde_json::from_str(result.get()).ok();
        if let Some(size) = sent.and_then(|sent| sent.photo.into_iter().max_by_key(|s| s.width)) {
            pictures.remember(id, name, &found, size.file_id).await;
        }
        Ok(result)
    }

    /// Sent seldom: it is uploaded each time.
    async fn send_document(
        &self,
        api: &BotApi,
        step: &Step,
        document: &Document,
    ) -> Result<Box<RawValue>, CallError> {
        let Some((file_name, bytes)) = self.bytes(document).await else {
            tracing::error!("a file cannot be sent; its words are sent alone");
            let body = words_alone(step.body.clone());
            return api.call("sendMessage", &Value::Object(body), CALL_WITHIN).await;
        };
        let file = Upload { field: "document", file_name, bytes };
        api.upload(step.method, &step.body, file).await
    }

    async fn bytes(&self, document: &Document) -> Option<(String, Vec<u8>)> {
        match document {
            Document::Ours(name) => {
                let found = self.0.pictures.find(name).await?;
                let bytes = self.0.pictures.read(&found).await?;
                Some((found.file_name, bytes))
            }
            Document::Receipt(receipt) => {
                let printed = receipt::print(receipt);
                let bytes = printed
                    .inspect_err(|error| tracing::error!(%error, "a receipt cannot be printed"))
                    .ok()?;
                Some((format!("{}.pdf", receipt.file_name), bytes))
            }
        }
    }
}

impl Bot {
    fn steps(&self, call: &TelegramCall) -> Result<Vec<Step>, compose::Unsendable> {
        steps(call, self.sending.provider_token.as_ref().map(|token| token.expose_secret()))
    }

    fn moved_to(&self, chat: i64) -> Option<i64> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).get(&chat).copied()
    }

    fn remember_moved(&self, chat: i64, to: i64) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if moved.len() >= MOVED_KEPT {
            moved.clear();
        }
        moved.insert(chat, to);
    }
}

/// The call as the body of a webhook's response. Source: <https://core.telegram.org/bots/api#making-requests-when-getting-updates>.
///
/// `None` for what `claim_inline` never lets through.
pub fn inline_body(call: &TelegramCall) -> Option<Value> {
    let mut steps = steps(call, None).ok()?;
    let mut step = steps.pop().filter(|step| step.file.is_none() && steps.is_empty())?;
    step.body.insert("method".to_owned(), json!(step.method));
    Some(Value::Object(step.body))
}

/// The id of the message that a send made; edits and answers make none.
fn made_id(method: &str, result: &RawValue) -> Option<i64> {
    let is_send = method.starts_with("send");
    let sent = is_send.then(|| serde_json::from_str::<Sent>(result.get()).ok()).flatten();
    sent.and_then(|sent| sent.message_id)
}
