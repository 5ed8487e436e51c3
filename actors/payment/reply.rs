//! What came of our questions to the gateway: yes, no, or nobody knows. A reply may come after the stage went on.

use super::fact::Fact;
use super::state::{Ended, Stage, Unknown};
use super::step::Step;
use super::{closing, decide, extra, incoming, refund};
use crate::gateway::{GatewayOp, GatewayReply};
use crate::intent::Outcome;
use crate::order;

const NOT_UNDERSTOOD: &str = "the gateway's reply was not understood";

pub(super) fn heard(step: &mut Step<'_>, op: &GatewayOp, outcome: &Outcome) {
    if let GatewayOp::Refund { charge: Some(charge), .. } = op
        && step.state.extra(charge).is_some()
    {
        return extra::answered(step, charge, outcome);
    }
    let reply = match outcome {
        Outcome::Gateway(reply) => reply.clone(),
        Outcome::Refused { reason, .. } => GatewayReply::Rejected { reason: reason.clone() },
        Outcome::Stuck { reason } => return nobody_knows(step, op, reason),
        Outcome::Sent { .. } | Outcome::Done | Outcome::Replied { .. } => {
            return nobody_knows(step, op, NOT_UNDERSTOOD);
        }
    };
    // Money is money, whatever was asked.
    if money_moved(step, &reply) {
        return;
    }
    match op {
        GatewayOp::OpenCheckout { .. } => opened(step, &reply),
        GatewayOp::ExpireCheckout { .. } => closed(step, &reply),
        GatewayOp::Refund { .. } => sent_back(step, &reply),
        GatewayOp::AskCheckout { .. } => told(step, &reply),
        // No payment asks these.
        GatewayOp::OpenSubscription { .. }
        | GatewayOp::EditSubscription { .. }
        | GatewayOp::ReadStars { .. } => {}
    }
}

/// Books what was not known yet: the money, and each refund of it. Says whether that explains what was in doubt.
fn money_moved(step: &mut Step<'_>, reply: &GatewayReply) -> bool {
    match reply {
        GatewayReply::Captured { amount, charge, refunds } => {
            let mut news = false;
            let charge = charge.as_deref();
            if step.state.received.is_none() || charge.is_some_and(|id| !step.state.knows(id)) {
                incoming::captured(step, *amount, charge);
                news = true;
            }
            for made in refunds {
                if !step.state.refunds.contains(&made.refund) {
                    refund::refunded(step, &made.refund, made.amount);
                    news = true;
                }
            }
            let refunding =
                matches!(step.state.stage, Stage::Unknown { what: Unknown::Refunding { .. }, .. });
            // Other refunds than the one in doubt explain nothing.
            news && !refunding
        }
        GatewayReply::Refunded { refund, amount } if !step.state.refunds.contains(refund) => {
            refund::refunded(step, refund, *amount);
            true
        }
        _ => false,
    }
}

fn nobody_knows(step: &mut Step<'_>, op: &GatewayOp, reason: &str) {
    let reason = reason.to_owned();
    match (op, step.state.stage.clone()) {
        (GatewayOp::OpenCheckout { .. }, Stage::AwaitingCheckout { ended }) => {
            step.lose_sight(Unknown::Opening { ended }, reason);
        }
        (GatewayOp::ExpireCheckout { .. }, Stage::Closing { ended }) => {
            step.lose_sight(Unknown::Closing { ended }, reason);
        }
        (GatewayOp::Refund { .. }, Stage::Refunding { amount, reason: why, tries }) => {
            step.lose_sight(Unknown::Refunding { amount, reason: why, tries }, reason);
        }
        (GatewayOp::AskCheckout { .. }, Stage::Unknown { .. }) => step.ask_later(&reason),
        // The stage went on without this answer.
        _ => {}
    }
}

