//! The posts of a channel as MTProto shows them: what lies in its past and what was posted since, in
//! one sequence. It must not know who may see them.

use std::hash::{DefaultHasher, Hash, Hasher};

use grammers_tl_types::{enums, types};
use serde_json::Value;

use super::blank;
use super::content;
use super::peers;
use crate::chats::{Chat, ChatKind};
use crate::history::Stored;
use crate::life::{Planned, Pulse};
use crate::people::Fields;

/// One post.
#[derive(Clone, Copy)]
pub(crate) enum Post<'a> {
    Past(i64, Planned),
    Stored(&'a Stored),
}

/// All posts of a chat that are there, the oldest first.
#[derive(Clone, Copy)]
pub(crate) struct Posts<'a>(pub(crate) &'a Chat);

impl<'a> Posts<'a> {
    fn alive(self) -> &'a [i32] {
        self.0.life.as_ref().map_or(&[], |life| life.alive())
    }

    pub(crate) fn len(self) -> usize {
        self.alive().len() + self.0.history.len()
    }

    /// The post at a position.
    pub(crate) fn at(self, position: usize) -> Option<Post<'a>> {
        match self.alive().get(position) {
            Some(id) => self.find(i64::from(*id)),
            None => self.0.history.at(position - self.alive().len()).map(Post::Stored),
        }
    }

    /// How many posts lie before this id.
    pub(crate) fn before(self, id: i64) -> usize {
        let past = self.alive().partition_point(|known| i64::from(*known) < id);
        if past < self.alive().len() { past } else { past + self.0.history.before(id) }
    }

    /// How many posts were posted before this instant.
    pub(crate) fn before_date(self, date: i32) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.at(middle).is_some_and(|post| post.date() < date) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    pub(crate) fn find(self, id: i64) -> Option<Post<'a>> {
        let past = || {
            let life = self.0.life.as_ref()?;
            life.past(id).map(|post| Post::Past(id, post))
        };
        self.0.history.find(id).map(Post::Stored).or_else(past)
    }

    /// The id of the newest post, 0 when there is none.
    pub(crate) fn top(self) -> i32 {
        self.len().checked_sub(1).and_then(|last| self.at(last)).map_or(0, |post| post.id())
    }
}

