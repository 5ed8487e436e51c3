//! The program's commands: what they print and how they end.

use std::path::Path;

use entities::{AnswerRow, Extra, PaymentRow, Row, write_group};

use crate::rig::{Ground, err, kontor, on_both, out};

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("writes");
    path.display().to_string()
}

const UNDERSTOOD: &str = "{\"update_id\":1,\"message\":{\"message_id\":1,\"date\":1,\"text\":\"hi\",\
    \"chat\":{\"id\":5,\"type\":\"private\"},\"from\":{\"id\":5,\"is_bot\":false,\"first_name\":\"A\"}}}";

#[test]
fn digest_ends_with_0_when_all_was_understood_and_with_1_when_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = file(folder.path(), "good.json", UNDERSTOOD);
    let fine = kontor(folder.path(), &[], &["updates", "digest", &good]);
    assert_eq!(fine.status.code(), Some(0), "{}{}", out(&fine), err(&fine));
    assert_eq!(out(&fine).lines().count(), 1);
    assert!(out(&fine).contains("\"action\":\"handled\""), "{}", out(&fine));
    let bad =
        file(folder.path(), "bad.json", "[{\"update_id\":2,\"message\":{\"message_id\":\"x\"}}]");
    let mixed = kontor(folder.path(), &[], &["updates", "digest", &good, &bad]);
    assert_eq!(mixed.status.code(), Some(1), "{}", err(&mixed));
    assert!(out(&mixed).contains("\"action\":\"unparsed\""), "{}", out(&mixed));
    let missing = kontor(folder.path(), &[], &["updates", "digest", "no-such.json"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(err(&missing).starts_with("error: read no-such.json: "), "{}", err(&missing));
}

#[test]
fn a_wrong_command_and_a_wrong_configuration_end_with_2() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(kontor(folder.path(), &[], &["no-such-command"]).status.code(), Some(2));
    file(folder.path(), "kontor.toml", "[limits]\nmailbx = 1\n");
    let wrong = kontor(folder.path(), &[], &["stuck", "list"]);
    assert_eq!(wrong.status.code(), Some(2));
    let said =
        "error: kontor.toml: limits.mailbx: there is no such key\n  hint: did you mean mailbox?\n";
    assert_eq!(err(&wrong), said);
    let none = kontor(folder.path(), &["--config", "none.toml"], &["stuck", "list"]);
    assert_eq!(none.status.code(), Some(2), "{}", err(&none));
}

#[test]
fn serve_without_a_bot_says_what_to_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = kontor(folder.path(), &[], &["serve"]);
    assert_eq!(ended.status.code(), Some(2));
    assert!(err(&ended).starts_with("error: no bot is configured\n  hint: "), "{}", err(&ended));
}

#[test]
fn without_a_server_tree_ends_with_3_and_without_a_database_lists_end_with_4() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = kontor(folder.path(), &[], &["tree"]);
    assert_eq!(tree.status.code(), Some(3));
    assert!(
        err(&tree).contains("no server is running at data/kontor.sock\n  hint: "),
        "{}",
        err(&tree)
    );
    let list = kontor(folder.path(), &[], &["stuck", "list"]);
    assert_eq!(list.status.code(), Some(4));
    assert!(err(&list).contains("there is no database at data/kontor.db"), "{}", err(&list));
    assert!(!folder.path().join("data").exists(), "looking makes nothing");
}

#[test]
fn migrations_are_applied_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let status = kontor(folder.path(), &[], &["migrate", "status"]);
    assert_eq!(status.status.code(), Some(1));
    let up = kontor(folder.path(), &[], &["migrate", "up"]);
    assert_eq!(up.status.code(), Some(0), "{}", err(&up));
    assert!(out(&up).starts_with("applied "), "{}", out(&up));
    let up = kontor(folder.path(), &[], &["migrate", "up"]);
    assert_eq!(out(&up), "up to date: sqlite://data/kontor.db\n");
    let status = kontor(folder.path(), &[], &["migrate", "status"]);
    assert_eq!(status.status.code(), Some(0));
    assert!(out(&status).contains("applied") && !out(&status).contains("pending"));
    let list = kontor(folder.path(), &[], &["stuck", "list"]);
    assert_eq!((list.status.code(), out(&list).as_str()), (Some(0), "nothing is stuck\n"));
}

