//! The gateway's promises: one charge per key, exact books, signed and repeated webhooks.
//! It must not know a merchant.

#![allow(clippy::unwrap_used)] // tests

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, test, web};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{State, routes, webhooks};
use crate::clock::WorldClock;

struct Call {
    body: String,
    signature: String,
}

/// A merchant's webhook end that refuses the first `refusals` calls.
struct Merchant {
    url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    count: watch::Sender<usize>,
    handle: ServerHandle,
}

impl Merchant {
    fn start(refusals: usize) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let count = watch::Sender::new(0);
        let (seen, told) = (Arc::clone(&calls), count.clone());
        let factory = move || {
            let (seen, told) = (Arc::clone(&seen), told.clone());
            App::new().route(
                "/hook",
                web::post().to(move |req: HttpRequest, body: String| {
                    let header = req
                        .headers()
                        .get(webhooks::SIGNATURE)
                        .map(|line| line.to_str().unwrap().to_owned());
                    let mut seen = seen.lock().unwrap();
                    seen.push(Call { body, signature: header.unwrap() });
                    let code = if seen.len() <= refusals {
                        StatusCode::BAD_GATEWAY
                    } else {
                        StatusCode::OK
                    };
                    told.send_replace(seen.len());
                    async move { HttpResponse::build(code).finish() }
                }),
            )
        };
        let server =
            HttpServer::new(factory).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_rt::spawn(server);
        Self { url, calls, count, handle }
    }

    /// The calls, once there are that many.
    async fn heard(&self, many: usize) -> Vec<(Value, String)> {
        let mut count = self.count.subscribe();
        let enough = count.wait_for(|count| *count >= many);
        tokio::time::timeout(Duration::from_secs(10), enough)
            .await
            .expect("the webhooks came")
            .unwrap();
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .map(|call| (serde_json::from_str(&call.body).unwrap(), call.signature.clone()))
            .collect()
    }
}

fn gateway() -> (State, WorldClock) {
    let clock = WorldClock::new(0);
    (State::new(clock.clone(), 7, "http://world.example/".into()), clock)
}

macro_rules! app {
    ($state:expr) => {
        test::init_service(App::new().app_data(web::Data::new($state.clone())).configure(routes))
            .await
    };
}

macro_rules! post {
    ($app:expr, $path:expr, $key:expr, $body:expr) => {{
        let req = test::TestRequest::post()
            .uri($path)
            .insert_header(("Authorization", "Bearer sk_sandbox"))
            .insert_header(("Idempotency-Key", $key))
            .set_json($body)
            .to_request();
        let response = test::call_service(&$app, req).await;
        let status = response.status().as_u16();
        let body: Value =
            serde_json::from_slice(&test::read_body(response).await).unwrap_or_default();
        (status, body)
    }};
}

macro_rules! get {
    ($app:expr, $path:expr) => {{
        let req = test::TestRequest::get()
            .uri($path)
            .insert_header(("Authorization", "Bearer sk_sandbox"))
            .to_request();
        let body: Value = test::call_and_read_body_json(&$app, req).await;
        body
    }};
}

mod misbehaviour;

fn order(url: &str) -> Value {
    json!({ "amount_minor": 1200, "currency": "EUR", "reference": "order-1",
        "description": "Blue <mug>", "webhook_url": url })
}

#[actix_rt::test]
async fn a_repeated_request_makes_one_checkout_and_another_body_is_refused() {
    let (state, _) = gateway();
    let app = app!(state);
    let first = post!(app, "/gateway/v1/checkouts", "k1", order("http://127.0.0.1:9/"));
    let again = post!(app, "/gateway/v1/checkouts", "k1", order("http://127.0.0.1:9/"));
    assert_eq!(first, again);
    assert_eq!(first.0, 201);
    let id = first.1["id"].as_str().unwrap();
    assert_eq!(first.1["url"], format!("http://world.example/gateway/pay/{id}"));
    let mut other = order("http://127.0.0.1:9/");
    other["amount_minor"] = json!(1300);
    let refused = post!(app, "/gateway/v1/checkouts", "k1", other);
    assert_eq!((refused.0, &refused.1["error"]["type"]), (400, &json!("idempotency_error")));
}

