//! What a client missed: its own state, and the differences of channels since a number (pts). It
//! must not know connections.

use grammers_tl_types::{enums, functions, types};

use super::channels::{self, Opened};
use super::dialogs;
use super::pages::Shown;
use super::peers;
use super::posts::Posts;
use super::rpc::{Answer, Call, bad};
use crate::ledger::{Entry, Happening};

/// Seconds after which a client that watches a channel asks again.
const ASK_AGAIN_S: i32 = 30;
/// Entries that one answer holds at most.
const ENTRIES_MAX: usize = 100;
/// A client further behind than this is told to start anew.
const TOO_LONG: usize = 3000;
/// Posts that come along when a client starts anew.
const ANEW: usize = 30;
/// Channels of which one answer tells that they have changed.
const CHANGED_MAX: usize = 500;

/// The state of a user: private chats are not simulated, so its own number stands still.
pub(crate) fn state(call: &Call<'_>) -> enums::updates::State {
    let date = call.net.now_s();
    types::updates::State { pts: 1, qts: 0, date, seq: 1, unread_count: 0 }.into()
}

pub(crate) fn get_state(
    call: &mut Call<'_>,
    _: functions::updates::GetState,
) -> Answer<enums::updates::State> {
    call.me_at_home()?;
    Ok(state(call))
}

pub(crate) fn get_difference(
    call: &mut Call<'_>,
    request: functions::updates::GetDifference,
) -> Answer<enums::updates::Difference> {
    let me = call.me_at_home()?;
    if request.pts < 0 || request.date < 0 {
        return Err(bad("PERSISTENT_TIMESTAMP_INVALID"));
    }
    let turn = call.net.0.world.turn();
    let changed: Vec<_> = dialogs::mine(&turn, me)
        .into_iter()
        .filter(|chat| {
            let posts = Posts(chat);
            let newest = posts.len().checked_sub(1).and_then(|last| posts.at(last));
            newest.is_some_and(|post| post.date() >= request.date)
        })
        .take(CHANGED_MAX)
        .collect();
    if changed.is_empty() {
        let nothing = types::updates::DifferenceEmpty { date: call.net.now_s(), seq: 1 };
        return Ok(nothing.into());
    }
    let updates = changed.iter().map(|chat| {
        let channel_id = peers::channel_of_chat(chat.id);
        types::UpdateChannelTooLong { channel_id, pts: Some(chat.ledger.pts()) }.into()
    });
    Ok(types::updates::Difference {
        new_messages: Vec::new(),
        new_encrypted_messages: Vec::new(),
        other_updates: updates.collect(),
        chats: channels::channels(&turn, me, changed.iter().map(|chat| chat.id)),
        users: Vec::new(),
        state: state(call),
    }
    .into())
}

pub(crate) fn get_channel_difference(
    call: &mut Call<'_>,
    request: functions::updates::GetChannelDifference,
) -> Answer<enums::updates::ChannelDifference> {
    let opened = channels::open(call, &request.channel)?;
    if request.pts <= 0 {
        return Err(bad("PERSISTENT_TIMESTAMP_EMPTY"));
    }
    let ledger = &opened.chat().ledger;
    if request.pts == ledger.pts() {
        let nothing = types::updates::ChannelDifferenceEmpty {
            r#final: true,
            pts: ledger.pts(),
            timeout: Some(ASK_AGAIN_S),
        };
        return Ok(nothing.into());
    }
    let entries: Option<Vec<&Entry>> = ledger.since(request.pts).map(Iterator::collect);
    match entries {
        Some(entries) if entries.len() <= TOO_LONG => {
            Ok(difference(call, &opened, request.limit, &entries))
        }
        _ => Ok(anew(call, &opened)),
    }
}

fn difference(
    call: &Call<'_>,
    opened: &Opened<'_>,
    limit: i32,
    entries: &[&Entry],
) -> enums::updates::ChannelDifference {
    let limit = usize::try_from(limit).unwrap_or(1).clamp(1, ENTRIES_MAX);
    let page = &entries[..entries.len().min(limit)];
    let posts = Posts(opened.chat());
    let mut shown = Shown::default();
    let mut other_updates = Vec::new();
    for entry in page {
        match &entry.happening {
            // What is gone by now is told by its deletion.
            Happening::Posted(id) => {
                if let Some(post) = posts.find(*id) {
                    shown.add(opened, post);
                }
            }
            Happening::Edited(_) | Happening::Deleted(_) => {
                other_updates.extend(update(opened, entry));
            }
        }
    }
    types::updates::ChannelDifference {
        r#final: page.len() == entries.len(),
        pts: page.last().map_or_else(|| opened.chat().ledger.pts(), |entry| entry.pts),
        timeout: Some(ASK_AGAIN_S),
        other_updates,
        chats: shown.chats(opened),
        users: shown.users(call, &opened.turn, opened.me),
        new_messages: shown.messages,
    }
    .into()
}

fn anew(call: &Call<'_>, opened: &Opened<'_>) -> enums::updates::ChannelDifference {
    let posts = Posts(opened.chat());
    let mut shown = Shown::default();
    for at in (posts.len().saturating_sub(ANEW)..posts.len()).rev() {
        if let Some(post) = posts.at(at) {
            shown.add(opened, post);
        }
    }
    types::updates::ChannelDifferenceTooLong {
        r#final: true,
        timeout: Some(ASK_AGAIN_S),
        dialog: dialogs::dialog(opened.chat()),
        chats: shown.chats(opened),
        users: shown.users(call, &opened.turn, opened.me),
        messages: shown.messages,
    }
    .into()
}

/// The update of one entry; none when its post is gone by now.
pub(crate) fn update(opened: &Opened<'_>, entry: &Entry) -> Option<enums::Update> {
    let (pts, pts_count) = (entry.pts, entry.happening.weight());
    let message = |id: i64| {
        let post = Posts(opened.chat()).find(id)?;
        Some(post.message(opened.chat(), opened.me, opened.turn.now_s()))
    };
    Some(match &entry.happening {
        Happening::Posted(id) => {
            types::UpdateNewChannelMessage { message: message(*id)?, pts, pts_count }.into()
        }
        Happening::Edited(id) => {
            types::UpdateEditChannelMessage { message: message(*id)?, pts, pts_count }.into()
        }
        Happening::Deleted(ids) => types::UpdateDeleteChannelMessages {
            channel_id: peers::channel_of_chat(opened.chat),
            messages: ids.iter().map(|id| i32::try_from(*id).unwrap_or(i32::MAX)).collect(),
            pts,
            pts_count,
        }
        .into(),
    })
}
