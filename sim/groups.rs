//! What happens in groups and channels: who enters and leaves, what people write there, migration.
//! It must not know HTTP.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::acting::{Pressed, id_of, text_fields};
use crate::chats::{Chat, ChatKind, JoinRequest, Member, Standing, full_rights};
use crate::messages::{Draft, Sender};
use crate::people::Fields;
use crate::state::Place;
use crate::world::{Turn, World};

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
        chat.members
            .insert(new.owner, Member::new(Standing::Owner, false));
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

    /// A person enters (through a link, when given); a chat that wants requests gets one.
    pub fn join_chat(&self, person: i64, chat: i64, link: Option<&str>) -> Result<(), String> {
        let mut turn = self.turn();
        let now_s = turn.now_s();
        let found = turn.state.chats.get_mut(&chat).ok_or("no such chat")?;
        let mut used = None;
        let mut by_request = found.by_request;
        if let Some(url) = link {
            let link = found
                .links
                .iter_mut()
                .find(|link| link.url == url)
                .ok_or("no such link")?;
            let expired = link
                .link
                .get("expire_date")
                .and_then(Value::as_i64)
                .is_some_and(|at| at <= now_s);
            let limit = link.link.get("member_limit").and_then(Value::as_i64);
            if link.link["is_revoked"] == true
                || expired
                || limit.is_some_and(|max| link.joined >= max)
            {
                return Err("the link has expired".to_owned());
            }
            by_request = link.link["creates_join_request"] == true;
            if !by_request {
                link.joined += 1;
            }
            used = Some(Value::Object(link.link.clone()));
        }
        let member = found.members.get(&person);
        if member.is_some_and(|member| member.standing == Standing::Kicked) {
            return Err("the person is banned in the chat".to_owned());
        }
        if member.is_some_and(Member::present) {
            return Err("the person is in the chat already".to_owned());
        }
        if by_request {
            let request = JoinRequest {
                date: now_s,
                link: used,
            };
            found.requests.insert(person, request);
            turn.ask_to_join(chat, person);
            return Ok(());
        }
        turn.set_standing(
            chat,
            person,
            Change::new(Standing::Member, person).through(used),
        );
        turn.announce_entry(chat, person, person);
        Ok(())
    }

    /// Someone leaves.
    pub fn leave_chat(&self, member: i64, chat: i64) -> Result<(), String> {
        let mut turn = self.turn();
        if !turn.state.chats.contains_key(&chat) {
            return Err("no such chat".to_owned());
        }
        turn.set_standing(chat, member, Change::new(Standing::Left, member));
        turn.announce_exit(chat, member, member);
        Ok(())
    }

    /// The owner sets somebody's standing: `member`, `administrator`, `kicked` or `left`.
    pub fn set_member(&self, chat: i64, id: i64, status: &str) -> Result<(), String> {
        let standing = match status {
            "member" => Standing::Member,
            "administrator" => Standing::Administrator(full_rights()),
            "kicked" => Standing::Kicked,
            "left" => Standing::Left,
            _ => return Err(format!("no such status: {status}")),
        };
        let mut turn = self.turn();
        let found = turn.state.chats.get(&chat).ok_or("no such chat")?;
        let owner = found
            .members
            .iter()
            .find(|(_, member)| member.standing == Standing::Owner)
            .map_or(0, |(id, _)| *id);
        let was_in = found.members.get(&id).is_some_and(Member::present);
        if turn.state.user(id).is_none() {
            return Err(format!("user {id} not found"));
        }
        turn.set_standing(chat, id, Change::new(standing, owner));
        match status {
            "kicked" | "left" if was_in => turn.announce_exit(chat, id, owner),
            "member" | "administrator" if !was_in => turn.announce_entry(chat, id, owner),
            _ => {}
        }
        Ok(())
    }

    /// A person writes in a shared chat; in a channel only administrators can.
    pub fn send_in_chat(
        &self,
        person: i64,
        chat: i64,
        text: &str,
        thread: Option<i64>,
    ) -> Result<i64, String> {
        let draft = Draft {
            fields: text_fields(text)?,
            thread,
            ..Draft::default()
        };
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
            let stored = history
                .and_then(|all| all.find(reply_to))
                .ok_or("no such message")?;
            stored
                .message
                .get("message_thread_id")
                .and_then(Value::as_i64)
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
        let draft = Draft {
            fields,
            ..Draft::default()
        };
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

    /// Presses a bot's button in a shared chat, waiting at most 15 s for the answer.
    pub async fn press_in_chat(
        &self,
        person: i64,
        chat: i64,
        message_id: i64,
        data: &str,
    ) -> Result<Pressed, String> {
        let receiver = {
            self.turn()
                .callback(Place::Shared(chat), person, message_id, data)?
        };
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

    /// Sets or takes back a person's reaction in a shared chat.
    pub fn react_in_chat(
        &self,
        person: i64,
        chat: i64,
        message_id: i64,
        emoji: &str,
    ) -> Result<(), String> {
        self.turn()
            .react(Place::Shared(chat), person, message_id, emoji)
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
        view["messages"] = found
            .history
            .page(None, 100)
            .iter()
            .map(|one| one.view())
            .collect();
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
        ids.iter()
            .filter_map(|id| turn.state.chats.get(id))
            .map(Chat::json)
            .collect()
    }
}

/// A new standing, who gave it, and the link it came by.
pub(crate) struct Change {
    standing: Standing,
    by: i64,
    link: Option<Value>,
}

impl Change {
    pub(crate) fn new(standing: Standing, by: i64) -> Self {
        Self {
            standing,
            by,
            link: None,
        }
    }

    pub(crate) fn through(mut self, link: Option<Value>) -> Self {
        self.link = link;
        self
    }
}

impl Turn<'_> {
    /// Changes a member's standing and tells the bots of the chat.
    pub(crate) fn set_standing(&mut self, chat: i64, id: i64, change: Change) {
        let Change { standing, by, link } = change;
        let is_bot = self.state.bots.contains_key(&id);
        let (date, user) = (self.now_s(), self.state.user(id).unwrap_or_default());
        let from = self.state.user(by).unwrap_or_default();
        let Some(found) = self.state.chats.get_mut(&chat) else {
            return;
        };
        let absent = Member::new(Standing::Left, is_bot);
        let old = found.members.get(&id).cloned().unwrap_or(absent);
        let until_s = if standing == Standing::Member {
            0
        } else {
            old.until_s
        };
        let new = Member {
            standing,
            until_s,
            ..old.clone()
        };
        if old.standing == new.standing {
            return;
        }
        found.members.insert(id, new.clone());
        found.requests.remove(&id);
        let mut update = json!({
            "chat": found.json(), "from": from, "date": date,
            "old_chat_member": old.json(user.clone()), "new_chat_member": new.json(user),
        });
        if let Some(link) = link {
            update["invite_link"] = link;
        }
        let admins: Vec<i64> = found
            .present()
            .filter(|(one, member)| member.is_bot && member.is_admin() && **one != id)
            .map(|(one, _)| *one)
            .collect();
        if is_bot {
            self.push_update(id, "my_chat_member", &update, chat);
        }
        for bot in admins {
            self.push_update(bot, "chat_member", &update, chat);
        }
    }

    /// The service message of an entry; channels have none.
    pub(crate) fn announce_entry(&mut self, chat: i64, id: i64, by: i64) {
        let Some(user) = self.state.user(id).filter(|_| self.announces(chat)) else {
            return;
        };
        let mut draft = Draft::of("new_chat_members", json!([user.clone()]));
        draft
            .fields
            .insert("new_chat_member".to_owned(), user.clone());
        draft.fields.insert("new_chat_participant".to_owned(), user);
        self.announce(chat, by, draft);
    }

    /// The service message of an exit; channels have none.
    pub(crate) fn announce_exit(&mut self, chat: i64, id: i64, by: i64) {
        let Some(user) = self.state.user(id).filter(|_| self.announces(chat)) else {
            return;
        };
        let draft = Draft::of("left_chat_member", user);
        self.announce(chat, by, draft);
    }

    fn announces(&self, chat: i64) -> bool {
        let chat = self.state.chats.get(&chat);
        chat.is_some_and(|chat| chat.kind != ChatKind::Channel)
    }

    fn announce(&mut self, chat: i64, by: i64, draft: Draft) {
        let place = Place::Shared(chat);
        let sender = if self.state.bots.contains_key(&by) {
            Sender::Bot(by)
        } else {
            Sender::Person(by)
        };
        let message = self.post(place, sender, draft);
        if sender == Sender::Bot(by) {
            self.spread(place, sender, "message", &message);
        }
        self.mark_service(place, id_of(&message));
    }

    fn ask_to_join(&mut self, chat: i64, person: i64) {
        let Some(found) = self.state.chats.get(&chat) else {
            return;
        };
        let Some(request) = found.requests.get(&person) else {
            return;
        };
        let mut update = json!({
            "chat": found.json(), "from": self.state.user(person), "user_chat_id": person,
            "date": request.date,
        });
        if let Some(link) = &request.link {
            update["invite_link"] = link.clone();
        }
        let bots: Vec<i64> = found
            .present()
            .filter(|(_, member)| member.is_bot && member.may("can_invite_users"))
            .map(|(id, _)| *id)
            .collect();
        for bot in bots {
            // Telegram lets the bot write to who asked to join.
            self.state.private_mut(bot, person).started = true;
            self.push_update(bot, "chat_join_request", &update, chat);
        }
    }

    /// A random secret of an invite link.
    pub(crate) fn invite_url(&mut self) -> String {
        format!("https://t.me/+{}", self.state.random_text(16))
    }
}

fn chat_id(kind: ChatKind, number: i64) -> i64 {
    match kind {
        ChatKind::Group => -number,
        ChatKind::Supergroup | ChatKind::Channel => -1_000_000_000_000 - (number - 2_000_000_000),
    }
}
