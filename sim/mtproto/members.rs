//! Who is in a channel, with which rights; its log of administrators' acts; its boosts. It must not
//! know posts beyond those that were deleted.

use std::hash::{DefaultHasher, Hash, Hasher};

use grammers_tl_types::{enums, functions, types};

use super::blank;
use super::channels::{self, Opened};
use super::peers;
use super::posts::Post;
use super::rpc::{Answer, Call, bad};
use crate::acts::{Act, Deed};
use crate::chats::{Chat, ChatKind, Member, Standing};
use crate::life::DAY_S;

/// Participants and events that one answer holds at most.
const PAGE_MAX: usize = 200;
/// Subscribers per boost, and boosts per level.
const PER_BOOST: i64 = 400;
const PER_LEVEL: i32 = 5;

fn short(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn page(offset: i32, limit: i32) -> (usize, usize) {
    let whole = |number: i32| usize::try_from(number).unwrap_or(0);
    (whole(offset), whole(limit).min(PAGE_MAX))
}

/// When somebody came, as far as the simulator pretends to know.
fn since(chat: &Chat, id: i64) -> i32 {
    let mut hasher = DefaultHasher::new();
    (chat.id, id, "since").hash(&mut hasher);
    let later = i64::try_from(hasher.finish() % 1_000_000).unwrap_or(0);
    short(chat.born_s + later)
}

/// A member, past or present, as a viewer sees it.
fn participant(chat: &Chat, id: i64, member: &Member, me: i64) -> enums::ChannelParticipant {
    let date = since(chat, id);
    let rank = member.title.clone();
    let owner = chat.members.iter().find(|(_, member)| member.standing == Standing::Owner);
    let owner = owner.map_or(0, |(id, _)| *id);
    let rights = || channels::rights(member).unwrap_or_else(|| blank::admin_rights().into());
    match &member.standing {
        Standing::Owner => {
            types::ChannelParticipantCreator { user_id: id, admin_rights: rights(), rank }.into()
        }
        Standing::Administrator(_) => types::ChannelParticipantAdmin {
            can_edit: me == owner,
            is_self: id == me,
            user_id: id,
            inviter_id: (id == me).then_some(owner),
            promoted_by: owner,
            date,
            admin_rights: rights(),
            rank,
        }
        .into(),
        Standing::Member if id == me => types::ChannelParticipantSelf {
            via_request: false,
            user_id: id,
            inviter_id: owner,
            date,
            subscription_until_date: None,
            rank,
        }
        .into(),
        Standing::Member => {
            types::ChannelParticipant { user_id: id, date, subscription_until_date: None, rank }
                .into()
        }
        Standing::Left => types::ChannelParticipantLeft { peer: peers::peer(id) }.into(),
        Standing::Kicked | Standing::Restricted(..) => types::ChannelParticipantBanned {
            left: !member.present(),
            peer: peers::peer(id),
            kicked_by: owner,
            date,
            banned_rights: types::ChatBannedRights {
                view_messages: member.standing == Standing::Kicked,
                send_messages: true,
                until_date: short(member.until_s),
                ..blank::banned_rights()
            }
            .into(),
            rank,
        }
        .into(),
    }
}

pub(crate) fn get_participant(
    call: &mut Call<'_>,
    request: functions::channels::GetParticipant,
) -> Answer<enums::channels::ChannelParticipant> {
    let opened = channels::open(call, &request.channel)?;
    let id = match request.participant {
        enums::InputPeer::PeerSelf => opened.me,
        enums::InputPeer::User(x) => x.user_id,
        _ => return Err(bad("PARTICIPANT_ID_INVALID")),
    };
    if id != opened.me && opened.chat().kind == ChatKind::Channel {
        opened.admin()?;
    }
    let member = opened.chat().members.get(&id);
    let member = member.filter(|member| member.standing != Standing::Left);
    let member = member.ok_or_else(|| bad("USER_NOT_PARTICIPANT"))?;
    Ok(types::channels::ChannelParticipant {
        participant: participant(opened.chat(), id, member, opened.me),
        chats: vec![opened.shown()],
        users: peers::users(call.net, &opened.turn, opened.me, [id]),
    }
    .into())
}

pub(crate) fn get_participants(
    call: &mut Call<'_>,
    request: functions::channels::GetParticipants,
) -> Answer<enums::channels::ChannelParticipants> {
    use enums::ChannelParticipantsFilter as F;
    let opened = channels::open(call, &request.channel)?;
    let chat = opened.chat();
    if chat.kind == ChatKind::Channel {
        opened.admin()?;
    }
    let named = |id: i64, wanted: &str| {
        let user = opened.turn.state.user(id).unwrap_or_default();
        let names = ["first_name", "last_name", "username"];
        let mut names = names.iter().filter_map(|name| user[*name].as_str());
        names.any(|name| name.to_lowercase().contains(&wanted.to_lowercase()))
    };
    let all: Vec<(&i64, &Member)> = chat
        .members
        .iter()
        .filter(|(id, member)| match &request.filter {
            F::ChannelParticipantsAdmins => member.is_admin(),
            F::ChannelParticipantsBots => member.is_bot && member.present(),
            F::ChannelParticipantsKicked(_) => member.standing == Standing::Kicked,
            F::ChannelParticipantsBanned(_) => {
                matches!(member.standing, Standing::Restricted(..))
            }
            F::ChannelParticipantsSearch(x) => member.present() && named(**id, &x.q),
            _ => member.present(),
        })
        .collect();
    let (offset, limit) = page(request.offset, request.limit);
    let shown: Vec<_> = all.iter().skip(offset).take(limit).collect();
    Ok(types::channels::ChannelParticipants {
        count: i32::try_from(all.len()).unwrap_or(i32::MAX),
        participants: shown
            .iter()
            .map(|(id, member)| participant(chat, **id, member, opened.me))
            .collect(),
        chats: vec![opened.shown()],
        users: peers::users(call.net, &opened.turn, opened.me, shown.iter().map(|(id, _)| **id)),
    }
    .into())
}

fn event(opened: &Opened<'_>, act: &Act) -> enums::ChannelAdminLogEvent {
    use enums::ChannelAdminLogEventAction as A;
    let chat = opened.chat();
    let action = match &act.deed {
        Deed::Deleted(stored) => {
            let message = Post::Stored(stored).message(chat, opened.me, opened.turn.now_s());
            A::DeleteMessage(types::ChannelAdminLogEventActionDeleteMessage { message })
        }
        Deed::Standing { member, before, after } => {
            let shown = |one: &Member| participant(chat, *member, one, opened.me);
            let (prev_participant, new_participant) = (shown(before), shown(after));
            let banned =
                |one: &Member| matches!(one.standing, Standing::Kicked | Standing::Restricted(..));
            if before.is_admin() || after.is_admin() {
                A::ParticipantToggleAdmin(types::ChannelAdminLogEventActionParticipantToggleAdmin {
                    prev_participant,
                    new_participant,
                })
            } else if banned(before) || banned(after) {
                A::ParticipantToggleBan(types::ChannelAdminLogEventActionParticipantToggleBan {
                    prev_participant,
                    new_participant,
                })
            } else if after.present() {
                A::ParticipantJoin
            } else {
                A::ParticipantLeave
            }
        }
    };
    let date = short(act.at_s);
    types::ChannelAdminLogEvent { id: act.id, date, user_id: act.by, action }.into()
}

pub(crate) fn get_admin_log(
    call: &mut Call<'_>,
    request: functions::channels::GetAdminLog,
) -> Answer<enums::channels::AdminLogResults> {
    let opened = channels::open(call, &request.channel)?;
    opened.admin()?;
    let (_, limit) = page(0, request.limit);
    let within =
        |act: &&Act| (request.max_id == 0 || act.id < request.max_id) && act.id > request.min_id;
    let acts: Vec<&Act> = opened.chat().acts.newest_first().filter(within).take(limit).collect();
    let members = acts.iter().map(|act| match &act.deed {
        Deed::Standing { member, .. } => *member,
        Deed::Deleted(stored) => stored.sender,
    });
    let ids: Vec<i64> = acts.iter().map(|act| act.by).chain(members).collect();
    Ok(types::channels::AdminLogResults {
        events: acts.iter().map(|act| event(&opened, act)).collect(),
        chats: vec![opened.shown()],
        users: peers::users(call.net, &opened.turn, opened.me, ids),
    }
    .into())
}

fn boosts(opened: &Opened<'_>) -> i32 {
    let count = opened.chat().subscribers(opened.turn.now_s()) / PER_BOOST;
    short(count)
}

pub(crate) fn get_boosts_status(
    call: &mut Call<'_>,
    request: functions::premium::GetBoostsStatus,
) -> Answer<enums::premium::BoostsStatus> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    let boosts = boosts(&opened);
    let level = boosts / PER_LEVEL;
    let name = opened.chat().username.clone().unwrap_or_default();
    let is_admin = opened.member().is_some_and(Member::is_admin);
    let total = opened.chat().subscribers(opened.turn.now_s());
    let total = f64::from(short(total));
    Ok(types::premium::BoostsStatus {
        my_boost: false,
        level,
        current_level_boosts: level * PER_LEVEL,
        boosts,
        gift_boosts: is_admin.then_some(boosts / 10),
        next_level_boosts: Some((level + 1) * PER_LEVEL),
        premium_audience: is_admin
            .then(|| types::StatsPercentValue { part: (total * 0.07).floor(), total }.into()),
        boost_url: format!("https://t.me/boost/{name}"),
        prepaid_giveaways: None,
        my_boost_slots: None,
    }
    .into())
}

