//! What a run will do, decided before it begins: a seed says it all. Pure; knows no process and no clock.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;
use sim::{Fault, FaultKind};

use crate::bench::{Db, Mode, ReplyPath};

/// What is asked of every run.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) seed: u64,
    pub(super) kills: u32,
    pub(super) db: Option<Db>,
    pub(super) mode: Option<Mode>,
    /// PostgreSQL is there, so that runs without a wish may use it.
    pub(super) has_postgres: bool,
    /// One outage in some runs lasts a minute of real time.
    pub(super) long_outages: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) db: Db,
    pub(super) mode: Mode,
    pub(super) reply: ReplyPath,
    pub(super) talkers: Vec<Pace>,
    pub(super) shoppers: Vec<Shopper>,
    pub(super) blows: Vec<Blow>,
    pub(super) weather: Vec<Weather>,
}

/// How long somebody thinks between two messages, at most.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Pace {
    pub(super) seed: u64,
    pub(super) think_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Shopper {
    pub(super) pace: Pace,
    pub(super) purchases: Vec<Purchase>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Purchase {
    /// Which product of the shelf.
    pub(super) product: usize,
    pub(super) quantity: u32,
    pub(super) end: End,
}

/// What the customer does with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    Pays,
    /// With a card that is declined, then with another one.
    PaysAtTheSecondTry,
    /// Leaves the gateway's page.
    Leaves,
    /// Presses the button under the order.
    Cancels,
    /// Both at once: money may have moved when the order is gone.
    CancelsAndPays,
}

/// One kill. `after` the last start of what was killed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Blow {
    pub(super) after: Duration,
    pub(super) what: Victim,
    /// How long it stays down.
    pub(super) down: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Victim {
    Server,
    Database,
    Both,
}

/// Something that goes wrong outside, `at` so long after the beginning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Weather {
    pub(super) at: Duration,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// So many of Telegram's calls or updates meet it, each with this likelihood.
    Fault { kind: FaultKind, times: u64, likely: f64 },
    /// Telegram answers nobody; meanwhile the clock everybody shares may jump.
    Outage { lasts: Duration, hours: u32 },
    /// The clock goes on, nothing else does.
    Hours(u32),
    /// The gateway's, by the name it knows it under.
    Gateway { kind: &'static str, times: u32, ms: u64 },
}

const CALLS: &[FaultKind] = &[
    FaultKind::Delay,
    FaultKind::DropBefore,
    FaultKind::DropAfter,
    FaultKind::TooMany,
    FaultKind::ServerError,
    FaultKind::Reset,
];
const UPDATES: &[FaultKind] = &[FaultKind::Duplicate, FaultKind::Reorder, FaultKind::Redeliver];
/// With what it lasts, ms.
const GATEWAY: &[(&str, u64)] = &[
    ("timeout_before_charge", 1_500),
    ("timeout_after_charge", 1_500),
    ("error_5xx", 0),
    ("duplicate_webhook", 0),
    ("late_webhook", 2_000),
    ("reorder_webhooks", 1_500),
    ("forged_webhook", 0),
    ("drop_webhook", 0),
];
const MINUTE: Duration = Duration::from_secs(60);
/// All jumps of the clock together: Telegram forgets updates after a day.
const HOURS_MAX: u32 = 16;
/// Products on the shelf.
pub(super) const PRODUCTS: usize = 4;

/// The plan of run number `run`.
pub(super) fn plan(wish: &Wish, run: u64) -> Plan {
    // Runs of one campaign, and equal runs of different campaigns, differ.
    let seed = wish.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(run);
    let mut random = StdRng::seed_from_u64(seed);
    let ways: [(Db, Mode); 4] = [
        (Db::Sqlite, Mode::Webhook),
        (Db::Sqlite, Mode::Polling),
        (Db::Postgres, Mode::Webhook),
        (Db::Postgres, Mode::Polling),
    ];
    let fits = |(db, mode): &&(Db, Mode)| {
        wish.db.map_or(*db == Db::Sqlite || wish.has_postgres, |wish| wish == *db)
            && wish.mode.is_none_or(|wish| wish == *mode)
    };
    let ways: Vec<&(Db, Mode)> = ways.iter().filter(fits).collect();
    let (db, mode) = *ways[run as usize % ways.len()];
    let in_response = mode == Mode::Webhook && random.random_bool(0.7);
    let talkers = random.random_range(4..=10);
    let shoppers = random.random_range(2..=6);
    Plan {
        seed,
        db,
        mode,
        reply: if in_response { ReplyPath::Response } else { ReplyPath::Send },
        talkers: (0..talkers).map(|_| pace(&mut random)).collect(),
        shoppers: (0..shoppers).map(|_| shopper(&mut random)).collect(),
        blows: (0..wish.kills).map(|_| blow(&mut random, db)).collect(),
        weather: weather(&mut random, wish),
    }
}

fn pace(random: &mut StdRng) -> Pace {
    Pace { seed: random.random(), think_ms: random.random_range(5..80) }
}

