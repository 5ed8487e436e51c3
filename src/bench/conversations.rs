//! `kontor bench conversations`: the five-step dialogue at full speed, and what the server spends on it. Counts what is
//! lost, doubled or mixed up on the way, kills included.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actors::Clock;
use anyhow::{Context, bail};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;
use tokio::task::{JoinHandle, spawn_local};

use super::api::Api;
use super::crowd::Crowd;
use super::lane::Lane;
use super::postgres::Store;
use super::server::{Server, Setup, configure};
use super::{Db, Ground, Mode, Progress, ReplyPath, usage};

/// Before the first measured update: connections, statements and actors are there by then.
const WARM_UP_MAX: Duration = Duration::from_secs(2);
const START: Duration = Duration::from_secs(60);
/// Between two looks at the server.
const TICK: Duration = Duration::from_millis(100);
/// A run is over when nothing was heard for so long, or at the latest after `QUIET_MAX`.
const QUIET: Duration = Duration::from_millis(500);
const QUIET_MAX: Duration = Duration::from_secs(10);
/// For dialogues under way at the end, each of which may still wait for a reply.
const LAST_DIALOGUES: Duration = Duration::from_secs(90);

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    pub db: Db,
    pub mode: Mode,
    pub reply: ReplyPath,
    pub users: usize,
    pub concurrency: usize,
    pub seconds: u64,
    pub kills: u32,
    pub seed: u64,
    pub postgres_url: Option<String>,
    pub data: PathBuf,
}

/// What `--json` prints: exactly these keys. `null` for what this machine cannot see (a database elsewhere).
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    pub updates_per_s: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub cpu_us_per_update: f64,
    pub store_cpu_us_per_update: Option<f64>,
    pub rss_mb: f64,
    pub lost: u64,
    pub duplicated: u64,
    pub state_lost: u64,
    pub corrupt: u64,
    pub load_cpu_us_per_update: f64,
}

/// Figures, and what explains them.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub figures: Figures,
    pub kills: u32,
    pub warm_up: Duration,
    /// Dialogues held to the end, warm-up included.
    pub dialogues: u64,
    /// Updates that were posted again since they were not acknowledged.
    pub repeated: u64,
    /// The first things that went wrong, in words.
    pub examples: Vec<String>,
    /// Where the database and the server's log are, when something went wrong.
    pub kept: Option<PathBuf>,
}

impl Outcome {
    /// Nothing lost, nothing mixed up, and nothing twice but what may have been on the wire at a kill.
    pub fn is_fine(&self, run: &Run) -> bool {
        let Figures { lost, duplicated, state_lost, corrupt, .. } = self.figures;
        let on_the_wire = match run.reply {
            ReplyPath::Response => 0,
            ReplyPath::Send => u64::from(self.kills) * run.concurrency as u64,
        };
        lost + state_lost + corrupt == 0 && duplicated <= on_the_wire && self.examples.is_empty()
    }
}

/// CPU time used so far, µs.
#[derive(Clone, Copy)]
struct Spent {
    server: u64,
    store: Option<u64>,
    load: u64,
}

struct Stage {
    crowd: Rc<Crowd>,
    server: Server,
    store: Store,
    kills: Vec<Duration>,
    killed: u32,
}

/// Runs it; on a `LocalSet`, on the main thread.
///
/// # Errors
/// When the server or the database does not start, or ends by itself.
pub async fn run(run: &Run, progress: &Progress) -> anyhow::Result<Outcome> {
    let ground = Ground::make(&run.data, "conversations")
        .with_context(|| format!("cannot write to {}; see --data", run.data.display()))?;
    let first_update = 100_000_000 + (run.seed % 1_000_000) as i64;
    let crowd = Rc::new(Crowd::new(run.users, first_update, Clock::system()));
    let (api, address) = Api::open(&crowd).await?;
    let store = Store::make(run.db, &ground, run.postgres_url.as_deref()).await?;
    let config = configure(
        &ground,
        &Setup {
            database: &store.url,
            api: address,
            mode: run.mode,
            reply: run.reply,
            connections: run.concurrency,
            more: "",
        },
    )?;
    let mut server = Server::serve(config)?;
    started(&mut server, &api).await?;
    let lanes = lanes(run, &crowd, &api);
    let mut stage = Stage { crowd, server, store, kills: kills(run), killed: 0 };
    let (warm_up, figures) = stage.play(run, progress).await?;
    finish(&stage.crowd, lanes).await;
    let mut outcome = stage.outcome(warm_up, figures);
    stage.server.kill().await?;
    stage.store.put_away().await?;
    match outcome.is_fine(run) {
        true => ground.clear().context("remove the run's folder")?,
        false => outcome.kept = Some(ground.folder),
    }
    Ok(outcome)
}

async fn started(server: &mut Server, api: &Api) -> anyhow::Result<()> {
    let begun = Instant::now();
    while tokio::time::timeout(TICK, api.ready()).await.is_err() {
        server.check()?;
        if begun.elapsed() > START {
            bail!("the server does not come; its last words:\n{}", server.last_words());
        }
    }
    Ok(())
}

/// Deals the users out to the exchanges that may be under way at once.
fn lanes(run: &Run, crowd: &Rc<Crowd>, api: &Rc<Api>) -> Vec<JoinHandle<()>> {
    let count = run.concurrency.min(run.users);
    let share = |lane| (0..run.users).skip(lane).step_by(count).collect();
    (0..count).map(|lane| spawn_local(Lane::new(crowd, api).run(share(lane)))).collect()
}

