//! What flows compute, repeat, sell and tell others.

use std::collections::BTreeMap;

use serde_json::json;
use time::Duration;

use super::super::{Call, Flow, FlowRun, Input, Replied, Verdict};
use super::{NOW, Talk, flow, pairs, steps};

fn computed(expression: &str) -> Option<String> {
    let flow = steps(&format!(
        "[[steps]]\nid = \"n\"\nprompt = \"n?\"\nanswer = \"number\"\noptional = true\n\
         [[steps]]\nid = \"t\"\nprompt = \"t?\"\n\
         [[steps]]\nid = \"c\"\n[steps.compute]\nx = '''{expression}'''\n\
         [[steps]]\nid = \"e\"\nprompt = \"e?\"\n"
    ));
    let mut talk = Talk::with(&flow);
    talk.says("2.50").says("red, green");
    let answers = flow.answers_of(talk.run());
    answers.into_iter().find(|(name, _)| &**name == "x").map(|(_, value)| value)
}

#[test]
fn expressions_are_exact() {
    for (expression, value) in [
        ("n * 3", Some("7.50")),
        ("0.1 + 0.2", Some("0.3")),
        ("10 / 3", Some("3.333333333333")),
        ("round(10 / 3, 2)", Some("3.33")),
        ("round(2.5)", Some("3")),
        ("round(-2.5)", Some("-3")),
        ("round(n, 3)", Some("2.500")),
        ("7 % 4 + 2 * (1 + 1) - -1", Some("8")),
        ("n / 0", None),
        ("number(t)", None),
        ("number('12.5') + 1", Some("13.5")),
        ("default(number(t), 7)", Some("7")),
        ("9999999999999999999999999999 * 99", None),
        ("if(n > 2 and not n > 3, 'some', 'many')", Some("some")),
        ("n = 2.5 or n = 3", Some("yes")),
        ("t = 'red'", Some("no")),
        ("t != \"red\"", Some("yes")),
        ("contains(t, 'GREEN')", Some("yes")),
        ("contains(split(t, ','), 'green')", Some("yes")),
        ("count(split(t, ','))", Some("2")),
        ("length(t)", Some("10")),
        ("lower('ÄB')", Some("äb")),
        ("min(n, 2, 9)", Some("2")),
        ("max(n, abs(-4))", Some("4")),
        ("floor(n) + ceil(n)", Some("5")),
        ("today() + 2", Some("2026-11-22")),
        ("today() + 40 - today()", Some("40")),
        ("today() + 999999999", None),
        ("exists(n)", Some("yes")),
    ] {
        assert_eq!(computed(expression).as_deref(), value, "{expression}");
    }
}

#[test]
fn a_step_is_passed_over_where_its_condition_does_not_hold() {
    let flow = steps(
        "[[steps]]\nid = \"age\"\nprompt = \"age?\"\nanswer = \"integer\"\n\
         [[steps]]\nid = \"school\"\nprompt = \"school?\"\nwhen = \"age < 18\"\n\
         [[steps]]\nid = \"bye\"\nsay = \"bye\"\nwhen = \"exists(school)\"\n",
    );
    Talk::with(&flow).says("20").hears("done");
    Talk::with(&flow).says("12").hears("school?").says("5").hears("bye\n\ndone");
}

const PARTY: &str = r#"
name = "party"
command = "/party"
when_done = """{guest}
{cost} for {many}"""
[[steps]]
id = "many"
prompt = "how many?"
answer = { kind = "integer", min = 0, max = 5 }
[[steps]]
id = "guest"
for_each = "many"
item = "number"
line = "{number}. <b>{who}</b>: {price}"
  [[steps.steps]]
  id = "who"
  prompt = "guest {number}?"
  branches = [{ if = { who = "stop" }, goto = "break" }, { if = { who = "free" }, goto = "next" }]
  [[steps.steps]]
  id = "price"
  prompt = "for how much, {who}?"
  answer = "number"
