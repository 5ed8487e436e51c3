//! What may have been answered where, and what kinds of values the names hold. Knows no texts.

use std::collections::HashSet;

use super::kind::Kind;
use super::types::{Type, type_of};
use super::{Act, Step, Target};

/// The answers that may be known at some place.
pub(super) type Known = HashSet<u16>;

/// The names that a step gives; a loop its list.
pub(super) fn given_by(step: &Step) -> Vec<u16> {
    let mut given: Vec<u16> =
        step.whole.into_iter().chain(step.groups.iter().map(|(_, slot)| *slot)).collect();
    match &step.act {
        Act::Compute(all) => given.extend(all.iter().map(|(slot, _)| *slot)),
        Act::Each(each) => given.push(each.list),
        Act::Webhook(webhook) => given.extend(webhook.sets.iter().map(|(slot, _)| *slot)),
        Act::Ask | Act::Say | Act::Shop(_) => {}
    }
    given
}

/// The loop around a step.
pub(super) fn loop_around(steps: &[Step], number: usize) -> Option<usize> {
    let is_around = |(place, step): (usize, &Step)| match &step.act {
        Act::Each(each) => place < number && number < usize::from(each.end),
        _ => false,
    };
    steps[..number].iter().enumerate().position(|(place, step)| is_around((place, step)))
}

/// One way from a step to another, and what is forgotten and learnt on it.
pub(super) struct Way {
    pub(super) to: usize,
    pub(super) forgets: Vec<u16>,
    pub(super) learns: Option<u16>,
    /// Back into the loop around: at most as often as it has items.
    pub(super) is_round: bool,
}

/// Where a step may lead, `End` left out.
pub(super) fn ways(steps: &[Step], number: usize) -> Vec<Way> {
    let step = &steps[number];
    let plain =
        |to: u16| Way { to: usize::from(to), forgets: Vec::new(), learns: None, is_round: false };
    let around = loop_around(steps, number);
    let inside = around.and_then(|place| match &steps[place].act {
        Act::Each(each) => Some((place, each, steps[place].next)),
        _ => None,
    });
    let mut ways = Vec::new();
    for target in targets(step) {
        match (target, inside) {
            (Target::Step(to), _) => ways.push(plain(to)),
            (Target::Round, Some((place, each, _))) => {
                let forgets = each.body.clone();
                ways.push(Way { to: place, forgets, learns: None, is_round: true });
            }
            (Target::Leave, Some((_, each, Target::Step(to)))) => {
                ways.push(Way { forgets: each.body.clone(), learns: Some(each.list), ..plain(to) });
            }
            _ => {}
        }
    }
    if let Act::Each(each) = &step.act
        && number + 1 < usize::from(each.end)
    {
        let (to, learns) = (number + 1, each.item);
        ways.push(Way { to, forgets: Vec::new(), learns, is_round: false });
    }
    ways
}

fn targets(step: &Step) -> impl Iterator<Item = Target> {
    let failed = match &step.act {
        Act::Webhook(webhook) => webhook.failed,
        _ => None,
    };
    step.branches.iter().map(|branch| branch.to).chain([step.next]).chain(failed)
}

pub(super) fn may_end(steps: &[Step], number: usize) -> bool {
    let around = loop_around(steps, number).map(|place| steps[place].next);
    targets(&steps[number]).any(|target| match target {
        Target::End => true,
        Target::Leave => around == Some(Target::End),
        Target::Step(_) | Target::Round => false,
    })
}

/// For each step, what may have been answered when it is reached: the union over all ways.
pub(super) fn known_before(steps: &[Step]) -> Vec<Known> {
    let mut before = vec![Known::new(); steps.len()];
    let mut open = vec![0];
    let mut seen = HashSet::from([0]);
    while let Some(number) = open.pop() {
        let given = given_by(&steps[number]);
        for way in ways(steps, number) {
            let forgotten = |slot: &&u16| !way.forgets.contains(*slot);
            let after = before[number].iter().chain(&given).filter(forgotten).copied();
            let after: Known = after.chain(way.learns).collect();
            let known = before[way.to].len();
            before[way.to].extend(&after);
            if seen.insert(way.to) || before[way.to].len() > known {
                open.push(way.to);
            }
        }
    }
    before
}

/// What each name holds, as far as the file says; what two steps give differently can be anything.
pub(super) fn types(steps: &[Step], names: usize) -> Vec<Type> {
    let mut found: Vec<Option<Type>> = vec![None; names];
    for step in steps {
        let mut learn = |slot: u16, holds: Type| {
            if let Some(kept) = found.get_mut(usize::from(slot)) {
                *kept = Some(kept.map_or(holds, |earlier| earlier.or(holds)));
            }
        };
        let own = match step.kind {
            Kind::Number { .. } => Type::Number,
            Kind::Date { .. } => Type::Date,
            _ => Type::Text,
        };
        step.whole.into_iter().for_each(|slot| learn(slot, own));
        step.groups.iter().for_each(|(_, slot)| learn(*slot, Type::Text));
        match &step.act {
            Act::Webhook(webhook) => {
                webhook.sets.iter().for_each(|(slot, holds)| learn(*slot, *holds));
            }
            Act::Compute(all) => {
                for (slot, expr) in all {
                    let of = |slot: u16| found.get(usize::from(slot)).copied().flatten();
                    let holds = type_of(&expr.root, &|slot| of(slot).unwrap_or_default());
                    let holds = holds.unwrap_or_default();
                    if let Some(kept) = found.get_mut(usize::from(*slot)) {
                        *kept = Some(kept.map_or(holds, |earlier| earlier.or(holds)));
                    }
                }
            }
            Act::Each(each) => {
                let of = |slot: u16| found.get(usize::from(slot)).copied().flatten();
                let over = type_of(&each.over.root, &|slot| of(slot).unwrap_or_default());
                let item = if over == Ok(Type::Number) { Type::Number } else { Type::Text };
                for (slot, holds) in [(Some(each.list), Type::List), (each.item, item)] {
                    if let Some(kept) = slot.and_then(|slot| found.get_mut(usize::from(slot))) {
                        *kept = Some(kept.map_or(holds, |earlier| earlier.or(holds)));
                    }
                }
            }
            Act::Ask | Act::Say | Act::Shop(_) => {}
        }
    }
    found.into_iter().map(Option::unwrap_or_default).collect()
}
