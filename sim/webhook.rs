//! Webhooks: setting them, and delivering updates to them in the order of each user. It must not
//! know which server answers.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;

use crate::fetching;
use crate::links;
use crate::log;
use crate::methods::{self, Call, done};
use crate::params::Params;
use crate::reply::{Answer, bad};
use crate::updates::{Hook, Update};
use crate::wire::{Answered, Target, Wire};
use crate::world::World;

/// Telegram waits so long for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// The first pause after a failure, milliseconds; it doubles.
const BACK_OFF_MS: i64 = 500;
/// The longest pause, milliseconds.
const BACK_OFF_MAX_MS: i64 = 60_000;
/// `Retry-After` counts up to this, seconds.
const RETRY_AFTER_MAX_S: i64 = 3600;
const CONNECTIONS_DEFAULT: i64 = 40;
const CONNECTIONS_MAX: i64 = 100;

pub(crate) fn set(call: &mut Call<'_>) -> Answer {
    let Some(url) = call.params.text("url").map(|url| url.into_owned()) else {
        return delete(call);
    };
    let secret = call.params.text("secret_token").map(|secret| secret.into_owned());
    if let Some(secret) = &secret {
        if secret.len() > 256 {
            return Err(bad("secret token is too long"));
        }
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !secret.bytes().all(good) {
            return Err(bad("secret token contains unallowed characters"));
        }
    }
    let lower = url.to_ascii_lowercase();
    // Telegram wants https; a simulator that runs on one machine also takes http, with any host.
    let schemed = lower.starts_with("https://") || lower.starts_with("http://");
    if !schemed || reqwest::Url::parse(&url).is_err() || url.len() > 4096 {
        let reason =
            links::checked(&url).err().unwrap_or("An HTTPS URL must be provided for webhook");
        return Err(if schemed {
            bad("invalid webhook URL specified")
        } else {
            bad(format!("bad webhook: {reason}"))
        });
    }
    let allowed = call.params.json("allowed_updates", "can't parse allowed_updates JSON object")?;
    let max = call.params.int("max_connections").unwrap_or(CONNECTIONS_DEFAULT);
    let hook = Hook {
        target: Target::of(&url, secret.as_deref()),
        url,
        secret,
        max_connections: max.clamp(1, CONNECTIONS_MAX).unsigned_abs() as usize,
        has_certificate: call.params.file("certificate").is_some(),
        ip_address: call.params.text("ip_address").map(|ip| ip.into_owned()),
        gone_since_ms: None,
    };
    let drop_pending = call.params.flag("drop_pending_updates");
    let world = call.turn.world.clone();
    let bot = call.bot;
    let queue = call.turn.queue(bot)?;
    if let Some(allowed) = allowed {
        queue.allow(&allowed);
    }
    if drop_pending {
        queue.clear();
    }
    let workers = hook.max_connections;
    queue.hook = Some(hook);
    queue.hook_generation += 1;
    queue.last_error = None;
    queue.hooked.notify_waiters(); // older workers look up and go
    queue.hooked = Arc::new(tokio::sync::Notify::new());
    queue.polled.notify_waiters(); // a waiting poller is told of the webhook
    queue.start_lanes();
    let generation = queue.hook_generation;
    for _ in 0..workers {
        world.0.runtime.spawn(work(world.clone(), bot, generation));
    }
    Ok(Value::Bool(true))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Answer {
    let drop_pending = call.params.flag("drop_pending_updates");
    let bot = call.bot;
    let queue = call.turn.queue(bot)?;
    if drop_pending {
        queue.clear();
    }
    queue.remove_hook();
    done()
}

pub(crate) fn info(call: &mut Call<'_>) -> Answer {
    let (bot, now_ms) = (call.bot, call.turn.now_ms);
    let queue = call.turn.queue(bot)?;
    queue.purge(now_ms);
    Ok(queue.info())
}

/// One of a webhook's connections: takes the next lane's head, delivers it, and so on.
async fn work(world: World, bot: i64, generation: u64) {
    let mut wire = Wire::default();
    loop {
        let next = {
            let mut turn = world.turn();
            let now_ms = turn.now_ms;
            let Ok(queue) = turn.queue(bot) else { return };
            let Some(hook) = queue.hook.clone().filter(|_| queue.hook_generation == generation)
            else {
                return;
            };
            // Made under the lock, so that no call to wake comes in between.
            let hooked = Arc::clone(&queue.hooked).notified_owned();
            queue.purge(now_ms);
            match queue.next_for_hook() {
                Some(update) => Ok((hook, update)),
                None => Err(hooked),
            }
        };
        match next {
            Ok((hook, update)) => {
                let outcome = post(&world, &mut wire, &hook, &update).await;
                if update.twice {
                    // A duplicated update: its second arrival, whatever came of the first.
                    let _ = post(&world, &mut wire, &hook, &update).await;
                }
                settle(&world, (bot, generation), update, outcome);
            }
            Err(hooked) => hooked.await,
        }
    }
}

/// How one attempt ended.
enum Outcome {
    Taken(Option<(String, Params)>),
    Failed(Failure),
}

/// Why an update was not taken.
struct Failure {
    text: String,
    /// It answered 410.
    gone: bool,
    retry_after_s: Option<i64>,
}

impl Failure {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), gone: false, retry_after_s: None }
    }
}

