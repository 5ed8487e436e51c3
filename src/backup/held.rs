//! A server on a database that came out of a backup: it answers probes, takes nothing and sends nothing, until a person
//! lets it go. Knows no actors.

use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, bail};
use entities::Database;
use time::macros::format_description;

use super::{Held, held};
use crate::settings::Settings;

/// How often it looks whether it was let go.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until the database is let go. False when a signal came first. The server's lock is left to whoever lets it go.
///
/// # Errors
/// The database's, or when another server listens there.
pub async fn wait(settings: &Settings) -> anyhow::Result<bool> {
    let database = Database::open(settings.database_url()).await?;
    let Some(why) = held(&database).await? else {
        database.close().await;
        return Ok(true);
    };
    let words = words(&why);
    tracing::warn!(reason = words, "held: nothing is taken and nothing is sent");
    let listen = settings.server.listen;
    let server = HttpServer::new(move || {
        let words = words.clone();
        let refuse = move || {
            let words = format!("not ready: {words}\n");
            async move {
                HttpResponse::ServiceUnavailable()
                    .content_type("text/plain; charset=utf-8")
                    .body(words)
            }
        };
        let live = || async { HttpResponse::Ok().content_type("text/plain").body("live\n") };
        App::new().route("/live", web::get().to(live)).default_service(web::to(refuse))
    });
    let server = server
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(listen)
        .with_context(|| format!("cannot listen on {listen}: is another server running there?"))?
        .run();
    let handle = server.handle();
    let served = actix_rt::spawn(server);
    let let_go = tokio::select! {
        let_go = until_let_go(&database) => let_go.map(|()| true),
        signal = crate::app::signal() => { tracing::info!(signal, "stopping"); Ok(false) }
    };
    handle.stop(false).await;
    drop(served.await);
    database.close().await;
    let_go
}

async fn until_let_go(database: &Database) -> anyhow::Result<()> {
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        match held(database).await {
            Ok(None) => return Ok(()),
            Ok(Some(_)) => {}
            Err(error) => tracing::warn!(error = format!("{error:#}"), "cannot look"),
        }
    }
}

/// Refuses to start where nobody let the database go.
///
/// # Errors
/// When it is held.
pub async fn refuse(database: &Database) -> anyhow::Result<()> {
    match held(database).await? {
        Some(why) => bail!(words(&why)),
        None => Ok(()),
    }
}

fn words(why: &Held) -> String {
    let minutes = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let at = |ms| actors::from_ms(ms).format(minutes).unwrap_or_default();
    format!(
        "held: the database was restored at {} from {}, taken at {}; `kontor restore --release` lets it go",
        at(why.restored_ms),
        why.file,
        at(why.taken_ms)
    )
}
