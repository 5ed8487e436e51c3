//! The control socket against a running kernel, by request and by the program.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::sync::atomic::Ordering;

use actors::Answer;
use entities::MasterKey;
use kontor::control::{self, AskError, Request};
use serde_json::Value;

use crate::rig::{Rig, err, on_both, out, session, until};

async fn rows(rig: &Rig, request: Request) -> Vec<Value> {
    rig.ask(request).await.expect("an answer").as_array().cloned().expect("a list")
}

/// The first stuck intent's id.
async fn stuck(rig: &Rig) -> String {
    rig.courier.fails.store(true, Ordering::Relaxed);
    assert!(rig.write(1, 1).await.is_ok());
    let row = until(async || rows(rig, Request::StuckList).await.into_iter().next()).await;
    assert_eq!(row["reason"], "told to fail");
    assert_eq!(row["owner"], "session:shop:1");
    row["id"].as_str().expect("an id").to_owned()
}

#[test]
fn ping_and_tree_tell_of_the_running_server() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            let ping = rig.ask(Request::Ping).await.expect("an answer");
            assert_eq!(ping["pid"], std::process::id());
            assert!(!ping["database"].as_str().expect("a name").is_empty());
            assert!(rig.write(1, 1).await.is_ok());
            let tree = rig.ask(Request::Tree).await.expect("an answer");
            assert_eq!(tree["journal_up"], true);
            assert_eq!(tree["shards"][0]["by_kind"]["session"], 1);
            let shown = rig.kontor(ground, &["tree"]).await;
            assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));
            let shown = out(&shown);
            assert!(shown.contains("journal") && shown.contains("1 actor (session 1)"), "{shown}");
            assert!(shown.contains("delivery") && !shown.contains('\u{1b}'), "{shown}");
        });
    });
}

#[test]
fn the_socket_is_its_owners_alone_and_garbage_gets_an_answer() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            let mode = std::fs::metadata(&rig.socket).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            let socket = rig.socket.clone();
            let line = tokio::task::spawn_blocking(move || {
                use std::io::{BufRead, BufReader, Write};
                let mut stream = UnixStream::connect(socket).expect("connects");
                stream.write_all(b"{\"cmd\":\"no such\"}\n").expect("writes");
                let mut line = String::new();
                BufReader::new(stream).read_line(&mut line).expect("reads");
                line
            });
            let answer: Value = serde_json::from_str(&line.await.expect("no panic")).expect("JSON");
            assert_eq!(answer["ok"], false);
            assert!(rig.ask(Request::Ping).await.is_ok(), "others are served");
        });
    });
}

#[test]
fn a_socket_that_a_dead_server_left_is_taken_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s");
    drop(std::os::unix::net::UnixListener::bind(&path).expect("binds"));
    assert!(path.exists() && !control::is_running(&path));
    assert!(matches!(control::ask(&path, &Request::Ping), Err(AskError::NotRunning(_))));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = control::listen(&path).expect("takes it over");
        assert!(control::is_running(&path));
        assert!(control::listen(&path).is_err(), "but not from a living one");
        drop(listener);
        assert!(!path.exists());
    });
}

#[test]
fn a_deep_folder_is_no_obstacle_to_a_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a".repeat(90)).join("b".repeat(90)).join("s");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = control::listen(&path).expect("listens");
        assert!(control::is_running(&path));
        drop(listener);
        assert!(!control::is_running(&path));
    });
}

#[test]
fn a_stuck_intent_is_listed_and_goes_out_when_tried_again() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            let id = stuck(rig).await;
            let listed = rig.kontor(ground, &["stuck", "list"]).await;
            assert_eq!(listed.status.code(), Some(0), "{}", err(&listed));
            assert!(out(&listed).contains(&id) && out(&listed).contains("told to fail"));
            rig.courier.fails.store(false, Ordering::Relaxed);
            rig.ask(Request::StuckRetry { id }).await.expect("tried again");
            until(async || rows(rig, Request::StuckList).await.is_empty().then_some(())).await;
            assert_eq!(rig.courier.sent.lock().expect("not poisoned").len(), 1);
        });
    });
}

