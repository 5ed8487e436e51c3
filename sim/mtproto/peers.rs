//! People and bots as MTProto shows them, and the peers that a client names. It must not know
//! messages.

use std::hash::{DefaultHasher, Hash, Hasher};

use grammers_tl_types::{enums, functions, types};

use super::blank;
use super::network::Network;
use super::rpc::{Answer, Call, bad};
use crate::world::Turn;

/// Channel ids of the Bot API begin here.
const CHANNEL_BASE: i64 = -1_000_000_000_000;

/// The key that opens a peer to one viewer; another viewer's does not.
pub(crate) fn access_hash(viewer: i64, id: i64) -> i64 {
    let mut hasher = DefaultHasher::new();
    (viewer, id, "access").hash(&mut hasher);
    i64::from_le_bytes(hasher.finish().to_le_bytes())
}

/// The world's chat id of a channel's number.
pub(crate) fn chat_of_channel(channel: i64) -> i64 {
    CHANNEL_BASE - channel
}

/// The channel's number of the world's chat id.
pub(crate) fn channel_of_chat(chat: i64) -> i64 {
    CHANNEL_BASE - chat
}

/// Whether a chat is a channel or supergroup, and no basic group.
pub(crate) fn is_channel(chat: i64) -> bool {
    chat < CHANNEL_BASE
}

/// The peer of a person, a bot or a shared chat.
pub(crate) fn peer(id: i64) -> enums::Peer {
    match id {
        _ if is_channel(id) => types::PeerChannel { channel_id: channel_of_chat(id) }.into(),
        ..0 => types::PeerChat { chat_id: -id }.into(),
        _ => types::PeerUser { user_id: id }.into(),
    }
}

/// A person or a bot as `viewer` sees it.
pub(crate) fn user(net: &Network, turn: &Turn<'_>, viewer: i64, id: i64) -> Option<enums::User> {
    let mut shown = types::User { id, access_hash: Some(access_hash(viewer, id)), ..blank::user() };
    if let Some(person) = turn.state.people.get(&id) {
        shown.first_name = Some(person.first_name.clone());
        shown.last_name.clone_from(&person.last_name);
        shown.username.clone_from(&person.username);
        shown.status =
            Some(enums::UserStatus::Recently(types::UserStatusRecently { by_me: false }));
        if id == viewer {
            shown.is_self = true;
            shown.phone = person.phone_number.as_deref().and_then(super::login::digits);
        }
        shown.premium = net.accounts().of(id).premium;
    } else {
        let bot = turn.state.bots.get(&id)?;
        shown.first_name = Some(bot.first_name.clone());
        shown.username = Some(bot.username.clone());
        shown.bot = true;
        shown.bot_info_version = Some(1);
        shown.bot_chat_history = bot.reads_all;
    }
    Some(shown.into())
}

/// The users of these ids that exist, each once.
pub(crate) fn users(
    net: &Network,
    turn: &Turn<'_>,
    viewer: i64,
    ids: impl IntoIterator<Item = i64>,
) -> Vec<enums::User> {
    let mut ids: Vec<i64> = ids.into_iter().filter(|id| *id > 0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().filter_map(|id| user(net, turn, viewer, id)).collect()
}

/// The id of a user that a client names, if its access hash is right.
pub(crate) fn input_user(viewer: i64, input: &enums::InputUser) -> Answer<i64> {
    match input {
        enums::InputUser::UserSelf => Ok(viewer),
        enums::InputUser::User(x)
            if x.user_id == viewer || x.access_hash == access_hash(viewer, x.user_id) =>
        {
            Ok(x.user_id)
        }
        enums::InputUser::FromMessage(x) => Ok(x.user_id),
        enums::InputUser::User(_) | enums::InputUser::Empty => Err(bad("USER_ID_INVALID")),
    }
}

pub(crate) fn get_users(
    call: &mut Call<'_>,
    request: functions::users::GetUsers,
) -> Answer<Vec<enums::User>> {
    let me = call.me()?;
    let turn = call.net.0.world.turn();
    let shown = request.id.iter().map(|input| {
        let id = input_user(me, input).unwrap_or_default();
        let known = user(call.net, &turn, me, id);
        known.unwrap_or_else(|| types::UserEmpty { id }.into())
    });
    Ok(shown.collect())
}

pub(crate) fn get_full_user(
    call: &mut Call<'_>,
    request: functions::users::GetFullUser,
) -> Answer<enums::users::UserFull> {
    let me = call.me()?;
    let id = input_user(me, &request.id)?;
    let turn = call.net.0.world.turn();
    let shown = user(call.net, &turn, me, id).ok_or_else(|| bad("USER_ID_INVALID"))?;
    let together = turn.state.chats.values().filter(|chat| {
        [me, id].iter().all(|one| chat.members.get(one).is_some_and(|member| member.present()))
    });
    let bot = turn.state.bots.get(&id);
    let about = bot.and_then(|bot| bot.texts.get(&("short_description", String::new()))).cloned();
    let full = types::UserFull {
        id,
        about,
        common_chats_count: i32::try_from(together.count()).unwrap_or(i32::MAX),
        ..blank::user_full()
    };
    let answer =
        types::users::UserFull { full_user: full.into(), chats: Vec::new(), users: vec![shown] };
    Ok(answer.into())
}
