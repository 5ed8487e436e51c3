//! The terms: what a customer agrees to, which version, when; and taking it back. Knows nothing of what is sold.

use super::about::{Asked, Change};
use super::around::Around;
use super::button::{Act, Surface};
use super::state::Step;
use super::turn::{Turn, press};
use super::{Incoming, home, registration};
use crate::intent::{Button, Keyboard};
use crate::texts;

/// Whether they still have to agree to the terms as they are now.
pub(super) fn are_open(turn: &Turn<'_>) -> bool {
    let agreed = turn.about.consent.as_ref().map(|consent| &*consent.version);
    turn.at.house.leaflets.terms.as_ref().is_some_and(|terms| agreed != Some(&*terms.version))
}

/// Whether this cannot go on without consent: whoever only reads, leaves or looks after an order may.
pub(super) fn stop(turn: &Turn<'_>, what: &Incoming) -> bool {
    const FREE: [&str; 9] = [
        "terms",
        "privacy",
        "help",
        "language",
        "support",
        "paysupport",
        "settings",
        "cancel",
        "orders",
    ];
    if !turn.is_registered() || !are_open(turn) {
        return false;
    }
    match what {
        Incoming::Command { name, .. } => !FREE.contains(&&**name),
        Incoming::Press { data, .. } => match super::Press::parse(data) {
            // What they have bought stays theirs to look at.
            Some(press) => !matches!(
                press.act,
                Act::Languages
                    | Act::Language { .. }
                    | Act::Help
                    | Act::Register
                    | Act::Around(_)
                    | Act::Orders { .. }
                    | Act::Order { .. }
                    | Act::CancelOrder { .. }
                    | Act::Goods { .. }
                    | Act::Receipt { .. }
                    | Act::NoReminders
            ),
            None => false,
        },
        Incoming::Text { .. } | Incoming::Other { .. } => {
            turn.state.run.is_none() && !matches!(turn.state.step, Step::About(_) | Step::Language)
        }
        _ => false,
    }
}

/// The terms, with the question.
pub(super) fn ask(turn: &mut Turn<'_>) {
    let Some(terms) = turn.at.house.leaflets.terms.clone() else {
        return registration::go_on(turn);
    };
    turn.step_to(Step::About(Asked::Terms));
    let again = turn.about.consent.is_some();
    let head = turn.say(if again { "terms-ask-again" } else { "terms-ask" }, &[]);
    let html = format!("{}\n\n{head}", text(turn));
    let agree = Around::Agree { version: terms.version };
    let rows = vec![vec![
        turn.button("button-agree", Act::Around(agree)),
        turn.button("button-disagree", Act::Around(Around::Decline)),
    ]];
    turn.show(html, Keyboard::Inline(rows));
}

/// In the customer's language, or in the house's.
fn text(turn: &Turn<'_>) -> String {
    let Some(terms) = &turn.at.house.leaflets.terms else {
        return turn.say("terms-none", &[]);
    };
    let text = terms.texts.get(turn.lang());
    let text = text.or_else(|| terms.texts.get(&turn.at.house.rules.default_language));
    let text = text.map_or("", |text| &**text);
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let head = texts::escape(head.trim_start_matches('#').trim());
    format!("<b>{head}</b>\n{}", texts::escape(rest.trim_end()))
}

/// `/terms`: to read them, and to see what was agreed.
pub(super) fn show(turn: &mut Turn<'_>) {
    let mut html = text(turn);
    let mut rows = Vec::new();
    if let Some(consent) = turn.about.consent.clone() {
        let at = turn.moment(consent.at_ms);
        let args = [("version", (&*consent.version).into()), ("date", at.into())];
        html = format!("{html}\n\n{}", turn.say("terms-agreed", &args));
        rows.push(vec![turn.button("button-withdraw", Act::Around(Around::Withdraw))]);
    } else if let (true, Some(terms)) = (turn.is_registered(), &turn.at.house.leaflets.terms) {
        let agree = Around::Agree { version: terms.version.clone() };
        rows.push(vec![turn.button("button-agree", Act::Around(agree))]);
    }
    rows.push(vec![home::home_button(turn)]);
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn agree(turn: &mut Turn<'_>, version: &str) -> Option<String> {
    let terms = turn.at.house.leaflets.terms.as_ref().map(|terms| terms.version.clone());
    if terms.as_deref() != Some(version) {
        // The button is of an older text than the one in force.
        ask(turn);
        return Some(turn.plain("terms-changed", &[]));
    }
    if are_open(turn) {
        let at_ms = turn.now_ms();
        turn.about(Change::Consented { version: version.into(), at_ms });
    }
    if turn.is_registered() {
        turn.step_to(Step::Idle);
        home::menu(turn);
    } else {
        registration::go_on(turn);
    }
    Some(turn.plain("terms-thanks", &[]))
}

pub(super) fn decline(turn: &mut Turn<'_>) {
    turn.step_to(Step::Idle);
    let html = turn.say("terms-declined", &[]);
    turn.show(html, Keyboard::Inline(without_consent(turn)));
}

/// Nothing is sold to them from now on; what is under way goes on.
pub(super) fn withdraw(turn: &mut Turn<'_>) -> Option<String> {
    if turn.about.consent.is_none() {
        show(turn);
        return None;
    }
    turn.about(Change::ConsentWithdrawn);
    turn.step_to(Step::Idle);
    let html = turn.say("terms-withdrawn", &[]);
    turn.show(html, Keyboard::Inline(without_consent(turn)));
    Some(turn.plain("terms-withdrawn-short", &[]))
}

/// What is open to somebody who does not agree.
fn without_consent(turn: &Turn<'_>) -> Vec<Vec<Button>> {
    let label = texts::label(turn.lang(), "button-terms", &[]);
    vec![
        vec![press(Surface::Text, label, Act::Around(Around::Terms))],
        vec![
            turn.button("button-privacy", Act::Around(Around::Privacy)),
            turn.button("button-help", Act::Help),
        ],
    ]
}
