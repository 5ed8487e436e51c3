//! The sandbox payment gateway: hosted checkouts, refunds, signed webhooks, misbehaviour on demand.
//! It must not know any merchant's code.
//!
//! # Wire format
//! JSON over HTTP, integer minor units, unix seconds. Merchant calls carry
//! `Authorization: Bearer <api key>`; the account `sandbox` has the key `sk_sandbox` and the
//! webhook secret `whsec_sandbox`.
//!
//! - `POST /gateway/v1/checkouts` (`Idempotency-Key`) `{amount_minor, currency, reference,
//!   description, return_url?, webhook_url, expires_at?}` → 201 checkout
//! - `GET /gateway/v1/checkouts/{id}` → checkout
//! - `POST /gateway/v1/checkouts/{id}/expire` → checkout; 409 when it is no longer open
//! - `POST /gateway/v1/refunds` (`Idempotency-Key`) `{checkout, amount_minor, reason?}` → 201
//!   refund; 400 beyond what is left of the capture
//! - `GET /gateway/v1/books` → `{account, currencies:{EUR:{captured_minor, refunded_minor,
//!   balance_minor, captures, refunds}}, entries:[…]}`
//! - `GET /gateway/v1/events?after=evt_…&limit=` → `{data:[{id, type, created, data,
//!   delivery:{attempts, last_status, delivered_at}}]}`
//!
//! A checkout: `{id:"co_…", object:"checkout", url, status:"open|captured|expired",
//! amount_minor, refunded_minor, currency, reference, description, return_url, webhook_url,
//! created, expires_at, captured_at, declined_at}`; it expires after 24 h unless it says otherwise.
//! A declined card leaves it open (`declined_at` is the last time): the payer may try another one.
//! So does a payer who cancels.
//!
//! A refund: `{id:"re_…", object:"refund", checkout, amount_minor, currency, reason,
//! status:"succeeded", created}`. An error:
//! `{error:{type, message}}` with 400 `invalid_request`, 400 `idempotency_error` (same key, other
//! request), 401 `authentication_error`, 404 `not_found`, 409 `checkout_not_open`, 5xx `api_error`.
//! A key replays its first success for 24 h (header `Idempotent-Replayed: true`); refusals are not
//! kept.
//!
//! # Webhooks
//! `POST webhook_url` with `{id:"evt_…", type, created, data:{checkout, refund?}}`, type one of
//! `checkout.captured`, `checkout.declined` (each try; the status stays `open`), `checkout.expired`,
//! `refund.succeeded`, and the header
//! `Sandbox-Signature: t=<unix>,v1=<hex hmac_sha256(secret, t + "." + body)>`. Any 2xx ends it;
//! else it is repeated after 250 ms, doubling up to 10 s of real time, signed anew each time, for 3
//! days of the world's clock. Order is not promised.
//!
//! # For tests and load
//! `POST /sim/gateway/checkouts/{id}/pay {outcome:"capture"|"decline"|"cancel"}` does what the
//! page's buttons do. `POST /sim/gateway/faults {kind, count?, ms?}` arms a fault, `GET` lists,
//! `DELETE` clears; kinds in [`faults`].

mod api;
mod books;
mod checkout;
mod desk;
mod event;
mod faults;
mod ids;
mod page;
mod webhooks;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use actix_web::web;
use tokio::sync::{Notify, Semaphore};

use crate::clock::WorldClock;
use desk::Desk;
use event::Event;
use faults::Faults;

/// How often due checkouts are looked for, in real time: the world's clock may jump.
const SWEEP_EVERY: Duration = Duration::from_millis(200);
/// Webhook calls on the wire at once.
const ATTEMPTS_AT_ONCE: usize = 64;

/// The gateway; clones share one.
#[derive(Clone)]
pub(crate) struct State(Arc<Inner>);

struct Inner {
    clock: WorldClock,
    public_url: String,
    desk: Mutex<Desk>,
    faults: Mutex<Faults>,
    http: OnceLock<reqwest::Client>,
    attempts: Semaphore,
    /// Told after each webhook that arrived: a held one may follow.
    arrived: Notify,
    sweeping: AtomicBool,
}

impl State {
    /// `public_url` is where browsers reach this world, without a slash at the end.
    pub(crate) fn new(clock: WorldClock, seed: u64, public_url: String) -> Self {
        let desk = Desk::new(seed, clock.now_ms());
        Self(Arc::new(Inner {
            clock,
            public_url: public_url.trim_end_matches('/').to_owned(),
            desk: Mutex::new(desk),
            faults: Mutex::default(),
            http: OnceLock::new(),
            attempts: Semaphore::new(ATTEMPTS_AT_ONCE),
            arrived: Notify::new(),
            sweeping: AtomicBool::new(false),
        }))
    }

    fn now_s(&self) -> i64 {
        self.0.clock.now_s()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.0.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what happened to the merchants, in tasks of their own.
    fn tell(&self, events: Vec<Event>) {
        for event in events {
            webhooks::dispatch(self, event);
        }
    }

    /// Starts the look-out for expired checkouts, once, on the runtime of whoever asks first.
    fn keep_sweeping(&self) {
        if !self.0.sweeping.swap(true, Ordering::AcqRel) {
            actix_rt::spawn(sweep(Arc::downgrade(&self.0)));
        }
    }

    /// Expires what is due now; the look-out and every reader call it: no stale state.
    fn expire_due(&self) {
        let events = self.desk().expire_due(self.now_s());
        self.tell(events);
    }
}

async fn sweep(inner: Weak<Inner>) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        match inner.upgrade() {
            Some(inner) => State(inner).expire_due(),
            None => return,
        }
    }
}

/// Everything under `/gateway` and `/sim/gateway`; needs `web::Data<State>`.
pub(crate) fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/gateway/v1/checkouts", web::post().to(api::create))
        .route("/gateway/v1/checkouts", web::get().to(api::list))
        .route("/gateway/v1/checkouts/{id}", web::get().to(api::show))
        .route("/gateway/v1/checkouts/{id}/expire", web::post().to(api::expire))
        .route("/gateway/v1/refunds", web::post().to(api::refund))
        .route("/gateway/v1/books", web::get().to(api::books))
        .route("/gateway/v1/events", web::get().to(api::events))
        .route("/gateway/pay/{id}", web::get().to(page::show))
        .route("/gateway/pay/{id}", web::post().to(page::act))
        .route("/sim/gateway/checkouts/{id}/pay", web::post().to(api::pay))
        .route("/sim/gateway/faults", web::post().to(api::arm_fault))
        .route("/sim/gateway/faults", web::get().to(api::list_faults))
        .route("/sim/gateway/faults", web::delete().to(api::clear_faults));
}

#[cfg(test)]
mod tests;
