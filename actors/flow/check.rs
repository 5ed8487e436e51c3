//! What the steps of a flow mean together: every step can be reached, no loop runs without asking,
//! and no text names an answer that nobody can have given by then.

use std::collections::HashSet;

use super::draft::{Draft, Place, Use};
use super::{Step, Target};

/// The answers that may be known at some place.
type Known = HashSet<u16>;

/// `places` are the steps' offsets in the file.
pub(super) fn check(draft: &mut Draft<'_>, steps: &[Step], places: &[usize]) {
    let reached = reachable(steps, 0);
    for (number, step) in steps.iter().enumerate() {
        if !reached.contains(&number) {
            let reason = format!("the step `{}` can never be reached", step.id);
            draft.report.error(places[number], reason);
        }
    }
    for number in silent_loops(steps) {
        let reason =
            format!("the step `{}` leads back to itself without a question", steps[number].id);
        let hint = "put a step with a `prompt` into the loop, or lead out of it";
        draft.report.error_with_hint(places[number], reason, hint);
    }
    if !draft.blind {
        check_answers(draft, steps, &reached);
    }
}

/// Where a step may lead, `End` left out.
fn followers(step: &Step) -> impl Iterator<Item = usize> {
    let targets = step.branches.iter().map(|branch| branch.to).chain([step.next]);
    targets.filter_map(|target| match target {
        Target::Step(number) => Some(usize::from(number)),
        Target::End => None,
    })
}

fn may_end(step: &Step) -> bool {
    step.next == Target::End || step.branches.iter().any(|branch| branch.to == Target::End)
}

fn reachable(steps: &[Step], from: usize) -> HashSet<usize> {
    let mut reached = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(number) = open.pop() {
        open.extend(followers(&steps[number]).filter(|next| reached.insert(*next)));
    }
    reached
}

/// Steps from which steps that only speak lead back to them.
fn silent_loops(steps: &[Step]) -> Vec<usize> {
    let silent = |number: &usize| !steps[*number].asks;
    let leads_back = |start: &usize| {
        let mut seen = HashSet::new();
        let mut open = vec![*start];
        while let Some(number) = open.pop() {
            for next in followers(&steps[number]).filter(silent) {
                if next == *start {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    };
    (0..steps.len()).filter(silent).filter(leads_back).collect()
}

fn check_answers(draft: &mut Draft<'_>, steps: &[Step], reached: &HashSet<usize>) {
    let given: Vec<Known> = steps.iter().map(given_by).collect();
    let before = known_before(steps, &given);
    let mut done = Known::new();
    for number in reached.iter().filter(|number| may_end(&steps[**number])) {
        done.extend(&before[*number]);
        done.extend(&given[*number]);
    }
    let anywhere: Known = given.iter().flatten().copied().collect();
    let names: Vec<&str> = {
        let given = draft.names.iter().enumerate();
        let given =
            given.filter(|(slot, _)| u16::try_from(*slot).is_ok_and(|s| anywhere.contains(&s)));
        given.map(|(_, name)| &**name).collect()
    };
    let names = names.join(", ");
    for Use { slot, place, label, at } in std::mem::take(&mut draft.uses) {
        let name = draft.names[usize::from(slot)].clone();
        let (number, known) = match place {
            Place::Done => (None, done.contains(&slot)),
            Place::Before(step) => (Some(step), before[step].contains(&slot)),
            Place::After(step) => {
                (Some(step), before[step].contains(&slot) || given[step].contains(&slot))
            }
        };
        if !anywhere.contains(&slot) {
            let reason = format!("no step gives an answer named `{name}`");
            draft.report.error_with_hint(at, reason, format!("answers: {names}"));
        } else if !known && number.is_none_or(|step| reached.contains(&step)) {
            let hint = "an answer can be used once its step may have been answered";
            draft.report.error_with_hint(at, format!("`{name}` is not answered yet here"), hint);
        } else if label && !steps.iter().any(|step| *step.id == *name && !step.choices.is_empty()) {
            let reason = format!("`{name}` has no labels: no step of that id has choices");
            draft.report.error(at, reason);
        }
    }
}

fn given_by(step: &Step) -> Known {
    step.whole.into_iter().chain(step.groups.iter().map(|(_, slot)| *slot)).collect()
}

/// For each step, what may have been answered when it is reached: the union over all ways.
fn known_before(steps: &[Step], given: &[Known]) -> Vec<Known> {
    let mut before = vec![Known::new(); steps.len()];
    let mut open = vec![0];
    let mut seen = HashSet::from([0]);
    while let Some(number) = open.pop() {
        let after: Known = before[number].union(&given[number]).copied().collect();
        for next in followers(&steps[number]) {
            let known = before[next].len();
            before[next].extend(&after);
            if seen.insert(next) || before[next].len() > known {
                open.push(next);
            }
        }
    }
    before
}
