//! The steps of a file in one row, loops and their insides one behind the other, and where each leads. Knows no texts.

use std::collections::HashSet;
use std::sync::Arc;

use super::check::check;
use super::draft::{Draft, DraftStep, Goto, NAMES_MAX};
use super::known::{given_by, types};
use super::read::{Fields, Value};
use super::{Act, STEPS_MAX, Slot, Step, Target};

impl Draft<'_> {
    pub(super) fn steps(&mut self, fields: &Fields<'_, '_>) -> Vec<DraftStep> {
        let mut drafts: Vec<DraftStep> = Vec::new();
        let Some(value) = fields.get("steps") else {
            self.report.error(0, "the flow has no `[[steps]]`");
            return drafts;
        };
        let Some(steps) = self.report.array(value, "`steps`") else {
            return drafts;
        };
        for value in steps {
            if !self.step_into(&mut drafts, value, fields.get("time_out"), None) {
                break;
            }
        }
        if drafts.is_empty() && self.report.is_empty() {
            self.report.error(value.span().start, "the flow has no steps");
        }
        drafts
    }

    /// One step, and behind it those of its loop. `false`: there is no room for more.
    fn step_into(
        &mut self,
        drafts: &mut Vec<DraftStep>,
        value: &Value<'_>,
        usual: Option<&Value<'_>>,
        inside: Option<usize>,
    ) -> bool {
        let (at, number) = (value.span().start, drafts.len());
        if number == STEPS_MAX {
            self.report.error(at, format!("more than {STEPS_MAX} steps"));
            return false;
        }
        let Some(mut draft) = self.step(number, value, usual) else {
            return true;
        };
        if drafts.iter().any(|other| other.step.id == draft.step.id) {
            self.report.error(at, format!("two steps with the id `{}`", draft.step.id));
        }
        let is_loop = matches!(draft.step.act, Act::Each(_));
        if inside.is_some() && is_loop {
            self.report.error(at, "a loop inside a loop");
            draft.step.act = Act::Say;
        }
        if inside.is_some() && ["next", "break"].contains(&&*draft.step.id) {
            let reason =
                format!("`{}` leads on inside a loop, and cannot be an `id`", draft.step.id);
            self.report.error(at, reason);
        }
        draft.inside = inside;
        drafts.push(draft);
        let inner = value.get_ref().as_table().map(|table| Fields { table, at });
        let Some(inner) = inner.as_ref().and_then(|fields| fields.get("steps")).filter(|_| is_loop)
        else {
            return true;
        };
        let mut room = inside.is_none();
        for value in self.report.array(inner, "`steps`").into_iter().flatten() {
            room = room && self.step_into(drafts, value, usual, Some(number));
        }
        if inside.is_some() {
            return true;
        }
        if drafts.len() == number + 1 {
            self.report.error(inner.span().start, "the loop has no steps");
        }
        let end = u16::try_from(drafts.len()).unwrap_or(u16::MAX);
        if let Act::Each(each) = &mut drafts[number].step.act {
            each.end = end;
        }
        room
    }

    /// Gives every goto its target, and then looks at the steps as a whole.
    pub(super) fn resolve(&mut self, mut drafts: Vec<DraftStep>) -> Option<Vec<Step>> {
        let ids: Vec<(Box<str>, Option<usize>)> =
            drafts.iter().map(|draft| (draft.step.id.clone(), draft.inside)).collect();
        let places: Vec<usize> = drafts.iter().map(|draft| draft.at).collect();
        let mut complete = !ids.is_empty();
        for (number, draft) in drafts.iter_mut().enumerate() {
            let mut target = |goto: &Goto| {
                let target = target(&ids, draft.inside, &goto.0);
                if let Err((reason, hint)) = &target {
                    complete = false;
                    self.report.error_with_hint(goto.1, reason, hint);
                }
                target.unwrap_or(Target::End)
            };
            for (branch, goto) in draft.step.branches.iter_mut().zip(&draft.branch_gotos) {
                branch.to = target(goto);
            }
            let goto = draft.goto.as_ref().map(&mut target);
            let failed = draft.failed.as_ref().map(&mut target);
            draft.step.next = goto.unwrap_or_else(|| following(&ids, number, &draft.step));
            if let Act::Webhook(webhook) = &mut draft.step.act {
                webhook.failed = failed;
            }
        }
        let mut steps: Vec<Step> = drafts.into_iter().map(|draft| draft.step).collect();
        fill_loops(&mut steps);
        if self.names.len() > NAMES_MAX {
            self.report.error(
                places.first().copied().unwrap_or(0),
                format!("more than {NAMES_MAX} names of answers"),
            );
        } else if complete {
            check(self, &steps, &places);
        }
        complete.then_some(steps)
    }

    pub(super) fn slots(&self, steps: &[Step]) -> Vec<Slot> {
        let holds = types(steps, self.names.len());
        let place = |found: Option<usize>| found.and_then(|number| u16::try_from(number).ok());
        let slot = |(number, name): (usize, &Arc<str>)| {
            let chooses = |step: &Step| *step.id == **name && !step.choices.is_empty();
            let shows = |step: &Step| match &step.act {
                Act::Each(each) => usize::from(each.list) == number,
                _ => false,
            };
            let file = self.shown_by.iter().find(|(file, _)| usize::from(*file) == number);
            Slot {
                name: name.clone(),
                choices_of: place(steps.iter().position(chooses)),
                holds: holds.get(number).copied().unwrap_or_default(),
                shown_by: file.map(|(_, name)| *name),
                rounds_of: place(steps.iter().position(shows)),
            }
        };
        self.names.iter().enumerate().map(slot).collect()
    }
}

