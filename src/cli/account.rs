//! `kontor account`: the business's own MTProto accounts.

mod asking;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::Clock;
use anyhow::Context;
use entities::{AccountRow, Database, MasterKey};
use serde_json::json;

use super::desk::Desk;
use super::exit::{Outcome, Wrong};
use super::table::{Table, count, date, when};
use crate::mtproto::session::AccountSession;
use crate::mtproto::wire::{CallError, Wire};
use crate::mtproto::{self, AccountState, import, login};
use crate::settings::Settings;

/// `kontor account …`
#[derive(Clone, Debug, clap::Subcommand)]
pub enum AccountCommand {
    /// Log an account in: phone number, code, password
    Add {
        /// Asked for when it is not given
        #[arg(long, value_name = "NUMBER")]
        phone: Option<String>,
        /// By a QR code that another client scans
        #[arg(long, conflicts_with = "phone")]
        qr: bool,
    },
    /// Take over a login from Telethon; the other program must not run any more
    Import {
        /// Its session file, or a file with its string session; standard input when it is not given
        #[arg(long, value_name = "FILE")]
        telethon: Option<PathBuf>,
    },
    /// List the accounts
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one with the states it went through
    Show {
        /// Its user id or name
        account: String,
    },
    /// Do not use one
    Pause {
        /// Its user id or name
        account: String,
    },
    /// Ask Telegram whether the login holds, and use it again
    Resume {
        /// Its user id or name
        account: String,
    },
    /// Forget one with its session
    Remove {
        /// Its user id or name
        account: String,
    },
}

pub(super) async fn run(command: AccountCommand, desk: &Desk) -> anyhow::Result<Outcome> {
    let settings = desk.settings()?;
    match command {
        AccountCommand::List { json } => list(desk, &settings, json).await,
        AccountCommand::Show { account } => show(desk, &settings, &account).await,
        command => change(command, desk, &settings).await,
    }
}

/// Commands that write, and those that use a key: no server may be running.
async fn change(
    command: AccountCommand,
    desk: &Desk,
    settings: &Settings,
) -> anyhow::Result<Outcome> {
    if desk.is_running(settings) {
        let hint = "stop it first: one key must never speak from two places";
        return Err(Wrong::usage("a server is running on this database", hint));
    }
    // Says what is missing before the lock makes a file.
    desk.database(settings).await?.close().await;
    let (database, lock) = desk.locked(settings).await?;
    let done = with_lock(command, settings, &database).await;
    database.close().await;
    drop(lock);
    done
}

async fn with_lock(
    command: AccountCommand,
    settings: &Settings,
    database: &Database,
) -> anyhow::Result<Outcome> {
    let accounts = Accounts {
        settings,
        database,
        master: crate::secrets::for_database(database, &settings.secrets).await?,
    };
    match command {
        AccountCommand::Add { phone, qr } => accounts.add(phone, qr).await,
        AccountCommand::Import { telethon } => accounts.import(telethon).await,
        AccountCommand::Pause { account } => {
            accounts.moved(&account, AccountState::Paused, "paused by a person").await
        }
        AccountCommand::Resume { account } => accounts.resume(&account).await,
        AccountCommand::Remove { account } => accounts.remove(&account).await,
        AccountCommand::List { json } => listed(database, json).await,
        AccountCommand::Show { account } => shown(database, &account).await,
    }
}

async fn list(desk: &Desk, settings: &Settings, json: bool) -> anyhow::Result<Outcome> {
    let database = desk.database(settings).await?;
    let done = listed(&database, json).await;
    database.close().await;
    done
}

