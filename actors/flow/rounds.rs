//! Loops: the same questions once for each item of a list. What a round gave goes to the loop's list, and its names are
//! free for the next round. Knows no texts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::eval::Scope;
use super::{Act, Each, Flow, FlowRun, Step, Target};

/// The loop that a run is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Round {
    /// The loop's step.
    #[serde(rename = "s")]
    pub(super) step: u16,
    #[serde(rename = "i")]
    items: Vec<String>,
    #[serde(rename = "n")]
    pub(super) at: u32,
}

/// What one round gave, by name.
pub(super) type Given = BTreeMap<String, String>;

/// The rounds that a loop's answer holds.
pub(super) fn rounds_of(text: &str) -> Vec<Given> {
    serde_json::from_str(text).unwrap_or_default()
}

/// The items of a list as it is kept.
pub(super) fn items_of(text: &str) -> Vec<String> {
    let items: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
    let plain = |item: Value| match item {
        Value::String(text) => text,
        other => other.to_string(),
    };
    items.into_iter().map(plain).collect()
}

impl Flow {
    /// Into the loop's first round, or past it where there is nothing to go over.
    pub(super) fn enter(
        &self,
        run: &mut FlowRun,
        (number, step, each): (u16, &Step, &Each),
        today: time::Date,
    ) -> Target {
        let scope = Scope { flow: self, answers: &run.answers, today };
        let items = each.over.value(&scope).items();
        set(&mut run.answers, each.list, Some("[]".to_owned()));
        if items.is_empty() {
            return step.next;
        }
        run.round = Some(Round { step: number, items, at: 0 });
        self.begin_round(run, each);
        Target::Step(number + 1)
    }

    /// Out of a round: what it gave is kept; the next one begins, unless the loop is left.
    pub(super) fn end_round(&self, run: &mut FlowRun, leave: bool) -> Target {
        let Some(mut round) = run.round.take() else {
            return Target::End;
        };
        let Some((number, step, each)) = self.loop_at(round.step) else {
            return Target::End;
        };
        self.keep_round(run, each);
        round.at += 1;
        if leave || round.at as usize >= round.items.len() {
            return step.next;
        }
        run.round = Some(round);
        self.begin_round(run, each);
        Target::Step(number + 1)
    }

    fn loop_at(&self, number: u16) -> Option<(u16, &Step, &Each)> {
        let step = self.steps.get(usize::from(number))?;
        match &step.act {
            Act::Each(each) => Some((number, step, each)),
            _ => None,
        }
    }

    fn begin_round(&self, run: &mut FlowRun, each: &Each) {
        let item = run.round.as_ref().and_then(|round| round.items.get(round.at as usize)).cloned();
        if let Some(slot) = each.item {
            set(&mut run.answers, slot, item);
        }
    }

    fn keep_round(&self, run: &mut FlowRun, each: &Each) {
        let mut given = Given::new();
        for slot in &each.body {
            let name = self.slots.get(usize::from(*slot)).map(|slot| slot.name.to_string());
            let value = run.answers.get_mut(usize::from(*slot)).and_then(Option::take);
            given.extend(name.zip(value));
        }
        let kept = run.answers.get(usize::from(each.list)).and_then(|list| list.as_deref());
        let mut rounds = rounds_of(kept.unwrap_or("[]"));
        rounds.push(given);
        set(&mut run.answers, each.list, serde_json::to_string(&rounds).ok());
    }

    /// Bytes that the answers take when every round under way is kept.
    pub(super) fn cost(&self, run: &FlowRun) -> usize {
        let inside = run.round.as_ref().and_then(|round| self.loop_at(round.step));
        let is_inside = |slot: usize| {
            inside.is_some_and(|(_, _, each)| each.body.iter().any(|own| usize::from(*own) == slot))
        };
        let cost = |(slot, value): (usize, &Option<String>)| match value {
            None => 0,
            Some(value) if is_inside(slot) => {
                let name = self.slots.get(slot).map_or(0, |slot| slot.name.len());
                serde_json::to_string(value).map_or(0, |text| text.len()) + name + 6
            }
            Some(value) => value.len(),
        };
        run.answers.iter().enumerate().map(cost).sum()
    }
}

pub(super) fn set(answers: &mut [Option<String>], slot: u16, value: Option<String>) {
    if let Some(answer) = answers.get_mut(usize::from(slot)) {
        *answer = value;
    }
}