#[test]
fn a_stuck_intent_can_be_given_up() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            let id = stuck(rig).await;
            rig.ask(Request::StuckDrop { id: id.clone() }).await.expect("dropped");
            assert!(rows(rig, Request::StuckList).await.is_empty());
            let again = rig.ask(Request::StuckDrop { id }).await.expect_err("gone").to_string();
            assert!(again.contains("is stuck"), "{again}");
        });
    });
}

#[test]
fn a_stuck_intent_is_tried_again_at_the_next_start_when_no_server_runs() {
    on_both(|ground| {
        let master = MasterKey::random();
        let id = std::cell::RefCell::new(String::new());
        ground.life(&master, async |rig| {
            id.replace(stuck(rig).await);
        });
        let id = id.into_inner();
        let shown = ground.kontor(&["stuck", "show", &id]);
        assert!(out(&shown).contains("reason: told to fail"), "{}{}", out(&shown), err(&shown));
        assert_eq!(ground.kontor(&["stuck", "drop", &id]).status.code(), Some(3));
        let retried = ground.kontor(&["stuck", "retry", &id]);
        assert_eq!(retried.status.code(), Some(0), "{}", err(&retried));
        ground.life(&master, async |rig| {
            until(async || rig.courier.sent.lock().expect("not poisoned").first().copied()).await;
        });
    });
}

#[test]
fn a_quarantined_actor_is_released_with_what_it_holds() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            rig.poison.lock().expect("not poisoned").insert(session(1));
            assert_eq!(rig.write(1, 1).await, Ok(Answer::Held));
            let list = || rows(rig, Request::QuarantineList);
            let row = until(async || list().await.into_iter().next()).await;
            assert_eq!((&row["key"], &row["held_inputs"]), (&"session:shop:1".into(), &1.into()));
            rig.poison.lock().expect("not poisoned").clear();
            let shown = rig.kontor(ground, &["quarantine", "show", "session:shop:1"]).await;
            assert!(out(&shown).contains("held inputs: 1"), "{}{}", out(&shown), err(&shown));
            let released = rig.kontor(ground, &["quarantine", "release", "session:shop:1"]).await;
            assert_eq!(released.status.code(), Some(0), "{}", err(&released));
            until(async || rig.courier.sent.lock().expect("not poisoned").first().copied()).await;
            assert!(list().await.is_empty());
        });
    });
}

#[test]
fn what_a_quarantined_actor_holds_can_be_thrown_away() {
    on_both(|ground| {
        let master = MasterKey::random();
        ground.life(&master, async |rig| {
            for user in [1, 2] {
                rig.poison.lock().expect("not poisoned").insert(session(user));
                assert_eq!(rig.write(user, user).await, Ok(Answer::Held));
            }
            let list = || rows(rig, Request::QuarantineList);
            until(async || (list().await.len() == 2).then_some(())).await;
            rig.poison.lock().expect("not poisoned").clear();
            let key = "session:shop:1".to_owned();
            let dropped = rig.ask(Request::QuarantineDrop { key }).await.expect("dropped");
            assert_eq!(dropped["dropped_inputs"], 1);
            // Anew, and only this is answered.
            assert_eq!(rig.write(1, 3).await, Ok(Answer::Done));
        });
        // The other one while no server runs.
        let dropped = ground.kontor(&["quarantine", "drop", "session:shop:2"]);
        assert_eq!(out(&dropped), "released: session:shop:2, without 1 held input\n");
        assert_eq!(ground.kontor(&["quarantine", "drop", "session:shop:2"]).status.code(), Some(1));
        assert_eq!(out(&ground.kontor(&["quarantine", "list"])), "nothing is quarantined\n");
    });
}
