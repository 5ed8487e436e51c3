//! One order for the shop's admins: whose, what, how far. Knows no conversation.

use actors::texts;
use entities::{Currency, Database, Key, Kind, Money};

use super::stats::state_name;

pub(super) async fn order(database: &Database, number: &str, lang: &str) -> anyhow::Result<String> {
    let db = &database.read;
    let key = Key::new(Kind::Order, number);
    let Some(order) = entities::order(db, key.as_str()).await? else {
        return Ok(texts::say(lang, "admin-order-unknown", &[("number", number.into())]));
    };
    let money = |minor, currency: &str| match Currency::parse(currency) {
        Ok(currency) => texts::money(lang, Money::new(minor, currency)),
        Err(_) => minor.to_string(),
    };
    let customer = entities::customer(db, &order.session).await?;
    let name = customer.map_or_else(|| "–".to_owned(), |customer| customer.name);
    let args = [
        ("number", number.into()),
        ("state", state_name(lang, &order.state).into()),
        ("total", money(order.total_minor, &order.currency).into()),
        ("name", name.into()),
    ];
    let mut lines = vec![texts::say(lang, "admin-order", &args)];
    for line in entities::order_lines(db, &order.id).await? {
        let args = [
            ("quantity", texts::number(lang, line.quantity.into()).into()),
            ("title", line.title.into()),
            ("price", money(line.price_minor, &order.currency).into()),
        ];
        lines.push(texts::say(lang, "order-line", &args));
    }
    let payment = Key::new(Kind::Payment, number);
    if let Some(payment) = entities::payment(db, payment.as_str()).await? {
        let args = [
            ("state", payment.state.replace('_', " ").into()),
            ("amount", money(payment.captured_minor, &payment.currency).into()),
            ("total", money(payment.refunded_minor, &payment.currency).into()),
        ];
        lines.push(texts::say(lang, "admin-payment", &args));
    }
    Ok(lines.join("\n"))
}
