//! Inline mode from the person's side: asking a bot for results and sending one. It must not know
//! HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::acting::id_of;
use crate::messages::{Draft, Sender};
use crate::people::Fields;
use crate::state::{Asked, Place, Query};
use crate::world::World;

/// How long a client waits for results.
const RESULTS_WAIT: Duration = Duration::from_secs(10);
/// Messages that can still be edited by their inline id.
const INLINE_KEPT: usize = 10_000;

impl World {
    /// Asks a bot in inline mode; the results as the bot gave them.
    pub async fn ask_inline(
        &self,
        person: i64,
        bot: i64,
        query: &str,
        offset: &str,
    ) -> Result<Value, String> {
        let receiver = {
            let mut turn = self.turn();
            let user = turn.state.people.get(&person).ok_or("person not found")?.user();
            let found = turn.state.bots.get(&bot).ok_or("bot not found")?;
            if !found.inline {
                return Err("inline mode is off for this bot".to_owned());
            }
            let (sender, receiver) = oneshot::channel();
            let at_ms = turn.now_ms;
            let id = turn.state.ask(Query {
                asked: Asked::Inline,
                bot,
                at_ms,
                place: None,
                waiter: Some(sender),
            });
            let update = json!({"id": id, "from": user, "query": query, "offset": offset,
                "chat_type": "sender"});
            turn.push_update(bot, "inline_query", &update, person);
            receiver
        };
        let answer = match tokio::time::timeout(RESULTS_WAIT, receiver).await {
            Ok(Ok(answer)) => answer,
            _ => return Err("the bot did not answer".to_owned()),
        };
        let results = answer["results"].clone();
        self.turn().state.offers.insert((person, bot), (query.to_owned(), results));
        let mut shown = answer;
        for result in shown["results"].as_array_mut().into_iter().flatten() {
            if let Some(result) = result.as_object_mut() {
                result.remove("x_message");
            }
        }
        Ok(shown)
    }

    /// Sends one of the results that the bot offered last, into the chat with the bot.
    pub fn choose_inline(&self, person: i64, bot: i64, result_id: &str) -> Result<i64, String> {
        let mut turn = self.turn();
        let (query, results) = turn.state.offers.get(&(person, bot)).ok_or("no results")?;
        let query = query.clone();
        let result = results
            .as_array()
            .into_iter()
            .flatten()
            .find(|result| result["id"] == result_id)
            .ok_or("no such result")?
            .clone();
        let mut fields: Fields = result["x_message"].as_object().cloned().unwrap_or_default();
        fields.insert("via_bot".to_owned(), turn.state.user(bot).unwrap_or_default());
        let markup = result.get("reply_markup").filter(|markup| markup.is_object()).cloned();
        if let Some(markup) = &markup {
            fields.insert("reply_markup".to_owned(), markup.clone());
        }
        let place = Place::Private { bot, person };
        turn.state.private_mut(bot, person);
        let draft = Draft { fields, ..Draft::default() };
        let id = id_of(&turn.post(place, Sender::Person(person), draft));
        let mut chosen = json!({"result_id": result_id, "from": turn.state.user(person),
            "query": query});
        if markup.is_some() {
            let inline_id = turn.state.random_text(27);
            if turn.state.inline_order.len() >= INLINE_KEPT
                && let Some(oldest) = turn.state.inline_order.pop_front()
            {
                turn.state.inline_messages.remove(&oldest);
            }
            turn.state.inline_order.push_back(inline_id.clone());
            turn.state.inline_messages.insert(inline_id.clone(), (place, id));
            chosen["inline_message_id"] = json!(inline_id);
        }
        turn.push_update(bot, "chosen_inline_result", &chosen, person);
        Ok(id)
    }
}
