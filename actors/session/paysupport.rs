//! /paysupport: the customer's payments, and the way to a person. Telegram demands it where payments are taken.

use super::button::{Act, Surface};
use super::card;
use super::state::{Card, Fact};
use super::turn::{Turn, press};
use crate::house;
use crate::intent::{Button, Keyboard};
use crate::texts;

/// Payments that are named.
const SHOWN: usize = 5;
/// The owner is told of one customer at most this often.
const TOLD_EVERY_MS: i64 = 600_000;

pub(super) fn page(turn: &mut Turn<'_>) {
    let contact = turn.at.house.rules.ways.contact.clone();
    let mut html = turn.say("paysupport", &[("shop", (&*turn.at.house.rules.shop_name).into())]);
    let paid: Vec<Card> =
        turn.state.cards.iter().filter(|card| card.view.money_seen).take(SHOWN).cloned().collect();
    let mut rows: Vec<Vec<Button>> = Vec::new();
    html.push_str("\n\n");
    if paid.is_empty() {
        html.push_str(&turn.say("paysupport-none", &[]));
    } else {
        html.push_str(&turn.say("paysupport-payments", &[]));
    }
    for card in &paid {
        let number = card.order.id().to_owned();
        let state = card::state_name(turn, &card.view);
        let total = texts::money(turn.lang(), card.view.total);
        let args =
            [("number", number.as_str().into()), ("total", total.into()), ("state", state.into())];
        html.push('\n');
        html.push_str(&turn.say("paysupport-payment", &args));
        let label =
            texts::label(turn.lang(), "button-pay-help", &[("number", number.as_str().into())]);
        rows.push(vec![press(Surface::Kept, label, Act::PayHelp { number })]);
    }
    if !contact.is_empty() {
        html.push_str("\n\n");
        html.push_str(&turn.say("paysupport-contact", &[("contact", contact.into())]));
    }
    if turn.at.house.rules.owner.is_some() {
        let other = Act::PayHelp { number: "0".to_owned() };
        rows.push(vec![turn.button_on(Surface::Kept, "button-pay-help-other", other)]);
    } else {
        rows.clear();
    }
    rows.push(vec![turn.button_on(Surface::Kept, "button-menu", Act::Home)]);
    turn.show(html, Keyboard::Inline(rows));
}

/// A person is told; `number` is the order's, or `0`.
pub(super) fn ask(turn: &mut Turn<'_>, number: &str) -> Option<String> {
    let since_ms = turn.now_ms() - turn.state.pay_help_ms;
    if (0..TOLD_EVERY_MS).contains(&since_ms) {
        return Some(turn.plain("paysupport-told-already", &[]));
    }
    let rules = &turn.at.house.rules;
    let lang = rules.default_language.as_str();
    let about = turn.state.card_numbered(number).map(|card| {
        let total = texts::money(lang, card.view.total);
        format!("{} ({total}, {})", card.order.id(), card.view.stage.name())
    });
    let name = turn.who.as_ref().map_or_else(String::new, |who| who.name.clone());
    let user = turn.at.key.bot_and_number().map_or(0, |(_, user)| user);
    let args = [
        ("name", name.into()),
        ("number", about.unwrap_or_else(|| "–".to_owned()).into()),
        ("reason", format!("tg://user?id={user}").into()),
    ];
    let text = texts::plain(lang, "notice-pay-help", &args);
    if let Some(notice) = house::owner_notice(rules, text) {
        turn.intend(notice);
    }
    turn.record(Fact::PayHelpAsked { at_ms: turn.now_ms() });
    let html = turn.say("paysupport-told", &[]);
    turn.show(html, Keyboard::None);
    None
}
