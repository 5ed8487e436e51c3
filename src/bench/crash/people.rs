//! People of a run: some hold the five-step dialogue, some shop. They never ask twice: what they are told is to come by
//! itself. They know only what a person sees.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sim::{World, text_of};

use super::plan::{End, Pace, Purchase, Shopper};
use crate::bench::dialogue::{STEPS, Talk, Verdict};

/// A minute's outage, and what was put off meanwhile.
const PATIENCE: Duration = Duration::from_secs(180);
/// For what a gateway that fails may put off by minutes: then the customer goes away.
const SOME_PATIENCE: Duration = Duration::from_secs(4);
const LOOK: Duration = Duration::from_millis(4);
/// More than comes between two looks.
const PAGE: usize = 40;

/// Where everybody is.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) world: World,
    pub(super) bot: i64,
    pub(super) sim_url: String,
    pub(super) http: reqwest::Client,
    /// Nobody begins anything new.
    pub(super) over: Arc<AtomicBool>,
}

/// What a talker said and heard.
pub(super) struct Talked {
    pub(super) person: i64,
    talk: Talk,
    heard: i64,
    /// Answers of each dialogue that came to its end.
    pub(super) finished: Vec<Vec<String>>,
    pub(super) doubled: u64,
    pub(super) trouble: Vec<String>,
}

/// What a shopper did and saw.
pub(super) struct Shopped {
    pub(super) person: i64,
    pub(super) name: String,
    /// Numbers of the orders that were seen.
    pub(super) orders: Vec<String>,
    /// Times that the gateway took the money.
    pub(super) paid: u64,
    pub(super) trouble: Vec<String>,
}

impl Scene {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// The bot's newest messages, oldest first.
    fn page(&self, person: i64) -> Vec<Value> {
        let chat = self.world.chat(person, self.bot, None, PAGE).unwrap_or_default();
        let messages = chat["messages"].as_array().cloned().unwrap_or_default();
        messages.into_iter().filter(|message| message["x"]["out"] == json!(false)).collect()
    }

