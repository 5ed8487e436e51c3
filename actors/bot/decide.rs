//! When a bot's epoch begins: pure. Update ids are unique within an epoch only.

use serde_json::json;

use super::state::{Fact, Seen, State};
use super::{Bot, Message};
use crate::capability::{Answer, Decision, Input, Moment, Refusal};
use crate::clock::to_ms;

/// The last update is noted this often: enough to know an idle week, too seldom to cost anything.
const NOTED_EVERY_MS: i64 = 3_600_000;

pub(super) fn decide(
    state: &State,
    input: &Input<Bot>,
    at: &Moment<'_>,
) -> Result<Decision<Bot>, Refusal> {
    let message = match input {
        Input::Message(message) => message,
        Input::Timer(timer) => match *timer {},
        Input::Result { .. } => return Ok(Decision::nothing()),
    };
    match message {
        Message::OpenIntake { api_url } if *api_url == state.api_url && state.epoch > 0 => {
            Ok(Decision::nothing().answer(epoch(state)))
        }
        Message::OpenIntake { api_url } => Ok(begin(state, api_url, None)),
        Message::IdsJumped { .. } if state.epoch == 0 => {
            Err(Refusal::new("intake-closed", "ids jumped before intake was opened"))
        }
        // Told again: the epoch began with this very id.
        Message::IdsJumped { new_id, .. } if state.jumped_to == Some(*new_id) => {
            Ok(Decision::nothing().answer(epoch(state)))
        }
        Message::IdsJumped { new_id, .. } => Ok(begin(state, &state.api_url, Some(*new_id))),
        Message::Seen { update_id } => {
            let at_ms = to_ms(at.now);
            // A clock that was set back does not keep the note for ever.
            let fresh = |seen: &Seen| (seen.at_ms..seen.at_ms + NOTED_EVERY_MS).contains(&at_ms);
            if state.seen.as_ref().is_some_and(fresh) {
                return Ok(Decision::nothing());
            }
            Ok(Decision::of(Fact::UpdateSeen(Seen { update_id: *update_id, at_ms })))
        }
        Message::Poll => Ok(Decision::nothing()),
    }
}

fn begin(state: &State, api_url: &str, jumped_to: Option<i64>) -> Decision<Bot> {
    let fact = Fact::EpochBegan { epoch: state.epoch + 1, api_url: api_url.to_owned(), jumped_to };
    let mut after = state.clone();
    after.apply(&fact);
    Decision::of(fact).answer(epoch(&after))
}

fn epoch(state: &State) -> Answer {
    Answer::Value(json!({
        "epoch": state.epoch,
        "last_id": state.seen.map(|seen| seen.update_id),
        "seen_ms": state.seen.map(|seen| seen.at_ms),
    }))
}
