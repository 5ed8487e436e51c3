//! The hosted payment page: plain forms that work without JavaScript.
//! It must not know webhooks or merchants' keys.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use time::OffsetDateTime;
use time::macros::format_description;

use super::State;
use super::api::{Choice, choose};
use super::checkout::{Checkout, Outcome, Status, money};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the page was just told.
#[derive(Deserialize)]
pub(super) struct Told {
    left: Option<String>,
}

pub(super) async fn show(
    id: web::Path<String>,
    told: web::Query<Told>,
    state: web::Data<State>,
) -> HttpResponse {
    state.expire_due();
    let checkout = state.desk().find(&id).cloned();
    match checkout {
        Some(checkout) => html(HttpResponse::Ok(), &page(&checkout, told.left.is_some())),
        None => html(HttpResponse::NotFound(), &nothing()),
    }
}

/// The buttons. Whatever came of it, the page then shows how the checkout stands.
pub(super) async fn act(
    id: web::Path<String>,
    choice: web::Form<Choice>,
    state: web::Data<State>,
) -> HttpResponse {
    let known = state.desk().find(&id).is_some();
    if !known {
        return html(HttpResponse::NotFound(), &nothing());
    }
    let left = if choice.outcome == Outcome::Cancel { "?left=1" } else { "" };
    // A refusal (paid or expired in between) needs no words here: the page that follows says it.
    let _ = choose(&state, &id, choice.outcome);
    HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("/gateway/pay/{}{left}", *id)))
        .finish()
}

fn html(mut response: actix_web::HttpResponseBuilder, body: &str) -> HttpResponse {
    response
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .content_type("text/html; charset=utf-8")
        .body(body.to_owned())
}

fn page(checkout: &Checkout, left: bool) -> String {
    let amount = money(checkout.amount_minor, &checkout.currency);
    match checkout.status {
        Status::Open if left => frame(
            "Payment left open",
            &format!(
                "{}<p>Nothing was charged. You can come back until {}.</p>{}\
                 <p><a href=\"/gateway/pay/{}\">Pay {amount} after all</a></p>",
                verdict("quiet", "…", "You left without paying"),
                moment(checkout.expires_at),
                back(checkout),
                checkout.id,
            ),
        ),
        Status::Open if checkout.declined_at.is_some() => {
            let words = "<p class=\"verdict bad\" role=\"alert\">\
                         <span aria-hidden=\"true\">✕</span>\
                         The card was declined. Try another card or cancel.</p>";
            frame("Card declined", &format!("{words}{}", form(checkout, &amount)))
        }
        Status::Open => frame(&format!("Pay {amount}"), &form(checkout, &amount)),
        Status::Captured => {
            let words = if checkout.refunded_minor > 0 {
                let back = money(checkout.refunded_minor, &checkout.currency);
                format!("<p>{amount} was paid, {back} came back to your card.</p>")
            } else {
                format!("<p>{amount} was paid. The shop has been told.</p>")
            };
            let top = verdict("good", "✓", "Paid");
            frame("Paid", &format!("{top}{words}{}{}", facts(checkout), back(checkout)))
        }
        Status::Expired => {
            let top = verdict("quiet", "–", "This payment has expired");
            let words = "<p>Nothing was charged. Ask the shop for a new one.</p>";
            frame("Expired", &format!("{top}{words}{}{}", facts(checkout), back(checkout)))
        }
    }
}

fn form(checkout: &Checkout, amount: &str) -> String {
    let what =
        if checkout.description.is_empty() { &checkout.reference } else { &checkout.description };
    format!(
        "<p class=\"what\" dir=\"auto\">{what}</p><h1><bdi>{amount}</bdi></h1>{facts}\
         <form method=\"post\" action=\"/gateway/pay/{id}\">\
         <button class=\"button primary wide\" name=\"outcome\" value=\"capture\">\
         Pay {amount}</button>\
         <button class=\"button danger wide\" name=\"outcome\" value=\"decline\">\
         Decline the card</button>\
         <button class=\"button wide\" name=\"outcome\" value=\"cancel\">Cancel</button></form>\
         <small>A simulated payment: no real money moves.</small>",
        what = escape(what),
        facts = facts(checkout),
        id = checkout.id,
    )
}

fn facts(checkout: &Checkout) -> String {
    let last = match checkout.captured_at {
        Some(at) => format!("<dt>Paid</dt><dd>{}</dd>", moment(at)),
        None => format!("<dt>Open until</dt><dd>{}</dd>", moment(checkout.expires_at)),
    };
    format!(
        "<dl><dt>Reference</dt><dd><bdi>{}</bdi></dd>{last}\
         <dt>Card</dt><dd><bdi>•••• 4242</bdi></dd></dl>",
        escape(&checkout.reference)
    )
}

fn back(checkout: &Checkout) -> String {
    match &checkout.return_url {
        Some(url) => format!(
            "<a class=\"button primary wide\" href=\"{}\">Back to the shop</a>",
            escape(url)
        ),
        None => {
            "<p class=\"quiet\">You can close this page and go back to the chat.</p>".to_owned()
        }
    }
}

fn verdict(kind: &str, sign: &str, words: &str) -> String {
    format!("<h1 class=\"verdict {kind}\"><span aria-hidden=\"true\">{sign}</span>{words}</h1>")
}

fn nothing() -> String {
    let top = verdict("quiet", "?", "No such payment");
    frame(
        "No such payment",
        &format!("{top}<p>The link may be cut short, or the simulated world has started anew.</p>"),
    )
}

fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\" dir=\"ltr\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"robots\" content=\"noindex\">\
         <title>{title} · Sandbox gateway</title><script src=\"/assets/theme.js\"></script>\
         <link rel=\"icon\" href=\"/assets/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/assets/tokens.css\">\
         <link rel=\"stylesheet\" href=\"/assets/pay.css\">\
         </head><body class=\"hosted\"><main>\
         <p class=\"brand\"><img src=\"/assets/favicon.svg\" alt=\"\">Sandbox gateway</p>\
         {body}</main></body></html>"
    )
}

fn moment(unix: i64) -> String {
    let format =
        format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
    OffsetDateTime::from_unix_timestamp(unix)
        .ok()
        .and_then(|at| at.format(format).ok())
        .unwrap_or_else(|| "a far day".to_owned())
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}