[[steps]]
id = "sums"
compute = { cost = "sum(guest, price)", rounds = "count(guest)" }
"#;

#[test]
fn a_loop_asks_once_for_each_item_and_keeps_what_each_round_gave() {
    let flow = flow(PARTY);
    let mut talk = Talk::with(&flow);
    talk.says("3").hears("guest 1?");
    talk.says("Ann <").hears("for how much, Ann &lt;?").says("2.50").hears("guest 2?");
    let stored = serde_json::to_string(&talk.run()).expect("a run is stored");
    let read: FlowRun = serde_json::from_str(&stored).expect("a stored run is read");
    assert_eq!(read, talk.run());
    talk.says("free").hears("guest 3?");
    talk.says("Bob").says("1.25");
    talk.hears("1. <b>Ann &lt;</b>: 2.50\n2. <b>free</b>: \n3. <b>Bob</b>: 1.25\n3.75 for 3");
    let given = pairs(talk.last.finished.as_ref());
    let guests = given.iter().find(|(name, _)| *name == "guest").expect("the list").1;
    let guests: serde_json::Value = serde_json::from_str(guests).expect("json");
    assert_eq!(guests[0], json!({"number": "1", "who": "Ann <", "price": "2.50"}));
    assert!(!given.iter().any(|(name, _)| ["who", "price", "number"].contains(name)), "{given:?}");
}

#[test]
fn a_loop_is_left_early_or_never_entered() {
    let flow = flow(PARTY);
    Talk::with(&flow).says("0").hears("\n0 for 0");
    let mut talk = Talk::with(&flow);
    talk.says("5").says("Ann").says("4").says("stop");
    talk.hears("1. <b>Ann</b>: 4\n2. <b>stop</b>: \n4 for 5");
}

#[test]
fn a_loop_goes_over_a_list_too() {
    let flow = steps(
        "[[steps]]\nid = \"dishes\"\nprompt = \"dishes?\"\n\
         [[steps]]\nid = \"each\"\nfor_each = \"split(dishes, ',')\"\nitem = \"dish\"\n\
         [[steps.steps]]\nid = \"count\"\nprompt = \"{dish}?\"\n\
         [[steps]]\nid = \"show\"\nsay = \"{each}\"\n",
    );
    let mut talk = Talk::with(&flow);
    talk.says("soup, , salad").hears("soup?").says("2").hears("salad?");
    talk.says("a & b").hears("• 2\n• a &amp; b\n\ndone");
}

#[test]
fn answers_of_many_rounds_stay_within_their_bytes() {
    let flow = flow(PARTY);
    let mut talk = Talk::with(&flow);
    talk.says("5");
    for _ in 0..4 {
        talk.says(&"\"".repeat(3_000)).says("1");
    }
    talk.says(&"\"".repeat(5_000));
    assert_eq!(talk.last.verdict, Verdict::TooLong);
    talk.says("Ann").says("1");
    assert!(talk.last.finished.is_some());
}

#[test]
fn a_shop_step_names_a_product_and_how_many() {
    let flow = steps(
        "[[steps]]\nid = \"dish\"\nprompt = \"dish?\"\n\
         [[steps]]\nid = \"many\"\nprompt = \"many?\"\nanswer = \"integer\"\n\
         [[steps]]\nid = \"add\"\nshop = { add = \"menu-{dish}\", quantity = \"many * 2\" }\n\
         [[steps]]\nid = \"see\"\nshop = { show = \"{dish}\" }\ngoto = \"end\"\n",
    );
    let calls = |many: &str| {
        let mut talk = Talk::with(&flow);
        talk.says("soup").says(many);
        assert!(talk.last.finished.is_some());
        talk.last.calls
    };
    let cart = Call::Cart { product: "menu-soup".to_owned(), quantity: 4 };
    let show = Call::Show { product: "soup".to_owned() };
    assert_eq!(calls("2"), [cart, show.clone()]);
    assert_eq!(calls("-2"), [show], "nothing is put into the cart");
}

