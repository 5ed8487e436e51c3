//! What a file may not say. In the sources below, a line that ends in `#! reason` is where that
//! error must be found; an error without such a line fails too.

use super::super::{Flow, STEPS_MAX};
use super::flow;

const TOP: &str = "name = \"x\"\ncommand = \"/x\"\n";
const STEP: &str = "[[steps]]\nid = \"a\"\nprompt = \"a?\"\n";

/// Every marked line is reported with its reason, and nothing else is.
#[track_caller]
fn refused(source: &str) {
    let marks = source.lines().enumerate().flat_map(|(number, line)| {
        let reasons = line.split("#! ").skip(1);
        reasons.map(move |reason| (number + 1, reason.trim_end().to_owned()))
    });
    let marks: Vec<(usize, String)> = marks.collect();
    let errors = Flow::parse("x.toml", source).expect_err("the file is wrong");
    // A mark that ends in `…` is the beginning of the reason.
    let short = |reason: &str, mark: Option<&(usize, String)>| {
        let start = mark.and_then(|(_, mark)| mark.strip_suffix('…'));
        match start {
            Some(start) if reason.starts_with(start) => format!("{start}…"),
            _ => reason.to_owned(),
        }
    };
    let found: Vec<_> = errors
        .iter()
        .enumerate()
        .map(|(number, error)| (error.line, short(&error.reason, marks.get(number))))
        .collect();
    assert_eq!(found, marks, "\n{source}");
}

/// The same for steps alone.
#[track_caller]
pub(super) fn refused_steps(steps: &str) {
    refused(&format!("{TOP}{steps}"));
}

#[test]
fn all_errors_of_a_file_come_at_once_in_its_order() {
    refused(
        r#"colour = "red" #! unknown key `colour` in a flow
name = "a flow" #! `a flow` cannot be a flow's `name`
command = "survey" #! `survey` cannot be a command
[[steps]]
id = "end" #! `end` is where a flow ends, not a step's `id`
prompt = "<b>hi" #! `<b>` is never closed in `prompt`
accept = '(?<x' #! `accept` is not a pattern: unclosed capture group name
"#,
    );
}

#[test]
fn a_flow_needs_a_name_a_start_and_steps() {
    let errors = Flow::parse("x.toml", "").expect_err("empty");
    let reasons: Vec<&str> = errors.iter().map(|error| &*error.reason).collect();
    let wanted =
        ["the flow has no `name`", "nothing starts the flow", "the flow has no `[[steps]]`"];
    assert_eq!(reasons, wanted);
    assert!(errors.iter().all(|error| error.line == 1));
    refused("name = \"x\"\non = \"call\"\nsteps = [] #! the flow has no steps");
}

#[test]
fn a_flow_is_bound_in_one_way() {
    for binding in [
        "on = \"never\" #! `on` must be \"start\", \"text\" or \"call\"",
        "command = \"/x\"\non = \"call\" #! a flow has either `command` or `on`, not both",
        "on = \"text\"\npayload = \"x\" #! `payload` needs `on = \"start\"`",
        "command = \"/x\"\nmatches = \"x\" #! `matches` needs `on = \"text\"`",
        "on = \"text\"\nmatches = \"(\" #! `matches` is not a pattern: unclosed group",
        "command = 7 #! `command` must be a string, not this integer",
    ] {
        refused(&format!("name = \"x\"\n{binding}\n{STEP}"));
    }
}

#[test]
fn a_syntax_error_has_its_line() {
    let errors = Flow::parse("x.toml", &format!("{TOP}[[steps]]\nid = \n")).expect_err("syntax");
    assert_eq!(errors[0].line, 4);
    let errors = Flow::parse("x.toml", &format!("{TOP}name = \"y\"\n")).expect_err("twice");
    assert_eq!((errors[0].line, &*errors[0].reason), (3, "duplicate key"));
}

#[test]
fn a_step_is_checked_by_itself() {
    refused_steps("[[steps]] #! a step without `id`\nprompt = \"a?\"");
    refused_steps("[[steps]]\nid = \"ä\" #! `ä` cannot be a step's `id`\nprompt = \"a?\"");
    refused_steps("[[steps]] #! a step needs `prompt` or `say`\nid = \"a\"");
    refused_steps(
        "[[steps]]\nid = \"a\"\nprompt = \"a?\"\nsay = \"a\" #! a step has either `prompt` or…",
    );
    refused_steps(
        "[[steps]]\nid = \"a\"\nsay = \"a\"\nreply = \"b\" #! `reply` belongs to a step…",
    );
    refused_steps(&format!("{STEP}promt = \"b\" #! unknown key `promt` in a step"));
    refused_steps(&format!("{STEP}columns = 2 #! `columns` needs `choices`"));
    refused_steps(&format!(
        "{STEP}accept = '\\w{{9999}}{{99}}' #! `accept` is not a pattern: it is too large"
    ));
    refused_steps(&format!(
        "{STEP}accept = '(?<a.b>x)' #! the group `a.b` of `accept` cannot name an answer"
    ));
    let second = "[[steps]] #! two steps with the id `a`\nid = \"a\"\nprompt = \"a?\"\n";
    refused_steps(&format!("{STEP}{second}"));
    assert_eq!(STEPS_MAX, 200);
}

