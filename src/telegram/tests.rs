//! The client against a server that answers badly.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ApiError, BotApi, CallError};

const TOKEN: &str = "42:very-secret";

/// A server that answers one call with these bytes.
async fn server(answer: &'static str) -> BotApi {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _read = stream.read(&mut request).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    BotApi::new(http, &url, SecretString::from(TOKEN))
}

async fn outcome(answer: &'static str) -> Result<Value, CallError> {
    server(answer).await.ask("getMe", &json!({})).await
}

#[tokio::test]
async fn a_refusal_keeps_what_the_bot_api_says_and_hides_the_token() {
    let refused = outcome(concat!(
        "HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\n\r\n",
        r#"{"ok":false,"error_code":429,"description":"slow down, 42:very-secret","#,
        r#""parameters":{"retry_after":7}}"#
    ))
    .await;
    let expected = ApiError {
        error_code: 429,
        description: "slow down, …".to_owned(),
        retry_after: Some(Duration::from_secs(7)),
        migrate_to_chat_id: None,
    };
    assert_eq!(refused, Err(CallError::Refused(expected)));
}

#[tokio::test]
async fn what_is_no_answer_of_the_bot_api_leaves_the_call_open() {
    for answer in [
        "HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n<html>",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"ok\":true}",
        "",
    ] {
        let error = outcome(answer).await.expect_err("no answer");
        assert!(matches!(error, CallError::Unanswered(_)), "{error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn an_address_that_nobody_listens_to_is_told_without_the_token() {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let api = BotApi::new(http, "http://127.0.0.1:9/", SecretString::from(TOKEN));
    let error = api.ask::<Value>("getMe", &json!({})).await.expect_err("nobody is there");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(!format!("{api:?}").contains("secret"));
}
