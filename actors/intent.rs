//! What the world, or another actor, must be told: stored before it is done. Knows no client library.

use std::collections::BTreeMap;
use std::time::Duration;

use entities::{BotId, Key, Money};
use serde::{Deserialize, Serialize};

use crate::address::{Destination, IntentId};
use crate::document::Document;
use crate::flow::WebhookCall;
use crate::gateway::{GatewayCall, GatewayReply};
use crate::message::Message;
use crate::texts;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Intent {
    /// Another actor is told something; it answers, if at all, by an intent of its own.
    Tell {
        to: Key,
        message: Message,
    },
    Telegram(TelegramCall),
    /// A payment provider is asked; its reply always comes back as a step.
    Gateway(GatewayCall),
    /// A configured webhook is told what somebody answered in a flow.
    Webhook(Box<WebhookCall>),
}

impl Intent {
    /// Whether what came of it returns to the actor as `Input::Result`.
    pub fn wants_report(&self) -> bool {
        match self {
            Self::Tell { .. } => false,
            Self::Telegram(call) => call.report,
            Self::Gateway(_) => true,
            Self::Webhook(call) => call.waits,
        }
    }

    /// Intents of one destination are done in the order of their commit.
    pub fn destination(&self) -> Destination {
        match self {
            Self::Tell { to, .. } => Destination::Actor(to.clone()),
            Self::Telegram(call) => match &call.method {
                Method::AnswerCallback { query, .. }
                | Method::AnswerPreCheckout { query, .. }
                | Method::AnswerInline { query, .. } => {
                    Destination::Query(call.bot.clone(), query.clone())
                }
                _ => Destination::Chat(call.bot.clone(), call.chat),
            },
            Self::Gateway(call) => Destination::Payment(call.payment.clone()),
            Self::Webhook(call) => {
                Destination::Webhook(call.webhook.clone(), call.customer.clone())
            }
        }
    }
}

/// One call of the Bot API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TelegramCall {
    pub bot: BotId,
    /// The chat's id; 0 for the answer to a query.
    pub chat: i64,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Lane::is_answer")]
    pub lane: Lane,
    /// Whether the outcome (a message id, a refusal) must come back as a step.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub report: bool,
}

/// Who waits for whom at the bot's own limit, and what happens to a *maybe sent* message after a crash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Lane {
    /// Money is waiting: `answerPreCheckoutQuery`. Sent again after a crash.
    Money,
    /// Somebody looks at the screen. Sent again after a crash.
    #[default]
    Answer,
    /// Nobody asked, but it matters (an order's state). Sent again after a crash.
    Notice,
    /// Marketing. Not sent again when it may have been sent.
    Bulk,
}

impl Lane {
    /// The usual one is left out of rows.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    fn is_answer(&self) -> bool {
        *self == Self::Answer
    }
}

/// Texts are Telegram HTML; delivery parses, splits and sends them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Method {
    SendText {
        html: String,
        #[serde(default, skip_serializing_if = "Keyboard::is_none")]
        keyboard: Keyboard,
    },
    /// "message is not modified" counts as done.
    EditText {
        message_id: i64,
        html: String,
        keyboard: Keyboard,
    },
    /// The words under a photo.
    EditCaption {
        message_id: i64,
        html: String,
        keyboard: Keyboard,
    },
    /// A file of ours (beside the pictures, by its name) or one that is made for this message.
    SendFile {
        file: Document,
        html: String,
        keyboard: Keyboard,
    },
    EditKeyboard {
        message_id: i64,
        keyboard: Keyboard,
    },
    SendPhoto {
        photo: Photo,
        html: String,
        keyboard: Keyboard,
    },
    DeleteMessage {
        message_id: i64,
    },
    AnswerCallback {
        query: String,
        text: Option<String>,
        alert: bool,
    },
    AnswerPreCheckout {
        query: String,
        error: Option<String>,
    },
    AnswerInline {
        query: String,
        results: serde_json::Value,
        /// Where the next page begins; empty: nowhere.
        next_offset: String,
    },
    SendInvoice {
        title: String,
        description: String,
        payload: String,
        prices: Vec<Price>,
    },
    LeaveChat,
    /// Written when it is sent, from what is kept then, in this language.
    SendReport {
        report: Report,
        lang: String,
    },
}

