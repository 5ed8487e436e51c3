//! Flows: small dialogues that are data. A TOML file in `config/flows/` becomes a [`Flow`]; one
//! customer's way through it is a [`FlowRun`], a value that its owner stores. Pure but for
//! [`Flows::load`]: nothing here knows Telegram, a clock or a database.

mod action;
mod check;
mod date;
mod draft;
mod draft_action;
mod draft_answer;
mod error;
mod eval;
mod expr;
mod html;
mod keyboard;
mod kind;
mod known;
mod load;
mod number;
mod read;
mod resolve;
mod rounds;
mod run;
mod shelf;
mod take;
mod template;
#[cfg(test)]
mod tests;
mod types;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use expr::Expr;
use kind::Kind;
use rounds::Round;
use template::{Localized, Template};
use types::Type;

pub use action::{Call, Mark, Replied, WebhookCall};
pub use error::FlowError;

/// Steps of one flow.
pub const STEPS_MAX: usize = 200;
/// Bytes of one flow file.
pub const SOURCE_MAX_BYTES: usize = 256 * 1024;
/// Bytes that all answers of one run may hold: the run is rewritten with its owner's row.
pub const ANSWERS_MAX_BYTES: usize = 32 * 1024;
/// Memory that one compiled pattern may take; Unicode classes with a count are large.
const REGEX_MAX_BYTES: usize = 4 * 1024 * 1024;
/// UTF-16 units that Telegram takes in one message, after its markup was parsed.
const TEXT_MAX_UTF16: usize = 4_096;
/// Bytes that Telegram takes as the data of one inline button.
const CALLBACK_MAX_BYTES: usize = 64;
/// Buttons that Telegram takes under one message.
const CHOICES_MAX: usize = 100;

/// One dialogue at one version, compiled. It never changes: an edited file is another `Flow`.
#[derive(Debug)]
pub struct Flow {
    name: Arc<str>,
    version: Arc<str>,
    /// As it was named when it was read.
    file: Arc<str>,
    source: Arc<str>,
    binding: Binding,
    when_done: Option<Localized<Template>>,
    steps: Vec<Step>,
    /// The names of answers; a run keeps its answers in this order.
    slots: Vec<Slot>,
}

/// What starts a flow.
#[derive(Debug)]
pub enum Binding {
    /// `command = "/survey"`, stored without its slash.
    Command(String),
    /// `on = "start"`: `/start` with a payload that begins so (empty: every `/start`).
    Start(String),
    /// `on = "text"`: any text, or only what the pattern finds.
    Text(Option<Regex>),
    /// `on = "call"`: only the product itself starts it, by name.
    Call,
}

/// A name that answers can be given to.
#[derive(Debug)]
struct Slot {
    name: Arc<str>,
    /// The step whose choices name this answer's values for people: `{colour.label}`.
    choices_of: Option<u16>,
    /// What expressions make of it, and how it is shown.
    holds: Type,
    /// Where a file's name stands.
    shown_by: Option<u16>,
    /// The loop whose rounds it holds.
    rounds_of: Option<u16>,
}

#[derive(Debug)]
struct Step {
    id: Box<str>,
    act: Act,
    /// Where it does not hold, the step is passed over.
    when: Option<Expr>,
    /// The prompt, what is said, or how a loop's round is shown.
    text: Localized<Template>,
    kind: Kind,
    /// May be left unanswered, by a button.
    optional: bool,
    accept: Option<Regex>,
    /// Where the whole match goes; `None` when a named group of that name takes the place.
    whole: Option<u16>,
    /// Named groups of `accept`: group number, slot.
    groups: Vec<(usize, u16)>,
    choices: Vec<Choice>,
    style: Style,
    columns: usize,
    reject: Option<Localized<Template>>,
    reply: Option<Localized<Template>>,
    branches: Vec<Branch>,
    next: Target,
    time_out: Option<TimeOut>,
}

/// What a step does.
#[derive(Debug)]
enum Act {
    Ask,
    Say,
    /// Names and what they come to, in the order of the file.
    Compute(Vec<(u16, Expr)>),
    Each(Each),
    Shop(action::Shop),
    Webhook(action::Webhook),
}

/// The steps behind it up to `end`, once for each item.
#[derive(Debug)]
struct Each {
    over: Expr,
    item: Option<u16>,
    list: u16,
    /// The names that a round gives.
    body: Vec<u16>,
    end: u16,
    /// Whether `text` says how a round is shown.
    has_line: bool,
}

#[derive(Debug)]
struct Choice {
    value: Box<str>,
    label: Localized<Box<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Inline,
    Reply,
}

/// The first branch whose conditions all hold is taken.
#[derive(Debug)]
struct Branch {
    conditions: Vec<(u16, Condition)>,
    when: Option<Expr>,
    to: Target,
}