fn short(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Post<'_> {
    pub(crate) fn id(self) -> i32 {
        match self {
            Self::Past(id, _) => short(id),
            Self::Stored(stored) => short(stored.id),
        }
    }

    pub(crate) fn date(self) -> i32 {
        match self {
            Self::Past(_, post) => short(post.at_s),
            Self::Stored(stored) => stored.message.get("date").map_or(0, content::small),
        }
    }

    /// How it is received.
    fn pulse(self, chat: &Chat) -> Pulse {
        let date = i64::from(self.date());
        let seed = match self {
            Self::Past(_, post) => post.seed,
            Self::Stored(stored) => {
                let mut hasher = DefaultHasher::new();
                (chat.id, stored.id, "pulse").hash(&mut hasher);
                hasher.finish()
            }
        };
        Pulse::new(seed, date, chat.subscribers(date))
    }

    /// Views and forwards; supergroups count neither.
    pub(crate) fn counts(self, chat: &Chat, now_s: i64) -> Option<(i32, i32)> {
        let pulse = (chat.kind == ChatKind::Channel).then(|| self.pulse(chat))?;
        Some((pulse.views(now_s), pulse.forwards(now_s)))
    }

    /// Reactions of the many, and of the people whom the world knows.
    pub(crate) fn reactions(
        self,
        chat: &Chat,
        viewer: i64,
        now_s: i64,
    ) -> Option<types::MessageReactions> {
        let mut counts: Vec<(String, i32, bool)> = Vec::new();
        if chat.life.is_some() {
            let many = self.pulse(chat).reactions(now_s);
            counts.extend(many.into_iter().map(|(emoji, count)| (emoji.to_owned(), count, false)));
        }
        let known = match self {
            Self::Stored(stored) => Some(&stored.reactions),
            Self::Past(..) => None,
        };
        for (who, list) in known.into_iter().flatten() {
            let mine = who.parse() == Ok(viewer);
            for emoji in list.as_array().into_iter().flatten() {
                let Some(emoji) = emoji["emoji"].as_str() else { continue };
                match counts.iter_mut().find(|(known, _, _)| known == emoji) {
                    Some((_, count, chosen)) => {
                        *count += 1;
                        *chosen |= mine;
                    }
                    None => counts.push((emoji.to_owned(), 1, mine)),
                }
            }
        }
        let results: Vec<enums::ReactionCount> = counts
            .into_iter()
            .map(|(emoticon, count, mine)| {
                let reaction = types::ReactionEmoji { emoticon }.into();
                types::ReactionCount { chosen_order: mine.then_some(0), reaction, count }.into()
            })
            .collect();
        (!results.is_empty()).then_some(types::MessageReactions {
            min: false,
            can_see_list: chat.kind != ChatKind::Channel,
            reactions_as_tags: false,
            results,
            recent_reactions: None,
            top_reactors: None,
        })
    }

    /// The text, for search.
    pub(crate) fn text(self, chat: &Chat) -> String {
        match self {
            Self::Past(_, post) => {
                let life = chat.life.as_ref();
                life.map(|life| life.written(post, post.edited_s().is_some()).text)
                    .unwrap_or_default()
            }
            Self::Stored(stored) => text_of(&stored.message),
        }
    }

    /// The users that it names.
    pub(crate) fn users(self) -> Vec<i64> {
        let Self::Stored(stored) = self else { return Vec::new() };
        let id = |value: Option<&Value>| value.and_then(|value| value["id"].as_i64());
        let message = &stored.message;
        let origin = message.get("forward_origin").and_then(|origin| origin.get("sender_user"));
        let mut ids: Vec<i64> = [
            id(message.get("from")),
            id(message.get("via_bot")),
            id(message.get("left_chat_member")),
            id(origin),
        ]
        .into_iter()
        .flatten()
        .collect();
        let entered = message.get("new_chat_members").and_then(Value::as_array);
        ids.extend(entered.into_iter().flatten().filter_map(|one| one["id"].as_i64()));
        ids
    }

    /// The channel that it was forwarded from.
    pub(crate) fn source(self) -> Option<i64> {
        let Self::Stored(stored) = self else { return None };
        stored.message.get("forward_origin")?["chat"]["id"].as_i64()
    }

    /// The message as `viewer` sees it.
    pub(crate) fn message(self, chat: &Chat, viewer: i64, now_s: i64) -> enums::Message {
        let peer = peers::peer(chat.id);
        let action = match self {
            Self::Past(..) => None,
            Self::Stored(stored) => content::action(&stored.message),
        };
        if let (Some(action), Self::Stored(stored)) = (action, self) {
            return self.service(chat, stored, action);
        }
        let is_channel = chat.kind == ChatKind::Channel;
        let counts = self.counts(chat, now_s);
        let mut message = types::Message {
            id: self.id(),
            date: self.date(),
            post: is_channel,
            views: counts.map(|(views, _)| views),
            forwards: counts.map(|(_, forwards)| forwards),
            reactions: self.reactions(chat, viewer, now_s).map(Into::into),
            ..blank::message(peer)
        };
        match self {
            Self::Past(_, post) => fill_past(&mut message, chat, post),
            Self::Stored(stored) => fill_stored(&mut message, chat, stored, viewer),
        }
        message.into()
    }

    fn service(self, chat: &Chat, stored: &Stored, action: enums::MessageAction) -> enums::Message {
        let is_channel = chat.kind == ChatKind::Channel;
        types::MessageService {
            out: false,
            mentioned: false,
            media_unread: false,
            reactions_are_possible: false,
            silent: false,
            post: is_channel,
            legacy: false,
            id: self.id(),
            from_id: (!is_channel && stored.sender != 0).then(|| peers::peer(stored.sender)),
            peer_id: peers::peer(chat.id),
            saved_peer_id: None,
            reply_to: None,
            date: self.date(),
            action,
            reactions: None,
            ttl_period: None,
        }
        .into()
    }
}

