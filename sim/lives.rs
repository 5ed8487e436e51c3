//! Channels that live by themselves: it makes them with a past, and plays their posts, edits,
//! deletions and growth as the world's clock goes. It must not know MTProto.

use std::collections::BTreeMap;

use rand::RngExt;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::changes::Change;
use crate::chats::{Chat, ChatKind, Member, Standing, full_rights};
use crate::joining;
use crate::ledger::Ledger;
use crate::life::text::Language;
use crate::life::{DAY_S, Life, Plan, Planned, Written};
use crate::messages::{Draft, Sender};
use crate::people::Fields;
use crate::state::Place;
use crate::world::{Turn, World};

/// The longest nap between two looks, world milliseconds.
const LOOK_EVERY_MS: i64 = 30_000;
/// How often views are told, real time.
const GROW_EVERY: std::time::Duration = std::time::Duration::from_secs(5);
/// Posts that are this young grow visibly, seconds.
const YOUNG_S: i64 = 2 * DAY_S;
/// Young posts told of at once, per channel.
const YOUNG_MAX: usize = 20;
/// Most days of past that a new channel may have.
const PAST_MAX_DAYS: i64 = 4000;

/// A channel to be made with a past.
#[derive(Clone, Debug, Deserialize)]
pub struct NewLife {
    /// Its title.
    pub title: String,
    /// Public name without the `@`; without one it is private.
    #[serde(default)]
    pub username: Option<String>,
    /// The person who owns it.
    pub owner: i64,
    /// Bots that are administrators, and get its posts.
    #[serde(default)]
    pub admin_bots: Vec<i64>,
    /// Days that it exists already.
    #[serde(default = "half_a_year")]
    pub past_days: i64,
    /// Subscribers on its first day.
    #[serde(default = "some_thousands")]
    pub subscribers: i64,
    /// Posts of an ordinary day.
    #[serde(default = "some_posts")]
    pub posts_per_day: f64,
    /// What it writes in.
    #[serde(default)]
    pub language: Language,
    /// Channels whose posts it forwards.
    #[serde(default)]
    pub friends: Vec<i64>,
    /// The username of a bot that some posts link to, with `start=post_…`.
    #[serde(default)]
    pub bot: Option<String>,
    /// What its life follows from; drawn from the world's seed when absent.
    #[serde(default)]
    pub seed: Option<u64>,
}

fn half_a_year() -> i64 {
    182
}

fn some_thousands() -> i64 {
    4000
}

fn some_posts() -> f64 {
    3.0
}

impl NewLife {
    /// A channel with half a year behind it.
    pub fn of(title: &str, username: &str, owner: i64) -> Self {
        Self {
            title: title.to_owned(),
            username: Some(username.to_owned()),
            owner,
            admin_bots: Vec::new(),
            past_days: half_a_year(),
            subscribers: some_thousands(),
            posts_per_day: some_posts(),
            language: Language::default(),
            friends: Vec::new(),
            bot: None,
            seed: None,
        }
    }
}

impl World {
    /// Makes a channel with a past, which lives on by itself; returns its id.
    pub fn add_life(&self, new: NewLife) -> Result<i64, String> {
        if !(0..=PAST_MAX_DAYS).contains(&new.past_days) {
            return Err(format!("past_days is not within 0 and {PAST_MAX_DAYS}"));
        }
        if !(0.0..=10_000.0).contains(&new.posts_per_day) || new.subscribers < 1 {
            return Err("posts_per_day or subscribers is out of range".to_owned());
        }
        let mut turn = self.turn();
        if !turn.state.people.contains_key(&new.owner) {
            return Err(format!("person {} not found", new.owner));
        }
        let taken = new.username.as_ref().map(|name| name.to_lowercase());
        if taken.as_ref().is_some_and(|name| turn.state.usernames.contains_key(name)) {
            return Err("the username is taken".to_owned());
        }
        let now_s = turn.now_s();
        let seed = new.seed.unwrap_or_else(|| turn.state.rng.random());
        let plan = Plan {
            seed,
            born_s: now_s - new.past_days * DAY_S,
            language: new.language,
            subscribers: new.subscribers,
            posts_per_day: new.posts_per_day,
            friends: new.friends,
            bot: new.bot,
        };
        let life = Life::until(plan, now_s);
        let id = -1_000_000_000_000 - (turn.state.take_group_number() - 2_000_000_000);
        let mut chat = Chat::new(id, ChatKind::Channel, &new.title, turn.state.cap);
        let past = i64::try_from(life.past_count()).unwrap_or(i64::MAX);
        chat.history.begin_at(past + 1);
        chat.ledger = Ledger::at(i32::try_from(past + 1).unwrap_or(i32::MAX / 2));
        chat.born_s = life.plan.born_s;
        chat.life = Some(Box::new(life));
        chat.members.insert(new.owner, Member::new(Standing::Owner, false));
        if let Some(name) = taken {
            turn.state.usernames.insert(name, id);
            chat.username = new.username;
        }
        turn.state.chats.insert(id, chat);
        for bot in new.admin_bots {
            let rights = Standing::Administrator(full_rights());
            turn.set_standing(id, bot, joining::Change::new(rights, new.owner));
        }
        drop(turn);
        self.tell_all(json!({"type": "chats"}));
        Ok(id)
    }

