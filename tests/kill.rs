//! A real server process, killed with SIGKILL again and again while customers talk to it: nothing lost, nothing twice
//! but what was on the wire.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use entities::Database;
use sim::{NewBot, Person, Sim, SimConfig, World};

const TOKEN: &str = "8000001:kill";
const USERS: usize = 12;
const DIALOGUES: usize = 3;
const KILLS: u32 = 5;
/// Far more than an answer takes, a restart included.
const PATIENCE: Duration = Duration::from_secs(30);

/// One way of running the server.
struct Way {
    postgres: Option<String>,
    webhook: bool,
    reply_in_webhook: bool,
}

/// A server as a child process; killed when it goes.
struct Server {
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already, perhaps.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn serve(config: &Path) -> Server {
    let mut log = std::fs::OpenOptions::new();
    let log = log.create(true).append(true).open(config.with_extension("log")).expect("a log");
    let child = Command::new(env!("CARGO_BIN_EXE_kontor"))
        .arg("--config")
        .arg(config)
        .arg("serve")
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("the log again"))
        .stderr(log)
        .spawn()
        .expect("starts");
    Server { child }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn configure(folder: &Path, way: &Way, sim_url: &str, database: &str) -> std::path::PathBuf {
    let flows = folder.join("flows");
    std::fs::create_dir_all(&flows).expect("a folder");
    std::fs::copy("benches/flows/five.toml", flows.join("five.toml")).expect("the dialogue");
    let port = free_port();
    let intake = if way.webhook { "webhook" } else { "polling" };
    let reply = way.reply_in_webhook;
    let at = folder.display();
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\"\n\
         [database]\nurl = \"{database}\"\n\
         [secrets]\nmaster_key_file = \"{at}/master.key\"\n\
         [[bots]]\nname = \"shop\"\ntoken = \"{TOKEN}\"\napi_url = \"{sim_url}\"\n\
         intake = \"{intake}\"\nreply_in_webhook = {reply}\n\
         [flows]\ndir = \"{at}/flows\"\n\
         [control]\nsocket = \"{at}/kontor.sock\"\n\
         [limits]\nbot_per_s = 10000\nbot_burst = 10000\nchat_per_s = 10000\nchat_burst = 10000\n\
         user_messages = 100000\n[log]\nlevel = \"warn\"\n"
    );
    let file = folder.join("kontor.toml");
    std::fs::write(&file, text).expect("writes");
    file
}

fn make_key(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let file = folder.join("master.key");
    std::fs::write(&file, entities::SealKey::random().to_base64()).expect("writes");
    let ours = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&file, ours).expect("closes it to others");
}

async fn world() -> (Sim, i64) {
    let config = SimConfig { limits_on: false, seed: 7, ..SimConfig::default() };
    let sim = sim::start(config).await.expect("a world");
    let bot = sim.world.add_bot(NewBot {
        token: TOKEN.to_owned(),
        username: "kill_bot".to_owned(),
        first_name: "Kill".to_owned(),
        reads_all: false,
        inline: false,
    });
    (sim, bot)
}

/// One customer holds dialogues, one after the other, each answer named in the reply; true to the script throughout.
async fn customer(world: World, bot: i64, person: i64) -> Vec<String> {
    let mut expected = Vec::new();
    for dialogue in 0..DIALOGUES {
        let answer = |step: usize| format!("p{person}d{dialogue}s{step}");
        for step in 0..=5 {
            let text = if step == 0 { "/dialogue".to_owned() } else { answer(step) };
            world.send_text(person, bot, &text).expect("is sent");
            let known: Vec<String> = (1..=step).map(answer).collect();
            let reply = match step {
                0 => "question 1".to_owned(),
                5 => format!("done {}", known.join(" ")),
                _ => format!("got {}\n\nquestion {}", known.join(" "), step + 1),
            };
            expected.push(reply.clone());
            let comes = world.wait_for(person, bot, PATIENCE, |_| {
                true_to(&expected, &world.bot_texts(person, bot)) == Ok(expected.len())
            });
            comes.await.unwrap_or_else(|error| panic!("no '{reply}': {error}"));
        }
    }
    expected
}

/// How many of the expected texts came, in order; what comes besides must be one of the last few again (sent before a
/// kill, and once more after it).
fn true_to(expected: &[String], texts: &[String]) -> Result<usize, String> {
    const LAST: usize = 3;
    let mut next = 0;
    for text in texts {
        if expected.get(next) == Some(text) {
            next += 1;
        } else if !expected[next.saturating_sub(LAST)..next].contains(text) {
            return Err(format!("'{text}' after {next} expected texts"));
        }
    }
    Ok(next)
}

