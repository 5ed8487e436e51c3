//! What a client writes: posts in its channels, words to a bot, reactions, edits, deletions. It must
//! not know how others are told.

use grammers_tl_types::{enums, functions, types};

use super::channels::{self, Opened};
use super::differences;
use super::peers;
use super::rpc::{Answer, Call, Refusal, bad};
use crate::chats::ChatKind;
use crate::ledger::{Entry, Happening};
use crate::state::Place;

/// Why a message is not taken, as MTProto says it.
fn refused(why: String) -> Refusal {
    match why.as_str() {
        "the text is empty" => bad("MESSAGE_EMPTY"),
        why if why.contains("longer than") => bad("MESSAGE_TOO_LONG"),
        "the person may not write here" => Refusal::new(403, "CHAT_WRITE_FORBIDDEN"),
        "the person is not in the chat" => bad("USER_NOT_PARTICIPANT"),
        _ => bad("MESSAGE_ID_INVALID"),
    }
}

/// What the writer of a post is told.
fn told(
    call: &Call<'_>,
    opened: &Opened<'_>,
    happening: Happening,
    random_id: Option<i64>,
) -> enums::Updates {
    let id = match &happening {
        Happening::Posted(id) | Happening::Edited(id) => i32::try_from(*id).unwrap_or(i32::MAX),
        Happening::Deleted(_) => 0,
    };
    let entry = Entry { pts: opened.chat().ledger.pts(), happening };
    let named = random_id.map(|random_id| types::UpdateMessageId { id, random_id }.into());
    let update = differences::update(opened, &entry);
    types::Updates {
        updates: named.into_iter().chain(update).collect(),
        users: peers::users(call.net, &opened.turn, opened.me, [opened.me]),
        chats: vec![opened.shown()],
        date: call.net.now_s(),
        seq: 0,
    }
    .into()
}

/// A message that arrived at a bot: its private chat has no numbers here.
fn sent_to_bot(call: &Call<'_>, id: i64) -> enums::Updates {
    types::UpdateShortSentMessage {
        out: true,
        id: i32::try_from(id).unwrap_or(i32::MAX),
        pts: 1,
        pts_count: 0,
        date: call.net.now_s(),
        media: None,
        entities: None,
        ttl_period: None,
    }
    .into()
}

fn bot_of(call: &Call<'_>, me: i64, input: &enums::InputUser) -> Answer<i64> {
    let id = peers::input_user(me, input)?;
    let turn = call.net.0.world.turn();
    if turn.state.bots.contains_key(&id) { Ok(id) } else { Err(bad("BOT_INVALID")) }
}

pub(crate) fn send_message(
    call: &mut Call<'_>,
    request: functions::messages::SendMessage,
) -> Answer<enums::Updates> {
    let me = call.me_at_home()?;
    if let enums::InputPeer::User(x) = &request.peer {
        let input = types::InputUser { user_id: x.user_id, access_hash: x.access_hash };
        let bot = bot_of(call, me, &input.into())?;
        let sent = call.net.0.world.send_text(me, bot, &request.message);
        return Ok(sent_to_bot(call, sent.map_err(refused)?));
    }
    let input = channels::of_peer(request.peer)?;
    let chat = channels::open(call, &input)?.chat;
    let sent = match &request.reply_to {
        Some(enums::InputReplyTo::Message(to)) => {
            let to = i64::from(to.reply_to_msg_id);
            call.net.0.world.reply_in_chat(me, chat, &request.message, to)
        }
        _ => call.net.0.world.send_in_chat(me, chat, &request.message, None),
    };
    let id = sent.map_err(refused)?;
    let opened = channels::open(call, &input)?;
    Ok(told(call, &opened, Happening::Posted(id), Some(request.random_id)))
}

pub(crate) fn start_bot(
    call: &mut Call<'_>,
    request: functions::messages::StartBot,
) -> Answer<enums::Updates> {
    let me = call.me_at_home()?;
    let bot = bot_of(call, me, &request.bot)?;
    let payload = Some(request.start_param.as_str());
    let sent = call.net.0.world.start(me, bot, payload);
    Ok(sent_to_bot(call, sent.map_err(refused)?))
}

pub(crate) fn send_reaction(
    call: &mut Call<'_>,
    request: functions::messages::SendReaction,
) -> Answer<enums::Updates> {
    let input = channels::of_peer(request.peer)?;
    let (me, chat) = {
        let opened = channels::open(call, &input)?;
        (opened.me, opened.chat)
    };
    let emoji = match request.reaction.as_deref() {
        Some([enums::Reaction::Emoji(emoji)]) => emoji.emoticon.clone(),
        None | Some([] | [enums::Reaction::Empty]) => String::new(),
        Some(_) => return Err(bad("REACTION_INVALID")),
    };
    let reacted = call.net.0.world.react_in_chat(me, chat, i64::from(request.msg_id), &emoji);
    reacted.map_err(|_| bad("MESSAGE_ID_INVALID"))?;
    let opened = channels::open(call, &input)?;
    Ok(types::Updates {
        updates: Vec::new(),
        users: Vec::new(),
        chats: vec![opened.shown()],
        date: call.net.now_s(),
        seq: 0,
    }
    .into())
}

/// Whether the caller may change or delete a post that somebody sent.
fn may(opened: &Opened<'_>, sender: i64, right: &str) -> bool {
    sender == opened.me || opened.member().is_some_and(|member| member.may(right))
}

pub(crate) fn edit_message(
    call: &mut Call<'_>,
    request: functions::messages::EditMessage,
) -> Answer<enums::Updates> {
    let mut opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    let text = request.message.ok_or_else(|| bad("MESSAGE_EMPTY"))?;
    let id = i64::from(request.id);
    let stored = opened.chat().history.find(id).ok_or_else(|| bad("MESSAGE_ID_INVALID"))?;
    let sender = stored.sender;
    let is_channel = opened.chat().kind == ChatKind::Channel;
    let allowed =
        if is_channel { may(&opened, sender, "can_edit_messages") } else { sender == opened.me };
    if !allowed {
        return Err(Refusal::new(403, "MESSAGE_AUTHOR_REQUIRED"));
    }
    let fields = crate::acting::text_fields(&text).map_err(refused)?;
    let place = Place::Shared(opened.chat);
    let changed = opened.turn.change(place, id, true, |stored| {
        stored.edit().remove("entities");
        stored.edit().extend(fields);
    });
    if let Some(message) = changed {
        let kind = opened.turn.kind_of_message(place, true);
        let sender = crate::messages::Sender::Person(opened.me);
        opened.turn.spread(place, sender, kind, &message);
    }
    Ok(told(call, &opened, Happening::Edited(id), None))
}

pub(crate) fn delete_messages(
    call: &mut Call<'_>,
    request: functions::channels::DeleteMessages,
) -> Answer<enums::messages::AffectedMessages> {
    let mut opened = channels::open(call, &request.channel)?;
    let mut pts_count = 0;
    for id in &request.id {
        let id = i64::from(*id);
        let Some(stored) = opened.chat().history.find(id) else { continue };
        if !may(&opened, stored.sender, "can_delete_messages") {
            return Err(Refusal::new(403, "MESSAGE_DELETE_FORBIDDEN"));
        }
        pts_count += i32::from(opened.turn.remove(Place::Shared(opened.chat), id));
    }
    let pts = opened.chat().ledger.pts();
    Ok(types::messages::AffectedMessages { pts, pts_count }.into())
}
