//! The master key: its file, whose database it is, and its change with everything that it seals.

use std::os::unix::fs::PermissionsExt;

use actors::{Answer, External, Tell, from_ms, stock};
use entities::{Key, Kind, MasterKey, UnparsedRow};
use kontor::secrets::{self, RotateError, SecretsError};
use kontor::settings::SecretSettings;

use crate::rig::{Ground, Rig, err, on_both, out, session, until};

fn settings(ground: &Ground) -> SecretSettings {
    SecretSettings { master_key_file: ground.path("master.key"), master_key: None }
}

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn a_key_is_made_where_asked_for_its_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys/master.key");
    let settings = SecretSettings { master_key_file: file.clone(), master_key: None };
    assert!(matches!(secrets::master_key(&settings, false), Err(SecretsError::Missing(_))));
    let made = secrets::master_key(&settings, true).expect("makes");
    assert_eq!(mode(&file), 0o600);
    let again = secrets::master_key(&settings, true).expect("reads");
    assert_eq!(again.fingerprint(), made.fingerprint());
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("opens it");
    let error = secrets::master_key(&settings, false).expect_err("refused").to_string();
    assert!(error.contains("mode 640") && error.contains("chmod 600"), "{error}");
    let text = made.to_base64();
    let settings = SecretSettings { master_key: Some(text.into()), ..settings };
    let given = secrets::master_key(&settings, false).expect("from the settings");
    assert_eq!(given.fingerprint(), made.fingerprint());
}

#[test]
fn another_databases_key_is_refused() {
    on_both(|ground| {
        ground.run(async |database, _lock| {
            let (ours, other) = (MasterKey::random(), MasterKey::random());
            secrets::check(database, &ours).await.expect("the first one is recorded");
            secrets::check(database, &ours).await.expect("the same one");
            let error = secrets::check(database, &other).await.expect_err("another one");
            assert!(matches!(error, SecretsError::Wrong { .. }), "{error}");
        });
    });
}

#[test]
fn a_new_database_gets_a_key_and_one_that_lost_its_key_does_not() {
    on_both(|ground| {
        ground.run(async |database, _lock| {
            let settings = settings(ground);
            let made = secrets::for_database(database, &settings).await.expect("makes");
            let again = secrets::for_database(database, &settings).await.expect("reads");
            assert_eq!(again.fingerprint(), made.fingerprint());
            std::fs::remove_file(&settings.master_key_file).expect("removes");
            let lost = secrets::for_database(database, &settings).await.expect_err("refused");
            assert!(matches!(lost, SecretsError::Missing(_)), "{lost}");
        });
    });
}

/// Leaves something of each kind that the master key seals.
async fn fill(rig: &Rig, master: &MasterKey) {
    assert_eq!(rig.write(1, 1).await, Ok(Answer::Done));
    let product = Key::new(Kind::Stock, "mug");
    let order = Key::new(Kind::Order, "A1");
    let until_then = from_ms(rig.kernel.clock.now_ms() + 60_000);
    let messages = [
        stock::Message::SetOnHand { count: 3 },
        stock::Message::Reserve { order, quantity: 1, until: until_then },
    ];
    for (number, message) in messages.into_iter().enumerate() {
        let external = External::Request(format!("r{number}"));
        let tell = Tell { key: product.clone(), external, message: message.into(), inline: false };
        assert_eq!(rig.kernel.office.tell(tell).await, Ok(Answer::Done));
    }
    rig.poison.lock().expect("not poisoned").insert(session(2));
    assert_eq!(rig.write(2, 2).await, Ok(Answer::Held));
    let key = || rig.ask(kontor::control::Request::QuarantineList);
    until(async || key().await.ok().filter(|rows| rows[0]["held_inputs"] == 1)).await;
    let row = UnparsedRow {
        bot: "shop".to_owned(),
        update_id: 9,
        at_ms: 1,
        reason: "message.date: missing".to_owned(),
        body: master.seal(b"{\"update_id\":9}", "unparsed shop"),
    };
    rig.kernel.journal.keep_unparsed(row).await.expect("kept");
}