/// When the server is killed, from the beginning of the measured time: once in each of as many equal parts.
fn kills(run: &Run) -> Vec<Duration> {
    let mut random = StdRng::seed_from_u64(run.seed);
    let part = run.seconds as f64 / f64::from(run.kills.max(1));
    let moment = |kill| part * (f64::from(kill) + random.random_range(0.1..0.9));
    let mut kills: Vec<_> = (0..run.kills).map(moment).map(Duration::from_secs_f64).collect();
    kills.reverse();
    kills
}

impl Stage {
    async fn play(
        &mut self,
        run: &Run,
        progress: &Progress,
    ) -> anyhow::Result<(Duration, Figures)> {
        let warm_up = Duration::from_secs(run.seconds).div_f64(5.0).min(WARM_UP_MAX);
        let whole = warm_up + Duration::from_secs(run.seconds);
        let tenths = |time: Duration| u64::try_from(time.as_millis() / 100).unwrap_or(u64::MAX);
        let begun = Instant::now();
        while begun.elapsed() < warm_up {
            self.tick(warm_up.saturating_sub(begun.elapsed())).await?;
            progress(tenths(begun.elapsed()), tenths(whole));
        }
        let (from, before) = (Instant::now(), self.spent());
        self.crowd.measure();
        let length = Duration::from_secs(run.seconds);
        while from.elapsed() < length {
            let due = self.kills.last().copied().filter(|kill| *kill <= from.elapsed());
            if due.is_some() {
                self.kills.pop();
                self.server.kill().await?;
                self.server.start_again()?;
                self.killed += 1;
            }
            let next = self.kills.last().copied().unwrap_or(length).min(length);
            self.tick(next.saturating_sub(from.elapsed())).await?;
            progress(tenths(begun.elapsed()), tenths(whole));
        }
        let (took, after) = (from.elapsed(), self.spent());
        let figures = self.figures(took, before, after);
        self.crowd.end();
        Ok((warm_up, figures))
    }

    async fn tick(&mut self, at_most: Duration) -> anyhow::Result<()> {
        tokio::time::sleep(TICK.min(at_most)).await;
        self.server.check()
    }

    fn spent(&self) -> Spent {
        Spent {
            server: self.server.cpu_us(),
            store: self.store.cpu_us(),
            load: usage::cpu_us(std::process::id()).unwrap_or_default(),
        }
    }

    fn figures(&mut self, took: Duration, before: Spent, after: Spent) -> Figures {
        let rss_mb = self.server.peak_mb();
        self.crowd.tally(|tally| {
            let each = |us: u64| rounded(us as f64 / tally.updates.max(1) as f64);
            let within_ms = |share| rounded(tally.latencies.within_ms(share));
            let store = after.store.zip(before.store);
            Figures {
                updates_per_s: rounded(tally.updates as f64 / took.as_secs_f64()),
                p50_ms: within_ms(0.5),
                p95_ms: within_ms(0.95),
                p99_ms: within_ms(0.99),
                cpu_us_per_update: each(after.server - before.server),
                store_cpu_us_per_update: store.map(|(after, before)| each(after - before)),
                rss_mb: rounded(rss_mb),
                lost: 0,
                duplicated: 0,
                state_lost: 0,
                corrupt: 0,
                load_cpu_us_per_update: each(after.load - before.load),
            }
        })
    }

    /// With the counts as they are at the very end.
    fn outcome(&self, warm_up: Duration, figures: Figures) -> Outcome {
        self.crowd.tally(|tally| Outcome {
            figures: Figures {
                lost: tally.lost,
                duplicated: tally.duplicated,
                state_lost: tally.state_lost,
                corrupt: tally.corrupt,
                ..figures
            },
            kills: self.killed,
            warm_up,
            dialogues: tally.dialogues,
            repeated: tally.repeated,
            examples: std::mem::take(&mut tally.examples),
            kept: None,
        })
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// Dialogues under way come to their end, and what is on its way arrives.
async fn finish(crowd: &Crowd, lanes: Vec<JoinHandle<()>>) {
    let all = async {
        for lane in lanes {
            if let Err(error) = lane.await {
                crowd.tally(|tally| tally.example(format!("a lane failed: {error}")));
            }
        }
    };
    if tokio::time::timeout(LAST_DIALOGUES, all).await.is_err() {
        crowd.tally(|tally| tally.example("dialogues did not come to their end".to_owned()));
    }
    let begun = Instant::now();
    while crowd.quiet_for() < QUIET && begun.elapsed() < QUIET_MAX {
        tokio::time::sleep(TICK).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Db, Mode, ReplyPath, Run, kills};

    #[test]
    fn kills_lie_within_the_run_and_a_seed_repeats_them() {
        let run = |seed| Run {
            db: Db::Sqlite,
            mode: Mode::Webhook,
            reply: ReplyPath::Response,
            users: 1,
            concurrency: 1,
            seconds: 10,
            kills: 4,
            seed,
            postgres_url: None,
            data: "data".into(),
        };
        let moments = kills(&run(1));
        assert_eq!(moments.len(), 4);
        assert!(moments.is_sorted_by(|later, earlier| later > earlier), "{moments:?}");
        assert!(moments.iter().all(|moment| *moment < Duration::from_secs(10)), "{moments:?}");
        assert_eq!(moments, kills(&run(1)));
        assert_ne!(moments, kills(&run(2)));
    }
}
