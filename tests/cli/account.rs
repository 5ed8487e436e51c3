//! Accounts through the program: logging in with code and password, importing, checking, on both databases.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

use entities::MasterKey;
use sim::{Account, Dcs, Person, Sim, SimConfig};

use crate::rig::{Ground, SOON, err, on_both, out};

const ADA: i64 = 501;
const PHONE: &str = "+31610000501";

/// The world's data centres run on threads of their own.
struct Centres {
    sim: Sim,
}

impl Centres {
    fn new() -> Self {
        let sim = actix_rt::System::new().block_on(sim::start(SimConfig::default()));
        let sim = sim.expect("the world");
        let mut ada = Person { id: ADA, ..Person::named("Ada") };
        ada.phone_number = Some(PHONE.to_owned());
        sim.world.add_person(ada);
        Self { sim }
    }

    fn dcs(&self) -> &Dcs {
        self.sim.dcs.as_ref().expect("data centres")
    }

    /// The settings that point at them.
    fn settings(&self, ground: &Ground) -> String {
        let file = ground.path("dc.pem");
        std::fs::write(&file, self.dcs().public_key()).expect("writes");
        let mut text = format!(
            "[mtproto]\napi_id = 1234\napi_hash = \"hash\"\npublic_key_file = \"{}\"\n",
            file.display()
        );
        for (id, address) in self.dcs().addresses() {
            text += &format!("[[mtproto.data_centres]]\nid = {id}\naddress = \"{address}\"\n");
        }
        text
    }
}

fn start(ground: &Ground, settings: &str, arguments: &[&str]) -> Child {
    let config = ground.config(settings);
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.arg("--config").arg(config).arg("account").args(arguments);
    command.current_dir(ground.folder.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("runs")
}

fn run(ground: &Ground, settings: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = start(ground, settings, arguments);
    let mut stdin = child.stdin.take().expect("a pipe");
    // It may end before it read everything.
    drop(stdin.write_all(input.as_bytes()));
    drop(stdin);
    child.wait_with_output().expect("ends")
}

/// Logs Ada in, with the code that comes while the program waits for it.
fn log_in(ground: &Ground, settings: &str, dcs: &Dcs, password: &str) -> Output {
    let mut child = start(ground, settings, &["add", "--phone", PHONE]);
    let mut stdin = child.stdin.take().expect("a pipe");
    let until = Instant::now() + SOON;
    let code = loop {
        if let Some(code) = dcs.code_of(PHONE) {
            break code;
        }
        if Instant::now() > until || child.try_wait().expect("looks").is_some() {
            drop(stdin);
            return child.wait_with_output().expect("ends");
        }
        std::thread::yield_now();
    };
    drop(stdin.write_all(format!("00000x\n{code}\nwrong\n{password}\n").as_bytes()));
    drop(stdin);
    child.wait_with_output().expect("ends")
}

#[test]
fn an_account_is_logged_in_checked_paused_and_forgotten() {
    on_both(|ground| {
        let centres = Centres::new();
        let settings = centres.settings(ground);
        let password = Some("open sesame".to_owned());
        centres.dcs().set_account(Account { user: ADA, password, ..Account::default() });
        let done = log_in(ground, &settings, centres.dcs(), "open sesame");
        assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
        let said = out(&done);
        assert!(
            said.contains("the code is wrong") && said.contains("the password is wrong"),
            "{said}"
        );
        assert!(said.contains("Ada (501) is ready"), "{said}");
        assert!(!said.contains("open sesame"), "{said}");
        let list = run(ground, &settings, &["list", "--json"], "");
        let rows: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
        assert_eq!((&rows[0]["user_id"], &rows[0]["state"]), (&ADA.into(), &"ready".into()));
        // The session works again from the database alone.
        for (command, state) in [("pause", "paused"), ("resume", "ready")] {
            let done = run(ground, &settings, &[command, "ada"], "");
            assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
            assert!(out(&done).contains(state), "{}", out(&done));
        }
        centres.dcs().revoke(ADA);
        let done = run(ground, &settings, &["resume", "501"], "");
        assert_eq!(done.status.code(), Some(1), "{}{}", out(&done), err(&done));
        let show = out(&run(ground, &settings, &["show", "501"], ""));
        assert!(show.contains("state: needs login") && show.contains("SESSION_REVOKED"), "{show}");
        assert!(show.contains("paused by a person"), "the history is kept: {show}");
        centres.dcs().forget_keys(ADA);
        let gone = run(ground, &settings, &["remove", "501"], "");
        assert_eq!(gone.status.code(), Some(0), "{}", err(&gone));
        let none = run(ground, &settings, &["show", "501"], "");
        assert!(err(&none).contains("there is no account 501"), "{}", err(&none));
    });
}

#[test]
fn a_lost_key_is_told_and_never_replaced() {
    on_both(|ground| {
        let centres = Centres::new();
        let settings = centres.settings(ground);
        let done = import(ground, &centres, &settings);
        assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
        centres.dcs().forget_keys(ADA);
        let done = run(ground, &settings, &["resume", "501"], "");
        assert_eq!(done.status.code(), Some(1), "{}{}", out(&done), err(&done));
        let show = out(&run(ground, &settings, &["show", "501"], ""));
        assert!(show.contains("state: key lost"), "{show}");
    });
}

fn import(ground: &Ground, centres: &Centres, settings: &str) -> Output {
    use base64::Engine;
    let (dc, address) = centres.dcs().addresses()[0];
    let key = [9; 256];
    centres.dcs().add_key(dc, key, Some(ADA));
    let std::net::SocketAddr::V4(address) = address else { panic!("IPv4") };
    let mut bytes = vec![u8::try_from(dc).expect("small")];
    bytes.extend(address.ip().octets());
    bytes.extend(address.port().to_be_bytes());
    bytes.extend(key);
    let text = format!("1{}", base64::engine::general_purpose::URL_SAFE.encode(bytes));
    run(ground, settings, &["import"], &text)
}

#[test]
fn an_imported_session_is_sealed_and_survives_a_new_master_key() {
    on_both(|ground| {
        let centres = Centres::new();
        let settings = centres.settings(ground);
        let done = import(ground, &centres, &settings);
        assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
        assert!(out(&done).contains("stop the other program"), "{}", out(&done));
        let sealed = ground.run(async |database, _lock| {
            let row = entities::account(&database.read, ADA).await.expect("reads");
            row.expect("there").session
        });
        assert!(!sealed.windows(16).any(|part| part == [9; 16]), "the key is not readable");
        assert!(MasterKey::random().open(&sealed, "account 501").is_err());
        let new = ground.path("new.key");
        let rotated = crate::rig::kontor(
            ground.folder.path(),
            &["--config", ground.config(&settings).to_str().expect("text")],
            &["secrets", "rotate", "--new-key-file", new.to_str().expect("text")],
        );
        assert_eq!(rotated.status.code(), Some(0), "{}{}", out(&rotated), err(&rotated));
        let done = run(ground, &settings, &["resume", "501"], "");
        assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
    });
}

#[test]
fn without_an_own_api_id_nothing_is_asked() {
    on_both(|ground| {
        let done = run(ground, "", &["add"], "");
        assert_eq!(done.status.code(), Some(2));
        assert!(err(&done).contains("my.telegram.org"), "{}", err(&done));
        let empty = run(ground, "", &["list"], "");
        assert!(out(&empty).contains("there are no accounts"), "{}", out(&empty));
    });
}
