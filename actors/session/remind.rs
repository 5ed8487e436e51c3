//! Reminders: when they may come, and the one about an unfinished registration. Knows no orders.

use time::{Duration, OffsetDateTime};

use super::about::Change;
use super::around::Around;
use super::button::Act;
use super::home;
use super::state::Timer;
use super::turn::Turn;
use crate::intent::{Keyboard, Lane, Method};
use crate::zone::Local;

impl Turn<'_> {
    /// When silence that holds now is over; `None`: they may be spoken to unasked.
    pub(super) fn quiet_until(&self) -> Option<OffsetDateTime> {
        let quiet = self.about.quiet.unwrap_or(self.at.house.rules.manners.quiet);
        let local = Local::at(self.at.now, self.zone());
        quiet.left(local.minutes()).map(|minutes| self.at.now + Duration::minutes(minutes.into()))
    }

    /// Whether they want to hear what they did not ask for.
    pub(super) fn may_be_reminded(&self) -> bool {
        !self.about.silent && self.who.as_ref().is_some_and(|who| who.reachable)
    }
}

/// Registration has begun: whoever stops is asked once more.
pub(super) fn begin(turn: &mut Turn<'_>) {
    let wait = turn.at.house.rules.manners.remind_after;
    if let (Some(wait), false, true) = (wait, turn.is_registered(), turn.may_be_reminded()) {
        turn.timer(Timer::Registration, turn.at.now + wait);
    }
}

/// Registration is over.
pub(super) fn end(turn: &mut Turn<'_>) {
    turn.clear(Timer::Registration);
}

pub(super) fn time_out(turn: &mut Turn<'_>) {
    if turn.is_registered() || !turn.may_be_reminded() {
        return;
    }
    if let Some(at) = turn.quiet_until() {
        return turn.timer(Timer::Registration, at);
    }
    let shop = &*turn.at.house.rules.shop_name;
    let html = turn.say("registration-reminder", &[("shop", shop.into())]);
    let rows = vec![
        vec![turn.button("button-register", Act::Register)],
        vec![turn.button("button-stop-reminding", Act::Around(Around::StopReminding))],
    ];
    let method = Method::SendText { html, keyboard: Keyboard::Inline(rows) };
    // One that may have arrived is not sent again: nobody waits for it.
    turn.call(method, Lane::Bulk, false);
}

pub(super) fn stop(turn: &mut Turn<'_>) -> Option<String> {
    turn.about(Change::Silent { silent: true });
    end(turn);
    let html = turn.say("reminders-stopped", &[]);
    let keyboard = home::menu_keyboard(turn);
    turn.show(html, keyboard);
    None
}