async fn listed(database: &Database, json: bool) -> anyhow::Result<Outcome> {
    let rows = entities::accounts(&database.read).await?;
    if json {
        let rows = rows.iter().map(|row| {
            json!({"user_id": row.user_id, "name": row.name, "state": row.state,
                "reason": row.reason, "since_ms": row.since_ms, "added_ms": row.added_ms})
        });
        println!("{}", serde_json::to_string_pretty(&rows.collect::<Vec<_>>())?);
        return Ok(Outcome::Fine);
    }
    if rows.is_empty() {
        println!("there are no accounts; `kontor account add` logs one in");
        return Ok(Outcome::Fine);
    }
    let mut table = Table::new(&["account", "name", "state", "since", "reason"]);
    let number = rows.len() as u64;
    for row in rows {
        let (id, since) = (row.user_id.to_string(), when(row.since_ms));
        table.row(vec![id, row.name, row.state, since, row.reason.unwrap_or_default()]);
    }
    table.print();
    println!("\n{}", count(number, "account"));
    Ok(Outcome::Fine)
}

async fn show(desk: &Desk, settings: &Settings, account: &str) -> anyhow::Result<Outcome> {
    let database = desk.database(settings).await?;
    let done = shown(&database, account).await;
    database.close().await;
    done
}

async fn shown(database: &Database, account: &str) -> anyhow::Result<Outcome> {
    let row = find(database, account).await?;
    println!("account: {}", row.user_id);
    println!("name: {}", row.name);
    println!("state: {}", row.state);
    if let Some(reason) = &row.reason {
        println!("reason: {reason}");
    }
    println!("added: {}", date(row.added_ms));
    let mut table = Table::new(&["since", "state", "reason"]);
    for state in entities::account_states(&database.read, row.user_id).await? {
        table.row(vec![date(state.at_ms), state.state, state.reason.unwrap_or_default()]);
    }
    println!();
    table.print();
    Ok(Outcome::Fine)
}

/// An account by its user id or its name.
async fn find(database: &Database, account: &str) -> anyhow::Result<AccountRow> {
    let wanted = account.trim_start_matches('@');
    let rows = entities::accounts(&database.read).await?;
    let fits = |row: &AccountRow| {
        row.user_id.to_string() == wanted || row.name.eq_ignore_ascii_case(wanted)
    };
    rows.into_iter().find(fits).ok_or_else(|| {
        Wrong::usage(format!("there is no account {account}"), "`kontor account list` shows all")
    })
}

/// Telethon's session file, or a file with its string session.
async fn of_file(file: &Path) -> anyhow::Result<import::Imported> {
    let place = || format!("read {}", file.display());
    let bytes = std::fs::read(file).with_context(place)?;
    if !import::is_session_file(&bytes) {
        return import::telethon_string(&String::from_utf8_lossy(&bytes));
    }
    let found = entities::telethon_session(&file.display().to_string()).await;
    let found =
        found.with_context(place)?.context("nobody has logged in with this session file")?;
    import::telethon_file(found)
}

struct Accounts<'a> {
    settings: &'a Settings,
    database: &'a Database,
    master: MasterKey,
}

