//! Official statistics: who may ask where, and the figures of the last week; graphs say that they
//! have too little to show. It must not know how a channel grows.

use grammers_tl_types::{enums, functions, types};

use super::channels::{self, Opened, can_view_stats};
use super::peers;
use super::posts::{Post, Posts};
use super::rpc::{Answer, Call, Refusal, bad};
use crate::chats::ChatKind;
use crate::life::DAY_S;

const WEEK_S: i64 = 7 * DAY_S;
/// Posts that the figures look at.
const LOOKED_AT: usize = 200;

fn short(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Opens a channel of which the caller may see the statistics, in the data centre that has them.
pub(crate) fn open<'a>(call: &'a Call<'_>, input: &enums::InputChannel) -> Answer<Opened<'a>> {
    call.me()?;
    if call.dc != call.net.0.stats_dc {
        return Err(Refusal::new(303, format!("STATS_MIGRATE_{}", call.net.0.stats_dc)));
    }
    let opened = channels::open(call, input)?;
    if !can_view_stats(opened.chat(), opened.member()) {
        return Err(bad("CHAT_ADMIN_REQUIRED"));
    }
    Ok(opened)
}

/// A graph that has too little to show.
pub(crate) fn nothing() -> enums::StatsGraph {
    types::StatsGraphError { error: "Not enough data to display.".to_owned() }.into()
}

fn both(current: f64, previous: f64) -> enums::StatsAbsValueAndPrev {
    types::StatsAbsValueAndPrev { current, previous }.into()
}

fn float(number: i64) -> f64 {
    f64::from(short(number))
}

/// Views and forwards per post of the posts of a week.
fn per_post(opened: &Opened<'_>, end_s: i64) -> (f64, f64, f64) {
    let posts = Posts(opened.chat());
    let now_s = opened.turn.now_s();
    let end = posts.before_date(short(end_s));
    let begin = posts.before_date(short(end_s - WEEK_S)).max(end.saturating_sub(LOOKED_AT));
    let (mut views, mut forwards, mut reactions) = (0.0, 0.0, 0.0);
    for post in (begin..end).filter_map(|at| posts.at(at)) {
        let (seen, passed_on) = post.counts(opened.chat(), now_s).unwrap_or_default();
        views += f64::from(seen);
        forwards += f64::from(passed_on);
        let given = post.reactions(opened.chat(), opened.me, now_s);
        let counts = given.iter().flat_map(|given| &given.results);
        reactions +=
            counts.map(|enums::ReactionCount::Count(count)| f64::from(count.count)).sum::<f64>();
    }
    let count = f64::from(u32::try_from(end - begin).unwrap_or(u32::MAX)).max(1.0);
    (views / count, forwards / count, reactions / count)
}

pub(crate) fn get_broadcast_stats(
    call: &mut Call<'_>,
    request: functions::stats::GetBroadcastStats,
) -> Answer<enums::stats::BroadcastStats> {
    let opened = open(call, &request.channel)?;
    let chat = opened.chat();
    if chat.kind != ChatKind::Channel {
        return Err(bad("BROADCAST_REQUIRED"));
    }
    let now_s = opened.turn.now_s();
    let (views, shares, reactions) = per_post(&opened, now_s);
    let (views_before, shares_before, reactions_before) = per_post(&opened, now_s - WEEK_S);
    let total = float(chat.subscribers(now_s));
    let posts = Posts(chat);
    let recent = (posts.len().saturating_sub(20)..posts.len()).rev();
    let recent = recent.filter_map(|at| posts.at(at)).map(|post: Post<'_>| {
        let (views, forwards) = post.counts(chat, now_s).unwrap_or_default();
        let counters = types::PostInteractionCountersMessage {
            msg_id: post.id(),
            views,
            forwards,
            reactions: 0,
        };
        counters.into()
    });
    Ok(types::stats::BroadcastStats {
        period: types::StatsDateRangeDays {
            min_date: short(now_s - WEEK_S),
            max_date: short(now_s),
        }
        .into(),
        followers: both(total, float(chat.subscribers(now_s - WEEK_S))),
        views_per_post: both(views, views_before),
        shares_per_post: both(shares, shares_before),
        reactions_per_post: both(reactions, reactions_before),
        views_per_story: both(0.0, 0.0),
        shares_per_story: both(0.0, 0.0),
        reactions_per_story: both(0.0, 0.0),
        enabled_notifications: types::StatsPercentValue { part: (total * 0.4).floor(), total }
            .into(),
        growth_graph: nothing(),
        followers_graph: nothing(),
        mute_graph: nothing(),
        top_hours_graph: nothing(),
        interactions_graph: nothing(),
        iv_interactions_graph: nothing(),
        views_by_source_graph: nothing(),
        new_followers_by_source_graph: nothing(),
        languages_graph: nothing(),
        reactions_by_emotion_graph: nothing(),
        story_interactions_graph: nothing(),
        story_reactions_by_emotion_graph: nothing(),
        recent_posts_interactions: recent.collect(),
    }
    .into())
}

