//! Rules of the report on update files.

use super::{Action, Digest, digest, run};

const START: &str = include_str!("../../../tests/fixtures/updates/start.json");
const LATER: &str = include_str!("../../../tests/fixtures/updates/later_kind.json");

fn actions(file: &str) -> Vec<Action> {
    digest(file.as_bytes()).iter().map(|item| item.action).collect()
}

#[test]
fn one_line_tells_kind_ids_and_action() {
    let line = serde_json::to_string(&digest(START.as_bytes())[0]).expect("JSON");
    assert_eq!(
        line,
        concat!(
            r#"{"update_id":900000001,"kind":"message","#,
            r#""chat_id":5000000001,"user_id":5000000001,"action":"handled"}"#
        )
    );
    let line = serde_json::to_string(&digest(LATER.as_bytes())[0]).expect("JSON");
    assert_eq!(
        line,
        concat!(
            r#"{"update_id":900000012,"kind":"hologram_call","#,
            r#""action":"ignored","reason":"unknown kind"}"#
        )
    );
}

#[test]
fn an_object_an_array_a_response_and_lines_give_the_same() {
    let one = digest(START.as_bytes());
    let two: Vec<Digest> = [one.clone(), one.clone()].concat();
    for file in [
        format!("[{START},{START}]"),
        format!("\u{feff}{{\"ok\":true,\"result\":[{START},{START}]}}"),
        format!("{START}{START}"),
        format!("\n{START}\r\n\r\n{START}"),
        format!("[{START}]\n{START}"),
    ] {
        assert_eq!(digest(file.as_bytes()), two, "{file}");
    }
    assert_eq!(digest(START.as_bytes()), one);
    assert!(digest(b" \n").is_empty() && digest(b"[]").is_empty());
}

#[test]
fn a_broken_line_hides_no_other() {
    let start = START.replace('\n', " ");
    let file = format!("{start}\n{{\"update_id\":4,\"mess\n\"text\"\n{start}\n");
    let (handled, unparsed) = (Action::Handled, Action::Unparsed);
    assert_eq!(actions(&file), [handled, unparsed, unparsed, handled]);
    assert_eq!(digest(file.as_bytes())[1].update_id, Some(4));
    let file = format!("[\n{start},\n{{\"update_id\":4,,}},\n{start}\n]\n");
    assert_eq!(actions(&file), [handled, unparsed, handled]);
}

#[test]
fn a_broken_document_is_one_item() {
    let half = &START[..START.len() / 2];
    assert_eq!(actions(half), [Action::Unparsed]);
    assert_eq!(actions("\u{0}\u{1}"), [Action::Unparsed]);
    assert_eq!(actions(r#"{"ok":false,"error_code":409,"description":"Conflict"}"#).len(), 1);
}

#[test]
fn one_malformed_update_in_a_batch_leaves_the_others() {
    let file = format!(r#"[{START},{{"update_id":5,"message":{{"message_id":1}}}},{LATER}]"#);
    assert_eq!(actions(&file), [Action::Handled, Action::Unparsed, Action::Ignored]);
    let reason = digest(file.as_bytes())[1].reason.clone().expect("a reason");
    assert!(reason.contains("missing field `chat`"), "{reason}");
}

#[test]
fn odd_letters_pass_every_wrapping() {
    let odd = include_str!("../../../tests/fixtures/updates/odd_letters.json");
    assert_eq!(actions(&format!("[{odd},{odd}]")), [Action::Handled; 2]);
    let broken = [b"{\"update_id\":1,\"poll\":{\"id\":\"", &[0xFF, 0xC3][..], b"\"}}"].concat();
    assert_eq!(digest(&broken)[0].action, Action::Handled);
}

#[test]
fn the_report_says_whether_all_was_understood() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/updates");
    let good = vec![root.join("start.json"), root.join("later_kind.json")];
    let mut out = Vec::new();
    assert!(run(&good, &mut out).expect("readable"));
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 2);
    let bad = vec![root.join("start.json"), root.join("malformed.json")];
    assert!(!run(&bad, &mut Vec::new()).expect("readable"));
    assert!(run(&[root.join("absent.json")], &mut Vec::new()).is_err());
}
