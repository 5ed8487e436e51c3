//! Virtual users that follow a script, closed loop, and what came of it. It must not know the
//! product.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::history::History;
use crate::load_report::{Missed, Report, Tally, report};
use crate::people::{Fields, Person};
use crate::state::Heard;
use crate::views::{button_data, text_of};
use crate::world::World;

/// Messages of a bot that may wait for a virtual user.
const UNHEARD_MAX: usize = 256;
/// Messages kept of a virtual user's chat.
const HISTORY_KEPT: usize = 32;

/// One step of a script: an act, an expectation, or both. `{user}` and `{dialogue}` are replaced
/// by numbers.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A text to write.
    #[serde(default)]
    pub send: Option<String>,
    /// The label (or a part of it) of an inline button of the last message to press.
    #[serde(default)]
    pub press: Option<String>,
    /// What the next message of the bot (or its next edit) must match.
    #[serde(default)]
    pub expect_regex: Option<String>,
}

/// A load to put on a bot.
#[derive(Clone, Debug, Deserialize)]
pub struct Load {
    /// The bot; the only one when absent.
    #[serde(default)]
    pub bot: Option<i64>,
    /// How many virtual users there are.
    pub users: usize,
    /// How many of them are in a dialogue at once.
    #[serde(default)]
    pub concurrency: Option<usize>,
    /// How long new dialogues are begun.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// How many dialogues are held in all; one per user when neither is given.
    #[serde(default)]
    pub dialogues: Option<u64>,
    /// What every dialogue is.
    pub script: Vec<Step>,
    /// When an expected message counts as lost.
    #[serde(default = "patience")]
    pub step_timeout_ms: u64,
}

fn patience() -> u64 {
    10_000
}

struct Plan {
    world: World,
    bot: i64,
    script: Vec<(Step, Option<Regex>)>,
    timeout: Duration,
    until: Option<Instant>,
    left: AtomicU64,
}

struct User {
    id: i64,
    heard: mpsc::Receiver<Heard>,
    last: Option<Arc<Fields>>,
    missed: Missed,
    dialogue: u64,
}

/// Runs a load to its end.
pub async fn run(world: &World, load: Load) -> Result<Report, String> {
    let plan = Arc::new(plan(world, &load)?);
    let users = add_users(world, plan.bot, load.users.max(1));
    let lanes = load.concurrency.unwrap_or(load.users).clamp(1, users.len());
    let mut shares: Vec<Vec<User>> = (0..lanes).map(|_| Vec::new()).collect();
    for (at, user) in users.into_iter().enumerate() {
        shares[at % lanes].push(user);
    }
    let begun = Instant::now();
    let tasks: Vec<_> =
        shares.into_iter().map(|share| tokio::spawn(talk(Arc::clone(&plan), share))).collect();
    let mut total = Tally::default();
    for task in tasks {
        let tally = task.await.map_err(|error| error.to_string())?;
        total.add(tally);
    }
    let report = report(total, begun.elapsed());
    world.forget_watchers(plan.bot);
    Ok(report)
}

fn plan(world: &World, load: &Load) -> Result<Plan, String> {
    let bots: Vec<i64> = world.turn().state.bots.keys().copied().collect();
    let bot = match (load.bot, bots.as_slice()) {
        (Some(bot), _) if bots.contains(&bot) => bot,
        (Some(bot), _) => return Err(format!("bot {bot} not found")),
        (None, [bot]) => *bot,
        (None, _) => return Err("say which bot".to_owned()),
    };
    let mut script = Vec::new();
    for (at, step) in load.script.iter().enumerate() {
        // With its numbers filled in, a pattern is made anew for each dialogue.
        let sample = step
            .expect_regex
            .as_deref()
            .map(|text| text.replace("{user}", "0").replace("{dialogue}", "0"));
        let pattern = sample.as_deref().map(Regex::new).transpose();
        let pattern = pattern.map_err(|error| format!("step {at}: {error}"))?;
        script.push((step.clone(), pattern));
    }
    if script.is_empty() {
        return Err("the script is empty".to_owned());
    }
    let until = load
        .seconds
        .map(|seconds| Instant::now() + Duration::from_secs_f64(seconds.clamp(0.0, 86_400.0)));
    let left = match (load.dialogues, load.seconds) {
        (Some(count), _) => count,
        (None, Some(_)) => u64::MAX,
        (None, None) => load.users as u64,
    };
    Ok(Plan {
        world: world.clone(),
        bot,
        script,
        timeout: Duration::from_millis(load.step_timeout_ms),
        until,
        left: AtomicU64::new(left),
    })
}

