//! Gateways' webhooks: signature, commit, answer. Never refused for load. Knows no wire format and no sagas.

use actix_web::{HttpRequest, HttpResponse, web};
use actors::payment::Message;
use actors::{External, Kernel};

use crate::gateways::{Gateways, WebhookError};

/// The header of each gateway's signature.
const SIGNATURE: &str = "Sandbox-Signature";

/// What the handler needs.
pub struct Desk {
    pub kernel: Kernel,
    pub gateways: std::sync::Arc<Gateways>,
}

/// `POST /gateways/{name}`: 200 once committed (or known), 400 for what is not the gateway's, 503 for "again, please".
pub async fn take(
    desk: web::Data<Desk>,
    name: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let signature = request.headers().get(SIGNATURE).and_then(|value| value.to_str().ok());
    let read = desk.gateways.read_webhook(&name, signature, &body, &desk.kernel.clock);
    let notice = match read {
        None => return HttpResponse::NotFound().body("no such gateway"),
        Some(Ok(notice)) => notice,
        Some(Err(WebhookError::NotFollowed(kind))) => {
            tracing::info!(gateway = %name, kind, "a webhook that is not followed");
            return HttpResponse::Ok().body("not followed");
        }
        Some(Err(error)) => {
            metrics::counter!("kontor_webhooks_refused_total").increment(1);
            tracing::warn!(gateway = %name, %error, "a webhook is refused");
            return HttpResponse::BadRequest().body(error.to_string());
        }
    };
    let message = Message::GatewayReported {
        event: notice.event.clone(),
        checkout: notice.checkout,
        report: notice.report,
    };
    let external = External::Event(notice.event);
    match desk.kernel.office.tell_patiently(notice.payment, external, message.into()).await {
        Ok(_) => HttpResponse::Ok().body("taken"),
        Err(failure) => {
            tracing::warn!(gateway = %name, %failure, "a webhook could not be committed");
            HttpResponse::ServiceUnavailable().body("again, please")
        }
    }
}
