//! Which handler answers which method. It must not know what they do.

use std::collections::HashMap;
use std::sync::LazyLock;

use grammers_tl_types::{Identifiable, functions};

use super::rpc::{Answer, Call, run};
use super::{
    channels, dialogs, differences, extras, files, help, invites, login, members, pages, peers, qr,
    stats, writing,
};

/// A method's handler.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut Call<'_>, &[u8]) -> Answer<Vec<u8>>,
}

macro_rules! routes {
    ($($name:literal $space:ident $method:ident => $module:ident::$handler:ident,)*) => {
        static ROUTES: LazyLock<HashMap<u32, Route>> = LazyLock::new(|| {
            HashMap::from([$((
                functions::$space::$method::CONSTRUCTOR_ID,
                Route {
                    name: $name,
                    run: |call, body| {
                        run::<functions::$space::$method>(call, body, $module::$handler)
                    },
                },
            )),*])
        });
    };
}

routes! {
    "account.getAuthorizations" account GetAuthorizations => extras::get_authorizations,
    "account.getPassword" account GetPassword => login::get_password,
    "account.resetAuthorization" account ResetAuthorization => extras::reset_authorization,
    "account.updateStatus" account UpdateStatus => dialogs::update_status,
    "auth.acceptLoginToken" auth AcceptLoginToken => qr::accept_login_token,
    "auth.bindTempAuthKey" auth BindTempAuthKey => login::bind_temp_auth_key,
    "auth.cancelCode" auth CancelCode => login::cancel_code,
    "auth.checkPassword" auth CheckPassword => login::check_password,
    "auth.exportAuthorization" auth ExportAuthorization => login::export_authorization,
    "auth.exportLoginToken" auth ExportLoginToken => qr::export_login_token,
    "auth.importAuthorization" auth ImportAuthorization => login::import_authorization,
    "auth.importLoginToken" auth ImportLoginToken => qr::import_login_token,
    "auth.logOut" auth LogOut => login::log_out,
    "auth.resendCode" auth ResendCode => login::resend_code,
    "auth.sendCode" auth SendCode => login::send_code,
    "auth.signIn" auth SignIn => login::sign_in,
    "channels.deleteMessages" channels DeleteMessages => writing::delete_messages,
    "channels.getAdminLog" channels GetAdminLog => members::get_admin_log,
    "channels.getChannels" channels GetChannels => channels::get_channels,
    "channels.getFullChannel" channels GetFullChannel => channels::get_full_channel,
    "channels.getMessages" channels GetMessages => pages::get_messages,
    "channels.getParticipant" channels GetParticipant => members::get_participant,
    "channels.getParticipants" channels GetParticipants => members::get_participants,
    "channels.joinChannel" channels JoinChannel => channels::join_channel,
    "channels.leaveChannel" channels LeaveChannel => channels::leave_channel,
    "channels.readHistory" channels ReadHistory => dialogs::read_history,
    "contacts.getContacts" contacts GetContacts => extras::get_contacts,
    "contacts.resolveUsername" contacts ResolveUsername => channels::resolve_username,
    "contacts.search" contacts Search => extras::search_contacts,
    "help.getAppConfig" help GetAppConfig => extras::get_app_config,
    "help.getCdnConfig" help GetCdnConfig => help::get_cdn_config,
    "help.getConfig" help GetConfig => help::get_config,
    "help.getNearestDc" help GetNearestDc => help::get_nearest_dc,
    "messages.checkChatInvite" messages CheckChatInvite => invites::check_chat_invite,
    "messages.editMessage" messages EditMessage => writing::edit_message,
    "messages.getDialogFilters" messages GetDialogFilters => extras::get_dialog_filters,
    "messages.getDialogs" messages GetDialogs => dialogs::get_dialogs,
    "messages.getHistory" messages GetHistory => pages::get_history,
    "messages.getMessagesReactions" messages GetMessagesReactions => pages::get_messages_reactions,
    "messages.getMessagesViews" messages GetMessagesViews => pages::get_messages_views,
    "messages.getPeerDialogs" messages GetPeerDialogs => dialogs::get_peer_dialogs,
    "messages.getPinnedDialogs" messages GetPinnedDialogs => extras::get_pinned_dialogs,
    "messages.getReplies" messages GetReplies => pages::get_replies,
    "messages.importChatInvite" messages ImportChatInvite => invites::import_chat_invite,
    "messages.search" messages Search => pages::search,
    "messages.sendMessage" messages SendMessage => writing::send_message,
    "messages.sendReaction" messages SendReaction => writing::send_reaction,
    "messages.startBot" messages StartBot => writing::start_bot,
    "payments.getStarsRevenueStats" payments GetStarsRevenueStats => extras::get_stars_revenue_stats,
    "premium.getBoostsList" premium GetBoostsList => members::get_boosts_list,
    "premium.getBoostsStatus" premium GetBoostsStatus => members::get_boosts_status,
    "stats.getBroadcastStats" stats GetBroadcastStats => stats::get_broadcast_stats,
    "stats.getMegagroupStats" stats GetMegagroupStats => stats::get_megagroup_stats,
    "stats.getMessagePublicForwards" stats GetMessagePublicForwards => stats::get_message_public_forwards,
    "stats.getMessageStats" stats GetMessageStats => stats::get_message_stats,
    "stats.getPollStats" stats GetPollStats => extras::get_poll_stats,
    "stats.getStoryPublicForwards" stats GetStoryPublicForwards => extras::get_story_public_forwards,
    "stats.getStoryStats" stats GetStoryStats => extras::get_story_stats,
    "stats.loadAsyncGraph" stats LoadAsyncGraph => stats::load_async_graph,
    "stories.getPeerStories" stories GetPeerStories => extras::get_peer_stories,
    "stories.getStoriesViews" stories GetStoriesViews => extras::get_stories_views,
    "updates.getChannelDifference" updates GetChannelDifference => differences::get_channel_difference,
    "updates.getDifference" updates GetDifference => differences::get_difference,
    "updates.getState" updates GetState => differences::get_state,
    "upload.getFile" upload GetFile => files::get_file,
    "users.getFullUser" users GetFullUser => peers::get_full_user,
    "users.getUsers" users GetUsers => peers::get_users,
}

/// The handler of a constructor.
pub(crate) fn find(id: u32) -> Option<Route> {
    ROUTES.get(&id).copied()
}
