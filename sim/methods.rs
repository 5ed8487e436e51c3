//! The table of Bot API methods, and how one call is run. It must not know HTTP.

use std::sync::Arc;

use serde_json::Value;

use crate::params::Params;
use crate::people::Fields;
use crate::reply::{Answer, Refused};
use crate::world::{Turn, World};
use crate::{
    methods_chat, methods_edit, methods_forward, methods_gift, methods_invite, methods_me,
    methods_media, methods_member, methods_poll, methods_query, methods_send, methods_stars,
    methods_topic, webhook,
};

/// One call in its moment of the world.
pub(crate) struct Call<'a> {
    pub(crate) turn: Turn<'a>,
    pub(crate) bot: i64,
    pub(crate) params: &'a Params,
}

/// A method of the Bot API.
pub(crate) type Method = fn(&mut Call<'_>) -> Answer;

/// A method that sends one message: its content, and what is sent.
pub(crate) fn done() -> Answer {
    Ok(Value::Bool(true))
}

/// A message as an answer.
pub(crate) fn message(fields: Arc<Fields>) -> Answer {
    Ok(Value::Object(Arc::unwrap_or_clone(fields)))
}

/// The method under a lower-case name.
fn find(name: &str) -> Option<Method> {
    sending(name).or_else(|| talking(name)).or_else(|| running(name))
}

fn sending(name: &str) -> Option<Method> {
    Some(match name {
        "sendmessage" => methods_send::send_message,
        "sendlocation" => methods_send::send_location,
        "sendvenue" => methods_send::send_venue,
        "sendcontact" => methods_send::send_contact,
        "senddice" => methods_send::send_dice,
        "sendchataction" => methods_send::send_chat_action,
        "sendphoto" => methods_media::send_photo,
        "senddocument" => methods_media::send_document,
        "sendvideo" => methods_media::send_video,
        "sendanimation" => methods_media::send_animation,
        "sendaudio" => methods_media::send_audio,
        "sendvoice" => methods_media::send_voice,
        "sendvideonote" => methods_media::send_video_note,
        "sendsticker" => methods_media::send_sticker,
        "sendmediagroup" => methods_media::send_media_group,
        "getfile" => methods_media::get_file,
        "copymessage" => methods_forward::copy_message,
        "copymessages" => methods_forward::copy_messages,
        "forwardmessage" => methods_forward::forward_message,
        "forwardmessages" => methods_forward::forward_messages,
        "editmessagetext" => methods_edit::edit_text,
        "editmessagecaption" => methods_edit::edit_caption,
        "editmessagemedia" => methods_edit::edit_media,
        "editmessagereplymarkup" => methods_edit::edit_markup,
        "deletemessage" => methods_edit::delete_message,
        "deletemessages" => methods_edit::delete_messages,
        "setmessagereaction" => methods_edit::set_reaction,
        "sendpaidmedia" => methods_gift::send_paid_media,
        "sendgame" => methods_gift::send_game,
        "sendchecklist" | "editmessagechecklist" => methods_gift::checklist,
        "sendgift" => methods_gift::send_gift,
        "sendpoll" => methods_poll::send_poll,
        "stoppoll" => methods_poll::stop_poll,
        "sendinvoice" => methods_stars::send_invoice,
        "createinvoicelink" => methods_stars::create_invoice_link,
        _ => return None,
    })
}

fn talking(name: &str) -> Option<Method> {
    Some(match name {
        "answercallbackquery" => methods_query::answer_callback,
        "answerinlinequery" => methods_query::answer_inline,
        "answerprecheckoutquery" => methods_query::answer_pre_checkout,
        "answershippingquery" => methods_query::answer_shipping,
        "refundstarpayment" => methods_stars::refund,
        "getstartransactions" => methods_stars::transactions,
        "getmystarbalance" => methods_stars::balance,
        "edituserstarsubscription" => methods_stars::edit_subscription,
        "getavailablegifts" => methods_gift::available_gifts,
        "getstickerset" => methods_gift::sticker_set,
        "getchat" => methods_chat::get_chat,
        "getchatmember" => methods_chat::get_member,
        "getchatadministrators" => methods_chat::get_administrators,
        "getchatmembercount" | "getchatmemberscount" => methods_chat::get_count,
        "getuserprofilephotos" => methods_chat::profile_photos,
        "setchattitle" => methods_chat::set_title,
        "setchatdescription" => methods_chat::set_description,
        "setchatpermissions" => methods_chat::set_permissions,
        "pinchatmessage" => methods_chat::pin,
        "unpinchatmessage" => methods_chat::unpin,
        "unpinallchatmessages" => methods_chat::unpin_all,
        "leavechat" => methods_member::leave,
        "banchatmember" | "kickchatmember" => methods_member::ban,
        "unbanchatmember" => methods_member::unban,
        "restrictchatmember" => methods_member::restrict,
        "promotechatmember" => methods_member::promote,
        "setchatadministratorcustomtitle" => methods_member::set_title,
        "approvechatjoinrequest" => methods_invite::approve,
        "declinechatjoinrequest" => methods_invite::decline,
        "createchatinvitelink" => methods_invite::create,
        "createchatsubscriptioninvitelink" => methods_invite::create_subscription,
        "editchatinvitelink" => methods_invite::edit,
        "editchatsubscriptioninvitelink" => methods_invite::edit,
        "revokechatinvitelink" => methods_invite::revoke,
        "exportchatinvitelink" => methods_invite::export,
        "createforumtopic" => methods_topic::create,
        "editforumtopic" => methods_topic::edit,
        "closeforumtopic" => methods_topic::close,
        "reopenforumtopic" => methods_topic::reopen,
        "deleteforumtopic" => methods_topic::delete,
        "unpinallforumtopicmessages" => methods_topic::unpin_all,
        "getforumtopiciconstickers" => methods_topic::icon_stickers,
        _ => return None,
    })
}

fn running(name: &str) -> Option<Method> {
    Some(match name {
        "getme" => methods_me::get_me,
        "logout" => methods_me::log_out,
        "close" => methods_me::close,
        "setwebhook" => webhook::set,
        "deletewebhook" => webhook::delete,
        "getwebhookinfo" => webhook::info,
        "setmycommands" => methods_me::set_commands,
        "getmycommands" => methods_me::get_commands,
        "deletemycommands" => methods_me::delete_commands,
        "setmyname" => methods_me::set_name,
        "getmyname" => methods_me::get_name,
        "setmydescription" => methods_me::set_description,
        "getmydescription" => methods_me::get_description,
        "setmyshortdescription" => methods_me::set_short_description,
        "getmyshortdescription" => methods_me::get_short_description,
        "setchatmenubutton" => methods_me::set_menu_button,
        "getchatmenubutton" => methods_me::get_menu_button,
        "setmydefaultadministratorrights" => methods_me::set_default_rights,
        "getmydefaultadministratorrights" => methods_me::get_default_rights,
        _ => return None,
    })
}

/// Runs a method in a locked moment of the world.
pub(crate) fn run(world: &World, bot: i64, method: &str, params: &Params) -> Answer {
    let Some(run) = find(&method.to_ascii_lowercase()) else {
        return Err(Refused::new(404, "Not Found: method not found"));
    };
    let mut call = Call { turn: world.turn(), bot, params };
    run(&mut call)
}
