//! Doctor: what is well, what is not, and how it ends.

use std::path::Path;
use std::process::Output;

use crate::init::{TOKEN, beside_telegram};
use crate::rig::{err, kontor, out};

async fn doctor(folder: &Path) -> Output {
    let folder = folder.to_owned();
    let run = move || kontor(&folder, &[], &["doctor"]);
    tokio::task::spawn_blocking(run).await.expect("no panic")
}

fn configure(folder: &Path, url: &str, more: &str) {
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[flows]\ndir = \"flows\"\n[gateways.sandbox]\napi_url = \"{url}\"\n\
         [[bots]]\nname = \"shop\"\ntoken = \"{TOKEN}\"\napi_url = \"{url}\"\n{more}"
    );
    std::fs::write(folder.join("kontor.toml"), text).expect("writes");
    std::fs::create_dir_all(folder.join("flows")).expect("a folder");
}

#[test]
fn doctor_ends_with_0_when_nothing_failed() {
    beside_telegram(async |sim, folder| {
        configure(folder, &sim.url(), "");
        let settings = kontor::settings::SecretSettings {
            master_key_file: folder.join("data/master.key"),
            master_key: None,
        };
        kontor::secrets::master_key(&settings, true).expect("makes");
        let done = doctor(folder).await;
        let said = out(&done);
        assert_eq!(done.status.code(), Some(0), "{said}{}", err(&done));
        let parts = [
            "configuration",
            "database",
            "server",
            "master key",
            "flows",
            "bot shop",
            "gateway sandbox",
        ];
        for part in parts {
            let is_ok = |line: &str| line.starts_with(&format!("ok      {part}"));
            assert!(said.lines().any(is_ok), "{part} is not ok: {said}");
        }
        assert!(said.contains("@mug_shop_bot, the token is good"), "{said}");
        assert!(said.contains("1 update waiting at Telegram"), "{said}");
        assert!(said.contains("warn    owner"), "{said}");
    });
}

#[test]
fn doctor_ends_with_1_and_says_what_to_do() {
    beside_telegram(async |sim, folder| {
        configure(folder, &sim.url(), "");
        std::fs::write(folder.join("flows/a.toml"), "name = \"a\"\n").expect("writes");
        let done = doctor(folder).await;
        let said = out(&done);
        assert_eq!(done.status.code(), Some(1), "{said}{}", err(&done));
        assert!(
            said.contains("ok      master key") && said.contains("the first start makes it"),
            "{said}"
        );
        assert!(said.contains("failed  flows"), "{said}");
    });
}

#[test]
fn a_configuration_that_cannot_be_read_is_the_first_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("kontor.toml"), "[limitz]\n").expect("writes");
    let done = kontor(folder.path(), &[], &["doctor"]);
    assert_eq!(done.status.code(), Some(1));
    let said = out(&done);
    assert!(
        said.starts_with("failed  configuration  kontor.toml: limitz: there is no such key\n"),
        "{said}"
    );
    assert!(said.contains("hint: did you mean limits?"), "{said}");
}
