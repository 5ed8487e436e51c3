//! `kontor demo`: the simulated world and the server in one command, with a sample shop. Nothing here runs in `serve`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use actors::Clock;
use anyhow::{Context, bail};
use entities::Database;
use metrics_exporter_prometheus::PrometheusHandle;
use sim::{DcConfig, NewBot, Sim, SimConfig, WorldClock};

use crate::app::{self, signal};
use crate::cli::{DemoOptions, SimOptions};
use crate::settings::Settings;
use crate::telemetry;

mod channels;
mod folder;
mod history;
mod leaflets;
mod people;
mod pictures;
mod shop;

use folder::{Folder, MARK};

/// What the demo's own child process is given.
#[derive(Clone, Debug, clap::Args)]
pub struct ChildOptions {
    #[arg(long)]
    pub listen: std::net::SocketAddr,
    #[arg(long)]
    pub sim_url: String,
    #[arg(long)]
    pub data: PathBuf,
}

/// Public and worthless: it opens nothing but the simulated world.
const TOKEN: &str = "7000001:simulated";
const USERNAME: &str = "kontor_demo_bot";
/// How often the child looks whether the shared clock was moved.
const CLOCK_LOOK: Duration = Duration::from_millis(50);
/// How long a killed server is given to be there again before the next kill.
const BREATH: Duration = Duration::from_millis(300);

/// Runs the demo until it is interrupted.
///
/// # Errors
/// What is in the way: an address in use, a folder that cannot be written.
pub async fn run(options: DemoOptions) -> anyhow::Result<()> {
    // Whatever is in the way is found before anything is touched.
    is_free(options.listen, "--listen")?;
    is_free(options.sim_listen, "--sim-listen")?;
    let _folder = Folder::take(&options.data, options.fresh)?;
    let world_clock = WorldClock::new(read_offset(&offset_file(&options.data)));
    let listen = options.sim_listen.to_string();
    let sim = start_world(&listen, &world_clock, true, DcConfig::default()).await?;
    let settings = settings(&options.data, options.listen, &sim.url())?;
    let metrics = telemetry::start(&settings.log)?;
    prepare(&settings, &options.data).await?;
    let bot = sim.world.add_bot(NewBot {
        token: TOKEN.to_owned(),
        username: USERNAME.to_owned(),
        first_name: "Kontor Demo Shop".to_owned(),
        reads_all: false,
        inline: true,
    });
    people::settle(&sim.world);
    channels::settle(&sim.world);
    keep_offset(&world_clock, offset_file(&options.data));
    announce(&options, &sim);
    if is_fresh(&settings).await? {
        let world = sim.world.clone();
        actix_rt::spawn(async move { history::make(&world, bot).await });
    }
    match options.kill_every {
        None => with_server(settings, &sim, metrics).await,
        Some(every) => killing(&options, &sim, every).await,
    }
}

fn is_free(address: std::net::SocketAddr, option: &str) -> anyhow::Result<()> {
    let Err(error) = std::net::TcpListener::bind(address) else {
        return Ok(());
    };
    bail!(
        "cannot listen on {address}: {error}\n  hint: stop what runs there (another demo?), or choose another address with {option}"
    )
}

/// Runs only the simulated world, for bots of any framework.
///
/// # Errors
/// When the address is in use.
pub async fn sim(options: SimOptions) -> anyhow::Result<()> {
    let centres = data_centres(&options.dc_ports)?;
    let listen = options.listen.to_string();
    let sim = start_world(&listen, &WorldClock::new(0), !options.no_limits, centres).await?;
    people::settle(&sim.world);
    channels::settle(&sim.world);
    println!("simulated Telegram: {} (Bot API and chat page)", sim.url());
    println!(
        "  add a bot: POST {}/sim/bots {{\"token\":\"1:a\",\"username\":\"my_bot\",…}}",
        sim.url()
    );
    announce_centres(&sim);
    if let Some(dcs) = &sim.dcs {
        println!("{}", dcs.public_key().trim_end());
    }
    signal().await;
    sim.stop().await;
    Ok(())
}

fn data_centres(ports: &[u16]) -> anyhow::Result<DcConfig> {
    let ids = DcConfig::default().dcs.into_iter().map(|(id, _)| id);
    if ports.len() != ids.len() {
        bail!("--dc-ports wants two ports, such as 20443,20444");
    }
    Ok(DcConfig { dcs: ids.zip(ports.iter().copied()).collect() })
}

/// Says where MTProto clients connect, and how a person logs in.
fn announce_centres(sim: &Sim) {
    let Some(dcs) = &sim.dcs else { return };
    for (id, address) in dcs.addresses() {
        println!("  MTProto:    data centre {id} on {address}");
    }
    let (url, phone) = (sim.url(), people::phone(people::OWNER));
    println!("  public key: {url}/sim/mtproto; log in as {phone}, the code is at");
    println!("              {url}/sim/mtproto/code?phone={}", phone.trim_start_matches('+'));
}

