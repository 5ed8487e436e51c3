//! Init through its standard input, against the simulated Telegram.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use kontor::settings::{IntakeMode, Settings};
use sim::{NewBot, Person, Sim, SimConfig};

use crate::rig::{SOON, err, out};

pub(crate) const TOKEN: &str = "7000001:simulated";

/// Runs a test beside a simulated Telegram with one bot, to whom Ada has written.
pub(crate) fn beside_telegram(test: impl AsyncFnOnce(&Sim, &Path)) {
    let folder = tempfile::tempdir().expect("a folder");
    let life = async {
        let sim = sim::start(SimConfig::default()).await.expect("starts");
        let bot = sim.world.add_bot(NewBot {
            token: TOKEN.to_owned(),
            username: "mug_shop_bot".to_owned(),
            first_name: "Mug \"Shop\"".to_owned(),
            reads_all: false,
            inline: false,
        });
        sim.world.add_person(Person {
            id: 501,
            first_name: "Ada".to_owned(),
            last_name: None,
            username: Some("ada".to_owned()),
            language_code: "en".to_owned(),
            phone_number: None,
        });
        sim.world.start(501, bot, None).expect("starts the bot");
        test(&sim, folder.path()).await;
        sim.stop().await;
    };
    actix_rt::System::new()
        .block_on(async { tokio::time::timeout(3 * SOON, life).await })
        .expect("in time");
}

async fn init(folder: &Path, answers: &[&str]) -> Output {
    let (folder, answers) = (folder.to_owned(), answers.join("\n") + "\n");
    let run = move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
        command.arg("init").current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("runs");
        let mut input = child.stdin.take().expect("a pipe");
        // It may end before it read everything.
        drop(input.write_all(answers.as_bytes()));
        drop(input);
        child.wait_with_output().expect("ends")
    };
    tokio::task::spawn_blocking(run).await.expect("no panic")
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn init_takes_a_fresh_token_to_a_configuration_that_loads() {
    beside_telegram(async |sim, folder| {
        let url = sim.url();
        let answers = [
            TOKEN,
            &url,
            "",
            "polling",
            "",
            "Tea & \"Mugs\"",
            "ru, en",
            "uzs",
            "find",
            "yes",
            "yes",
            "no",
        ];
        let done = init(folder, &answers).await;
        assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
        assert!(out(&done).contains("the token is good: @mug_shop_bot"), "{}", out(&done));
        let config = folder.join("kontor.toml");
        for private in ["kontor.toml", "data/mug_shop.token", "data/master.key"] {
            assert_eq!(mode(&folder.join(private)), 0o600, "{private}");
        }
        let text = std::fs::read_to_string(&config).expect("written");
        assert!(!text.contains("simulated"), "the token is not in it: {text}");
        let settings = Settings::load_with(Some(&config), []).expect("loads");
        assert_eq!(settings.bots[0].name.as_str(), "mug_shop");
        assert_eq!(settings.bots[0].intake, IntakeMode::Polling);
        assert_eq!(settings.shop.name, "Tea & \"Mugs\"");
        assert_eq!(
            (settings.shop.default_language.as_str(), settings.shop.languages.len()),
            ("ru", 2)
        );
        assert_eq!(settings.shop.currency.code(), "UZS");
        assert_eq!(settings.owner().map(|(_, chat)| chat), Some(501));
    });
}

#[test]
fn init_asks_again_when_telegram_does_not_know_the_token_and_checks_at_the_end() {
    beside_telegram(async |sim, folder| {
        let url = sim.url();
        // A wrong token, the right one; the defaults; nobody is told; write it, and run doctor.
        let answers = ["7000001:wrong", &url, "nonsense", TOKEN, &url, "shop"];
        let done = init(folder, &answers).await;
        assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
        let said = out(&done);
        assert!(said.contains("Telegram does not know this token"), "{said}");
        assert!(said.contains("a token looks like"), "{said}");
        assert!(said.contains("ok      master key"), "doctor ran: {said}");
    });
}

#[test]
fn init_never_overwrites_without_asking() {
    beside_telegram(async |_sim, folder| {
        std::fs::write(folder.join("kontor.toml"), "# mine\n").expect("writes");
        let done = init(folder, &[""]).await;
        assert_eq!(done.status.code(), Some(1), "{}", err(&done));
        assert!(out(&done).contains("nothing was changed"));
        let text = std::fs::read_to_string(folder.join("kontor.toml")).expect("there");
        assert_eq!(text, "# mine\n");
        assert!(!folder.join("data").exists());
    });
}

#[test]
fn a_webhook_needs_an_address_and_three_wrong_answers_end_it() {
    beside_telegram(async |sim, folder| {
        let url = sim.url();
        let answers = [TOKEN, &url, "shop", "webhook", "x", "ftp://x", "nowhere"];
        let done = init(folder, &answers).await;
        assert_eq!(done.status.code(), Some(2), "{}{}", out(&done), err(&done));
        assert!(!folder.join("kontor.toml").exists());
        let answers = [TOKEN, &url, "shop", "webhook", "https://shop.example/"];
        let done = init(folder, &answers).await;
        assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
        let settings = Settings::load_with(Some(&folder.join("kontor.toml")), []).expect("loads");
        assert_eq!(settings.bots[0].intake, IntakeMode::Webhook);
        assert_eq!(settings.server.public_url.as_deref(), Some("https://shop.example"));
    });
}
