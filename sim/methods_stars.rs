//! Methods about money: invoices, refunds, Stars.

use serde_json::{Value, json};

use crate::formatting;
use crate::keyboard::Markup;
use crate::messages::{Draft, Sender};
use crate::methods::{Call, done, message};
use crate::params::int_of;
use crate::payments::Invoice;
use crate::people::Fields;
use crate::reply::{Answer, Refused, bad};
use crate::state::Place;

/// The only period Telegram accepts for Star subscriptions, seconds.
const STAR_PERIOD_S: i64 = 2_592_000;
/// Stars cost at most so much in one invoice.
const STARS_MAX: i64 = 100_000;

fn prices(call: &Call<'_>) -> Result<i64, Refused> {
    let list = call.params.json("prices", "can't parse prices JSON object")?;
    let list = match list {
        Some(Value::Array(list)) => list,
        Some(_) => return Err(bad("expected an Array of labeled prices")),
        None => return Err(bad("can't parse prices JSON object")),
    };
    if list.is_empty() {
        return Err(bad("there must be at least one price"));
    }
    let mut total = 0_i64;
    for price in &list {
        let complain = |text: &str| bad(format!("can't parse labeled price: {text}"));
        if price["label"].as_str().unwrap_or("").is_empty() {
            return Err(complain("LabeledPrice label must be non-empty"));
        }
        let amount = price.get("amount").and_then(int_of);
        total += amount.ok_or_else(|| complain("Can't find field \"amount\""))?;
    }
    Ok(total)
}

fn invoice(call: &Call<'_>) -> Result<Invoice, Refused> {
    let title = call.params.text("title").unwrap_or_default().into_owned();
    let description = call.params.text("description").unwrap_or_default().into_owned();
    if title.is_empty() || title.chars().count() > 32 {
        return Err(bad("INVOICE_TITLE_INVALID"));
    }
    if description.is_empty() || description.chars().count() > 255 {
        return Err(bad("INVOICE_DESCRIPTION_INVALID"));
    }
    let payload = call.params.text("payload").unwrap_or_default().into_owned();
    if payload.is_empty() || payload.len() > 128 {
        return Err(bad("INVOICE_PAYLOAD_INVALID"));
    }
    let currency = call.params.text("currency").unwrap_or_default().into_owned();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(bad("CURRENCY_INVALID"));
    }
    let total = prices(call)?;
    let stars = currency == "XTR";
    let largest = if stars { STARS_MAX } else { 100_000_000_000 };
    if total <= 0 || total > largest {
        return Err(bad("CURRENCY_TOTAL_AMOUNT_INVALID"));
    }
    if stars == call.params.text("provider_token").is_some() {
        return Err(bad(if stars {
            "STARS_PROVIDER_TOKEN_INVALID"
        } else {
            "PAYMENT_PROVIDER_INVALID"
        }));
    }
    let period_s = call.params.int("subscription_period").unwrap_or(0);
    if period_s != 0 && (!stars || period_s != STAR_PERIOD_S) {
        return Err(bad("SUBSCRIPTION_PERIOD_INVALID"));
    }
    let wanted = [
        ("need_name", "name"),
        ("need_phone_number", "phone_number"),
        ("need_email", "email"),
        ("need_shipping_address", "shipping_address"),
    ];
    let flexible = call.params.flag("is_flexible");
    let mut needs: Vec<&'static str> =
        wanted.iter().filter(|(flag, _)| call.params.flag(flag)).map(|(_, name)| *name).collect();
    if flexible && !needs.contains(&"shipping_address") {
        needs.push("shipping_address");
    }
    Ok(Invoice {
        bot: call.bot,
        shown: json!({
            "title": title, "description": description,
            "start_parameter": call.params.text("start_parameter").unwrap_or_default(),
            "currency": currency, "total_amount": total,
        }),
        payload,
        currency,
        total,
        flexible,
        needs,
        period_s,
    })
}

