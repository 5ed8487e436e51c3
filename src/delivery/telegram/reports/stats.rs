//! The shop's figures for its admins: customers, orders, money, where people came from. Knows no conversation.

use std::collections::BTreeMap;

use actors::session::Origin;
use actors::{Clock, texts};
use anyhow::Context;
use entities::{Currency, Database, Money};

const DAY_MS: i64 = 24 * 3_600_000;

pub(super) async fn stats(
    database: &Database,
    clock: &Clock,
    lang: &str,
) -> anyhow::Result<String> {
    let db = &database.read;
    let since_ms = clock.now_ms() - DAY_MS;
    let people = entities::count_customers(db, since_ms).await.context("count the customers")?;
    let orders = entities::count_orders(db, since_ms).await.context("count the orders")?;
    let sales = entities::sales(db, since_ms).await.context("add up the sales")?;
    let came_by = entities::count_origins(db).await.context("count the origins")?;
    let number = |count: i64| texts::number(lang, count);
    let mut lines = vec![texts::say(
        lang,
        "stats-head",
        &[
            ("total", number(people.all).into()),
            ("count", number(people.recent).into()),
            ("reachable", number(people.reachable).into()),
        ],
    )];
    for (state, all, recent) in orders {
        let args = [
            ("state", state_name(lang, &state).into()),
            ("total", number(all).into()),
            ("count", number(recent).into()),
        ];
        lines.push(texts::say(lang, "stats-orders", &args));
    }
    for (currency, minor, recent_minor) in sales {
        let money = |minor| match Currency::parse(&currency) {
            Ok(currency) => texts::money(lang, Money::new(minor, currency)),
            Err(_) => minor.to_string(),
        };
        let args = [("total", money(minor).into()), ("amount", money(recent_minor).into())];
        lines.push(texts::say(lang, "stats-sales", &args));
    }
    lines.extend(origins(lang, &came_by));
    Ok(lines.join("\n"))
}

/// As customers read it; the stored name of a state that they never see.
pub(super) fn state_name(lang: &str, state: &str) -> String {
    let key = format!("order-state-{}", state.replace('_', "-"));
    let name = texts::plain(lang, &key, &[]);
    if name == key { state.replace('_', " ") } else { name }
}

/// How many came by each kind of link.
fn origins(lang: &str, came_by: &[(String, i64)]) -> Vec<String> {
    let mut kinds: BTreeMap<&'static str, i64> = BTreeMap::new();
    for (payload, count) in came_by {
        if let Some(origin) = Origin::parse(payload) {
            *kinds.entry(origin.kind()).or_default() += count;
        }
    }
    let line = |(kind, count): (&str, i64)| {
        let args = [("name", kind.into()), ("count", texts::number(lang, count).into())];
        texts::say(lang, "stats-origin", &args)
    };
    kinds.into_iter().map(line).collect()
}
