//! Money that came: in time, late, twice, too little. Knows no ways to give it back.

use entities::Money;

use super::decide::ended;
use super::fact::Fact;
use super::state::{Ended, Stage};
use super::step::Step;
use super::{extra, refund};
use crate::order;

/// The gateway says that this much was captured, in a report or in a reply. `charge`: its own id of the money, where a
/// checkout can be paid more than once.
pub(super) fn captured(step: &mut Step<'_>, amount: Money, charge: Option<&str>) {
    // Money counts once, however often and by whatever way we hear of it.
    if step.state.received.is_some() {
        if let Some(charge) = charge.filter(|charge| !step.state.knows(charge)) {
            extra::came(step, charge, amount);
        }
        return;
    }
    let late = match &step.state.stage {
        Stage::Declined | Stage::Expired | Stage::Cancelled => true,
        stage => ended(stage) == Some(Ended::Cancelled),
    };
    let gone_already = step.state.refunded_minor;
    let charge = charge.map(str::to_owned);
    step.record(Fact::FundsCaptured { amount, charge, late });
    if gone_already > 0 {
        returned_before(step, gone_already, amount);
    } else if late {
        // The customer paid after it was given up: keep the record, return the money.
        step.tell_order(order::Message::LateMoney { amount });
        refund::send(step, amount, "paid after the order was closed", "kontor");
    } else if amount != step.terms.amount {
        let wanted = step.terms.amount;
        step.stick(format!("{amount} came, {wanted} was asked for"));
    } else {
        step.tell_order(order::Message::Captured { amount });
    }
}

/// The report of a refund overtook that of the money.
fn returned_before(step: &mut Step<'_>, gone_minor: i64, amount: Money) {
    let gone = Money::new(gone_minor, amount.currency);
    if gone == amount {
        step.tell_order(order::Message::Refunded { amount: gone, whole: true });
    } else {
        step.stick(format!("{amount} came, of which {gone} was returned before we knew"));
    }
}