pub(crate) fn send_invoice(call: &mut Call<'_>) -> Answer {
    let invoice = invoice(call)?;
    let place = call.writable(1)?;
    let mut fields = Fields::new();
    fields.insert("invoice".to_owned(), invoice.shown.clone());
    let mut draft = call.draft(place, fields)?;
    match &draft.markup {
        None => {
            let text = if invoice.currency == "XTR" {
                format!("Pay ⭐️{}", invoice.total)
            } else {
                format!("Pay {:.2} {}", invoice.total as f64 / 100.0, invoice.currency)
            };
            let row = json!({"inline_keyboard": [[{"text": text, "pay": true}]]});
            draft.markup = Some(Markup::Inline(row));
        }
        Some(Markup::Inline(rows)) if rows["inline_keyboard"][0][0]["pay"] == true => {}
        Some(_) => return Err(bad("REPLY_MARKUP_BUY_EMPTY")),
    }
    let slug = call.turn.state.random_text(16);
    call.turn.state.invoices.insert(slug.clone(), invoice);
    draft.invoice = Some(slug);
    let sender = Sender::Bot(call.bot);
    message(call.turn.post(place, sender, draft))
}

pub(crate) fn create_invoice_link(call: &mut Call<'_>) -> Answer {
    let invoice = invoice(call)?;
    let slug = call.turn.state.random_text(16);
    call.turn.state.invoices.insert(slug.clone(), invoice);
    Ok(json!(format!("https://t.me/${slug}")))
}

pub(crate) fn refund(call: &mut Call<'_>) -> Answer {
    let person = call.user_id()?;
    let id = call.params.text("telegram_payment_charge_id").unwrap_or_default().into_owned();
    let now_s = call.turn.now_s();
    let user = call.user(person);
    let me = call.me()?;
    let charge = me.charges.get_mut(&id).filter(|charge| charge.person == person);
    let charge = charge.ok_or_else(|| bad("CHARGE_NOT_FOUND"))?;
    if charge.currency != "XTR" {
        return Err(bad("CHARGE_NOT_FOUND"));
    }
    if charge.refunded {
        return Err(bad("CHARGE_ALREADY_REFUNDED"));
    }
    if me.stars < charge.amount {
        return Err(bad("BALANCE_TOO_LOW"));
    }
    charge.refunded = true;
    charge.until_s = None;
    let charge = charge.clone();
    let partner = json!({"type": "user", "transaction_type": "invoice_payment", "user": user,
        "invoice_payload": charge.payload});
    me.move_stars(&id, -charge.amount, now_s, partner);
    let place = Place::Private { bot: call.bot, person };
    let refunded = json!({
        "currency": "XTR", "total_amount": charge.amount, "invoice_payload": charge.payload,
        "telegram_payment_charge_id": id,
    });
    call.turn.state.private_mut(call.bot, person);
    let draft = Draft::of("refunded_payment", refunded);
    let sent = call.turn.post(place, Sender::Person(person), draft);
    call.turn.mark_service(place, crate::acting::id_of(&sent));
    done()
}

pub(crate) fn transactions(call: &mut Call<'_>) -> Answer {
    let offset = call.params.int("offset").unwrap_or(0).max(0).unsigned_abs() as usize;
    let limit = call.params.int("limit").unwrap_or(100).clamp(1, 100).unsigned_abs() as usize;
    let list: Vec<Value> = call
        .me()?
        .star_moves
        .iter()
        .skip(offset)
        .take(limit)
        .map(|one| {
            let side = if one.amount >= 0 { "source" } else { "receiver" };
            json!({"id": one.id, "amount": one.amount.abs(), "date": one.date, side: one.partner})
        })
        .collect();
    Ok(json!({"transactions": list}))
}

pub(crate) fn balance(call: &mut Call<'_>) -> Answer {
    Ok(json!({"amount": call.me()?.stars}))
}

pub(crate) fn edit_subscription(call: &mut Call<'_>) -> Answer {
    let person = call.user_id()?;
    let id = call.params.text("telegram_payment_charge_id").unwrap_or_default().into_owned();
    let canceled = call.params.flag("is_canceled");
    let charge = call.me()?.charges.get_mut(&id).filter(|charge| charge.person == person);
    let charge = charge.ok_or_else(|| bad("CHARGE_NOT_FOUND"))?;
    if charge.period_s == 0 {
        return Err(bad("CHARGE_NOT_FOUND"));
    }
    charge.canceled = canceled;
    done()
}

/// A text that quiz explanations and the like share.
pub(crate) fn short_text(
    call: &Call<'_>,
    name: &str,
    mode: &str,
    entities: &str,
) -> Result<crate::entities::Formatted, Refused> {
    let text = call.params.text(name).unwrap_or_default();
    formatting::from_params(call.params, &text, mode, entities)
}
