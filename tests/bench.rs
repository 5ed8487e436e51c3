//! `kontor bench conversations` as a user runs it, for a second: its figures are there and its counts are right. What
//! they say of speed is not tested: machines differ, and this is a debug build.

use std::process::Command;

const KEYS: [&str; 12] = [
    "updates_per_s",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "cpu_us_per_update",
    "store_cpu_us_per_update",
    "rss_mb",
    "lost",
    "duplicated",
    "state_lost",
    "corrupt",
    "load_cpu_us_per_update",
];

fn bench(arguments: &[&str]) -> (std::process::Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.args(["bench", "conversations", "--seconds", "2", "--data"]).arg(folder.path());
    let crowd = ["--users", "40", "--concurrency", "16"];
    let is_given = arguments.iter().any(|argument| crowd.contains(argument));
    command.args(if is_given { &[] } else { &crowd[..] }).args(arguments);
    (command.output().expect("runs"), folder)
}

fn figures(arguments: &[&str]) -> serde_json::Value {
    let (output, folder) = bench(&[arguments, &["--json"]].concat());
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}\n{err}");
    let left = std::fs::read_dir(folder.path()).expect("lists").count();
    assert_eq!(left, 0, "nothing is left behind");
    serde_json::from_str(&out).expect("one object")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn nothing_is_wrong(figures: &serde_json::Value) {
    let keys: Vec<&str> =
        figures.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected = KEYS.to_vec();
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert!(figures["updates_per_s"].as_f64() > Some(0.0), "{figures}");
    for count in ["lost", "state_lost", "corrupt"] {
        assert_eq!(figures[count], 0, "{count}: {figures}");
    }
}

#[test]
fn replies_in_the_response_are_counted_through_kills() {
    let figures = figures(&["--reply", "response", "--kill", "2"]);
    nothing_is_wrong(&figures);
    assert_eq!(figures["duplicated"], 0, "a reply in the response is never shown twice: {figures}");
}

#[test]
fn separate_sends_are_counted_through_kills() {
    let figures = figures(&["--reply", "send", "--kill", "2"]);
    nothing_is_wrong(&figures);
    assert!(figures["duplicated"].as_u64() <= Some(2 * 16), "{figures}");
}

#[test]
fn polling_is_counted_through_kills() {
    nothing_is_wrong(&figures(&["--mode", "polling", "--kill", "2"]));
}

#[test]
fn postgres_has_its_own_account() {
    let Ok(server) = std::env::var("KONTOR_TEST_POSTGRES") else {
        println!("skipped: KONTOR_TEST_POSTGRES names no server");
        return;
    };
    let figures = figures(&["--db", "postgres", "--postgres-url", &server]);
    nothing_is_wrong(&figures);
    assert!(figures["store_cpu_us_per_update"].as_f64() > Some(0.0), "{figures}");
}

#[test]
fn both_ways_are_printed_when_none_is_chosen() {
    let (output, _folder) = bench(&[]);
    let out = text(&output.stdout);
    assert!(output.status.success(), "{out}\n{}", text(&output.stderr));
    for line in ["replies by response", "replies by send", "[limits] raised: ", "lost 0"] {
        assert!(out.contains(line), "no '{line}' in:\n{out}");
    }
}

/// A short campaign; a long one is in docs/reliability.md.
fn campaign(arguments: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.args(["bench", "crash", "--runs", "2", "--kills", "4", "--json", "--data"]);
    let output = command.arg(folder.path()).args(arguments).output().expect("runs");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}\n{err}");
    let runs: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(runs.len(), 2, "{out}");
    for run in runs {
        assert_eq!(run["differences"], serde_json::json!([]), "{run}");
        assert!(run["dialogues"].as_u64() > Some(0), "{run}");
        let kills = run["server_kills"].as_u64().zip(run["database_kills"].as_u64());
        assert!(kills.is_some_and(|(server, database)| server + database >= 4), "{run}");
    }
}

#[test]
fn a_campaign_on_sqlite_finds_no_difference() {
    campaign(&["--db", "sqlite", "--seed", "11"]);
}

#[test]
fn a_campaign_on_postgres_finds_no_difference() {
    let Ok(server) = std::env::var("KONTOR_TEST_POSTGRES") else {
        println!("skipped: KONTOR_TEST_POSTGRES names no server");
        return;
    };
    campaign(&["--db", "postgres", "--seed", "12", "--postgres-url", &server]);
}

#[test]
fn an_interrupted_campaign_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
        command.args(["bench", "crash", "--kills", "1", "--db", "sqlite", "--seed", "3"]);
        command.arg("--json").arg("--data").arg(folder.path()).args(arguments);
        let output = command.output().expect("runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).lines().count()
    };
    assert_eq!(runs(&["--runs", "1"]), 1);
    assert_eq!(runs(&["--runs", "2", "--resume"]), 1, "only the one that was not made");
}

#[test]
fn what_cannot_be_run_is_refused() {
    for (arguments, hint) in [
        (&["--mode", "polling", "--reply", "response"][..], "leave --reply out"),
        (&["--concurrency", "101"], "100 or less"),
        (&["--users", "0"], "1 or more"),
        (&["--postgres-url", "postgres://h/d"], "--db postgres"),
    ] {
        let (output, _folder) = bench(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(hint), "{arguments:?}: {}", text(&output.stderr));
    }
}
