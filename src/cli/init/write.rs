//! Writes what init asked: the configuration, the token, the master key; all for their owner's eyes only.

use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::ExposeSecret;

use super::questions::Questions;
use super::{Answers, TELEGRAM};
use crate::cli::InitOptions;
use crate::secrets;
use crate::settings::{IntakeMode, SecretSettings, Settings};

pub(super) fn all(
    options: &InitOptions,
    answers: &Answers,
    questions: &mut dyn Questions,
) -> anyhow::Result<()> {
    let token_file = options.data.join(format!("{}.token", answers.name));
    let key_file = options.data.join("master.key");
    let token = answers.bot.token.expose_secret();
    let same = std::fs::read_to_string(&token_file).is_ok_and(|text| text.trim() == token);
    let replace = format!("{} holds another token; replace it?", token_file.display());
    if same || !token_file.exists() || questions.yes(&replace, true)? {
        put(&token_file, &format!("{token}\n"))?;
    }
    let settings = SecretSettings { master_key_file: key_file.clone(), master_key: None };
    let is_new = !key_file.exists();
    secrets::master_key(&settings, true)?;
    put(&options.out, &text(options, answers, &token_file))?;
    // Whatever was answered, the result must load.
    Settings::load_with(Some(&options.out), [])?;
    println!("\nwritten: {}", options.out.display());
    println!("token: {}", token_file.display());
    println!("master key: {}{}", key_file.display(), if is_new { "" } else { " (was there)" });
    println!("  hint: keep a copy of the master key apart from the database's backups");
    Ok(())
}

/// Writes or replaces a file that only its owner may read, whole or not at all.
fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    let beside: PathBuf = path.with_extension("new");
    let place = || format!("write {}", path.display());
    drop(std::fs::remove_file(&beside)); // a leftover of a broken-off call
    secrets::write_private(&beside, text).with_context(place)?;
    std::fs::rename(&beside, path).with_context(place)
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn text(options: &InitOptions, answers: &Answers, token_file: &Path) -> String {
    let is_webhook = answers.intake == IntakeMode::Webhook;
    let mut text = "# Written by `kontor init`. Every other setting, with its default and what it does: config/default.toml.\n\
                    # KONTOR__SECTION__KEY in the environment wins over this file.\n"
        .to_owned();
    if let Some(public_url) = &answers.public_url {
        text += "\n[server]\n# Where Telegram reaches us; a proxy with a certificate passes it on to `listen`.\n";
        text += &format!("public_url = {}\n", quoted(public_url));
    }
    text += &format!("\n[database]\nurl = {}\n", quoted(&answers.database_url));
    text += "\n[secrets]\n# Without this key the database cannot be read: keep a copy apart from its backups.\n";
    let key_file = options.data.join("master.key");
    text += &format!("master_key_file = {}\n", quoted(&key_file.display().to_string()));
    text += &format!("\n[[bots]]\n# @{}\n", answers.bot.username);
    text += &format!("name = {}\n", quoted(answers.name.as_str()));
    text += &format!("token_file = {}\n", quoted(&token_file.display().to_string()));
    if answers.bot.api_url != TELEGRAM {
        text += &format!("api_url = {}\n", quoted(&answers.bot.api_url));
    }
    text += "# \"polling\" asks Telegram for updates; \"webhook\" registers {public_url}/telegram/{name}.\n";
    text += &format!("intake = {}\n", quoted(if is_webhook { "webhook" } else { "polling" }));
    text += &format!("\n[shop]\nname = {}\n", quoted(&answers.shop));
    text += &format!("default_language = {}\n", quoted(&answers.languages[0]));
    let languages: Vec<String> = answers.languages.iter().map(|one| quoted(one)).collect();
    text += &format!("languages = [{}]\n", languages.join(", "));
    text += &format!("currency = {}\n", quoted(answers.currency.code()));
    text += "\n[owner]\n# The chat that is told what needs a person; 0: nobody.\n";
    text += &format!("chat = {}\n", answers.owner);
    text += "\n[control]\n";
    let socket = options.data.join("kontor.sock");
    text += &format!("socket = {}\n", quoted(&socket.display().to_string()));
    text
}