    /// A person follows the link to a bot in a channel's post, and presses Start there; returns the
    /// id of the message that the bot gets.
    pub fn follow_post(&self, person: i64, chat: i64, post: i64) -> Result<i64, String> {
        let (bot, payload) = {
            let turn = self.turn();
            let url = turn.link_in_post(chat, post).ok_or("the post has no link to a bot")?;
            let (name, payload) = url.split_once("?start=").ok_or("the link starts no bot")?;
            let bot = turn.state.usernames.get(&name.to_lowercase());
            (*bot.ok_or("there is no such bot")?, payload.to_owned())
        };
        self.start(person, bot, Some(&payload))
    }
}

impl Turn<'_> {
    /// What follows `t.me/` in a post's first link with a start parameter.
    fn link_in_post(&self, chat: i64, post: i64) -> Option<String> {
        let found = self.state.chats.get(&chat)?;
        let of_bot = |url: &str| {
            let rest = url.split_once("t.me/").map(|(_, rest)| rest.to_owned());
            rest.filter(|rest| rest.contains("?start="))
        };
        if let Some(stored) = found.history.find(post) {
            let entities = ["entities", "caption_entities"];
            let all = entities.iter().filter_map(|name| stored.message.get(*name)?.as_array());
            let mut urls = all.flatten().filter_map(|entity| entity["url"].as_str());
            return urls.find_map(of_bot);
        }
        let life = found.life.as_ref()?;
        let written = life.written(life.past(post)?, false);
        written.marks.iter().filter_map(|mark| mark.url.as_deref()).find_map(of_bot)
    }
}

/// Something that a life does at an instant.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Edit(Planned),
    Delete,
}

/// What is still to happen to posts, by time, chat and id.
type Agenda = BTreeMap<(i64, i64, i64), Deed>;

/// Plays all lives for as long as the world runs.
pub(crate) async fn live(world: World) {
    let mut moves = world.clock().moves();
    let mut agenda = Agenda::new();
    let mut grow = tokio::time::interval(GROW_EVERY);
    grow.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        while world.turn().live_on(&mut agenda) {
            tokio::task::yield_now().await; // a long jump is many posts
        }
        let next = world.turn().next_deed_ms(&agenda);
        tokio::select! {
            () = world.clock().sleep_until(next) => {}
            _ = grow.tick() => world.turn().grow(),
            told = moves.changed() => {
                if told.is_err() { return; }
            }
        }
    }
}

