//! Invite links: looking behind one, and entering through it. It must not know posts.

use grammers_tl_types::{enums, functions, types};

use super::channels;
use super::peers;
use super::rpc::{Answer, Call, bad};
use crate::chats::{ChatKind, Member};

/// The chat behind a link's secret, and the whole link.
fn behind(call: &Call<'_>, hash: &str) -> Answer<(i64, String)> {
    let url = format!("https://t.me/+{}", hash.trim_start_matches('+'));
    let turn = call.net.0.world.turn();
    let mut chats = turn.state.chats.values();
    let found = chats.find(|chat| {
        chat.links.iter().any(|link| link.url == url && link.link["is_revoked"] != true)
    });
    let found = found.filter(|chat| peers::is_channel(chat.id));
    Ok((found.ok_or_else(|| bad("INVITE_HASH_EXPIRED"))?.id, url))
}

pub(crate) fn check_chat_invite(
    call: &mut Call<'_>,
    request: functions::messages::CheckChatInvite,
) -> Answer<enums::ChatInvite> {
    let me = call.me()?;
    let (id, url) = behind(call, &request.hash)?;
    let turn = call.net.0.world.turn();
    let chat = turn.state.chats.get(&id).ok_or_else(|| bad("INVITE_HASH_EXPIRED"))?;
    if chat.members.get(&me).is_some_and(Member::present) {
        let chat = channels::channel(&turn, chat, me);
        return Ok(types::ChatInviteAlready { chat }.into());
    }
    let asks = chat
        .links
        .iter()
        .any(|link| link.url == url && link.link.get("creates_join_request") == Some(&true.into()));
    let broadcast = chat.kind == ChatKind::Channel;
    Ok(types::ChatInvite {
        channel: true,
        broadcast,
        public: chat.username.is_some(),
        megagroup: !broadcast,
        request_needed: asks,
        verified: false,
        scam: false,
        fake: false,
        can_refulfill_subscription: false,
        title: chat.title.clone(),
        about: chat.description.clone(),
        photo: types::PhotoEmpty { id: 0 }.into(),
        participants_count: i32::try_from(chat.subscribers(turn.now_s())).unwrap_or(i32::MAX),
        participants: None,
        color: 0,
        subscription_pricing: None,
        subscription_form_id: None,
        bot_verification: None,
    }
    .into())
}

pub(crate) fn import_chat_invite(
    call: &mut Call<'_>,
    request: functions::messages::ImportChatInvite,
) -> Answer<enums::messages::ChatInviteJoinResult> {
    let me = call.me()?;
    let (chat, url) = behind(call, &request.hash)?;
    channels::enter(call, me, chat, Some(&url))
}
