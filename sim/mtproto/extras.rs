//! What clients ask besides: their devices, contacts, folders, stories, Stars; mostly there is
//! nothing to tell. It must not know posts.

use grammers_tl_types::{enums, functions, types};

use super::channels;
use super::dialogs;
use super::differences;
use super::keys::Login;
use super::peers;
use super::posts::{Post, Posts};
use super::rpc::{Answer, Call, bad};
use super::stats;

pub(crate) fn get_app_config(
    _: &mut Call<'_>,
    _: functions::help::GetAppConfig,
) -> Answer<enums::help::AppConfig> {
    let config = types::JsonObject { value: Vec::new() }.into();
    Ok(types::help::AppConfig { hash: 1, config }.into())
}

/// The keys with which the user is logged in.
pub(crate) fn get_authorizations(
    call: &mut Call<'_>,
    _: functions::account::GetAuthorizations,
) -> Answer<enums::account::Authorizations> {
    let me = call.me()?;
    let date = call.net.now_s();
    let keys = call.net.keys();
    let mine = keys.iter().filter(|(_, key)| key.login == Login::User(me) && key.dc == call.dc);
    let authorizations = mine.map(|(id, key)| {
        types::Authorization {
            current: *id == call.key,
            official_app: false,
            password_pending: false,
            encrypted_requests_disabled: false,
            call_requests_disabled: false,
            unconfirmed: false,
            hash: if *id == call.key { 0 } else { *id },
            device_model: key.device.clone(),
            platform: String::new(),
            system_version: String::new(),
            api_id: 1,
            app_name: String::new(),
            app_version: String::new(),
            date_created: date,
            date_active: date,
            ip: "127.0.0.1".to_owned(),
            country: String::new(),
            region: String::new(),
        }
        .into()
    });
    let authorizations = authorizations.collect();
    Ok(types::account::Authorizations { authorization_ttl_days: 183, authorizations }.into())
}

/// Ends another login of the user.
pub(crate) fn reset_authorization(
    call: &mut Call<'_>,
    request: functions::account::ResetAuthorization,
) -> Answer<bool> {
    let me = call.me()?;
    let mut keys = call.net.keys();
    let other = keys.get_mut(&request.hash).filter(|key| key.login == Login::User(me));
    other.ok_or_else(|| bad("HASH_INVALID"))?.login = Login::Ended("SESSION_REVOKED");
    Ok(true)
}

pub(crate) fn get_contacts(
    call: &mut Call<'_>,
    _: functions::contacts::GetContacts,
) -> Answer<enums::contacts::Contacts> {
    call.me()?;
    let nobody =
        types::contacts::Contacts { contacts: Vec::new(), saved_count: 0, users: Vec::new() };
    Ok(nobody.into())
}

/// Public channels by title or name.
pub(crate) fn search_contacts(
    call: &mut Call<'_>,
    request: functions::contacts::Search,
) -> Answer<enums::contacts::Found> {
    let me = call.me()?;
    let wanted = request.q.trim_start_matches('@').to_lowercase();
    if wanted.chars().count() < 3 {
        return Err(bad("QUERY_TOO_SHORT"));
    }
    let turn = call.net.0.world.turn();
    let fits = |text: &str| text.to_lowercase().contains(&wanted);
    let chats = turn.state.chats.values().filter(|chat| peers::is_channel(chat.id));
    let mut ids: Vec<i64> = chats
        .filter(|chat| chat.username.as_deref().is_some_and(|name| fits(name) || fits(&chat.title)))
        .map(|chat| chat.id)
        .collect();
    ids.sort_unstable();
    ids.truncate(usize::try_from(request.limit).unwrap_or(0).min(50));
    let mine = dialogs::mine(&turn, me);
    let (my, others): (Vec<i64>, Vec<i64>) =
        ids.iter().partition(|id| mine.iter().any(|chat| chat.id == **id));
    Ok(types::contacts::Found {
        my_results: my.into_iter().map(peers::peer).collect(),
        results: others.into_iter().map(peers::peer).collect(),
        chats: channels::channels(&turn, me, ids),
        users: Vec::new(),
    }
    .into())
}

pub(crate) fn get_pinned_dialogs(
    call: &mut Call<'_>,
    _: functions::messages::GetPinnedDialogs,
) -> Answer<enums::messages::PeerDialogs> {
    call.me()?;
    Ok(types::messages::PeerDialogs {
        dialogs: Vec::new(),
        messages: Vec::new(),
        chats: Vec::new(),
        users: Vec::new(),
        state: differences::state(call),
    }
    .into())
}

pub(crate) fn get_dialog_filters(
    call: &mut Call<'_>,
    _: functions::messages::GetDialogFilters,
) -> Answer<enums::messages::DialogFilters> {
    call.me()?;
    let filters = vec![enums::DialogFilter::Default];
    Ok(types::messages::DialogFilters { tags_enabled: false, filters }.into())
}

/// Channels have no stories here.
pub(crate) fn get_peer_stories(
    call: &mut Call<'_>,
    request: functions::stories::GetPeerStories,
) -> Answer<enums::stories::PeerStories> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    let peer = peers::peer(opened.chat);
    let stories = types::PeerStories { peer, max_read_id: None, stories: Vec::new() }.into();
    let chats = vec![opened.shown()];
    Ok(types::stories::PeerStories { stories, chats, users: Vec::new() }.into())
}

pub(crate) fn get_stories_views(
    call: &mut Call<'_>,
    request: functions::stories::GetStoriesViews,
) -> Answer<enums::stories::StoryViews> {
    channels::open(call, &channels::of_peer(request.peer)?)?;
    Err(bad("STORY_ID_INVALID"))
}

pub(crate) fn get_stars_revenue_stats(
    call: &mut Call<'_>,
    request: functions::payments::GetStarsRevenueStats,
) -> Answer<enums::payments::StarsRevenueStats> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    opened.admin()?;
    let nothing = || types::StarsAmount { amount: 0, nanos: 0 }.into();
    let status = types::StarsRevenueStatus {
        withdrawal_enabled: false,
        current_balance: nothing(),
        available_balance: nothing(),
        overall_revenue: nothing(),
        next_withdrawal_at: None,
    };
    Ok(types::payments::StarsRevenueStats {
        top_hours_graph: None,
        revenue_graph: stats::nothing(),
        status: status.into(),
        usd_rate: 0.013,
    }
    .into())
}

/// Stories are not simulated, so none has figures.
pub(crate) fn get_story_stats(
    call: &mut Call<'_>,
    request: functions::stats::GetStoryStats,
) -> Answer<enums::stats::StoryStats> {
    stats::open(call, &channels::of_peer(request.peer)?)?;
    Err(bad("STORY_ID_INVALID"))
}

pub(crate) fn get_story_public_forwards(
    call: &mut Call<'_>,
    request: functions::stats::GetStoryPublicForwards,
) -> Answer<enums::stats::PublicForwards> {
    stats::open(call, &channels::of_peer(request.peer)?)?;
    Err(bad("STORY_ID_INVALID"))
}

pub(crate) fn get_poll_stats(
    call: &mut Call<'_>,
    request: functions::stats::GetPollStats,
) -> Answer<enums::stats::PollStats> {
    let opened = stats::open(call, &channels::of_peer(request.peer)?)?;
    match Posts(opened.chat()).find(i64::from(request.msg_id)) {
        Some(Post::Stored(stored)) if stored.message.contains_key("poll") => {
            Ok(types::stats::PollStats { votes_graph: stats::nothing() }.into())
        }
        _ => Err(bad("MESSAGE_ID_INVALID")),
    }
}
