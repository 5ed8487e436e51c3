//! Tells merchants what happened: signed, repeated until a 2xx, misbehaving when asked to.
//! It must not know what an event means.

use std::fmt::Write;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::State;
use super::event::Event;
use super::faults::Kind;

/// Header that carries time and signature.
pub(super) const SIGNATURE: &str = "Sandbox-Signature";
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const GIVE_UP_AFTER_S: i64 = 3 * 86_400;

/// Sends one event in a task of its own, as well or as badly as the armed faults say.
pub(super) fn dispatch(state: &State, event: Event) {
    forge(state, &event);
    let (drop, late, reorder, twice) = {
        let mut faults = state.faults();
        (
            faults.strike(Kind::DropWebhook).is_some(),
            faults.strike(Kind::LateWebhook),
            faults.strike(Kind::ReorderWebhooks),
            faults.strike(Kind::DuplicateWebhook),
        )
    };
    if drop {
        return;
    }
    let state = state.clone();
    actix_rt::spawn(async move {
        if let Some(ms) = late {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        if let Some(ms) = reorder {
            let overtaken = state.0.arrived.notified();
            // Nothing overtook it in time: it goes out anyway.
            let _ = tokio::time::timeout(Duration::from_millis(ms), overtaken).await;
        }
        deliver(&state, &event).await;
        if let Some(ms) = twice {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            deliver(&state, &event).await;
        }
    });
}

/// When armed, says that this event's checkout was captured, signed with a wrong key.
pub(super) fn forge(state: &State, event: &Event) {
    let checkout = checkout_of(event);
    forge_for(state, &checkout);
}

/// The same at the birth of a checkout, when a false capture hurts most.
pub(super) fn forge_for(state: &State, checkout: &str) {
    if state.faults().strike(Kind::ForgedWebhook).is_none() {
        return;
    }
    let now = state.now_s();
    let Some(forged) = state.desk().forgery(checkout, now) else {
        return;
    };
    let state = state.clone();
    actix_rt::spawn(async move {
        attempt(&state, &forged, "whsec_somebody_else").await;
    });
}

fn checkout_of(event: &Event) -> String {
    let body: serde_json::Value = serde_json::from_str(&event.body).unwrap_or_default();
    body["data"]["checkout"]["id"].as_str().unwrap_or_default().to_owned()
}

async fn deliver(state: &State, event: &Event) {
    let secret = state.desk().account(event.account).webhook_secret.clone();
    let mut wait = FIRST_WAIT;
    loop {
        let status = attempt(state, event, &secret).await;
        let now = state.now_s();
        state.desk().attempted(event.number, status, now);
        if status.is_some_and(|code| (200..300).contains(&code)) {
            state.0.arrived.notify_waiters();
            return;
        }
        if now > event.created + GIVE_UP_AFTER_S {
            tracing::warn!(event.id, "webhook given up after three days");
            return;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// One call; its status, or none when nobody answered.
async fn attempt(state: &State, event: &Event, secret: &str) -> Option<u16> {
    let permit = state.0.attempts.acquire().await;
    let signature = sign(secret, state.now_s(), &event.body);
    let sent = client(state)
        .post(&event.webhook_url)
        .header("Content-Type", "application/json")
        .header(SIGNATURE, signature)
        .body(event.body.clone())
        .send()
        .await;
    drop(permit);
    sent.ok().map(|answer| answer.status().as_u16())
}

/// Made at the first call: worlds without webhooks need no TLS provider.
fn client(state: &State) -> &reqwest::Client {
    state.0.http.get_or_init(|| {
        reqwest::Client::builder()
            .no_proxy()
            .timeout(CALL_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client without options that can fail")
    })
}

/// `t=<unix>,v1=<hex hmac_sha256(secret, t + "." + body)>`.
pub(super) fn sign(secret: &str, at: i64, body: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{at}.{body}").as_bytes());
    let mut line = format!("t={at},v1=");
    for byte in mac.finalize().into_bytes() {
        // Writing to a String cannot fail.
        let _ = write!(line, "{byte:02x}");
    }
    line
}
