//! The Bot API over HTTP: tokens, bodies, faults, downloads. It must not know what a method does.

use std::time::Duration;

use actix_web::body::{BodyStream, BoxBody};
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::faults::{Fault, FaultKind};
use crate::fetching;
use crate::files::mime_of;
use crate::log::Call;
use crate::methods;
use crate::params::Params;
use crate::polling;
use crate::reply::Refused;
use crate::world::World;

/// After logOut the server answers nothing else for so long.
const LOGGED_OUT_MS: i64 = 10 * 60 * 1000;

pub(crate) fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/bot{token}/test/{method}", web::route().to(call))
        .route("/bot{token}/{method}", web::route().to(call))
        .route("/file/bot{token}/{path:.*}", web::get().to(download));
}

/// The body for any address that is not there.
pub(crate) async fn not_found() -> HttpResponse {
    refuse(&Refused::new(404, "Not Found"))
}

/// What goes back over the wire.
enum Sent {
    /// The JSON under `result`.
    Answer(String),
    Refusal(Refused),
    /// Nothing: the connection ends.
    Cut {
        reset: bool,
    },
}

async fn call(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    let (token, method) = path.into_inner();
    let sent = answer(&world, &token, &method, &request, &body).await;
    match sent {
        Sent::Answer(result) => HttpResponse::Ok()
            .content_type("application/json")
            .body(format!("{{\"ok\":true,\"result\":{result}}}")),
        Sent::Refusal(refused) => refuse(&refused),
        Sent::Cut { reset } => cut(&request, reset),
    }
}

fn refuse(refused: &Refused) -> HttpResponse {
    let status = StatusCode::from_u16(refused.code).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = refused.retry_after {
        response.insert_header(("Retry-After", seconds.to_string()));
    }
    response.content_type("application/json").body(refused.body().to_string())
}

/// Ends the connection without an answer: the body fails before its first byte.
fn cut(request: &HttpRequest, reset: bool) -> HttpResponse {
    if let Some(connection) = request.conn_data::<Connection>() {
        connection.cut(reset);
    }
    let failing = futures_util::stream::once(async {
        Err::<Bytes, std::io::Error>(std::io::Error::other("cut on demand"))
    });
    HttpResponse::with_body(StatusCode::OK, BoxBody::new(BodyStream::new(Box::pin(failing))))
}

/// The bot of a token.
fn bot_of(world: &World, token: &str) -> Result<i64, Refused> {
    let turn = world.turn();
    let id = turn.state.tokens.get(token).copied();
    let Some(id) = id else {
        let looks_right = token.split_once(':').is_some_and(|(id, _)| id.parse::<i64>().is_ok());
        return Err(if looks_right {
            Refused::new(401, "Unauthorized")
        } else {
            Refused::new(404, "Not Found")
        });
    };
    let out = turn.state.bots.get(&id).and_then(|bot| bot.logged_out_ms);
    if out.is_some_and(|at| turn.now_ms - at < LOGGED_OUT_MS) {
        return Err(Refused::new(400, "Bad Request: Logged out"));
    }
    Ok(id)
}

async fn answer(
    world: &World,
    token: &str,
    method: &str,
    request: &HttpRequest,
    body: &Bytes,
) -> Sent {
    let bot = match bot_of(world, token) {
        Ok(bot) => bot,
        Err(refused) => {
            world.note_call(Call::new(0, method, Value::Null, refused.description.clone()), None);
            return Sent::Refusal(refused);
        }
    };
    let content_type =
        request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut params = match Params::read(request.query_string(), content_type, body) {
        Ok(params) => params,
        Err(refused) => return Sent::Refusal(refused),
    };
    let fault = world.0.faults.strike(bot, method, false);
    if let Some(sent) = before(fault.as_ref()).await {
        let outcome = match &sent {
            Sent::Refusal(refused) => refused.description.clone(),
            _ => "no answer, not processed".to_owned(),
        };
        world.note_call(Call::new(bot, method, params.into_log(), outcome), fault);
        return sent;
    }
    let result = run(world, bot, method, &mut params).await;
    let outcome = match &result {
        Ok(_) => "ok".to_owned(),
        Err(refused) => refused.description.clone(),
    };
    let cut = fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::DropAfter);
    world.note_call(Call::new(bot, method, params.into_log(), outcome), fault);
    match result {
        _ if cut => Sent::Cut { reset: false },
        Ok(result) => Sent::Answer(result),
        Err(refused) => Sent::Refusal(refused),
    }
}

/// Plays a fault that comes before the processing.
async fn before(fault: Option<&Fault>) -> Option<Sent> {
    let fault = fault?;
    match fault.kind {
        FaultKind::Delay => {
            tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
            None
        }
        FaultKind::DropBefore => Some(Sent::Cut { reset: false }),
        FaultKind::Reset => Some(Sent::Cut { reset: true }),
        FaultKind::TooMany => {
            let seconds = fault.retry_after.unwrap_or(1);
            Some(Sent::Refusal(Refused::too_many(seconds)))
        }
        FaultKind::ServerError => {
            let code = fault.code.filter(|code| (500..600).contains(code)).unwrap_or(502);
            let text = StatusCode::from_u16(code)
                .ok()
                .and_then(|status| status.canonical_reason())
                .unwrap_or("Internal Server Error");
            Some(Sent::Refusal(Refused::new(code, text)))
        }
        _ => None,
    }
}

async fn run(
    world: &World,
    bot: i64,
    method: &str,
    params: &mut Params,
) -> Result<String, Refused> {
    if method.eq_ignore_ascii_case("getupdates") {
        return polling::get_updates(world, bot, params).await;
    }
    fetching::prepare(world, method, params).await?;
    let result = methods::run(world, bot, method, params)?;
    Ok(result.to_string())
}

async fn download(path: web::Path<(String, String)>, world: web::Data<World>) -> HttpResponse {
    let (token, path) = path.into_inner();
    if let Err(refused) = bot_of(&world, &token) {
        return refuse(&refused);
    }
    let turn = world.turn();
    match turn.state.files.at_path(&path) {
        Some(kept) => {
            HttpResponse::Ok().content_type("application/octet-stream").body(kept.bytes.clone())
        }
        None => refuse(&Refused::new(404, "Not Found")),
    }
}

/// A file as a page shows it, by its id.
pub(crate) fn file_response(world: &World, file_id: &str) -> HttpResponse {
    let turn = world.turn();
    match turn.state.files.find(file_id) {
        Some(kept) => {
            let extension = kept.path.rsplit('.').next().unwrap_or("");
            // Only pictures, sound and film are shown; anything else is a download, so that a
            // file cannot act as a page of ours.
            let mime = mime_of(extension);
            let shown = mime.starts_with("video/")
                || mime.starts_with("audio/")
                || (mime.starts_with("image/") && mime != "image/svg+xml");
            let mut response = HttpResponse::Ok();
            response.insert_header(("X-Content-Type-Options", "nosniff"));
            response.insert_header(("Cache-Control", "private, max-age=86400"));
            if shown {
                response.content_type(mime);
            } else {
                response.content_type("application/octet-stream");
                response.insert_header(("Content-Disposition", "attachment"));
            }
            response.body(kept.bytes.clone())
        }
        None => HttpResponse::NotFound().json(json!({"error": "no such file"})),
    }
}

impl World {
    /// Puts a call into the log.
    pub(crate) fn note_call(&self, mut call: Call, fault: Option<Fault>) {
        call.at_ms = self.clock().now_ms();
        call.fault = fault.map(|fault| format!("{:?}", fault.kind));
        self.0.log.add(call);
    }
}
