//! A copy of everything taken while a server writes, and the way back from it: nothing is done twice by that.

use std::path::Path;
use std::sync::atomic::Ordering;

use entities::{Database, MasterKey};
use kontor::backup;

use crate::rig::{Ground, Rig, SOON, err, on_both, out, session, until};

fn done(reply: actors::Reply) {
    assert_eq!(reply, Ok(actors::Answer::Done));
}

/// The key in the file that the program reads, too.
fn key(ground: &Ground) -> MasterKey {
    let settings = kontor::settings::SecretSettings {
        master_key_file: ground.path("master.key"),
        master_key: None,
    };
    kontor::secrets::master_key(&settings, true).expect("makes or reads")
}

/// How many rows each table has.
async fn counts(database: &Database) -> Vec<i64> {
    let mut counted = Vec::new();
    for table in ["actors", "customers", "facts", "receipts", "deliveries", "person_keys"] {
        counted.push(entities::count_rows(database, table).await.expect("counts"));
    }
    counted
}

async fn counts_in(file: &Path) -> Vec<i64> {
    let url = format!("sqlite://{}", file.display());
    let database = Database::open(&url).await.expect("opens");
    let counted = counts(&database).await;
    database.close().await;
    counted
}

/// A life in which a backup is taken while an answer is on its way and others are written. The answer gets through.
fn life_with_backup(ground: &Ground, master: &MasterKey) {
    ground.life(master, async |rig| {
        for user in 0..50 {
            done(rig.write(user, user).await);
        }
        until(async || (rig.kernel.outbox.depth() == (0, 0)).then_some(())).await;
        until(async || (rig.kernel.unwritten_marks() == 0).then_some(())).await;
        rig.courier.hangs.store(true, Ordering::Relaxed);
        done(rig.write(100, 100).await);
        let taken = rig.kontor(ground, &["backup", "b.db"]);
        let (taken, ()) = tokio::join!(taken, write_meanwhile(rig));
        assert!(taken.status.success(), "{}", err(&taken));
        assert!(out(&taken).contains("master key is not in it"), "{}", out(&taken));
        rig.courier.hangs.store(false, Ordering::Relaxed);
        until(async || (rig.kernel.outbox.depth() == (0, 0)).then_some(())).await;
    });
}

async fn write_meanwhile(rig: &Rig) {
    for user in 200..400 {
        done(rig.write(user, user).await);
    }
}

#[test]
fn a_backup_taken_under_load_comes_back_held_and_repeats_nothing() {
    on_both(|ground| {
        let master = key(ground);
        life_with_backup(ground, &master);
        let again = ground.kontor(&["backup", "b.db"]);
        assert_eq!(again.status.code(), Some(1), "never over another: {}", err(&again));

        let refused = ground.kontor(&["restore", "b.db"]);
        assert!(err(&refused).contains("--replace"), "{}", err(&refused));
        let restored = ground.kontor(&["restore", "b.db", "--replace"]);
        assert!(restored.status.success(), "{}", err(&restored));
        assert!(out(&restored).contains("held"), "{}", out(&restored));
        ground.run(async |database, _lock| {
            assert!(backup::held(database).await.expect("reads").is_some());
            let refused = backup::held::refuse(database).await.expect_err("held");
            assert!(refused.to_string().contains("restore --release"), "{refused}");
        });

        let asked = ground.kontor(&["restore", "--release"]);
        assert_eq!(asked.status.code(), Some(2), "nobody said yes: {}", err(&asked));
        assert!(out(&asked).contains("SendText to chat 100"), "{}", out(&asked));
        assert!(out(&asked).contains("waits for you"), "{}", out(&asked));
        let released = ground.kontor(&["restore", "--release", "--yes"]);
        assert!(released.status.success(), "{}", err(&released));

        ground.life(&master, async |rig| {
            until(async || (rig.kernel.outbox.depth() == (0, 0)).then_some(())).await;
            assert!(rig.courier.sent.lock().expect("not poisoned").is_empty(), "nothing again");
            let stuck = entities::stuck(&rig.kernel.database().read).await.expect("reads");
            assert!(stuck.iter().any(|row| row.owner == session(100).as_str()), "{stuck:?}");
            assert!(stuck.iter().all(|row| row.reason.contains("backup")), "{stuck:?}");
            // What was known is known, and a person may send what waits.
            done(rig.write(5, 5).await);
            assert!(rig.courier.sent.lock().expect("not poisoned").is_empty());
            done(rig.write(5, 1_000).await);
            until(async || (rig.kernel.outbox.depth() == (0, 0)).then_some(())).await;
            let sent = rig.courier.sent.lock().expect("not poisoned").clone();
            assert_eq!(sent.len(), 1);
            assert!(sent[0].number > 1 << 40, "no number of the other server's: {sent:?}");
            let id = format!("{}-{}", stuck[0].part, stuck[0].number);
            let id: &'static str = Box::leak(id.into_boxed_str());
            let retried = rig.kontor(ground, &["stuck", "retry", id]).await;
            assert!(retried.status.success(), "{}", err(&retried));
            until(async || {
                (rig.courier.sent.lock().expect("not poisoned").len() == 2).then_some(())
            })
            .await;
        });
    });
}

