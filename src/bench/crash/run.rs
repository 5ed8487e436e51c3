//! One run of a campaign: the world, the server under kills, the weather, the settling, the audit.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use entities::Database;
use serde::{Deserialize, Serialize};
use sim::{FaultKind, NewBot, Person, Sim, SimConfig, WorldClock};
use tokio::task::{JoinHandle, spawn_local};

use super::audit::{Findings, Truths, audit};
use super::people::{self, Scene, Shopped, Talked};
use super::plan::{Blow, Plan, Victim};
use super::shelf::stock_up;
use super::weather::{HOUR_MS, books, clear_gateway, storms};
use crate::bench::api::TOKEN;
use crate::bench::postgres::Store;
use crate::bench::server::{Server, Setup, configure};
use crate::bench::{Ground, ReplyPath};
use crate::demo::keep_offset;

const START: Duration = Duration::from_secs(60);
const TICK: Duration = Duration::from_millis(20);
/// After the last kill people end what they began; what they wait for may have been put off by minutes.
const LAST_WORDS: Duration = Duration::from_secs(400);
/// Between two audits, until nothing differs.
const AUDIT_EVERY: Duration = Duration::from_millis(250);
/// Audits that are done before the clock is moved once more: what waits for an hour is waited for.
const AUDITS_AN_HOUR: u32 = 12;
/// Longer than the gateway is asked for an unknown outcome at a time.
const HOURS: u32 = 30;
const STOP: Duration = Duration::from_secs(30);

/// What came of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RunReport {
    pub run: u64,
    pub seed: u64,
    pub db: String,
    pub mode: String,
    pub reply: String,
    pub server_kills: u64,
    pub database_kills: u64,
    /// Times that the server ended by itself after its database was killed, and was started again.
    pub gave_up: u64,
    pub faults: u64,
    pub dialogues: u64,
    pub orders: u64,
    pub captured: u64,
    /// Replies and receipts that were shown twice.
    pub doubled: u64,
    /// How many replies may have been, by the faults that struck and the kills.
    pub allowed: u64,
    /// Payments that a person owns.
    pub with_a_person: u64,
    pub seconds: f64,
    /// What the three truths do not agree on.
    pub differences: Vec<String>,
    /// Where the database and the logs are, if something differs.
    pub kept: Option<PathBuf>,
}

struct Stage {
    plan: Plan,
    scene: Scene,
    sim: Sim,
    store: Store,
    server: Server,
    shelf: Vec<(String, i64)>,
    server_kills: u64,
    database_kills: u64,
    /// Times that the server gave up since its database was gone; whoever looks after it starts it again.
    gave_up: u64,
    /// The database was killed in the server's present life.
    hurt: bool,
}