fn shopper(random: &mut StdRng) -> Shopper {
    let pace = pace(random);
    let count = random.random_range(1..=5);
    let purchases = (0..count).map(|_| Purchase {
        product: random.random_range(0..PRODUCTS),
        quantity: random.random_range(1..=3),
        end: match random.random_range(0..10) {
            0..=4 => End::Pays,
            5 | 6 => End::PaysAtTheSecondTry,
            7 => End::Leaves,
            8 => End::Cancels,
            _ => End::CancelsAndPays,
        },
    });
    Shopper { pace, purchases: purchases.collect() }
}

fn blow(random: &mut StdRng, db: Db) -> Blow {
    // Some hit the start itself, most the load, some a server that had time to settle.
    let after_ms = match random.random_range(0..10) {
        0..=1 => random.random_range(5..150),
        2..=7 => random.random_range(150..900),
        _ => random.random_range(900..2_500),
    };
    let what = match (db, random.random_range(0..4)) {
        (Db::Sqlite, _) | (Db::Postgres, 0..=1) => Victim::Server,
        (Db::Postgres, 2) => Victim::Database,
        (Db::Postgres, _) => Victim::Both,
    };
    let down_ms = if random.random_bool(0.7) { 0 } else { random.random_range(10..600) };
    Blow { after: Duration::from_millis(after_ms), what, down: Duration::from_millis(down_ms) }
}

fn weather(random: &mut StdRng, wish: &Wish) -> Vec<Weather> {
    // About as long as the kills take.
    let whole_ms = 1_000 + u64::from(wish.kills) * 700;
    let mut hours_left = HOURS_MAX;
    let mut long_outage = wish.long_outages && random.random_bool(0.04);
    let count = random.random_range(4..=12);
    let mut weather: Vec<Weather> = (0..count)
        .map(|_| {
            let at = Duration::from_millis(random.random_range(0..whole_ms));
            let kind = match random.random_range(0..12) {
                0..=4 => fault(random, CALLS),
                5..=7 => fault(random, UPDATES),
                8 => Kind::Hours(hours(random, &mut hours_left)),
                9 => {
                    let short = Duration::from_millis(random.random_range(300..3_000));
                    let lasts = if std::mem::take(&mut long_outage) { MINUTE } else { short };
                    let hours =
                        if random.random_bool(0.5) { 0 } else { hours(random, &mut hours_left) };
                    Kind::Outage { lasts, hours }
                }
                _ => {
                    let (kind, ms) = GATEWAY[random.random_range(0..GATEWAY.len())];
                    Kind::Gateway { kind, times: random.random_range(1..=4), ms }
                }
            };
            Weather { at, kind }
        })
        .collect();
    weather.sort_by_key(|weather| weather.at);
    weather
}

fn hours(random: &mut StdRng, left: &mut u32) -> u32 {
    let hours = random.random_range(1..=6).min(*left);
    *left -= hours;
    hours
}

fn fault(random: &mut StdRng, kinds: &[FaultKind]) -> Kind {
    Kind::Fault {
        kind: kinds[random.random_range(0..kinds.len())],
        times: random.random_range(3..60),
        likely: [0.05, 0.2, 0.6][random.random_range(0..3)],
    }
}

impl Kind {
    /// As the simulated Telegram plays it.
    pub(super) fn fault(&self) -> Option<Fault> {
        let Self::Fault { kind, times, likely } = self else { return None };
        let mut fault = Fault::new(*kind).times(*times).likely(*likely);
        fault.delay_ms = 400;
        fault.retry_after = Some(1);
        // Registration is no load; what is sent is.
        if *kind == FaultKind::TooMany {
            fault = fault.on("sendMessage,editMessageText");
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::{Victim, Wish, plan};
    use crate::bench::{Db, Mode};

    fn wish(seed: u64) -> Wish {
        let (db, mode) = (None, None);
        Wish { seed, kills: 9, db, mode, has_postgres: true, long_outages: true }
    }

    #[test]
    fn a_seed_repeats_every_decision() {
        for run in 0..20 {
            assert_eq!(plan(&wish(5), run), plan(&wish(5), run));
            assert_ne!(plan(&wish(5), run), plan(&wish(6), run));
            assert_eq!(plan(&wish(5), run).blows.len(), 9);
        }
    }

    #[test]
    fn runs_go_round_the_databases_and_modes() {
        let ways: Vec<_> = (0..4).map(|run| plan(&wish(1), run)).map(|p| (p.db, p.mode)).collect();
        for way in [(Db::Sqlite, Mode::Polling), (Db::Postgres, Mode::Webhook)] {
            assert!(ways.contains(&way), "{ways:?}");
        }
        let alone = Wish { has_postgres: false, ..wish(1) };
        assert!((0..8).all(|run| plan(&alone, run).db == Db::Sqlite));
        let chosen = Wish { mode: Some(Mode::Polling), db: Some(Db::Postgres), ..wish(1) };
        assert!((0..8).all(|run| plan(&chosen, run).mode == Mode::Polling));
    }

    #[test]
    fn a_database_within_the_server_is_not_killed_alone() {
        let victims = |run| plan(&wish(2), run).blows.into_iter().map(|blow| blow.what);
        assert!((0..20).step_by(4).flat_map(victims).all(|what| what == Victim::Server));
        assert!((2..20).step_by(4).flat_map(victims).any(|what| what == Victim::Database));
    }
}
