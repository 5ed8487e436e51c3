//! Random customers and random files: nothing panics, and every run waits or is over.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use time::Duration;

use super::super::{ANSWERS_MAX_BYTES, Flow, FlowRun, Input, Keyboard, Outcome, Press, Verdict};
use super::{FIVE, NOW, SURVEY, flow};

static FLOWS: LazyLock<[Flow; 2]> = LazyLock::new(|| [flow(SURVEY), flow(FIVE)]);

/// Every kind of value, and patterns that compile fast.
const SMALL: &str = r#"
name = "small"
on = "text"
matches = "^hi"
language = "en"
when_done = { en = "done {who}", ru = "всё {who}" }
[time_out]
after = "1h30m"
remind = "still there?"
times = 2
abandon = "bye"
[[steps]]
id = "hello"
say = "<b>hello</b> &amp; {{welcome}}"
[[steps]]
id = "who"
prompt = """
who
are you?"""
accept = '^(?<first>[a-z]+) ?(?<last>[a-z]*)$'
reject = "no"
reply = "{first} {last}"
branches = [
  { if = { first = "ann", last = { exists = true } }, goto = "end" },
  { if = { who = { matches = "^x" }, last = { equals = "y" } }, goto = "hello" },
]
[[steps]]
id = "size"
prompt = "size?"
choices = ["s", { value = "m", label = { en = "M", ru = "С" } }]
keyboard = "reply"
columns = 2
reply = "{size.label}"
time_out = { after = "2d" }
goto = "end"
"#;

#[derive(Debug, Clone)]
enum Act {
    Text(String),
    Press(String, usize),
    Other,
    Wait(i64),
    Again,
}

fn act() -> impl Strategy<Value = Act> {
    let text = prop_oneof![
        Just("Ann".to_owned()),
        Just("12".to_owned()),
        Just("red".to_owned()),
        any::<String>(),
        "[<>&\"{}]{0,9}",
        (1..20_000_usize).prop_map(|length| "я".repeat(length)),
    ];
    prop_oneof![
        4 => text.prop_map(Act::Text),
        2 => ("(colour|name|\\PC{0,5})", 0..9_usize).prop_map(|(step, n)| Act::Press(step, n)),
        1 => Just(Act::Other),
        1 => (-90_000..200_000_i64).prop_map(Act::Wait),
        1 => Just(Act::Again),
    ]
}

fn apply(flow: &Flow, run: FlowRun, act: &Act, now: &mut time::OffsetDateTime) -> Outcome {
    match act {
        Act::Text(text) => flow.answer(run, Input::Text(text), "ru", *now),
        Act::Other => flow.answer(run, Input::Other, "en", *now),
        Act::Again => flow.ask_again(run, "en", *now),
        Act::Press(step, choice) => {
            let press = Press { version: &flow.version()[..8], step, choice: *choice };
            flow.answer(run, Input::Press(press), "en", *now)
        }
        Act::Wait(seconds) => {
            *now += Duration::seconds(*seconds);
            flow.time_out(run, "en", *now)
        }
    }
}

proptest! {
    #[test]
    fn a_run_waits_or_is_over(acts in vec(act(), 0..40), five in any::<bool>()) {
        let flow = &FLOWS[usize::from(five)];
        let (mut now, mut run) = (NOW, flow.start("en", NOW).run);
        for act in &acts {
            let Some(old) = run.take() else { break };
            let outcome = apply(flow, old.clone(), act, &mut now);
            let over = outcome.finished.is_some() || outcome.verdict == Verdict::Abandoned;
            prop_assert_eq!(outcome.run.is_none(), over, "{:?}", act);
            prop_assert_eq!(five || over, outcome.deadline().is_none());
            let silent = matches!(outcome.verdict, Verdict::Stale | Verdict::Early);
            prop_assert_eq!(outcome.say.is_none(), silent);
            for button in outcome.say.iter().flat_map(|say| match &say.keyboard {
                Keyboard::Inline { rows } => rows.concat(),
                _ => Vec::new(),
            }) {
                prop_assert!(button.data.len() <= 64 && Press::parse(&button.data).is_some());
            }
            if let Some(run) = &outcome.run {
                prop_assert!(flow.waiting_at(run).is_some());
                let given = flow.answers_of(run.clone());
                let bytes: usize = given.iter().map(|(_, value)| value.len()).sum();
                prop_assert!(bytes <= ANSWERS_MAX_BYTES);
                if silent || !outcome.accepted() {
                    prop_assert_eq!(flow.answers_of(old), given);
                }
                let json = serde_json::to_string(run).expect("json");
                prop_assert_eq!(&serde_json::from_str::<FlowRun>(&json).expect("json"), run);
            }
            run = outcome.run;
        }
    }

    #[test]
    fn every_value_is_shown_as_it_was_typed(name in "[^\0]{1,40}") {
        let flow = &FLOWS[1];
        let run = flow.start("en", NOW).run.expect("waits");
        let outcome = flow.answer(run, Input::Text(&name), "en", NOW);
        if outcome.accepted() {
            let said = outcome.say.expect("says").text;
            let shown = said.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            let shown = shown.replace("&amp;", "&");
            prop_assert_eq!(shown, format!("got {}\n\nquestion 2", name.trim()));
        }
    }

    #[test]
    fn no_file_makes_the_reader_panic(source in any::<String>()) {
        check(&source);
    }

    #[test]
    fn no_damage_to_a_file_makes_the_reader_panic(
        at in 0..SMALL.len(),
        cut in 0..40_usize,
        with in "([\\[\\]{}'\"=.,\n]|\\PC){0,4}",
    ) {
        let start = (0..=at).rev().find(|at| SMALL.is_char_boundary(*at)).unwrap_or(0);
        let end = (at + cut).min(SMALL.len());
        let end = (end..=SMALL.len()).find(|at| SMALL.is_char_boundary(*at));
        let end = end.unwrap_or(SMALL.len());
        check(&format!("{}{with}{}", &SMALL[..start], &SMALL[end..]));
    }
}

#[test]
fn the_small_file_loads() {
    flow(SMALL);
}

/// A file loads, or says where and why not; a flow that loads can be started.
fn check(source: &str) {
    match Flow::parse("x.toml", source) {
        Ok(flow) => {
            flow.start("en", NOW);
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            let lines = source.lines().count().max(1) + 1;
            assert!(errors.iter().all(|error| (1..=lines).contains(&error.line)), "{errors:#?}");
        }
    }
}
