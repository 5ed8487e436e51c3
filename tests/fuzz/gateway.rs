//! Webhooks of the gateways: nothing unsigned is read, and what is signed is understood or refused with a reason.

use hmac::{Hmac, KeyInit, Mac};
use kontor::gateways::WebhookError;
use kontor::gateways::sandbox::Sandbox;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::campaign::{corpus, fuzz};
use crate::damage::{shapes, texts};

const SECRET: &str = "whsec";
const NOW_S: i64 = 1_795_172_753;

fn sandbox() -> Sandbox {
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let at = ("sandbox", "http://127.0.0.1:9/gateways/sandbox".to_owned());
    Sandbox::new(at, http, "http://127.0.0.1:9", "key".into(), SECRET.into())
}

fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(format!("{NOW_S}.").as_bytes());
    mac.update(body);
    let hex: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={NOW_S},v1={hex}")
}

fn seeds() -> Vec<Value> {
    let checkout = |status: &str| {
        json!({"id": "chk_1", "url": "http://127.0.0.1/pay", "status": status, "amount_minor": 1_200,
            "currency": "EUR", "reference": "payment:K7Q2M9",
            "refunds": [{"id": "re_1", "amount_minor": 100, "currency": "EUR"}]})
    };
    let event = |kind: &str, status: &str| {
        json!({"id": "evt_1", "type": kind, "created": NOW_S, "data": {"checkout": checkout(status),
            "refund": {"id": "re_1", "amount_minor": 100, "currency": "EUR"}}})
    };
    let mut seeds = vec![
        event("checkout.captured", "captured"),
        event("checkout.declined", "open"),
        event("checkout.expired", "expired"),
        event("refund.succeeded", "captured"),
        event("checkout.viewed", "open"),
    ];
    for file in corpus("webhooks") {
        seeds.extend(serde_json::from_slice::<Value>(&file).ok());
    }
    seeds
}

#[test]
fn signed_webhooks() {
    let sandbox = sandbox();
    fuzz("signed_webhooks", shapes(seeds()), |body| {
        let signed = sandbox.read_webhook(Some(&signature(SECRET, body)), body, NOW_S);
        match signed {
            Ok(notice) => {
                assert_eq!(notice.payment.kind(), entities::Kind::Payment);
                assert!(notice.event.starts_with("sandbox/"));
            }
            Err(WebhookError::Unsigned) => panic!("it was signed"),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        let forged = [None, Some(signature("guess", body)), Some(signature(SECRET, b"{}"))];
        for header in forged {
            let read = sandbox.read_webhook(header.as_deref(), body, NOW_S);
            assert!(body == b"{}" || read == Err(WebhookError::Unsigned), "{read:?}");
        }
    });
}

#[test]
fn signature_headers() {
    let sandbox = sandbox();
    let body = seeds().remove(0).to_string();
    let header = signature(SECRET, body.as_bytes());
    fuzz(
        "signature_headers",
        texts(vec![header.clone().into_bytes(), b"t=1,v1=".to_vec()]),
        |bytes| {
            let given = String::from_utf8_lossy(bytes);
            let read = sandbox.read_webhook(Some(&given), body.as_bytes(), NOW_S);
            let right = header.split_once(",v1=").map_or("", |(_, hex)| hex);
            assert!(read.is_err() || given.contains(right), "{given} was taken");
        },
    );
}