async fn start_world(
    listen: &str,
    clock: &WorldClock,
    limits_on: bool,
    centres: DcConfig,
) -> anyhow::Result<Sim> {
    // A world of its own each time: update ids must not look like those of an earlier one.
    let seed = rand::random();
    let clock = clock.clone();
    let listen = listen.to_owned();
    let data_centres = Some(centres);
    let config = SimConfig { listen, seed, clock, limits_on, data_centres, ..SimConfig::default() };
    sim::start(config).await
}

/// The settings of the demo's server, written to a file of their own, so that every other command can be pointed at it.
fn settings(data: &Path, listen: std::net::SocketAddr, sim_url: &str) -> anyhow::Result<Settings> {
    let path = |name: &str| data.join(name).display().to_string();
    let text = format!(
        "{MARK}\n\
         [server]\nlisten = \"{listen}\"\n\
         [database]\nurl = {:?}\n\
         [secrets]\nmaster_key_file = {:?}\n\
         [[bots]]\nname = \"shop\"\ntoken = \"{TOKEN}\"\napi_url = \"{sim_url}\"\n\
         [shop]\nname = \"Kontor Demo Shop\"\nlanguages = [\"en\", \"ru\", \"es\", \"uz\", \"ar\"]\n\
         currency = \"EUR\"\npictures = {:?}\n{}\
         [owner]\nbot = \"shop\"\nchat = {}\n\
         [terms]\nversion = \"{}\"\ndir = {:?}\n\
         [registration]\nask_phone = true\nask_email = true\n\
         [help]\nfaq = {:?}\ncontact = \"@olga\"\n\
         [admins]\nusers = [{}]\n\
         [payments]\ngateways = [\"stars\", \"sandbox\"]\n\
         [[payments.plans]]\nid = \"club\"\ntitle = \"Tea club\"\nstars = 250\n\
         description = \"A new tea every month, and the first choice of the next harvest.\"\n\
         [gateways.sandbox]\napi_url = \"{sim_url}\"\napi_key = \"sk_sandbox\"\n\
         webhook_secret = \"whsec_sandbox\"\n\
         [control]\nsocket = {:?}\n\
         [log]\nlevel = \"warn\"\n",
        format!("sqlite://{}", path("kontor.db")),
        path("master.key"),
        path("pictures"),
        shop::PARCELS,
        people::OWNER,
        leaflets::VERSION,
        path("terms"),
        path("faq"),
        people::OWNER,
        path("kontor.sock"),
    );
    let file = data.join("kontor.toml");
    std::fs::write(&file, text).context("write the demo's configuration")?;
    Ok(Settings::load(Some(&file))?)
}

/// Key, schema, catalogue and pictures, before the server opens its doors.
async fn prepare(settings: &Settings, data: &Path) -> anyhow::Result<()> {
    crate::secrets::master_key(&settings.secrets, true)?;
    pictures::draw(&data.join("pictures"))?;
    shop::write_goods(&data.join("pictures"))?;
    leaflets::write(data)?;
    let database = Database::open(settings.database_url()).await?;
    let lock = entities::ServerLock::take(&database, settings.database_url(), "the demo").await;
    let lock = lock.context("is another demo running in this folder? see --data")?;
    migrations::up(&database.write).await.context("bring the schema up to date")?;
    shop::seed(&database, settings).await?;
    database.close().await;
    drop(lock);
    Ok(())
}

fn announce(options: &DemoOptions, sim: &Sim) {
    let mut hints = vec![
        "Try: buy the blue mug.".to_owned(),
        "Press Start, choose a language, agree, say your name, skip the rest, then open the shop."
            .to_owned(),
        "Try /survey: a dialogue that is only a file, config/flows/survey.toml.".to_owned(),
        "Try /subscriptions: the tea club is paid with Stars; run the clock a month forward."
            .to_owned(),
        "Run the clock forward while an order is unpaid, and see what the bot says.".to_owned(),
    ];
    if options.kill_every.is_some() {
        hints.push("The server is being killed all the time. Nothing you say is lost.".to_owned());
    }
    sim.world.set_hints(hints);
    println!("kontor demo");
    println!("  chat page:  {}   ← open this in a browser", sim.url());
    println!("  server:     http://{}/health", options.listen);
    announce_centres(sim);
    if let Some(every) = options.kill_every {
        println!("  the server is killed with SIGKILL every {every:?}");
    }
    println!(
        "  you are Ada: press Start, choose a language, open the shop, buy the blue mug and pay"
    );
    let config = options.data.join("kontor.toml");
    println!("  look inside: kontor --config {} tree (or doctor, stuck list, …)", config.display());
    println!("  Ctrl-C stops it");
}