impl Accounts<'_> {
    fn api_is_known(&self) -> anyhow::Result<()> {
        if self.settings.mtproto.api_id > 0 {
            return Ok(());
        }
        let hint = "get your own at https://my.telegram.org (API development tools) and write mtproto.api_id and mtproto.api_hash;\n        Telegram ties what an account does to it, and closes accounts that use somebody else's";
        Err(Wrong::usage("mtproto.api_id is not set", hint))
    }

    async fn add(&self, phone: Option<String>, qr: bool) -> anyhow::Result<Outcome> {
        self.api_is_known()?;
        let data = mtproto::fresh_session(&self.settings.mtproto).await?;
        let session = Arc::new(AccountSession::new(data));
        let wire = Wire::new(session, &self.settings.mtproto);
        let mut owner = asking::someone(phone);
        let entered = match qr {
            true => login::by_qr(&wire, &self.settings.mtproto, &mut *owner).await,
            false => login::by_code(&wire, &self.settings.mtproto, &mut *owner).await,
        };
        self.entered(wire, entered, "logged in").await
    }

    async fn import(&self, file: Option<PathBuf>) -> anyhow::Result<Outcome> {
        self.api_is_known()?;
        let imported = match file {
            Some(file) => of_file(&file).await?,
            None => {
                let mut text = String::new();
                println!("the string session, then the end of input (Ctrl-D):");
                std::io::stdin().read_to_string(&mut text).context("read the string session")?;
                import::telethon_string(&text)?
            }
        };
        println!(
            "stop the other program for good: when a key speaks from two places, Telegram ends the login"
        );
        let data = mtproto::imported_session(&self.settings.mtproto, &imported);
        let session = Arc::new(AccountSession::new(data));
        let wire = Wire::new(session, &self.settings.mtproto);
        let entered = login::me(&wire).await;
        self.entered(wire, entered, "imported").await
    }

    /// Keeps who has logged in, and proves the socket closed.
    async fn entered(
        &self,
        wire: Wire,
        entered: anyhow::Result<login::Me>,
        reason: &str,
    ) -> anyhow::Result<Outcome> {
        let me = match entered {
            Ok(me) => me,
            Err(error) => {
                wire.close().await?;
                return Err(error);
            }
        };
        let session = Arc::clone(&wire.session);
        wire.close().await?;
        let now_ms = Clock::system().now_ms();
        let known = entities::account(&self.database.read, me.user_id).await?;
        let row = AccountRow {
            user_id: me.user_id,
            name: me.name.clone(),
            state: AccountState::Ready.name().to_owned(),
            reason: Some(reason.to_owned()),
            since_ms: now_ms,
            added_ms: known.map_or(now_ms, |row| row.added_ms),
            session: session.sealed(&self.master, me.user_id)?,
        };
        entities::keep_account(&self.database.write, row).await?;
        self.note(me.user_id, AccountState::Ready, reason).await?;
        println!("{} ({}) is ready", me.name, me.user_id);
        Ok(Outcome::Fine)
    }

    async fn note(&self, user: i64, state: AccountState, reason: &str) -> anyhow::Result<()> {
        let now_ms = Clock::system().now_ms();
        let db = &self.database.write;
        entities::move_account(db, user, state.name(), Some(reason), now_ms).await?;
        entities::add_account_state(db, user, state.name(), Some(reason), now_ms).await?;
        Ok(())
    }

    async fn moved(
        &self,
        account: &str,
        state: AccountState,
        reason: &str,
    ) -> anyhow::Result<Outcome> {
        let row = find(self.database, account).await?;
        self.note(row.user_id, state, reason).await?;
        println!("{} is {}", row.name, state.name());
        Ok(Outcome::Fine)
    }

    /// Asks Telegram whether the login still holds.
    async fn resume(&self, account: &str) -> anyhow::Result<Outcome> {
        self.api_is_known()?;
        let row = find(self.database, account).await?;
        let session = AccountSession::open(self.database, &self.master, row.user_id, &row.session)?;
        let wire = Wire::new(Arc::new(session), &self.settings.mtproto);
        let asked = login::me(&wire).await;
        // What the check has found counts more than how the connection ended.
        let closed = wire.close().await;
        let error = match asked {
            Ok(me) if me.user_id == row.user_id => {
                closed?;
                return self.moved(account, AccountState::Ready, "checked with Telegram").await;
            }
            Ok(me) => {
                anyhow::bail!("the session belongs to {}, not to {}", me.user_id, row.user_id)
            }
            Err(error) => error,
        };
        let Some(state) = error.downcast_ref::<CallError>().and_then(AccountState::after) else {
            return Err(error);
        };
        self.moved(account, state, &format!("{error}")).await?;
        Ok(Outcome::Problems)
    }

    async fn remove(&self, account: &str) -> anyhow::Result<Outcome> {
        let row = find(self.database, account).await?;
        entities::remove_account(&self.database.write, row.user_id).await?;
        println!("{} is forgotten here; end its login in Telegram: Settings, Devices", row.name);
        Ok(Outcome::Fine)
    }
}