fn text_of(fields: &Fields) -> String {
    let text = fields.get("text").or(fields.get("caption"));
    text.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn fill_past(message: &mut types::Message, chat: &Chat, post: Planned) {
    let Some(life) = &chat.life else { return };
    let edited_s = post.edited_s();
    let written = life.written(post, edited_s.is_some());
    message.entities = content::of_marks(&written.marks);
    message.message = written.text;
    message.edit_date = edited_s.map(short);
    if post.has_photo() {
        let number = i64::try_from(post.seed >> 1).unwrap_or_default();
        message.media = Some(content::picture(number, message.date));
    }
    let friends = &life.plan.friends;
    let friend = usize::try_from(post.seed >> 40).unwrap_or(0) % friends.len().max(1);
    if let Some(friend) = friends.get(friend).filter(|_| post.is_forward()) {
        let header = types::MessageFwdHeader {
            from_id: Some(peers::peer(*friend)),
            date: message.date - 3600,
            channel_post: Some(1 + short(i64::try_from(post.seed % 50).unwrap_or(0))),
            ..blank::forward_header()
        };
        message.fwd_from = Some(header.into());
    }
}

fn fill_stored(message: &mut types::Message, chat: &Chat, stored: &Stored, viewer: i64) {
    let fields = &stored.message;
    message.message = text_of(fields);
    message.entities = content::entities(fields);
    message.media = content::media(fields);
    message.edit_date = fields.get("edit_date").map(content::small);
    message.out = stored.sender == viewer;
    message.pinned = chat.pinned.contains(&stored.id);
    message.noforwards = fields.contains_key("has_protected_content");
    message.grouped_id = fields.get("media_group_id").and_then(Value::as_str).map(|id| {
        id.parse().unwrap_or_else(|_| {
            let mut hasher = DefaultHasher::new();
            id.hash(&mut hasher);
            i64::try_from(hasher.finish() >> 1).unwrap_or_default()
        })
    });
    let author = fields.get("author_signature").and_then(Value::as_str);
    message.post_author = author.map(str::to_owned);
    message.via_bot_id = fields.get("via_bot").and_then(|bot| bot["id"].as_i64());
    if chat.kind != ChatKind::Channel && stored.sender != 0 {
        message.from_id = Some(peers::peer(stored.sender));
    }
    if let Some(replied) = fields.get("reply_to_message") {
        message.reply_to = Some(reply_header(&replied["message_id"]));
    }
    message.fwd_from = fields.get("forward_origin").map(|origin| forward_header(origin).into());
}

fn reply_header(id: &Value) -> enums::MessageReplyHeader {
    types::MessageReplyHeader {
        reply_to_scheduled: false,
        forum_topic: false,
        quote: false,
        reply_to_ephemeral: false,
        reply_to_msg_id: Some(content::small(id)),
        reply_to_peer_id: None,
        reply_from: None,
        reply_media: None,
        reply_to_top_id: None,
        quote_text: None,
        quote_entities: None,
        quote_offset: None,
        todo_item_id: None,
        poll_option: None,
    }
    .into()
}

fn forward_header(origin: &Value) -> types::MessageFwdHeader {
    let id = |value: &Value| value["id"].as_i64().map(peers::peer);
    types::MessageFwdHeader {
        from_id: id(&origin["chat"]).or(id(&origin["sender_user"])).or(id(&origin["sender_chat"])),
        from_name: origin["sender_user_name"].as_str().map(str::to_owned),
        date: content::small(&origin["date"]),
        channel_post: origin.get("message_id").map(content::small),
        post_author: origin["author_signature"].as_str().map(str::to_owned),
        ..blank::forward_header()
    }
}
