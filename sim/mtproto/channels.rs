//! Channels and supergroups as a viewer sees them, and how one enters and leaves. It must not know
//! posts.

use grammers_tl_types::{enums, functions, types};
use serde_json::Value;

use super::blank;
use super::peers::{self, access_hash, chat_of_channel};
use super::posts::Posts;
use super::rpc::{Answer, Call, Refusal, bad};
use crate::chats::{Chat, ChatKind, Member, Standing};
use crate::world::Turn;

fn short(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A channel that a call means, with the world locked for it.
pub(crate) struct Opened<'a> {
    pub(crate) turn: Turn<'a>,
    pub(crate) chat: i64,
    pub(crate) me: i64,
}

impl Opened<'_> {
    pub(crate) fn chat(&self) -> &Chat {
        self.turn.state.chats.get(&self.chat).expect("the chat was found under the same lock")
    }

    /// Where the caller stands in it.
    pub(crate) fn member(&self) -> Option<&Member> {
        self.chat().members.get(&self.me)
    }

    pub(crate) fn shown(&self) -> enums::Chat {
        channel(&self.turn, self.chat(), self.me)
    }

    pub(crate) fn admin(&self) -> Answer<&Member> {
        let member = self.member().filter(|member| member.is_admin());
        member.ok_or_else(|| bad("CHAT_ADMIN_REQUIRED"))
    }
}

/// The number and the access hash that a client names.
pub(crate) fn named(input: &enums::InputChannel) -> Answer<(i64, Option<i64>)> {
    match input {
        enums::InputChannel::Channel(x) => Ok((x.channel_id, Some(x.access_hash))),
        enums::InputChannel::FromMessage(x) => Ok((x.channel_id, None)),
        enums::InputChannel::Empty => Err(bad("CHANNEL_INVALID")),
    }
}

/// The channel of a peer; only channels and supergroups are simulated here.
pub(crate) fn of_peer(peer: enums::InputPeer) -> Answer<enums::InputChannel> {
    match peer {
        enums::InputPeer::Channel(x) => {
            let (channel_id, access_hash) = (x.channel_id, x.access_hash);
            Ok(types::InputChannel { channel_id, access_hash }.into())
        }
        enums::InputPeer::ChannelFromMessage(x) => Ok(types::InputChannelFromMessage {
            peer: x.peer,
            msg_id: x.msg_id,
            channel_id: x.channel_id,
        }
        .into()),
        _ => Err(bad("PEER_ID_INVALID")),
    }
}

/// Opens a channel for its logged-in caller.
pub(crate) fn open<'a>(call: &'a Call<'_>, input: &enums::InputChannel) -> Answer<Opened<'a>> {
    let me = call.me()?;
    let (number, hash) = named(input)?;
    let chat = chat_of_channel(number);
    let mut turn = call.net.0.world.turn();
    if hash.is_some_and(|hash| hash != access_hash(me, number)) {
        return Err(bad("CHANNEL_INVALID"));
    }
    let now_s = turn.now_s();
    let found = turn.state.chats.get_mut(&chat).ok_or_else(|| bad("CHANNEL_INVALID"))?;
    if let Some(life) = &mut found.life {
        life.know(now_s);
    }
    if !is_visible(found, me) {
        return Err(bad("CHANNEL_PRIVATE"));
    }
    Ok(Opened { turn, chat, me })
}

/// Whether somebody may look into a chat.
pub(crate) fn is_visible(chat: &Chat, me: i64) -> bool {
    match chat.members.get(&me) {
        Some(member) if member.standing == Standing::Kicked => false,
        Some(member) if member.present() => true,
        _ => chat.username.is_some(),
    }
}

/// An administrator's rights.
pub(crate) fn rights(member: &Member) -> Option<enums::ChatAdminRights> {
    if !member.is_admin() {
        return None;
    }
    let may = |name: &str| member.may(name);
    let anonymous = match &member.standing {
        Standing::Administrator(rights) => rights.get("is_anonymous") == Some(&Value::Bool(true)),
        _ => false,
    };
    let rights = types::ChatAdminRights {
        change_info: may("can_change_info"),
        post_messages: may("can_post_messages"),
        edit_messages: may("can_edit_messages"),
        delete_messages: may("can_delete_messages"),
        ban_users: may("can_restrict_members"),
        invite_users: may("can_invite_users"),
        pin_messages: may("can_pin_messages"),
        add_admins: may("can_promote_members"),
        anonymous,
        manage_call: may("can_manage_video_chats"),
        other: may("can_manage_chat"),
        manage_topics: may("can_manage_topics"),
        post_stories: may("can_post_stories"),
        edit_stories: may("can_edit_stories"),
        delete_stories: may("can_delete_stories"),
        manage_direct_messages: may("can_manage_direct_messages"),
        ..blank::admin_rights()
    };
    Some(rights.into())
}

