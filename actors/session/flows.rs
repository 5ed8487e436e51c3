//! Dialogues that are data: begun, answered, reminded. The hot path of a busy bot: one send, one state.

use std::sync::Arc;

use entities::{AnswerRow, Row};

use super::state::{Fact, Step};
use super::turn::Turn;
use super::{decide, home, product};
use crate::clock::to_ms;
use crate::flow::{self, Flow, FlowRun, Outcome, Say, Verdict, WebhookCall};
use crate::intent::{self, Button, Intent, Keyboard, Lane, Method, ReplyButton};

pub(super) fn begin(turn: &mut Turn<'_>, flow: &Arc<Flow>) {
    turn.step_to(Step::Idle);
    let outcome = flow.start(turn.lang(), turn.at.now);
    went(turn, flow, None, outcome);
}

pub(super) fn answer(turn: &mut Turn<'_>, input: flow::Input<'_>) {
    let Some((flow, run)) = running(turn) else {
        return gone(turn);
    };
    let before = run.clone();
    let outcome = flow.answer(run, input, turn.lang(), turn.at.now);
    went(turn, &flow, Some(before), outcome);
}

/// A flow's button; what is shown beside it for a moment.
pub(super) fn pressed(
    turn: &mut Turn<'_>,
    press: flow::Press<'_>,
    message_id: Option<i64>,
) -> Option<String> {
    let Some((flow, run)) = running(turn) else {
        if turn.state.run.is_some() {
            gone(turn);
        } else if let Some(message_id) = message_id {
            take_buttons(turn, message_id);
        }
        return Some(turn.plain("button-old", &[]));
    };
    let before = run.clone();
    let outcome = flow.answer(run, flow::Input::Press(press), turn.lang(), turn.at.now);
    let toast = match &outcome.verdict {
        Verdict::Accepted { chosen } => chosen.clone(),
        Verdict::Stale => Some(turn.plain("button-old", &[])),
        _ => None,
    };
    let settled = matches!(outcome.verdict, Verdict::Accepted { .. } | Verdict::Stale);
    if let (true, Some(message_id)) = (settled, message_id) {
        take_buttons(turn, message_id);
    }
    went(turn, &flow, Some(before), outcome);
    toast
}

pub(super) fn time_out(turn: &mut Turn<'_>) {
    let Some((flow, run)) = running(turn) else {
        if turn.state.run.is_some() {
            turn.flow_to(None);
        }
        return;
    };
    // Nobody hears it; the run waits for their return.
    if !turn.state.is_reachable() {
        return;
    }
    let before = run.clone();
    let outcome = flow.time_out(run, turn.lang(), turn.at.now);
    if outcome.verdict == Verdict::Early {
        // The clock was set back: the deadline stands again.
        return turn.flow_to(outcome.run);
    }
    told(turn, &flow, Some(before), outcome, Lane::Notice);
}

/// What came of a question to a webhook.
pub(super) fn replied(turn: &mut Turn<'_>, call: &WebhookCall, outcome: &intent::Outcome) {
    // Whoever left meanwhile, or began another flow, waits for nothing.
    let Some((flow, run)) = running(turn) else {
        return;
    };
    let answers = match outcome {
        intent::Outcome::Replied { answers } => Some(answers),
        _ => None,
    };
    let reply = flow::Replied { mark: &call.mark, answers };
    let before = run.clone();
    let outcome = flow.replied(run, reply, turn.lang(), turn.at.now);
    if outcome.verdict != Verdict::Stale {
        told(turn, &flow, Some(before), outcome, Lane::Answer);
    }
}

/// The run and the version that it began with.
fn running(turn: &Turn<'_>) -> Option<(Arc<Flow>, FlowRun)> {
    let run = turn.state.run.as_ref()?;
    let flow = turn.at.house.flows.get(&run.flow, &run.version)?;
    Some((flow.clone(), (**run).clone()))
}

/// The version is no longer known: nobody is left in a dialogue that cannot go on.
fn gone(turn: &mut Turn<'_>) {
    turn.flow_to(None);
    home::hint(turn);
}

fn went(turn: &mut Turn<'_>, flow: &Arc<Flow>, before: Option<FlowRun>, outcome: Outcome) {
    told(turn, flow, before, outcome, Lane::Answer);
}

fn told(
    turn: &mut Turn<'_>,
    flow: &Arc<Flow>,
    before: Option<FlowRun>,
    outcome: Outcome,
    lane: Lane,
) {
    if let Some(answers) = outcome.finished {
        let started = before.as_ref().map_or(turn.at.now, |run| run.started_at);
        let answers: serde_json::Map<String, serde_json::Value> = answers
            .into_iter()
            .map(|(name, value)| (name.to_string(), serde_json::Value::String(value)))
            .collect();
        turn.row(Row::Answer(AnswerRow {
            session: turn.at.key.to_string(),
            run: turn.state.finished_runs + 1,
            started_ms: to_ms(started),
            flow: flow.name().to_owned(),
            version: flow.version().to_owned(),
            finished_ms: turn.now_ms(),
            answers: serde_json::Value::Object(answers).to_string(),
        }));
        turn.record(Fact::FlowFinished);
    }
    if outcome.run != before || turn.state.run.is_some() != outcome.run.is_some() {
        turn.flow_to(outcome.run);
    }
    if let Some(Say { text, keyboard }) = outcome.say {
        turn.call(Method::SendText { html: text, keyboard: drawn(keyboard) }, lane, false);
    }
    for call in outcome.calls {
        called(turn, call);
    }
}

/// What a flow asked for besides words.
fn called(turn: &mut Turn<'_>, call: flow::Call) {
    match call {
        flow::Call::Show { product } => decide::linked(turn, &product),
        flow::Call::Cart { product, quantity } => {
            product::buy(turn, &product, quantity);
        }
        flow::Call::Webhook { name, mark, answers, waits } => {
            let customer = turn.at.key.clone();
            let body = serde_json::json!({
                "flow": mark.flow,
                "version": mark.version,
                "step": mark.step,
                "customer": customer,
                "language": turn.lang(),
                "started": mark.run_s,
                "answers": answers,
            });
            let webhook = name.to_string();
            let call = WebhookCall { webhook, customer, mark, body, waits };
            turn.intend(Intent::Webhook(Box::new(call)));
        }
    }
}

fn take_buttons(turn: &mut Turn<'_>, message_id: i64) {
    let keyboard = Keyboard::Inline(Vec::new());
    turn.call(Method::EditKeyboard { message_id, keyboard }, Lane::Answer, false);
}

fn drawn(keyboard: flow::Keyboard) -> Keyboard {
    match keyboard {
        flow::Keyboard::None => Keyboard::None,
        flow::Keyboard::Remove => Keyboard::Remove,
        flow::Keyboard::Reply { rows, one_time } => {
            let button = |button| match button {
                flow::ReplyButton::Text(label) => ReplyButton::Text(label),
                flow::ReplyButton::Contact(contact) => ReplyButton::Contact { contact },
                flow::ReplyButton::Location(location) => ReplyButton::Location { location },
            };
            let rows = rows.into_iter().map(|row| row.into_iter().map(button).collect()).collect();
            Keyboard::Reply { rows, one_time }
        }
        flow::Keyboard::Inline { rows } => Keyboard::Inline(
            rows.into_iter()
                .map(|row| {
                    let press = |button: flow::Button| Button::Press {
                        label: button.label,
                        data: button.data,
                    };
                    row.into_iter().map(press).collect()
                })
                .collect(),
        ),
    }
}
