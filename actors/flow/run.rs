//! The engine: a run and an input in, the next run and one message out. No clock, no I/O; it never
//! panics, whatever the run holds.

use time::OffsetDateTime;

use super::eval::{ITEMS_MAX, Scope};
use super::keyboard::removal;
use super::kind::{Kind, Why};
use super::take::NotTaken;
use super::{
    Act, Answers, Call, Flow, FlowRun, Input, Keyboard, Outcome, Say, Step, Target, Verdict,
};
use crate::texts;

/// Who hears it, and when.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) lang: &'a str,
    pub(super) now: OffsetDateTime,
}

/// What will be said before the next question, and what was made of the input.
pub(super) struct Said {
    text: String,
    calls: Vec<Call>,
    verdict: Verdict,
}

impl Said {
    pub(super) fn new(verdict: Verdict) -> Self {
        Self { text: String::new(), calls: Vec::new(), verdict }
    }
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
            round: None,
            started_at: now.truncate_to_second(),
            due: None,
        };
        self.go(run, Target::Step(0), Said::new(Verdict::Asked), Moment { lang, now })
    }

    /// Takes the customer's answer to the step where the run stands. `now` in the customer's own
    /// time: its date is their today.
    pub fn answer(
        &self,
        mut run: FlowRun,
        input: Input<'_>,
        lang: &str,
        now: OffsetDateTime,
    ) -> Outcome {
        let Some(step) = self.step_of(&run) else {
            return Outcome::stale(Some(run));
        };
        if !matches!(step.act, Act::Ask) {
            return self.still_waiting(run, input, lang);
        }
        let mut skips = false;
        let choice = match input {
            Input::Text(text) => {
                let text = text.trim();
                skips = step.optional && text.to_lowercase() == skip_label(lang).to_lowercase();
                step.choice_named(text, lang)
            }
            Input::Press(press) => {
                let here = press.version == self.short_version() && press.step == &*step.id;
                skips = here && step.optional && press.choice == step.choices.len();
                match step.choices.get(press.choice) {
                    Some(choice) if here => Some(choice),
                    _ if skips => None,
                    _ => return Outcome::stale(Some(run)),
                }
            }
            _ => None,
        };
        let mut said = Said::new(Verdict::Accepted { chosen: None });
        if skips && choice.is_none() {
            self.leave_out(&mut run);
            said.verdict = Verdict::Accepted { chosen: Some(skip_label(lang)) };
        } else {
            if let Err(not) = self.take(&mut run, (input, choice), lang, now.date()) {
                return self.refuse(run, step, not, Moment { lang, now });
            }
            if let Some(reply) = &step.reply {
                reply.of(lang).join(&mut said.text, self, &run.answers, lang);
            }
            let chosen = choice.map(|choice| choice.label.of(lang).to_string());
            said.verdict = Verdict::Accepted { chosen };
        }
        let target = step.next(&self.scope(&run, now));
        self.go(run, target, said, Moment { lang, now })
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
        if let Act::Webhook(webhook) = &step.act {
            // Nobody waits for ever for somebody else's server.
            let target = webhook.failed.unwrap_or_else(|| step.next(&self.scope(&run, now)));
            return self.go(run, target, Said::new(Verdict::Asked), Moment { lang, now });
        }
        let mut text = String::new();
        if run.reminded < rule.times {
            run.reminded += 1;
            run.due = later(now, step);
            if let Some(remind) = &rule.remind {
                remind.of(lang).join(&mut text, self, &run.answers, lang);
            }
            let said = Said { text, ..Said::new(Verdict::Reminded) };
            return self.ask(run, step, said, lang);
        }
        if let Some(abandon) = &rule.abandon {
            abandon.of(lang).join(&mut text, self, &run.answers, lang);
        }
        let say = say(text, removal(&mut run.keyboard_up));
        Outcome { say, ..Outcome::over(Verdict::Abandoned) }
    }

    /// Asks the question again where the run stands: the customer was elsewhere and came back.
    pub fn ask_again(&self, mut run: FlowRun, lang: &str, now: OffsetDateTime) -> Outcome {
        let Some(step) = self.step_of(&run) else {
            return Outcome::stale(Some(run));
        };
        if !matches!(step.act, Act::Ask) {
            return self.still_waiting(run, Input::Other, lang);
        }
        run.reminded = 0;
        run.due = later(now, step);
        self.ask(run, step, Said::new(Verdict::Asked), lang)
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
    pub(super) fn step_of(&self, run: &FlowRun) -> Option<&Step> {
        let ours = run.version == self.version && run.answers.len() == self.slots.len();
        let waits = |step: &&Step| match &step.act {
            Act::Ask => true,
            Act::Webhook(webhook) => webhook.waits(),
            _ => false,
        };
        self.steps.get(usize::from(run.step)).filter(|_| ours).filter(waits)
    }

    fn scope<'a>(&'a self, run: &'a FlowRun, now: OffsetDateTime) -> Scope<'a> {
        Scope { flow: self, answers: &run.answers, today: now.date() }
    }

    /// Says what lies on the way to the next question, and asks it; or ends.
    pub(super) fn go(
        &self,
        mut run: FlowRun,
        mut target: Target,
        mut said: Said,
        Moment { lang, now }: Moment<'_>,
    ) -> Outcome {
        // The file has no way back to a step without a question, but through the rounds of a loop.
        for _ in 0..=(self.steps.len() + 1) * (ITEMS_MAX + 1) {
            let number = match target {
                Target::Step(number) => number,
                Target::Round | Target::Leave => {
                    target = self.end_round(&mut run, target == Target::Leave);
                    continue;
                }
                Target::End => break,
            };
            let Some(step) = self.steps.get(usize::from(number)) else {
                break;
            };
            if step.is_skipped(&self.scope(&run, now)) {
                target = step.next;
                continue;
            }
            if matches!(step.act, Act::Ask) {
                run.step = number;
                run.reminded = 0;
                run.due = later(now, step);
                return self.ask(run, step, said, lang);
            }
            target = self.pass(&mut run, (number, step), &mut said, Moment { lang, now });
            if let Act::Webhook(webhook) = &step.act
                && webhook.waits()
            {
                run.step = number;
                run.reminded = 0;
                run.due = later(now, step);
                let say = say(said.text, removal(&mut run.keyboard_up));
                let calls = said.calls;
                return Outcome { say, calls, ..Outcome::unchanged(run, said.verdict) };
            }
        }
        if let Some(done) = &self.when_done {
            done.of(lang).join(&mut said.text, self, &run.answers, lang);
        }
        let say = say(said.text, removal(&mut run.keyboard_up));
        let finished = Some(self.answers_of(run));
        Outcome { say, finished, calls: said.calls, ..Outcome::over(said.verdict) }
    }

    /// A step that asks nothing: done, and where it leads.
    fn pass(
        &self,
        run: &mut FlowRun,
        (number, step): (u16, &Step),
        said: &mut Said,
        Moment { lang, now }: Moment<'_>,
    ) -> Target {
        match &step.act {
            Act::Ask => {}
            Act::Say => step.text.of(lang).join(&mut said.text, self, &run.answers, lang),
            Act::Compute(all) => {
                for (slot, expr) in all {
                    let value = expr.value(&self.scope(run, now)).stored();
                    self.put(run, *slot, value);
                }
            }
            Act::Each(each) => return self.enter(run, (number, step, each), now.date()),
            Act::Shop(shop) => said.calls.extend(shop.call(&self.scope(run, now))),
            Act::Webhook(webhook) => {
                said.calls.push(self.webhook_call(run, number, webhook));
                if webhook.waits() && !step.text.of(lang).is_empty() {
                    step.text.of(lang).join(&mut said.text, self, &run.answers, lang);
                }
            }
        }
        step.next(&self.scope(run, now))
    }

    /// What was said and the step's question in one message: a step answers with one send.
    fn ask(&self, mut run: FlowRun, step: &Step, said: Said, lang: &str) -> Outcome {
        let Said { mut text, calls, verdict } = said;
        step.text.of(lang).join(&mut text, self, &run.answers, lang);
        let keyboard = self.keyboard(step, &mut run.keyboard_up, lang);
        Outcome { say: say(text, keyboard), calls, ..Outcome::unchanged(run, verdict) }
    }

    /// The webhook has not answered yet.
    fn still_waiting(&self, run: FlowRun, input: Input<'_>, lang: &str) -> Outcome {
        if let Input::Press(_) = input {
            return Outcome::stale(Some(run));
        }
        let text = texts::say(lang, "flow-webhook-wait", &[]);
        let say = say(text, Keyboard::None);
        Outcome { say, ..Outcome::unchanged(run, Verdict::NotAccepted) }
    }

    /// Says why not, with the buttons again; without any reason the question is asked again.
    fn refuse(
        &self,
        mut run: FlowRun,
        step: &Step,
        NotTaken { verdict, why }: NotTaken,
        Moment { lang, now }: Moment<'_>,
    ) -> Outcome {
        run.reminded = 0;
        run.due = later(now, step);
        let mut text = String::new();
        match (&step.reject, why) {
            (Some(reject), _) => reject.of(lang).join(&mut text, self, &run.answers, lang),
            (None, Some(Why(why))) if step.kind != Kind::Text => text.push_str(&why),
            (None, _) => step.text.of(lang).join(&mut text, self, &run.answers, lang),
        }
        let keyboard = self.keyboard(step, &mut run.keyboard_up, lang);
        Outcome { say: say(text, keyboard), ..Outcome::unchanged(run, verdict) }
    }
}