#[test]
fn a_held_lock_is_named() {
    on_both(|ground| {
        ground.run(async |_database, _lock| {
            let up = ground.kontor(&["migrate", "up"]);
            assert_eq!(up.status.code(), Some(4), "{}", err(&up));
            assert!(err(&up).contains("another server works on "), "{}", err(&up));
        });
    });
}

/// Writes rows as a step would.
fn write(ground: &Ground, rows: Vec<Row>) {
    ground.run(async |database, _lock| {
        let extra = Extra { rows, ..Extra::default() };
        write_group(database, &[], extra).await.expect("writes");
    });
}

#[test]
fn answers_are_exported_to_the_terminal_and_to_a_file() {
    on_both(|ground| {
        let answer = |user: i64, flow: &str| AnswerRow {
            session: format!("session:shop:{user}"),
            run: 1,
            started_ms: 0,
            flow: flow.to_owned(),
            version: "v1".to_owned(),
            finished_ms: 1_000 * user,
            answers: format!("{{\"name\":\"Ada {user}\"}}"),
        };
        write(ground, vec![Row::Answer(answer(1, "survey")), Row::Answer(answer(2, "other"))]);
        let all = ground.kontor(&["answers", "export", "--csv"]);
        assert_eq!(all.status.code(), Some(0), "{}", err(&all));
        assert_eq!(out(&all).lines().count(), 3, "{}", out(&all));
        assert!(out(&all).starts_with("session,flow,version,started,finished,name\n"));
        let one = ground.kontor(&["answers", "export", "--csv", "a.csv", "--flow", "survey"]);
        assert_eq!(out(&one), "exported 1 row: a.csv\n", "{}", err(&one));
        let text = std::fs::read_to_string(ground.path("a.csv")).expect("written");
        assert!(text.ends_with(",Ada 1\n") && !text.contains("other"), "{text}");
    });
}

#[test]
fn a_payment_is_shown_with_its_amounts() {
    on_both(|ground| {
        let payment = PaymentRow {
            id: "payment:P1".to_owned(),
            order_id: "order:A1".to_owned(),
            gateway: "sandbox".to_owned(),
            state: "captured".to_owned(),
            amount_minor: 4_200,
            currency: "USD".to_owned(),
            captured_minor: 4_200,
            refunded_minor: 0,
            checkout: None,
            charge: None,
            next_try_ms: None,
            note: None,
            created_ms: 0,
            changed_ms: 0,
        };
        write(ground, vec![Row::Payment(payment)]);
        let shown = ground.kontor(&["payment", "show", "P1"]);
        assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));
        assert!(out(&shown).contains("captured: 42.00 USD\n"), "{}", out(&shown));
        assert_eq!(ground.kontor(&["payment", "show", "P2"]).status.code(), Some(1));
    });
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = out(&kontor(folder.path(), &[], &["--help"]));
    let commands = [
        "init",
        "demo",
        "serve",
        "sim",
        "migrate",
        "doctor",
        "stuck",
        "quarantine",
        "updates",
        "answers",
        "tree",
        "secrets",
    ];
    for command in commands {
        assert!(help.contains(&format!("\n  {command}")), "{command} is missing: {help}");
    }
    assert!(help.contains("Exit codes:"), "{help}");
    let demo = out(&kontor(folder.path(), &[], &["demo", "--help"]));
    assert!(demo.contains("--kill-every") && demo.contains("--sim-listen"), "{demo}");
}
