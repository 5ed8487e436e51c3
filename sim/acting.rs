//! What a person does in a private chat with a bot: writes, sends files, presses, blocks. It must
//! not know HTTP.

use serde_json::{Value, json};

use crate::changes::Change;
use crate::detect;
use crate::entities::{self, Formatted};
use crate::files::{FileKind, Given};
use crate::formatting;
use crate::messages::{Draft, Sender};
use crate::params::Upload;
use crate::people::Fields;
use crate::state::Place;
use crate::world::{Turn, World};

/// A file that a person sends.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// `photo`, `document`, `voice`, `video`, `audio`, `animation`, `video_note` or `sticker`.
    pub field: String,
    /// The file itself.
    pub upload: Upload,
    /// Its caption, perhaps empty.
    pub caption: String,
}

/// Why a person's act is impossible.
pub(crate) type ActError = String;

impl World {
    pub(crate) fn act<T>(
        &self,
        person: i64,
        bot: i64,
        act: impl FnOnce(&mut Turn<'_>, Place) -> Result<T, ActError>,
    ) -> Result<T, ActError> {
        let mut turn = self.turn();
        if !turn.state.people.contains_key(&person) {
            return Err(format!("person {person} not found"));
        }
        if !turn.state.bots.contains_key(&bot) {
            return Err(format!("bot {bot} not found"));
        }
        turn.state.private_mut(bot, person);
        act(&mut turn, Place::Private { bot, person })
    }

    fn write(&self, person: i64, bot: i64, draft: Draft) -> Result<i64, ActError> {
        self.act(person, bot, |turn, place| {
            turn.unblock(bot, person);
            let message = turn.post(place, Sender::Person(person), draft);
            Ok(id_of(&message))
        })
    }

    /// Writes a text; returns its message id.
    pub fn send_text(&self, person: i64, bot: i64, text: &str) -> Result<i64, ActError> {
        self.reply_text(person, bot, text, None)
    }

    /// Writes a text as an answer to a message.
    pub fn reply_text(
        &self,
        person: i64,
        bot: i64,
        text: &str,
        reply_to: Option<i64>,
    ) -> Result<i64, ActError> {
        let mut draft = Draft { fields: text_fields(text)?, ..Draft::default() };
        draft.reply_to = reply_to;
        self.write(person, bot, draft)
    }

    /// Presses Start, perhaps from a deep link.
    pub fn start(&self, person: i64, bot: i64, payload: Option<&str>) -> Result<i64, ActError> {
        match payload.filter(|payload| !payload.is_empty()) {
            Some(payload) => self.send_text(person, bot, &format!("/start {payload}")),
            None => self.send_text(person, bot, "/start"),
        }
    }

    /// Sends a file as a photo, document, voice message or sticker.
    pub fn send_file(&self, person: i64, bot: i64, file: &Attachment) -> Result<i64, ActError> {
        let Attachment { field, upload, caption } = file;
        let kind = FileKind::from_field(field).ok_or_else(|| format!("no such kind: {field}"))?;
        if kind == FileKind::Photo && crate::images::size(&upload.bytes).is_none() {
            return Err("this is not a picture".to_owned());
        }
        let mut draft = Draft::default();
        {
            let mut turn = self.turn();
            let random = turn.state.random_text(60);
            let kept = turn.state.files.keep(kind, upload, &random);
            let content = kept.content(&Given::default());
            draft.fields.insert(field.clone(), content);
            if kind == FileKind::Animation {
                draft.fields.insert("document".to_owned(), kept.content(&Given::default()));
            }
        }
        if !caption.is_empty() {
            let formatted = plain(caption);
            formatting::put(&mut draft.fields, &formatted, true, &|_| None);
        }
        self.write(person, bot, draft)
    }

    /// Shares the person's own contact.
    pub fn send_contact(&self, person: i64, bot: i64) -> Result<i64, ActError> {
        let contact = {
            let turn = self.turn();
            let person = turn.state.people.get(&person).ok_or("person not found")?;
            let phone = person
                .phone_number
                .clone()
                .unwrap_or_else(|| format!("+{}", 15_550_000_000_i64 + person.id % 10_000_000));
            let mut contact = json!({"phone_number": phone, "first_name": person.first_name,
                "user_id": person.id});
            if let Some(name) = &person.last_name {
                contact["last_name"] = json!(name);
            }
            contact
        };
        self.write(person, bot, Draft::of("contact", contact))
    }

    /// Shares a place.
    pub fn send_location(
        &self,
        person: i64,
        bot: i64,
        latitude: f64,
        longitude: f64,
    ) -> Result<i64, ActError> {
        let location = json!({"latitude": latitude, "longitude": longitude});
        self.write(person, bot, Draft::of("location", location))
    }

    /// Sends any content, as Bot API fields of a message.
    pub fn send_fields(&self, person: i64, bot: i64, fields: Fields) -> Result<i64, ActError> {
        let draft = Draft { fields, ..Draft::default() };
        self.write(person, bot, draft)
    }

    /// Changes an own text.
    pub fn edit_text(
        &self,
        person: i64,
        bot: i64,
        message_id: i64,
        text: &str,
    ) -> Result<i64, ActError> {
        let fields = text_fields(text)?;
        self.act(person, bot, |turn, place| {
            let own =
                turn.state.history(place).and_then(|history| history.find(message_id)).is_some_and(
                    |stored| stored.sender == person && stored.message.contains_key("text"),
                );
            if !own {
                return Err("this message cannot be edited".to_owned());
            }
            let message = turn.change(place, message_id, true, |stored| {
                stored.edit().remove("entities");
                stored.edit().extend(fields);
            });
            if let Some(message) = message {
                turn.spread(place, Sender::Person(person), "edited_message", &message);
            }
            Ok(message_id)
        })
    }

    /// Sets or (with an empty emoji) takes back a reaction.
    pub fn react(
        &self,
        person: i64,
        bot: i64,
        message_id: i64,
        emoji: &str,
    ) -> Result<(), ActError> {
        self.act(person, bot, |turn, place| turn.react(place, person, message_id, emoji))
    }

    /// Blocks the bot.
    pub fn block(&self, person: i64, bot: i64) -> Result<(), ActError> {
        self.act(person, bot, |turn, place| {
            let private = turn.state.private_mut(bot, person);
            if !std::mem::replace(&mut private.blocked, true) {
                turn.standing_changed(place, bot, person, ("member", "kicked"));
            }
            Ok(())
        })
    }

    /// Unblocks the bot.
    pub fn unblock(&self, person: i64, bot: i64) -> Result<(), ActError> {
        self.act(person, bot, |turn, _| {
            turn.unblock(bot, person);
            Ok(())
        })
    }
}

impl Turn<'_> {
    /// Takes back a block, if there is one.
    pub(crate) fn unblock(&mut self, bot: i64, person: i64) {
        let private = self.state.private_mut(bot, person);
        if std::mem::replace(&mut private.blocked, false) {
            let place = Place::Private { bot, person };
            self.standing_changed(place, bot, person, ("kicked", "member"));
        }
    }