#[actix_rt::test]
async fn a_capture_is_told_until_heard_and_signed_anew() {
    let (state, clock) = gateway();
    let merchant = Merchant::start(1);
    let app = app!(state);
    let (_, made) = post!(app, "/gateway/v1/checkouts", "k1", order(&merchant.url));
    let pay = format!("/sim/gateway/checkouts/{}/pay", made["id"].as_str().unwrap());
    assert_eq!(post!(app, &pay, "-", json!({ "outcome": "capture" })).1["status"], "captured");
    assert_eq!(post!(app, &pay, "-", json!({ "outcome": "capture" })).0, 409);
    merchant.heard(1).await;
    clock.advance(60_000);
    let calls = merchant.heard(2).await;
    assert_eq!(calls[0].0, calls[1].0);
    assert_eq!(calls[1].0["type"], "checkout.captured");
    assert_eq!(calls[1].0["data"]["checkout"]["reference"], "order-1");
    let at = |line: &str| {
        line.strip_prefix("t=").unwrap().split_once(',').unwrap().0.parse::<i64>().unwrap()
    };
    assert!(at(&calls[1].1) >= at(&calls[0].1) + 60);
    let body = merchant.calls.lock().unwrap()[1].body.clone();
    assert_eq!(calls[1].1, webhooks::sign("whsec_sandbox", at(&calls[1].1), &body));
    merchant.handle.stop(false).await;
}

