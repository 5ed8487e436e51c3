//! The order's customer is erased: it goes on under a pseudonym. Whatever an order learns about its customer besides
//! their session goes here.

use entities::{Key, Row};

use super::Order;
use super::state::{Fact, State};
use super::step::row;
use crate::capability::{Decision, Moment, Refusal};

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
    if !state.stage.is_over() {
        return Err(Refusal::new("order-open", format!("{} is still under way", at.key)));
    }
    let fact = Fact::CustomerForgotten { pseudonym: customer.clone() };
    let mut after = state.clone();
    after.apply(&fact);
    let mut decision = Decision::of(fact);
    decision.rows.extend(row(&after, at).map(Row::Order));
    Ok(decision)
}
