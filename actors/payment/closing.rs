//! How a payment ends without money: the gateway has the last word, since money may move in between.

use time::Duration;

use super::fact::Fact;
use super::refund;
use super::state::{Ended, Stage, Timer, Unknown};
use super::step::Step;
use crate::clock::from_ms;
use crate::gateway::GatewayOp;
use crate::order;

/// Telegram was told that it may take the money: it does so within this, and then says so.
const APPROVED_FOR: Duration = Duration::minutes(1);

/// The customer's time is over.
pub(super) fn window_passed(step: &mut Step<'_>) {
    let approved_until = from_ms(step.state.approved_ms) + APPROVED_FOR;
    if step.state.approved_ms > 0 && step.at.now < approved_until {
        return step.wait(Timer::Window, approved_until);
    }
    match &step.state.stage {
        Stage::AwaitingFunds => begin(step, Ended::Expired),
        // Closed as soon as the gateway says what there is to close.
        Stage::AwaitingCheckout { ended: None }
        | Stage::Unknown { what: Unknown::Opening { ended: None }, .. } => {
            step.record(Fact::ClosingBegan { ended: Ended::Expired });
        }
        _ => {}
    }
}

/// The order was cancelled.
pub(super) fn cancel(step: &mut Step<'_>) {
    match &step.state.stage {
        Stage::AwaitingFunds
        | Stage::Unknown { what: Unknown::Closing { ended: Ended::Expired }, .. } => {
            begin(step, Ended::Cancelled);
        }
        Stage::AwaitingCheckout { ended: None | Some(Ended::Expired) }
        | Stage::Closing { ended: Ended::Expired }
        | Stage::Unknown {
            what: Unknown::Opening { ended: None | Some(Ended::Expired) }, ..
        } => step.record(Fact::ClosingBegan { ended: Ended::Cancelled }),
        Stage::Stuck { .. } => cancel_stuck(step),
        // Over already; or the money is here, and the order that hears of it sends it back.
        _ => {}
    }
}

/// A person decided that it shall not be: what came goes back.
fn cancel_stuck(step: &mut Step<'_>) {
    if step.state.received.is_some() {
        refund::give_back(step, "cancelled by the shop");
    } else if step.state.checkout.is_some() {
        begin(step, Ended::Cancelled);
    } else {
        close(step, Ended::Cancelled, "never opened, as far as is known");
    }
}

/// Asks the gateway to take no more money.
pub(super) fn begin(step: &mut Step<'_>, ended: Ended) {
    step.record(Fact::ClosingBegan { ended });
    if let Some(checkout) = step.state.checkout.clone() {
        expire(step, checkout);
    }
}

pub(super) fn expire(step: &mut Step<'_>, checkout: String) {
    let since_ms = step.terms.created_ms;
    step.ask_gateway(GatewayOp::ExpireCheckout { checkout, since_ms });
}

/// The gateway says that the checkout is closed.
pub(super) fn expired(step: &mut Step<'_>, words: &str) {
    match &step.state.stage {
        Stage::AwaitingFunds => close(step, Ended::Expired, words),
        Stage::AwaitingCheckout { ended }
        | Stage::Unknown { what: Unknown::Opening { ended }, .. } => {
            close(step, ended.unwrap_or(Ended::Expired), words);
        }
        Stage::Closing { ended } | Stage::Unknown { what: Unknown::Closing { ended }, .. } => {
            close(step, *ended, words);
        }
        Stage::Stuck { .. } if step.state.received.is_none() => close(step, Ended::Expired, words),
        _ => {}
    }
}

/// It is over, and no money is here.
pub(super) fn close(step: &mut Step<'_>, ended: Ended, words: &str) {
    step.record(Fact::Closed { ended, words: words.to_owned() });
    if ended == Ended::Expired {
        step.tell_order(order::Message::PaymentExpired);
    }
}
