//! A database that goes away and comes back, and a restored one.

use crate::postgres::Postgres;
use crate::rig::{Ground, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgres_is_down_nothing_is_acknowledged_and_then_it_goes_on() {
    let Some(mut postgres) = Postgres::new().await else {
        println!("skipped: PostgreSQL's own programs are missing");
        return;
    };
    let ground = Ground::new(&postgres.url(), "").await;
    let server = ground.serve();
    let people: Vec<i64> = (0..6).map(|n| ground.person(&format!("Person {n}"))).collect();
    for person in &people {
        ground.writes(*person, "/start");
    }
    for person in &people {
        ground.answered(*person, 1).await;
    }
    let before: Vec<usize> = people.iter().map(|person| ground.answers(*person)).collect();
    postgres.kill();
    for person in &people {
        ground.writes(*person, "/help");
    }
    let words = ground.probe("/ready", 503).await;
    assert!(words.contains("journal"), "{words}");
    assert!(ground.world.pending_updates(ground.bot) > 0, "they stay at Telegram");
    let now: Vec<usize> = people.iter().map(|person| ground.answers(*person)).collect();
    assert_eq!(now, before, "nothing is answered that is not committed");
    postgres.start().await;
    ground.probe("/ready", 200).await;
    for (person, before) in people.iter().zip(&before) {
        ground.answered(*person, before + 1).await;
    }
    until("Telegram has nothing left", async || ground.world.pending_updates(ground.bot) == 0)
        .await;
    let listed = ground.kontor(&["quarantine", "list", "--json"]).stdout;
    assert_eq!(String::from_utf8_lossy(&listed).trim(), "[]");
    until("the owner is told", async || {
        let told = ground.world.bot_texts(ground.owner, ground.bot);
        told.iter().any(|text| text.contains("did not take writes"))
    })
    .await;
    drop(server);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_server_is_silent_until_it_is_let_go() {
    let ground = Ground::new("sqlite://{folder}/k.db", "").await;
    let mut server = ground.serve();
    let people: Vec<i64> = (0..20).map(|n| ground.person(&format!("Person {n}"))).collect();
    for person in &people {
        ground.writes(*person, "/start");
    }
    // Under way: some are answered, some are not yet.
    ground.answered(people[3], 1).await;
    let taken = ground.kontor(&["backup", "b.db"]);
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    for person in &people {
        ground.answered(*person, 1).await;
    }
    ground.writes(people[0], "/help");
    ground.answered(people[0], 2).await;
    server.signal("-KILL");
    server.ended().await;
    let restored = ground.kontor(&["restore", "b.db", "--replace"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));

    let said: Vec<usize> = people.iter().map(|person| ground.answers(*person)).collect();
    let sends = || {
        let calls = ground.world.calls_after(0);
        calls.iter().filter(|call| call.method.starts_with("send")).count()
    };
    let before = sends();
    let server = ground.serve();
    let words = ground.probe("/ready", 503).await;
    assert!(words.contains("held") && words.contains("restore --release"), "{words}");
    ground.probe("/live", 200).await;
    ground.writes(people[1], "/help");
    assert_eq!(sends(), before, "it says nothing");
    let released = ground.kontor(&["restore", "--release", "--yes"]);
    assert!(released.status.success(), "{}", String::from_utf8_lossy(&released.stderr));
    ground.probe("/ready", 200).await;
    ground.answered(people[1], said[1] + 1).await;
    until("Telegram has nothing left", async || ground.world.pending_updates(ground.bot) == 0)
        .await;
    for (person, said) in people.iter().zip(&said).filter(|(person, _)| **person != people[1]) {
        assert_eq!(ground.answers(*person), *said, "nothing is sent again");
    }
    drop(server);
    ground.end().await;
}
