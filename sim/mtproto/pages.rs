//! Reading posts: history, search, single posts, their views and reactions. It must not know how
//! posts come about.

use grammers_tl_types::{enums, functions, types};
use serde_json::Value;

use super::channels::{self, Opened};
use super::peers;
use super::posts::{Post, Posts};
use super::rpc::{Answer, Call, bad};
use crate::world::Turn;

/// Posts that one answer holds at most.
const PAGE_MAX: usize = 100;

fn whole(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn count_of(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Messages with the users and channels that they name.
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) messages: Vec<enums::Message>,
    users: Vec<i64>,
    chats: Vec<i64>,
}

impl Shown {
    pub(crate) fn add(&mut self, opened: &Opened<'_>, post: Post<'_>) {
        let chat = opened.chat();
        self.messages.push(post.message(chat, opened.me, opened.turn.now_s()));
        self.users.extend(post.users());
        self.chats.extend(post.source());
    }

    /// The users that the messages name.
    pub(crate) fn users(&self, call: &Call<'_>, turn: &Turn<'_>, me: i64) -> Vec<enums::User> {
        peers::users(call.net, turn, me, self.users.iter().copied())
    }

    /// The chat itself and the channels that the messages name.
    pub(crate) fn chats(&self, opened: &Opened<'_>) -> Vec<enums::Chat> {
        let ids = self.chats.iter().copied().chain([opened.chat]);
        channels::channels(&opened.turn, opened.me, ids)
    }

    fn answer(
        self,
        call: &Call<'_>,
        opened: &Opened<'_>,
        count: usize,
        newer: usize,
    ) -> enums::messages::Messages {
        types::messages::ChannelMessages {
            inexact: false,
            pts: opened.chat().ledger.pts(),
            count: count_of(count),
            offset_id_offset: Some(count_of(newer)),
            users: self.users(call, &opened.turn, opened.me),
            chats: self.chats(opened),
            messages: self.messages,
            topics: Vec::new(),
        }
        .into()
    }
}

/// Which part of a chat's posts is asked for.
struct Window {
    offset_id: i32,
    offset_date: i32,
    add_offset: i32,
    limit: i32,
    max_id: i32,
    min_id: i32,
}

impl Window {
    /// The first position and the one behind the last.
    fn of(&self, posts: Posts<'_>) -> (usize, usize) {
        let base = match (self.offset_id, self.offset_date) {
            (id, _) if id > 0 => posts.before(i64::from(id)),
            (_, date) if date > 0 => posts.before_date(date),
            _ => posts.len(),
        };
        let limit = whole(self.limit.max(0)).min(PAGE_MAX);
        let skip = usize::try_from(self.add_offset.unsigned_abs()).unwrap_or(0);
        let end = match self.add_offset {
            ..0 => (base + skip).min(posts.len()),
            _ => base.saturating_sub(skip),
        };
        let begin = match self.add_offset {
            ..0 => (base + skip).saturating_sub(limit),
            _ => end.saturating_sub(limit),
        };
        let begin = match self.min_id {
            id if id > 0 => begin.max(posts.before(i64::from(id) + 1)),
            _ => begin,
        };
        let end = match self.max_id {
            id if id > 0 => end.min(posts.before(i64::from(id))),
            _ => end,
        };
        (begin.min(end), end)
    }
}

pub(crate) fn get_history(
    call: &mut Call<'_>,
    request: functions::messages::GetHistory,
) -> Answer<enums::messages::Messages> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    let window = Window {
        offset_id: request.offset_id,
        offset_date: request.offset_date,
        add_offset: request.add_offset,
        limit: request.limit,
        max_id: request.max_id,
        min_id: request.min_id,
    };
    let posts = Posts(opened.chat());
    let (begin, end) = window.of(posts);
    let mut shown = Shown::default();
    for post in (begin..end).rev().filter_map(|at| posts.at(at)) {
        shown.add(&opened, post);
    }
    let (count, newer) = (posts.len(), posts.len() - end);
    Ok(shown.answer(call, &opened, count, newer))
}

fn fits(filter: &enums::MessagesFilter, opened: &Opened<'_>, post: Post<'_>) -> bool {
    use enums::MessagesFilter as F;
    let chat = opened.chat();
    let field = |names: &[&str]| match post {
        Post::Stored(stored) => names.iter().any(|name| stored.message.contains_key(*name)),
        Post::Past(..) => false,
    };
    let photo = match post {
        Post::Past(_, planned) => planned.has_photo(),
        Post::Stored(_) => field(&["photo"]),
    };
    match filter {
        F::InputMessagesFilterEmpty => true,
        F::InputMessagesFilterPhotos => photo,
        F::InputMessagesFilterPhotoVideo => photo || field(&["video"]),
        F::InputMessagesFilterVideo => field(&["video"]),
        F::InputMessagesFilterDocument => field(&["document"]),
        F::InputMessagesFilterGif => field(&["animation"]),
        F::InputMessagesFilterVoice => field(&["voice"]),
        F::InputMessagesFilterMusic => field(&["audio"]),
        F::InputMessagesFilterPoll => field(&["poll"]),
        F::InputMessagesFilterPinned => chat.pinned.contains(&i64::from(post.id())),
        F::InputMessagesFilterUrl => match post.message(chat, opened.me, opened.turn.now_s()) {
            enums::Message::Message(message) => message.entities.iter().flatten().any(|entity| {
                matches!(entity, enums::MessageEntity::Url(_) | enums::MessageEntity::TextUrl(_))
            }),
            _ => false,
        },
        _ => false,
    }
}

