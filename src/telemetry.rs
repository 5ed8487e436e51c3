//! Logs for people and for machines, panics, and the recorder of metrics. Knows no part of the server.

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::{Context, anyhow};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::{LogFormat, LogSettings};

/// Seconds: from a group in memory to a disk that is in trouble.
const COMMIT_SECONDS: &[f64] =
    &[0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
const COMMIT_STEPS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
/// Seconds: a call into the world.
const CALL_SECONDS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// What libraries say at every start, and an error for every request of a stranger's that is not HTTP; the settings win.
const QUIET: &str = "sea_orm_migration=warn,actix_server=warn,actix_http=off";
/// Distributions keep their samples until then.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Starts logging, hears of panics and records metrics. Once in a process.
///
/// # Errors
/// When `log.level` is not understood, or it was started before.
pub fn start(settings: &LogSettings) -> anyhow::Result<PrometheusHandle> {
    start_logs(settings)?;
    hear_panics();
    recorder()?.install()
}

/// Starts logging only; for commands that end soon.
///
/// # Errors
/// As `start`.
pub fn start_logs(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.level)).map_err(|error| {
        let hint = "  hint: write error, warn, info, debug or trace, also as in info,kontor=debug";
        anyhow!("log.level: '{}' is not understood: {error}\n{hint}", settings.level)
    })?;
    let is_terminal = std::io::stderr().is_terminal();
    let is_pretty = match settings.format {
        LogFormat::Auto => is_terminal,
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    let started = match is_pretty {
        true => registry.with(lines.with_ansi(is_terminal).compact()).try_init(),
        false => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    started.context("logging was started before")
}

/// A panic is logged where it happens, once, with its place; whoever supervises it says what that means.
fn hear_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        let payload = panic.payload();
        let words = payload.downcast_ref::<&str>().copied();
        let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        tracing::error!(place, thread, message_of_panic = words.unwrap_or("panic"), "a panic");
    }));
}

/// The recorder, not yet installed.
struct Recorder(PrometheusBuilder);

fn recorder() -> anyhow::Result<Recorder> {
    let full = |name: &str| Matcher::Full(name.to_owned());
    let suffix = |name: &str| Matcher::Suffix(name.to_owned());
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(full("kontor_commit_seconds"), COMMIT_SECONDS)?
        .set_buckets_for_metric(full("kontor_commit_steps"), COMMIT_STEPS)?
        .set_buckets_for_metric(suffix("_seconds"), CALL_SECONDS)?;
    Ok(Recorder(builder))
}

impl Recorder {
    fn install(self) -> anyhow::Result<PrometheusHandle> {
        self.0.install_recorder().context("metrics were started before")
    }
}

/// Folds samples into distributions every few seconds, so that they take no memory when nobody asks for `/metrics`.
pub async fn upkeep(metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP_EVERY).await;
        metrics.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use super::recorder;

    #[test]
    fn commit_times_are_a_histogram_with_our_buckets() {
        let recorder = recorder().expect("buckets").0.build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            metrics::histogram!("kontor_commit_seconds").record(0.003);
        });
        let text = handle.render();
        assert!(text.contains("kontor_commit_seconds_bucket{le=\"0.005\"} 1"), "{text}");
        assert!(text.contains("kontor_commit_seconds_bucket{le=\"0.002\"} 0"), "{text}");
    }
}
