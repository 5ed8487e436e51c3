//! Choices: their buttons, what is typed instead, and buttons of other days.

use super::super::{Keyboard, Press, ReplyButton, Verdict};
use super::{SURVEY, Talk, flow, steps};

#[test]
fn a_typed_label_of_any_language_or_the_value_is_the_choice() {
    let flow = flow(SURVEY);
    for typed in ["Green", "green", "GREEN", "зелёный", " Зелёный "] {
        let mut talk = Talk::with(&flow);
        talk.says("Ann").says("30").says(typed);
        assert!(talk.text().starts_with("Green, a fine choice."), "{typed}: {}", talk.text());
    }
    let mut talk = Talk::with(&flow);
    talk.says("Ann").says("30").says("mauve").hears("Please choose one of these:");
    assert_eq!(talk.buttons().len(), 4, "the buttons come with the refusal");
}

#[test]
fn a_button_of_another_step_or_version_is_stale_and_changes_nothing() {
    let flow = flow(SURVEY);
    let mut talk = Talk::with(&flow);
    talk.says("Ann").says("30");
    let old = talk.buttons()[0].data.clone();
    talk.presses(&old);
    let before = talk.run();
    for data in [old.as_str(), "f:00000000:comment:0", "f:00000000:colour:0"] {
        talk.presses(data);
        assert_eq!((&talk.last.verdict, &talk.last.say), (&Verdict::Stale, &None), "{data}");
        assert_eq!(talk.run(), before);
    }
    let data = format!("f:{}:colour:9", &flow.version()[..8]);
    let mut talk = Talk::with(&flow);
    talk.says("Ann").says("30").presses(&data);
    assert_eq!(talk.last.verdict, Verdict::Stale, "there is no tenth choice");
}

#[test]
fn button_data_is_read_back_and_nothing_else_is() {
    let press = Press { version: "0a1b2c3d", step: "colour", choice: 12 };
    assert_eq!(Press::parse(&press.encode()), Some(press));
    for data in
        ["", "f:", "f:a:b", "f:a:b:", "f:a:b:c", "f:a:b:1:2", "f::b:1", "g:a:b:1", "f:a:b:+1"]
    {
        assert_eq!(Press::parse(data), None, "{data}");
    }
}

#[test]
fn a_reply_keyboard_closes_with_the_next_plain_message() {
    let flow = steps(
        r#"
        [[steps]]
        id = "size"
        prompt = "size?"
        choices = ["S", "M", "L"]
        keyboard = "reply"
        columns = 2
        [[steps]]
        id = "note"
        prompt = "note?"
        [[steps]]
        id = "more"
        prompt = "more?"
        "#,
    );
    let mut talk = Talk::with(&flow);
    let text = |label: &str| ReplyButton::Text(label.to_owned());
    let rows = vec![vec![text("S"), text("M")], vec![text("L")]];
    assert_eq!(talk.keyboard(), &Keyboard::Reply { rows, one_time: true });
    assert_eq!(talk.says("m").keyboard(), &Keyboard::Remove);
    assert_eq!(talk.says("x").keyboard(), &Keyboard::None);
}

#[test]
fn a_button_counts_only_for_its_own_question_of_its_own_version() {
    let flow = steps(
        r#"
        [[steps]]
        id = "one"
        prompt = "one?"
        choices = [{ value = "1", label = "First" }, { value = "2", label = "Second" }]
        [[steps]]
        id = "two"
        prompt = "two?"
        choices = ["a", "b"]
        "#,
    );
    let version = &flow.version()[..8];
    let mut talk = Talk::with(&flow);
    for data in ["f:00000000:one:0".to_owned(), format!("f:{version}:two:0")] {
        assert_eq!(talk.presses(&data).last.verdict, Verdict::Stale, "{data}");
    }
    let chosen = Some("First".to_owned());
    let first = Verdict::Accepted { chosen };
    assert_eq!(talk.presses(&format!("f:{version}:one:0")).last.verdict, first);
    assert_eq!(Talk::with(&flow).says("1").last.verdict, first, "the value, typed");
}