pub(crate) fn get_megagroup_stats(
    call: &mut Call<'_>,
    request: functions::stats::GetMegagroupStats,
) -> Answer<enums::stats::MegagroupStats> {
    let opened = open(call, &request.channel)?;
    let chat = opened.chat();
    if chat.kind != ChatKind::Supergroup {
        return Err(bad("MEGAGROUP_REQUIRED"));
    }
    let now_s = opened.turn.now_s();
    let posts = Posts(chat);
    let within = |end_s: i64| {
        let count = posts.before_date(short(end_s)) - posts.before_date(short(end_s - WEEK_S));
        f64::from(u32::try_from(count).unwrap_or(u32::MAX))
    };
    let members = float(chat.subscribers(now_s));
    Ok(types::stats::MegagroupStats {
        period: types::StatsDateRangeDays {
            min_date: short(now_s - WEEK_S),
            max_date: short(now_s),
        }
        .into(),
        members: both(members, members),
        messages: both(within(now_s), within(now_s - WEEK_S)),
        viewers: both(members, members),
        posters: both(0.0, 0.0),
        growth_graph: nothing(),
        members_graph: nothing(),
        new_members_by_source_graph: nothing(),
        languages_graph: nothing(),
        messages_graph: nothing(),
        actions_graph: nothing(),
        top_hours_graph: nothing(),
        weekdays_graph: nothing(),
        top_posters: Vec::new(),
        top_admins: Vec::new(),
        top_inviters: Vec::new(),
        users: Vec::new(),
    }
    .into())
}

pub(crate) fn get_message_stats(
    call: &mut Call<'_>,
    request: functions::stats::GetMessageStats,
) -> Answer<enums::stats::MessageStats> {
    let opened = open(call, &request.channel)?;
    let post = Posts(opened.chat()).find(i64::from(request.msg_id));
    post.ok_or_else(|| bad("MESSAGE_ID_INVALID"))?;
    let answer = types::stats::MessageStats {
        views_graph: nothing(),
        reactions_by_emotion_graph: nothing(),
    };
    Ok(answer.into())
}

/// No graph is asynchronous yet, so no token is good.
pub(crate) fn load_async_graph(
    call: &mut Call<'_>,
    _: functions::stats::LoadAsyncGraph,
) -> Answer<enums::StatsGraph> {
    call.me()?;
    Err(bad("GRAPH_INVALID_RELOAD"))
}

/// Posts in public channels that forwarded this one.
pub(crate) fn get_message_public_forwards(
    call: &mut Call<'_>,
    request: functions::stats::GetMessagePublicForwards,
) -> Answer<enums::stats::PublicForwards> {
    let opened = open(call, &request.channel)?;
    let now_s = opened.turn.now_s();
    let public = opened.turn.state.chats.values();
    let public = public.filter(|chat| chat.username.is_some() && peers::is_channel(chat.id));
    let mut found = Vec::new();
    for chat in public {
        for at in 0..chat.history.len() {
            let Some(stored) = chat.history.at(at) else { continue };
            let origin = stored.message.get("forward_origin");
            let fits = origin.is_some_and(|origin| {
                origin["chat"]["id"].as_i64() == Some(opened.chat)
                    && origin["message_id"].as_i64() == Some(i64::from(request.msg_id))
            });
            if fits {
                found.push((chat, Post::Stored(stored)));
            }
        }
    }
    let offset: usize = request.offset.parse().unwrap_or(0);
    let limit = usize::try_from(request.limit).unwrap_or(0).min(100);
    let page: Vec<_> = found.iter().skip(offset).take(limit).collect();
    let next = offset + page.len();
    Ok(types::stats::PublicForwards {
        count: i32::try_from(found.len()).unwrap_or(i32::MAX),
        forwards: page
            .iter()
            .map(|(chat, post)| {
                let message = post.message(chat, opened.me, now_s);
                types::PublicForwardMessage { message }.into()
            })
            .collect(),
        next_offset: (next < found.len()).then(|| next.to_string()),
        chats: channels::channels(&opened.turn, opened.me, page.iter().map(|(chat, _)| chat.id)),
        users: Vec::new(),
    }
    .into())
}
