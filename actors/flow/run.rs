//! The engine: a run and an input in, the next run and one message out. No clock, no I/O; it never
//! panics, whatever the run holds.

use time::OffsetDateTime;

use super::keyboard::removal;
use super::{
    ANSWERS_MAX_BYTES, Answers, Branch, Choice, Condition, Flow, FlowRun, Input, Keyboard, Outcome,
    Say, Step, Target, Verdict,
};

/// Who hears it, and when.
#[derive(Clone, Copy)]
struct Moment<'a> {
    lang: &'a str,
    now: OffsetDateTime,
}

/// What will be said before the next question, and what was made of the input.
struct Said {
    text: String,
    verdict: Verdict,
}

impl Flow {
    /// Begins a run: the first question, with what is said before it.
    pub fn start(&self, lang: &str, now: OffsetDateTime) -> Outcome {
        let run = FlowRun {
            flow: self.name.clone(),
            version: self.version.clone(),
            step: 0,
            answers: vec![None; self.slots.len()],
            reminded: 0,
            keyboard_up: false,
            started_at: now.truncate_to_second(),
            due: None,
        };
        let said = Said { text: String::new(), verdict: Verdict::Asked };
        self.go(run, Target::Step(0), said, Moment { lang, now })
    }

    /// Takes the customer's answer to the step where the run stands.
    pub fn answer(
        &self,
        mut run: FlowRun,
        input: Input<'_>,
        lang: &str,
        now: OffsetDateTime,
    ) -> Outcome {
        let at = Moment { lang, now };
        let Some(step) = self.step_of(&run) else {
            return Outcome::stale(Some(run));
        };
        let (value, choice) = match input {
            Input::Other => return self.refuse(run, step, Verdict::NotAccepted, at),
            Input::Text(text) => {
                let text = text.trim();
                match step.choice_named(text, lang) {
                    Some(choice) => (&*choice.value, Some(choice)),
                    None => (text, None),
                }
            }
            Input::Press(press) => {
                let here = press.version == self.short_version() && press.step == &*step.id;
                match step.choices.get(press.choice) {
                    Some(choice) if here => (&*choice.value, Some(choice)),
                    _ => return Outcome::stale(Some(run)),
                }
            }
        };
        if let Err(verdict) = step.take(&mut run.answers, value, choice) {
            return self.refuse(run, step, verdict, at);
        }
        let mut text = String::new();
        if let Some(reply) = &step.reply {
            reply.of(lang).join(&mut text, self, &run.answers, lang);
        }
        let chosen = choice.map(|choice| choice.label.of(lang).to_string());
        let target = step.next(&run.answers);
        self.go(run, target, Said { text, verdict: Verdict::Accepted { chosen } }, at)
    }

    /// The run's timer came: a reminder, or the end of a run that nobody goes on with.
    pub fn time_out(&self, mut run: FlowRun, lang: &str, now: OffsetDateTime) -> Outcome {
        let Some(step) = self.step_of(&run) else {
            return Outcome::stale(Some(run));
        };
        let due = run.due.is_some_and(|due| due <= now);
        let (true, Some(rule)) = (due, &step.time_out) else {
            return Outcome::unchanged(run, Verdict::Early);
        };
        let mut text = String::new();
        if run.reminded < rule.times {
            run.reminded += 1;
            run.due = later(now, step);
            if let Some(remind) = &rule.remind {
                remind.of(lang).join(&mut text, self, &run.answers, lang);
            }
            return self.ask(run, step, Said { text, verdict: Verdict::Reminded }, lang);
        }
        if let Some(abandon) = &rule.abandon {
            abandon.of(lang).join(&mut text, self, &run.answers, lang);
        }
        let say = say(text, removal(&mut run.keyboard_up));
        Outcome { say, run: None, finished: None, verdict: Verdict::Abandoned }
    }

    /// Asks the question again where the run stands: the customer was elsewhere and came back.
    pub fn ask_again(&self, mut run: FlowRun, lang: &str, now: OffsetDateTime) -> Outcome {
        let Some(step) = self.step_of(&run) else {
            return Outcome::stale(Some(run));
        };
        run.reminded = 0;
        run.due = later(now, step);
        self.ask(run, step, Said { text: String::new(), verdict: Verdict::Asked }, lang)
    }

    /// The answers given so far, also those of a run that was given up.
    pub fn answers_of(&self, run: FlowRun) -> Answers {
        let given = self.slots.iter().zip(run.answers);
        given.filter_map(|(slot, value)| Some((slot.name.clone(), value?))).collect()
    }

