//! Digests the corpus of real updates where it is at hand, and says so where it is not. Must not
//! copy any of it into the project.

use std::path::{Path, PathBuf};

use kontor::intake::digest::{Action, Digest, digest};
use serde_json::Value;

/// The corpus: where `KONTOR_CORPUS` points, which then has to exist, or beside the checkout.
fn corpus() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("KONTOR_CORPUS") {
        let folder = PathBuf::from(given).join("updates");
        assert!(folder.is_dir(), "KONTOR_CORPUS is set, but there is no {}", folder.display());
        return Some(folder);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/updates");
    if !beside.is_dir() {
        println!("skipped: no corpus beside the checkout, and KONTOR_CORPUS is not set");
        return None;
    }
    Some(beside)
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("list the corpus")
        .map(|entry| entry.expect("list the corpus").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("read a file")))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no update in {}", folder.display());
    files
}

/// The ids as anybody would find them in the plain JSON: update, chat, user.
fn plain_ids(update: &Value) -> (Option<i64>, Option<i64>, Option<i64>) {
    let kinds = update.as_object().expect("an object").iter();
    let (_, body) = kinds
        .filter(|(key, _)| *key != "update_id")
        .find(|(_, value)| value.is_object())
        .expect("an update holds something");
    let id = |path: &str| body.pointer(path).and_then(Value::as_i64);
    (
        update["update_id"].as_i64(),
        id("/chat/id").or_else(|| id("/message/chat/id")),
        id("/from/id").or_else(|| id("/user/id")),
    )
}

fn ids(digest: &Digest) -> (Option<i64>, Option<i64>, Option<i64>) {
    (digest.update_id, digest.chat_id, digest.user_id)
}

#[test]
fn every_update_of_the_corpus_is_understood() {
    let Some(folder) = corpus() else { return };
    for (name, bytes) in files(&folder) {
        let digests = digest(&bytes);
        assert_eq!(digests.len(), 1, "{name}");
        assert_ne!(digests[0].action, Action::Unparsed, "{name}: {:?}", digests[0].reason);
    }
}

#[test]
fn the_digest_tells_the_same_ids_as_the_plain_json() {
    let Some(folder) = corpus() else { return };
    for (name, bytes) in files(&folder) {
        let update: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(ids(&digest(&bytes)[0]), plain_ids(&update), "{name}");
    }
}

#[test]
fn the_wrapping_of_a_file_changes_nothing() {
    let Some(folder) = corpus() else { return };
    let files = files(&folder);
    let single: Vec<Digest> = files.iter().flat_map(|(_, bytes)| digest(bytes)).collect();
    let updates: Vec<Value> =
        files.iter().map(|(_, bytes)| serde_json::from_slice(bytes).expect("JSON")).collect();
    let array = Value::from(updates.clone()).to_string();
    let response = serde_json::json!({"ok": true, "result": updates}).to_string();
    let lines: Vec<String> = updates.iter().map(Value::to_string).collect();
    assert_eq!(digest(array.as_bytes()), single);
    assert_eq!(digest(response.as_bytes()), single);
    assert_eq!(digest(lines.join("\n").as_bytes()), single);
}

#[test]
fn an_update_cut_short_anywhere_is_unparsed_and_hides_no_other() {
    let Some(folder) = corpus() else { return };
    for (name, bytes) in files(&folder).into_iter().step_by(7) {
        let update: Value = serde_json::from_slice(&bytes).expect("JSON");
        let whole = update.to_string();
        let mut end = whole.len() - 1;
        while !whole.is_char_boundary(end) {
            end -= 1;
        }
        let file = format!("{}\n{whole}\n", &whole[..end]);
        let digests = digest(file.as_bytes());
        assert_eq!(digests.len(), 2, "{name}");
        assert_eq!(digests[0].action, Action::Unparsed, "{name}");
        assert_ne!(digests[1].action, Action::Unparsed, "{name}");
    }
}
