//! The list of a user's channels, and what is read in them. Private chats and basic groups are not
//! simulated here. It must not know how posts come about.

use grammers_tl_types::{enums, functions, types};

use super::blank;
use super::channels;
use super::differences;
use super::peers;
use super::posts::{Post, Posts};
use super::rpc::{Answer, Call};
use crate::chats::{Chat, Member};
use crate::world::Turn;

/// Dialogs that one answer holds at most.
const PAGE_MAX: usize = 100;

fn newest<'a>(chat: &'a Chat) -> Option<Post<'a>> {
    let posts = Posts(chat);
    posts.len().checked_sub(1).and_then(|last| posts.at(last))
}

/// One dialog.
pub(crate) fn dialog(chat: &Chat) -> enums::Dialog {
    let top = Posts(chat).top();
    types::Dialog {
        pinned: false,
        unread_mark: false,
        view_forum_as_messages: false,
        peer: peers::peer(chat.id),
        top_message: top,
        read_inbox_max_id: top,
        read_outbox_max_id: 0,
        unread_count: 0,
        unread_mentions_count: 0,
        unread_reactions_count: 0,
        unread_poll_votes_count: 0,
        notify_settings: blank::notify_settings(),
        pts: Some(chat.ledger.pts()),
        draft: None,
        folder_id: None,
        ttl_period: None,
    }
    .into()
}

/// The channels that a user is in, the one with the newest post first.
pub(crate) fn mine<'a>(turn: &'a Turn<'_>, me: i64) -> Vec<&'a Chat> {
    let is_in = |chat: &&Chat| chat.members.get(&me).is_some_and(Member::present);
    let all = turn.state.chats.values().filter(|chat| peers::is_channel(chat.id));
    let mut all: Vec<&Chat> = all.filter(is_in).collect();
    all.sort_by_key(|chat| (-newest(chat).map_or(0, |post| i64::from(post.date())), chat.id));
    all
}

struct Listed {
    dialogs: Vec<enums::Dialog>,
    messages: Vec<enums::Message>,
    chats: Vec<enums::Chat>,
    users: Vec<enums::User>,
}

fn listed(call: &Call<'_>, turn: &Turn<'_>, me: i64, chats: &[&Chat]) -> Listed {
    let now_s = turn.now_s();
    let tops: Vec<(&Chat, Post<'_>)> =
        chats.iter().filter_map(|chat| Some((*chat, newest(chat)?))).collect();
    Listed {
        dialogs: chats.iter().map(|chat| dialog(chat)).collect(),
        messages: tops.iter().map(|(chat, post)| post.message(chat, me, now_s)).collect(),
        chats: channels::channels(turn, me, chats.iter().map(|chat| chat.id)),
        users: peers::users(call.net, turn, me, tops.iter().flat_map(|(_, post)| post.users())),
    }
}

pub(crate) fn get_dialogs(
    call: &mut Call<'_>,
    request: functions::messages::GetDialogs,
) -> Answer<enums::messages::Dialogs> {
    let me = call.me()?;
    let turn = call.net.0.world.turn();
    let all = mine(&turn, me);
    if request.folder_id.is_some_and(|folder| folder != 0) {
        let nothing = types::messages::Dialogs {
            dialogs: Vec::new(),
            messages: Vec::new(),
            chats: Vec::new(),
            users: Vec::new(),
        };
        return Ok(nothing.into());
    }
    let last = match &request.offset_peer {
        enums::InputPeer::Channel(x) => Some(peers::chat_of_channel(x.channel_id)),
        _ => None,
    };
    let start = match last {
        Some(last) => all.iter().position(|chat| chat.id == last).map_or(0, |at| at + 1),
        None if request.offset_date > 0 => all
            .iter()
            .position(|chat| newest(chat).is_some_and(|post| post.date() < request.offset_date))
            .unwrap_or(all.len()),
        None => 0,
    };
    let limit = usize::try_from(request.limit).unwrap_or(0).clamp(1, PAGE_MAX);
    let page: Vec<&Chat> = all.iter().skip(start).take(limit).copied().collect();
    let Listed { dialogs, messages, chats, users } = listed(call, &turn, me, &page);
    if all.len() <= page.len() {
        return Ok(types::messages::Dialogs { dialogs, messages, chats, users }.into());
    }
    let count = i32::try_from(all.len()).unwrap_or(i32::MAX);
    Ok(types::messages::DialogsSlice { count, dialogs, messages, chats, users }.into())
}

pub(crate) fn get_peer_dialogs(
    call: &mut Call<'_>,
    request: functions::messages::GetPeerDialogs,
) -> Answer<enums::messages::PeerDialogs> {
    let mut ids = Vec::new();
    for peer in request.peers.into_iter().take(PAGE_MAX) {
        if let enums::InputDialogPeer::Peer(x) = peer {
            let opened = channels::open(call, &channels::of_peer(x.peer)?)?;
            ids.push(opened.chat);
        }
    }
    let me = call.me()?;
    let turn = call.net.0.world.turn();
    let page: Vec<&Chat> = ids.iter().filter_map(|id| turn.state.chats.get(id)).collect();
    let Listed { dialogs, messages, chats, users } = listed(call, &turn, me, &page);
    let state = differences::state(call);
    Ok(types::messages::PeerDialogs { dialogs, messages, chats, users, state }.into())
}

/// Reading is taken note of by nobody here.
pub(crate) fn read_history(
    call: &mut Call<'_>,
    request: functions::channels::ReadHistory,
) -> Answer<bool> {
    channels::open(call, &request.channel).map(|_| true)
}

pub(crate) fn update_status(
    call: &mut Call<'_>,
    _: functions::account::UpdateStatus,
) -> Answer<bool> {
    call.me().map(|_| true)
}
