//! `/settings`: language, time zone, currency, notifications, quiet hours, name and contact. Knows no orders.

use entities::Currency;

use super::about::{Asked, Change};
use super::around::Around;
use super::button::{Act, Surface};
use super::state::{Fact, Step};
use super::turn::{Turn, press};
use super::{contact, home, registration};
use crate::intent::{Button, Keyboard};
use crate::manners::Quiet;
use crate::zone::{self, Local};
use crate::{texts, zone::meant};

/// Hours to choose from at once; others are written.
const QUIET: [Quiet; 3] = [
    Quiet { from: 22 * 60, to: 8 * 60 },
    Quiet { from: 21 * 60, to: 9 * 60 },
    Quiet { from: 23 * 60, to: 7 * 60 },
];

pub(super) fn show(turn: &mut Turn<'_>) {
    turn.step_to(Step::Idle);
    let none = turn.plain("settings-not-given", &[]);
    let about = turn.about.clone();
    let name = turn.who.as_ref().map_or_else(String::new, |who| who.name.clone());
    let quiet = turn.about.quiet.unwrap_or(turn.at.house.rules.manners.quiet);
    let news = if about.silent { "settings-news-off" } else { "settings-news-on" };
    let args = [
        ("name", name.into()),
        ("language", texts::language_name(turn.lang()).into()),
        ("zone", zone_name(turn.zone()).into()),
        ("time", now_there(turn).into()),
        ("news", turn.plain(news, &[]).into()),
        ("quiet", hours(turn, quiet).into()),
        ("phone", about.phone.as_deref().unwrap_or(&none).to_owned().into()),
        ("email", about.email.as_deref().unwrap_or(&none).to_owned().into()),
    ];
    let mut html = turn.say("settings", &args);
    if let Some(currency) = shown_currency(turn) {
        let line = turn.say("settings-currency", &[("currency", currency.code().into())]);
        html = format!("{html}\n{line}");
    }
    let rows = rows(turn);
    turn.show(html, Keyboard::Inline(rows));
}

fn rows(turn: &Turn<'_>) -> Vec<Vec<Button>> {
    let around = |key: &str, act: Around| turn.button(key, Act::Around(act));
    let mut first = Vec::new();
    if turn.at.house.rules.languages.len() > 1 {
        first.push(turn.button("button-language", Act::Languages));
    }
    first.push(around("button-zone", Around::Zones));
    let news = match turn.about.silent {
        true => around("button-news-on", Around::Silent { silent: false }),
        false => around("button-news-off", Around::Silent { silent: true }),
    };
    let mut rows = vec![first, vec![news, around("button-quiet", Around::QuietHours)]];
    if offered(turn).len() > 1 {
        rows.push(vec![around("button-currency", Around::Currencies)]);
    }
    rows.push(vec![
        around("button-name", Around::Name),
        around("button-phone", Around::Phone),
        around("button-email", Around::Email),
    ]);
    rows.push(vec![around("button-privacy", Around::Privacy), home::home_button(turn)]);
    rows
}

fn now_there(turn: &Turn<'_>) -> String {
    texts::clock(turn.lang(), Local::at(turn.at.now, turn.zone()).minutes())
}

/// `America/New_York` as people read it.
fn zone_name(name: &str) -> String {
    name.replace('_', " ")
}

fn hours(turn: &Turn<'_>, quiet: Quiet) -> String {
    if quiet.is_never() {
        return turn.plain("quiet-never", &[]);
    }
    let clock = |minutes| texts::clock(turn.lang(), minutes);
    let args = [("from", clock(quiet.from).into()), ("to", clock(quiet.to).into())];
    turn.plain("quiet-from-to", &args)
}

fn back(turn: &Turn<'_>) -> Vec<Button> {
    vec![turn.button("button-back", Act::Around(Around::Settings)), home::home_button(turn)]
}

// Time zone.

pub(super) fn zones(turn: &mut Turn<'_>) {
    turn.step_to(Step::About(Asked::Zone));
    let html = turn.say("zone-ask", &[("time", now_there(turn).into())]);
    zones_shown(turn, html);
}

