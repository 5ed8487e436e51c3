//! What a bot's Stars leave in tables: movements, bookings of what is no customer's money, differences.
//! Knows no rules.

use entities::{LedgerEntry, Row, StarDifferenceRow, StarMoveRow, StarsRow};

use super::state::{Fact, State};
use crate::capability::Moment;
use crate::clock::to_ms;
use crate::gateway::{STARS, StarMove};

/// Two lines that add up to zero: the bot's Stars, and whatever they came from or went to.
pub(super) fn booking(state: &State, fact: &Fact, at: &Moment<'_>) -> Vec<Row> {
    let Fact::Booked { account, stars } = fact else {
        return Vec::new();
    };
    let line = |line: i32, account: String, amount_minor: i64| {
        Row::Ledger(LedgerEntry {
            owner: at.key.to_string(),
            booking: state.bookings,
            line,
            account,
            amount_minor,
            currency: "XTR".to_owned(),
            at_ms: to_ms(at.now),
            memo: "Telegram's list of Stars".to_owned(),
        })
    };
    vec![
        line(0, format!("gateway:{STARS}:{}", at.key.id()), *stars),
        line(1, account.clone(), -*stars),
    ]
}

pub(super) fn difference(state: &State, fact: &Fact, at: &Moment<'_>) -> Option<Row> {
    let Fact::Differs { what, name, stars } = fact else {
        return None;
    };
    Some(Row::StarDifference(StarDifferenceRow {
        bot: at.key.id().to_owned(),
        number: state.differences,
        what: what.name().to_owned(),
        name: name.clone(),
        stars: *stars,
        at_ms: to_ms(at.now),
    }))
}

/// `place`: in Telegram's list.
pub(super) fn movement(at: &Moment<'_>, place: u64, movement: &StarMove) -> Row {
    Row::StarMove(StarMoveRow {
        bot: at.key.id().to_owned(),
        place: i64::try_from(place).unwrap_or(i64::MAX),
        id: movement.id.clone(),
        stars: movement.stars,
        nanos: movement.nanos,
        at_ms: movement.at_ms,
        partner: movement.partner.clone(),
        payload: movement.payload.clone(),
    })
}

/// The bot's Stars as they stand.
pub(super) fn row(state: &State, at: &Moment<'_>) -> Row {
    Row::Stars(StarsRow {
        bot: at.key.id().to_owned(),
        since_ms: state.since_ms,
        stars: state.stars,
        balance: state.balance,
        checked_ms: state.checked_ms,
        failed: state.failed.clone(),
    })
}