    /// `my_chat_member` of a private chat.
    fn standing_changed(&mut self, place: Place, bot: i64, person: i64, change: (&str, &str)) {
        let user = self.state.user(bot);
        let member = |status: &str| {
            let mut member = json!({"status": status, "user": user});
            if status == "kicked" {
                member["until_date"] = json!(0);
            }
            member
        };
        let update = json!({
            "chat": self.state.chat_json(place),
            "from": self.state.user(person),
            "date": self.now_s(),
            "old_chat_member": member(change.0),
            "new_chat_member": member(change.1),
        });
        self.push_update(bot, "my_chat_member", &update, person);
        self.tell(place, || json!({"type": "blocked", "blocked": change.1 == "kicked"}));
    }

    /// Changes a person's reaction and tells the bots that asked for it.
    pub(crate) fn react(
        &mut self,
        place: Place,
        person: i64,
        message_id: i64,
        emoji: &str,
    ) -> Result<(), ActError> {
        let reactions = |emoji: &str| match emoji {
            "" => json!([]),
            emoji => json!([{"type": "emoji", "emoji": emoji}]),
        };
        let key = person.to_string();
        let new = reactions(emoji);
        let stored = self
            .state
            .history_mut(place)
            .and_then(|history| history.find_mut(message_id))
            .ok_or("no such message")?;
        let old = stored.reactions.insert(key, new.clone()).unwrap_or_else(|| json!([]));
        let update = json!({
            "chat": self.state.chat_json(place),
            "message_id": message_id,
            "user": self.state.user(person),
            "date": self.now_s(),
            "old_reaction": old,
            "new_reaction": new,
        });
        let bots: Vec<i64> = match place {
            Place::Private { bot, .. } => vec![bot],
            Place::Shared(chat) => self.state.chats.get(&chat).map_or_else(Vec::new, |chat| {
                let admins = chat.present().filter(|(_, one)| one.is_bot && one.is_admin());
                admins.map(|(id, _)| *id).collect()
            }),
        };
        for bot in bots {
            self.push_update(bot, "message_reaction", &update, place.chat_id());
        }
        if let Place::Shared(chat) = place {
            self.world.0.changes.tell(Change::Reactions { chat, post: message_id });
        }
        self.tell(place, || json!({"type": "reaction", "message_id": message_id, "emoji": emoji}));
        Ok(())
    }
}

/// A person's text with what Telegram finds in it.
pub(crate) fn plain(text: &str) -> Formatted {
    let formatted = Formatted { text: text.to_owned(), entities: Vec::new() };
    entities::finish(formatted, detect::find)
}

/// The fields of a person's text message.
pub(crate) fn text_fields(text: &str) -> Result<Fields, ActError> {
    let formatted = plain(text);
    if formatted.text.is_empty() {
        return Err("the text is empty".to_owned());
    }
    if entities::utf16_len(&formatted.text) > formatting::TEXT_MAX {
        return Err("the text is longer than 4096 characters".to_owned());
    }
    let mut fields = Fields::new();
    formatting::put(&mut fields, &formatted, false, &|_| None);
    Ok(fields)
}

/// The id in a message.
pub(crate) fn id_of(message: &Fields) -> i64 {
    message.get("message_id").and_then(Value::as_i64).unwrap_or_default()
}