pub(crate) fn get_boosts_list(
    call: &mut Call<'_>,
    request: functions::premium::GetBoostsList,
) -> Answer<enums::premium::BoostsList> {
    let opened = channels::open(call, &channels::of_peer(request.peer)?)?;
    opened.admin()?;
    let count = if request.gifts { boosts(&opened) / 10 } else { boosts(&opened) };
    let offset: i32 = request.offset.parse().unwrap_or(0);
    let end = count.min(offset.saturating_add(request.limit.clamp(0, 100)));
    let now_s = opened.turn.now_s();
    let boost = |at: i32| {
        let age = i64::from(at) * 7919 % (30 * DAY_S);
        types::Boost {
            gift: request.gifts,
            giveaway: false,
            unclaimed: false,
            id: format!("{:x}{at:x}", opened.chat.unsigned_abs()),
            user_id: None,
            giveaway_msg_id: None,
            date: short(now_s - age),
            expires: short(now_s - age + 30 * DAY_S),
            used_gift_slug: None,
            multiplier: None,
            stars: None,
        }
        .into()
    };
    Ok(types::premium::BoostsList {
        count,
        boosts: (offset.max(0)..end).map(boost).collect(),
        next_offset: (end < count).then(|| end.to_string()),
        users: Vec::new(),
    }
    .into())
}
