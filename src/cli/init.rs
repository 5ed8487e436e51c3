//! `kontor init`: from a fresh bot token to a running configuration, by questions.

mod bot;
mod questions;
mod write;

use std::io::IsTerminal;
use std::path::Path;

use entities::{BotId, Currency};

use super::InitOptions;
use super::desk::{self, Desk};
use super::doctor;
use super::exit::{Outcome, Wrong};
use super::table::bold;
use crate::settings::{IntakeMode, LANGUAGES};
use questions::{Lines, Questions, Terminal};

/// How often a question is asked until its answer fits.
const TRIES: usize = 3;
pub(super) const TELEGRAM: &str = "https://api.telegram.org";

/// What was answered.
struct Answers {
    bot: bot::Known,
    name: BotId,
    intake: IntakeMode,
    public_url: Option<String>,
    database_url: String,
    shop: String,
    languages: Vec<String>,
    currency: Currency,
    /// 0: nobody.
    owner: i64,
}

pub(super) fn run(options: &InitOptions) -> anyhow::Result<Outcome> {
    if std::io::stdin().is_terminal() {
        return asked(options, &mut Terminal);
    }
    asked(options, &mut Lines(std::io::stdin().lock()))
}

fn asked(options: &InitOptions, questions: &mut dyn Questions) -> anyhow::Result<Outcome> {
    println!(
        "{}",
        bold(
            "This writes a configuration for your bot; nothing is changed before the last question."
        )
    );
    let out = &options.out;
    if out.exists()
        && !questions.yes(&format!("{} is there already; replace it?", out.display()), false)?
    {
        println!("nothing was changed");
        return Ok(Outcome::Problems);
    }
    let answers = desk::block_on(answers(options, questions))?;
    if !questions.yes(&format!("write {}?", out.display()), true)? {
        println!("nothing was changed");
        return Ok(Outcome::Problems);
    }
    write::all(options, &answers, questions)?;
    println!("\n{}", bold("What now"));
    let with = match out == Path::new("kontor.toml") {
        true => String::new(),
        false => format!(" --config {}", out.display()),
    };
    println!("  kontor{with} serve    runs your bot");
    println!("  kontor{with} doctor   checks everything");
    if !questions.yes("run doctor now?", true)? {
        return Ok(Outcome::Fine);
    }
    println!();
    // What it finds is told; the configuration is written all the same.
    desk::block_on(doctor::run(&Desk::new(Some(out.clone()))))?;
    Ok(Outcome::Fine)
}

async fn answers(options: &InitOptions, questions: &mut dyn Questions) -> anyhow::Result<Answers> {
    let bot = bot::known(questions).await?;
    let name = name(questions, &bot)?;
    let (intake, public_url) = intake(questions, &bot)?;
    let database_url = database(options, questions)?;
    let shop = questions.text("what is your business called?", Some(&bot.title))?;
    let languages = languages(questions)?;
    let currency = currency(questions)?;
    let owner = bot::owner(questions, &bot).await?;
    Ok(Answers { bot, name, intake, public_url, database_url, shop, languages, currency, owner })
}

/// Asks until `read` takes the answer; its refusal is shown.
fn until<T>(
    questions: &mut dyn Questions,
    prompt: &str,
    default: Option<&str>,
    read: impl Fn(&str) -> Result<T, String>,
) -> anyhow::Result<T> {
    let mut last = String::new();
    for _ in 0..TRIES {
        let text = questions.text(prompt, default)?;
        match read(text.trim()) {
            Ok(value) => return Ok(value),
            Err(refusal) => {
                println!("  {refusal}");
                last = refusal;
            }
        }
    }
    Err(Wrong::usage(last, "start `kontor init` again when you have the answer"))
}

fn name(questions: &mut dyn Questions, bot: &bot::Known) -> anyhow::Result<BotId> {
    let letters = bot.username.to_ascii_lowercase();
    let short = letters.trim_end_matches("bot").trim_end_matches('_');
    let default = BotId::parse(short).map_or("shop", |_| short).to_owned();
    let prompt = "a short name for it here (it stays: it is part of addresses and stored keys)";
    until(questions, prompt, Some(&default), |text| {
        BotId::parse(text).map_err(|error| error.to_string())
    })
}

fn intake(
    questions: &mut dyn Questions,
    bot: &bot::Known,
) -> anyhow::Result<(IntakeMode, Option<String>)> {
    println!(
        "\nHow do updates come? polling works anywhere; webhook is faster and needs an address that"
    );
    println!("Telegram can call by https.");
    let mode = until(questions, "polling or webhook?", Some("polling"), |text| match text {
        "polling" | "p" => Ok(IntakeMode::Polling),
        "webhook" | "w" => Ok(IntakeMode::Webhook),
        _ => Err("write polling or webhook".to_owned()),
    })?;
    if mode == IntakeMode::Polling {
        return Ok((mode, None));
    }
    let is_telegram = bot.api_url == TELEGRAM;
    let url = until(
        questions,
        "where is this server reached, as in https://shop.example?",
        None,
        |text| {
            let parsed = reqwest::Url::parse(text)
                .map_err(|_| "write it as https://shop.example".to_owned())?;
            match parsed.scheme() {
                "https" => Ok(text.trim_end_matches('/').to_owned()),
                "http" if !is_telegram => Ok(text.trim_end_matches('/').to_owned()),
                _ => Err("Telegram calls only https addresses".to_owned()),
            }
        },
    )?;
    Ok((mode, Some(url)))
}

fn database(options: &InitOptions, questions: &mut dyn Questions) -> anyhow::Result<String> {
    println!(
        "\nWhere is everything kept? A SQLite file needs nothing else; PostgreSQL is for a server that"
    );
    println!("others depend on: postgres://user:password@host/name.");
    let default = format!("sqlite://{}/kontor.db", options.data.display());
    until(questions, "database?", Some(&default), |text| {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        match known.iter().any(|scheme| text.starts_with(scheme)) {
            true => Ok(text.to_owned()),
            false => {
                Err("write sqlite://path/to/file.db or postgres://user:password@host/name"
                    .to_owned())
            }
        }
    })
}

fn languages(questions: &mut dyn Questions) -> anyhow::Result<Vec<String>> {
    let known = LANGUAGES.join(", ");
    let prompt = format!("languages of your customers, the main one first ({known})");
    until(questions, &prompt, Some("en"), |text| {
        let mut found: Vec<String> = Vec::new();
        let words = text.split(|letter: char| letter == ',' || letter.is_whitespace());
        for word in words.filter(|word| !word.is_empty()) {
            if !LANGUAGES.contains(&word) {
                return Err(format!("there are no texts in '{word}'; write some of {known}"));
            }
            if !found.iter().any(|one| one == word) {
                found.push(word.to_owned());
            }
        }
        match found.is_empty() {
            true => Err(format!("write some of {known}")),
            false => Ok(found),
        }
    })
}

fn currency(questions: &mut dyn Questions) -> anyhow::Result<Currency> {
    until(questions, "currency of your prices", Some("USD"), |text| {
        Currency::parse(&text.to_ascii_uppercase()).map_err(|error| error.to_string())
    })
}
