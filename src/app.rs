//! Wires the server together, and takes it down in order. Knows every part, and no part's business.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{App, web};
use actors::{Clock, Kernel, KernelConfig, Restart, task};
use anyhow::{Context, bail};
use entities::{Database, MasterKey, ServerLock};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::courier::Edges;
use crate::health::HealthSources;
use crate::intake::bot::BotIntake;
use crate::intake::webhook::Webhooks;
use crate::settings::{BotSettings, Settings};
use crate::telegram::BotApi;
use crate::web::{self as server, WebServer};
use crate::{backup, control, health, house, intake, secrets};

mod edges;

use edges::{
    apis, ask, bots, flow_webhooks, gateways, take_in, telegram_courier, watch_stars, webhooks,
};

/// A running server.
pub struct Running {
    pub kernel: Kernel,
    pub database: Database,
    settings: Settings,
    http: WebServer,
    control: Rc<control::Listener>,
    intakes: Vec<Arc<BotIntake>>,
    intake_stop: CancellationToken,
    stopping: Arc<AtomicBool>,
    /// Says why, when a part without which nothing goes on has failed.
    failed: oneshot::Receiver<String>,
}

/// What is shared while the parts are put together.
struct Parts<'a> {
    settings: &'a Settings,
    clock: Clock,
    http: reqwest::Client,
    master: MasterKey,
    stop: CancellationToken,
    escalate: Rc<dyn Fn(String)>,
}

/// One bot on its way up.
struct Bot {
    settings: BotSettings,
    api: BotApi,
    intake: Arc<BotIntake>,
}

/// Starts the server on the current thread's system.
///
/// # Errors
/// What is wrong and what to do about it: the database, the key, the flows, the address.
pub async fn start(
    settings: Settings,
    clock: Clock,
    metrics: PrometheusHandle,
) -> anyhow::Result<Running> {
    let database = Database::open(settings.database_url()).await?;
    let lock = ServerLock::take(&database, settings.database_url(), &holder(&clock)).await?;
    migrations::up(&database.write).await.context("bring the schema up to date")?;
    backup::held::refuse(&database).await?;
    let master = secrets::for_database(&database, &settings.secrets).await?;
    let (failed_in, failed) = oneshot::channel();
    let parts = Parts {
        settings: &settings,
        clock,
        http: crate::telegram::http_client()?,
        master,
        stop: CancellationToken::new(),
        escalate: escalate(failed_in),
    };
    let apis = apis(&parts)?;
    let courier = telegram_courier(&parts, &apis, &database).await?;
    let gateways = Arc::new(gateways(&parts, &apis)?);
    let edges = Edges {
        telegram: courier.clone(),
        gateways: Arc::clone(&gateways),
        webhooks: flow_webhooks(&parts)?,
    };
    let kernel = core(&parts, &database, lock, edges).await?;
    courier.keep_pictures_in(kernel.journal.clone()).await;
    watch_stars(&parts, &kernel).await?;
    let bots = bots(&parts, &kernel, apis);
    let intakes = bots.iter().map(|bot| Arc::clone(&bot.intake)).collect();
    let stopping = Arc::new(AtomicBool::new(false));
    let sources = web::Data::new(HealthSources {
        kernel: kernel.clone(),
        bots: bots.iter().map(|bot| (bot.settings.name.to_string(), ask(&bot.intake))).collect(),
        metrics: metrics.clone(),
        started_ms: kernel.clock.now_ms(),
        database: database.name.clone(),
        stopping: Arc::clone(&stopping),
    });
    let desk = web::Data::new(intake::gateways::Desk { kernel: kernel.clone(), gateways });
    let webhooks = webhooks(&parts, &bots);
    let http = serve_http(&settings, (sources, desk, webhooks)).await?;
    for bot in bots {
        take_in(&parts, &kernel, bot, &courier);
    }
    watch(&parts, &kernel, metrics);
    let asking = kernel.clone();
    let make = move || backup::reconcile::run(asking.clone());
    kernel.adopt(task("reconcile", Restart::Permanent, make, Rc::clone(&parts.escalate)));
    let control = control(&parts, &kernel, &database)?;
    let (settings, intake_stop) = (settings.clone(), parts.stop);
    Ok(Running {
        kernel,
        database,
        settings,
        http,
        control,
        intakes,
        intake_stop,
        stopping,
        failed,
    })
}

/// Starts what decides: everything between the edges. It takes up what the last life left.
async fn core(
    parts: &Parts<'_>,
    database: &Database,
    lock: ServerLock,
    edges: Edges,
) -> anyhow::Result<Kernel> {
    Kernel::start(KernelConfig {
        house: house::load(database, parts.settings).await?,
        database: database.clone(),
        lock,
        master: parts.master.clone(),
        clock: parts.clock.clone(),
        office: parts.settings.office_limits(),
        delivery: parts.settings.delivery_limits(),
        courier: Arc::new(edges),
        retention: parts.settings.retention.rules(),
        shards: parts.settings.actors.shards,
        seeds: Arc::new(|_| rand::random()),
        escalate: Rc::clone(&parts.escalate),
    })
    .await
}

/// For people who find the database locked.
fn holder(clock: &Clock) -> String {
    format!("process {} on this machine, since {}", std::process::id(), clock.now())
}

/// Passes the first failure on; the others are in the log.
fn escalate(failed: oneshot::Sender<String>) -> Rc<dyn Fn(String)> {
    let failed = RefCell::new(Some(failed));
    Rc::new(move |reason| {
        if let Some(failed) = failed.borrow_mut().take() {
            // Nobody listens any more: the server is stopping already.
            drop(failed.send(reason));
        }
    })
}