#[derive(Debug)]
enum Condition {
    Equals(Box<str>),
    Matches(Regex),
    Exists(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Step(u16),
    /// The next round of the loop around.
    Round,
    /// Behind the loop around.
    Leave,
    End,
}

#[derive(Debug)]
struct TimeOut {
    after: Duration,
    remind: Option<Localized<Template>>,
    /// Reminders before the run is abandoned.
    times: u8,
    abandon: Option<Localized<Template>>,
}

/// One customer's place in one version of a flow, small enough to be stored with every step.
/// Its times are whole seconds, so that what was stored equals what was in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowRun {
    #[serde(rename = "f")]
    pub flow: Arc<str>,
    #[serde(rename = "v")]
    pub version: Arc<str>,
    #[serde(rename = "s")]
    step: u16,
    #[serde(rename = "a")]
    answers: Vec<Option<String>>,
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    reminded: u8,
    /// A reply keyboard of ours is still open at the customer's.
    #[serde(rename = "k", default, skip_serializing_if = "is_default")]
    keyboard_up: bool,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    round: Option<Round>,
    #[serde(rename = "t", with = "time::serde::timestamp")]
    pub started_at: OffsetDateTime,
    /// When [`Flow::time_out`] is to be called.
    #[serde(
        rename = "d",
        with = "time::serde::timestamp::option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub due: Option<OffsetDateTime>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What the customer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input<'a> {
    Text(&'a str),
    /// An inline button, from [`Press::parse`].
    Press(Press<'a>),
    /// A shared contact's number.
    Phone(&'a str),
    /// Millionths of a degree.
    Location {
        latitude_e6: i32,
        longitude_e6: i32,
    },
    /// `kind`: the Bot API's field name.
    File {
        kind: &'a str,
        id: &'a str,
        name: Option<&'a str>,
        bytes: Option<i64>,
    },
    /// A sticker, a poll: something that no step takes.
    Other,
}

/// The data of an inline button: `f:<first 8 of the version>:<step>:<choice>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press<'a> {
    pub version: &'a str,
    pub step: &'a str,
    pub choice: usize,
}

/// What a call made of the run.
#[derive(Debug)]
pub struct Outcome {
    /// The one message to send, if any.
    pub say: Option<Say>,
    /// The run from now on; `None` when it is over. Its `due` is the only timer that may stand.
    pub run: Option<FlowRun>,
    /// All answers, when the last step was answered.
    pub finished: Option<Answers>,
    /// What the owner has to do, in order.
    pub calls: Vec<Call>,
    pub verdict: Verdict,
}

/// Names and values, in the order in which the file first names them; only those that were given.
pub type Answers = Vec<(Arc<str>, String)>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The question was asked: at the start, or again.
    Asked,
    /// `chosen` is the label of the choice taken, to be shown where the buttons were.
    Accepted {
        chosen: Option<String>,
    },
    /// Nothing was taken; `say` explains.
    NotAccepted,
    /// Nothing was taken, since the answers together would pass [`ANSWERS_MAX_BYTES`].
    TooLong,
    /// A button of another step, version or flow: to be answered with a polite notice.
    Stale,
    Reminded,
    Abandoned,
    /// A timer that no longer stands; nothing changed.
    Early,
}

/// A message to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// Telegram HTML.
    pub text: String,
    pub keyboard: Keyboard,
}

/// Buttons, in words that every messenger has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keyboard {
    None,
    /// Closes a reply keyboard that is still open.
    Remove,
    Reply {
        rows: Vec<Vec<ReplyButton>>,
        one_time: bool,
    },
    Inline {
        rows: Vec<Vec<Button>>,
    },
}

/// A button that says its label, or shares something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyButton {
    Text(String),
    Contact(String),
    Location(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    /// At most 64 bytes.
    pub data: String,
}

/// Every flow that is on offer, and the older versions that conversations still run.
#[derive(Debug, Default)]
pub struct Flows {
    /// By name, the versions that are known.
    versions: HashMap<Arc<str>, Vec<Arc<Flow>>>,
    /// What the files hold now, in the order of their names.
    current: Vec<Arc<Flow>>,
    commands: HashMap<String, usize>,
    /// Payload prefixes, the longest first.
    starts: Vec<(String, usize)>,
    /// Flows bound to text, those with a pattern first.
    texts: Vec<usize>,
}

impl Flow {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that it was read from.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The first 16 hex digits of the source's SHA-256.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The file as it was, to be stored for the runs that outlive it.
    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// The ids of its steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| &*step.id)
    }

    /// The names that answers can have: the columns of an export.
    pub fn answer_names(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| &*slot.name)
    }
}
