//! Webhooks against servers that answer well and badly.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use actors::flow::Mark;
use actors::{Clock, CourierReport, IntentId, Outcome, WebhookCall};
use entities::Key;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{WebhookCourier, WebhookTarget, signature};

const ID: IntentId = IntentId { partition: 7, number: 3 };

fn call(webhook: &str) -> WebhookCall {
    let mark = Mark {
        flow: Arc::from("survey"),
        version: Arc::from("0011223344556677"),
        step: "check".to_owned(),
        run_s: 1,
        round: None,
    };
    WebhookCall {
        webhook: webhook.to_owned(),
        customer: Key::parse("session:shop:7").unwrap(),
        mark,
        body: json!({"answers": {"code": "A1"}}),
        waits: true,
    }
}

/// Answers one call; what was asked comes back with what was made of the answer.
async fn told(answer: &'static str) -> (CourierReport, String) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}}") {
            let mut part = [0; 4096];
            let read = stream.read(&mut part).await.unwrap();
            request.extend_from_slice(&part[..read]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let target = WebhookTarget { url, secret: "s3cret".into() };
    let targets = HashMap::from([("crm".to_owned(), target)]);
    let courier = WebhookCourier::new(targets, Clock::system()).unwrap();
    let report = courier.carry(ID, &call("crm")).await;
    (report, asked.await.unwrap())
}

fn refused(report: &CourierReport) -> bool {
    matches!(report, CourierReport::Finished(Outcome::Refused { .. }))
}

#[tokio::test]
async fn a_call_is_signed_and_its_reply_sets_answers() {
    let (report, asked) = told(
        "HTTP/1.1 200 OK\r\ncontent-length: 46\r\n\r\n{\"answers\":{\"discount\":12.5},\"more\":\"ignored\"}",
    )
    .await;
    let answers = BTreeMap::from([("discount".to_owned(), json!(12.5))]);
    assert_eq!(report, CourierReport::Finished(Outcome::Replied { answers }));
    assert!(asked.contains("idempotency-key: session:shop:7-7-3"), "{asked}");
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    let line = head.lines().find_map(|line| line.strip_prefix("kontor-signature: ")).unwrap();
    let at_s = line.strip_prefix("t=").unwrap().split_once(',').unwrap().0.parse().unwrap();
    assert_eq!(line, signature("s3cret", at_s, body));
    assert_eq!(
        signature("k", 5, "{}"),
        "t=5,v1=d066254199a6f40d63f96c33c549959d7a371ef849d13d2a85811237089b2d00"
    );
}

#[tokio::test]
async fn a_reply_that_says_nothing_is_a_reply() {
    for answer in [
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"answers\":[1]}",
    ] {
        let nothing = Outcome::Replied { answers: BTreeMap::new() };
        assert_eq!(told(answer).await.0, CourierReport::Finished(nothing), "{answer}");
    }
}

#[tokio::test]
async fn no_redirect_is_followed_and_a_no_is_a_no() {
    for answer in [
        "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 422 x\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
    ] {
        let (report, _) = told(answer).await;
        assert!(refused(&report), "{answer}: {report:?}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for answer in [
        "HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
    ] {
        let (report, _) = told(answer).await;
        assert!(matches!(report, CourierReport::Failed { .. }), "{answer}: {report:?}");
    }
    let (report, _) =
        told("HTTP/1.1 429 x\r\nretry-after: 999999999\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(report, CourierReport::Throttled { retry_after: Duration::from_secs(3_600) });
}

#[tokio::test]
async fn only_configured_names_are_called() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let courier = WebhookCourier::new(HashMap::new(), Clock::system()).unwrap();
    assert!(refused(&courier.carry(ID, &call("http://127.0.0.1/")).await));
    let told = WebhookCall { waits: false, ..call("crm") };
    assert!(matches!(courier.carry(ID, &told).await, CourierReport::Closed { .. }));
}
