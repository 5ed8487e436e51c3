//! Signals, restarts under load, and several threads of actors.

use std::time::{Duration, Instant};

use sim::{Fault, FaultKind};

use crate::rig::{Ground, until};

/// Everybody writes; waits until everybody has so many answers.
async fn round(ground: &Ground, people: &[i64], answers: usize) {
    for person in people {
        ground.writes(*person, if answers == 1 { "/start" } else { "/help" });
    }
    for person in people {
        ground.answered(*person, answers).await;
    }
}

fn people(ground: &Ground) -> Vec<i64> {
    (0..12).map(|n| ground.person(&format!("Person {n}"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_hurries_a_stop_that_takes_long() {
    let ground = Ground::new("sqlite://{folder}/k.db", "[shutdown]\npatience_s = 30\n").await;
    let mut server = ground.serve();
    ground.probe("/ready", 200).await;
    let ada = ground.person("Ada");
    // Telegram answers after half a minute: a stop in good order waits for that.
    let mut slow = Fault::new(FaultKind::Delay).on("sendMessage");
    slow.delay_ms = 30_000;
    ground.world.add_fault(slow);
    ground.writes(ada, "/start");
    until("the call is under way", async || {
        ground.world.pending_updates(ground.bot) == 0 && server.log().contains("is running")
    })
    .await;
    server.signal("-TERM");
    until("it stops", async || server.log().contains("stopping")).await;
    let asked = Instant::now();
    server.signal("-TERM");
    assert!(server.ended().await.success());
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert!(server.log().contains("at once"), "{}", server.log());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_under_load_loses_and_repeats_nothing() {
    let ground = Ground::new("sqlite://{folder}/k.db", "").await;
    let mut server = ground.serve();
    let people = people(&ground);
    round(&ground, &people, 1).await;
    for restart in 0..3 {
        for person in &people {
            ground.writes(*person, "/help");
        }
        server.signal("-TERM");
        assert!(server.ended().await.success(), "{}", server.log());
        server = ground.serve();
        ground.probe("/ready", 200).await;
        for person in &people {
            ground.answered(*person, restart + 2).await;
        }
    }
    until("Telegram has nothing left", async || ground.world.pending_updates(ground.bot) == 0)
        .await;
    for person in &people {
        assert_eq!(ground.answers(*person), 4, "each answer once");
    }
    drop(server);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn actors_on_several_threads_survive_kills() {
    let ground = Ground::new("sqlite://{folder}/k.db", "[actors]\nshards = 3\n").await;
    let mut server = ground.serve();
    let people = people(&ground);
    round(&ground, &people, 1).await;
    let tree = ground.kontor(&["tree", "--json"]);
    let tree = String::from_utf8_lossy(&tree.stdout).into_owned();
    assert!(tree.contains("\"shard\": 2"), "{tree}");
    for kill in 0..3 {
        for person in &people {
            ground.writes(*person, "/help");
        }
        // In the middle of it.
        ground.answered(people[kill], kill + 2).await;
        server.signal("-KILL");
        server.ended().await;
        server = ground.serve();
        for person in &people {
            ground.answered(*person, kill + 2).await;
        }
    }
    until("Telegram has nothing left", async || ground.world.pending_updates(ground.bot) == 0)
        .await;
    for person in &people {
        let answers = ground.answers(*person);
        assert!((4..=7).contains(&answers), "at most one again per kill: {answers}");
    }
    drop(server);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_is_told_what_is_stuck_and_what_is_revoked() {
    let more = "[delivery]\nattempts = 2\nfirst_backoff_ms = 20\nlast_backoff_s = 1\n";
    let ground = Ground::new("sqlite://{folder}/k.db", more).await;
    let server = ground.serve();
    ground.probe("/ready", 200).await;
    let ada = ground.person("Ada");
    ground.answered(ground.owner, 1).await;
    ground.world.add_fault(Fault::new(FaultKind::ServerError).on("sendMessage").times(2));
    ground.writes(ada, "/start");
    until("the owner is told", async || {
        let told = ground.world.bot_texts(ground.owner, ground.bot);
        told.iter().any(|text| text.contains("is stuck") && !text.contains("Ada"))
    })
    .await;
    let listed = ground.kontor(&["stuck", "list"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains(&ada.to_string()), "{listed}");
    drop(server);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_out_of_file_descriptors_stays_alive_and_goes_on() {
    let ground = Ground::new("sqlite://{folder}/k.db", "").await;
    let server = ground.serve();
    ground.probe("/ready", 200).await;
    let ada = ground.person("Ada");
    ground.writes(ada, "/start");
    ground.answered(ada, 1).await;
    let limit = |files: &str| {
        let limit = format!("--nofile={files}:4096");
        let id = server.id().to_string();
        let set = std::process::Command::new("prlimit").args(["--pid", &id, &limit]).status();
        assert!(set.expect("prlimit runs").success());
    };
    limit("3");
    ground.writes(ada, "/help");
    // Connections that are open go on; nobody new is accepted, neither here nor at the commands' socket.
    until("it notices", async || {
        drop(std::os::unix::net::UnixStream::connect(ground.folder.path().join("kontor.sock")));
        server.log().contains("accepts nobody")
    })
    .await;
    limit("1024");
    ground.answered(ada, 2).await;
    ground.probe("/ready", 200).await;
    drop(server);
    ground.end().await;
}
