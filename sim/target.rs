//! Which chat and message a call means, and whether the bot may write there. It must not know what
//! is written.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::chats::{ChatKind, Standing};
use crate::history::Stored;
use crate::keyboard;
use crate::messages::{Draft, Sender};
use crate::methods::Call;
use crate::people::{Bot, Fields};
use crate::reply::{Refused, bad, forbidden};
use crate::state::Place;

impl Call<'_> {
    /// The calling bot.
    pub(crate) fn me(&mut self) -> Result<&mut Bot, Refused> {
        let id = self.bot;
        let unknown = || Refused::new(401, "Unauthorized");
        self.turn.state.bots.get_mut(&id).ok_or_else(unknown)
    }

    /// The `User` behind an id, for mentions.
    pub(crate) fn user(&self, id: i64) -> Option<Value> {
        self.turn.state.user(id)
    }

    /// The chat of `chat_id`.
    pub(crate) fn chat(&self) -> Result<Place, Refused> {
        self.chat_of("chat_id")
    }

    /// The chat of any parameter.
    pub(crate) fn chat_of(&self, name: &str) -> Result<Place, Refused> {
        let Some(given) = self.params.text(name) else {
            return Err(bad(format!("{name} is empty")));
        };
        let id = if let Some(username) = given.strip_prefix('@') {
            let id = self.turn.state.usernames.get(&username.to_lowercase());
            id.copied().filter(|id| *id < 0)
        } else {
            given.trim().parse().ok()
        };
        self.place_of(id.ok_or_else(|| bad("chat not found"))?)
    }

    /// The place of a chat id as this bot sees it.
    pub(crate) fn place_of(&self, id: i64) -> Result<Place, Refused> {
        let state = &self.turn.state;
        if id > 0 {
            if state.bots.contains_key(&id) {
                return Err(forbidden("bots can't send messages to bots"));
            }
            let place = Place::Private { bot: self.bot, person: id };
            return match state.privates.get(&(self.bot, id)) {
                Some(private) if private.started => Ok(place),
                _ if self.knows(id) => {
                    Err(forbidden("bot can't initiate conversation with a user"))
                }
                _ => Err(bad("chat not found")),
            };
        }
        let chat = state.chats.get(&id).ok_or_else(|| bad("chat not found"))?;
        if let Some(new) = chat.migrated_to {
            return Err(Refused {
                migrate_to: Some(new),
                ..bad("group chat was upgraded to a supergroup chat")
            });
        }
        let kind = chat.kind.name();
        match chat.members.get(&self.bot) {
            Some(member) if member.present() => Ok(Place::Shared(id)),
            Some(member) if member.standing == Standing::Kicked => {
                Err(forbidden(format!("bot was kicked from the {kind} chat")))
            }
            Some(_) => Err(forbidden(format!("bot is not a member of the {kind} chat"))),
            None if chat.username.is_some() => {
                Err(forbidden(format!("bot is not a member of the {kind} chat")))
            }
            None => Err(bad("chat not found")),
        }
    }

    /// Whether the bot has met this person somewhere.
    fn knows(&self, person: i64) -> bool {
        let state = &self.turn.state;
        let met = |chat: &crate::chats::Chat| {
            chat.members.contains_key(&self.bot) && chat.members.contains_key(&person)
        };
        state.privates.contains_key(&(self.bot, person)) || state.chats.values().any(met)
    }

    /// The chat of `chat_id`, if the bot may write there now; takes from the flood limits.
    pub(crate) fn writable(&mut self, cost: usize) -> Result<Place, Refused> {
        let place = self.chat()?;
        self.may_write(place)?;
        self.take(place, cost)?;
        Ok(place)
    }

    fn may_write(&self, place: Place) -> Result<(), Refused> {
        let state = &self.turn.state;
        match place {
            Place::Private { bot, person } => {
                let private = state.privates.get(&(bot, person));
                if private.is_some_and(|private| private.blocked) {
                    return Err(forbidden("bot was blocked by the user"));
                }
            }
            Place::Shared(id) => {
                let Some(chat) = state.chats.get(&id) else {
                    return Err(bad("chat not found"));
                };
                let Some(member) = chat.members.get(&self.bot) else {
                    return Err(bad("chat not found"));
                };
                if chat.kind == ChatKind::Channel && !member.may("can_post_messages") {
                    return Err(bad("need administrator rights in the channel chat"));
                }
                let silenced = match &member.standing {
                    Standing::Restricted(left, _) => {
                        left.get("can_send_messages") == Some(&json!(false))
                    }
                    Standing::Member => {
                        chat.permissions.get("can_send_messages") == Some(&json!(false))
                    }
                    _ => false,
                };
                if silenced {
                    return Err(bad("not enough rights to send text messages to the chat"));
                }
            }
        }
        Ok(())
    }

    /// Takes messages from the flood limits.
    fn take(&mut self, place: Place, cost: usize) -> Result<(), Refused> {
        let options = &self.turn.world.0.options;
        if !options.limits_on {
            return Ok(());
        }
        let limits = options.limits;
        let now_ms = self.turn.now_ms;
        let chat = place.chat_id();
        self.me()?.buckets.take(&limits, now_ms, chat, cost as f64)
    }

    /// What every sending method shares: markup, answered message, topic.
    pub(crate) fn draft(&mut self, place: Place, fields: Fields) -> Result<Draft, Refused> {
        let in_private = matches!(place, Place::Private { .. });
        let mut draft = Draft {
            fields,
            markup: keyboard::read(self.params, in_private)?,
            reply_to: self.reply_to(place)?,
            thread: self.thread(place)?,
            invoice: None,
        };
        if self.params.flag("protect_content") {
            draft.fields.insert("has_protected_content".to_owned(), json!(true));
        }
        if let Some(effect) = self.params.text("message_effect_id") {
            draft.fields.insert("effect_id".to_owned(), json!(effect));
        }
        Ok(draft)
    }

    fn reply_to(&self, place: Place) -> Result<Option<i64>, Refused> {
        let complaint = "can't parse reply parameters JSON object";
        let (id, forgiving) = match self.params.json("reply_parameters", complaint)? {
            Some(Value::Object(reply)) => (
                reply.get("message_id").and_then(crate::params::int_of),
                reply.get("allow_sending_without_reply") == Some(&json!(true)),
            ),
            Some(_) => return Err(bad("object expected as reply parameters")),
            None => (
                self.params.int("reply_to_message_id"),
                self.params.flag("allow_sending_without_reply"),
            ),
        };
        let Some(id) = id.filter(|id| *id > 0) else {
            return Ok(None);
        };
        let found = self.turn.state.history(place).and_then(|history| history.find(id));
        match found {
            Some(_) => Ok(Some(id)),
            None if forgiving => Ok(None),
            None => Err(bad("message to be replied not found")),
        }
    }

    fn thread(&self, place: Place) -> Result<Option<i64>, Refused> {
        let Some(id) = self.params.int("message_thread_id").filter(|id| *id > 0) else {
            return Ok(None);
        };
        let Place::Shared(chat) = place else {
            return Err(bad("message thread not found"));
        };
        let Some(chat) = self.turn.state.chats.get(&chat).filter(|chat| chat.is_forum) else {
            return Ok(None);
        };
        let topic = chat.topics.get(&id).ok_or_else(|| bad("message thread not found"))?;
        let member = chat.members.get(&self.bot);
        if topic.closed && !member.is_some_and(|member| member.may("can_manage_topics")) {
            return Err(bad("TOPIC_CLOSED"));
        }
        Ok(Some(id))
    }

    /// Sends a message with these fields to `chat_id`.
    pub(crate) fn send(&mut self, place: Place, fields: Fields) -> Result<Arc<Fields>, Refused> {
        let draft = self.draft(place, fields)?;
        Ok(self.turn.post(place, Sender::Bot(self.bot), draft))
    }

    /// The message of `message_id`, named `what` when it is not there.
    pub(crate) fn message(&self, place: Place, name: &str, what: &str) -> Result<&Stored, Refused> {
        let not_found = || bad(format!("{what} not found"));
        let id = self.params.int(name).filter(|id| *id > 0);
        let id = id.ok_or_else(|| bad("message identifier is not specified"))?;
        let history = self.turn.state.history(place).ok_or_else(not_found)?;
        history.find(id).ok_or_else(not_found)
    }

    /// The message ids of `message_ids`, 1 to 100.
    pub(crate) fn message_ids(&self) -> Result<Vec<i64>, Refused> {
        let list = self.params.json("message_ids", "can't parse message_ids JSON object")?;
        let Some(list) = list else {
            return Err(bad("message identifiers are not specified"));
        };
        let Some(list) = list.as_array() else {
            return Err(bad("expected an Array of message identifiers"));
        };
        if list.len() > 100 {
            return Err(bad("too many message identifiers specified"));
        }
        list.iter()
            .map(|id| crate::params::int_of(id).filter(|id| *id > 0))
            .map(|id| id.ok_or_else(|| bad("invalid message identifier specified")))
            .collect()
    }

    /// The shared chat of `chat_id` in which the bot has an administrator's right.
    pub(crate) fn administered(&self, right: &str) -> Result<i64, Refused> {
        let Place::Shared(id) = self.chat()? else {
            return Err(bad("method is available for supergroup and channel chats only"));
        };
        let Some(chat) = self.turn.state.chats.get(&id) else {
            return Err(bad("chat not found"));
        };
        let may = chat.members.get(&self.bot).is_some_and(|member| member.may(right));
        if may {
            return Ok(id);
        }
        Err(match (chat.kind, right) {
            (ChatKind::Channel, _) => bad("need administrator rights in the channel chat"),
            (_, "can_restrict_members") => {
                bad("not enough rights to restrict/unrestrict chat member")
            }
            (_, "can_invite_users") => bad("not enough rights to manage chat invite link"),
            (_, "can_pin_messages") => {
                bad("not enough rights to manage pinned messages in the chat")
            }
            (_, "can_manage_topics") => bad("not enough rights to create a topic"),
            (_, "can_promote_members") => bad("not enough rights"),
            (_, "can_change_info") => bad("not enough rights to change chat info"),
            _ => bad("CHAT_ADMIN_REQUIRED"),
        })
    }

    /// The user of `user_id`.
    pub(crate) fn user_id(&self) -> Result<i64, Refused> {
        let id = self.params.int("user_id").filter(|id| *id > 0);
        let id = id.ok_or_else(|| bad("invalid user_id specified"))?;
        match self.turn.state.user(id) {
            Some(_) => Ok(id),
            None => Err(bad("user not found")),
        }
    }

    /// A text parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<String, Refused> {
        match self.params.text(name) {
            Some(text) => Ok(text.into_owned()),
            None => Err(bad(format!("parameter \"{name}\" is required"))),
        }
    }
}