#[test]
fn a_backup_holds_every_table_of_either_database() {
    on_both(|ground| {
        let master = key(ground);
        ground.life(&master, async |rig| {
            for user in 0..120 {
                done(rig.write(user, user).await);
            }
            until(async || (rig.kernel.outbox.depth() == (0, 0)).then_some(())).await;
        });
        let taken = ground.kontor(&["backup", "b.db"]);
        assert!(taken.status.success(), "{}", err(&taken));
        let file = ground.path("b.db");
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&file).expect("there").permissions(),
        );
        assert_eq!(mode & 0o777, 0o600, "customers' names are in it");
        let ours = ground.run(async |database, _lock| counts(database).await);
        let theirs = actix_rt::System::new().block_on(counts_in(&file));
        assert_eq!(ours, theirs);
        assert!(ours[0] >= 120);
        let restored = ground.kontor(&["restore", "b.db", "--replace"]);
        assert!(restored.status.success(), "{}", err(&restored));
        assert_eq!(ground.run(async |database, _lock| counts(database).await), ours);
        let left: Vec<_> = std::fs::read_dir(ground.folder.path())
            .expect("lists")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .filter(|name| {
                name.contains("part") || name.contains("work") || name.contains("restoring")
            })
            .collect();
        assert!(left.is_empty(), "{left:?}");
    });
}

#[test]
fn what_is_no_backup_replaces_nothing() {
    on_both(|ground| {
        let master = key(ground);
        ground.life(&master, async |rig| done(rig.write(1, 1).await));
        let before = ground.run(async |database, _lock| counts(database).await);
        std::fs::write(ground.path("junk.db"), "junk".repeat(5_000)).expect("writes");
        for (file, word) in [("junk.db", "cannot be used"), ("nothing.db", "there is no backup")] {
            let refused = ground.kontor(&["restore", file, "--replace"]);
            assert_eq!(refused.status.code(), Some(1), "{}", err(&refused));
            assert!(err(&refused).contains(word), "{}", err(&refused));
        }
        assert_eq!(ground.run(async |database, _lock| counts(database).await), before);
    });
}

/// Waits until so many erasures are done; the clock goes on, since the eraser looks now and then.
async fn erased(rig: &Rig, many: usize) {
    let look = async {
        let mut beat = tokio::time::interval(std::time::Duration::from_millis(50));
        loop {
            beat.tick().await;
            let rows = entities::erasures(&rig.kernel.database().read).await.expect("reads");
            let done = rows.iter().filter(|row| row.done_ms.is_some()).count();
            if done >= many && rows.iter().all(|row| row.scrubbed) {
                return;
            }
            rig.kernel.clock.advance(time::Duration::seconds(11));
        }
    };
    tokio::time::timeout(SOON, look).await.expect("they are erased in time");
}

#[test]
fn whoever_was_erased_since_the_backup_is_erased_again() {
    on_both(|ground| {
        let master = key(ground);
        ground.life(&master, async |rig| {
            for user in [5, 6] {
                done(rig.write(user, user).await);
            }
            until(async || (rig.kernel.outbox.depth() == (0, 0)).then_some(())).await;
        });
        let taken = ground.kontor(&["backup", "b.db"]);
        assert!(taken.status.success(), "{}", err(&taken));
        ground.life(&master, async |rig| {
            let begun = rig.kontor(ground, &["person", "erase", "5"]).await;
            assert!(out(&begun).contains("conversations: 1"), "{}", err(&begun));
            erased(rig, 1).await;
            let nobody = rig.kontor(ground, &["person", "erase", "77"]).await;
            assert_eq!(nobody.status.code(), Some(1), "{}", out(&nobody));
        });
        let export = |user: &str| ground.kontor(&["person", "export", user]);
        assert_eq!(export("5").status.code(), Some(1), "nothing is kept");
        let restored = ground.kontor(&["restore", "b.db", "--replace"]);
        assert!(restored.status.success(), "{}", err(&restored));
        assert!(out(&export("5")).contains("\"telegram_id\": 5"), "the backup has them");
        let released = ground.kontor(&["restore", "--release", "--yes"]);
        assert!(released.status.success(), "{}", err(&released));
        ground.life(&master, async |rig| erased(rig, 2).await);
        assert_eq!(export("5").status.code(), Some(1), "erased again: {}", out(&export("5")));
        assert!(out(&export("6")).contains("\"name\": \"Ada\""), "{}", err(&export("6")));
        let list = ground.kontor(&["person", "erasures", "--json"]);
        assert_eq!(out(&list).lines().count(), 2, "the list goes on: {}", out(&list));
    });
}