/// Does what the plan says and says what came of it.
///
/// # Errors
/// When something of the run's own fails: that is no finding.
pub(super) async fn run(
    number: u64,
    plan: &Plan,
    ground: Ground,
    postgres_url: Option<&str>,
) -> anyhow::Result<RunReport> {
    let begun = Instant::now();
    let mut stage = Stage::set(plan, &ground, postgres_url).await?;
    let played = stage.play().await;
    let mut report = RunReport {
        run: number,
        seed: plan.seed,
        db: plan.db.name().to_owned(),
        mode: plan.mode.name().to_owned(),
        reply: plan.reply.name().to_owned(),
        ..RunReport::default()
    };
    stage.conclude(played, &mut report).await;
    report.seconds = (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    stage.server.kill().await?;
    stage.sim.stop().await;
    stage.store.put_away().await?;
    match report.differences.is_empty() {
        true => ground.clear().context("remove the run's folder")?,
        false => report.kept = Some(ground.folder),
    }
    Ok(report)
}

struct People {
    talked: Vec<Talked>,
    shopped: Vec<Shopped>,
    /// How often a fault struck.
    faults: u64,
    /// Of these, how often one that may show something twice.
    doubling: u64,
}

/// After these Telegram itself asks twice, or a send that it took has to be repeated.
const DOUBLING: [FaultKind; 3] = [FaultKind::Duplicate, FaultKind::Redeliver, FaultKind::DropAfter];

impl Stage {
    async fn set(plan: &Plan, ground: &Ground, postgres_url: Option<&str>) -> anyhow::Result<Self> {
        let clock = WorldClock::new(0);
        let config = SimConfig {
            seed: plan.seed,
            clock: clock.clone(),
            limits_on: false,
            history_kept: 100_000,
            ..SimConfig::default()
        };
        let sim = sim::start(config).await?;
        let bot = sim.world.add_bot(NewBot {
            token: TOKEN.to_owned(),
            username: "bench_bot".to_owned(),
            first_name: "Bench".to_owned(),
            reads_all: false,
            inline: false,
        });
        let offset = ground.path("clock-offset-ms");
        std::fs::write(&offset, "0")?;
        keep_offset(&clock, offset.clone());
        let store = Store::make(plan.db, ground, postgres_url).await?;
        let more = format!(
            "[shop]\ncurrency = \"EUR\"\n\
             [gateways.sandbox]\napi_url = \"{}\"\napi_key = \"sk_sandbox\"\n\
             webhook_secret = \"whsec_sandbox\"\n",
            sim.url()
        );
        let setup = Setup {
            database: &store.url,
            api: sim.addr,
            mode: plan.mode,
            reply: plan.reply,
            connections: 40,
            more: &more,
        };
        let settings = configure(ground, &setup)?;
        let shelf = stock_up(&store).await?;
        let first = ["bench-server".into(), "--settings".into(), settings.into()];
        let mut arguments: Vec<std::ffi::OsString> = first.to_vec();
        arguments.extend(["--clock".into(), offset.into()]);
        let filled = ground.path("filled");
        let mut filling = arguments.clone();
        filling.extend(["--filled".into(), filled.clone().into()]);
        for (product, pieces) in &shelf {
            filling.extend(["--shelf".into(), format!("{product}={pieces}").into()]);
        }
        let mut server = Server::start(filling, ground.path("server.log"))?;
        wait_for(&filled, &mut server).await?;
        server.arguments = arguments;
        let scene = Scene {
            world: sim.world.clone(),
            bot,
            sim_url: sim.url(),
            http: reqwest::Client::new(),
            over: Arc::new(AtomicBool::new(false)),
        };
        let plan = plan.clone();
        Ok(Self {
            plan,
            scene,
            sim,
            store,
            server,
            shelf,
            server_kills: 0,
            database_kills: 0,
            gave_up: 0,
            hurt: false,
        })
    }

    /// Everybody does what they do while all goes wrong; then they come to an end.
    async fn play(&mut self) -> anyhow::Result<People> {
        let talkers: Vec<JoinHandle<Talked>> = (self.plan.talkers.iter())
            .map(|pace| {
                let person = self.person("Talker");
                spawn_local(people::talk(self.scene.clone(), person, pace.clone()))
            })
            .collect();
        let shoppers: Vec<JoinHandle<Shopped>> = (self.plan.shoppers.iter())
            .map(|shopper| {
                let person = self.person("Shopper");
                spawn_local(people::shop(self.scene.clone(), person, shopper.clone()))
            })
            .collect();
        let weather = spawn_local(storms(self.scene.clone(), self.plan.weather.clone()));
        for blow in self.plan.blows.clone() {
            self.quiet_for(blow.after).await?;
            self.strike(&blow).await?;
        }
        weather.await.context("the weather")?;
        self.scene.over.store(true, Ordering::Relaxed);
        let faults = self.scene.world.faults();
        let doubling = faults.iter().filter(|fault| DOUBLING.contains(&fault.kind));
        let doubling = doubling.map(|fault| fault.struck).sum();
        let faults = faults.iter().map(|fault| fault.struck).sum();
        self.scene.world.remove_faults(None);
        let end = async {
            let mut people = People { talked: Vec::new(), shopped: Vec::new(), faults, doubling };
            for talker in talkers {
                people.talked.push(talker.await.context("a talker")?);
            }
            for shopper in shoppers {
                people.shopped.push(shopper.await.context("a shopper")?);
            }
            anyhow::Ok(people)
        };
        tokio::pin!(end);
        let begun = Instant::now();
        loop {
            if let Ok(people) = tokio::time::timeout(TICK, &mut end).await {
                return people;
            }
            self.look_after()?;
            if begun.elapsed() > LAST_WORDS {
                bail!("people do not come to an end");
            }
        }
    }

    fn person(&self, name: &str) -> i64 {
        self.scene.world.add_person(Person::named(name)).id
    }

    /// Waits; meanwhile the server must not end by itself.
    async fn quiet_for(&mut self, time: Duration) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            tokio::time::sleep(TICK.min(time.saturating_sub(begun.elapsed()))).await;
            self.look_after()?;
        }
        Ok(())
    }

    /// As a supervisor of processes does: a server that ended since its database was gone is started again. For any
    /// other reason it must not end.
    fn look_after(&mut self) -> anyhow::Result<()> {
        match self.server.check() {
            Err(_) if self.hurt => {
                self.gave_up += 1;
                self.hurt = false;
                self.server.start_again()
            }
            checked => checked,
        }
    }

    async fn strike(&mut self, blow: &Blow) -> anyhow::Result<()> {
        if blow.what != Victim::Database {
            self.server.kill().await?;
            self.server_kills += 1;
        }
        if blow.what != Victim::Server {
            self.store.kill().await?;
            self.database_kills += 1;
            self.hurt = true;
        }
        tokio::time::sleep(blow.down).await;
        if blow.what != Victim::Server {
            self.store.start_again().await?;
        }
        if blow.what != Victim::Database {
            self.server.start_again()?;
            self.hurt = false;
        }
        Ok(())
    }

    /// Waits until nothing differs, or nothing more can be expected; then looks once more at the database at rest.
    async fn conclude(&mut self, played: anyhow::Result<People>, report: &mut RunReport) {
        report.server_kills = self.server_kills;
        report.database_kills = self.database_kills;
        report.gave_up = self.gave_up;
        let concluded = match played {
            Ok(people) => self.settle(people, report).await,
            Err(error) => Err(error),
        };
        if let Err(error) = concluded {
            report.differences.push(format!("{error:#}"));
        }
    }

    async fn settle(&mut self, mut people: People, report: &mut RunReport) -> anyhow::Result<()> {
        clear_gateway(&self.scene).await?;
        let mut hours = 0;
        loop {
            // Windows close, what was put off comes up again.
            self.scene.world.advance(HOUR_MS);
            hours += 1;
            for _ in 0..AUDITS_AN_HOUR {
                self.quiet_for(AUDIT_EVERY).await?;
                if self.look(&mut people).await?.differences.is_empty() {
                    hours = HOURS;
                    break;
                }
            }
            if hours >= HOURS {
                break;
            }
        }
        if !self.server.stop(STOP).await? {
            report.differences.push("the server did not stop in good order".to_owned());
        }
        let findings = self.look(&mut people).await?;
        report.differences.extend(findings.differences);
        report.orders = findings.orders;
        report.captured = findings.captured;
        report.with_a_person = findings.with_a_person;
        let talked = people.talked.iter();
        report.dialogues = talked.clone().map(|talked| talked.finished.len() as u64).sum();
        let doubled = talked.map(|talked| talked.doubled).sum::<u64>();
        report.doubled = findings.doubled + doubled;
        report.faults = people.faults;
        report.allowed = people.doubling + self.on_the_wire();
        if doubled > report.allowed {
            let allowed = report.allowed;
            report.differences.push(format!("{doubled} replies came twice, {allowed} may have"));
        }
        Ok(())
    }

    /// Replies that kills may have caught on the wire, sent and not yet known to be: one of each talker.
    fn on_the_wire(&self) -> u64 {
        let kills = self.server_kills + self.database_kills;
        match self.plan.reply {
            // None, would the simulated setWebhook not begin anew what is under way (docs/reliability.md).
            ReplyPath::Response => self.server_kills,
            ReplyPath::Send => kills * self.plan.talkers.len() as u64,
        }
    }

    async fn look(&mut self, people: &mut People) -> anyhow::Result<Findings> {
        for talked in &mut people.talked {
            // Whatever still comes must be known already; `listen` stops at what is not.
            while talked.listen(&self.scene).is_some() {}
        }
        let books = books(&self.scene).await?;
        let database = Database::open(&self.store.url).await?;
        let truths = Truths {
            scene: &self.scene,
            talked: &people.talked,
            shopped: &people.shopped,
            shelf: &self.shelf,
            database: &database,
            books: &books,
        };
        let findings = audit(&truths).await;
        database.close().await;
        Ok(findings?)
    }
}

async fn wait_for(file: &std::path::Path, server: &mut Server) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !file.exists() {
        server.check()?;
        if begun.elapsed() > START {
            bail!("the server does not come; its last words:\n{}", server.last_words());
        }
        tokio::time::sleep(TICK).await;
    }
    Ok(())
}
