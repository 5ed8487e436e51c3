//! The way home: menu, help, hints, /cancel. Knows no products and no orders.

use super::about::Asked;
use super::around::Around;
use super::button::{Act, Surface};
use super::state::Step;
use super::turn::Turn;
use crate::intent::{Button, Keyboard, Lane, Method};
use crate::texts;

/// A notice is cut here: Telegram takes 4,096 UTF-16 units, and escaping lengthens.
const NOTICE_MAX_CHARS: usize = 800;
/// One hint is enough for what is not understood within so long of it.
const HINT_STANDS_MS: i64 = 3_000;

pub(super) fn menu(turn: &mut Turn<'_>) {
    let html = menu_text(turn);
    let keyboard = menu_keyboard(turn);
    turn.show(html, keyboard);
}

fn menu_text(turn: &Turn<'_>) -> String {
    turn.say("menu", &[("shop", (&*turn.at.house.rules.shop_name).into())])
}

/// For a customer everything; for somebody who is none yet, the way to become one.
pub(super) fn menu_keyboard(turn: &Turn<'_>) -> Keyboard {
    let mut rows = Vec::new();
    if turn.is_registered() {
        rows.push(vec![turn.button("button-shop", Act::Shop { page: 0 })]);
        rows.push(vec![turn.button("button-orders", Act::Orders { page: 0 })]);
        if !turn.at.house.rules.ways.plans.is_empty() {
            rows.push(vec![turn.button("button-subscriptions", Act::Plans)]);
        }
    } else {
        rows.push(vec![turn.button("button-register", Act::Register)]);
    }
    let mut last = Vec::new();
    if turn.is_registered() {
        last.push(turn.button("button-settings", Act::Around(Around::Settings)));
    } else if turn.at.house.rules.languages.len() > 1 {
        last.push(turn.button("button-language", Act::Languages));
    }
    last.push(turn.button("button-help", Act::Help));
    rows.push(last);
    Keyboard::Inline(rows)
}

/// Nothing was asked and nothing understood: what can be done is shown, once for a burst.
pub(super) fn hint(turn: &mut Turn<'_>) {
    // A clock that was set back hides no hint.
    if (0..HINT_STANDS_MS).contains(&(turn.now_ms() - turn.state.hinted_at_ms)) {
        return;
    }
    let html = turn.say("hint", &[]);
    let keyboard = menu_keyboard(turn);
    turn.show(html, keyboard);
    turn.hinted();
}

/// Leaves whatever was unfinished, and goes home.
pub(super) fn cancel(turn: &mut Turn<'_>) {
    let unfinished = !turn.state.step.is_idle() || turn.state.run.is_some();
    turn.step_to(Step::Idle);
    let said = turn.say(if unfinished { "cancelled" } else { "nothing-to-cancel" }, &[]);
    let menu = menu_text(turn);
    let keyboard = menu_keyboard(turn);
    if turn.state.run.is_some() {
        turn.flow_to(None);
    }
    let phone_asked = matches!(turn.state.step, Step::About(Asked::Phone { .. }));
    if turn.state.run.is_some() || phone_asked {
        // A reply keyboard may still be open; one message cannot close it and carry buttons.
        turn.send(said, Keyboard::Remove);
        turn.send(menu, keyboard);
    } else {
        turn.send(format!("{said}\n\n{menu}"), keyboard);
    }
}

/// Asked once to slow down.
pub(super) fn too_fast(turn: &mut Turn<'_>, query: Option<&str>) {
    match query {
        Some(query) => {
            let toast = turn.plain("too-fast", &[]);
            turn.answer_press(query, Some(toast));
        }
        None => {
            let html = turn.say("too-fast", &[]);
            turn.send(html, Keyboard::None);
        }
    }
}

pub(super) fn home_button(turn: &Turn<'_>) -> Button {
    turn.button("button-menu", Act::Home)
}

/// What a card and a receipt lead to.
pub(super) fn kept_row(turn: &Turn<'_>) -> Vec<Button> {
    vec![
        turn.button_on(Surface::Kept, "button-orders", Act::Orders { page: 0 }),
        turn.button_on(Surface::Kept, "button-menu", Act::Home),
    ]
}

/// Told to the owner of the shop, who may never have spoken to the bot.
pub(super) fn notice(turn: &mut Turn<'_>, text: &str) {
    let html = texts::escape(&texts::shortened(text, NOTICE_MAX_CHARS));
    if !html.trim().is_empty() {
        let method = Method::SendText { html, keyboard: Keyboard::None };
        turn.call(method, Lane::Notice, false);
    }
}
