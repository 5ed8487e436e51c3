//! `/privacy`: what is kept about a customer and why, all of it to take away, and its erasure. Knows no orders.

use entities::{ErasureRow, Key, Row};

use super::about::Change;
use super::around::Around;
use super::button::Act;
use super::home;
use super::state::{Fact, Step, Timer};
use super::turn::Turn;
use crate::clock::{from_ms, to_ms};
use crate::intent::{Keyboard, Lane, Method, Report};

pub(super) fn show(turn: &mut Turn<'_>) {
    let mut html = turn.say("privacy", &[("shop", (&*turn.at.house.rules.shop_name).into())]);
    let mut rows = vec![vec![
        turn.button("button-export", Act::Around(Around::Export)),
        turn.button("button-terms", Act::Around(Around::Terms)),
    ]];
    match turn.about.erase_at_ms {
        Some(at_ms) => {
            let line = turn.say("erase-pending", &[("date", turn.moment(at_ms).into())]);
            html = format!("{html}\n\n{line}");
            rows.push(vec![turn.button("button-stay", Act::Around(Around::Stay))]);
        }
        None => rows.push(vec![turn.button("button-erase", Act::Around(Around::Erase))]),
    }
    rows.push(vec![home::home_button(turn)]);
    turn.show(html, Keyboard::Inline(rows));
}

/// Everything that is kept, for programs and for people. Written when it is sent, from what is kept then.
pub(super) fn export(turn: &mut Turn<'_>) -> Option<String> {
    for report in [Report::PersonPage, Report::PersonJson] {
        let lang = turn.lang().to_owned();
        turn.call(Method::SendReport { report, lang }, Lane::Answer, false);
    }
    Some(turn.plain("export-coming", &[]))
}

/// What erasure means, before anything happens.
pub(super) fn erase_wanted(turn: &mut Turn<'_>) {
    if turn.about.erase_at_ms.is_some() {
        return show(turn);
    }
    let at_ms = to_ms(turn.at.now + turn.at.house.rules.manners.erasure_grace);
    let mut html = turn.say("erase-ask", &[("date", turn.moment(at_ms).into())]);
    let open = turn.state.cards.iter().filter(|card| !card.view.stage.is_over()).count();
    if open > 0 {
        let count = u32::try_from(open).unwrap_or(u32::MAX);
        html = format!("{html}\n\n{}", turn.say("erase-open-orders", &[("count", count.into())]));
    }
    let rows = vec![
        vec![turn.button("button-erase-really", Act::Around(Around::EraseReally))],
        vec![turn.button("button-back", Act::Around(Around::Privacy))],
    ];
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn erase(turn: &mut Turn<'_>) {
    if turn.about.erase_at_ms.is_none() {
        let at = turn.at.now + turn.at.house.rules.manners.erasure_grace;
        turn.about(Change::ErasureAsked { at_ms: to_ms(at) });
        turn.timer(Timer::Erasure, at);
    }
    turn.step_to(Step::Idle);
    let at_ms = turn.about.erase_at_ms.unwrap_or_default();
    let html = turn.say("erase-begun", &[("date", turn.moment(at_ms).into())]);
    let rows = vec![
        vec![turn.button("button-stay", Act::Around(Around::Stay))],
        vec![home::home_button(turn)],
    ];
    turn.show(html, Keyboard::Inline(rows));
}

/// They have thought better of it.
pub(super) fn stay(turn: &mut Turn<'_>) -> Option<String> {
    match turn.about.erase_at_ms {
        Some(at_ms) if at_ms <= turn.now_ms() => Some(turn.plain("erase-too-late", &[])),
        Some(_) => {
            turn.about(Change::ErasureTakenBack);
            turn.clear(Timer::Erasure);
            show(turn);
            Some(turn.plain("erase-taken-back", &[]))
        }
        None => {
            show(turn);
            None
        }
    }
}

/// The time to think is over.
pub(super) fn time_out(turn: &mut Turn<'_>) {
    if let Some(at_ms) = turn.about.erase_at_ms {
        begin(turn, at_ms);
    }
}

/// A person of the shop wants it: at once.
pub(super) fn erase_now(turn: &mut Turn<'_>) {
    let at_ms = turn.now_ms();
    turn.about(Change::ErasureAsked { at_ms });
    turn.clear(Timer::Erasure);
    begin(turn, at_ms);
}

/// From here on the eraser does it, order by order.
fn begin(turn: &mut Turn<'_>, due_ms: i64) {
    let now_ms = turn.now_ms();
    turn.row(Row::Erasure(ErasureRow {
        pseudonym: pseudonym(turn),
        session: Some(turn.at.key.to_string()),
        person: None,
        due_ms,
        next_ms: Some(now_ms),
        done_ms: None,
        scrubbed: false,
    }));
}

/// A session that is nobody's: Telegram's ids of people are positive and have at most 52 bits.
fn pseudonym(turn: &Turn<'_>) -> String {
    let number = i64::try_from(turn.at.seed >> 12).unwrap_or_default();
    match turn.at.key.bot_and_number() {
        Some((bot, _)) => Key::session(&bot, -1 - number).to_string(),
        None => String::new(),
    }
}

/// Nothing is left of them but that they were here. The last words go out sealed for nobody.
pub(super) fn empty(turn: &mut Turn<'_>) {
    if turn.about.erased {
        return;
    }
    let html = turn.say("erase-done", &[]);
    let is_reachable = turn.who.as_ref().is_some_and(|who| who.reachable);
    if is_reachable {
        turn.call(Method::SendText { html, keyboard: Keyboard::Remove }, Lane::Notice, false);
    }
    for timer in Timer::ALL {
        turn.clear(timer);
    }
    turn.erased(Fact::Erased { at: from_ms(turn.now_ms()).unix_timestamp() });
}
