//! Entering and leaving shared chats: links, requests, standings, and what bots are told of them.
//! It must not know HTTP.

use serde_json::{Value, json};

use crate::acting::id_of;
use crate::acts::Deed;
use crate::changes;
use crate::chats::{ChatKind, JoinRequest, Member, Standing, full_rights};
use crate::messages::{Draft, Sender};
use crate::state::Place;
use crate::world::{Turn, World};

impl World {
    /// A person enters (through a link, when given); a chat that wants requests gets one.
    pub fn join_chat(&self, person: i64, chat: i64, link: Option<&str>) -> Result<(), String> {
        let mut turn = self.turn();
        let now_s = turn.now_s();
        let found = turn.state.chats.get_mut(&chat).ok_or("no such chat")?;
        let mut used = None;
        let mut by_request = found.by_request;
        if let Some(url) = link {
            let link = found.links.iter_mut().find(|link| link.url == url).ok_or("no such link")?;
            let expired =
                link.link.get("expire_date").and_then(Value::as_i64).is_some_and(|at| at <= now_s);
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
            let request = JoinRequest { date: now_s, link: used };
            found.requests.insert(person, request);
            turn.ask_to_join(chat, person);
            return Ok(());
        }
        turn.set_standing(chat, person, Change::new(Standing::Member, person).through(used));
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
}

/// A new standing, who gave it, and the link it came by.
pub(crate) struct Change {
    standing: Standing,
    by: i64,
    link: Option<Value>,
}

impl Change {
    pub(crate) fn new(standing: Standing, by: i64) -> Self {
        Self { standing, by, link: None }
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
        let until_s = if standing == Standing::Member { 0 } else { old.until_s };
        let new = Member { standing, until_s, ..old.clone() };
        if old.standing == new.standing {
            return;
        }
        found.members.insert(id, new.clone());
        let deed = Deed::Standing { member: id, before: old.clone(), after: new.clone() };
        found.acts.add(date, by, deed);
        self.world.0.changes.tell(changes::Change::Standing { chat, member: id });
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
        draft.fields.insert("new_chat_member".to_owned(), user.clone());
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
        let sender =
            if self.state.bots.contains_key(&by) { Sender::Bot(by) } else { Sender::Person(by) };
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
