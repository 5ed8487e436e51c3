//! Each fault of the gateway strikes as documented. It must not know a merchant.

use actix_web::{App, test, web};
use serde_json::{Value, json};

use super::{Merchant, gateway, order, routes, webhooks};

macro_rules! arm {
    ($app:expr, $kind:expr, $ms:expr) => {
        let fault = json!({ "kind": $kind, "count": 1, "ms": $ms });
        assert_eq!(post!($app, "/sim/gateway/faults", "-", fault).0, 200);
    };
}

macro_rules! paid {
    ($app:expr, $key:expr, $url:expr) => {{
        let (_, made) = post!($app, "/gateway/v1/checkouts", $key, order($url));
        let id = made["id"].as_str().unwrap().to_owned();
        let pay = format!("/sim/gateway/checkouts/{id}/pay");
        assert_eq!(post!($app, &pay, "-", json!({ "outcome": "capture" })).0, 200);
        id
    }};
}

#[actix_rt::test]
async fn faults_strike_as_often_as_armed() {
    let (state, _) = gateway();
    let merchant = Merchant::start(0);
    let app = app!(state);
    for kind in ["error_5xx", "timeout_after_charge", "duplicate_webhook", "forged_webhook"] {
        assert_eq!(
            post!(app, "/sim/gateway/faults", "-", json!({ "kind": kind, "count": 1, "ms": 1 })).0,
            200
        );
    }
    assert_eq!(post!(app, "/gateway/v1/checkouts", "k1", order(&merchant.url)).0, 500);
    assert_eq!(post!(app, "/gateway/v1/checkouts", "k1", order(&merchant.url)).0, 504);
    let (status, made) = post!(app, "/gateway/v1/checkouts", "k1", order(&merchant.url));
    assert_eq!(status, 201);
    let pay = format!("/sim/gateway/checkouts/{}/pay", made["id"].as_str().unwrap());
    post!(app, &pay, "-", json!({ "outcome": "decline" }));
    let calls = merchant.heard(3).await;
    let kinds = |kind: &str| calls.iter().filter(|call| call.0["type"] == kind).count();
    assert_eq!((kinds("checkout.captured"), kinds("checkout.declined")), (1, 2));
    let (forged, signature) =
        calls.iter().find(|call| call.0["type"] == "checkout.captured").unwrap();
    let at = signature.strip_prefix("t=").unwrap().split_once(',').unwrap().0.parse().unwrap();
    assert_ne!(*signature, webhooks::sign("whsec_sandbox", at, &forged.to_string()));
    assert_eq!(get!(app, "/sim/gateway/faults")["faults"], json!([]));
    merchant.handle.stop(false).await;
}

#[actix_rt::test]
async fn a_timeout_before_the_charge_does_nothing() {
    let (state, _) = gateway();
    let app = app!(state);
    let id = paid!(app, "k1", "http://127.0.0.1:9/");
    arm!(app, "timeout_before_charge", 1);
    let back = json!({ "checkout": id, "amount_minor": 1200 });
    assert_eq!(post!(app, "/gateway/v1/refunds", "r1", back.clone()).0, 504);
    assert_eq!(get!(app, "/gateway/v1/books")["currencies"]["EUR"]["refunds"], 0);
    arm!(app, "timeout_after_charge", 1);
    assert_eq!(post!(app, "/gateway/v1/refunds", "r1", back.clone()).0, 504);
    assert_eq!(get!(app, "/gateway/v1/books")["currencies"]["EUR"]["refunds"], 1);
    assert_eq!(post!(app, "/gateway/v1/refunds", "r1", back).0, 201);
    assert_eq!(get!(app, "/gateway/v1/books")["currencies"]["EUR"]["refunds"], 1);
}

#[actix_rt::test]
async fn a_reordered_webhook_is_overtaken_and_a_dropped_one_is_only_in_the_list() {
    let (state, _) = gateway();
    let merchant = Merchant::start(0);
    let app = app!(state);
    arm!(app, "reorder_webhooks", 9000);
    let first = paid!(app, "k1", &merchant.url);
    let second = paid!(app, "k2", &merchant.url);
    let calls = merchant.heard(2).await;
    let ids = [&calls[0].0, &calls[1].0].map(|body| body["data"]["checkout"]["id"].clone());
    assert_eq!(ids, [json!(second), json!(first)]);
    arm!(app, "drop_webhook", 0);
    paid!(app, "k3", &merchant.url);
    paid!(app, "k4", &merchant.url);
    merchant.heard(3).await;
    let events = get!(app, "/gateway/v1/events");
    assert_eq!(events["data"].as_array().unwrap().len(), 4);
    assert_eq!(events["data"][2]["delivery"]["attempts"], 0);
    merchant.handle.stop(false).await;
}
