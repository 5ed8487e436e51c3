//! What the shop's own people command from their chat with the bot: figures, an order's state. Knows no customer.

use entities::{Key, Kind};

use super::turn::Turn;
use crate::intent::{Keyboard, Lane, Method, Report};
use crate::order::{self, By};

/// `/stats`.
pub(super) fn stats(turn: &mut Turn<'_>) {
    report(turn, Report::Shop);
}

/// `/order NUMBER`, `/order NUMBER cancel`.
pub(super) fn order(turn: &mut Turn<'_>, argument: &str) {
    let mut words = argument.split_whitespace();
    let number = words.next().unwrap_or_default().trim_start_matches('#').to_uppercase();
    let is_number =
        !number.is_empty() && number.chars().all(|letter| letter.is_ascii_alphanumeric());
    match (is_number, words.next().map(str::to_lowercase).as_deref()) {
        (true, None) => report(turn, Report::Order { number }),
        (true, Some("cancel")) => {
            let by = By::Shop(turn.who.as_ref().map_or_else(String::new, |who| who.name.clone()));
            let key = Key::new(Kind::Order, &number);
            turn.tell(key, order::Message::Cancel { by }.into());
            let html = turn.say("admin-order-told", &[("number", number.into())]);
            turn.send(html, Keyboard::None);
        }
        _ => {
            let html = turn.say("admin-order-usage", &[]);
            turn.send(html, Keyboard::None);
        }
    }
}

fn report(turn: &mut Turn<'_>, report: Report) {
    let lang = turn.lang().to_owned();
    turn.call(Method::SendReport { report, lang }, Lane::Answer, false);
}
