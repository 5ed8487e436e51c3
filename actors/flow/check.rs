//! What the steps of a flow mean together: every step can be reached, no loop runs without asking,
//! no text names an answer that nobody can have given by then, and no expression mixes what does not fit.

use std::collections::HashSet;

use super::draft::{Draft, Place, Use};
use super::expr::{Expr, Function, Node};
use super::known::{Known, given_by, known_before, loop_around, may_end, types, ways};
use super::types::{Type, type_of};
use super::{Act, Step};

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
    check_loops(draft, steps, places);
    check_shows(draft, steps, places);
    if !draft.blind {
        check_answers(draft, steps, &reached);
        check_types(draft, steps);
    }
}

fn reachable(steps: &[Step], from: usize) -> HashSet<usize> {
    let mut reached = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(number) = open.pop() {
        let next = ways(steps, number).into_iter().map(|way| way.to);
        open.extend(next.filter(|next| reached.insert(*next)));
    }
    reached
}

/// Steps from which steps that may pass without an answer lead back to them.
fn silent_loops(steps: &[Step]) -> Vec<usize> {
    let silent = |number: &usize| {
        let step = &steps[*number];
        match &step.act {
            Act::Ask => step.when.is_some(),
            Act::Webhook(webhook) => !webhook.waits() || step.when.is_some(),
            _ => true,
        }
    };
    let followers = |number: usize| {
        ways(steps, number).into_iter().filter(|way| !way.is_round).map(|way| way.to)
    };
    let leads_back = |start: &usize| {
        let mut seen = HashSet::new();
        let mut open = vec![*start];
        while let Some(number) = open.pop() {
            for next in followers(number).filter(silent) {
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

/// A round forgets its names: nobody outside may give them too, or they would be lost.
fn check_loops(draft: &mut Draft<'_>, steps: &[Step], places: &[usize]) {
    for (number, step) in steps.iter().enumerate() {
        let Act::Each(each) = &step.act else {
            continue;
        };
        for (place, other) in steps.iter().enumerate() {
            let outside = loop_around(steps, place) != Some(number);
            let shared = given_by(other).into_iter().find(|slot| each.body.contains(slot));
            if let Some(slot) = shared.filter(|_| outside) {
                let name = &draft.names[usize::from(slot)];
                let reason = format!("`{name}` is an answer of the loop `{}` already", step.id);
                let hint = "give it another name";
                draft.report.error_with_hint(places[place], reason, hint);
            }
        }
    }
}

/// A product that is shown has buttons of its own: the dialogue is over by then.
fn check_shows(draft: &mut Draft<'_>, steps: &[Step], places: &[usize]) {
    for (number, step) in steps.iter().enumerate() {
        let shows = matches!(&step.act, Act::Shop(shop) if shop.show);
        let goes_on = !ways(steps, number).is_empty();
        if shows && goes_on {
            let hint = "write `goto = \"end\"`";
            draft.report.error_with_hint(places[number], "`show` ends a flow", hint);
        }
    }
}

fn check_answers(draft: &mut Draft<'_>, steps: &[Step], reached: &HashSet<usize>) {
    let given: Vec<Known> = steps.iter().map(|step| given_by(step).into_iter().collect()).collect();
    let before = known_before(steps);
    let mut done = Known::new();
    for number in reached.iter().filter(|number| may_end(steps, **number)) {
        done.extend(&before[*number]);
        done.extend(&given[*number]);
    }
    let items = steps.iter().filter_map(|step| match &step.act {
        Act::Each(each) => each.item,
        _ => None,
    });
    let files = draft.shown_by.iter().map(|(_, name)| *name);
    let anywhere: Known = given.iter().flatten().copied().chain(items).chain(files).collect();
    let names: Vec<&str> = {
        let given = draft.names.iter().enumerate();
        let given =
            given.filter(|(slot, _)| u16::try_from(*slot).is_ok_and(|s| anywhere.contains(&s)));
        given.map(|(_, name)| &**name).collect()
    };
    let names = names.join(", ");
    for Use { slot, place, label, at } in std::mem::take(&mut draft.uses) {
        let name = draft.names[usize::from(slot)].clone();
        // A file's name is known where the file is.
        let file = draft.shown_by.iter().find(|(_, name)| *name == slot);
        let slot = file.map_or(slot, |(file, _)| *file);
        let (number, known) = match place {
            Place::Done => (None, done.contains(&slot)),
            Place::Before(step) => (Some(step), before[step].contains(&slot)),
            Place::After(step) => {
                (Some(step), before[step].contains(&slot) || given[step].contains(&slot))
            }
            Place::Round(step) => {
                let body = match &steps[step].act {
                    Act::Each(each) => each.body.contains(&slot),
                    _ => false,
                };
                (Some(step), body || before[step].contains(&slot))
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

fn check_types(draft: &mut Draft<'_>, steps: &[Step]) {
    let holds = types(steps, draft.names.len());
    let of = |slot: u16| holds.get(usize::from(slot)).copied().unwrap_or_default();
    let mut look = |expr: &Expr, want: Option<Type>| {
        let wrong = match (type_of(&expr.root, &of), want) {
            (Err(reason), _) => Some(reason),
            (Ok(found), Some(want)) if found != want && found != Type::Any => Some(match want {
                Type::Truth => "this is no condition: compare it with something".to_owned(),
                _ => "this is no number".to_owned(),
            }),
            _ => None,
        };
        if let Some(reason) = wrong.or_else(|| wrong_sum(draft, steps, expr)) {
            draft.report.error(expr.at, reason);
        }
    };
    for step in steps {
        let branches = step.branches.iter().filter_map(|branch| branch.when.as_ref());
        step.when.iter().chain(branches).for_each(|when| look(when, Some(Type::Truth)));
        match &step.act {
            Act::Compute(all) => all.iter().for_each(|(_, expr)| look(expr, None)),
            Act::Each(each) => {
                let list = type_of(&each.over.root, &of) == Ok(Type::List);
                look(&each.over, (!list).then_some(Type::Number));
            }
            Act::Shop(shop) => {
                shop.quantity.iter().for_each(|expr| look(expr, Some(Type::Number)));
            }
            Act::Ask | Act::Say | Act::Webhook(_) => {}
        }
    }
}

/// `sum(guests, price)`, where the rounds of `guests` give no `price`.
fn wrong_sum(draft: &Draft<'_>, steps: &[Step], expr: &Expr) -> Option<String> {
    let mut wrong = None;
    expr.root.walk(&mut |node| {
        let Node::Call(Function::Sum, arguments) = node else {
            return;
        };
        let [Node::Answer(list), Node::Text(field)] = arguments.as_slice() else {
            return;
        };
        let gives = steps.iter().any(|step| match &step.act {
            Act::Each(each) if each.list == *list => {
                each.body.iter().any(|slot| *draft.names[usize::from(*slot)] == **field)
            }
            _ => false,
        });
        if !gives {
            wrong = Some(format!("no round gives an answer named `{field}`"));
        }
    });
    wrong
}
