//! A subscription's payments: each counts once, each can go back whole. Knows no offers.

use entities::{Key, Money};
use time::Duration;

use super::decide::Step;
use super::state::Fact;
use crate::capability::Refusal;
use crate::clock::to_ms;
use crate::gateway::GatewayOp;
use crate::intent::Intent;
use crate::{session, stars};

/// What one payment buys where Telegram does not say (its list of Stars does not).
const PERIOD: Duration = Duration::days(30);

/// A payment under our payload: the first, a renewal, or one too many.
pub(super) fn paid(step: &mut Step<'_>, charge: &str, amount: Money, until_ms: Option<i64>) {
    if step.state.charge(charge).is_some() {
        return;
    }
    let now_ms = to_ms(step.at.now);
    let period_ms = PERIOD.whole_milliseconds() as i64;
    let until_ms = until_ms.unwrap_or(step.state.until_ms.max(now_ms) + period_ms);
    let charge = charge.to_owned();
    step.becomes(Fact::Paid { charge, amount, until_ms });
    step.end_at();
}

/// Somebody wants the last payment to go back: renewals stop with it.
pub(super) fn refund(step: &mut Step<'_>, reason: &str, by: &str) -> Result<(), Refusal> {
    let Some(newest) = step.state.newest().cloned() else {
        return Err(Refusal::new("refund-too-large", "nothing of it is here"));
    };
    let (charge, amount) = (newest.charge, newest.amount);
    let (reason, by) = (reason.to_owned(), by.to_owned());
    step.record(Fact::RefundAsked { charge: charge.clone(), reason: reason.clone(), by });
    if step.state.stage.is_on() {
        step.ask_gateway(GatewayOp::EditSubscription { charge: charge.clone(), canceled: true });
    }
    let checkout = step.at.key.to_string();
    step.ask_gateway(GatewayOp::Refund { checkout, charge: Some(charge), amount, reason });
    Ok(())
}

/// It went back: what it paid for is over.
pub(super) fn returned(step: &mut Step<'_>, charge: &str, amount: Money) {
    let Some(known) = step.state.charge(charge).filter(|known| !known.returned) else {
        return;
    };
    let last = step.state.newest().is_some_and(|newest| newest.charge == known.charge);
    step.record(Fact::Returned { charge: charge.to_owned(), amount });
    let news = session::Message::MoneyReturned { order: step.at.key.clone(), amount };
    let to = step.terms.customer.clone();
    step.decision.intents.push(Intent::Tell { to, message: news.into() });
    if last && step.state.stage.is_on() {
        step.becomes(Fact::Ended);
    }
}

/// Telegram's list of Stars has this movement: what we never heard of counts from now on, and is named.
pub(super) fn reconcile(
    step: &mut Step<'_>,
    by: &Key,
    charge: &str,
    (amount, back): (Money, bool),
) {
    let known = step.state.charge(charge);
    match (back, known.map(|known| known.returned)) {
        (false, Some(_)) | (true, Some(true)) => return,
        (false, None) => paid(step, charge, amount, None),
        (true, Some(false)) => returned(step, charge, amount),
        // Older than what is remembered: the money itself was booked once.
        (true, None) => step.record(Fact::Returned { charge: charge.to_owned(), amount }),
    }
    let (payment, charge) = (step.at.key.clone(), charge.to_owned());
    let missed = stars::Message::Missed { payment, charge, amount, back };
    step.decision.intents.push(Intent::Tell { to: by.clone(), message: missed.into() });
}
