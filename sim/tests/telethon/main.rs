//! An unmodified Telethon against the data centres: transports, key exchange, login with code and
//! password and by QR code, history, live updates, gaps, statistics. It must not know Kontor.
//!
//! Telethon is installed into an environment of its own under the cache folder; where pip reaches no
//! index, the test says that it was skipped.

#![allow(clippy::unwrap_used)] // tests

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sim::{Account, NewBot, NewLife, Person, SimConfig};

const TELETHON: &str = "telethon==1.45.0";
const OLGA: i64 = 599;
const PHONE: &str = "+31610000599";
const PASSWORD: &str = "correct horse";
const TOKEN: &str = "900:a-token-of-the-scripted-bot-00000000";

fn cache() -> PathBuf {
    let set = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    set.or_else(home).unwrap_or_else(std::env::temp_dir).join("kontor")
}

fn quiet(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The Python that has Telethon; why not, when there is none.
fn python() -> Result<PathBuf, &'static str> {
    let folder = cache().join(TELETHON.replace("==", "-"));
    let python = folder.join("bin/python");
    let has_it = || quiet(Command::new(&python).args(["-c", "import telethon"]));
    if has_it() {
        return Ok(python);
    }
    std::fs::create_dir_all(cache()).map_err(|_| "the cache folder cannot be made")?;
    if !quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder)) {
        return Err("python3 cannot make an environment");
    }
    let pip = ["-m", "pip", "install", "--quiet", "--timeout", "20", "--retries", "1", TELETHON];
    if quiet(Command::new(&python).args(pip)) && has_it() {
        return Ok(python);
    }
    Err("pip does not reach an index")
}

#[actix_rt::test]
async fn telethon_logs_in_reads_and_misses_nothing() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    let config = SimConfig { limits_on: false, seed: 6, ..SimConfig::default() };
    let sim = sim::start(config).await.unwrap();
    let mut olga = Person { id: OLGA, ..Person::named("Olga") };
    olga.phone_number = Some(PHONE.to_owned());
    sim.world.add_person(olga);
    let dcs = sim.dcs.clone().unwrap();
    let password = Some(PASSWORD.to_owned());
    dcs.set_account(Account { user: OLGA, password, ..Account::default() });
    let bot = sim.world.add_bot(NewBot {
        token: TOKEN.to_owned(),
        username: "mug_bot".to_owned(),
        first_name: "Mug Shop".to_owned(),
        reads_all: false,
        inline: false,
    });
    let mut life = NewLife::of("Mug news", "mug_news", OLGA);
    life.past_days = 90;
    life.seed = Some(12);
    life.admin_bots = vec![bot];
    let chat = sim.world.add_life(life).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/telethon/check.py");
    let mut command = tokio::process::Command::new(python);
    command.arg(script).args([&sim.url(), PHONE, PASSWORD, TOKEN, &chat.to_string()]);
    command.kill_on_drop(true);
    let output = tokio::time::timeout(std::time::Duration::from_secs(180), command.output());
    let output = output.await.expect("Telethon ends in time").unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("all ok"), "{said}\n{complained}");
    println!("{said}");
    sim.stop().await;
}
