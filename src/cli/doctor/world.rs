//! Doctor: how we are reached, the clock, the gateways.

use std::time::Duration;

use actors::{Clock, to_ms};
use reqwest::Client;
use reqwest::header::DATE;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::Finding;
use crate::settings::Settings;

const WITHIN: Duration = Duration::from_secs(10);
/// A clock this far off still works; beyond, signatures of gateways are taken for stale.
const WARN_MS: i64 = 10_000;
const FAIL_MS: i64 = 120_000;

pub(super) async fn all(http: &Client, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(url) = &settings.server.public_url {
        findings.push(public(http, url).await);
    }
    if let Some(bot) = settings.bots.first() {
        findings.push(clock(http, &bot.api_url).await);
    }
    findings.push(gateway(http, settings).await);
    findings
}

async fn public(http: &Client, url: &str) -> Finding {
    let part = "public_url";
    let live = format!("{url}/live");
    match http.get(&live).timeout(WITHIN).send().await {
        Ok(answer) if answer.status().is_success() => Finding::ok(part, format!("{live} answers")),
        Ok(answer) => {
            let line = format!("{live} answers {}", answer.status());
            Finding::warn(
                part,
                line,
                "if the server is running: does the proxy pass everything on to it?",
            )
        }
        Err(error) => {
            let line = format!("{live} does not answer: {}", reason(error));
            Finding::warn(
                part,
                line,
                "start the server and the proxy, and look at DNS and the firewall",
            )
        }
    }
}

async fn clock(http: &Client, api_url: &str) -> Finding {
    let part = "clock";
    let answer = http.get(api_url).timeout(WITHIN).send().await;
    let date = answer.ok().and_then(|answer| {
        let date = answer.headers().get(DATE)?.to_str().ok()?.to_owned();
        OffsetDateTime::parse(&date, &Rfc2822).ok()
    });
    let Some(date) = date else {
        let hint = "see to it that the machine's time is synchronized";
        return Finding::warn(part, format!("{api_url} does not tell the time"), hint);
    };
    let off_ms = Clock::system().now_ms() - to_ms(date);
    let line = format!("{:.0} s off {api_url}'s", off_ms.abs() as f64 / 1_000.0);
    let hint = "synchronize the machine's time (systemd-timesyncd, chrony)";
    match off_ms.abs() {
        FAIL_MS.. => Finding::failed(part, line, hint),
        WARN_MS.. => Finding::warn(part, line, hint),
        _ => Finding::ok(part, line),
    }
}

async fn gateway(http: &Client, settings: &Settings) -> Finding {
    let part = "gateway sandbox";
    let Some(url) = &settings.gateways.sandbox.api_url else {
        return match settings.payments.offers("sandbox") {
            true => Finding::warn(
                part,
                "no payment can be taken: payments.gateways has sandbox, and it has no api_url",
                "write gateways.sandbox.api_url; `kontor sim` and `kontor demo` run one",
            ),
            false => Finding::ok(part, "not used"),
        };
    };
    match http.get(url).timeout(WITHIN).send().await {
        Ok(_) => Finding::ok(part, format!("{url} answers")),
        Err(error) => {
            let line = format!("{url} does not answer: {}", reason(error));
            Finding::failed(part, line, "is gateways.sandbox.api_url right, and is it running?")
        }
    }
}

fn reason(error: reqwest::Error) -> String {
    format!("{:#}", anyhow::Error::new(error.without_url()))
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc2822;

    #[test]
    fn an_http_date_is_understood() {
        let date = OffsetDateTime::parse("Sun, 06 Nov 1994 08:49:37 GMT", &Rfc2822);
        assert_eq!(date.map(OffsetDateTime::unix_timestamp).ok(), Some(784_111_777));
    }
}
