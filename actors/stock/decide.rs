//! What a stock does: pure. Never sells a piece twice. Knows no rows' layout beyond its own.

use entities::{Key, Row, StockRow};
use time::{Duration, OffsetDateTime};

use super::state::{CODES_MAX, Fact, State, Timer};
use super::{Message, Stock};
use crate::capability::{Decision, Input, Moment, Refusal, TimerChange};
use crate::clock::to_ms;
use crate::intent::Intent;
use crate::order;

/// How much longer than the order's window pieces are held: the order asks its gateway first, then releases them.
const GRACE: Duration = Duration::minutes(10);

/// How long what was taken can be given back: longer than the receipts that stop repetitions.
const TAKEN_KEPT: Duration = Duration::hours(48);

pub(super) fn decide(
    state: &State,
    input: &Input<Stock>,
    at: &Moment<'_>,
) -> Result<Decision<Stock>, Refusal> {
    match input {
        // Codes are counted by themselves.
        Input::Message(Message::SetOnHand { .. }) if state.sells_codes() => Ok(Decision::nothing()),
        Input::Message(Message::SetOnHand { count }) => {
            Ok(done(state, at, vec![Fact::Counted { on_hand: *count }]))
        }
        Input::Message(Message::AddCodes { codes }) => add_codes(state, at, codes),
        Input::Message(Message::Reserve { order, quantity, until }) => {
            Ok(reserve(state, at, order, *quantity, *until))
        }
        Input::Message(Message::Release { order }) => Ok(release(state, at, order)),
        Input::Message(Message::Commit { order, quantity }) => {
            Ok(commit(state, at, order, *quantity))
        }
        Input::Message(Message::Return { order }) => Ok(give_back(state, at, order)),
        Input::Timer(Timer::Overdue) => Ok(overdue(state, at)),
        // A stock tells actors only, and those intents want no report.
        Input::Result { .. } => Ok(Decision::nothing()),
    }
}

fn add_codes(state: &State, at: &Moment<'_>, codes: &[String]) -> Result<Decision<Stock>, Refusal> {
    let mut fresh: Vec<String> = Vec::new();
    for code in codes {
        if !state.knows(code) && !fresh.contains(code) {
            fresh.push(code.clone());
        }
    }
    if state.codes.len() + fresh.len() > CODES_MAX {
        let reason = format!("{} holds at most {CODES_MAX} codes at once", at.key);
        return Err(Refusal::new("codes-too-many", reason));
    }
    let facts = if fresh.is_empty() { Vec::new() } else { vec![Fact::CodesAdded { codes: fresh }] };
    Ok(done(state, at, facts))
}

fn reserve(
    state: &State,
    at: &Moment<'_>,
    order: &Key,
    quantity: u32,
    until: OffsetDateTime,
) -> Decision<Stock> {
    // Once per order: the repetition gets the same answer and holds nothing more.
    if state.reserved.contains_key(order) || state.taken.contains_key(order) {
        return Decision::nothing().then(tell(order, reserved(at)));
    }
    let available = state.available();
    if quantity == 0 || quantity > available {
        let refused = order::Message::ReservationRefused { product: product(at), available };
        return Decision::nothing().then(tell(order, refused));
    }
    let until = until.max(at.now) + GRACE;
    let fact = Fact::Reserved { order: order.clone(), quantity, until };
    done(state, at, vec![fact]).then(tell(order, reserved(at)))
}

fn release(state: &State, at: &Moment<'_>, order: &Key) -> Decision<Stock> {
    if !state.reserved.contains_key(order) {
        return Decision::nothing();
    }
    done(state, at, vec![Fact::Released { order: order.clone(), overdue: false }])
}

fn commit(state: &State, at: &Moment<'_>, order: &Key, quantity: u32) -> Decision<Stock> {
    let committed = |codes: Vec<String>| order::Message::Committed { product: product(at), codes };
    if let Some(taken) = state.taken.get(order) {
        return Decision::nothing().then(tell(order, committed(taken.codes.clone())));
    }
    // Its own pieces count for it, whether its time is over or not; without them it takes what is free.
    let held = state.reserved.get(order).map_or(0, |held| held.quantity);
    let others = state.held() - held;
    let available = state.on_hand.saturating_sub(others);
    if quantity > available {
        let refused = order::Message::CommitRefused { product: product(at), available };
        let facts = state
            .reserved
            .contains_key(order)
            .then(|| Fact::Released { order: order.clone(), overdue: false });
        return done(state, at, facts.into_iter().collect()).then(tell(order, refused));
    }
    let fact = Fact::Committed { order: order.clone(), quantity, at_ms: to_ms(at.now) };
    let codes = state.codes.iter().take(quantity as usize).cloned().collect();
    done(state, at, vec![fact]).then(tell(order, committed(codes)))
}

/// Gives back what was taken, and what is still held.
fn give_back(state: &State, at: &Moment<'_>, order: &Key) -> Decision<Stock> {
    let mut facts = Vec::new();
    if state.taken.contains_key(order) {
        facts.push(Fact::Returned { order: order.clone() });
    }
    if state.reserved.contains_key(order) {
        facts.push(Fact::Released { order: order.clone(), overdue: false });
    }
    done(state, at, facts)
}

fn overdue(state: &State, at: &Moment<'_>) -> Decision<Stock> {
    let late = state.reserved.iter().filter(|(_, held)| held.until <= at.now);
    let released = late.map(|(order, _)| Fact::Released { order: order.clone(), overdue: true });
    done(state, at, released.collect())
}

/// The facts with the row and the timer that follow from them.
fn done(state: &State, at: &Moment<'_>, mut facts: Vec<Fact>) -> Decision<Stock> {
    let before_ms = to_ms(at.now - TAKEN_KEPT);
    if state.taken.values().any(|taken| taken.at_ms < before_ms) {
        facts.push(Fact::Forgotten { before_ms });
    }
    let mut after = state.clone();
    for fact in &facts {
        after.apply(fact);
    }
    let earliest = |state: &State| state.reserved.values().map(|held| held.until).min();
    let timers = match (earliest(state), earliest(&after)) {
        (_, Some(until)) => vec![TimerChange::Set(Timer::Overdue, until)],
        (Some(_), None) => vec![TimerChange::Clear(Timer::Overdue)],
        (None, None) => Vec::new(),
    };
    let rows = if facts.is_empty() { Vec::new() } else { vec![row(&after, at)] };
    Decision { facts, timers, rows, ..Decision::nothing() }
}

fn row(state: &State, at: &Moment<'_>) -> Row {
    Row::Stock(StockRow {
        product: product(at),
        on_hand: i64::from(state.on_hand),
        // A count below what orders hold already leaves nothing to others.
        reserved: i64::from(state.held().min(state.on_hand)),
    })
}

fn tell(order: &Key, message: order::Message) -> Intent {
    Intent::Tell { to: order.clone(), message: message.into() }
}

fn reserved(at: &Moment<'_>) -> order::Message {
    order::Message::Reserved { product: product(at) }
}

fn product(at: &Moment<'_>) -> String {
    at.key.id().to_owned()
}
