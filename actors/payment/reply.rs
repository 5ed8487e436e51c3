//! What came of our questions to the gateway: yes, no, or nobody knows. A reply may come after the stage went on.

use super::state::{Ended, Fact, Stage, Unknown};
use super::step::Step;
use super::{closing, decide, incoming, refund};
use crate::intent::{GatewayOp, GatewayReply, Outcome};
use crate::order;

pub(super) fn heard(step: &mut Step<'_>, op: &GatewayOp, outcome: &Outcome) {
    let reply = match outcome {
        Outcome::Gateway(reply) => reply.clone(),
        Outcome::Refused { reason, .. } => GatewayReply::Rejected { reason: reason.clone() },
        Outcome::Stuck { reason } => return nobody_knows(step, op, reason),
        Outcome::Sent { .. } | Outcome::Done | Outcome::Replied { .. } => {
            return nobody_knows(step, op, "the gateway's reply was not understood");
        }
    };
    match &reply {
        // Money is money, whatever was asked.
        GatewayReply::Captured { amount } if step.state.received.is_none() => {
            incoming::captured(step, *amount);
        }
        GatewayReply::Refunded { refund, amount } if !step.state.refunds.contains(refund) => {
            refund::refunded(step, refund, *amount);
        }
        reply => match op {
            GatewayOp::OpenCheckout { .. } => opened(step, reply),
            GatewayOp::ExpireCheckout { .. } => closed(step, reply),
            GatewayOp::Refund { .. } => sent_back(step, reply),
            GatewayOp::AskCheckout { .. } => told(step, reply),
        },
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
        (GatewayOp::AskCheckout { .. }, Stage::Unknown { .. }) => step.ask_later(),
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
        GatewayReply::Open | GatewayReply::Captured { .. } | GatewayReply::Refunded { .. } => {
            lost_again(step, Unknown::Opening { ended });
        }
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
        GatewayReply::Captured { .. } | GatewayReply::Refunded { .. } => {}
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
                    step.ask_gateway(GatewayOp::ExpireCheckout { checkout });
                }
            }
            _ => step.ask_later(),
        },
        Stage::Unknown { what: Unknown::Refunding { amount, reason, tries }, .. } => match reply {
            GatewayReply::Captured { .. } => refund::send_again(step, amount, &reason, tries),
            _ => step.ask_later(),
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
        Stage::Unknown { .. } => step.ask_later(),
        _ => step.lose_sight(what, "the gateway's reply was not understood".to_owned()),
    }
}