/// A channel or supergroup as a viewer sees it.
pub(crate) fn channel(turn: &Turn<'_>, chat: &Chat, viewer: i64) -> enums::Chat {
    let id = peers::channel_of_chat(chat.id);
    let broadcast = chat.kind == ChatKind::Channel;
    let member = chat.members.get(&viewer);
    if !is_visible(chat, viewer) {
        return types::ChannelForbidden {
            broadcast,
            megagroup: !broadcast,
            monoforum: false,
            id,
            access_hash: access_hash(viewer, id),
            title: chat.title.clone(),
            until_date: None,
        }
        .into();
    }
    types::Channel {
        creator: member.is_some_and(|member| member.standing == Standing::Owner),
        left: !member.is_some_and(Member::present),
        broadcast,
        megagroup: !broadcast,
        forum: chat.is_forum,
        join_request: chat.by_request,
        id,
        access_hash: Some(access_hash(viewer, id)),
        title: chat.title.clone(),
        username: chat.username.clone(),
        date: short(chat.born_s),
        admin_rights: member.and_then(rights),
        participants_count: Some(short(chat.subscribers(turn.now_s()))),
        ..blank::channel()
    }
    .into()
}

/// The channels with these world ids, each once.
pub(crate) fn channels(
    turn: &Turn<'_>,
    viewer: i64,
    ids: impl IntoIterator<Item = i64>,
) -> Vec<enums::Chat> {
    let mut ids: Vec<i64> = ids.into_iter().filter(|id| peers::is_channel(*id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = ids.iter().filter_map(|id| turn.state.chats.get(id));
    found.map(|chat| channel(turn, chat, viewer)).collect()
}

pub(crate) fn resolve_username(
    call: &mut Call<'_>,
    request: functions::contacts::ResolveUsername,
) -> Answer<enums::contacts::ResolvedPeer> {
    let me = call.me()?;
    let name = request.username.trim_start_matches('@').to_lowercase();
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if name.is_empty() || !letters {
        return Err(bad("USERNAME_INVALID"));
    }
    let turn = call.net.0.world.turn();
    let id = turn.state.usernames.get(&name).copied();
    let id = id.ok_or_else(|| bad("USERNAME_NOT_OCCUPIED"))?;
    let answer = types::contacts::ResolvedPeer {
        peer: peers::peer(id),
        chats: channels(&turn, me, [id]),
        users: peers::users(call.net, &turn, me, [id]),
    };
    Ok(answer.into())
}

pub(crate) fn get_channels(
    call: &mut Call<'_>,
    request: functions::channels::GetChannels,
) -> Answer<enums::messages::Chats> {
    let me = call.me()?;
    let mut ids = Vec::new();
    for input in &request.id {
        let (number, hash) = named(input)?;
        if hash.is_some_and(|hash| hash != access_hash(me, number)) {
            return Err(bad("CHANNEL_INVALID"));
        }
        ids.push(chat_of_channel(number));
    }
    let turn = call.net.0.world.turn();
    Ok(types::messages::Chats { chats: channels(&turn, me, ids) }.into())
}

/// Whether official statistics are shown: to whoever may post in a channel, or ban in a supergroup.
pub(crate) fn can_view_stats(chat: &Chat, member: Option<&Member>) -> bool {
    let right = match chat.kind {
        ChatKind::Channel => "can_post_messages",
        ChatKind::Supergroup | ChatKind::Group => "can_restrict_members",
    };
    member.is_some_and(|member| member.may(right))
}

pub(crate) fn get_full_channel(
    call: &mut Call<'_>,
    request: functions::channels::GetFullChannel,
) -> Answer<enums::messages::ChatFull> {
    let opened = open(call, &request.channel)?;
    let chat = opened.chat();
    let member = opened.member();
    let is_admin = member.is_some_and(Member::is_admin);
    let can_view_stats = can_view_stats(chat, member);
    let count = |fits: fn(&Member) -> bool| {
        let members = chat.members.values().filter(|member| fits(member)).count();
        Some(i32::try_from(members).unwrap_or(i32::MAX)).filter(|_| is_admin)
    };
    let full = types::ChannelFull {
        can_view_participants: is_admin || chat.kind != ChatKind::Channel,
        can_view_stats,
        stats_dc: can_view_stats.then_some(call.net.0.stats_dc),
        id: peers::channel_of_chat(chat.id),
        about: chat.description.clone().unwrap_or_default(),
        participants_count: Some(short(chat.subscribers(opened.turn.now_s()))),
        admins_count: count(Member::is_admin),
        kicked_count: count(|member| member.standing == Standing::Kicked),
        banned_count: count(|member| matches!(member.standing, Standing::Restricted(..))),
        read_inbox_max_id: Posts(chat).top(),
        pinned_msg_id: chat.pinned.last().map(|id| short(*id)),
        pts: chat.ledger.pts(),
        ..blank::channel_full()
    };
    let answer = types::messages::ChatFull {
        full_chat: full.into(),
        chats: vec![opened.shown()],
        users: Vec::new(),
    };
    Ok(answer.into())
}

/// `updateChannel` with the channel as it is now.
pub(crate) fn told(call: &Call<'_>, me: i64, chat: i64) -> enums::Updates {
    let turn = call.net.0.world.turn();
    let update = types::UpdateChannel { channel_id: peers::channel_of_chat(chat) };
    types::Updates {
        updates: vec![update.into()],
        users: Vec::new(),
        chats: channels(&turn, me, [chat]),
        date: short(turn.now_s()),
        seq: 0,
    }
    .into()
}

/// Enters, through an invite link when given.
pub(crate) fn enter(
    call: &Call<'_>,
    me: i64,
    chat: i64,
    link: Option<&str>,
) -> Answer<enums::messages::ChatInviteJoinResult> {
    let asks = {
        let turn = call.net.0.world.turn();
        turn.state.chats.get(&chat).is_some_and(|chat| chat.by_request)
    };
    match call.net.0.world.join_chat(me, chat, link) {
        Ok(()) if asks && link.is_none() => return Err(bad("INVITE_REQUEST_SENT")),
        Ok(()) => {}
        Err(why) if why.contains("already") && link.is_some() => {
            return Err(bad("USER_ALREADY_PARTICIPANT"));
        }
        Err(why) if why.contains("already") => {}
        Err(why) if why.contains("banned") => return Err(bad("CHANNEL_PRIVATE")),
        Err(_) => return Err(bad("INVITE_HASH_EXPIRED")),
    }
    if !is_in(call, me, chat) {
        return Err(bad("INVITE_REQUEST_SENT"));
    }
    Ok(types::messages::ChatInviteJoinResultOk { updates: told(call, me, chat) }.into())
}

fn is_in(call: &Call<'_>, me: i64, chat: i64) -> bool {
    let turn = call.net.0.world.turn();
    let member = turn.state.chats.get(&chat).and_then(|chat| chat.members.get(&me));
    member.is_some_and(Member::present)
}

pub(crate) fn join_channel(
    call: &mut Call<'_>,
    request: functions::channels::JoinChannel,
) -> Answer<enums::messages::ChatInviteJoinResult> {
    let (me, chat) = {
        let opened = open(call, &request.channel)?;
        (opened.me, opened.chat)
    };
    enter(call, me, chat, None)
}

pub(crate) fn leave_channel(
    call: &mut Call<'_>,
    request: functions::channels::LeaveChannel,
) -> Answer<enums::Updates> {
    let (me, chat) = {
        let opened = open(call, &request.channel)?;
        let member = opened.member().filter(|member| member.present());
        let member = member.ok_or_else(|| bad("USER_NOT_PARTICIPANT"))?;
        if member.standing == Standing::Owner {
            return Err(bad("USER_CREATOR"));
        }
        (opened.me, opened.chat)
    };
    let left = call.net.0.world.leave_chat(me, chat);
    left.map_err(|_| Refusal::new(500, "INTERNAL"))?;
    Ok(told(call, me, chat))
}
