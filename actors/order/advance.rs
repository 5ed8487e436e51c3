//! The shop's side of a paid order: packed, sent, delivered. Never backwards. Knows no money.

use serde_json::json;

use super::Order;
use super::parts::{Progress, Tracking};
use super::state::{Fact, Stage, State};
use super::step::step;
use crate::capability::{Answer, Decision, Moment, Refusal};

/// A button copies at most so much.
const TRACKING_MAX_CHARS: usize = 256;
const URL_MAX_CHARS: usize = 512;

pub(super) fn advance(
    state: &State,
    at: &Moment<'_>,
    (to, tracking): (Progress, Option<&Tracking>),
    by: &str,
) -> Result<Decision<Order>, Refusal> {
    if let Some(reason) = tracking.and_then(unreadable) {
        return Err(Refusal::new("tracking-unreadable", reason));
    }
    let so_far = match state.stage {
        Stage::Confirmed => None,
        Stage::Processing => Some(Progress::Processing),
        Stage::Shipped => Some(Progress::Shipped),
        Stage::Delivered => Some(Progress::Delivered),
        _ => {
            let reason = format!("{} is {} and cannot be sent", at.key, state.stage.name());
            return Err(Refusal::new("order-not-advanced", reason));
        }
    };
    // The number of the parcel may be known later than that it was sent.
    let news = tracking.is_some_and(|tracking| state.tracking.as_ref() != Some(tracking));
    if so_far == Some(to) && !news {
        return Ok(Decision::nothing().answer(told(state.stage.name())));
    }
    if so_far > Some(to) {
        let reason = format!("{} is {} already", at.key, state.stage.name());
        return Err(Refusal::new("order-not-advanced", reason));
    }
    let fact = Fact::Advanced { to, tracking: tracking.cloned(), by: by.to_owned() };
    let mut after = state.clone();
    after.apply(&fact);
    Ok(step(state, at, fact).answer(told(after.stage.name())))
}

fn told(state: &str) -> Answer {
    Answer::Value(json!({ "state": state }))
}

fn unreadable(tracking: &Tracking) -> Option<String> {
    let number = tracking.number.trim();
    if number.is_empty() || number.chars().count() > TRACKING_MAX_CHARS {
        return Some(format!("a tracking number has 1 to {TRACKING_MAX_CHARS} characters"));
    }
    let url = tracking.url.as_deref()?;
    let good = url.starts_with("https://") || url.starts_with("http://");
    (!good || url.chars().count() > URL_MAX_CHARS || url.contains(char::is_whitespace))
        .then(|| format!("'{url}' is not a link: write https://…"))
}