type Shared = (web::Data<HealthSources>, web::Data<intake::gateways::Desk>, Webhooks);

async fn serve_http(settings: &Settings, shared: Shared) -> anyhow::Result<WebServer> {
    let (sources, desk, webhooks) = shared;
    let app = App::new()
        .app_data(web::PayloadConfig::new(settings.limits.body_bytes))
        .app_data(sources)
        .app_data(desk)
        .configure(|config| webhooks.routes(config))
        .configure(health::routes)
        .service(web::resource("/gateways/{name}").route(web::post().to(intake::gateways::take)));
    let listen = settings.server.listen;
    let listener = server::bind(listen)
        .with_context(|| format!("cannot listen on {listen}: is another server running there?"))?;
    server::serve(listener, app).await.context("start the web server")
}

/// Opens the socket for the commands of this machine.
fn control(
    parts: &Parts<'_>,
    kernel: &Kernel,
    database: &Database,
) -> anyhow::Result<Rc<control::Listener>> {
    let listener = Rc::new(control::listen(&parts.settings.control.socket)?);
    let control = control::Control {
        kernel: kernel.clone(),
        database: database.clone(),
        shop: parts.settings.shop.clone(),
        started_ms: kernel.clock.now_ms(),
    };
    let bound = Rc::clone(&listener);
    let make = move || control::serve(Rc::clone(&bound), control.clone());
    kernel.adopt(task("control", Restart::Permanent, make, Rc::clone(&parts.escalate)));
    Ok(listener)
}

/// Looks after the metrics, and tells the owner when the database was away.
fn watch(parts: &Parts<'_>, kernel: &Kernel, metrics: PrometheusHandle) {
    let (upkeep, escalate) = (metrics, Rc::clone(&parts.escalate));
    let make = move || crate::telemetry::upkeep(upkeep.clone());
    kernel.adopt(task("metrics", Restart::Permanent, make, Rc::clone(&escalate)));
    let (watched, clock) = (kernel.clone(), kernel.clock.clone());
    let make = move || {
        let (kernel, clock) = (watched.clone(), clock.clone());
        async move {
            let mut health = kernel.journal.health().subscribe();
            let mut down_ms = None;
            while health.changed().await.is_ok() {
                let reason = health.borrow_and_update().clone();
                match (reason, down_ms) {
                    (Some(_), None) => down_ms = Some(clock.now_ms()),
                    (None, Some(since_ms)) => {
                        let away_s = (clock.now_ms() - since_ms) / 1_000;
                        kernel.alarm(format!(
                            "the database did not take writes for {away_s} s; nothing was lost, \
                             what came meanwhile is taken up again"
                        ));
                        down_ms = None;
                    }
                    _ => {}
                }
            }
        }
    };
    kernel.adopt(task("readiness", Restart::Permanent, make, escalate));
}

impl Running {
    /// Resolves when a part without which nothing goes on has failed.
    pub async fn failed(&mut self) -> String {
        match (&mut self.failed).await {
            Ok(reason) => reason,
            // Everybody who could fail has ended in good order.
            Err(_) => std::future::pending().await,
        }
    }

    /// Resolves once no bot takes anything more.
    async fn taken_in(&self) {
        for intake in &self.intakes {
            intake.stopped().await;
        }
    }

    /// Stops in order: intake first, then steps, then deliveries; what is not done stands in the rows.
    pub async fn stop(self) {
        let started = std::time::Instant::now();
        self.stopping.store(true, Ordering::Relaxed);
        self.intake_stop.cancel();
        let patience = self.settings.patience();
        // Batches under way are committed and confirmed; Telegram keeps what comes after them. One that cannot be
        // committed must not use up the time of steps and deliveries.
        if tokio::time::timeout(patience / 2, self.taken_in()).await.is_err() {
            tracing::warn!("intake was still under way; what is not confirmed comes again");
        }
        let left = patience.saturating_sub(started.elapsed());
        // Requests under way are answered; new connections are refused.
        if tokio::time::timeout(left, self.http.stop()).await.is_err() {
            tracing::warn!("requests were still under way");
        }
        let left = patience.saturating_sub(started.elapsed());
        let settled = self.kernel.clone().stop(left).await;
        drop(self.kernel);
        drop(self.control);
        self.database.close().await;
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(settled, elapsed_ms, "stopped");
    }
}

/// Runs the server until SIGTERM or SIGINT; a second signal ends it at once.
///
/// # Errors
/// Why it could not start, or which part failed.
pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    let metrics = crate::telemetry::start(&settings.log)?;
    let listen = settings.server.listen;
    if !backup::held::wait(&settings).await? {
        return Ok(());
    }
    let mut running = start(settings, Clock::system(), metrics).await?;
    tracing::info!(%listen, "kontor is running");
    let reason = tokio::select! {
        signal = signal() => { tracing::info!(signal, "stopping"); None }
        reason = running.failed() => Some(reason),
    };
    tokio::select! {
        () = running.stop() => {}
        signal = signal() => {
            tracing::warn!(signal, "stopping at once; what is not done stands in the database");
        }
    }
    match reason {
        Some(reason) => bail!("a part failed for good: {reason}"),
        None => Ok(()),
    }
}

/// The next signal that asks to stop.
pub async fn signal() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = kinds else {
        tracing::error!("cannot listen for signals; only a kill will stop this");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
