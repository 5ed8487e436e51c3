//! The command line: what can be said, and who does it. Knows no server.

mod account;
mod answers;
mod backup;
mod bench;
mod catalogue;
mod desk;
mod doctor;
mod exit;
mod flow;
mod init;
mod migrate;
mod order;
mod payment;
mod person;
mod promo;
mod quarantine;
mod secrets;
mod stars;
mod stuck;
mod table;
mod tree;
mod updates;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::cli::answers::AnswersCommand;
use crate::cli::catalogue::CatalogueCommand;
use crate::cli::desk::Desk;
use crate::cli::exit::Outcome;
use crate::cli::order::OrderCommand;
use crate::cli::payment::PaymentCommand;
use crate::cli::promo::PromoCommand;
use crate::cli::quarantine::QuarantineCommand;
use crate::cli::stars::StarsCommand;
use crate::cli::stuck::StuckCommand;

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  problems were found, or something failed
  2  the command or the configuration is wrong
  3  no server is running
  4  the database cannot be used

Start with `kontor demo`, which needs no configuration, or with `kontor init`.";

/// A durable server that runs a Telegram business.
#[derive(Debug, Parser)]
#[command(name = "kontor", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// The configuration [default: kontor.toml, if it is there]; KONTOR__SECTION__KEY wins over it
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask a few questions and write a configuration
    Init(InitOptions),
    /// Show everything at once: a simulated Telegram with a chat page, and a server with a sample shop
    Demo(DemoOptions),
    /// The server of `demo --kill-every`
    #[command(hide = true)]
    DemoServer(crate::demo::ChildOptions),
    /// Run the server
    Serve,
    /// Run only the simulated Telegram and its chat page, for bots of any framework
    Sim(SimOptions),
    /// The database's schema
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Write a copy of everything that the database holds into one new file, while a server runs or not
    Backup { file: PathBuf },
    /// Put a backup in the database's place; the server then starts held, until `restore --release`
    Restore(RestoreOptions),
    /// Check configuration, database, keys, bots, webhooks, disk and clock; each line says ok or what to do
    Doctor,
    /// What could not be delivered and waits for a person
    #[command(subcommand)]
    Stuck(StuckCommand),
    /// Actors that failed too often; their inputs are held
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Telegram's updates
    #[command(subcommand)]
    Updates(UpdatesCommand),
    /// What customers answered in flows
    #[command(subcommand)]
    Answers(AnswersCommand),
    /// What is for sale
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Files of dialogues
    #[command(subcommand)]
    Flow(FlowCommand),
    /// The running server's supervision tree, with states, restarts and mailbox depths
    Tree {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// The master key
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// The business's own MTProto accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Orders, and how far the shop is with them
    #[command(subcommand)]
    Order(OrderCommand),
    /// Promo codes
    #[command(subcommand)]
    Promo(PromoCommand),
    /// Payments: what happened to each, refunds
    #[command(subcommand)]
    Payment(PaymentCommand),
    /// What is kept about a person, and their erasure
    #[command(subcommand)]
    Person(PersonCommand),
    /// Telegram Stars: balance, holds, and where Telegram's list and our books differ
    Stars {
        #[command(subcommand)]
        command: Option<StarsCommand>,
    },
    /// Measure what this machine and this build can do, or attack it
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// The server of `bench crash`
    #[command(hide = true)]
    BenchServer(crate::bench::child::ChildOptions),
}

#[derive(Clone, Debug, Args)]
pub struct InitOptions {
    /// The configuration to write
    #[arg(long, value_name = "FILE", default_value = "kontor.toml")]
    pub out: PathBuf,
    /// Where keys, tokens and an embedded database go
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
}

#[derive(Clone, Debug, Args)]
pub struct DemoOptions {
    /// Where the server listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where the simulated Telegram and its chat page listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub sim_listen: SocketAddr,
    /// The demo's own folder
    #[arg(long, value_name = "DIR", default_value = "data/demo")]
    pub data: PathBuf,
    /// Begin with an empty folder
    #[arg(long)]
    pub fresh: bool,
    /// Kill the server with SIGKILL every so often while the chat goes on, for instance 5s
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub kill_every: Option<Duration>,
}

#[derive(Clone, Debug, Args)]
pub struct SimOptions {
    /// Where the simulated Telegram and its chat page listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub listen: SocketAddr,
    /// Without Telegram's flood limits, for load
    #[arg(long)]
    pub no_limits: bool,
    /// The loopback ports of the two MTProto data centres; 0 takes a free one
    #[arg(
        long,
        value_name = "HOME,STATISTICS",
        value_delimiter = ',',
        num_args = 1,
        default_value = "0,0"
    )]
    pub dc_ports: Vec<u16>,
}