    /// Looks until something is there.
    async fn until<T>(&self, within: Duration, look: impl Fn() -> Option<T>) -> Option<T> {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return Some(found);
            }
            if begun.elapsed() > within {
                return None;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn think(&self, random: &mut StdRng, pace: &Pace) {
        let ms = random.random_range(0..=pace.think_ms);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    /// Does on the gateway's page what its button does; whether that was possible.
    async fn at_gateway(&self, checkout: &str, outcome: &str) -> bool {
        let act = format!("{}/sim/gateway/checkouts/{checkout}/pay", self.sim_url);
        let sent = self.http.post(act).json(&json!({ "outcome": outcome })).send().await;
        sent.is_ok_and(|answer| answer.status().is_success())
    }
}

/// Holds dialogues until all is over.
pub(super) async fn talk(scene: Scene, person: i64, pace: Pace) -> Talked {
    let mut random = StdRng::seed_from_u64(pace.seed);
    let mut talked = Talked::new(person);
    let mut text = String::new();
    while !scene.is_over() {
        talked.talk.begin();
        let mut said = Vec::new();
        for _ in 0..STEPS {
            scene.think(&mut random, &pace).await;
            talked.talk.say(&mut text);
            said.push(text.clone());
            if let Err(error) = scene.world.send_text(person, scene.bot, &text) {
                talked.trouble.push(format!("{person} cannot write: {error}"));
                return talked;
            }
            if !talked.answered(&scene).await {
                return talked;
            }
        }
        // The command is no answer.
        talked.finished.push(said.split_off(1));
    }
    talked
}

impl Talked {
    fn new(person: i64) -> Self {
        let (finished, trouble) = (Vec::new(), Vec::new());
        Self { person, talk: Talk::new(person), heard: 0, finished, doubled: 0, trouble }
    }

    async fn answered(&mut self, scene: &Scene) -> bool {
        let begun = Instant::now();
        loop {
            match self.listen(scene) {
                Some(Verdict::Expected) => return true,
                Some(_) => return false,
                None if begun.elapsed() > PATIENCE => {
                    let expected = self.talk.expected();
                    self.trouble.push(format!("lost: {} waits for {expected:?}", self.person));
                    return false;
                }
                None => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// Takes in what is new, up to what ends the wait.
    pub(super) fn listen(&mut self, scene: &Scene) -> Option<Verdict> {
        for message in scene.page(self.person) {
            let id = message["message_id"].as_i64().unwrap_or_default();
            if id <= self.heard {
                continue;
            }
            self.heard = id;
            let text = text_of(&message).unwrap_or_default();
            match self.talk.hear(&text) {
                Verdict::Again => self.doubled += 1,
                Verdict::Expected => return Some(Verdict::Expected),
                verdict => {
                    let expected = self.talk.expected();
                    let words = format!("{verdict:?}: {}: {text:?}, not {expected:?}", self.person);
                    self.trouble.push(words);
                    return Some(verdict);
                }
            }
        }
        None
    }
}

/// Registers and makes the purchases of a plan.
pub(super) async fn shop(scene: Scene, person: i64, plan: Shopper) -> Shopped {
    let mut shopping = Shopping {
        random: StdRng::seed_from_u64(plan.pace.seed),
        pace: plan.pace,
        shopped: Shopped {
            person,
            name: format!("Customer {person}"),
            orders: Vec::new(),
            paid: 0,
            trouble: Vec::new(),
        },
        scene,
    };
    let mut fine = shopping.register().await;
    for purchase in &plan.purchases {
        if fine.is_err() || shopping.scene.is_over() {
            break;
        }
        fine = shopping.buy(purchase).await;
    }
    if let Err(missing) = fine {
        shopping.shopped.trouble.push(format!("lost: {person} waits for {missing}"));
    }
    shopping.shopped
}

struct Shopping {
    scene: Scene,
    random: StdRng,
    pace: Pace,
    shopped: Shopped,
}

/// What never came.
type Missing = String;

impl Shopping {
    async fn register(&mut self) -> Result<(), Missing> {
        let person = self.shopped.person;
        self.scene.world.start(person, self.scene.bot, None)?;
        self.says("the question for the name", |text| text.contains("call you")).await?;
        let name = self.shopped.name.clone();
        self.write(&name).await?;
        self.says("the welcome", |text| text.contains(&name)).await
    }

    async fn buy(&mut self, purchase: &Purchase) -> Result<(), Missing> {
        let from = self.write("/shop").await?;
        self.press(from, &title(purchase.product)).await?;
        self.seen(from, |message| text_of(message)?.contains("How many").then_some(()))
            .await
            .ok_or("the question for the quantity")?;
        let from = self.write(&purchase.quantity.to_string()).await?;
        self.press(from, "🛒 Cart").await?;
        self.press(from, "Check out").await?;
        // The address is asked once; later parcels go there as well.
        let is_asked = self.seen(from, |message| match button(message, "Place order") {
            Some(_) => Some(false),
            None => text_of(message)?.contains("name, street").then_some(true),
        });
        let from = match is_asked.await.ok_or("the summary")? {
            false => from,
            true => {
                let from = self.write("1 Harbour Road, Bristol").await?;
                self.press(from, "Skip").await?;
                from
            }
        };
        self.press(from, "Place order").await?;
        let card = self.seen(from, |message| number(&text_of(message)?)).await;
        let number = card.ok_or("the order's card")?;
        self.shopped.orders.push(number.clone());
        // Out of stock, or a gateway that fails: there is nothing to pay.
        let pays = self.soon(from, pay_link).await;
        let Some((_, checkout)) = pays else { return Ok(()) };
        self.scene.think(&mut self.random, &self.pace).await;
        self.end(purchase.end, from, &checkout).await;
        Ok(())
    }

    async fn end(&mut self, end: End, from: i64, checkout: &str) {
        let scene = self.scene.clone();
        let paid = match end {
            End::Leaves => {
                scene.at_gateway(checkout, "cancel").await;
                false
            }
            End::Pays => scene.at_gateway(checkout, "capture").await,
            End::PaysAtTheSecondTry => {
                scene.at_gateway(checkout, "decline").await;
                scene.at_gateway(checkout, "capture").await
            }
            End::Cancels => {
                self.press_once(from, "Cancel order").await;
                false
            }
            End::CancelsAndPays => {
                let pays = scene.at_gateway(checkout, "capture");
                let (_, paid) = tokio::join!(self.press_once(from, "Cancel order"), pays);
                paid
            }
        };
        self.shopped.paid += u64::from(paid);
    }

    /// Writes a text and gives its message id.
    async fn write(&mut self, text: &str) -> Result<i64, Missing> {
        self.scene.think(&mut self.random, &self.pace).await;
        self.scene.world.send_text(self.shopped.person, self.scene.bot, text)
    }

    async fn says(&self, what: &str, fits: impl Fn(&str) -> bool) -> Result<(), Missing> {
        let found = self.seen(0, |message| text_of(message).filter(|text| fits(text)));
        found.await.map(drop).ok_or_else(|| what.to_owned())
    }

    async fn seen<T>(&self, from: i64, fits: impl Fn(&Value) -> Option<T>) -> Option<T> {
        self.scene.until(PATIENCE, || self.look(from, &fits)).await
    }

    async fn soon<T>(&self, from: i64, fits: impl Fn(&Value) -> Option<T>) -> Option<T> {
        self.scene.until(SOME_PATIENCE, || self.look(from, &fits)).await
    }

    /// The newest message after `from` that fits; an edited one is looked at again.
    fn look<T>(&self, from: i64, fits: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let messages = self.scene.page(self.shopped.person);
        let newer = |message: &&Value| message["message_id"].as_i64() > Some(from);
        messages.iter().rev().filter(newer).find_map(fits)
    }

    /// Presses a button once it is there.
    async fn press(&mut self, from: i64, label: &str) -> Result<(), Missing> {
        self.scene.think(&mut self.random, &self.pace).await;
        let button = self.seen(from, |message| button(message, label)).await;
        let (message, data) = button.ok_or_else(|| format!("the button {label}"))?;
        let press = self.scene.world.press(self.shopped.person, self.scene.bot, message, &data);
        // The wheel on the button may turn for longer than anybody looks at it.
        drop(tokio::time::timeout(SOME_PATIENCE, press).await);
        Ok(())
    }

    /// Presses a button if it is there.
    async fn press_once(&self, from: i64, label: &str) {
        if let Some((message, data)) = self.look(from, |message| button(message, label)) {
            let press = self.scene.world.press(self.shopped.person, self.scene.bot, message, &data);
            drop(tokio::time::timeout(SOME_PATIENCE, press).await);
        }
    }
}

/// What a product of the shelf is called.
pub(super) fn title(product: usize) -> String {
    format!("Thing {product}")
}

fn buttons(message: &Value) -> impl Iterator<Item = &Value> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array();
    rows.into_iter().flatten().filter_map(Value::as_array).flatten()
}

/// The message and the callback of a button whose label begins so.
fn button(message: &Value, label: &str) -> Option<(i64, String)> {
    let fits =
        |button: &&Value| button["text"].as_str().is_some_and(|text| text.starts_with(label));
    let data = buttons(message).find(fits)?["callback_data"].as_str()?;
    Some((message["message_id"].as_i64()?, data.to_owned()))
}

/// The message of an order that can be paid, and the checkout's id.
fn pay_link(message: &Value) -> Option<(i64, String)> {
    let url = buttons(message).find_map(|button| button["url"].as_str())?;
    Some((message["message_id"].as_i64()?, url.rsplit('/').next()?.to_owned()))
}

/// The number of the order whose card this text is.
pub(super) fn number(text: &str) -> Option<String> {
    let number = text.strip_prefix("Order ")?.split(' ').next()?;
    Some(number.to_owned())
}
