//! Inline buttons from the person's side: pressing, and waiting for the bot's answer.
//! It must not know HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::acting::ActError;
use crate::state::{Asked, Place, Query};
use crate::world::{Turn, World};

/// How long a client shows that a button is working.
const PRESS_WAIT: Duration = Duration::from_secs(15);

/// What a pressed button brought.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Pressed {
    /// Whether the bot answered the callback query in time.
    pub answered: bool,
    /// The toast or alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether it is an alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_alert: Option<bool>,
    /// The address to open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl World {
    /// Presses an inline button and waits for the bot's answer, at most 15 s.
    pub async fn press(
        &self,
        person: i64,
        bot: i64,
        message_id: i64,
        data: &str,
    ) -> Result<Pressed, ActError> {
        let answer = self.press_start(person, bot, message_id, data)?;
        let answer = match tokio::time::timeout(PRESS_WAIT, answer).await {
            Ok(Ok(answer)) => answer,
            _ => return Ok(Pressed::default()),
        };
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        Ok(Pressed {
            answered: true,
            text: text("text"),
            show_alert: answer["show_alert"].as_bool(),
            url: text("url"),
        })
    }

    /// Presses an inline button without waiting for the answer.
    pub(crate) fn press_start(
        &self,
        person: i64,
        bot: i64,
        message_id: i64,
        data: &str,
    ) -> Result<oneshot::Receiver<Value>, ActError> {
        self.act(person, bot, |turn, place| {
            let answer = turn.callback(place, person, message_id, data)?;
            turn.state.private_mut(bot, person).repeats.heard();
            Ok(answer)
        })
    }

    /// Presses a bot's button in a shared chat, waiting at most 15 s for the answer.
    pub async fn press_in_chat(
        &self,
        person: i64,
        chat: i64,
        message_id: i64,
        data: &str,
    ) -> Result<Pressed, String> {
        let receiver = { self.turn().callback(Place::Shared(chat), person, message_id, data)? };
        let wait = std::time::Duration::from_secs(15);
        match tokio::time::timeout(wait, receiver).await {
            Ok(Ok(answer)) => Ok(Pressed {
                answered: true,
                text: answer["text"].as_str().map(str::to_owned),
                show_alert: answer["show_alert"].as_bool(),
                url: answer["url"].as_str().map(str::to_owned),
            }),
            _ => Ok(Pressed::default()),
        }
    }
}

impl Turn<'_> {
    /// Sends a callback query to the bot whose button was pressed.
    pub(crate) fn callback(
        &mut self,
        place: Place,
        person: i64,
        message_id: i64,
        data: &str,
    ) -> Result<oneshot::Receiver<Value>, ActError> {
        let history = self.state.history(place).ok_or("no such chat")?;
        let stored = history.find(message_id).ok_or("no such message")?;
        let pressed = stored
            .message
            .get("reply_markup")
            .and_then(|markup| markup["inline_keyboard"].as_array())
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
            .any(|button| button["callback_data"] == data);
        if !pressed {
            return Err("the message has no such button".to_owned());
        }
        let message = stored.value();
        let bot = match place {
            Place::Private { bot, .. } => bot,
            Place::Shared(_) => stored.sender,
        };
        let (sender, receiver) = oneshot::channel();
        let now_ms = self.now_ms;
        let id = self.state.ask(Query {
            asked: Asked::Callback,
            bot,
            at_ms: now_ms,
            place: Some(place),
            waiter: Some(sender),
        });
        let query = json!({
            "id": id,
            "from": self.state.user(person),
            "message": message,
            "chat_instance": format!("{}", (place.chat_id() ^ bot).wrapping_mul(7_919)),
            "data": data,
        });
        self.push_update(bot, "callback_query", &query, place.chat_id());
        Ok(receiver)
    }
}