impl Outcome {
    /// A button that belongs to no question of `run`, or a customer who is in no flow at all.
    pub fn stale(run: Option<FlowRun>) -> Self {
        Outcome { run, ..Outcome::over(Verdict::Stale) }
    }

    fn unchanged(run: FlowRun, verdict: Verdict) -> Self {
        Outcome { run: Some(run), ..Outcome::over(verdict) }
    }

    fn over(verdict: Verdict) -> Self {
        Outcome { say: None, run: None, finished: None, calls: Vec::new(), verdict }
    }

    /// The only timer of the run that may stand from now on.
    pub fn deadline(&self) -> Option<OffsetDateTime> {
        self.run.as_ref().and_then(|run| run.due)
    }

    pub fn accepted(&self) -> bool {
        matches!(self.verdict, Verdict::Accepted { .. })
    }
}

/// The button that leaves a question unanswered.
pub(super) fn skip_label(lang: &str) -> String {
    texts::label(lang, "flow-skip", &[])
}

fn say(text: String, keyboard: Keyboard) -> Option<Say> {
    (!text.is_empty()).then_some(Say { text, keyboard })
}

fn later(now: OffsetDateTime, step: &Step) -> Option<OffsetDateTime> {
    let rule = step.time_out.as_ref()?;
    now.truncate_to_second().checked_add(rule.after)
}
