//! The merchant's API and the control calls over HTTP. It must not know how the page looks.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::checkout::Outcome;
use super::desk::{Desk, Done, Once, Refused, refuse};
use super::faults::{Fault, Kind};
use super::{State, webhooks};

const KEY_MAX: usize = 255;
const EVENTS_MAX: usize = 1000;

pub(super) async fn create(
    req: HttpRequest,
    body: web::Bytes,
    state: web::Data<State>,
) -> HttpResponse {
    state.keep_sweeping();
    let public_url = state.0.public_url.clone();
    let answer = charge(&state, &req, &body, |desk, account, now| {
        desk.create(account, parse(&body)?, &public_url, now)
    });
    let (response, made) = answer.await;
    if let Some(id) = made.as_ref().and_then(|made| made["id"].as_str()) {
        webhooks::forge_for(&state, id);
    }
    response
}

pub(super) async fn expire(
    req: HttpRequest,
    id: web::Path<String>,
    state: web::Data<State>,
) -> HttpResponse {
    let public_url = state.0.public_url.clone();
    charge(&state, &req, b"", |desk, account, now| desk.expire(account, &id, &public_url, now))
        .await
        .0
}

pub(super) async fn refund(
    req: HttpRequest,
    body: web::Bytes,
    state: web::Data<State>,
) -> HttpResponse {
    charge(&state, &req, &body, |desk, account, now| desk.refund(account, &parse(&body)?, now))
        .await
        .0
}

pub(super) async fn show(
    req: HttpRequest,
    id: web::Path<String>,
    state: web::Data<State>,
) -> HttpResponse {
    state.expire_due();
    let answer = merchant(&state, &req).and_then(|account| {
        state.desk().owned(account, &id).map(|checkout| checkout.json(&state.0.public_url))
    });
    reply(answer)
}

/// Which checkouts to list.
#[derive(Deserialize)]
pub(super) struct Listing {
    reference: String,
}

pub(super) async fn list(
    req: HttpRequest,
    listing: web::Query<Listing>,
    state: web::Data<State>,
) -> HttpResponse {
    state.expire_due();
    let answer = merchant(&state, &req).map(|account| {
        let desk = state.desk();
        let found = desk.by_reference(account, &listing.reference);
        let found = found.iter().map(|checkout| checkout.json(&state.0.public_url));
        json!({ "data": found.collect::<Vec<_>>() })
    });
    reply(answer)
}

pub(super) async fn books(req: HttpRequest, state: web::Data<State>) -> HttpResponse {
    reply(merchant(&state, &req).map(|number| {
        let desk = state.desk();
        let account = desk.account(number);
        let books = &account.books;
        json!({ "account": account.name, "currencies": books.totals(), "entries": books.entries() })
    }))
}

/// How to page through events.
#[derive(Deserialize)]
pub(super) struct Paging {
    after: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn events(
    req: HttpRequest,
    paging: web::Query<Paging>,
    state: web::Data<State>,
) -> HttpResponse {
    let limit = paging.limit.unwrap_or(100).min(EVENTS_MAX);
    reply(merchant(&state, &req).map(|account| {
        json!({ "data": state.desk().events_of(account, paging.after.as_deref(), limit) })
    }))
}

/// What a payer chose.
#[derive(Deserialize)]
pub(super) struct Choice {
    pub(super) outcome: Outcome,
}

pub(super) async fn pay(
    id: web::Path<String>,
    choice: web::Json<Choice>,
    state: web::Data<State>,
) -> HttpResponse {
    reply(choose(&state, &id, choice.outcome))
}

/// Does what the payer chose and tells the merchant; the checkout as it is then.
pub(super) fn choose(state: &State, id: &str, outcome: Outcome) -> Result<Value, Refused> {
    state.expire_due();
    let (event, body) = {
        let mut desk = state.desk();
        let event = desk.act(id, outcome, state.now_s())?;
        (event, desk.find(id).map(|checkout| checkout.json(&state.0.public_url)))
    };
    state.tell(event.into_iter().collect());
    Ok(body.unwrap_or_default())
}

pub(super) async fn arm_fault(fault: web::Json<Fault>, state: web::Data<State>) -> HttpResponse {
    state.faults().arm(fault.into_inner());
    list_faults(state).await
}

pub(super) async fn list_faults(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "faults": state.faults().list() }))
}

