//! The payment's customer is erased: it goes on under a pseudonym. Its bookings name nobody and stay.

use entities::Key;

use super::fact::Fact;
use super::state::{ExtraFate, Stage};
use super::step::Step;
use crate::capability::Refusal;

/// # Errors
/// While money is awaited, under way, or in a person's hands.
pub(super) fn forget(step: &mut Step<'_>, customer: &Key) -> Result<(), Refusal> {
    let is_over = matches!(
        step.state.stage,
        Stage::Fulfilled | Stage::Declined | Stage::Expired | Stage::Cancelled | Stage::Refunded
    );
    if step.terms.customer == *customer {
        return Ok(());
    }
    let returning = step.state.extras.iter().any(|extra| extra.fate != ExtraFate::Returned);
    if !is_over || returning || step.state.wanted.is_some() {
        let reason = format!("{} is still under way", step.at.key);
        return Err(Refusal::new("payment-open", reason));
    }
    step.record(Fact::CustomerForgotten { pseudonym: customer.clone() });
    Ok(())
}