impl Turn<'_> {
    /// When to look again.
    fn next_deed_ms(&mut self, agenda: &Agenda) -> i64 {
        let mut next_s = agenda.keys().next().map_or(i64::MAX / 1000, |(at_s, _, _)| *at_s);
        for chat in self.state.chats.values_mut() {
            let Some(life) = &mut chat.life else { continue };
            next_s = life.upcoming().map_or(next_s, |post| next_s.min(post.at_s));
        }
        (next_s * 1000).min(self.now_ms + LOOK_EVERY_MS)
    }

    /// Plays the next thing that is due; whether there was one.
    fn live_on(&mut self, agenda: &mut Agenda) -> bool {
        let now_s = self.now_s();
        let mut next: Option<(i64, Planned)> = None;
        for (id, chat) in &mut self.state.chats {
            let Some(life) = &mut chat.life else { continue };
            let post = life.upcoming().filter(|post| post.at_s <= now_s);
            if let Some(post) = post
                && next.is_none_or(|(other, known)| (post.at_s, *id) < (known.at_s, other))
            {
                next = Some((*id, post));
            }
        }
        let due = agenda.keys().next().copied().filter(|(at_s, _, _)| *at_s <= now_s);
        let due = due.filter(|(at_s, _, _)| next.is_none_or(|(_, post)| *at_s <= post.at_s));
        // Everything bears the date at which it was due, however far the clock has jumped.
        let real_now_ms = self.now_ms;
        let played = match (due, next) {
            (Some(key), _) => {
                self.now_ms = key.0 * 1000;
                if let Some(deed) = agenda.remove(&key) {
                    self.play(key.1, key.2, deed);
                }
                true
            }
            (None, Some((chat, post))) => {
                self.now_ms = post.at_s * 1000;
                self.post_planned(chat, post, agenda);
                true
            }
            (None, None) => false,
        };
        self.now_ms = real_now_ms;
        played
    }

    fn post_planned(&mut self, chat: i64, post: Planned, agenda: &mut Agenda) {
        let Some(found) = self.state.chats.get_mut(&chat) else { return };
        let owner = found.members.iter().find(|(_, member)| member.standing == Standing::Owner);
        let owner = owner.map_or(0, |(id, _)| *id);
        let Some(life) = &mut found.life else { return };
        life.lived(post);
        let friends = life.plan.friends.clone();
        let written = life.written(post, false);
        let friend = usize::try_from(post.seed >> 40).unwrap_or(0) % friends.len().max(1);
        let forwarded = friends.get(friend).filter(|_| post.is_forward());
        let fields = forwarded.and_then(|friend| self.forwarded_from(*friend));
        let fields = fields.unwrap_or_else(|| text_of(&written));
        let place = Place::Shared(chat);
        let draft = Draft { fields, ..Draft::default() };
        let sent = self.post(place, Sender::Person(owner), draft);
        let id = crate::acting::id_of(&sent);
        if let Some(at_s) = post.edited_s() {
            agenda.insert((at_s, chat, id), Deed::Edit(post));
        }
        if let Some(at_s) = post.deleted_s() {
            agenda.insert((at_s, chat, id), Deed::Delete);
        }
    }

    /// The newest text of another channel, as a forward.
    fn forwarded_from(&self, friend: i64) -> Option<Fields> {
        let found = self.state.chats.get(&friend)?;
        let newest = found.history.page(None, 1).into_iter().next()?;
        let mut fields = Fields::new();
        for name in ["text", "entities"] {
            if let Some(value) = newest.message.get(name) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        let origin = match newest.message.get("forward_origin") {
            Some(origin) => origin.clone(),
            None => json!({"type": "channel", "chat": found.json(), "message_id": newest.id,
                "date": newest.message["date"]}),
        };
        fields.contains_key("text").then_some(())?;
        fields.insert("forward_origin".to_owned(), origin);
        Some(fields)
    }

    fn play(&mut self, chat: i64, id: i64, deed: Deed) {
        let place = Place::Shared(chat);
        match deed {
            Deed::Delete => {
                self.remove(place, id);
            }
            Deed::Edit(post) => {
                let life = self.state.chats.get(&chat).and_then(|chat| chat.life.as_ref());
                let Some(written) = life.map(|life| life.written(post, true)) else { return };
                let fields = text_of(&written);
                let is_own = |stored: &crate::history::Stored| {
                    !stored.message.contains_key("forward_origin")
                };
                let own =
                    self.state.history(place).and_then(|all| all.find(id)).is_some_and(is_own);
                if let Some(message) = own
                    .then(|| self.change(place, id, true, |one| one.edit().extend(fields)))
                    .flatten()
                {
                    let kind = self.kind_of_message(place, true);
                    self.spread(place, Sender::Person(0), kind, &message);
                }
            }
        }
    }

    /// Tells that the young posts of living channels were seen more often.
    fn grow(&mut self) {
        let now_s = self.now_s();
        let mut grown = Vec::new();
        for (chat, found) in &mut self.state.chats {
            if let Some(life) = &mut found.life {
                life.know(now_s);
            }
            let newest = found.history.page(None, YOUNG_MAX).into_iter();
            let young = newest.filter(|stored| {
                let date = stored.message.get("date").and_then(Value::as_i64);
                date.is_some_and(|date| now_s - date < YOUNG_S)
            });
            let posts: Vec<i64> = young.map(|stored| stored.id).collect();
            if found.kind == ChatKind::Channel && !posts.is_empty() {
                grown.push(Change::Grown { chat: *chat, posts });
            }
        }
        for change in grown {
            self.world.0.changes.tell(change);
        }
    }
}

/// A text as the Bot API's fields of a message.
fn text_of(written: &Written) -> Fields {
    let entities = written.marks.iter().map(|mark| {
        let mut entity = json!({"type": mark.kind, "offset": mark.offset, "length": mark.length});
        if let Some(url) = &mark.url {
            entity["url"] = json!(url);
        }
        entity
    });
    let mut fields = Fields::new();
    fields.insert("text".to_owned(), json!(written.text));
    fields.insert("entities".to_owned(), entities.collect());
    fields
}

#[cfg(test)]
mod tests;
