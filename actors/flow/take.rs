//! One answer at one step: taken and kept whole, or not at all. Knows no texts of its own.

use time::Date;

use super::eval::Scope;
use super::kind::{Kind, Why};
use super::{
    ANSWERS_MAX_BYTES, Branch, Choice, Condition, Flow, FlowRun, Input, Step, Target, Verdict,
};

/// Why nothing was taken, in words where the step's kind has some.
pub(super) struct NotTaken {
    pub(super) verdict: Verdict,
    pub(super) why: Option<Why>,
}

impl From<Verdict> for NotTaken {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, why: None }
    }
}

type Slots = Vec<(u16, Option<String>)>;
/// A value and where it goes, if anywhere.
type Placed = (Option<u16>, Option<String>);

impl Flow {
    /// Stores the answer and what comes with it, or changes nothing.
    pub(super) fn take(
        &self,
        run: &mut FlowRun,
        (input, choice): (Input<'_>, Option<&Choice>),
        lang: &str,
        today: Date,
    ) -> Result<(), NotTaken> {
        let Some(step) = self.step_of(run) else {
            return Err(Verdict::Stale.into());
        };
        let values = match (&step.kind, choice) {
            (Kind::Text, _) => step.text_taken(input, choice)?,
            (_, Some(choice)) => vec![(step.whole, Some(choice.value.to_string()))],
            (kind, None) => {
                let not = |why| NotTaken { verdict: Verdict::NotAccepted, why: Some(why) };
                let taken = kind.take(input, lang, today).map_err(not)?;
                let name = step.whole.and_then(|slot| self.slots.get(usize::from(slot))?.shown_by);
                vec![(step.whole, Some(taken.value)), (name, taken.name)]
            }
        };
        let values = values.into_iter().filter_map(|(slot, value)| Some((slot?, value))).collect();
        self.store(run, values)
    }

    /// The step is left unanswered.
    pub(super) fn leave_out(&self, run: &mut FlowRun) {
        let Some(step) = self.step_of(run) else {
            return;
        };
        let groups = step.groups.iter().map(|(_, slot)| *slot);
        let slots: Vec<u16> = step.whole.into_iter().chain(groups).collect();
        for slot in slots {
            super::rounds::set(&mut run.answers, slot, None);
        }
    }

    /// Writes all values, or none when the answers would grow too large.
    fn store(&self, run: &mut FlowRun, values: Slots) -> Result<(), NotTaken> {
        let before: Vec<(u16, Option<String>)> = values
            .into_iter()
            .filter_map(|(slot, value)| {
                let answer = run.answers.get_mut(usize::from(slot))?;
                Some((slot, std::mem::replace(answer, value)))
            })
            .collect();
        if self.cost(run) <= ANSWERS_MAX_BYTES {
            return Ok(());
        }
        // The first change of a name that changed twice is undone last.
        for (slot, old) in before.into_iter().rev() {
            super::rounds::set(&mut run.answers, slot, old);
        }
        Err(Verdict::TooLong.into())
    }

    /// One value that nobody typed: left out where there is no room.
    pub(super) fn put(&self, run: &mut FlowRun, slot: u16, value: Option<String>) {
        let fits = value.as_ref().is_none_or(|value| !value.contains('\0'));
        let value = value.filter(|_| fits);
        if self.store(run, vec![(slot, value)]).is_err() {
            super::rounds::set(&mut run.answers, slot, None);
        }
    }
}

impl Step {
    /// What a text or a choice gives, by `accept` and its named groups.
    fn text_taken(
        &self,
        input: Input<'_>,
        choice: Option<&Choice>,
    ) -> Result<Vec<Placed>, NotTaken> {
        let value = match (input, choice) {
            (_, Some(choice)) => &*choice.value,
            (Input::Text(text), None) => text.trim(),
            _ => return Err(Verdict::NotAccepted.into()),
        };
        // No database takes a NUL in a text, and Telegram never sends one.
        let nothing = value.is_empty() || value.contains('\0');
        let closed = self.accept.is_none() && !self.choices.is_empty() && choice.is_none();
        if nothing || closed {
            return Err(Verdict::NotAccepted.into());
        }
        let Some(accept) = &self.accept else {
            return Ok(vec![(self.whole, Some(value.to_owned()))]);
        };
        let found = accept.captures(value).ok_or(Verdict::NotAccepted)?;
        let whole = choice.map_or_else(|| &found[0], |choice| &choice.value);
        let group = |&(group, slot): &(usize, u16)| {
            (Some(slot), found.get(group).map(|found| found.as_str().to_owned()))
        };
        let groups = self.groups.iter().map(group);
        Ok(std::iter::once((self.whole, Some(whole.to_owned()))).chain(groups).collect())
    }

    pub(super) fn next(&self, scope: &Scope<'_>) -> Target {
        let taken = self.branches.iter().find(|branch| branch.holds(scope));
        taken.map_or(self.next, |branch| branch.to)
    }

    /// Whether the step is passed over.
    pub(super) fn is_skipped(&self, scope: &Scope<'_>) -> bool {
        self.when.as_ref().is_some_and(|when| !when.holds(scope))
    }
}

impl Branch {
    fn holds(&self, scope: &Scope<'_>) -> bool {
        let plain = self.conditions.iter().all(|(slot, condition)| {
            let value = scope.answers.get(usize::from(*slot)).and_then(|value| value.as_deref());
            match (condition, value) {
                (Condition::Exists(wanted), value) => *wanted == value.is_some(),
                (Condition::Equals(wanted), Some(value)) => **wanted == *value,
                (Condition::Matches(pattern), Some(value)) => pattern.is_match(value),
                (Condition::Equals(_) | Condition::Matches(_), None) => false,
            }
        });
        plain && self.when.as_ref().is_none_or(|when| when.holds(scope))
    }
}
