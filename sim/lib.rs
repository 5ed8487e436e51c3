//! The simulated Telegram: a Bot API server, its people, and the means to make it misbehave. It
//! must not know Kontor.
//!
//! Any bot framework runs on it with another base URL: `http://host:port/bot<token>/<method>`,
//! files under `http://host:port/file/bot<token>/<path>`. People are driven over `/sim` or, in
//! tests, through [`World`].

mod acting;
mod acts;
mod api;
mod changes;
mod chat;
mod chats;
mod clock;
mod connection;
mod control;
mod control_chat;
mod control_mtproto;
mod detect;
mod entities;
mod events;
mod faults;
mod fetching;
mod files;
mod formatting;
mod gateway;
mod groups;
mod history;
mod html;
mod images;
mod inline;
mod joining;
mod keyboard;
mod ledger;
mod life;
mod limits;
mod links;
mod lives;
mod load;
mod load_report;
mod log;
mod markdown;
mod markdown_legacy;
mod messages;
mod methods;
mod methods_chat;
mod methods_edit;
mod methods_forward;
mod methods_gift;
mod methods_invite;
mod methods_me;
mod methods_media;
mod methods_member;
mod methods_poll;
mod methods_query;
mod methods_send;
mod methods_stars;
mod methods_topic;
mod mtproto;
mod multipart;
mod params;
mod payments;
mod people;
mod polling;
mod polls;
mod pressing;
mod renewals;
mod repeats;
mod reply;
mod state;
mod stream;
mod target;
mod updates;
mod views;
mod webhook;
mod wire;
mod world;

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use anyhow::Context;

pub use acting::Attachment;
pub use chats::ChatKind;
pub use clock::WorldClock;
pub use faults::{Fault, FaultKind};
pub use groups::NewChat;
pub use history::Marks;
pub use life::text::Language;
pub use limits::Limits;
pub use lives::NewLife;
pub use load::{Load, Step, run as run_load};
pub use load_report::{Latency, Missed, Report};
pub use log::Call;
pub use mtproto::accounts::{Account, CodeBy};
pub use mtproto::calls::RpcCall;
pub use mtproto::mishaps::{Mishap, MishapKind};
pub use mtproto::{DcConfig, Dcs};
pub use params::Upload;
pub use payments::Paid;
pub use people::{NewBot, Person};
pub use pressing::Pressed;
pub use state::Counters;
pub use views::{button_data, text_of};
pub use world::{World, WorldOptions};

/// Telegram's server takes uploads up to about this size, bytes.
const BODY_MAX: usize = 64 * 1024 * 1024;
/// How often subscriptions are looked at, besides each move of the clock.
const RENEW_EVERY_MS: i64 = 60_000;

/// How the simulated Telegram runs.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: String,
    /// How browsers reach it, when that is not `listen`.
    pub public_url: Option<String>,
    /// Everything random comes from it.
    pub seed: u64,
    /// The clock, perhaps shared with a server under test.
    pub clock: WorldClock,
    /// Whether flood limits hold.
    pub limits_on: bool,
    /// The flood limits.
    pub limits: Limits,
    /// Messages kept per chat.
    pub history_kept: usize,
    /// A webhook that answers 410 for so long is removed, milliseconds of world time.
    pub gone_after_ms: i64,
    /// The MTProto data centres; none runs none.
    pub data_centres: Option<DcConfig>,
    /// Threads of the web server, and as many again for deliveries.
    pub workers: usize,
}

impl Default for SimConfig {
    fn default() -> Self {
        let world = WorldOptions::default();
        Self {
            listen: "127.0.0.1:0".to_owned(),
            public_url: None,
            seed: world.seed,
            clock: world.clock,
            limits_on: world.limits_on,
            limits: world.limits,
            history_kept: world.history_kept,
            gone_after_ms: world.gone_after_ms,
            data_centres: Some(DcConfig::default()),
            workers: 2,
        }
    }
}

/// A running simulated Telegram; dropping it stops it too, only less gently.
pub struct Sim {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The world behind it.
    pub world: World,
    /// The data centres, when they run.
    pub dcs: Option<Dcs>,
    server: ServerHandle,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Sim {
    /// The base URL for bot frameworks and browsers, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops serving and delivering.
    pub async fn stop(mut self) {
        self.server.stop(false).await;
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Stopping is asked for when the future is made; nobody waits for it here.
            drop(self.server.stop(false));
            runtime.shutdown_background();
        }
    }
}

/// Starts the simulated Telegram.
pub async fn start(config: SimConfig) -> anyhow::Result<Sim> {
    // Somebody may have installed a provider already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind(&config.listen)
        .with_context(|| format!("listen on {}", config.listen))?;
    let addr = listener.local_addr().context("ask for the own address")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.workers.max(1))
        .thread_name("sim-world")
        .enable_all()
        .build()
        .context("start the world's runtime")?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .tcp_nodelay(true)
        .pool_max_idle_per_host(256)
        .pool_idle_timeout(Duration::from_secs(30))
        .build()
        .context("make the world's HTTP client")?;
    let options = WorldOptions {
        seed: config.seed,
        clock: config.clock.clone(),
        limits_on: config.limits_on,
        limits: config.limits,
        history_kept: config.history_kept,
        gone_after_ms: config.gone_after_ms,
    };
    let world = World::new(options, http, runtime.handle().clone());
    let bound = config.data_centres.as_ref().map(mtproto::bind).transpose()?;
    let dcs = bound.map(|bound| mtproto::serve(bound, &world, config.seed)).transpose()?;
    let public_url = config.public_url.unwrap_or_else(|| format!("http://{addr}"));
    let desk = web::Data::new(gateway::State::new(config.clock, config.seed, public_url));
    let shared = web::Data::new(world.clone());
    let centres = dcs.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(desk.clone())
            .app_data(web::PayloadConfig::new(BODY_MAX))
            .app_data(web::JsonConfig::default().limit(BODY_MAX).error_handler(json_error))
            .configure(api::routes)
            .configure(control::routes)
            .configure(control_chat::routes)
            .configure(|cfg| control_mtproto::routes(cfg, centres.clone()))
            .configure(stream::routes)
            .configure(gateway::routes)
            .configure(chat::routes)
            .default_service(web::route().to(api::not_found))
    })
    .on_connect(connection::Connection::remember)
    .workers(config.workers.max(1))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)
    .context("serve")?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    runtime.spawn(renewals(world.clone()));
    runtime.spawn(polls::close_in_time(world.clone()));
    runtime.spawn(lives::live(world.clone()));
    Ok(Sim { addr, world, dcs, server: handle, runtime: Some(runtime) })
}

fn json_error(
    error: actix_web::error::JsonPayloadError,
    _request: &actix_web::HttpRequest,
) -> actix_web::Error {
    let response = control::complain(&error);
    actix_web::error::InternalError::from_response(error, response).into()
}

/// Takes the payments of subscriptions when they are due.
async fn renewals(world: World) {
    let mut moves = world.clock().moves();
    loop {
        while world.turn().renew() > 0 {
            tokio::task::yield_now().await; // a long jump is several periods
        }
        let next = world.clock().now_ms() + RENEW_EVERY_MS;
        tokio::select! {
            () = world.clock().sleep_until(next) => {}
            told = moves.changed() => {
                if told.is_err() { return; }
            }
        }
    }
}

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod formatting_tests;
#[cfg(test)]
mod groups_tests;
#[cfg(test)]
mod methods_gift_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod webhook_tests;
