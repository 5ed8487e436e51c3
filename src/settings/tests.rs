//! Tests of the settings: which layer wins, and what the errors say.

use std::path::Path;

use super::{IntakeMode, LogFormat, Settings, SettingsError};

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("write");
    file
}

fn variables(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(text: &str, of: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::load_with(Some(file(text).path()), variables(of))
}

/// The error without the folder of its file.
fn error(text: &str, of: &[(&str, &str)]) -> String {
    let file = file(text);
    let error = Settings::load_with(Some(file.path()), variables(of)).expect_err("refused");
    error.to_string().replace(&file.path().display().to_string(), "kontor.toml")
}

#[test]
fn the_defaults_are_complete() {
    let settings = Settings::load_with(None, []).expect("the defaults");
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.database_url(), "sqlite://data/kontor.db");
    assert_eq!(settings.control.socket, Path::new("data/kontor.sock"));
    assert_eq!(settings.secrets.master_key_file, Path::new("data/master.key"));
    assert!(settings.bots.is_empty() && settings.owner().is_none());
    let (office, delivery) = (settings.office_limits(), settings.delivery_limits());
    assert_eq!(format!("{office:?}"), format!("{:?}", actors::OfficeLimits::default()));
    assert_eq!(format!("{delivery:?}"), format!("{:?}", actors::DeliveryLimits::default()));
    // The currency of a shop is for the file to say.
    let rules = actors::Rules { currency: settings.rules().currency, ..actors::Rules::default() };
    assert_eq!(format!("{:?}", settings.rules()), format!("{rules:?}"));
}

#[test]
fn the_documented_bot_has_the_values_that_are_left_out() {
    let start = super::DEFAULTS.find("# [[bots]]").expect("documented");
    let section = super::DEFAULTS[start..].split("\n\n").next().expect("a section");
    let all: String =
        section.lines().map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect();
    let is_key = |line: &&str| {
        line.starts_with("[[") || line.contains(" = ") && !line.contains("token_file")
    };
    let documented: Vec<&str> =
        all.lines().filter(is_key).filter(|line| !line.ends_with('.')).collect();
    let documented = load(&documented.join("\n"), &[]).expect("as documented");
    let short = load("[[bots]]\nname = \"shop\"\ntoken = \"123456:ABC…\"\n", &[]).expect("loads");
    assert_eq!(format!("{:?}", documented.bots), format!("{:?}", short.bots));
}

#[test]
fn the_production_example_loads_with_its_secrets_from_the_environment() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/production.toml");
    let settings = Settings::load_with(Some(&path), []).expect("loads");
    assert_eq!(settings.bots[0].intake, IntakeMode::Webhook);
    assert_eq!(settings.log.format, LogFormat::Json);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let text = "[limits]\nmailbox = 7\nfailures = 9\n[shop]\nname = \"A\"\n";
    let over = [("KONTOR__LIMITS__MAILBOX", "8"), ("KONTOR__SHOP__NAME", "42"), ("HOME", "/")];
    let settings = load(text, &over).expect("loads");
    assert_eq!((settings.limits.mailbox, settings.limits.failures), (8, 9));
    assert_eq!(settings.shop.name, "42", "text stays text");
    assert_eq!(settings.limits.in_flight, 10_000);
}

#[test]
fn lists_and_bots_are_set_by_variables() {
    let text = "[[bots]]\nname = \"my-shop\"\n[[bots]]\nname = \"two\"\ntoken = \"2:b\"\n";
    let over = [
        ("KONTOR__SHOP__LANGUAGES", "en, ru"),
        ("KONTOR__BOTS__MY_SHOP__TOKEN", "1:a"),
        ("KONTOR__BOTS__1__POLL_TIMEOUT_S", "5"),
    ];
    let settings = load(text, &over).expect("loads");
    assert_eq!(settings.shop.languages, ["en", "ru"]);
    let tokens: Vec<_> = settings.bots.iter().map(|bot| bot.token().expect("a token")).collect();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&tokens[0]), "1:a");
    assert_eq!(settings.bots[1].poll_timeout_s, 5);
    assert_eq!(settings.owner(), None);
}

#[test]
fn key_and_socket_stand_beside_the_database_unless_named() {
    let files = |text: &str| {
        let settings = load(text, &[]).expect("loads");
        let (socket, key) = (settings.control.socket, settings.secrets.master_key_file);
        (socket.display().to_string(), key.display().to_string())
    };
    let beside = files("[database]\nurl = \"sqlite:///srv/a.db\"\n");
    assert_eq!(beside, ("/srv/a.sock".to_owned(), "/srv/master.key".to_owned()));
    let named = files("[control]\nsocket = \"s\"\n[secrets]\nmaster_key_file = \"k\"\n");
    assert_eq!(named, ("s".to_owned(), "k".to_owned()));
    let postgres = files("[database]\nurl = \"postgres://h/d\"\n");
    assert_eq!(postgres, ("data/kontor.sock".to_owned(), "data/master.key".to_owned()));
}

