//! Polls and votes. It must not know chats.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::state::Place;
use crate::world::{Turn, World};

/// A poll and its votes.
#[derive(Clone, Debug)]
pub(crate) struct Poll {
    pub(crate) bot: i64,
    pub(crate) place: Place,
    pub(crate) message_id: i64,
    /// The Bot API's `Poll` without counts.
    pub(crate) shown: Value,
    /// Votes by person.
    pub(crate) votes: BTreeMap<i64, Vec<usize>>,
}

impl Poll {
    /// Its time is over.
    fn is_over(&self, now_s: i64) -> bool {
        self.shown["close_date"].as_i64().is_some_and(|date| date <= now_s)
    }

    /// The Bot API's `Poll`.
    pub(crate) fn json(&self) -> Value {
        let mut poll = self.shown.clone();
        if let Some(options) = poll["options"].as_array_mut() {
            for (index, option) in options.iter_mut().enumerate() {
                let count = self.votes.values().filter(|vote| vote.contains(&index)).count();
                option["voter_count"] = json!(count);
            }
        }
        poll["total_voter_count"] = json!(self.votes.len());
        poll
    }
}

/// How often it is looked whether a poll's time is over, milliseconds.
const LOOK_MS: i64 = 1_000;

/// Closes polls when their time is over, and tells their bots.
pub(crate) async fn close_in_time(world: World) {
    let mut moves = world.clock().moves();
    loop {
        world.turn().close_polls();
        let next = world.clock().now_ms() + LOOK_MS;
        tokio::select! {
            () = world.clock().sleep_until(next) => {}
            told = moves.changed() => {
                if told.is_err() { return; }
            }
        }
    }
}

impl World {
    /// Votes in a poll; no options take the vote back.
    pub fn vote(&self, person: i64, poll_id: &str, options: &[usize]) -> Result<(), String> {
        let mut turn = self.turn();
        let turn = &mut turn;
        let now_s = turn.now_s();
        let poll = turn.state.polls.get_mut(poll_id).ok_or("no such poll")?;
        if poll.shown["is_closed"] == true || poll.is_over(now_s) {
            return Err("the poll is closed".to_owned());
        }
        let known = poll.shown["options"].as_array().map_or(0, Vec::len);
        if options.iter().any(|index| *index >= known) {
            return Err("no such option".to_owned());
        }
        if options.len() > 1 && poll.shown["allows_multiple_answers"] != true {
            return Err("the poll takes one answer".to_owned());
        }
        if options.is_empty() {
            poll.votes.remove(&person);
        } else {
            poll.votes.insert(person, options.to_vec());
        }
        let poll = poll.clone();
        turn.show_poll(&poll);
        let json = poll.json();
        turn.push_update(poll.bot, "poll", &json, poll.place.chat_id());
        if poll.shown["is_anonymous"] == false {
            let ids: Vec<Value> = options
                .iter()
                .map(|index| poll.shown["options"][*index]["persistent_id"].clone())
                .collect();
            let answer = json!({"poll_id": poll_id, "user": turn.state.user(person),
                "option_ids": options, "option_persistent_ids": ids});
            turn.push_update(poll.bot, "poll_answer", &answer, person);
        }
        Ok(())
    }
}

impl Turn<'_> {
    fn close_polls(&mut self) {
        let now_s = self.now_s();
        let mut closed = Vec::new();
        for poll in self.state.polls.values_mut() {
            if poll.shown["is_closed"] != true && poll.is_over(now_s) {
                poll.shown["is_closed"] = json!(true);
                closed.push(poll.clone());
            }
        }
        for poll in closed {
            self.show_poll(&poll);
            self.push_update(poll.bot, "poll", &poll.json(), poll.place.chat_id());
        }
    }

    /// Puts the poll's present state into its message.
    pub(crate) fn show_poll(&mut self, poll: &Poll) {
        let json = poll.json();
        self.change(poll.place, poll.message_id, false, |stored| {
            stored.edit().insert("poll".to_owned(), json);
        });
    }
}
