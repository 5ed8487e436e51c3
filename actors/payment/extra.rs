//! Money that came once more for the same purchase (Telegram lets an invoice be paid twice): recorded, and returned,
//! apart from the payment's own course.

use entities::Money;

use super::fact::Fact;
use super::state::{ExtraFate, Timer};
use super::step::Step;
use crate::gateway::{GatewayOp, GatewayReply};
use crate::intent::Outcome;
use crate::session;

pub(super) fn came(step: &mut Step<'_>, charge: &str, amount: Money) {
    step.record(Fact::ExtraFunds { charge: charge.to_owned(), amount });
    let order = step.terms.order.clone();
    step.tell_customer(session::Message::PaidTwice { order, amount });
    send(step, charge, amount);
}

/// A charge is returned once, however often it is asked for.
fn send(step: &mut Step<'_>, charge: &str, amount: Money) {
    let checkout = step.state.checkout.clone().unwrap_or_default();
    let (charge, reason) = (Some(charge.to_owned()), "paid twice".to_owned());
    step.ask_gateway(GatewayOp::Refund { checkout, charge, amount, reason });
}

/// What came of returning it.
pub(super) fn answered(step: &mut Step<'_>, charge: &str, outcome: &Outcome) {
    let Some(ExtraFate::Returning { lost }) = step.state.extra(charge).map(|it| it.fate.clone())
    else {
        return;
    };
    match outcome {
        Outcome::Gateway(GatewayReply::Refunded { .. }) => returned(step, charge),
        Outcome::Gateway(GatewayReply::Rejected { reason } | GatewayReply::Declined { reason })
        | Outcome::Refused { reason, .. } => hold(step, charge, reason),
        Outcome::Stuck { reason } => {
            let (lost, words) = (lost + 1, reason.clone());
            step.record(Fact::ExtraLost { charge: charge.to_owned(), lost, words });
            match step.returned_again_at(lost) {
                Some(deadline) => step.wait(Timer::Extras, deadline),
                None => hold(step, charge, "the gateway never said whether it went back"),
            }
        }
        _ => {
            hold(step, charge, "the gateway's reply was not understood");
        }
    }
}

/// It went back, by us or by somebody else.
pub(super) fn returned(step: &mut Step<'_>, charge: &str) {
    let Some(extra) = step.state.extra(charge).filter(|it| it.fate != ExtraFate::Returned) else {
        return;
    };
    let (charge, amount) = (charge.to_owned(), extra.amount);
    step.record(Fact::ExtraReturned { charge, amount });
    let order = step.terms.order.clone();
    step.tell_customer(session::Message::MoneyReturned { order, amount });
}

/// The deadline has come: what is not known to have gone back is sent again.
pub(super) fn again(step: &mut Step<'_>) {
    let waiting = |fate: &ExtraFate| matches!(fate, ExtraFate::Returning { lost: 1.. });
    let extras: Vec<(String, Money)> = step
        .state
        .extras
        .iter()
        .filter(|extra| waiting(&extra.fate))
        .map(|extra| (extra.charge.clone(), extra.amount))
        .collect();
    for (charge, amount) in extras {
        send(step, &charge, amount);
    }
}

fn hold(step: &mut Step<'_>, charge: &str, reason: &str) {
    let Some(amount) = step.state.extra(charge).map(|extra| extra.amount) else {
        return;
    };
    let reason = format!("paid twice, and {charge} was not returned: {reason}");
    step.record(Fact::ExtraHeld { charge: charge.to_owned(), reason: reason.clone() });
    step.tell_owner(amount, reason);
}
