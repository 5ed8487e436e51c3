//! The engine's rules, one test each; each other subject has a file of its own.

mod answers;
mod buttons;
mod computed;
mod guide;
mod load;
mod random;
mod shelf;
mod wrong;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{
    ANSWERS_MAX_BYTES, Answers, Button, Flow, FlowRun, Input, Keyboard, Outcome, Press, Verdict,
};

pub(super) const SURVEY: &str = include_str!("../../config/flows/survey.toml");
pub(super) const FIVE: &str = include_str!("../../benches/flows/five.toml");
pub(super) const NOW: OffsetDateTime = datetime!(2026-11-20 12:00:00.5 UTC);

pub(super) fn flow(source: &str) -> Flow {
    Flow::parse("test.toml", source).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// A flow bound to `/x` whose steps are written by the test.
fn steps(steps: &str) -> Flow {
    flow(&format!("name = \"x\"\ncommand = \"/x\"\nwhen_done = \"done\"\n{steps}"))
}

/// One customer who answers in English at `NOW`.
struct Talk<'f> {
    flow: &'f Flow,
    last: Outcome,
}

impl<'f> Talk<'f> {
    fn with(flow: &'f Flow) -> Self {
        Talk { flow, last: flow.start("en", NOW) }
    }

    fn run(&self) -> FlowRun {
        self.last.run.clone().expect("the run goes on")
    }

    fn says(&mut self, text: &str) -> &mut Self {
        self.last = self.flow.answer(self.run(), Input::Text(text), "en", NOW);
        self
    }

    fn presses(&mut self, data: &str) -> &mut Self {
        let press = Press::parse(data).expect("a flow's button");
        self.last = self.flow.answer(self.run(), Input::Press(press), "en", NOW);
        self
    }

    #[track_caller]
    fn hears(&mut self, text: &str) -> &mut Self {
        assert_eq!(self.text(), text);
        self
    }

    fn text(&self) -> &str {
        self.last.say.as_ref().map_or("", |say| &say.text)
    }

    fn keyboard(&self) -> &Keyboard {
        self.last.say.as_ref().map_or(&Keyboard::None, |say| &say.keyboard)
    }

    fn buttons(&self) -> Vec<Button> {
        match self.keyboard() {
            Keyboard::Inline { rows } => rows.iter().flatten().cloned().collect(),
            other => panic!("no inline keyboard: {other:?}"),
        }
    }
}

fn pairs(answers: Option<&Answers>) -> Vec<(&str, &str)> {
    let answers = answers.expect("finished").iter();
    answers.map(|(name, value)| (&**name, value.as_str())).collect()
}

#[test]
fn the_bench_dialogue_names_every_earlier_answer() {
    let flow = flow(FIVE);
    let mut talk = Talk::with(&flow);
    talk.hears("question 1");
    talk.says("a").hears("got a\n\nquestion 2");
    talk.says("b").hears("got a b\n\nquestion 3");
    talk.says("c").hears("got a b c\n\nquestion 4");
    talk.says("d").hears("got a b c d\n\nquestion 5");
    talk.says("e").hears("done a b c d e");
    assert_eq!(talk.last.run, None);
    let all = [("one", "a"), ("two", "b"), ("three", "c"), ("four", "d"), ("five", "e")];
    let mut given = pairs(talk.last.finished.as_ref());
    given.sort_by_key(|(_, value)| *value);
    assert_eq!(given, all);
}

#[test]
fn the_survey_branches_on_the_age_and_takes_a_button() {
    let flow = flow(SURVEY);
    let mut talk = Talk::with(&flow);
    talk.hears("Tell us about yourself: a few short questions.\n\nWhat is your name?");
    talk.says("7").hears("Please write your name in letters.");
    assert_eq!(talk.last.verdict, Verdict::NotAccepted);
    talk.says(" Ann O'Neil ").hears("Nice to meet you, Ann.\n\nHow old are you?");
    talk.says("12").hears("Which class are you in?");
    talk.says("6 <b>").hears("6 &lt;b&gt;: noted.\n\nAnd your favourite colour, Ann?");
    let buttons = talk.buttons();
    assert_eq!(buttons[1].label, "Green");
    talk.presses(&buttons[1].data);
    assert_eq!(talk.last.verdict, Verdict::Accepted { chosen: Some("Green".to_owned()) });
    assert!(talk.text().starts_with("Green, a fine choice."));
    talk.says("-").hears("<b>Thank you, Ann!</b> That was all.");
    let mut given = pairs(talk.last.finished.as_ref());
    given.sort_unstable();
    let wanted = [
        ("age", "12"),
        ("colour", "green"),
        ("comment", "-"),
        ("first", "Ann"),
        ("last", "O'Neil"),
        ("name", "Ann O'Neil"),
        ("school", "6 <b>"),
    ];
    assert_eq!(given, wanted);
}