pub(super) async fn clear_faults(state: web::Data<State>) -> HttpResponse {
    state.faults().clear();
    list_faults(state).await
}

/// A merchant's POST: who, which faults, once per key, then the deed.
/// Gives the reply and what was made anew.
async fn charge<F>(
    state: &State,
    req: &HttpRequest,
    body: &[u8],
    deed: F,
) -> (HttpResponse, Option<Value>)
where
    F: FnOnce(&mut Desk, usize, i64) -> Result<Done, Refused>,
{
    let account = match merchant(state, req) {
        Ok(account) => account,
        Err(why) => return (refusal(&why), None),
    };
    let before = state.faults().strike(Kind::TimeoutBeforeCharge);
    if let Some(ms) = before {
        return (hang(ms).await, None);
    }
    state.expire_due();
    let done = match once_per_key(state, req, body, account, deed) {
        Ok(done) => done,
        Err(why) => return (refusal(&why), None),
    };
    state.tell(done.events);
    let after = state.faults().strike(Kind::TimeoutAfterCharge);
    if let Some(ms) = after {
        return (hang(ms).await, None);
    }
    let mut response = HttpResponse::build(status(done.status));
    if done.replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    let made = (!done.replayed).then(|| done.body.clone());
    (response.json(done.body), made)
}

/// Look-up, deed and note under one lock, so that two requests with one key do it once.
fn once_per_key<F>(
    state: &State,
    req: &HttpRequest,
    body: &[u8],
    account: usize,
    deed: F,
) -> Result<Done, Refused>
where
    F: FnOnce(&mut Desk, usize, i64) -> Result<Done, Refused>,
{
    let key = match header(req, "Idempotency-Key") {
        Some(key) if key.is_empty() || key.len() > KEY_MAX => {
            return Err(refuse(
                400,
                "invalid_request",
                format!("Idempotency-Key must have 1 to {KEY_MAX} bytes"),
            ));
        }
        key => key,
    };
    let now = state.now_s();
    let mut desk = state.desk();
    let Some(key) = key else {
        return deed(&mut desk, account, now);
    };
    let once = Once { account, key, fingerprint: fingerprint(req.path(), body) };
    if let Some(done) = desk.replay(&once, now)? {
        return Ok(done);
    }
    let done = deed(&mut desk, account, now)?;
    desk.remember(&once, &done, now);
    Ok(done)
}

fn fingerprint(path: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(path.as_bytes());
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
}

/// Whose call it is; an armed `error_5xx` strikes here.
fn merchant(state: &State, req: &HttpRequest) -> Result<usize, Refused> {
    let key = header(req, "Authorization")
        .and_then(|line| line.strip_prefix("Bearer "))
        .unwrap_or_default();
    let account = state.desk().account_of(key.trim());
    let account = account
        .ok_or_else(|| refuse(401, "authentication_error", "no account has this API key"))?;
    match state.faults().strike(Kind::Error5xx) {
        Some(_) => {
            Err(refuse(500, "api_error", "something went wrong on our side, nothing was done"))
        }
        None => Ok(account),
    }
}

async fn hang(ms: u64) -> HttpResponse {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    refusal(&refuse(504, "api_error", "the gateway took too long"))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|why| refuse(400, "invalid_request", why.to_string()))
}

fn header<'a>(req: &'a HttpRequest, name: &str) -> Option<&'a str> {
    req.headers().get(name).and_then(|value| value.to_str().ok())
}

fn reply(answer: Result<Value, Refused>) -> HttpResponse {
    match answer {
        Ok(body) => HttpResponse::Ok().json(body),
        Err(why) => refusal(&why),
    }
}

pub(super) fn refusal(why: &Refused) -> HttpResponse {
    HttpResponse::build(status(why.status))
        .json(json!({ "error": { "type": why.kind, "message": why.message } }))
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
