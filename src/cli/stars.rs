//! `kontor stars`: each bot's Stars as Telegram and our books have them, what is on hold, what differs.

use std::collections::HashSet;

use actors::Clock;
use clap::Subcommand;
use entities::{Database, StarMoveRow, StarsRow};

use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::{Table, date, when};
use crate::control::{self, Request};

/// Stars that came within this are not paid out yet. Source: <https://telegram.org/tos/stars>.
const HOLD_MS: i64 = 21 * 86_400_000;

#[derive(Clone, Copy, Debug, Default, Subcommand)]
pub enum StarsCommand {
    /// Show balances, holds and differences
    #[default]
    Show,
    /// Read Telegram's list now
    Check,
}

pub(super) async fn run(command: StarsCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    match command {
        StarsCommand::Show => {
            let database = desk.database(&settings).await?;
            let shown = show(&database).await;
            database.close().await;
            shown
        }
        StarsCommand::Check => {
            if !desk.is_running(&settings) {
                let problem = "only a running server can ask Telegram";
                return Err(Wrong::not_running(problem, "start `kontor serve`, then say it again"));
            }
            let by = super::desk::person();
            let asked = control::ask(&settings.control.socket, &Request::StarsCheck { by })?;
            let bots: Vec<&str> =
                asked.as_array().into_iter().flatten().filter_map(|bot| bot.as_str()).collect();
            if bots.is_empty() {
                eprintln!("no bot takes Stars: payments.gateways has no \"stars\"");
                return Ok(Outcome::Problems);
            }
            println!(
                "Telegram is being asked about {}; `kontor stars` tells more",
                bots.join(", ")
            );
            Ok(Outcome::Fine)
        }
    }
}

async fn show(database: &Database) -> anyhow::Result<Outcome> {
    let bots = entities::stars(&database.read).await?;
    if bots.is_empty() {
        println!("no bot takes Stars");
        return Ok(Outcome::Fine);
    }
    let ledger = entities::ledger(&database.read).await?;
    let mut outcome = Outcome::Fine;
    for (index, bot) in bots.iter().enumerate() {
        if index > 0 {
            println!();
        }
        let account = format!("gateway:stars:{}", bot.bot);
        let lines = ledger.iter().filter(|line| line.account == account);
        let ours: i64 = lines.map(|line| line.amount_minor).sum();
        if !one(database, bot, ours).await? {
            outcome = Outcome::Problems;
        }
    }
    Ok(outcome)
}

/// Says whether all agrees.
async fn one(database: &Database, bot: &StarsRow, ours: i64) -> anyhow::Result<bool> {
    let now_ms = Clock::system().now_ms();
    let recent = entities::star_moves(&database.read, &bot.bot, now_ms - HOLD_MS).await?;
    println!("bot: {}", bot.bot);
    match bot.checked_ms {
        0 => println!("looked: never"),
        at_ms => println!("looked: {}", when(at_ms)),
    }
    if let Some(reason) = &bot.failed {
        println!("the last look failed: {reason}");
    }
    match bot.balance {
        Some(balance) => println!("Telegram's balance: {balance}"),
        None => println!("Telegram's balance: not known"),
    }
    println!("Telegram's list: {}", bot.stars);
    println!("our books: {ours}");
    println!("on hold for 21 days: {}", on_hold(&recent));
    let differences = entities::star_differences(&database.read, &bot.bot).await?;
    if differences.is_empty() {
        println!("differences: none");
    } else {
        println!();
        let mut table = Table::new(&["at", "difference", "stars", "charge"]);
        for row in &differences {
            let stars = row.stars.to_string();
            table.row(vec![date(row.at_ms), row.what.clone(), stars, row.name.clone()]);
        }
        table.print();
    }
    Ok(bot.failed.is_none())
}

/// What came lately and has not gone back.
fn on_hold(recent: &[StarMoveRow]) -> i64 {
    let back: HashSet<&str> =
        recent.iter().filter(|one| one.stars < 0).map(|one| one.id.as_str()).collect();
    let kept = recent.iter().filter(|one| one.stars > 0 && !back.contains(one.id.as_str()));
    kept.map(|one| one.stars).sum()
}

#[cfg(test)]
mod tests {
    use entities::StarMoveRow;

    use super::on_hold;

    #[test]
    fn what_went_back_is_not_on_hold() {
        let moved = |id: &str, stars| StarMoveRow {
            bot: "shop".to_owned(),
            place: 0,
            id: id.to_owned(),
            stars,
            nanos: 0,
            at_ms: 0,
            partner: "user".to_owned(),
            payload: None,
        };
        assert_eq!(on_hold(&[moved("a", 100), moved("b", 50), moved("a", -100)]), 50);
    }
}
