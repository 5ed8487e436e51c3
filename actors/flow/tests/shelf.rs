//! Which flow answers to what, and how long a version stays known.

use super::super::{Binding, Flow, FlowError, Flows};
use super::{FIVE, SURVEY, flow};

const STEP: &str = "[[steps]]\nid = \"a\"\nprompt = \"a?\"\n";

fn bound(name: &str, binding: &str) -> (String, String) {
    (format!("{name}.toml"), format!("name = \"{name}\"\n{binding}\n{STEP}"))
}

#[test]
fn the_files_that_we_ship_load() {
    let flows = Flows::parse(&[("survey.toml", SURVEY), ("five.toml", FIVE)]).expect("load");
    assert_eq!(flows.all().count(), 2);
    assert_eq!(flow(SURVEY).steps().count(), 6);
}

#[test]
fn two_flows_do_not_answer_to_the_same_thing() {
    for (binding, reason) in [
        ("command = \"/x\"", "two flows bound to `/x`"),
        ("on = \"start\"\npayload = \"p\"", "two flows bound to `/start p`"),
        ("on = \"text\"", "two flows bound to any text"),
    ] {
        let errors = Flows::parse(&[bound("a", binding), bound("b", binding)]).expect_err("clash");
        let hint = Some("the other is in a.toml".to_owned());
        let (file, reason) = ("b.toml".to_owned(), reason.to_owned());
        assert_eq!(errors, [FlowError { file, line: 2, reason, hint }]);
    }
    let errors = Flows::parse(&[bound("a", "on = \"call\""), bound("a", "on = \"call\"")]);
    assert_eq!(errors.expect_err("clash")[0].reason, "two flows with the name `a`");
}

#[test]
fn a_flow_is_found_by_what_starts_it() {
    let files = [
        bound("any", "on = \"text\""),
        bound("call", "on = \"call\""),
        bound("command", "command = \"/survey\""),
        bound("hi", "on = \"text\"\nmatches = '(?i)^hi\\b'"),
        bound("ref", "on = \"start\"\npayload = \"ref_\""),
        bound("ref_a", "on = \"start\"\npayload = \"ref_a\""),
    ];
    let flows = Flows::parse(&files).expect("load");
    let name = |flow: Option<&std::sync::Arc<Flow>>| flow.map(|flow| flow.name().to_owned());
    for (text, wanted) in [
        ("/survey", Some("command")),
        ("/Survey@shop_bot now", Some("command")),
        ("/surveys", None),
        ("survey", None),
        ("/", None),
    ] {
        assert_eq!(name(flows.bound_to_command(text)).as_deref(), wanted, "{text}");
    }
    for (payload, wanted) in [("ref_b", Some("ref")), ("ref_ab", Some("ref_a")), ("", None)] {
        assert_eq!(name(flows.bound_to_start(payload)).as_deref(), wanted, "{payload}");
    }
    for (text, wanted) in [("Hi there", Some("hi")), ("high", Some("any"))] {
        assert_eq!(name(flows.bound_to_text(text)).as_deref(), wanted, "{text}");
    }
    let call = flows.current("call").expect("by name");
    assert!(matches!(call.binding(), Binding::Call));
}

#[test]
fn a_run_keeps_the_version_that_it_began_with() {
    let (file, old) = bound("x", "command = \"/x\"");
    let old = flow(&old);
    let new = old.source().replace("a?", "b?");
    let mut flows = Flows::parse(&[(file, new)]).expect("load");
    assert!(flows.get("x", old.version()).is_none());
    flows.keep_old("x", old.version(), old.source()).expect("kept");
    flows.keep_old("x", old.version(), old.source()).expect("kept twice");
    assert_eq!(flows.get("x", old.version()).expect("kept").source(), old.source());
    assert_ne!(flows.current("x").expect("current").version(), old.version());
    let (flows, errors) = flows.with_old([("x", "0123456789abcdef", old.source())]);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(flows.get("x", old.version()).is_some());
    assert_eq!(old.version().len(), 16);
}

#[test]
fn a_folder_is_read_in_the_order_of_names() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/flows");
    let flows = Flows::load(std::path::Path::new(dir)).unwrap_or_else(|e| panic!("{e:#?}"));
    assert!(flows.bound_to_command("/survey").is_some());
    let errors = Flows::load(std::path::Path::new("/nowhere/flows")).expect_err("no folder");
    assert_eq!((errors[0].line, errors[0].file.as_str()), (0, "/nowhere/flows"));
}
