//! `kontor bench crash`: a campaign of runs in which everything goes wrong at random moments, each followed by an audit
//! of what people, the database, Telegram and the gateway hold. A seed repeats every decision.

mod audit;
mod people;
mod plan;
pub mod run;
mod shelf;
mod weather;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::{Db, Ground, Mode, postgres};
use plan::{Wish, plan};
use run::RunReport;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Campaign {
    pub runs: u64,
    /// Kills in each of them.
    pub kills: u32,
    pub seed: u64,
    pub db: Option<Db>,
    pub mode: Option<Mode>,
    /// Only this run.
    pub only: Option<u64>,
    /// Go on where an interrupted campaign with the same wishes stopped.
    pub resume: bool,
    /// Some outages last a minute.
    pub long_outages: bool,
    pub postgres_url: Option<String>,
    pub data: PathBuf,
}

/// All runs, those before an interruption included. `told` hears of each one as it ends.
///
/// # Errors
/// When a run cannot be made; what is found is no error.
pub async fn run(campaign: &Campaign, told: &dyn Fn(&RunReport)) -> anyhow::Result<Vec<RunReport>> {
    let folder = std::path::absolute(&campaign.data)?;
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot write to {}; see --data", folder.display()))?;
    let journal = folder.join(format!("{}.jsonl", campaign.name()));
    let mut reports = campaign.begin(&journal)?;
    let wish = Wish {
        seed: campaign.seed,
        kills: campaign.kills,
        db: campaign.db,
        mode: campaign.mode,
        has_postgres: campaign.postgres_url.is_some() || postgres::is_installed(),
        long_outages: campaign.long_outages,
    };
    let runs = campaign.only.map_or(0..campaign.runs, |only| only..only + 1);
    for number in runs {
        if reports.iter().any(|report| report.run == number) {
            continue;
        }
        let plan = plan(&wish, number);
        let ground = Ground::make(&folder, &format!("{}-run-{number}", campaign.name()))?;
        let words = serde_json::to_string_pretty(&plan)?;
        std::fs::write(ground.path("plan.json"), words)?;
        let url = campaign.postgres_url.as_deref();
        let report = run::run(number, &plan, ground, url).await;
        let report = report.with_context(|| format!("run {number}"))?;
        told(&report);
        let mut file = std::fs::OpenOptions::new();
        let mut file = file.create(true).append(true).open(&journal)?;
        writeln!(file, "{}", serde_json::to_string(&report)?)?;
        reports.push(report);
    }
    Ok(reports)
}

impl Campaign {
    /// Says its wishes: only a campaign with the same ones goes on with another's runs.
    fn name(&self) -> String {
        let db = self.db.map_or("any", Db::name);
        let mode = self.mode.map_or("any", Mode::name);
        format!("crash-{}-{}-{db}-{mode}", self.seed, self.kills)
    }

    /// The runs that were done already; without `resume` none, and their record goes.
    fn begin(&self, journal: &std::path::Path) -> anyhow::Result<Vec<RunReport>> {
        if !self.resume {
            return match std::fs::remove_file(journal) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    bail!("cannot remove {}: {error}", journal.display())
                }
                _ => Ok(Vec::new()),
            };
        }
        let lines = std::fs::read_to_string(journal).unwrap_or_default();
        let whole = lines.lines().filter(|line| !line.trim().is_empty());
        // The last line may have been cut off by what interrupted it: that run is made again.
        Ok(whole.filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}