#[actix_rt::test]
async fn refunds_stop_at_the_captured_amount_and_the_books_balance() {
    let (state, _) = gateway();
    let app = app!(state);
    let (_, made) = post!(app, "/gateway/v1/checkouts", "k1", order("http://127.0.0.1:9/"));
    let id = made["id"].as_str().unwrap();
    let back = |minor: i64| json!({ "checkout": id, "amount_minor": minor, "reason": "test" });
    assert_eq!(post!(app, "/gateway/v1/refunds", "r0", back(1)).0, 400);
    post!(app, &format!("/sim/gateway/checkouts/{id}/pay"), "-", json!({ "outcome": "capture" }));
    assert_eq!(post!(app, "/gateway/v1/refunds", "r1", back(500)).1["status"], "succeeded");
    assert_eq!(post!(app, "/gateway/v1/refunds", "r1", back(500)).0, 201);
    assert_eq!(post!(app, "/gateway/v1/refunds", "r2", back(701)).0, 400);
    assert_eq!(post!(app, "/gateway/v1/refunds", "r2", back(700)).0, 201);
    let books = get!(app, "/gateway/v1/books");
    assert_eq!(
        books["currencies"]["EUR"],
        json!({
        "captured_minor": 1200, "refunded_minor": 1200, "balance_minor": 0,
        "captures": 1, "refunds": 2 })
    );
    let lines = books["entries"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|entry| entry["lines"].as_array().unwrap());
    let sum: i64 = lines
        .map(|line| line["debit_minor"].as_i64().unwrap() - line["credit_minor"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 0);
}

#[actix_rt::test]
async fn a_checkout_expires_by_the_clock_of_the_world_and_takes_no_money_then() {
    let (state, clock) = gateway();
    let merchant = Merchant::start(0);
    let app = app!(state);
    let (_, made) = post!(app, "/gateway/v1/checkouts", "k1", order(&merchant.url));
    clock.advance(86_400_000 + 1000);
    let pay = format!("/sim/gateway/checkouts/{}/pay", made["id"].as_str().unwrap());
    assert_eq!(post!(app, &pay, "-", json!({ "outcome": "capture" })).0, 409);
    assert_eq!(merchant.heard(1).await[0].0["type"], "checkout.expired");
    merchant.handle.stop(false).await;
}

#[actix_rt::test]
async fn the_page_escapes_what_a_merchant_wrote_and_a_form_pays() {
    let (state, _) = gateway();
    let app = app!(state);
    let (_, made) = post!(app, "/gateway/v1/checkouts", "k1", order("http://127.0.0.1:9/"));
    let uri = format!("/gateway/pay/{}", made["id"].as_str().unwrap());
    let page =
        test::call_and_read_body(&app, test::TestRequest::get().uri(&uri).to_request()).await;
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert!(page.contains("Blue &lt;mug&gt;") && page.contains("Pay 12.00 EUR"));
    let req = test::TestRequest::post().uri(&uri).set_form([("outcome", "capture")]).to_request();
    assert_eq!(test::call_service(&app, req).await.status().as_u16(), 303);
    let page =
        test::call_and_read_body(&app, test::TestRequest::get().uri(&uri).to_request()).await;
    assert!(String::from_utf8(page.to_vec()).unwrap().contains("12.00 EUR was paid"));
}

#[actix_rt::test]
async fn a_declined_card_leaves_the_checkout_open_for_another_one() {
    let (state, _) = gateway();
    let app = app!(state);
    let (_, made) = post!(app, "/gateway/v1/checkouts", "k1", order("http://127.0.0.1:9/"));
    let id = made["id"].as_str().unwrap();
    let (uri, pay) = (format!("/gateway/pay/{id}"), format!("/sim/gateway/checkouts/{id}/pay"));
    let req = test::TestRequest::post().uri(&uri).set_form([("outcome", "decline")]).to_request();
    assert_eq!(test::call_service(&app, req).await.status().as_u16(), 303);
    let page =
        test::call_and_read_body(&app, test::TestRequest::get().uri(&uri).to_request()).await;
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert!(page.contains("The card was declined. Try another card or cancel."));
    assert!(page.contains("value=\"capture\"") && page.contains("value=\"cancel\""));
    let (status, again) = post!(app, &pay, "-", json!({ "outcome": "decline" }));
    assert_eq!((status, &again["status"]), (200, &json!("open")));
    assert!(again["declined_at"].is_i64());
    assert_eq!(post!(app, &pay, "-", json!({ "outcome": "capture" })).1["status"], "captured");
    assert_eq!(post!(app, &pay, "-", json!({ "outcome": "decline" })).0, 409);
    let events = get!(app, "/gateway/v1/events");
    let told: Vec<(&str, &str)> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (&event["type"], &event["data"]["checkout"]["status"]))
        .map(|(kind, status)| (kind.as_str().unwrap(), status.as_str().unwrap()))
        .collect();
    let declined = ("checkout.declined", "open");
    assert_eq!(told, [declined, declined, ("checkout.captured", "captured")]);
    assert_eq!(get!(app, "/gateway/v1/books")["currencies"]["EUR"]["captures"], 1);
}

#[actix_rt::test]
async fn a_checkout_expires_after_a_declined_card_too() {
    let (state, clock) = gateway();
    let app = app!(state);
    let (_, made) = post!(app, "/gateway/v1/checkouts", "k1", order("http://127.0.0.1:9/"));
    let id = made["id"].as_str().unwrap();
    let pay = format!("/sim/gateway/checkouts/{id}/pay");
    post!(app, &pay, "-", json!({ "outcome": "decline" }));
    clock.advance(86_400_000 + 1000);
    assert_eq!(post!(app, &pay, "-", json!({ "outcome": "decline" })).0, 409);
    assert_eq!(get!(app, &format!("/gateway/v1/checkouts/{id}"))["status"], "expired");
}

#[actix_rt::test]
async fn the_signature_is_the_documented_hmac() {
    let line = webhooks::sign("whsec_test", 1_700_000_000, r#"{"id":"evt_1"}"#);
    assert_eq!(
        line,
        "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
    );
}
