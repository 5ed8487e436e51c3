//! Gives the demo's regulars a past: they talk to the bot as anybody would. Knows only what a person sees.

use std::time::Duration;

use serde_json::Value;
use sim::World;

use super::people::regulars;

/// How long a regular waits for an answer before giving up: the demo must not hang on its decoration.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(30);
/// More presses than any of them needs.
const STEPS: usize = 12;

/// Each regular registers, buys the product of their place in the list, and pays.
pub(super) async fn make(world: &World, bot: i64) {
    for (place, person) in regulars().enumerate() {
        if past(world, bot, person, place).await.is_none() {
            tracing::info!(person, "a regular of the demo gave up early");
        }
    }
}

async fn past(world: &World, bot: i64, person: i64, place: usize) -> Option<()> {
    let name = world.people().into_iter().find(|one| one.id == person)?.first_name;
    world.start(person, bot, None).ok()?;
    let welcome = answer(world, person, bot, 0).await?;
    press(world, person, bot, &welcome, 0).await?;
    let said = count(world, person, bot);
    world.send_text(person, bot, &name).ok()?;
    let mut seen = answer(world, person, bot, said).await?;
    for step in 0..STEPS {
        // The second press is on the product list: each regular takes another one. Elsewhere the first button goes on.
        let button = if step == 1 { place } else { 0 };
        if let Some(url) = pay_link(world, person, bot) {
            return pay(&url).await;
        }
        press(world, person, bot, &seen, button).await?;
        seen = newest(world, person, bot)?;
    }
    None
}

fn count(world: &World, person: i64, bot: i64) -> usize {
    world.messages(person, bot).len()
}

fn newest(world: &World, person: i64, bot: i64) -> Option<Value> {
    let mut messages = world.messages(person, bot);
    let last = messages.iter().rposition(|message| !buttons(message).is_empty())?;
    Some(messages.swap_remove(last))
}

/// Waits for a message with buttons, or any, after the `said` that there were.
async fn answer(world: &World, person: i64, bot: i64, said: usize) -> Option<Value> {
    let wait = async {
        while count(world, person, bot) <= said + 1 {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.ok()?;
    newest(world, person, bot)
}

fn buttons(message: &Value) -> Vec<&Value> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array();
    rows.into_iter().flatten().filter_map(Value::as_array).flatten().collect()
}

async fn press(world: &World, person: i64, bot: i64, message: &Value, index: usize) -> Option<()> {
    let pressable: Vec<&Value> = buttons(message)
        .into_iter()
        .filter(|button| button["callback_data"].is_string())
        .collect();
    let button = pressable.get(index).or_else(|| pressable.first())?;
    let (id, data) = (message["message_id"].as_i64()?, button["callback_data"].as_str()?);
    tokio::time::timeout(PATIENCE, world.press(person, bot, id, data)).await.ok()?.ok()?;
    // The answer to the press may come before the message is changed.
    tokio::time::sleep(LOOK * 4).await;
    Some(())
}

fn pay_link(world: &World, person: i64, bot: i64) -> Option<String> {
    let messages = world.messages(person, bot);
    let mut links = messages.iter().rev().flat_map(buttons);
    links.find_map(|button| button["url"].as_str().map(str::to_owned))
}

/// Pays on the gateway's hosted page, as its "Pay" button does.
async fn pay(url: &str) -> Option<()> {
    let checkout = url.rsplit('/').next()?;
    let (origin, _) = url.split_once("/gateway/")?;
    let client = reqwest::Client::new();
    let act = format!("{origin}/sim/gateway/checkouts/{checkout}/pay");
    let outcome = serde_json::json!({ "outcome": "capture" });
    let sent = client.post(act).timeout(PATIENCE).json(&outcome).send().await.ok()?;
    sent.status().is_success().then_some(())
}