#[test]
fn after_a_change_of_the_key_everything_opens_with_the_new_one() {
    on_both(|ground| {
        let old = secrets::master_key(&settings(ground), true).expect("makes");
        ground.life(&old, async |rig| fill(rig, &old).await);
        ground.run(async |database, _lock| {
            secrets::check(database, &old).await.expect("recorded");
        });
        let rotated = ground.kontor(&["secrets", "rotate", "--new-key-file", "new.key"]);
        assert_eq!(rotated.status.code(), Some(0), "{}", err(&rotated));
        assert!(!ground.path("new.key").exists(), "it took the old one's place");
        assert_eq!(mode(&ground.path("master.key")), 0o600);
        let kept = ground.path(&format!("master.key.{}", old.fingerprint()));
        assert_eq!(mode(&kept), 0o600);
        let new = secrets::master_key(&settings(ground), false).expect("reads");
        assert_ne!(new.fingerprint(), old.fingerprint());
        let unparsed = ground.kontor(&["updates", "unparsed", "--json"]);
        assert!(out(&unparsed).contains("update_id\\\":9"), "{}{}", out(&unparsed), err(&unparsed));
        // The actors open what they sealed: a session, stock, and an input that was held.
        ground.life(&new, async |rig| {
            assert_eq!(rig.write(1, 3).await, Ok(Answer::Done));
            rig.kernel.office.release(session(2)).await.expect("released");
            let heard =
                async || rig.write(2, 4).await.ok().filter(|answer| *answer == Answer::Done);
            until(heard).await;
        });
    });
}

#[test]
fn every_kind_of_sealed_value_is_sealed_anew_and_a_wrong_key_changes_nothing() {
    on_both(|ground| {
        let old = secrets::master_key(&settings(ground), true).expect("makes");
        ground.life(&old, async |rig| fill(rig, &old).await);
        ground.run(async |database, _lock| {
            let (other, new) = (MasterKey::random(), MasterKey::random());
            let refused = entities::rekey(database, &other, &new, &|_| ()).await;
            assert!(matches!(refused, Err(entities::RekeyError::Unsealable { .. })), "{refused:?}");
            let first = entities::rekey(database, &old, &new, &|_| ()).await.expect("changes");
            assert_eq!((first.person_keys, first.held, first.unparsed), (1, 1, 1));
            assert!(first.facts > 0 && first.intents > 0, "{first:?}");
            let back = entities::rekey(database, &new, &old, &|_| ()).await.expect("and back");
            assert_eq!(back, first);
        });
    });
}

#[test]
fn a_change_that_was_broken_off_after_its_transaction_is_brought_to_its_end() {
    on_both(|ground| {
        let settings = settings(ground);
        let old = secrets::master_key(&settings, true).expect("makes");
        ground.life(&old, async |rig| fill(rig, &old).await);
        ground.run(async |database, _lock| {
            secrets::check(database, &old).await.expect("recorded");
            let new_file = ground.path("new.key");
            let new = MasterKey::random();
            std::fs::write(&new_file, new.to_base64()).expect("writes");
            let open = secrets::rotate(database, &settings, &new_file, &|_| ()).await;
            assert!(
                matches!(open, Err(RotateError::Secrets(SecretsError::Open { .. }))),
                "{open:?}"
            );
            let ours = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&new_file, ours).expect("closes it");
            // The transaction is done, the file was not moved.
            entities::rekey(database, &old, &new, &|_| ()).await.expect("changes");
            assert!(secrets::check(database, &old).await.is_err());
            let rotated = secrets::rotate(database, &settings, &new_file, &|_| ()).await;
            let rotated = rotated.expect("brings it to its end");
            assert_eq!(rotated.values.total(), 0);
            let now = secrets::master_key(&settings, false).expect("reads");
            secrets::check(database, &now).await.expect("fits");
        });
    });
}