#[test]
fn secrets_are_never_printed() {
    let text = "[database]\nurl = \"postgres://a:hush1@h/d\"\n[secrets]\nmaster_key = \"hush2\"\n\
                [gateways.sandbox]\napi_key = \"hush3\"\nwebhook_secret = \"hush4\"\n\
                [[bots]]\nname = \"shop\"\ntoken = \"1:hush5\"\n";
    let printed = format!("{:?}", load(text, &[]).expect("loads"));
    assert!(!printed.contains("hush"), "{printed}");
}

#[test]
fn a_wrong_setting_is_named_with_its_place_and_what_to_write() {
    let bot = "[[bots]]\nname = \"shop\"\ntoken = \"1:a\"\n";
    let cases = [
        (
            "[limits]\nmailbx = 3\n".to_owned(),
            "kontor.toml: limits.mailbx: there is no such key\n  hint: did you mean mailbox?",
        ),
        (
            "[limitz]\nmailbox = 3\n".to_owned(),
            "kontor.toml: limitz: there is no such key\n  hint: did you mean limits?",
        ),
        (
            format!("{bot}intakes = \"polling\"\n"),
            "kontor.toml: bots.0.intakes: there is no such key\n  hint: did you mean intake?",
        ),
        (
            format!("{bot}intake = \"push\"\n"),
            "kontor.toml: bots.0.intake: 'push' is not known\n  hint: write one of polling, webhook",
        ),
        (
            format!("{bot}api_url = \"ftp://x\"\n"),
            "kontor.toml: bots.0.api_url: 'ftp://x' is not an address\n  hint: write https://host/path",
        ),
        (
            format!("{bot}intake = \"webhook\"\n"),
            "kontor.toml: server.public_url: missing, and bot shop has intake = \"webhook\"\n  hint: write where Telegram reaches us, as in \"https://shop.example\"",
        ),
        (
            "[[bots]]\nname = \"shop\"\n".to_owned(),
            "kontor.toml: bots.shop.token: no token\n  hint: write token = \"…\" from BotFather, or token_file = \"…\"",
        ),
        (
            "[server]\nlisten = \"here\"\n".to_owned(),
            "kontor.toml: server.listen: not an address to listen on\n  hint: write host:port, as in 127.0.0.1:8080",
        ),
        (
            "[limits]\nmailbox = \"many\"\n".to_owned(),
            "kontor.toml: limits.mailbox: found 'many'\n  hint: write a number, 0 or more",
        ),
        (
            format!("{bot}token_file = 3\n"),
            "kontor.toml: bots.0.token_file: found 3\n  hint: write a text in quotes",
        ),
        (
            "[[bots]]\nname = \"shop\"\ntoken = 77\n".to_owned(),
            "kontor.toml: bots.0.token: found something else\n  hint: write a text in quotes",
        ),
        (
            "[shop]\nlanguages = \"en\"\n".to_owned(),
            "kontor.toml: shop.languages: found 'en'\n  hint: write a list in brackets",
        ),
        (
            "[limits]\nmailbox = 0\n".to_owned(),
            "kontor.toml: limits.mailbox: 0 would stop everything\n  hint: write 1 or more",
        ),
        (
            "[shop]\nlanguages = [\"tlh\"]\n".to_owned(),
            "kontor.toml: shop.languages: there are no texts in 'tlh'\n  hint: write some of en, ru, uz, es, ar",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(error(&text, &[]), expected);
    }
    let unknown = error("", &[("KONTOR__LIMITS__MAILBX", "1")]);
    assert_eq!(
        unknown,
        "environment: limits.mailbx: there is no such key\n  hint: did you mean mailbox?"
    );
}

#[test]
fn a_file_that_is_no_toml_is_named_with_the_line() {
    let error = error("[server]\nlisten = \n", &[]);
    assert!(error.starts_with("kontor.toml: ") && error.contains("line 2"), "{error}");
}

#[test]
fn a_missing_file_says_what_writes_one() {
    let error = Settings::load_with(Some(Path::new("no/such.toml")), []).expect_err("missing");
    assert!(error.to_string().starts_with("no/such.toml: cannot be read: "), "{error}");
    assert!(error.to_string().ends_with("hint: `kontor init` writes a configuration"), "{error}");
}
