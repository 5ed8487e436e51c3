//! The sandbox gateway's wire: signatures that must not pass, events as they come.

use entities::{Currency, Key, Money};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{CheckoutReport, Sandbox, WebhookError};

const NOW_S: i64 = 1_790_000_000;

fn sandbox() -> Sandbox {
    rustls::crypto::ring::default_provider().install_default().ok();
    let http = reqwest::Client::new();
    let url = "https://shop.example/gateways/sandbox".to_owned();
    Sandbox::new(("sandbox", url), http, "http://127.0.0.1:1", "sk".into(), "whsec".into())
}

fn sign(secret: &str, at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

fn body(kind: &str) -> String {
    format!(
        r#"{{"id":"evt_1","type":"{kind}","created":{NOW_S},"data":{{"checkout":{{"id":"co_1",
        "reference":"payment:K7Q2M9","amount_minor":1200,"currency":"EUR","status":"captured"}},
        "refund":{{"id":"re_1","amount_minor":500,"currency":"EUR","checkout":"co_1"}}}}}}"#
    )
}

#[test]
fn a_signed_capture_is_read() {
    let body = body("checkout.captured");
    let signature = sign("whsec", NOW_S, &body);
    let notice = sandbox().read_webhook(Some(&signature), body.as_bytes(), NOW_S).expect("signed");
    assert_eq!(notice.event, "sandbox/evt_1");
    assert_eq!(notice.payment, Key::parse("payment:K7Q2M9").expect("a key"));
    let amount = Money::new(1200, Currency::EUR);
    assert_eq!(notice.report, CheckoutReport::Captured { amount, charge: None });
}

#[test]
fn a_rolling_secret_may_sign_twice() {
    let body = body("refund.succeeded");
    let ours = sign("whsec", NOW_S, &body);
    let signature =
        format!("{},v1={}", ours.replace(",v1=", ",v1=00,v0="), &ours[ours.len() - 64..]);
    let notice = sandbox().read_webhook(Some(&signature), body.as_bytes(), NOW_S).expect("signed");
    let amount = Money::new(500, Currency::EUR);
    assert_eq!(notice.report, CheckoutReport::Refunded { refund: "re_1".to_owned(), amount });
}

#[test]
fn nothing_unsigned_or_stale_passes() {
    let body = body("checkout.captured");
    let good = sign("whsec", NOW_S, &body);
    let old = sign("whsec", NOW_S - 301, &body);
    let early = sign("whsec", NOW_S + 301, &body);
    let forged = sign("guess", NOW_S, &body);
    let changed = body.replace("1200", "1");
    let moved = good.replace(&NOW_S.to_string(), &(NOW_S + 1).to_string());
    for (signature, body) in [
        (None, body.as_str()),
        (Some(""), &body),
        (Some("v1=00"), &body),
        (Some("t=soon,v1=00"), &body),
        (Some(old.as_str()), &body),
        (Some(early.as_str()), &body),
        (Some(forged.as_str()), &body),
        (Some(moved.as_str()), &body),
        (Some(good.as_str()), &changed),
    ] {
        let refused = sandbox().read_webhook(signature, body.as_bytes(), NOW_S);
        assert_eq!(refused, Err(WebhookError::Unsigned), "{signature:?}");
    }
}

#[test]
fn signed_nonsense_is_refused_with_a_reason() {
    for (body, is_malformed) in [
        ("{}".to_owned(), true),
        (body("checkout.captured").replace("payment:K7Q2M9", "order:K7Q2M9"), true),
        (body("checkout.captured").replace("payment:K7Q2M9", "nobody"), true),
        (body("payout.paid"), false),
    ] {
        let signature = sign("whsec", NOW_S, &body);
        let refused = sandbox().read_webhook(Some(&signature), body.as_bytes(), NOW_S);
        let error = refused.expect_err("not taken");
        assert_eq!(matches!(error, WebhookError::Malformed(_)), is_malformed, "{error:?}");
        assert_ne!(error, WebhookError::Unsigned);
    }
}