/// Where a goto leads; else why it does not, and what there is.
fn target(
    ids: &[(Box<str>, Option<usize>)],
    inside: Option<usize>,
    name: &str,
) -> Result<Target, (String, String)> {
    match (name, inside) {
        ("end", _) => return Ok(Target::End),
        ("next", Some(_)) => return Ok(Target::Round),
        ("break", Some(_)) => return Ok(Target::Leave),
        _ => {}
    }
    let near = ids.iter().filter(|(_, place)| *place == inside).map(|(id, _)| &**id);
    let ends: &[&str] = if inside.is_some() { &["next", "break", "end"] } else { &["end"] };
    let hint =
        format!("steps: {}", near.chain(ends.iter().copied()).collect::<Vec<_>>().join(", "));
    match ids.iter().position(|(id, _)| **id == *name).map(|number| (ids[number].1, number)) {
        Some((place, number)) if place == inside => match u16::try_from(number) {
            Ok(number) => Ok(Target::Step(number)),
            Err(_) => Err((format!("no step has the id `{name}`"), hint)),
        },
        Some((Some(_), _)) => Err((format!("the step `{name}` is inside a loop"), hint)),
        Some((None, _)) => Err((format!("the step `{name}` is outside the loop"), hint)),
        None => Err((format!("no step has the id `{name}`"), hint)),
    }
}

/// Where a step without a goto leads.
fn following(ids: &[(Box<str>, Option<usize>)], number: usize, step: &Step) -> Target {
    let next = match &step.act {
        Act::Each(each) => usize::from(each.end),
        _ => number + 1,
    };
    let inside = ids[number].1;
    match (ids.get(next), inside) {
        (Some((_, place)), inside) if *place == inside => {
            u16::try_from(next).map_or(Target::End, Target::Step)
        }
        (_, Some(_)) => Target::Round,
        (_, None) => Target::End,
    }
}

/// Tells every loop the names that its rounds give.
fn fill_loops(steps: &mut [Step]) {
    for number in 0..steps.len() {
        let Act::Each(each) = &steps[number].act else {
            continue;
        };
        let end = usize::from(each.end).min(steps.len());
        let inner = steps.get(number + 1..end).unwrap_or_default().iter().flat_map(given_by);
        let mut body: Vec<u16> = each.item.into_iter().chain(inner).collect();
        let mut seen = HashSet::new();
        body.retain(|slot| seen.insert(*slot));
        if let Act::Each(each) = &mut steps[number].act {
            each.body = body;
        }
    }
}