/// Acts on the outcome: the lane goes on, or pauses.
fn settle(world: &World, (bot, generation): (i64, u64), update: Update, outcome: Outcome) {
    let failure = match outcome {
        Outcome::Taken(method) => {
            let again = taken(world, bot, generation, &update);
            if let Some((method, params)) = method {
                run_answer(world, bot, &method, params);
            }
            if !again {
                return;
            }
            Failure::new("Wrong response from the webhook: simulated redelivery")
        }
        Outcome::Failed(failure) => failure,
    };
    let pause_ms = failed(world, (bot, generation), &update, failure);
    let Some(pause_ms) = pause_ms else { return };
    let world = world.clone();
    let until_ms = world.clock().now_ms() + pause_ms;
    let lane = update.lane;
    world.0.runtime.clone().spawn(async move {
        world.clock().sleep_until(until_ms).await;
        let mut turn = world.turn();
        if let Ok(queue) = turn.queue(bot)
            && queue.hook_generation == generation
        {
            queue.lane_ready(lane);
        }
    });
}

/// The update was acknowledged; whether it is to be sent again all the same.
fn taken(world: &World, bot: i64, generation: u64, update: &Update) -> bool {
    let mut turn = world.turn();
    turn.arrived(std::slice::from_ref(update), true);
    let Ok(queue) = turn.queue(bot) else {
        return false;
    };
    if let Some(hook) = &mut queue.hook {
        hook.gone_since_ms = None;
    }
    if let Some(pending) = queue.get_mut(update.id)
        && std::mem::take(&mut pending.again)
    {
        return true;
    }
    if queue.hook_generation == generation {
        queue.lane_done(update.lane, update.id);
    } else {
        queue.forget(update.id);
    }
    false
}

/// Notes a failure; the pause before the next attempt, none when there is none.
fn failed(
    world: &World,
    (bot, generation): (i64, u64),
    update: &Update,
    failure: Failure,
) -> Option<i64> {
    let Failure { text, gone, retry_after_s } = failure;
    let gone_after_ms = world.0.options.gone_after_ms;
    let mut turn = world.turn();
    let (now_ms, now_s) = (turn.now_ms, turn.now_s());
    let queue = turn.queue(bot).ok().filter(|queue| queue.hook_generation == generation)?;
    queue.last_error = Some((now_s, text));
    let hook = queue.hook.as_mut()?;
    if gone {
        let since = *hook.gone_since_ms.get_or_insert(now_ms);
        if now_ms - since >= gone_after_ms {
            queue.remove_hook();
            return None;
        }
    } else {
        hook.gone_since_ms = None;
    }
    let pending = queue.get_mut(update.id)?;
    pending.fails += 1;
    let doubled = BACK_OFF_MS << pending.fails.saturating_sub(1).min(10);
    let pause_ms = match retry_after_s.filter(|seconds| *seconds > 0) {
        Some(seconds) => seconds.min(RETRY_AFTER_MAX_S) * 1000,
        None => doubled.min(BACK_OFF_MAX_MS),
    };
    Some(pause_ms)
}