const ASKING: &str = r#"
name = "asking"
command = "/asking"
when_done = "{discount} {note}"
[[steps]]
id = "code"
prompt = "code?"
[[steps]]
id = "check"
webhook = "crm"
send = ["code"]
sets = { discount = "number", note = "text" }
wait = "let me see"
failed = "sorry"
time_out = { after = "1m" }
goto = "end"
[[steps]]
id = "sorry"
prompt = "not now; another?"
"#;

fn asked(flow: &Flow) -> (FlowRun, super::super::Mark) {
    let mut talk = Talk::with(flow);
    talk.says("A1").hears("let me see");
    let [Call::Webhook { name, mark, answers, waits: true }] = talk.last.calls.as_slice() else {
        panic!("{:?}", talk.last.calls);
    };
    assert_eq!((&**name, answers), ("crm", &json!({"code": "A1"})));
    (talk.run(), mark.clone())
}

#[test]
fn a_webhook_is_waited_for_and_sets_what_the_file_lets_it_set() {
    let flow = flow(ASKING);
    let (run, mark) = asked(&flow);
    let waiting = flow.answer(run.clone(), Input::Text("well?"), "en", NOW);
    assert!(waiting.say.expect("says").text.contains("One moment"));
    assert_eq!(waiting.run.as_ref(), Some(&run));
    let values = json!({"discount": 12.5, "note": " hi <b> ", "code": "forged", "other": [1]});
    let values: BTreeMap<String, serde_json::Value> =
        serde_json::from_value(values).expect("a map");
    let reply = Replied { mark: &mark, answers: Some(&values) };
    let done = flow.replied(run.clone(), reply, "ru", NOW);
    assert_eq!(done.say.expect("says").text, "12,5 hi &lt;b&gt;");
    let given = [("code", "A1"), ("discount", "12.5"), ("note", "hi <b>")];
    assert_eq!(pairs(done.finished.as_ref()), given);
    let wrong = BTreeMap::from([("discount".to_owned(), json!("a lot"))]);
    let done = flow.replied(run, Replied { mark: &mark, answers: Some(&wrong) }, "en", NOW);
    assert_eq!(pairs(done.finished.as_ref()), [("code", "A1")]);
}

fn failed_by(mark: &super::super::Mark) -> Replied<'_> {
    Replied { mark, answers: None }
}

#[test]
fn a_webhook_that_fails_or_is_late_leads_where_the_file_says() {
    let flow = flow(ASKING);
    let (run, mark) = asked(&flow);
    let failed = flow.replied(run.clone(), failed_by(&mark), "en", NOW);
    assert_eq!(failed.say.as_ref().expect("says").text, "not now; another?");
    // What comes after that belongs to no question any more.
    let late = flow.replied(failed.run.expect("asks"), failed_by(&mark), "en", NOW);
    assert_eq!(late.verdict, Verdict::Stale);
    let over = flow.time_out(run.clone(), "en", NOW + Duration::minutes(2));
    assert_eq!(over.say.expect("says").text, "not now; another?");
    let early = flow.time_out(run.clone(), "en", NOW);
    assert_eq!(early.verdict, Verdict::Early);
    let other = super::super::Mark { run_s: mark.run_s + 1, ..mark };
    assert_eq!(flow.replied(run, failed_by(&other), "en", NOW).verdict, Verdict::Stale);
}

#[test]
fn a_webhook_that_nobody_waits_for_is_told_on_the_way() {
    let flow =
        steps("[[steps]]\nid = \"a\"\nprompt = \"a?\"\n[[steps]]\nid = \"w\"\nwebhook = \"crm\"\n");
    let mut talk = Talk::with(&flow);
    talk.says("x").hears("done");
    assert!(matches!(talk.last.calls.as_slice(), [Call::Webhook { waits: false, .. }]));
    assert_eq!(flow.webhooks().collect::<Vec<_>>(), [("crm", 9)]);
}
