//! The server of `kontor bench crash`: as `kontor serve` runs it, but on the clock of the world around it. Hidden, since
//! a server's clock is nobody's to move.

use std::path::PathBuf;

use actors::stock::Message;
use actors::{Clock, External, Kernel};
use anyhow::{anyhow, bail};
use entities::{Key, Kind};

use crate::app::{self, signal};
use crate::demo::follow_file;
use crate::settings::Settings;
use crate::telemetry;

#[derive(Clone, Debug, clap::Args)]
pub struct ChildOptions {
    #[arg(long)]
    pub settings: PathBuf,
    /// Holds the clock's distance from real time, ms.
    #[arg(long)]
    pub clock: PathBuf,
    /// product=pieces, put on the shelf before anything is sold.
    #[arg(long)]
    pub shelf: Vec<String>,
    /// Written once the shelf is filled.
    #[arg(long)]
    pub filled: Option<PathBuf>,
}

/// Runs until it is asked to stop, or killed.
///
/// # Errors
/// As `app::run`.
pub async fn run(options: ChildOptions) -> anyhow::Result<()> {
    let settings = Settings::load(Some(&options.settings))?;
    let metrics = telemetry::start(&settings.log)?;
    let clock = Clock::system();
    follow_file(&clock, options.clock);
    let mut running = app::start(settings, clock, metrics).await?;
    for item in &options.shelf {
        fill(&running.kernel, item).await?;
    }
    if let Some(filled) = &options.filled {
        std::fs::write(filled, "")?;
    }
    tokio::select! {
        _ = signal() => {}
        reason = running.failed() => bail!("a part failed for good: {reason}"),
    }
    running.stop().await;
    Ok(())
}

async fn fill(kernel: &Kernel, item: &str) -> anyhow::Result<()> {
    let (product, pieces) = item.split_once('=').ok_or_else(|| anyhow!("{item}: no pieces"))?;
    let key = Key::new(Kind::Stock, product);
    let external = External::Request(format!("bench-stock-{product}"));
    let message = Message::SetOnHand { count: pieces.parse()? };
    let told = kernel.office.tell_patiently(key, external, message.into()).await;
    told.map_err(|failure| anyhow!("the shelf cannot be filled: {failure}"))?;
    Ok(())
}
