//! What probes are told, over the real handlers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::{App, test as http, web};
use entities::MasterKey;
use kontor::health::{AskIntake, HealthSources, routes};
use kontor::intake::bot::IntakeState;
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::rig::{Rig, on_both};

/// A server with one bot, whose state and end are in our hands.
struct Server {
    state: Arc<Mutex<IntakeState>>,
    sources: HealthSources,
}

impl Server {
    fn new(rig: &Rig) -> Self {
        let state = Arc::new(Mutex::new(IntakeState::Running));
        let seen = Arc::clone(&state);
        let ask: AskIntake = Arc::new(move || seen.lock().expect("not poisoned").clone());
        let sources = HealthSources {
            kernel: rig.kernel.clone(),
            bots: vec![("shop".to_owned(), ask)],
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            started_ms: rig.kernel.clock.now_ms(),
            database: "sqlite://x".to_owned(),
            stopping: Arc::new(AtomicBool::new(false)),
        };
        Self { state, sources }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let data = web::Data::new(self.sources.clone());
        let app = http::init_service(App::new().app_data(data).configure(routes)).await;
        let request = http::TestRequest::get().uri(path).to_request();
        let response = http::call_service(&app, request).await;
        let status = response.status().as_u16();
        let body = http::read_body(response).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

#[test]
fn ready_says_why_not_and_live_does_not_care() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            let server = Server::new(rig);
            assert_eq!(server.get("/ready").await, (200, "ready\n".to_owned()));
            let revoked = IntakeState::Revoked("401 Unauthorized".to_owned());
            *server.state.lock().expect("not poisoned") = revoked;
            let (status, said) = server.get("/ready").await;
            assert_eq!(status, 503);
            assert_eq!(said, "not ready: bot shop: the token is not valid: 401 Unauthorized\n");
            *server.state.lock().expect("not poisoned") = IntakeState::Running;
            server.sources.stopping.store(true, Ordering::Relaxed);
            assert_eq!(
                server.get("/ready").await,
                (503, "not ready: server: stopping\n".to_owned())
            );
            assert_eq!(server.get("/live").await.0, 200);
        });
    });
}

#[test]
fn health_tells_of_every_part_and_of_the_work() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            assert!(rig.write(1, 1).await.is_ok());
            let (status, body) = Server::new(rig).get("/health").await;
            assert_eq!(status, 200, "{body}");
            let health: serde_json::Value = serde_json::from_str(&body).expect("JSON");
            assert_eq!(health["status"], "ready");
            assert_eq!(health["work"]["actors_in_memory"], 1);
            let names = health["components"].as_array().expect("a list").iter();
            let names: Vec<_> = names.map(|part| part["name"].as_str().expect("a name")).collect();
            assert_eq!(names, ["journal", "server", "bot shop", "actors"]);
            assert_eq!(Server::new(rig).get("/metrics").await.0, 200);
        });
    });
}