#[test]
fn an_adult_is_not_asked_for_the_class() {
    let flow = flow(SURVEY);
    let mut talk = Talk::with(&flow);
    talk.says("Ann").says("30").hears("And your favourite colour, Ann?");
}

#[test]
fn every_language_hears_its_own_text_and_others_the_default() {
    let flow = flow(SURVEY);
    for (lang, wanted) in [
        ("ru", "Как вас зовут?"),
        ("ru-RU", "Как вас зовут?"),
        ("es", "¿Cómo te llamas?"),
        ("uz", "Ismingiz nima?"),
        ("ar", "ما اسمك؟"),
        ("fr", "What is your name?"),
    ] {
        let said = flow.start(lang, NOW).say.expect("a question").text;
        assert!(said.ends_with(wanted), "{lang}: {said}");
    }
}

#[test]
fn what_is_no_text_is_not_accepted() {
    let flow = flow(FIVE);
    for input in [Input::Other, Input::Text(""), Input::Text(" \n "), Input::Text("a\0b")] {
        let run = flow.start("en", NOW).run.expect("waits");
        let outcome = flow.answer(run, input, "en", NOW);
        assert_eq!(outcome.verdict, Verdict::NotAccepted);
        assert_eq!(outcome.say.expect("asked again").text, "question 1");
    }
}

#[test]
fn a_time_out_reminds_twice_and_then_gives_up() {
    let flow = flow(SURVEY);
    let run = flow.start("en", NOW).run.expect("waits");
    let day = Duration::days(1);
    let early = flow.time_out(run.clone(), "en", NOW + day - Duration::SECOND);
    assert_eq!((early.verdict, early.run, early.say), (Verdict::Early, Some(run.clone()), None));
    let (mut run, mut now) = (run, NOW);
    for _ in 0..2 {
        now += day;
        let outcome = flow.time_out(run, "en", now);
        assert_eq!(outcome.verdict, Verdict::Reminded);
        assert_eq!(
            outcome.say.as_ref().expect("says").text,
            "Shall we go on?\n\nWhat is your name?"
        );
        assert_eq!(outcome.deadline(), Some((now + day).truncate_to_second()));
        run = outcome.run.expect("waits");
    }
    let outcome = flow.time_out(run, "en", now + day);
    assert_eq!((outcome.verdict, outcome.run), (Verdict::Abandoned, None));
    assert_eq!(outcome.say.expect("says").text, "Let us leave it here. /survey starts again.");
    assert_eq!(outcome.finished, None);
}

#[test]
fn an_answer_and_a_refused_one_begin_the_time_out_anew() {
    let flow = flow(SURVEY);
    let later = NOW + Duration::days(1);
    for text in ["Ann", "7"] {
        let run = flow.start("en", NOW).run.expect("waits");
        let run = flow.time_out(run, "en", later).run.expect("waits");
        let outcome = flow.answer(run, Input::Text(text), "en", later);
        assert_eq!(outcome.deadline(), Some((later + Duration::days(1)).truncate_to_second()));
        let again = flow.time_out(outcome.run.expect("waits"), "en", later + Duration::days(1));
        assert_eq!(again.verdict, Verdict::Reminded);
        assert_eq!(again.run.expect("waits").reminded, 1);
    }
}

#[test]
fn branches_ask_for_equal_matching_and_given_answers() {
    let source = r#"
        [[steps]]
        id = "a"
        prompt = "a?"
        accept = '(?<word>[a-z]+)(?: (?<number>\d+))?'
        branches = [
          { if = { word = "same" }, goto = "equal" },
          { if = { word = { matches = "^x" }, number = { exists = true } }, goto = "both" },
          { if = { number = { exists = false } }, goto = "end" },
        ]
        goto = "other"
        [[steps]]
        id = "equal"
        prompt = "equal"
        goto = "end"
        [[steps]]
        id = "both"
        prompt = "both"
        goto = "end"
        [[steps]]
        id = "other"
        prompt = "other"
    "#;
    let flow = steps(source);
    for (text, heard) in
        [("same 1", "equal"), ("xy 1", "both"), ("xy", "done"), ("ab", "done"), ("ab 1", "other")]
    {
        Talk::with(&flow).says(text).hears(heard);
    }
}

