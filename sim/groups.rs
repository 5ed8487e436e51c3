//! What happens in groups and channels: who enters and leaves, what people write there, migration.
//! It must not know HTTP.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::acting::{id_of, text_fields};
use crate::chats::{Chat, ChatKind, Member, Standing, full_rights};
use crate::joining::Change;
use crate::messages::{Draft, Sender};
use crate::people::Fields;
use crate::state::Place;
use crate::world::World;

/// What a new shared chat is.
#[derive(Clone, Debug, Deserialize)]
pub struct NewChat {
    /// Group, supergroup or channel.
    pub kind: ChatKind,
    /// Its title.
    pub title: String,
    /// Public name without the `@`.
    #[serde(default)]
    pub username: Option<String>,
    /// Whether it has topics.
    #[serde(default)]
    pub is_forum: bool,
    /// Whether people have to ask to join.
    #[serde(default)]
    pub by_request: bool,
    /// The person who owns it.
    pub owner: i64,
    /// Further people.
    #[serde(default)]
    pub members: Vec<i64>,
    /// Bots that are administrators.
    #[serde(default)]
    pub admin_bots: Vec<i64>,
    /// Bots that are ordinary members.
    #[serde(default)]
    pub bots: Vec<i64>,
}

impl NewChat {
    /// A chat with an owner and one administrating bot.
    pub fn of(kind: ChatKind, title: &str, owner: i64, bot: i64) -> Self {
        Self {
            kind,
            title: title.to_owned(),
            username: None,
            is_forum: false,
            by_request: false,
            owner,
            members: Vec::new(),
            admin_bots: vec![bot],
            bots: Vec::new(),
        }
    }
}

impl World {
    /// Makes a shared chat and returns its id; its bots are told with `my_chat_member`.
    pub fn add_chat(&self, new: NewChat) -> Result<i64, String> {
        let mut turn = self.turn();
        if !turn.state.people.contains_key(&new.owner) {
            return Err(format!("person {} not found", new.owner));
        }
        let number = turn.state.take_group_number();
        let id = chat_id(new.kind, number);
        let mut chat = Chat::new(id, new.kind, &new.title, turn.state.cap);
        chat.is_forum = new.is_forum && new.kind == ChatKind::Supergroup;
        chat.by_request = new.by_request;
        chat.born_s = turn.now_s();
        chat.members.insert(new.owner, Member::new(Standing::Owner, false));
        if let Some(name) = new.username.filter(|_| new.kind != ChatKind::Group) {
            turn.state.usernames.insert(name.to_lowercase(), id);
            chat.username = Some(name);
        }
        turn.state.chats.insert(id, chat);
        for person in new.members {
            turn.set_standing(id, person, Change::new(Standing::Member, new.owner));
        }
        for bot in new.bots {
            turn.set_standing(id, bot, Change::new(Standing::Member, new.owner));
        }
        for bot in new.admin_bots {
            let rights = Standing::Administrator(full_rights());
            turn.set_standing(id, bot, Change::new(rights, new.owner));
        }
        drop(turn);
        self.tell_all(json!({"type": "chats"}));
        Ok(id)
    }

    /// A person writes in a shared chat; in a channel only administrators can.
    pub fn send_in_chat(
        &self,
        person: i64,
        chat: i64,
        text: &str,
        thread: Option<i64>,
    ) -> Result<i64, String> {
        let draft = Draft { fields: text_fields(text)?, thread, ..Draft::default() };
        self.post_in_chat(person, chat, draft)
    }

    /// A person answers a message of a shared chat, in its topic.
    pub fn reply_in_chat(
        &self,
        person: i64,
        chat: i64,
        text: &str,
        reply_to: i64,
    ) -> Result<i64, String> {
        let thread = {
            let turn = self.turn();
            let history = turn.state.history(Place::Shared(chat));
            let stored = history.and_then(|all| all.find(reply_to)).ok_or("no such message")?;
            stored.message.get("message_thread_id").and_then(Value::as_i64)
        };
        let draft = Draft {
            fields: text_fields(text)?,
            reply_to: Some(reply_to),
            thread,
            ..Draft::default()
        };
        self.post_in_chat(person, chat, draft)
    }

