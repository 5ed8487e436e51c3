//! Money that goes back: one refund at a time, each known by the gateway's own id.

use entities::Money;

use super::extra;
use super::fact::Fact;
use super::state::{Stage, Unknown, Wanted};
use super::step::Step;
use crate::capability::Refusal;
use crate::gateway::{GatewayOp, STARS};
use crate::order;

/// Refunds of one wish that are sent, each after the gateway was asked and knew of none, before a person looks at it.
const TRIES_MAX: u8 = 3;

/// Somebody wants money to go back.
pub(super) fn wanted(
    step: &mut Step<'_>,
    amount: Money,
    reason: &str,
    by: &str,
) -> Result<(), Refusal> {
    let left = sendable(step, amount)?;
    if step.terms.gateway == STARS && amount.amount_minor < left {
        let reason = format!("Stars go back whole: {left} XTR, not {amount}");
        return Err(Refusal::new("refund-only-whole", reason));
    }
    match &step.state.stage {
        Stage::Refunding { .. } | Stage::Unknown { what: Unknown::Refunding { .. }, .. } => {
            if step.state.wanted.is_some() {
                return Err(Refusal::new("refund-under-way", "another refund is waiting already"));
            }
            let wanted = Wanted { amount, reason: reason.to_owned(), by: by.to_owned() };
            step.record(Fact::RefundQueued { wanted });
        }
        _ => send(step, amount, reason, by),
    }
    Ok(())
}

/// A person returned it at the gateway by hand, and says so.
pub(super) fn recorded(step: &mut Step<'_>, refund: &str, amount: Money) -> Result<(), Refusal> {
    let known = step.state.refunds.iter().any(|known| known == refund);
    if !known && step.state.extra(refund).is_none() {
        sendable(step, amount)?;
    }
    refunded(step, refund, amount);
    Ok(())
}

/// Whether so much is here to go back.
fn sendable(step: &Step<'_>, amount: Money) -> Result<i64, Refusal> {
    let currency = step.state.received.map(|received| received.currency);
    let left = step.state.kept_minor();
    if currency != Some(amount.currency) || amount.amount_minor <= 0 || amount.amount_minor > left {
        let reason = format!("{} holds {left} minor units, not {amount}", step.at.key);
        return Err(Refusal::new("refund-too-large", reason));
    }
    Ok(left)
}

/// Everything that is still here goes back, after the refund that is under way.
pub(super) fn give_back(step: &mut Step<'_>, reason: &str) {
    let (Some(received), left @ 1..) = (step.state.received, step.state.kept_minor()) else {
        return;
    };
    let amount = Money::new(left, received.currency);
    match &step.state.stage {
        Stage::Refunding { .. } | Stage::Unknown { what: Unknown::Refunding { .. }, .. } => {
            let (reason, by) = (reason.to_owned(), step.terms.order.to_string());
            let wanted = Wanted { amount, reason, by };
            step.record(Fact::RefundQueued { wanted });
        }
        _ => {
            let by = step.terms.order.to_string();
            send(step, amount, reason, &by);
        }
    }
}

/// Asks the gateway to send it back.
pub(super) fn send(step: &mut Step<'_>, amount: Money, reason: &str, by: &str) {
    let Some(checkout) = step.state.checkout.clone() else {
        step.stick(format!("{amount} is to go back ({reason}), but the checkout is not known"));
        return;
    };
    let (reason, by) = (reason.to_owned(), by.to_owned());
    step.record(Fact::RefundAsked { amount, reason: reason.clone(), by });
    let charge = step.state.charge.clone();
    step.ask_gateway(GatewayOp::Refund { checkout, charge, amount, reason });
}

/// The gateway was asked and knows of no refund: it is safe to send it again.
pub(super) fn send_again(step: &mut Step<'_>, amount: Money, reason: &str, tries: u8) {
    let checkout = step.state.checkout.clone();
    match checkout {
        Some(checkout) if tries < TRIES_MAX => {
            step.record(Fact::RefundRepeated);
            let (charge, reason) = (step.state.charge.clone(), reason.to_owned());
            step.ask_gateway(GatewayOp::Refund { checkout, charge, amount, reason });
        }
        _ => {
            step.stick(format!("the refund of {amount} was sent {tries} times and never happened"))
        }
    }
}

/// The gateway says that this refund happened; each counts once.
pub(super) fn refunded(step: &mut Step<'_>, refund: &str, amount: Money) {
    if step.state.refunds.iter().any(|known| known == refund) {
        return;
    }
    // Telegram's refunds have the id of their charge.
    if step.state.extra(refund).is_some() {
        return extra::returned(step, refund);
    }
    let known = step.state.received;
    step.record(Fact::FundsRefunded { refund: refund.to_owned(), amount });
    // Its money has not been reported yet; `incoming` makes sense of both.
    let Some(received) = known else { return };
    let kept = step.state.kept_minor();
    if kept < 0 || received.currency != amount.currency {
        step.stick(format!("{amount} went back, more than the {received} that came"));
        return;
    }
    step.tell_order(order::Message::Refunded { amount, whole: kept == 0 });
    if let (Some(next), Stage::Captured | Stage::Fulfilled | Stage::Stuck { .. }) =
        (step.state.wanted.clone(), &step.state.stage)
    {
        let amount = Money::new(next.amount.amount_minor.min(kept), received.currency);
        send(step, amount, &next.reason, &next.by);
    }
}
