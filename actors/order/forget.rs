//! The order's customer is erased: it goes on under a pseudonym. Whatever an order learns about its customer besides
//! their session goes here.

use entities::{Key, Row};

use super::Order;
use super::state::{Fact, Stage, State};
use super::step::{line_rows, row};
use crate::capability::{Decision, Moment, Refusal};
use crate::clock::to_ms;

/// A paid order that is neither packed nor sent for so long will not be.
const SILENCE: time::Duration = time::Duration::days(30);

/// # Errors
/// While something is still awaited: goods or money would go to nobody.
pub(super) fn forget(
    state: &State,
    at: &Moment<'_>,
    customer: &Key,
) -> Result<Decision<Order>, Refusal> {
    if state.customer.is_none() || state.customer.as_ref() == Some(customer) {
        return Ok(Decision::nothing());
    }
    if is_under_way(state, at) {
        return Err(Refusal::new("order-open", format!("{} is still under way", at.key)));
    }
    let fact = Fact::CustomerForgotten { pseudonym: customer.clone() };
    let mut after = state.clone();
    after.apply(&fact);
    let mut decision = Decision::of(fact);
    decision.rows.extend(row(&after, at).map(Row::Order));
    // Without the notes.
    decision.rows.extend(line_rows(&after.lines, at));
    Ok(decision)
}

/// Whether somebody still needs to know whose it is. What was sent needs no address any more, nor does what the shop has
/// said nothing of for so long.
fn is_under_way(state: &State, at: &Moment<'_>) -> bool {
    let silence_ms = SILENCE.whole_milliseconds() as i64;
    match state.stage {
        Stage::Shipped => false,
        Stage::Confirmed | Stage::Processing => to_ms(at.now) < state.placed_ms + silence_ms,
        _ => !state.stage.is_over(),
    }
}