#[test]
fn a_flow_has_two_hundred_steps_at_most() {
    let steps = |many: usize| {
        let step = |number| format!("[[steps]]\nid = \"s{number}\"\nprompt = \"a?\"\n");
        format!("{TOP}{}", (0..many).map(step).collect::<String>())
    };
    flow(&steps(STEPS_MAX));
    let errors = Flow::parse("x.toml", &steps(STEPS_MAX + 1)).expect_err("too many");
    assert_eq!((errors[0].line, &*errors[0].reason), (3 + 3 * STEPS_MAX, "more than 200 steps"));
}

#[test]
fn a_file_cannot_name_answers_without_end() {
    let text: String = (0..1_001).map(|number| format!("{{n{number}}}")).collect();
    let source = format!("{TOP}{STEP}reply = \"{text}\"");
    let errors = Flow::parse("x.toml", &source).expect_err("too many");
    assert_eq!((errors[0].line, &*errors[0].reason), (3, "more than 1000 names of answers"));
    assert_eq!(errors.len(), 1);
}

#[test]
fn names_in_excess_need_no_step_to_be_refused() {
    let text: String = (0..1_001).map(|number| format!("{{n{number}}}")).collect();
    let errors = Flow::parse("x.toml", &format!("{TOP}when_done = \"{text}\"\nsteps = []"));
    assert!(errors.is_err());
}

#[test]
fn a_step_that_is_no_table_does_not_hide_the_others() {
    refused(
        "name = \"x\"\non = \"call\"\nsteps = [\n7, #! a step must be a table, not this integer\n\
         { id = \"a\", prompt = \"a?\", goto = \"b\" },\n{ id = \"b\" }, #! a step needs `prompt` \
         or `say`\n]",
    );
}

#[test]
fn choices_can_be_told_apart_pressed_and_accepted() {
    refused_steps(&format!("{STEP}choices = [] #! `choices` is empty"));
    refused_steps(&format!(
        r#"{STEP}accept = '^[a-z]+$'
choices = [
  "red",
  "red", #! two choices with the value `red`
  {{ value = "crimson", label = "Red" }}, #! two choices with the label `Red`
  {{ label = "Blue" }}, #! a choice without `value`
  "No 5", #! `accept` does not accept the choice `No 5`
  {{ value = "y", label = " " }}, #! a choice's `label` must not be empty
]
keyboard = "outline" #! `keyboard` must be "inline" or "reply"
columns = 9 #! `columns` must be a number from 1 to 8, not this integer
"#
    ));
    refused_steps(&format!(
        "{STEP}choices = [\" x\"] #! a choice's `value` must not be empty or have spaces around it"
    ));
    let id = "i".repeat(52);
    refused_steps(&format!(
        "[[steps]]\nid = \"{id}\" #! a button of this step would carry 65 bytes of data\n\
         prompt = \"a?\"\nchoices = [\"x\"]"
    ));
    let many = "\"x\",".repeat(101);
    let errors = Flow::parse("x.toml", &format!("{TOP}{STEP}choices = [{many}]"));
    assert!(errors.expect_err("many").iter().any(|e| e.reason == "101 choices, more than 100"));
}

#[test]
fn a_label_may_be_another_languages_label() {
    flow(&format!(
        r#"{TOP}{STEP}choices = [
            {{ value = "da", label = {{ en = "Yes", ru = "Da" }} }},
            {{ value = "no", label = {{ en = "Da", ru = "No" }} }},
        ]"#
    ));
}

#[test]
fn a_text_is_telegram_html_with_known_answers() {
    for (text, reason) in [
        ("{", "a `{` that is never closed in `reply`"),
        ("}", "a `}` that closes nothing in `reply`"),
        ("{a b}", "`{a b}` is not a placeholder in `reply`"),
        ("{who}", "no step gives an answer named `who`"),
        ("{a.label}", "`a` has no labels: no step of that id has choices"),
        ("1 < 2", "a `<` that starts no tag in `reply`"),
        ("<h1>x</h1>", "`<h1>` is not a tag that Telegram knows in `reply`"),
        ("<b><i>x</b></i>", "`</b>` where `</i>` is expected in `reply`"),
        ("x</b>", "`</b>` closes nothing in `reply`"),
        (" ", "`reply` has no text of its own"),
    ] {
        refused_steps(&format!("{STEP}reply = \"{text}\" #! {reason}"));
    }
    refused_steps(
        "[[steps]]\nid = \"a\"\nprompt = \"{a}\" #! `prompt` has no text of its own\ngoto = \"a\"",
    );
    flow(&format!("{TOP}{STEP}reply = \"{{{{<a href='x'>{{a}}</a> &lt; & }}}}\""));
}

