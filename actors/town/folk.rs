//! All actors of one kind, with their timers; every state is stored and read again at each step.

use std::collections::BTreeMap;

use entities::{Key, Row};
use time::OffsetDateTime;

use crate::capability::{Answer, Capability, Input, Moment, Refusal, TimerChange};
use crate::intent::Intent;

/// All actors of one kind.
pub(crate) struct Folk<C: Capability> {
    pub(crate) states: BTreeMap<Key, C::State>,
    timers: BTreeMap<Key, Vec<(C::Timer, OffsetDateTime)>>,
}

impl<C: Capability> Default for Folk<C> {
    fn default() -> Self {
        Self { states: BTreeMap::new(), timers: BTreeMap::new() }
    }
}

pub(super) type Stepped = (Result<Answer, Refusal>, Vec<Intent>, Vec<Row>);

impl<C: Capability> Folk<C> {
    pub(super) fn step(&mut self, input: &Input<C>, at: &Moment<'_>) -> Stepped {
        let state = self.states.entry(at.key.clone()).or_default();
        let decision = match C::decide(state, input, at) {
            Ok(decision) => decision,
            Err(refusal) => return (Err(refusal), Vec::new(), Vec::new()),
        };
        for fact in &decision.facts {
            C::apply(state, fact);
        }
        let stored = serde_json::to_string(state).expect("a state is stored");
        *state = serde_json::from_str(&stored).expect("a stored state is read");
        assert_eq!(serde_json::to_string(state).expect("stored"), stored, "nothing is lost");
        let timers = self.timers.entry(at.key.clone()).or_default();
        for change in decision.timers {
            let (TimerChange::Set(timer, _) | TimerChange::Clear(timer)) = &change;
            timers.retain(|(standing, _)| standing != timer);
            if let TimerChange::Set(timer, deadline) = change {
                timers.push((timer, deadline));
            }
        }
        (Ok(decision.answer), decision.intents, decision.rows)
    }

    /// Takes one timer that is due.
    pub(super) fn due(&mut self, now: OffsetDateTime) -> Option<(Key, C::Timer)> {
        for (key, timers) in &mut self.timers {
            if let Some(place) = timers.iter().position(|(_, deadline)| *deadline <= now) {
                return Some((key.clone(), timers.remove(place).0));
            }
        }
        None
    }

    pub(super) fn next_deadline(&self) -> Option<OffsetDateTime> {
        self.timers.values().flatten().map(|(_, deadline)| *deadline).min()
    }
}
