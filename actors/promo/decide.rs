//! What a promo code does: pure. Never given out more often than its terms say.

use entities::{Key, Money, PromoRow, Row};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::state::{Fact, Hold, State, Terms, Timer, discount, fingerprint};
use super::{Message, Promo};
use crate::capability::{Answer, Decision, Input, Moment, Refusal, TimerChange};
use crate::clock::to_ms;
use crate::intent::Intent;
use crate::{order, session};

/// How much longer than the order's window it is held: the order asks its gateway first, then releases it.
const GRACE: Duration = Duration::minutes(10);
/// How long a use can be given back.
const RECENT: Duration = Duration::days(14);

pub(super) fn decide(
    state: &State,
    input: &Input<Promo>,
    at: &Moment<'_>,
) -> Result<Decision<Promo>, Refusal> {
    Ok(match input {
        Input::Message(Message::Set { terms }) => return set(state, at, terms),
        Input::Message(Message::Quote { session }) => quote(state, at, session),
        Input::Message(Message::Take { order, customer, subtotal, amount, until }) => {
            let wish = Wish { subtotal: *subtotal, amount: *amount };
            let hold =
                Hold { customer: fingerprint(customer), until: (*until).max(at.now) + GRACE };
            take(state, at, order, (wish, hold))
        }
        Input::Message(Message::Release { order }) => match is_known(state, order) {
            true => done(state, at, vec![Fact::Released { order: order.clone() }]),
            false => Decision::nothing(),
        },
        Input::Message(Message::Commit { order }) => commit(state, at, order),
        Input::Timer(Timer::Overdue) => {
            let late = state.held.iter().filter(|(_, hold)| hold.until <= at.now);
            let released = late.map(|(order, _)| Fact::Released { order: order.clone() });
            done(state, at, released.collect())
        }
        // A promo code tells actors only, and those intents want no report.
        Input::Result { .. } => Decision::nothing(),
    })
}

fn set(state: &State, at: &Moment<'_>, terms: &Terms) -> Result<Decision<Promo>, Refusal> {
    let gives = usize::from(terms.percent > 0) + usize::from(!terms.amounts.is_empty());
    if gives != 1 || terms.percent > 100 || terms.amounts.values().any(|minor| *minor <= 0) {
        let reason = "a promo code takes off 1 to 100 percent, or an amount";
        return Err(Refusal::new("promo-terms", reason));
    }
    let decision = done(state, at, vec![Fact::TermsSet { terms: terms.clone() }]);
    Ok(decision.answer(Answer::Value(json!({ "used": state.used, "held": state.held.len() }))))
}

/// What keeps somebody from using it now; the key of a text.
fn obstacle(state: &State, at: &Moment<'_>, customer: u64) -> Option<&'static str> {
    let Some(terms) = &state.terms else {
        return Some("promo-unknown");
    };
    if terms.until_ms.is_some_and(|until_ms| until_ms <= to_ms(at.now)) {
        return Some("promo-over");
    }
    if state.is_taken_by(customer) {
        return Some("promo-once");
    }
    (state.left() == 0).then_some("promo-used-up")
}

fn quote(state: &State, at: &Moment<'_>, session: &Key) -> Decision<Promo> {
    let code = at.key.id().to_owned();
    let message = match (obstacle(state, at, fingerprint(session)), &state.terms) {
        (None, Some(terms)) => session::Message::PromoQuoted { code, terms: terms.clone() },
        (reason, _) => {
            let reason = reason.unwrap_or("promo-unknown").to_owned();
            session::Message::PromoUnknown { code, reason }
        }
    };
    Decision::nothing().then(Intent::Tell { to: session.clone(), message: message.into() })
}

struct Wish {
    subtotal: Money,
    amount: Money,
}

fn take(
    state: &State,
    at: &Moment<'_>,
    order: &Key,
    (wish, hold): (Wish, Hold),
) -> Decision<Promo> {
    let code = at.key.id().to_owned();
    // Once per order: the repetition gets the same answer and holds nothing more.
    if is_known(state, order) {
        return Decision::nothing().then(tell(order, order::Message::PromoHeld { code }));
    }
    let gives = state.terms.as_ref().and_then(|terms| discount(terms, wish.subtotal));
    if obstacle(state, at, hold.customer).is_some() || gives != Some(wish.amount) {
        return Decision::nothing().then(tell(order, order::Message::PromoRefused { code }));
    }
    let fact = Fact::Held { order: order.clone(), hold };
    done(state, at, vec![fact]).then(tell(order, order::Message::PromoHeld { code }))
}

fn commit(state: &State, at: &Moment<'_>, order: &Key) -> Decision<Promo> {
    if state.recent.contains_key(order) {
        return Decision::nothing();
    }
    // Paid after its hold had run out: it was promised, so it counts, whoever has it now.
    let customer = state.held.get(order).map_or(0, |hold| hold.customer);
    let hold = Hold { customer, until: at.now };
    done(state, at, vec![Fact::Used { order: order.clone(), hold }])
}

fn is_known(state: &State, order: &Key) -> bool {
    state.held.contains_key(order) || state.recent.contains_key(order)
}

/// The facts with the row and the timer that follow from them.
fn done(state: &State, at: &Moment<'_>, mut facts: Vec<Fact>) -> Decision<Promo> {
    let before_ms = to_ms(at.now - RECENT);
    if state.recent.values().any(|hold| to_ms(hold.until) < before_ms) {
        facts.push(Fact::Forgotten { before_ms });
    }
    let mut after = state.clone();
    for fact in &facts {
        after.apply(fact);
    }
    let earliest = |state: &State| -> Option<OffsetDateTime> {
        state.held.values().map(|hold| hold.until).min()
    };
    let timers = match (earliest(state), earliest(&after)) {
        (_, Some(until)) => vec![TimerChange::Set(Timer::Overdue, until)],
        (Some(_), None) => vec![TimerChange::Clear(Timer::Overdue)],
        (None, None) => Vec::new(),
    };
    let rows = match (&after.terms, facts.is_empty()) {
        (Some(terms), false) => vec![row(&after, terms, at)],
        _ => Vec::new(),
    };
    Decision { facts, timers, rows, ..Decision::nothing() }
}

fn row(state: &State, terms: &Terms, at: &Moment<'_>) -> Row {
    Row::Promo(PromoRow {
        code: at.key.id().to_owned(),
        terms: serde_json::to_string(terms).expect("terms are plain data"),
        held: state.held.len() as i64,
        used: i64::from(state.used),
        changed_ms: to_ms(at.now),
    })
}

fn tell(order: &Key, message: order::Message) -> Intent {
    Intent::Tell { to: order.clone(), message: message.into() }
}