pub(crate) fn search(
    call: &mut Call<'_>,
    request: functions::messages::Search,
) -> Answer<enums::messages::Messages> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    let (posts, chat) = (Posts(opened.chat()), opened.chat());
    let wanted = request.q.to_lowercase();
    let within =
        |date: i32| date >= request.min_date && (request.max_date == 0 || date <= request.max_date);
    let found = (0..posts.len()).rev().filter_map(|at| posts.at(at)).filter(|post| {
        within(post.date())
            && fits(&request.filter, &opened, *post)
            && (wanted.is_empty() || post.text(chat).to_lowercase().contains(&wanted))
    });
    let found: Vec<Post<'_>> = found.collect();
    let below = |limit: i32, id: i32| limit == 0 || id < limit;
    let skip = whole(request.add_offset.max(0));
    let page = found
        .iter()
        .filter(|post| {
            let id = post.id();
            below(request.offset_id, id) && below(request.max_id, id) && id > request.min_id
        })
        .skip(skip)
        .take(whole(request.limit).min(PAGE_MAX));
    let mut shown = Shown::default();
    for post in page {
        shown.add(&opened, *post);
    }
    let newer = found.iter().filter(|post| !below(request.offset_id, post.id())).count();
    Ok(shown.answer(call, &opened, found.len(), newer))
}

fn asked(input: &enums::InputMessage, opened: &Opened<'_>) -> i64 {
    match input {
        enums::InputMessage::Id(x) => i64::from(x.id),
        enums::InputMessage::Pinned => opened.chat().pinned.last().copied().unwrap_or(0),
        enums::InputMessage::ReplyTo(x) => {
            let Some(Post::Stored(stored)) = Posts(opened.chat()).find(i64::from(x.id)) else {
                return 0;
            };
            let replied = stored.message.get("reply_to_message");
            replied.and_then(|one| one["message_id"].as_i64()).unwrap_or(0)
        }
        enums::InputMessage::CallbackQuery(x) => i64::from(x.id),
    }
}

pub(crate) fn get_messages(
    call: &mut Call<'_>,
    request: functions::channels::GetMessages,
) -> Answer<enums::messages::Messages> {
    let opened = channels::open(call, &request.channel)?;
    if request.id.is_empty() || request.id.len() > PAGE_MAX {
        return Err(bad("MESSAGE_IDS_EMPTY"));
    }
    let mut shown = Shown::default();
    for input in &request.id {
        let id = asked(input, &opened);
        match Posts(opened.chat()).find(id) {
            Some(post) => shown.add(&opened, post),
            None => {
                let id = i32::try_from(id).unwrap_or_default();
                let peer_id = Some(peers::peer(opened.chat));
                shown.messages.push(types::MessageEmpty { id, peer_id }.into());
            }
        }
    }
    let count = shown.messages.len();
    Ok(shown.answer(call, &opened, count, 0))
}

pub(crate) fn get_messages_views(
    call: &mut Call<'_>,
    request: functions::messages::GetMessagesViews,
) -> Answer<enums::messages::MessageViews> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    let now_s = opened.turn.now_s();
    let views = request.id.iter().take(PAGE_MAX).map(|id| {
        let post = Posts(opened.chat()).find(i64::from(*id));
        let counts = post.and_then(|post| post.counts(opened.chat(), now_s));
        let (views, forwards) = counts.unzip();
        types::MessageViews { views, forwards, replies: None }.into()
    });
    let views = views.collect();
    Ok(types::messages::MessageViews { views, chats: vec![opened.shown()], users: Vec::new() }
        .into())
}

pub(crate) fn get_messages_reactions(
    call: &mut Call<'_>,
    request: functions::messages::GetMessagesReactions,
) -> Answer<enums::Updates> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    let now_s = opened.turn.now_s();
    let updates = request.id.iter().take(PAGE_MAX).filter_map(|id| {
        let post = Posts(opened.chat()).find(i64::from(*id))?;
        let reactions = post.reactions(opened.chat(), opened.me, now_s)?;
        let update = types::UpdateMessageReactions {
            peer: peers::peer(opened.chat),
            msg_id: *id,
            top_msg_id: None,
            saved_peer_id: None,
            reactions: reactions.into(),
        };
        Some(update.into())
    });
    Ok(types::Updates {
        updates: updates.collect(),
        users: Vec::new(),
        chats: vec![opened.shown()],
        date: call.net.now_s(),
        seq: 0,
    }
    .into())
}

/// The answers to a post in its own chat.
pub(crate) fn get_replies(
    call: &mut Call<'_>,
    request: functions::messages::GetReplies,
) -> Answer<enums::messages::Messages> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    let posts = Posts(opened.chat());
    let answers = |post: &Post<'_>| match post {
        Post::Stored(stored) => {
            let replied = stored.message.get("reply_to_message");
            let replied = replied.and_then(|one| one.get("message_id")).and_then(Value::as_i64);
            replied == Some(i64::from(request.msg_id))
        }
        Post::Past(..) => false,
    };
    let all: Vec<Post<'_>> =
        (0..posts.len()).rev().filter_map(|at| posts.at(at)).filter(answers).collect();
    let mut shown = Shown::default();
    let below = |post: &&Post<'_>| request.offset_id == 0 || post.id() < request.offset_id;
    for post in all.iter().filter(below).take(whole(request.limit).min(PAGE_MAX)) {
        shown.add(&opened, *post);
    }
    Ok(shown.answer(call, &opened, all.len(), 0))
}