    /// A person sends any content in a shared chat, as Bot API fields of a message.
    pub fn send_fields_in_chat(
        &self,
        person: i64,
        chat: i64,
        fields: Fields,
    ) -> Result<i64, String> {
        let draft = Draft { fields, ..Draft::default() };
        self.post_in_chat(person, chat, draft)
    }

    fn post_in_chat(&self, person: i64, chat: i64, draft: Draft) -> Result<i64, String> {
        let mut turn = self.turn();
        let found = turn.state.chats.get(&chat).ok_or("no such chat")?;
        if found.migrated_to.is_some() {
            return Err("the group was upgraded to a supergroup".to_owned());
        }
        let member = found.members.get(&person).filter(|member| member.present());
        let member = member.ok_or("the person is not in the chat")?;
        let silenced = matches!(&member.standing, Standing::Restricted(left, _)
            if left.get("can_send_messages") == Some(&json!(false)));
        if silenced || (found.kind == ChatKind::Channel && !member.may("can_post_messages")) {
            return Err("the person may not write here".to_owned());
        }
        let place = Place::Shared(chat);
        Ok(id_of(&turn.post(place, Sender::Person(person), draft)))
    }

    /// Sets or takes back a person's reaction in a shared chat.
    pub fn react_in_chat(
        &self,
        person: i64,
        chat: i64,
        message_id: i64,
        emoji: &str,
    ) -> Result<(), String> {
        self.turn().react(Place::Shared(chat), person, message_id, emoji)
    }

    /// Upgrades a group; returns the supergroup's id.
    pub fn migrate(&self, chat: i64) -> Result<i64, String> {
        let mut turn = self.turn();
        let cap = turn.state.cap;
        let number = turn.state.take_group_number();
        let new_id = chat_id(ChatKind::Supergroup, number);
        let old = turn.state.chats.get_mut(&chat).ok_or("no such chat")?;
        if old.kind != ChatKind::Group || old.migrated_to.is_some() {
            return Err("only a basic group can be upgraded".to_owned());
        }
        let owner = old
            .members
            .iter()
            .find(|(_, member)| member.standing == Standing::Owner)
            .map_or(0, |(id, _)| *id);
        let mut new = Chat::new(new_id, ChatKind::Supergroup, &old.title, cap);
        new.members.clone_from(&old.members);
        new.permissions.clone_from(&old.permissions);
        new.description.clone_from(&old.description);
        turn.state.chats.insert(new_id, new);
        let leaving = Draft::of("migrate_to_chat_id", json!(new_id));
        turn.post(Place::Shared(chat), Sender::Person(owner), leaving);
        if let Some(old) = turn.state.chats.get_mut(&chat) {
            old.migrated_to = Some(new_id);
        }
        let entering = Draft::of("migrate_from_chat_id", json!(chat));
        turn.post(Place::Shared(new_id), Sender::Person(owner), entering);
        Ok(new_id)
    }

    /// A shared chat with its members, as the control API shows it.
    pub fn chat_view(&self, chat: i64) -> Option<Value> {
        let turn = self.turn();
        let found = turn.state.chats.get(&chat)?;
        let mut view = found.json();
        let members = found.members.iter();
        let members =
            members.map(|(id, member)| member.json(turn.state.user(*id).unwrap_or_default()));
        view["members"] = members.collect();
        view["messages"] = found.history.page(None, 100).iter().map(|one| one.view()).collect();
        view["join_requests"] = found.requests.keys().map(|id| json!(id)).collect();
        let topics = found.topics.iter().map(|(id, topic)| {
            json!({"message_thread_id": id, "name": topic.name, "closed": topic.closed})
        });
        view["topics"] = topics.collect();
        view["migrated_to"] = json!(found.migrated_to);
        Some(view)
    }

    /// All shared chats, without members.
    pub fn chats(&self) -> Vec<Value> {
        let turn = self.turn();
        let mut ids: Vec<&i64> = turn.state.chats.keys().collect();
        ids.sort();
        ids.iter().filter_map(|id| turn.state.chats.get(id)).map(Chat::json).collect()
    }
}

fn chat_id(kind: ChatKind, number: i64) -> i64 {
    match kind {
        ChatKind::Group => -number,
        ChatKind::Supergroup | ChatKind::Channel => -1_000_000_000_000 - (number - 2_000_000_000),
    }
}
