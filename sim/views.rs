//! What a person sees: the chat with a bot, and the world as a whole. It must not know HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use crate::history::Stored;
use crate::state::Place;
use crate::world::World;

impl World {
    /// The state of the world for the chat page.
    pub fn overview(&self) -> Value {
        let mut view = {
            let turn = self.turn();
            let mut bots: Vec<_> = turn.state.bots.values().collect();
            bots.sort_by_key(|bot| bot.id);
            let bots: Vec<Value> = bots
                .into_iter()
                .map(|bot| {
                    json!({"id": bot.id, "username": bot.username, "first_name": bot.first_name,
                        "inline": bot.inline, "commands": bot.commands_for(0, "en")})
                })
                .collect();
            json!({"bots": bots, "counters": turn.state.counters, "hints": turn.state.hints})
        };
        view["people"] = json!(self.people());
        view["clock"] = json!({"now_ms": self.clock().now_ms(),
            "offset_ms": self.clock().offset_ms()});
        view["chats"] = json!(self.chats());
        view
    }

    /// A private chat as its person sees it, the newest message last.
    pub fn chat(
        &self,
        person: i64,
        bot: i64,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Value, String> {
        let mut turn = self.turn();
        let language =
            turn.state.people.get(&person).ok_or("person not found")?.language_code.clone();
        let found = turn.state.bots.get(&bot).ok_or("bot not found")?;
        let commands = found.commands_for(person, &language);
        let default_button = found.menu_button.clone();
        let description = found.texts.get(&("description", String::new())).cloned();
        let now_ms = turn.now_ms;
        let Some(private) = turn.state.privates.get_mut(&(bot, person)) else {
            return Ok(json!({"messages": [], "reply_keyboard": null, "commands": commands,
                "blocked": false, "typing": false, "description": description}));
        };
        let last = private.history.last_id();
        if before.is_none()
            && let Some(stored) = private.history.find_mut(last).filter(|one| !one.marks.out)
        {
            stored.marks.read = true;
        }
        let messages: Vec<Value> =
            private.history.page(before, limit).into_iter().map(Stored::view).collect();
        let button = private.menu_button.clone().or(default_button);
        Ok(json!({
            "messages": messages, "reply_keyboard": private.keyboard, "commands": commands,
            "blocked": private.blocked, "typing": private.typing_until_ms > now_ms,
            "menu_button": button, "pinned": private.pinned.last(), "description": description,
        }))
    }

    /// The messages of a private chat, newest last, as Bot API objects with `x`.
    pub fn messages(&self, person: i64, bot: i64) -> Vec<Value> {
        let turn = self.turn();
        let history = turn.state.history(Place::Private { bot, person });
        history.map_or_else(Vec::new, |history| {
            history.page(None, usize::MAX).into_iter().map(Stored::view).collect()
        })
    }

    /// The texts and captions that the bot sent, in order.
    pub fn bot_texts(&self, person: i64, bot: i64) -> Vec<String> {
        let messages = self.messages(person, bot);
        messages.iter().filter(|one| one["x"]["out"] == false).filter_map(text_of).collect()
    }

    /// Waits until a message of the bot fits and returns the newest that does.
    pub async fn wait_for(
        &self,
        person: i64,
        bot: i64,
        within: Duration,
        fits: impl Fn(&Value) -> bool,
    ) -> Result<Value, String> {
        let mut events = self.0.events.watch();
        let deadline = tokio::time::Instant::now() + within;
        loop {
            let messages = self.messages(person, bot);
            let found =
                messages.iter().rev().find(|message| message["x"]["out"] == false && fits(message));
            if let Some(message) = found {
                return Ok(message.clone());
            }
            let heard = tokio::time::timeout_at(deadline, events.recv()).await;
            if heard.is_err() {
                let said: Vec<String> = messages.iter().filter_map(text_of).collect();
                return Err(format!("nothing fits within {within:?}; the chat says {said:?}"));
            }
        }
    }

    /// Waits for a message of the bot that contains a text.
    pub async fn wait_for_text(
        &self,
        person: i64,
        bot: i64,
        text: &str,
        within: Duration,
    ) -> Result<Value, String> {
        let contains = |message: &Value| text_of(message).is_some_and(|said| said.contains(text));
        self.wait_for(person, bot, within, contains).await
    }

    /// Updates that the bot has not confirmed.
    pub fn pending_updates(&self, bot: i64) -> usize {
        let mut turn = self.turn();
        let now_ms = turn.now_ms;
        turn.queue(bot).map_or(0, |queue| {
            queue.purge(now_ms);
            queue.len()
        })
    }
}

/// The text or caption of a message.
pub fn text_of(message: &Value) -> Option<String> {
    let text = message["text"].as_str().or_else(|| message["caption"].as_str());
    text.map(str::to_owned)
}

/// The callback data of the button with this label, if the message has one.
pub fn button_data(message: &Value, label: &str) -> Option<String> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array()?;
    let buttons = rows.iter().filter_map(Value::as_array).flatten();
    let mut fitting =
        buttons.filter(|button| button["text"].as_str().is_some_and(|text| text.contains(label)));
    fitting.next()?["callback_data"].as_str().map(str::to_owned)
}