/// What a report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// Everything about the person whose chat it goes to, for programs.
    PersonJson,
    /// The same, for people.
    PersonPage,
    /// The shop's figures.
    Shop,
    /// One order, for the shop.
    Order { number: String },
}

impl Method {
    /// The same, with every line and label running the way of the language.
    #[must_use]
    pub fn aligned(mut self, lang: &str) -> Self {
        if !texts::is_rtl(lang) {
            return self;
        }
        match &mut self {
            Self::SendText { html, keyboard }
            | Self::EditText { html, keyboard, .. }
            | Self::EditCaption { html, keyboard, .. }
            | Self::SendFile { html, keyboard, .. }
            | Self::SendPhoto { html, keyboard, .. } => {
                *html = texts::aligned(lang, html);
                keyboard.align(lang);
            }
            Self::EditKeyboard { keyboard, .. } => keyboard.align(lang),
            Self::AnswerCallback { text: Some(text), .. } => *text = texts::aligned(lang, text),
            _ => {}
        }
        self
    }
}

impl Keyboard {
    /// Labels of reply keyboards come back as texts, letter by letter: they stay as they are.
    fn align(&mut self, lang: &str) {
        let Self::Inline(rows) = self else {
            return;
        };
        for button in rows.iter_mut().flatten() {
            let (Button::Press { label, .. }
            | Button::Link { label, .. }
            | Button::Copy { label, .. }
            | Button::Share { label, .. }
            | Button::Pay { label }) = button;
            *label = texts::aligned(lang, label);
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    pub label: String,
    pub amount: Money,
}

/// A picture: one of ours (by its name; delivery uploads it once and remembers the file id), or Telegram's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Photo {
    Ours(String),
    FileId(String),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Keyboard {
    /// Leaves what is there.
    #[default]
    None,
    /// Takes a reply keyboard away.
    Remove,
    Reply {
        rows: Vec<Vec<ReplyButton>>,
        one_time: bool,
    },
    /// A reply keyboard that shares the customer's own phone number, and other answers below.
    Contact {
        share: String,
        others: Vec<String>,
    },
    Inline(Vec<Vec<Button>>),
}

/// A button of a reply keyboard: its label is said, or with it something is shared. A stored text is a text, as all of
/// them were once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ReplyButton {
    Text(String),
    Contact { contact: String },
    Location { location: String },
}

impl Keyboard {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// An inline button.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Button {
    /// `data`: 1 to 64 bytes, given back when pressed.
    Press {
        label: String,
        data: String,
    },
    Link {
        label: String,
        url: String,
    },
    /// Copies the text (1 to 256 characters).
    Copy {
        label: String,
        text: String,
    },
    Pay {
        label: String,
    },
    /// Lets the customer choose a chat and puts `@bot query` into it.
    Share {
        label: String,
        query: String,
    },
}

/// What came of an intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    Sent {
        message_id: i64,
    },
    Done,
    /// Definitely not done, and trying again would not help. `unreachable`: the customer blocked the bot or is gone.
    Refused {
        reason: String,
        unreachable: bool,
    },
    Gateway(GatewayReply),
    /// What a webhook wants to set, by name.
    Replied {
        answers: BTreeMap<String, serde_json::Value>,
    },
    /// Given up after the configured attempts; a person owns it now. Whether it was done is not known.
    Stuck {
        reason: String,
    },
}

/// What a courier says of one attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum CourierReport {
    Finished(Outcome),
    /// Told to wait (429): does not count as an attempt.
    Throttled {
        retry_after: Duration,
    },
    /// Counts as an attempt; tried again with back-off.
    Failed {
        reason: String,
    },
    /// Nothing of the destination's bot or gateway can go on until somebody acts (a revoked token); does not count.
    Closed {
        reason: String,
    },
}

/// Carries intents into the world. Implemented by the delivery edge; called in parallel for different destinations,
/// one at a time for one.
#[async_trait::async_trait]
pub trait Courier: Send + Sync + 'static {
    /// Does it, under a time-out of its own. `maybe_done`: an earlier attempt may have succeeded (a crash, a time-out).
    async fn carry(&self, id: IntentId, intent: &Intent, maybe_done: bool) -> CourierReport;

    /// Whether a send to this chat may go out at once in a webhook's response; takes a token of the bot's and chat's
    /// limits when it says yes.
    fn claim_inline(&self, call: &TelegramCall) -> bool;
}
