//! Passes on what happens in channels to the sessions of those who are in them, with the faults that
//! concern updates. It must not know how a session writes.

use std::collections::HashMap;
use std::sync::Arc;

use grammers_tl_types::{Serializable, enums, types};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::channels::{self, Opened};
use super::differences;
use super::mishaps::{MishapKind, Struck};
use super::network::Network;
use super::peers;
use super::posts::{Post, Posts};
use crate::changes::Change;
use crate::chats::Member;
use crate::ledger::Happening;

/// Passes on changes until the world ends.
pub(crate) async fn run(net: Network, mut changes: broadcast::Receiver<Change>) {
    let mut late = HashMap::new();
    loop {
        match changes.recv().await {
            Ok(change) => pass_on(&net, &change, &mut late),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "changes came faster than they were passed on");
                too_long_for_all(&net);
            }
            Err(RecvError::Closed) => return,
        }
    }
}

type Late = HashMap<i64, Arc<Vec<u8>>>;

fn pass_on(net: &Network, change: &Change, late: &mut Late) {
    let chat = match change {
        Change::Post { chat, .. }
        | Change::Standing { chat, .. }
        | Change::Reactions { chat, .. }
        | Change::Grown { chat, .. } => *chat,
    };
    if !peers::is_channel(chat) {
        return;
    }
    for user in net.listeners() {
        let concerned = match change {
            Change::Standing { member, .. } => *member == user,
            _ => is_in(net, chat, user),
        };
        if !concerned {
            continue;
        }
        let Some(updates) = written(net, change, chat, user) else { continue };
        let faulty = matches!(change, Change::Post { .. });
        send(net, (user, chat), updates, late, faulty.then(|| name_of(change)));
    }
}

fn is_in(net: &Network, chat: i64, user: i64) -> bool {
    let turn = net.0.world.turn();
    let member = turn.state.chats.get(&chat).and_then(|chat| chat.members.get(&user));
    member.is_some_and(Member::present)
}

fn name_of(change: &Change) -> &'static str {
    match change {
        Change::Post { entry, .. } => match entry.happening {
            Happening::Posted(_) => "updateNewChannelMessage",
            Happening::Edited(_) => "updateEditChannelMessage",
            Happening::Deleted(_) => "updateDeleteChannelMessages",
        },
        Change::Standing { .. } => "updateChannel",
        Change::Reactions { .. } => "updateMessageReactions",
        Change::Grown { .. } => "updateChannelMessageViews",
    }
}

/// The change as a user is told it; none when there is nothing to tell any more.
fn written(net: &Network, change: &Change, chat: i64, user: i64) -> Option<enums::Updates> {
    let turn = net.0.world.turn();
    turn.state.chats.get(&chat)?;
    let opened = Opened { turn, chat, me: user };
    let now_s = opened.turn.now_s();
    let find = |id: &i64| Posts(opened.chat()).find(*id);
    let mut named: Vec<Post<'_>> = Vec::new();
    let updates: Vec<enums::Update> = match change {
        Change::Post { entry, .. } => {
            if let Happening::Posted(id) | Happening::Edited(id) = &entry.happening {
                named.extend(find(id));
            }
            // A post that is gone by now leaves a gap, which the difference closes.
            differences::update(&opened, entry).into_iter().collect()
        }
        Change::Standing { .. } => {
            vec![types::UpdateChannel { channel_id: peers::channel_of_chat(chat) }.into()]
        }
        Change::Reactions { post, .. } => {
            let reactions = find(post)?.reactions(opened.chat(), user, now_s);
            let nothing = || types::MessageReactions {
                min: false,
                can_see_list: false,
                reactions_as_tags: false,
                results: Vec::new(),
                recent_reactions: None,
                top_reactors: None,
            };
            let update = types::UpdateMessageReactions {
                peer: peers::peer(chat),
                msg_id: i32::try_from(*post).ok()?,
                top_msg_id: None,
                saved_peer_id: None,
                reactions: reactions.unwrap_or_else(nothing).into(),
            };
            vec![update.into()]
        }
        Change::Grown { posts, .. } => {
            posts.iter().filter_map(find).flat_map(|post| grown(&opened, post, now_s)).collect()
        }
    };
    if updates.is_empty() {
        return None;
    }
    let chats = named.iter().filter_map(|post| post.source()).chain([chat]);
    let all = types::Updates {
        updates,
        users: peers::users(net, &opened.turn, user, named.iter().flat_map(|post| post.users())),
        chats: channels::channels(&opened.turn, user, chats),
        date: net.now_s(),
        seq: 0,
    };
    Some(all.into())
}

fn grown(opened: &Opened<'_>, post: Post<'_>, now_s: i64) -> Vec<enums::Update> {
    let channel_id = peers::channel_of_chat(opened.chat);
    let Some((views, forwards)) = post.counts(opened.chat(), now_s) else {
        return Vec::new();
    };
    let id = post.id();
    vec![
        types::UpdateChannelMessageViews { channel_id, id, views }.into(),
        types::UpdateChannelMessageForwards { channel_id, id, forwards }.into(),
    ]
}

/// Sends, unless a fault has it lost, late, doubled or too long.
fn send(
    net: &Network,
    (user, chat): (i64, i64),
    updates: enums::Updates,
    late: &mut Late,
    faulty: Option<&'static str>,
) {
    let dc = net.accounts().home_of(user, net.home_dc());
    let strike = |method| net.0.mishaps.strike(Struck { dc, user, method }, true);
    let struck = faulty.and_then(strike).map(|mishap| mishap.kind);
    let body = Arc::new(updates.to_bytes());
    match struck {
        Some(MishapKind::LostUpdate) => {}
        Some(MishapKind::LateUpdate) => {
            // Two late ones in a row: the first has waited long enough.
            if let Some(before) = late.insert(user, body) {
                net.push(user, &before);
            }
        }
        Some(MishapKind::TooLong) => {
            net.push(user, &Arc::new(too_long(net, chat).to_bytes()));
        }
        doubled => {
            net.push(user, &body);
            if doubled == Some(MishapKind::DoubleUpdate) {
                net.push(user, &body);
            }
            if let Some(before) = late.remove(&user) {
                net.push(user, &before);
            }
        }
    }
}

fn too_long(net: &Network, chat: i64) -> enums::Updates {
    let channel_id = peers::channel_of_chat(chat);
    let update = types::UpdateChannelTooLong { channel_id, pts: None };
    types::UpdateShort { update: update.into(), date: net.now_s() }.into()
}

fn too_long_for_all(net: &Network) {
    for user in net.listeners() {
        let chats: Vec<i64> = {
            let turn = net.0.world.turn();
            super::dialogs::mine(&turn, user).iter().map(|chat| chat.id).collect()
        };
        for chat in chats {
            net.push(user, &Arc::new(too_long(net, chat).to_bytes()));
        }
    }
}