#[test]
fn a_text_has_4096_units_at_most_and_markup_does_not_count() {
    let step = |text: &str| format!("{TOP}[[steps]]\nid = \"a\"\nprompt = \"{text}\"");
    flow(&step(&format!("<b>{}</b>&amp;", "🙂".repeat(2_047))));
    let long = "🙂".repeat(2_049);
    refused(&format!("{} #! `prompt` has 4098 characters, more than 4096", step(&long)));
}

#[test]
fn what_is_wrong_in_a_long_text_has_its_own_line() {
    let source =
        format!("{TOP}[[steps]]\nid = \"a\"\nprompt = \"\"\"\nHello,\n<b>{{who}}</i>\n\"\"\"");
    let errors = Flow::parse("x.toml", &source).expect_err("unknown");
    assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [7, 7]);
}

#[test]
fn a_text_in_languages_has_the_flows_own() {
    refused_steps("[[steps]]\nid = \"a\"\nprompt = { ru = \"x\" } #! `prompt` has no text in `en`");
    refused_steps(
        "[[steps]]\nid = \"a\"\nprompt = { en = \"x\", r_u = \"y\" } #! `r_u` in `prompt` is not a \
         language",
    );
    refused_steps(
        "[[steps]]\nid = \"a\"\nprompt = 7 #! `prompt` (a string, or a table of languages) must be \
         a table, not this integer",
    );
    refused(&format!("{TOP}language = \"english\" #! `english` is not a language\n{STEP}"));
}

#[test]
fn an_answer_is_used_only_where_it_may_be_given() {
    refused_steps(
        r#"
[[steps]]
id = "a"
prompt = "a?"
reject = "{a} no" #! `a` is not answered yet here
reply = "{a}"
branches = [{ if = { b = "x" }, goto = "c" }] #! `b` is not answered yet here
[[steps]]
id = "b"
prompt = "{a} {c} b?" #! `c` is not answered yet here
[[steps]]
id = "c"
prompt = "{a} {b} c?"
"#,
    );
    // A loop makes the later answer an earlier one, however long the way round.
    flow(&format!(
        "{TOP}{STEP}[[steps]]\nid = \"b\"\nprompt = \"{{c}} b?\"\n\
         [[steps]]\nid = \"c\"\nprompt = \"c?\"\ngoto = \"a\""
    ));
    flow(&format!(
        "{TOP}{STEP}reply = \"{{b}}\"\n[[steps]]\nid = \"b\"\nprompt = \"b?\"\ngoto = \"a\""
    ));
}

#[test]
fn gotos_lead_to_steps_that_are_reached_and_ask() {
    refused_steps(&format!("{STEP}goto = \"b\" #! no step has the id `b`"));
    refused_steps(
        r#"
[[steps]]
id = "a"
prompt = "a?"
branches = [
  { if = { a = "x" } }, #! a branch needs `if` or `when`, and `goto`
  { if = { a = { equals = "x", exists = true } }, goto = "end" }, #! a condition is one of…
  { if = { a = { is = "x" } }, goto = "end" }, #! unknown key `is` in a condition
  { if = {}, goto = "end" }, #! `if` names no answer
  { if = { a = { exists = 1 } }, goto = "end" }, #! `exists` must be…
]
goto = "c"
[[steps]] #! the step `b` can never be reached
id = "b"
prompt = "b?"
[[steps]] #! the step `c` leads back to itself without a question
id = "c"
say = "c"
[[steps]] #! the step `d` leads back to itself without a question
id = "d"
say = "d"
branches = [{ if = { a = "x" }, goto = "c" }]
goto = "a"
"#,
    );
}

#[test]
fn a_time_out_is_a_duration_and_what_is_said() {
    let bad = "`after` must be a duration from 1 second to 365 days";
    for after in ["\"\"", "\"10\"", "\"10y\"", "\"0s\"", "\"366d\"", "\"ten\"", "10", "\"1hм\""] {
        refused_steps(&format!("{STEP}time_out = {{ after = {after} }} #! {bad}"));
    }
    for after in ["90s", "10m", "1h30m", "24h", "365d"] {
        flow(&format!("{TOP}{STEP}time_out = {{ after = \"{after}\" }}"));
    }
    refused_steps(&format!(
        "{STEP}time_out = {{ remind = \"hey\" }} #! `time_out` without `after`"
    ));
    refused_steps(&format!(
        "{STEP}time_out = {{ after = \"1m\", times = 2 }} #! `times` counts reminders…"
    ));
    // The flow's own time-out stands for all steps, and its errors are told once.
    let steps = format!("{STEP}[[steps]]\nid = \"b\"\nprompt = \"b?\"\n");
    refused(&format!("{TOP}time_out = {{ after = \"x\" }} #! {bad}\n{steps}"));
}

#[test]
fn an_error_names_file_line_and_hint() {
    let errors = Flow::parse("x.toml", &format!("{TOP}{STEP}goto = \"b\"")).expect_err("goto");
    let wanted = "x.toml:6: no step has the id `b`\n  hint: steps: a, end";
    assert_eq!(errors[0].to_string(), wanted);
}