async fn with_server(
    settings: Settings,
    sim: &Sim,
    metrics: PrometheusHandle,
) -> anyhow::Result<()> {
    let clock = Clock::system();
    follow(&clock, sim.world.clock());
    let mut running = app::start(settings.clone(), clock, metrics).await?;
    shop::fill(&running.kernel, &settings).await?;
    let reason = tokio::select! {
        _ = signal() => None,
        reason = running.failed() => Some(reason),
    };
    println!("stopping");
    tokio::select! {
        () = running.stop() => {}
        _ = signal() => {}
    }
    match reason {
        Some(reason) => bail!("a part failed for good: {reason}"),
        None => Ok(()),
    }
}

/// Nobody has spoken to the bot yet.
async fn is_fresh(settings: &Settings) -> anyhow::Result<bool> {
    let database = Database::open(settings.database_url()).await?;
    let fresh = entities::customers(&database.read).await?.is_empty();
    database.close().await;
    Ok(fresh)
}

/// The server's clock goes with the world's.
fn follow(clock: &Clock, world: &WorldClock) {
    clock.set_offset_ms(world.offset_ms());
    let (clock, mut moves) = (clock.clone(), world.moves());
    actix_rt::spawn(async move {
        while moves.changed().await.is_ok() {
            clock.set_offset_ms(*moves.borrow_and_update());
        }
    });
}

fn offset_file(data: &Path) -> PathBuf {
    data.join("clock-offset-ms")
}

fn read_offset(file: &Path) -> i64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.trim().parse().unwrap_or_default()
}

/// The clock goes with the offset that a file holds: the world that writes it lives in another process.
pub(crate) fn follow_file(clock: &Clock, file: PathBuf) {
    let mut last = read_offset(&file);
    clock.set_offset_ms(last);
    let moved = clock.clone();
    actix_rt::spawn(async move {
        loop {
            tokio::time::sleep(CLOCK_LOOK).await;
            let now = read_offset(&file);
            if now != last {
                moved.set_offset_ms(now);
                last = now;
            }
        }
    });
}

/// Writes the world's offset where the next demo, and the child, find it.
pub(crate) fn keep_offset(world: &WorldClock, file: PathBuf) {
    let mut moves = world.moves();
    let mut offset = world.offset_ms();
    actix_rt::spawn(async move {
        loop {
            let part = file.with_extension("part");
            let kept = std::fs::write(&part, offset.to_string());
            if let Err(error) = kept.and_then(|()| std::fs::rename(&part, &file)) {
                tracing::warn!(%error, "the clock's offset is not kept");
            }
            if moves.changed().await.is_err() {
                return;
            }
            offset = *moves.borrow_and_update();
        }
    });
}

/// Runs the server as a child and kills it, again and again.
async fn killing(options: &DemoOptions, sim: &Sim, every: Duration) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("find our own program")?;
    loop {
        let mut child = tokio::process::Command::new(&program)
            .args(["demo-server", "--sim-url", &sim.url()])
            .args(["--listen", &options.listen.to_string()])
            .arg("--data")
            .arg(&options.data)
            // Its end tells the child that we are gone, however we went.
            .stdin(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("start the server as a child")?;
        // Waiting would close it.
        let _alive = child.stdin.take();
        tokio::select! {
            _ = signal() => {
                println!("stopping");
                child.kill().await.context("stop the server")?;
                return Ok(());
            }
            ended = child.wait() => {
                bail!("the server ended by itself ({}); its last words are above", ended?);
            }
            () = tokio::time::sleep(every.max(BREATH)) => {
                // SIGKILL: no handler runs, nothing is flushed.
                child.kill().await.context("kill the server")?;
                sim.world.add_kills(1);
            }
        }
    }
}

/// The child of `--kill-every`: the server alone, on the clock of its parent's world.
///
/// # Errors
/// As `app::run`.
pub async fn child(options: ChildOptions) -> anyhow::Result<()> {
    let settings = settings(&options.data, options.listen, &options.sim_url)?;
    let metrics = telemetry::start(&settings.log)?;
    let clock = Clock::system();
    follow_file(&clock, offset_file(&options.data));
    let mut running = app::start(settings.clone(), clock, metrics).await?;
    shop::fill(&running.kernel, &settings).await?;
    tokio::select! {
        _ = signal() => {}
        () = parent_gone() => {}
        reason = running.failed() => bail!("a part failed for good: {reason}"),
    }
    running.stop().await;
    Ok(())
}

/// Resolves when whoever started us no longer holds the other end of our standard input.
async fn parent_gone() {
    let (gone, told) = tokio::sync::oneshot::channel();
    // A thread of its own: the runtime would wait for a blocking task before it ends.
    std::thread::spawn(move || {
        // An end by error is an end as well.
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        drop(gone);
    });
    let _: Result<(), _> = told.await;
}
