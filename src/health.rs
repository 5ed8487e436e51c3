//! `/live`, `/ready`, `/health` and `/metrics`: what probes and people are told. Knows no updates and no decisions.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use actors::{Kernel, TreeSnapshot};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use serde_json::json;

use crate::intake::bot::IntakeState;

#[cfg(test)]
mod tests;

/// A shard that does not answer within this hangs.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Asks how a bot's intake is.
pub type AskIntake = Arc<dyn Fn() -> IntakeState + Send + Sync>;

/// What the answers are made of; filled by the composition root.
#[derive(Clone)]
pub struct HealthSources {
    pub kernel: Kernel,
    /// The bots by name.
    pub bots: Vec<(String, AskIntake)>,
    pub metrics: PrometheusHandle,
    /// The clock's milliseconds.
    pub started_ms: i64,
    /// The database without a password.
    pub database: String,
    /// Set while the server stops: nothing new is taken.
    pub stopping: Arc<std::sync::atomic::AtomicBool>,
}

/// One part of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    pub name: String,
    pub ok: bool,
    /// Whether the server can take inputs without it.
    pub vital: bool,
    pub detail: String,
}

impl Component {
    fn new(name: impl Into<String>, trouble: Option<String>) -> Self {
        let (ok, name) = (trouble.is_none(), name.into());
        Self { name, ok, vital: true, detail: trouble.unwrap_or_else(|| "ok".to_owned()) }
    }
}

impl HealthSources {
    /// Every part and how it is, without asking an actor.
    pub fn components(&self) -> Vec<Component> {
        let health = self.kernel.journal.health();
        let reason = health.subscribe().borrow().clone();
        let down = (!health.is_up())
            .then(|| reason.unwrap_or_else(|| "the database does not take writes".to_owned()));
        let stopping = self.stopping.load(std::sync::atomic::Ordering::Relaxed);
        let mut components = vec![
            Component::new("journal", down),
            Component::new("server", stopping.then(|| "stopping".to_owned())),
        ];
        for (name, ask) in &self.bots {
            let state = ask();
            let mut component = Component::new(format!("bot {name}"), trouble(&state));
            // One revoked token must not take the others' traffic away.
            component.vital = matches!(state, IntakeState::Starting);
            components.push(component);
        }
        components
    }

    /// Why the server is not ready, if it is not: a vital part, or all of its bots.
    pub fn unready(&self) -> Option<String> {
        unready(&self.components())
    }

    /// The tree, unless a shard hangs.
    pub async fn tree(&self) -> Option<TreeSnapshot> {
        tokio::time::timeout(ANSWER_WITHIN, self.kernel.observe()).await.ok()
    }
}

fn trouble(state: &IntakeState) -> Option<String> {
    match state {
        IntakeState::Running => None,
        IntakeState::Starting => Some("starting".to_owned()),
        IntakeState::Waiting(reason) => Some(format!("updates wait at Telegram: {reason}")),
        IntakeState::Unreachable(reason) => Some(format!("Telegram does not answer: {reason}")),
        IntakeState::Conflict(reason) => {
            Some(format!("another program takes this bot's updates: {reason}"))
        }
        IntakeState::Revoked(reason) => Some(format!("the token is not valid: {reason}")),
        IntakeState::Stopped => Some("stopped".to_owned()),
    }
}

fn unready(components: &[Component]) -> Option<String> {
    let said = |component: &Component| format!("{}: {}", component.name, component.detail);
    let vital = components.iter().find(|component| component.vital && !component.ok);
    let bots = || components.iter().filter(|component| component.name.starts_with("bot "));
    let all_down = bots().count() > 0 && bots().all(|component| !component.ok);
    vital.or_else(|| bots().next().filter(|_| all_down)).map(said)
}

/// Adds the four to a server; `HealthSources` must be its `app_data`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/live", web::get().to(live))
        .route("/ready", web::get().to(ready))
        .route("/health", web::get().to(health))
        .route("/metrics", web::get().to(metrics));
}

/// The process answers.
async fn live() -> impl Responder {
    HttpResponse::Ok().content_type("text/plain").body("live\n")
}

/// Whether inputs can be taken: 200, or 503 with the reason.
async fn ready(sources: Data<HealthSources>) -> impl Responder {
    match sources.unready() {
        None => HttpResponse::Ok().content_type("text/plain").body("ready\n"),
        Some(reason) => HttpResponse::ServiceUnavailable()
            .content_type("text/plain; charset=utf-8")
            .body(format!("not ready: {reason}\n")),
    }
}

/// Every part in detail; 503 when not ready.
async fn health(sources: Data<HealthSources>) -> impl Responder {
    let tree = sources.tree().await;
    let unready = sources.unready();
    let mut components = sources.components();
    let hangs = tree.is_none().then(|| "a shard does not answer".to_owned());
    components.push(Component::new("actors", hangs));
    let up_ms = sources.kernel.clock.now_ms() - sources.started_ms;
    let body = json!({
        "status": if unready.is_some() { "unready" } else { "ready" },
        "reason": unready,
        "version": env!("CARGO_PKG_VERSION"),
        "up_s": up_ms / 1_000,
        "database": sources.database,
        "components": components,
        "work": tree.map(|tree| json!({
            "inputs_under_way": tree.in_flight,
            "intents_waiting": tree.intents,
            "destinations": tree.destinations,
            "steps": tree.steps,
            "commits": tree.groups,
            "actors_in_memory": tree.shards.iter().map(|shard| shard.live).sum::<usize>(),
            "quarantined": tree.shards.iter().map(|shard| shard.quarantined).sum::<usize>(),
        })),
    });
    match body["reason"].is_null() {
        true => HttpResponse::Ok().json(body),
        false => HttpResponse::ServiceUnavailable().json(body),
    }
}

/// In Prometheus' text format.
async fn metrics(sources: Data<HealthSources>) -> impl Responder {
    let text = sources.metrics.render();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}