async fn post(world: &World, wire: &mut Wire, hook: &Hook, update: &Update) -> Outcome {
    let answered = match &hook.target {
        Some(target) => {
            let posting = wire.post(target, update.body.as_bytes());
            match tokio::time::timeout(ANSWER_WITHIN, posting).await {
                Err(_) => Err("Read timeout expired"),
                Ok(Err(error)) if error.kind() == ErrorKind::NotConnected => {
                    Err("Connection refused")
                }
                Ok(Err(_)) => Err("Connection closed"),
                Ok(Ok(answered)) => Ok(answered),
            }
        }
        None => post_tls(world, hook, update).await,
    };
    let answered = match answered {
        Ok(answered) => answered,
        Err(text) => return Outcome::Failed(Failure::new(text)),
    };
    if !(200..300).contains(&answered.status) {
        let reason = reqwest::StatusCode::from_u16(answered.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("");
        return Outcome::Failed(Failure {
            text: format!("Wrong response from the webhook: {} {reason}", answered.status),
            gone: answered.status == 410,
            retry_after_s: answered.retry_after_s,
        });
    }
    if answered.body.is_empty() {
        return Outcome::Taken(None);
    }
    let params = Params::read("", &answered.content_type, &answered.body).ok();
    Outcome::Taken(params.and_then(|params| {
        let method = params.text("method")?.into_owned();
        Some((method, params))
    }))
}

/// The same through the world's HTTP client, for https.
async fn post_tls(world: &World, hook: &Hook, update: &Update) -> Result<Answered, &'static str> {
    let mut request = world
        .0
        .http
        .post(&hook.url)
        .header(CONTENT_TYPE, "application/json")
        .timeout(ANSWER_WITHIN)
        .body(Bytes::copy_from_slice(update.body.as_bytes()));
    if let Some(secret) = &hook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) if error.is_timeout() => return Err("Read timeout expired"),
        Err(error) if error.is_connect() => return Err("Connection refused"),
        Err(_) => return Err("Connection closed"),
    };
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let (status, retry_after_s) =
        (response.status().as_u16(), text(RETRY_AFTER).and_then(|value| value.parse().ok()));
    let content_type = text(CONTENT_TYPE).unwrap_or("").to_owned();
    let body = response.bytes().await.map_err(|_| "Connection closed")?;
    Ok(Answered::new(status, content_type, retry_after_s, body))
}

/// Runs the method of a webhook's answer; what it returns goes nowhere.
fn run_answer(world: &World, bot: i64, method: &str, params: Params) {
    let lower = method.to_ascii_lowercase();
    let refused = lower.starts_with("get")
        || matches!(lower.as_str(), "setwebhook" | "deletewebhook" | "close" | "logout");
    if refused {
        return;
    }
    if !fetching::needed(method, &params) {
        let outcome = methods::run(world, bot, method, &params);
        note(world, bot, method, params, outcome);
        return;
    }
    let world = world.clone();
    let method = method.to_owned();
    tokio::spawn(async move {
        let mut params = params;
        let outcome = match fetching::prepare(&world, &method, &mut params).await {
            Ok(()) => methods::run(&world, bot, &method, &params),
            Err(refused) => Err(refused),
        };
        note(&world, bot, &method, params, outcome);
    });
}

fn note(world: &World, bot: i64, method: &str, params: Params, outcome: Answer) {
    let outcome = match outcome {
        Ok(_) => "ok".to_owned(),
        Err(refused) => refused.description,
    };
    let method = format!("{method} (webhook)");
    world.note_call(log::Call::new(bot, &method, params.into_log(), outcome), None);
}