#[derive(Clone, Debug, Args)]
pub struct RestoreOptions {
    /// As `kontor backup` wrote it
    #[arg(required_unless_present = "release", conflicts_with = "release")]
    pub file: Option<PathBuf>,
    /// Also when the database holds something: it is replaced (a SQLite file is kept under another name)
    #[arg(long, conflicts_with = "release")]
    pub replace: bool,
    /// Show what the restored server would do, and let it go
    #[arg(long)]
    pub release: bool,
    /// Let it go without asking
    #[arg(long, requires = "release")]
    pub yes: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum MigrateCommand {
    /// Bring the schema up to date; no server may be running
    Up,
    /// Show which migrations are applied; exit code 1 when some are not
    Status,
}

#[derive(Clone, Debug, Subcommand)]
pub enum UpdatesCommand {
    /// Say what Kontor makes of files of updates, one JSON line each; exit code 1 when some would be kept as unparsed
    Digest {
        /// An update, an array of them, or one a line
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List the updates that were kept because they could not be understood
    Unparsed {
        /// With their content, one JSON line each; needs the master key
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub enum FlowCommand {
    /// Say everything that is wrong with flow files, as file:line: reason; exit code 1 when something is
    Check {
        /// All that one bot offers, so that clashes are found
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Try a flow in the terminal, with the real engine
    Run {
        file: PathBuf,
        /// The customer's language
        #[arg(long, value_name = "CODE", default_value = "en")]
        language: String,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub enum SecretsCommand {
    /// Seal everything with a new master key; no server may be running
    Rotate {
        /// The new key; made if it is not there. It takes the old one's place, which stays beside it
        #[arg(long, value_name = "FILE")]
        new_key_file: PathBuf,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub enum PersonCommand {
    /// Write everything that is kept about a person
    Export {
        /// Their Telegram id
        id: i64,
        /// As a page for a browser instead of JSON
        #[arg(long)]
        page: bool,
        /// To a file; - is the terminal
        #[arg(long, value_name = "FILE", default_value = "-")]
        out: PathBuf,
    },
    /// Erase everything about a person, without the time to take it back; the server must be running
    Erase {
        /// Their Telegram id
        id: i64,
    },
    /// List the erasures that were asked for
    Erasures {
        /// As JSON lines, to be replayed after a restore
        #[arg(long)]
        json: bool,
    },
    /// Erase again, after a restore, whoever was erased since the backup was made; the server must be running
    Replay {
        /// As `person erasures --json` wrote it
        file: PathBuf,
    },
}

impl Cli {
    /// Does it. Everything that is to be read goes to standard output, everything else to standard error.
    pub fn run(self) -> ExitCode {
        let desk = Desk::new(self.config);
        exit::told(dispatch(self.command, &desk))
    }
}

fn dispatch(command: Command, desk: &Desk) -> anyhow::Result<Outcome> {
    match command {
        Command::Init(options) => init::run(&options),
        Command::Demo(options) => system(crate::demo::run(options)),
        Command::DemoServer(options) => system(crate::demo::child(options)),
        Command::Serve => {
            let settings = desk.settings()?;
            desk::some_bot(&settings)?;
            system(crate::app::serve(settings))
        }
        Command::Sim(options) => system(crate::demo::sim(options)),
        Command::Migrate(command) => desk::block_on(migrate::run(command, desk)),
        Command::Backup { file } => desk::block_on(backup::backup(&file, desk)),
        Command::Restore(options) => desk::block_on(backup::restore(&options, desk)),
        Command::Doctor => desk::block_on(doctor::run(desk)),
        Command::Stuck(command) => desk::block_on(stuck::run(command, desk)),
        Command::Quarantine(command) => desk::block_on(quarantine::run(command, desk)),
        Command::Updates(command) => desk::block_on(updates::run(command, desk)),
        Command::Answers(command) => desk::block_on(answers::run(command, desk)),
        Command::Catalogue(command) => desk::block_on(catalogue::run(command, desk)),
        Command::Flow(command) => flow::run(command, desk),
        Command::Tree { json } => tree::run(json, desk),
        Command::Secrets(command) => desk::block_on(secrets::run(command, desk)),
        Command::Account(command) => desk::block_on(account::run(command, desk)),
        Command::Order(command) => desk::block_on(order::run(command, desk)),
        Command::Promo(command) => desk::block_on(promo::run(command, desk)),
        Command::Payment(command) => desk::block_on(payment::run(command, desk)),
        Command::Person(command) => desk::block_on(person::run(command, desk)),
        Command::BenchServer(options) => system(crate::bench::child::run(options)),
        Command::Stars { command } => desk::block_on(stars::run(command.unwrap_or_default(), desk)),
        Command::Bench(command) => actix_rt::System::new().block_on(bench::run(command)),
    }
}

/// Runs what needs actors' threads.
fn system(future: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<Outcome> {
    actix_rt::System::new().block_on(future)?;
    Ok(Outcome::Fine)
}

/// `500ms`, `5s`, `2m`, `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let unit_ms = match &text[end..] {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let number = text[..end].parse::<u64>().ok().filter(|number| *number > 0);
    let ms = number.zip(unit_ms).and_then(|(number, unit_ms)| number.checked_mul(unit_ms));
    ms.map(Duration::from_millis).ok_or_else(|| "write it as in 500ms, 5s, 2m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory;

    use super::{Cli, duration};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_read_with_their_unit() {
        assert_eq!(duration("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        for wrong in ["5", "s", "0s", "-1s", "5 s", "99999999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
