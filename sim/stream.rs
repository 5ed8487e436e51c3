//! `GET /sim/events`: server-sent events for one person's page. It must not know what happened.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use crate::world::World;

/// A comment that keeps idle connections open.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
struct Whose {
    person: Option<i64>,
}

pub(crate) fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/sim/events", web::get().to(events));
}

async fn events(world: web::Data<World>, whose: web::Query<Whose>) -> HttpResponse {
    let heard = world.0.events.watch();
    let person = whose.person;
    let first = Bytes::from_static(b": connected\n\n");
    let stream =
        futures_util::stream::unfold((heard, Some(first)), move |(mut heard, first)| async move {
            if let Some(first) = first {
                return Some((Ok::<Bytes, std::io::Error>(first), (heard, None)));
            }
            loop {
                match tokio::time::timeout(HEARTBEAT, heard.recv()).await {
                    Err(_) => {
                        let beat = Bytes::from_static(b": still here\n\n");
                        return Some((Ok(beat), (heard, None)));
                    }
                    Ok(Ok(event)) => {
                        if person.is_some_and(|person| !event.concerns(person)) {
                            continue;
                        }
                        let text = format!("data: {}\n\n", event.json);
                        return Some((Ok(Bytes::from(text)), (heard, None)));
                    }
                    // The page missed some: it reconnects and reads the chat anew.
                    Ok(Err(RecvError::Lagged(_) | RecvError::Closed)) => return None,
                }
            }
        });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("Cache-Control", "no-cache"))
        .insert_header(("X-Accel-Buffering", "no"))
        .insert_header(("Content-Encoding", "identity"))
        .streaming(Box::pin(stream))
}