#[test]
fn a_loop_asks_again_and_forgets_a_group_that_took_no_part() {
    let flow = steps(
        r#"
        [[steps]]
        id = "item"
        prompt = "item?"
        accept = '^(?<what>\w+)(?: (?<count>\d+))?$'
        reply = "{count} {what}"
        [[steps]]
        id = "more"
        prompt = "more?"
        choices = ["yes", "no"]
        branches = [{ if = { more = "yes" }, goto = "item" }]
        "#,
    );
    let mut talk = Talk::with(&flow);
    talk.says("tea 2").hears("2 tea\n\nmore?").says("yes").hears("item?");
    talk.says("milk").hears(" milk\n\nmore?").says("no").hears("done");
    assert_eq!(
        pairs(talk.last.finished.as_ref()),
        [("item", "milk"), ("what", "milk"), ("more", "no")]
    );
}

#[test]
fn answers_that_grow_too_large_are_refused_and_the_old_ones_stay() {
    let flow = flow(FIVE);
    let mut talk = Talk::with(&flow);
    let large = "x".repeat(ANSWERS_MAX_BYTES / 2);
    talk.says(&large).says(&large);
    assert!(talk.last.accepted());
    let before = talk.run();
    talk.says("y");
    assert_eq!(talk.last.verdict, Verdict::TooLong);
    assert_eq!(talk.run(), before);
}

#[test]
fn an_answer_given_again_takes_the_place_of_the_old_one() {
    let flow = steps("[[steps]]\nid = \"a\"\nprompt = \"a?\"\ngoto = \"a\"");
    let mut talk = Talk::with(&flow);
    let large = "x".repeat(ANSWERS_MAX_BYTES);
    assert!(talk.says(&large).says(&large).last.accepted());
    talk.says(&format!("{large}x"));
    assert_eq!(talk.last.verdict, Verdict::TooLong);
}

#[test]
fn what_a_customer_typed_cannot_be_markup() {
    let flow = flow(FIVE);
    let mut talk = Talk::with(&flow);
    talk.says("<a href=\"x\">&lt;").hears("got &lt;a href=&quot;x&quot;&gt;&amp;lt;\n\nquestion 2");
}

#[test]
fn a_time_out_counts_from_its_very_second() {
    let flow = flow(SURVEY);
    let run = flow.start("en", NOW).run.expect("waits");
    let due = run.due.expect("a time-out");
    assert_eq!(flow.time_out(run, "en", due).verdict, Verdict::Reminded);
}

#[test]
fn a_run_is_stored_small_and_comes_back_equal() {
    let flow = flow(SURVEY);
    let mut talk = Talk::with(&flow);
    talk.says("Ann");
    let run = talk.run();
    let json = serde_json::to_string(&run).expect("json");
    assert!(json.len() < 160, "{json}");
    assert_eq!(serde_json::from_str::<FlowRun>(&json).expect("json"), run);
}

#[test]
fn the_run_of_another_version_is_left_alone() {
    let (five, survey) = (flow(FIVE), flow(SURVEY));
    let run = five.start("en", NOW).run.expect("waits");
    assert_eq!(survey.waiting_at(&run), None);
    let outcome = survey.answer(run.clone(), Input::Text("x"), "en", NOW);
    assert_eq!((outcome.verdict, outcome.run), (Verdict::Stale, Some(run.clone())));
    assert_eq!(survey.time_out(run.clone(), "en", NOW).run, Some(run.clone()));
    let newer = flow(&format!("{FIVE}# the same steps"));
    assert_eq!(newer.waiting_at(&run), None);
}

#[test]
fn the_question_can_be_asked_again() {
    let flow = flow(SURVEY);
    let mut talk = Talk::with(&flow);
    talk.says("Ann").says("30");
    let again = flow.ask_again(talk.run(), "ru", NOW);
    assert_eq!(again.say.expect("says").text, "А какой ваш любимый цвет, Ann?");
    assert_eq!(flow.waiting_at(&talk.run()), Some("colour"));
}