    /// The id of the step that waits for an answer.
    pub fn waiting_at<'a>(&'a self, run: &FlowRun) -> Option<&'a str> {
        self.step_of(run).map(|step| &*step.id)
    }

    /// `None` for the run of another flow or version, which only a wrong caller brings here.
    fn step_of(&self, run: &FlowRun) -> Option<&Step> {
        let ours = run.version == self.version && run.answers.len() == self.slots.len();
        self.steps.get(usize::from(run.step)).filter(|step| ours && step.asks)
    }

    /// Says what lies on the way to the next question, and asks it; or ends.
    fn go(
        &self,
        mut run: FlowRun,
        mut target: Target,
        mut said: Said,
        Moment { lang, now }: Moment<'_>,
    ) -> Outcome {
        // The file has no loop without a question, so that this many turns are always enough.
        for _ in 0..=self.steps.len() {
            let Target::Step(number) = target else { break };
            let Some(step) = self.steps.get(usize::from(number)) else {
                break;
            };
            if step.asks {
                run.step = number;
                run.reminded = 0;
                run.due = later(now, step);
                return self.ask(run, step, said, lang);
            }
            step.text.of(lang).join(&mut said.text, self, &run.answers, lang);
            target = step.next(&run.answers);
        }
        if let Some(done) = &self.when_done {
            done.of(lang).join(&mut said.text, self, &run.answers, lang);
        }
        let say = say(said.text, removal(&mut run.keyboard_up));
        let finished = Some(self.answers_of(run));
        Outcome { say, run: None, finished, verdict: said.verdict }
    }

    /// What was said and the step's question in one message: a step answers with one send.
    fn ask(&self, mut run: FlowRun, step: &Step, said: Said, lang: &str) -> Outcome {
        let Said { mut text, verdict } = said;
        step.text.of(lang).join(&mut text, self, &run.answers, lang);
        let keyboard = self.keyboard(step, &mut run.keyboard_up, lang);
        Outcome { say: say(text, keyboard), run: Some(run), finished: None, verdict }
    }

    /// Says why not, with the buttons again; without a `reject` the question is asked again.
    fn refuse(
        &self,
        mut run: FlowRun,
        step: &Step,
        verdict: Verdict,
        Moment { lang, now }: Moment<'_>,
    ) -> Outcome {
        run.reminded = 0;
        run.due = later(now, step);
        let mut text = String::new();
        let reason = step.reject.as_ref().unwrap_or(&step.text);
        reason.of(lang).join(&mut text, self, &run.answers, lang);
        let keyboard = self.keyboard(step, &mut run.keyboard_up, lang);
        Outcome { say: say(text, keyboard), run: Some(run), finished: None, verdict }
    }
}

impl Outcome {
    /// A button that belongs to no question of `run`, or a customer who is in no flow at all.
    pub fn stale(run: Option<FlowRun>) -> Self {
        Outcome { say: None, run, finished: None, verdict: Verdict::Stale }
    }

    fn unchanged(run: FlowRun, verdict: Verdict) -> Self {
        Outcome { say: None, run: Some(run), finished: None, verdict }
    }

    /// The only timer of the run that may stand from now on.
    pub fn deadline(&self) -> Option<OffsetDateTime> {
        self.run.as_ref().and_then(|run| run.due)
    }

    pub fn accepted(&self) -> bool {
        matches!(self.verdict, Verdict::Accepted { .. })
    }
}

impl Step {
    /// Stores the answer and its named groups, or changes nothing.
    fn take(
        &self,
        answers: &mut [Option<String>],
        value: &str,
        choice: Option<&Choice>,
    ) -> Result<(), Verdict> {
        // No database takes a NUL in a text, and Telegram never sends one.
        let nothing = value.is_empty() || value.contains('\0');
        let closed = self.accept.is_none() && !self.choices.is_empty() && choice.is_none();
        if nothing || closed {
            return Err(Verdict::NotAccepted);
        }
        let Some(accept) = &self.accept else {
            return store(answers, self.whole.map(|slot| (slot, Some(value))));
        };
        if self.groups.is_empty() {
            let found = accept.find(value).ok_or(Verdict::NotAccepted)?.as_str();
            let whole = choice.map_or(found, |choice| &choice.value);
            return store(answers, self.whole.map(|slot| (slot, Some(whole))));
        }
        let found = accept.captures(value).ok_or(Verdict::NotAccepted)?;
        let whole = choice.map_or_else(|| &found[0], |choice| &choice.value);
        let whole = self.whole.map(|slot| (slot, Some(whole)));
        let group = |&(group, slot): &(usize, u16)| (slot, found.get(group).map(|m| m.as_str()));
        store(answers, whole.into_iter().chain(self.groups.iter().map(group)))
    }

    fn next(&self, answers: &[Option<String>]) -> Target {
        let taken = self.branches.iter().find(|branch| branch.holds(answers));
        taken.map_or(self.next, |branch| branch.to)
    }
}

impl Branch {
    fn holds(&self, answers: &[Option<String>]) -> bool {
        self.conditions.iter().all(|(slot, condition)| {
            let value = answers.get(usize::from(*slot)).and_then(|value| value.as_deref());
            match (condition, value) {
                (Condition::Exists(wanted), value) => *wanted == value.is_some(),
                (Condition::Equals(wanted), Some(value)) => **wanted == *value,
                (Condition::Matches(pattern), Some(value)) => pattern.is_match(value),
                (Condition::Equals(_) | Condition::Matches(_), None) => false,
            }
        })
    }
}

/// Writes all values, or none when the answers would grow too large.
fn store<'a>(
    answers: &mut [Option<String>],
    values: impl IntoIterator<Item = (u16, Option<&'a str>)> + Clone,
) -> Result<(), Verdict> {
    let length = |value: &Option<String>| value.as_ref().map_or(0, String::len);
    let mut bytes: usize = answers.iter().map(length).sum();
    for (slot, value) in values.clone() {
        let Some(old) = answers.get(usize::from(slot)) else {
            continue;
        };
        bytes = bytes + value.map_or(0, str::len) - length(old);
    }
    if bytes > ANSWERS_MAX_BYTES {
        return Err(Verdict::TooLong);
    }
    for (slot, value) in values {
        if let Some(answer) = answers.get_mut(usize::from(slot)) {
            *answer = value.map(str::to_owned);
        }
    }
    Ok(())
}

fn say(text: String, keyboard: Keyboard) -> Option<Say> {
    (!text.is_empty()).then_some(Say { text, keyboard })
}

fn later(now: OffsetDateTime, step: &Step) -> Option<OffsetDateTime> {
    let rule = step.time_out.as_ref()?;
    now.truncate_to_second().checked_add(rule.after)
}