fn add_users(world: &World, bot: i64, count: usize) -> Vec<User> {
    let mut turn = world.turn();
    (0..count)
        .map(|at| {
            let id = turn.state.take_person_id();
            let mut person = Person::named(&format!("Load {at}"));
            person.id = id;
            turn.state.people.insert(id, person);
            let (sender, heard) = mpsc::channel(UNHEARD_MAX);
            let private = turn.state.private_mut(bot, id);
            private.history = History::new(HISTORY_KEPT);
            private.watcher = Some(sender);
            User { id, heard, last: None, missed: Missed::default(), dialogue: 0 }
        })
        .collect()
}

/// Holds dialogues with each user of a share in turn.
async fn talk(plan: Arc<Plan>, mut users: Vec<User>) -> Tally {
    let mut tally = Tally::default();
    let mut at = 0;
    loop {
        let over = plan.until.is_some_and(|until| Instant::now() >= until);
        let taken = plan
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if over || taken.is_err() {
            break;
        }
        let count = users.len();
        let user = &mut users[at % count];
        at += 1;
        user.dialogue += 1;
        if dialogue(&plan, user, &mut tally).await {
            tally.dialogues += 1;
        }
    }
    for user in &mut users {
        user.drain(&mut tally);
        let missed = user.missed;
        if missed.lost + missed.duplicated + missed.mismatched > 0 {
            tally.users.insert(user.id, missed);
        }
    }
    tally
}

async fn dialogue(plan: &Plan, user: &mut User, tally: &mut Tally) -> bool {
    for (step, pattern) in &plan.script {
        user.drain(tally);
        let begun = Instant::now();
        if !act(plan, user, step, tally) {
            return false;
        }
        let Some(pattern) = pattern else { continue };
        let text = step.expect_regex.as_deref().unwrap_or("");
        let filled = fill(text, user);
        let own = (filled != text).then(|| Regex::new(&filled).ok()).flatten();
        let pattern = own.as_ref().unwrap_or(pattern);
        match tokio::time::timeout(plan.timeout, user.heard.recv()).await {
            Ok(Some(heard)) => {
                tally.micros.push(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
                let said = said(&heard.message);
                if !pattern.is_match(&said) {
                    user.missed.mismatched += 1;
                    tally.example(format!("user {}: expected /{pattern}/, got {said:?}", user.id));
                }
                user.last = Some(heard.message);
            }
            _ => {
                user.missed.lost += 1;
                tally.example(format!("user {}: no answer to {step:?}", user.id));
                return false;
            }
        }
    }
    true
}

fn act(plan: &Plan, user: &mut User, step: &Step, tally: &mut Tally) -> bool {
    let done = if let Some(text) = &step.send {
        plan.world.send_text(user.id, plan.bot, &fill(text, user)).map(|_| ())
    } else if let Some(label) = &step.press {
        let label = fill(label, user);
        let message = Value::Object(user.last.as_deref().cloned().unwrap_or_default());
        match button_data(&message, &label) {
            Some(data) => {
                let id = message["message_id"].as_i64().unwrap_or_default();
                let pressed = plan.world.press_start(user.id, plan.bot, id, &data);
                pressed.map(|_| ())
            }
            None => Err(format!("no button {label:?} under {:?}", text_of(&message))),
        }
    } else {
        return true;
    };
    match done {
        Ok(()) => {
            tally.updates += 1;
            true
        }
        Err(error) => {
            user.missed.mismatched += 1;
            tally.example(format!("user {}: {error}", user.id));
            false
        }
    }
}

fn fill(text: &str, user: &User) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    text.replace("{user}", &user.id.to_string()).replace("{dialogue}", &user.dialogue.to_string())
}

/// The text, caption, or kind of a message.
fn said(message: &Fields) -> String {
    let text = ["text", "caption"].iter().find_map(|name| message.get(*name)?.as_str());
    text.map_or_else(|| json!(message).to_string(), str::to_owned)
}

impl User {
    /// What came unasked since the last step.
    fn drain(&mut self, tally: &mut Tally) {
        while let Ok(heard) = self.heard.try_recv() {
            let before = self.last.as_deref().map(said);
            let now = said(&heard.message);
            if heard.edited {
                // The next press is on the message as it is now.
            } else if before.as_ref() == Some(&now) {
                self.missed.duplicated += 1;
                tally.example(format!("user {}: twice {now:?}", self.id));
            } else {
                self.missed.mismatched += 1;
                tally.example(format!("user {}: unasked {now:?}", self.id));
            }
            self.last = Some(heard.message);
        }
    }
}

impl World {
    /// Virtual users stop listening.
    fn forget_watchers(&self, bot: i64) {
        let mut turn = self.turn();
        for ((of, _), private) in &mut turn.state.privates {
            if *of == bot && private.watcher.as_ref().is_some_and(mpsc::Sender::is_closed) {
                private.watcher = None;
            }
        }
    }
}
