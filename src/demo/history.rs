//! Gives the demo's regulars a past: they talk to the bot as anybody would. Knows only what a person sees.

use std::time::Duration;

use serde_json::Value;
use sim::World;

use super::people::regulars;

/// How long a regular waits for an answer before giving up: the demo must not hang on its decoration.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(30);

/// Each regular registers, buys the product of their place in the list, and pays; all at the same time.
pub(super) async fn make(world: &World, bot: i64) {
    let pasts = regulars().enumerate().map(|(place, person)| async move {
        if past(world, bot, person, place).await.is_none() {
            tracing::warn!(person, "a regular of the demo gave up early");
        }
    });
    futures_util::future::join_all(pasts).await;
}

async fn past(world: &World, bot: i64, person: i64, place: usize) -> Option<()> {
    let name = world.people().into_iter().find(|one| one.id == person)?.first_name;
    world.start(person, bot, None).ok()?;
    until(|| newest(world, person, bot).is_some()).await?;
    let welcome = newest(world, person, bot)?;
    let mine = |button: &&Value| button["text"].as_str().is_some_and(|text| text.starts_with('✓'));
    let language = pressable(&welcome).iter().position(mine).unwrap_or_default();
    press(world, person, bot, language).await?;
    // The terms: the first button agrees.
    press(world, person, bot, 0).await?;
    world.send_text(person, bot, &name).ok()?;
    // The phone number can be shared or skipped: the second label of the reply keyboard skips.
    until(|| other_label(world, person, bot).is_some()).await?;
    world.send_text(person, bot, &other_label(world, person, bot)?).ok()?;
    // So can the address, by the one button under the question.
    until(|| newest(world, person, bot).is_some_and(|one| pressable(&one).len() == 1)).await?;
    press(world, person, bot, 0).await?;
    for step in way(place) {
        match step {
            Way::Says(words) => {
                let before = world.messages(person, bot);
                world.send_text(person, bot, words).ok()?;
                until(|| world.messages(person, bot) != before).await?;
            }
            Way::Presses(data) => {
                until(|| with_data(world, person, bot, data).is_some()).await?;
                let (id, data) = with_data(world, person, bot, data)?;
                let before = world.messages(person, bot);
                tokio::time::timeout(PATIENCE, world.press(person, bot, id, &data))
                    .await
                    .ok()?
                    .ok()?;
                until(|| world.messages(person, bot) != before).await?;
            }
        }
    }
    until(|| pay_link(world, person, bot).is_some()).await?;
    pay(&pay_link(world, person, bot)?).await
}

enum Way {
    Says(&'static str),
    /// The newest button whose data begins so, behind its surface.
    Presses(&'static str),
}

/// From the menu to the summary; each regular takes another product.
fn way(place: usize) -> Vec<Way> {
    const PRODUCTS: [&str; 4] = ["p.red-mug", "p.white-mug", "p.teapot", "p.saucers"];
    vec![
        Way::Says("/shop"),
        Way::Presses("k.mugs.0"),
        Way::Presses(PRODUCTS[place % PRODUCTS.len()]),
        Way::Presses("q."),
        Way::Presses("y.0"),
        Way::Presses("xg"),
        Way::Presses("rs.EU"),
        Way::Presses("m.post"),
        Way::Says("1 Harbour Road, Bristol"),
        Way::Presses("xn"),
        Way::Presses("b."),
    ]
}

/// The newest button with this data, and the message under which it stands.
fn with_data(world: &World, person: i64, bot: i64, wanted: &str) -> Option<(i64, String)> {
    let messages = world.messages(person, bot);
    messages.iter().rev().find_map(|message| {
        let data = pressable(message).into_iter().find_map(|button| {
            let data = button["callback_data"].as_str()?;
            let (_, act) = data.split_once('.')?;
            act.starts_with(wanted).then(|| data.to_owned())
        })?;
        Some((message["message_id"].as_i64()?, data))
    })
}

/// The second label of the reply keyboard that is open.
fn other_label(world: &World, person: i64, bot: i64) -> Option<String> {
    let chat = world.chat(person, bot, None, 1).ok()?;
    chat["reply_keyboard"]["keyboard"][1][0]["text"].as_str().map(str::to_owned)
}

/// Looks until it is so, or patience is over.
async fn until(is_so: impl Fn() -> bool) -> Option<()> {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.ok()
}

/// The newest message with buttons that can be pressed.
fn newest(world: &World, person: i64, bot: i64) -> Option<Value> {
    let mut messages = world.messages(person, bot);
    let last = messages.iter().rposition(|message| !pressable(message).is_empty())?;
    Some(messages.swap_remove(last))
}

fn buttons(message: &Value) -> Vec<&Value> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array();
    rows.into_iter().flatten().filter_map(Value::as_array).flatten().collect()
}

fn pressable(message: &Value) -> Vec<&Value> {
    let buttons = buttons(message).into_iter();
    buttons.filter(|button| button["callback_data"].is_string()).collect()
}

/// Presses a button of the newest message and waits until the chat looks otherwise.
async fn press(world: &World, person: i64, bot: i64, index: usize) -> Option<()> {
    until(|| newest(world, person, bot).is_some()).await?;
    let message = newest(world, person, bot)?;
    let buttons = pressable(&message);
    let button = buttons.get(index).or_else(|| buttons.first())?;
    let (id, data) = (message["message_id"].as_i64()?, button["callback_data"].as_str()?);
    let before = world.messages(person, bot);
    tokio::time::timeout(PATIENCE, world.press(person, bot, id, data)).await.ok()?.ok()?;
    until(|| world.messages(person, bot) != before).await
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