/// What came of opening a checkout, or of asking for the one that may have been opened.
fn opened(step: &mut Step<'_>, reply: &GatewayReply) {
    let ended = match &step.state.stage {
        Stage::AwaitingCheckout { ended }
        | Stage::Unknown { what: Unknown::Opening { ended }, .. } => *ended,
        _ => return,
    };
    match reply {
        GatewayReply::Opened { checkout, url } => {
            let late = step.at.now >= step.terms.until;
            step.record(Fact::CheckoutOpened { checkout: checkout.clone(), url: url.clone() });
            match ended.or(late.then_some(Ended::Expired)) {
                Some(ended) => closing::begin(step, ended),
                None => step.tell_order(order::Message::PaymentReady { url: url.clone() }),
            }
        }
        GatewayReply::Rejected { reason } | GatewayReply::Declined { reason } => {
            step.record(Fact::CheckoutRefused { reason: reason.clone() });
            match ended {
                None => {
                    step.tell_order(order::Message::PaymentFailed { reason: reason.clone() });
                }
                Some(Ended::Expired) => step.tell_order(order::Message::PaymentExpired),
                Some(Ended::Cancelled) => {}
            }
        }
        GatewayReply::Expired => closing::expired(step, "expired"),
        // It is there, but which one, and where the customer would pay, is not said.
        GatewayReply::Open
        | GatewayReply::Captured { .. }
        | GatewayReply::Refunded { .. }
        | GatewayReply::Edited
        | GatewayReply::Stars(_) => lost_again(step, Unknown::Opening { ended }),
    }
}

fn closed(step: &mut Step<'_>, reply: &GatewayReply) {
    let Stage::Closing { ended } = step.state.stage else {
        return;
    };
    match reply {
        GatewayReply::Expired => closing::close(step, ended, "expired"),
        // It cannot be closed; should somebody pay after all, the money goes back.
        GatewayReply::Open | GatewayReply::Opened { .. } => {
            closing::close(step, ended, "left open by the gateway");
        }
        GatewayReply::Declined { reason } | GatewayReply::Rejected { reason } => {
            closing::close(step, ended, reason);
        }
        GatewayReply::Captured { .. }
        | GatewayReply::Refunded { .. }
        | GatewayReply::Edited
        | GatewayReply::Stars(_) => {}
    }
}

fn sent_back(step: &mut Step<'_>, reply: &GatewayReply) {
    let Stage::Refunding { amount, reason, tries } = step.state.stage.clone() else {
        return;
    };
    match reply {
        GatewayReply::Rejected { reason: words } | GatewayReply::Declined { reason: words } => {
            step.stick(format!("the refund of {amount} was refused: {words}"));
        }
        _ => lost_again(step, Unknown::Refunding { amount, reason, tries }),
    }
}

/// What the gateway knows, asked after an outcome was lost, or by a person.
fn told(step: &mut Step<'_>, reply: &GatewayReply) {
    match step.state.stage.clone() {
        Stage::AwaitingCheckout { .. } | Stage::Unknown { what: Unknown::Opening { .. }, .. } => {
            opened(step, reply);
        }
        Stage::Unknown { what: Unknown::Closing { ended }, .. } => match reply {
            GatewayReply::Expired => closing::close(step, ended, "expired"),
            // No money has come, and closing it did not work: what comes now goes back.
            GatewayReply::Open | GatewayReply::Opened { .. } | GatewayReply::Declined { .. } => {
                closing::close(step, ended, "still open at the gateway");
                if let Some(checkout) = step.state.checkout.clone() {
                    closing::expire(step, checkout);
                }
            }
            reply => step.ask_later(&words_of(reply)),
        },
        Stage::Unknown { what: Unknown::Refunding { amount, reason, tries }, .. } => match reply {
            GatewayReply::Captured { .. } => refund::send_again(step, amount, &reason, tries),
            reply => step.ask_later(&words_of(reply)),
        },
        Stage::AwaitingFunds | Stage::Closing { .. } | Stage::Stuck { .. } => match reply {
            GatewayReply::Expired => closing::expired(step, "expired"),
            GatewayReply::Declined { reason } => decide::declined(step, reason),
            _ => {}
        },
        _ => {}
    }
}

/// No answer to the question: as good as none.
fn lost_again(step: &mut Step<'_>, what: Unknown) {
    match &step.state.stage {
        Stage::Unknown { .. } => step.ask_later(NOT_UNDERSTOOD),
        _ => step.lose_sight(what, NOT_UNDERSTOOD.to_owned()),
    }
}

/// A reply that settles nothing, for whoever reads the history.
fn words_of(reply: &GatewayReply) -> String {
    match reply {
        GatewayReply::Rejected { reason } | GatewayReply::Declined { reason } => reason.clone(),
        GatewayReply::Open | GatewayReply::Opened { .. } => "it is open".to_owned(),
        GatewayReply::Expired => "it is closed, and no money came".to_owned(),
        _ => NOT_UNDERSTOOD.to_owned(),
    }
}