fn zones_shown(turn: &mut Turn<'_>, html: String) {
    let button = |name: &&str| {
        let time = texts::clock(turn.lang(), Local::at(turn.at.now, name).minutes());
        let city = zone_name(name.rsplit('/').next().unwrap_or(name));
        let label = texts::aligned(turn.lang(), &format!("{city} · {time}"));
        press(Surface::Text, label, Act::Around(Around::Zone { name: (*name).to_owned() }))
    };
    let usual = zone::usual(turn.lang());
    let mut rows: Vec<Vec<Button>> =
        usual.chunks(2).map(|pair| pair.iter().map(button).collect()).collect();
    rows.push(back(turn));
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn zone(turn: &mut Turn<'_>, name: &str) -> Option<String> {
    if !zone::is_known(name) {
        zones(turn);
        return Some(turn.plain("zone-unknown-short", &[]));
    }
    turn.about(Change::TimeZone { name: name.into() });
    show(turn);
    Some(turn.plain("settings-kept", &[]))
}

pub(super) fn zone_said(turn: &mut Turn<'_>, text: &str) {
    match meant(text, turn.at.now) {
        Some(name) => {
            zone(turn, &name);
        }
        None => {
            let html = turn.say("zone-unknown", &[]);
            zones_shown(turn, html);
        }
    }
}

// Currency.

/// Only where there is a choice.
fn shown_currency(turn: &Turn<'_>) -> Option<Currency> {
    let offered = offered(turn);
    let chosen = turn.about.currency.filter(|currency| offered.contains(currency));
    (offered.len() > 1).then(|| chosen.or_else(|| offered.first().copied())).flatten()
}

/// Those that prices are in, the house's own first. Stars are a way to pay, no choice.
fn offered(turn: &Turn<'_>) -> Vec<Currency> {
    let mut offered = vec![turn.at.house.rules.currency];
    for product in &turn.at.house.catalogue.products {
        let variants = product.variants.iter().flat_map(|variant| variant.prices.keys());
        for currency in product.prices.keys().chain(variants) {
            if *currency != Currency::XTR && !offered.contains(currency) {
                offered.push(*currency);
            }
        }
    }
    offered
}

pub(super) fn currencies(turn: &mut Turn<'_>) {
    let html = turn.say("currency-ask", &[]);
    let present = shown_currency(turn);
    let button = |currency: &Currency| {
        let mark = if Some(*currency) == present { "✓ " } else { "" };
        let act = Act::Around(Around::Currency { currency: *currency });
        press(Surface::Text, format!("{mark}{currency}"), act)
    };
    let offered = offered(turn);
    let mut rows: Vec<Vec<Button>> =
        offered.chunks(3).map(|few| few.iter().map(button).collect()).collect();
    rows.push(back(turn));
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn currency(turn: &mut Turn<'_>, currency: Currency) -> Option<String> {
    if !offered(turn).contains(&currency) {
        currencies(turn);
        return Some(turn.plain("currency-gone", &[]));
    }
    turn.about(Change::Currency { currency });
    show(turn);
    Some(turn.plain("settings-kept", &[]))
}

// Notifications and quiet hours.

pub(super) fn silent(turn: &mut Turn<'_>, silent: bool) -> Option<String> {
    turn.about(Change::Silent { silent });
    show(turn);
    Some(turn.plain(if silent { "news-off-short" } else { "settings-kept" }, &[]))
}

pub(super) fn quiet_hours(turn: &mut Turn<'_>) {
    turn.step_to(Step::About(Asked::Quiet));
    let html = turn.say("quiet-ask", &[]);
    quiet_shown(turn, html);
}

fn quiet_shown(turn: &mut Turn<'_>, html: String) {
    let present = turn.about.quiet.unwrap_or(turn.at.house.rules.manners.quiet);
    let row = |quiet: Quiet| {
        let mark = if quiet == present { "✓ " } else { "" };
        let label = texts::aligned(turn.lang(), &format!("{mark}{}", hours(turn, quiet)));
        vec![press(Surface::Text, label, Act::Around(Around::Quiet { quiet }))]
    };
    let mut rows: Vec<Vec<Button>> = QUIET.into_iter().chain([Quiet::NEVER]).map(row).collect();
    rows.push(back(turn));
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn quiet(turn: &mut Turn<'_>, quiet: Quiet) -> Option<String> {
    const DAY: u16 = 24 * 60;
    if quiet.from >= DAY || quiet.to >= DAY {
        quiet_hours(turn);
        return Some(turn.plain("button-old", &[]));
    }
    turn.about(Change::Quiet { quiet });
    show(turn);
    Some(turn.plain("settings-kept", &[]))
}

pub(super) fn quiet_said(turn: &mut Turn<'_>, text: &str) {
    match Quiet::parse(text) {
        Some(hours) => {
            quiet(turn, hours);
        }
        None => {
            let html = turn.say("quiet-unknown", &[]);
            quiet_shown(turn, html);
        }
    }
}

// Name and contact.

pub(super) fn name(turn: &mut Turn<'_>) {
    turn.step_to(Step::About(Asked::Name));
    let html = turn.say("name-ask", &[]);
    let rows = vec![back(turn)];
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn name_said(turn: &mut Turn<'_>, text: &str) {
    match registration::checked_name(text) {
        Ok(name) => {
            turn.customer(Fact::Registered { name });
            show(turn);
        }
        Err(key) => registration::name_refused(turn, key, Keyboard::Inline(vec![back(turn)])),
    }
}

pub(super) fn phone(turn: &mut Turn<'_>) {
    contact::ask_phone(turn, true);
}

pub(super) fn email(turn: &mut Turn<'_>) {
    contact::ask_email(turn, true);
}

pub(super) fn forget_email(turn: &mut Turn<'_>) -> Option<String> {
    turn.about(Change::Email { email: None });
    show(turn);
    Some(turn.plain("settings-kept", &[]))
}
