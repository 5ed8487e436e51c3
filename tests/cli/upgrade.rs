//! A database of an earlier version under this program, and one of a later version.

use actors::Answer;
use entities::{Database, MasterKey};

use crate::rig::{Ground, err, on_both, session, until};

/// The migrations of the first version.
const FIRST: u32 = 3;
/// A customer's row as the first version wrote it: registered, with the receipt of update 7.
const SESSION: &str = r#"{"s":{"who":{"name":"Ada","language":"en","registered":true,"reachable":true,"came_by":"post-7","first_seen_ms":1760000000000}},"r":[["u1:7",1760000000000]]}"#;

/// Builds the database anew, as the first version left it.
async fn first_version(database: &Database) {
    migrations::up_by(&database.write, FIRST).await.expect("migrates");
    let key = session(7);
    let row = entities::StepRow {
        key: key.as_str().to_owned(),
        part: i16::from(key.partition()),
        version: 4,
        writer: 1,
        body: SESSION.as_bytes().to_vec(),
        intents: Vec::new(),
        intent_high: 9,
        watermark: 9,
        due_ms: None,
    };
    let step = entities::GroupStep { row: &row, rows: &[] };
    entities::write_group(database, &[step], entities::Extra::default()).await.expect("writes");
}

#[test]
fn a_database_of_the_first_version_goes_on_where_it_was() {
    on_both(|migrated| {
        let ground = Ground::new(migrated.server());
        ground.run(async |database, _lock| first_version(database).await);
        let old = ground.kontor(&["migrate", "status"]);
        assert_eq!(old.status.code(), Some(1), "it says what is pending: {}", err(&old));
        let up = ground.kontor(&["migrate", "up"]);
        assert!(up.status.success(), "{}", err(&up));
        ground.life(&MasterKey::random(), async |rig| {
            let before = rig.courier.sent.lock().expect("not poisoned").len();
            assert_eq!(rig.write(7, 7).await, Ok(Answer::Done), "its receipts are known");
            assert_eq!(rig.courier.sent.lock().expect("not poisoned").len(), before);
            assert_eq!(rig.write(7, 8).await, Ok(Answer::Done));
            until(async || {
                (rig.courier.sent.lock().expect("not poisoned").len() > before).then_some(())
            })
            .await;
            let sent = rig.courier.sent.lock().expect("not poisoned").clone();
            assert!(sent.iter().all(|id| id.number > 9), "numbering goes on: {sent:?}");
            let database = rig.kernel.database();
            let key = session(7);
            let row = entities::load(&database.read, database.backend, key.as_str()).await;
            let body = row.expect("reads").expect("is there").body;
            let body = String::from_utf8_lossy(&body).into_owned();
            assert!(body.contains("\"Ada\"") && body.contains("post-7"), "{body}");
        });
        ground.gone();
    });
}

#[test]
fn a_database_of_a_later_version_is_left_alone() {
    on_both(|ground| {
        ground.run(async |database, _lock| {
            migrations::pretend(&database.write, "m20991231_000001_flying").await.expect("writes");
        });
        for command in [&["migrate", "up"][..], &["stuck", "list"], &["backup", "b.db"]] {
            let refused = ground.kontor(command);
            assert!(!refused.status.success());
            let words = err(&refused);
            assert!(words.contains("newer Kontor") && words.contains("flying"), "{words}");
        }
        assert!(!ground.path("b.db").exists());
    });
}