async fn run(way: Way) {
    let folder = tempfile::tempdir().expect("a folder");
    let (sim, bot) = world().await;
    let database = match &way.postgres {
        Some(server) => entities::create_scratch(server).await.expect("a scratch database"),
        None => format!("sqlite://{}/k.db", folder.path().display()),
    };
    make_key(folder.path());
    let config = configure(folder.path(), &way, &sim.url(), &database);
    let mut server = serve(&config);
    let customers: Vec<_> = (0..USERS)
        .map(|number| {
            let person = sim.world.add_person(Person::named(&format!("Customer {number}")));
            let talk = customer(sim.world.clone(), bot, person.id);
            (person.id, tokio::spawn(talk))
        })
        .collect();
    // A kill each time some more was said, so that it hits while they talk and not while the server starts.
    let total = USERS * DIALOGUES * 6;
    for kill in 1..=KILLS {
        let mark = total * kill as usize / (KILLS as usize + 1);
        wait_for_replies(&sim.world, bot, &customers, mark).await;
        drop(server);
        server = serve(&config);
    }
    let mut doubled = 0;
    let mut people = Vec::new();
    for (person, talk) in customers {
        let expected = talk.await.expect("is answered throughout");
        let texts = sim.world.bot_texts(person, bot);
        doubled += texts.len() - expected.len();
        let came = true_to(&expected, &texts);
        assert_eq!(
            came,
            Ok(expected.len()),
            "customer {person}: every answer, in order: {texts:?}"
        );
        people.push(person);
    }
    drop(server);
    audit(&database, people.len()).await;
    // A reply that travels in a webhook's response is never shown twice.
    let sent = sent_apart(&sim.world);
    let allowed = if way.reply_in_webhook && way.webhook { 0 } else { USERS * KILLS as usize };
    assert!(
        doubled <= allowed,
        "{doubled} replies were shown twice, at most {allowed} are allowed"
    );
    println!("{KILLS} kills, {total} replies, {sent} sent apart, {doubled} shown twice");
    if let Some(server) = &way.postgres {
        entities::drop_scratch(server, &database).await.expect("drops");
    }
    sim.stop().await;
}

/// Replies that went out by a call of their own.
fn sent_apart(world: &World) -> usize {
    let mut sent = 0;
    let mut last = 0;
    loop {
        let calls = world.calls_after(last);
        let Some(newest) = calls.last() else { return sent };
        last = newest.n;
        sent += calls.iter().filter(|call| call.method == "sendMessage").count();
    }
}

async fn wait_for_replies<T>(world: &World, bot: i64, customers: &[(i64, T)], mark: usize) {
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    let wait = async {
        loop {
            let texts = customers.iter().map(|(person, _)| world.bot_texts(*person, bot).len());
            if texts.sum::<usize>() >= mark {
                return;
            }
            tick.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE * 2, wait).await.expect("they go on talking");
}

/// What the database holds: every dialogue's answers once, as they were given, and nothing waiting.
async fn audit(url: &str, people: usize) {
    let database = Database::open(url).await.expect("opens");
    let answers = entities::answers(&database.read, Some("five")).await.expect("reads");
    assert_eq!(answers.len(), people * DIALOGUES, "each dialogue is finished once");
    for row in &answers {
        let person = row.session.rsplit(':').next().expect("a user");
        let given: serde_json::Value = serde_json::from_str(&row.answers).expect("JSON");
        let text = given.to_string();
        for step in 1..=5 {
            assert!(text.contains(&format!("p{person}d")), "{text}");
            assert!(text.contains(&format!("s{step}")), "{text}");
        }
    }
    assert_eq!(entities::quarantined(&database.read).await.expect("reads"), []);
    assert!(entities::held_keys(&database.read).await.expect("reads").is_empty());
    database.close().await;
}

fn postgres() -> Option<String> {
    let server = std::env::var("KONTOR_TEST_POSTGRES").ok();
    if server.is_none() {
        println!("skipped: KONTOR_TEST_POSTGRES names no server");
    }
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn polling_survives_kills() {
    run(Way { postgres: None, webhook: false, reply_in_webhook: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_with_the_reply_in_the_response_survive_kills() {
    run(Way { postgres: None, webhook: true, reply_in_webhook: true }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_with_separate_sends_survive_kills() {
    run(Way { postgres: None, webhook: true, reply_in_webhook: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn polling_on_postgres_survives_kills() {
    let Some(server) = postgres() else { return };
    run(Way { postgres: Some(server), webhook: false, reply_in_webhook: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_on_postgres_survive_kills() {
    let Some(server) = postgres() else { return };
    run(Way { postgres: Some(server), webhook: true, reply_in_webhook: true }).await;
}
