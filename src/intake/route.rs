//! What an update says to which actor. Pure: knows no Office, no storage, no limits.

use actors::payment::{self, CheckoutReport};
use actors::session::{Incoming, Profile};
use actors::{Message, bot, chat, session, subscription};
use entities::{BotId, Currency, Key, Kind, Money};

use crate::intake::update::event::{MemberChange, MemberStatus};
use crate::intake::update::message::{Content, Message as Said};
use crate::intake::update::money::{PreCheckout, Subscription};
use crate::intake::update::part::{ChatKind, MediaKind, Text, User};
use crate::intake::update::query::{Callback, InlineQuery};
use crate::intake::update::{Route, Update, UpdateKind};
use crate::telegram::Me;

#[cfg(test)]
mod tests;

/// An invoice's payload has at most 128 bytes (Telegram's limit).
const PAYLOAD_MAX_BYTES: usize = 128;
/// Telegram's limit for the words of an inline question.
const INLINE_MAX_CHARS: usize = 256;

/// Where an update goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Routed {
    To(Key, Message),
    /// Recognised, and nobody here acts on it: confirmed and counted.
    Ignored,
}

/// Whether an update counts for the flood protection. Money and being let in or out always pass.
pub fn is_chatter(update: &Update<'_>) -> bool {
    match &update.kind {
        UpdateKind::Message(said) => !matches!(
            said.content,
            Content::Paid(_)
                | Content::Refunded(_)
                | Content::MigratedTo(_)
                | Content::MigratedFrom(_)
        ),
        UpdateKind::EditedMessage(_) | UpdateKind::Callback(_) | UpdateKind::InlineQuery(_) => true,
        _ => false,
    }
}

/// The actor an update is for, and what it is told. `me` is the bot's own account.
pub fn route(bot: &BotId, me: &Me, update: &Update<'_>) -> Routed {
    let message = match &update.kind {
        UpdateKind::PreCheckout(query) => return pre_checkout(bot, query),
        UpdateKind::Subscription(change) => return renewal(change),
        UpdateKind::Poll(_) | UpdateKind::PollAnswer(_) => {
            return Routed::To(Key::new(Kind::Bot, bot), bot::Message::Poll.into());
        }
        UpdateKind::Message(said) => match money(said) {
            Some(routed) => return routed,
            None => in_its_place(bot, update, |place| message(me, said, place)),
        },
        UpdateKind::EditedMessage(said) => in_its_place(bot, update, |place| edited(said, place)),
        UpdateKind::ChannelPost(said) => in_its_place(bot, update, |place| match place {
            Place::Chat => Some(in_chat(me, said).into()),
            Place::Private => None,
        }),
        UpdateKind::Callback(callback) => {
            in_its_place(bot, update, |place| Some(pressed(callback, place)))
        }
        UpdateKind::InlineQuery(query) => return inline(bot, me, query),
        UpdateKind::MyMember(change) => in_its_place(bot, update, |place| standing(change, place)),
        UpdateKind::EditedChannelPost(_)
        | UpdateKind::ChosenResult(_)
        | UpdateKind::Shipping(_)
        | UpdateKind::PaidMedia(_)
        | UpdateKind::Member(_)
        | UpdateKind::JoinRequest(_)
        | UpdateKind::Reaction(_)
        | UpdateKind::ReactionCounts(_)
        | UpdateKind::Ignored(_) => None,
    };
    message.unwrap_or(Routed::Ignored)
}

/// A question typed after the bot's name in any chat.
fn inline(bot: &BotId, me: &Me, query: &InlineQuery<'_>) -> Routed {
    let words: String = query.query.chars().take(INLINE_MAX_CHARS).collect();
    let message = session::Message::Inline {
        from: profile(Some(&query.from)),
        query: query.id.to_string(),
        words,
        offset: query.offset.to_string(),
        bot_username: me.username.clone().unwrap_or_default(),
    };
    Routed::To(Key::session(bot, query.from.id), message.into())
}

/// The kind of actor that an update is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Private,
    Chat,
}

fn in_its_place(
    bot: &BotId,
    update: &Update<'_>,
    message: impl FnOnce(Place) -> Option<Message>,
) -> Option<Routed> {
    let (key, place) = match update.route() {
        Route::Private { user } => (Key::session(bot, user), Place::Private),
        Route::Chat { chat } => (Key::chat(bot, chat), Place::Chat),
        Route::Payment { .. } | Route::Bot => return None,
    };
    message(place).map(|message| Routed::To(key, message))
}

fn from_customer(from: Option<&User<'_>>, what: Incoming) -> Message {
    session::Message::Customer { from: profile(from), what }.into()
}

fn profile(from: Option<&User<'_>>) -> Profile {
    let owned = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.to_string());
    from.map_or_else(Profile::default, |user| Profile {
        first_name: user.first_name.to_string(),
        last_name: owned(&user.last_name),
        username: owned(&user.username),
        language_code: owned(&user.language_code),
    })
}

/// What a customer who says too much is told, by their session.
pub fn too_fast(bot: &BotId, update: &Update<'_>) -> Routed {
    let (from, query) = match &update.kind {
        UpdateKind::Message(said) | UpdateKind::EditedMessage(said) => (said.from.as_ref(), None),
        UpdateKind::Callback(callback) => (Some(&callback.from), Some(callback.id.to_string())),
        _ => return Routed::Ignored,
    };
    let told = from_customer(from, Incoming::TooFast { query });
    match update.route() {
        Route::Private { user } => Routed::To(Key::session(bot, user), told),
        // In a group everybody would have to read it.
        _ => Routed::Ignored,
    }
}

fn message(me: &Me, said: &Said<'_>, place: Place) -> Option<Message> {
    match place {
        Place::Chat => Some(in_chat(me, said).into()),
        // What a bot says in private is nobody's wish.
        Place::Private if said.from.as_ref().is_some_and(|from| from.is_bot) => None,
        Place::Private => Some(from_customer(said.from.as_ref(), in_private(me, said)?)),
    }
}

fn in_private(me: &Me, said: &Said<'_>) -> Option<Incoming> {
    let message_id = said.message_id;
    let other = |what: &str| Some(Incoming::Other { message_id, what: what.to_owned() });
    match &said.content {
        Content::Text => {
            let text = said.text.as_deref().unwrap_or_default();
            let ours = |name: &&str| is_me(me, name);
            let command = said.command().filter(|command| command.bot.as_ref().is_none_or(ours));
            Some(match command {
                Some(command) => Incoming::Command {
                    message_id,
                    name: command.name.to_ascii_lowercase(),
                    argument: command.args.to_owned(),
                },
                None => Incoming::Text { message_id, text: text.to_owned() },
            })
        }
        Content::Contact(contact) => Some(Incoming::Contact {
            message_id,
            phone: contact.phone_number.to_string(),
            user_id: contact.user_id,
        }),
        Content::Media(MediaKind::Sticker, _) => other("sticker"),
        Content::Media(kind, file) => Some(Incoming::File {
            message_id,
            kind: media_name(*kind).to_owned(),
            file_id: file.file_id.to_string(),
            name: file.file_name.as_ref().map(|name| name.to_string()),
            bytes: file.file_size_bytes,
        }),
        Content::Location(place, _) => Some(Incoming::Location {
            message_id,
            latitude_e6: millionths(place.latitude),
            longitude_e6: millionths(place.longitude),
        }),
        Content::WebApp(_) => other("web_app_data"),
        Content::Other(name) => other(name),
        Content::Unknown => other("unknown"),
        // Telegram notes something; nobody said it.
        Content::Service(_)
        | Content::Joined(_)
        | Content::Left(_)
        | Content::MigratedTo(_)
        | Content::MigratedFrom(_)
        | Content::Paid(_)
        | Content::Refunded(_) => None,
    }
}

/// Of a degree: finer than any phone knows where it is.
fn millionths(degrees: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "a cast of floats saturates")]
    let millionths = (degrees * 1e6).round() as i32;
    millionths
}

fn media_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "photo",
        MediaKind::Document => "document",
        MediaKind::Video => "video",
        MediaKind::VideoNote => "video_note",
        MediaKind::Animation => "animation",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Sticker => "sticker",
    }
}

fn in_chat(me: &Me, said: &Said<'_>) -> chat::Message {
    let is_bot = |user: &User<'_>| user.id == me.id;
    match &said.content {
        Content::MigratedTo(chat) => chat::Message::MigratedTo { chat: *chat },
        Content::MigratedFrom(chat) => chat::Message::MigratedFrom { chat: *chat },
        Content::Joined(users) if users.iter().any(is_bot) => chat::Message::Joined,
        Content::Left(user) if is_bot(user) => chat::Message::Removed,
        Content::Text if is_addressed(me, said) => chat::Message::Addressed {
            message_id: said.message_id,
            language_code: language_of(said.from.as_ref()),
            bot_username: me.username.clone(),
        },
        _ => chat::Message::Other,
    }
}

/// `/start`, `/help`, any command with the bot's name, or a mention of it. An answer to one of its messages cannot be
/// told from others: the update is read without the message that it answers.
fn is_addressed(me: &Me, said: &Said<'_>) -> bool {
    // Posts of a channel are for its readers.
    if said.from.is_none() || said.chat.kind() == ChatKind::Channel {
        return false;
    }
    if let Some(command) = said.command() {
        return match command.bot {
            Some(name) => is_me(me, name),
            None => ["start", "help"].iter().any(|name| name.eq_ignore_ascii_case(command.name)),
        };
    }
    let text = said.text.as_deref().unwrap_or_default();
    mentions(text).any(|name| is_me(me, name))
}

/// The names behind an `@` that begins a word.
fn mentions(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices('@').filter_map(move |(at, _)| {
        let begins = !text[..at].ends_with(is_word);
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        (begins && end > 0).then(|| &rest[..end])
    })
}

fn is_me(me: &Me, name: &str) -> bool {
    me.username.as_deref().is_some_and(|me| me.eq_ignore_ascii_case(name))
}

fn language_of(from: Option<&User<'_>>) -> Option<String> {
    from?.language_code.as_ref().map(|code| code.to_string())
}

fn edited(said: &Said<'_>, place: Place) -> Option<Message> {
    let is_bot = said.from.as_ref().is_some_and(|from| from.is_bot);
    if place == Place::Chat || is_bot {
        return None;
    }
    let text = said.text.as_ref().map(|text| text.to_string());
    let what = Incoming::Edited { message_id: said.message_id, text };
    Some(from_customer(said.from.as_ref(), what))
}

fn pressed(callback: &Callback<'_>, place: Place) -> Message {
    let query = callback.id.to_string();
    match place {
        Place::Chat => {
            let language_code = language_of(Some(&callback.from));
            chat::Message::Press { query, language_code }.into()
        }
        Place::Private => {
            let shown = callback.message.as_ref().filter(|message| message.is_accessible());
            let what = Incoming::Press {
                query,
                message_id: shown.map(|message| message.message_id),
                data: callback.data.as_deref().unwrap_or_default().to_owned(),
            };
            from_customer(Some(&callback.from), what)
        }
    }
}

fn standing(change: &MemberChange<'_>, place: Place) -> Option<Message> {
    match (place, change.new.is_in()) {
        (Place::Chat, true) => Some(chat::Message::Joined.into()),
        (Place::Chat, false) => Some(chat::Message::Removed.into()),
        (Place::Private, true) => Some(from_customer(Some(&change.from), Incoming::Unblocked)),
        (Place::Private, false) if change.new.status == MemberStatus::Other => None,
        (Place::Private, false) => Some(from_customer(Some(&change.from), Incoming::Blocked)),
    }
}

/// The payment or subscription that an invoice's payload names: its key, or what follows the kind in it.
fn payment_key(payload: &str) -> Option<Key> {
    let fits = !payload.is_empty() && payload.len() <= PAYLOAD_MAX_BYTES;
    let is_money = |key: &Key| matches!(key.kind(), Kind::Payment | Kind::Subscription);
    let stated = Key::parse(payload).ok().filter(is_money);
    fits.then(|| stated.unwrap_or_else(|| Key::new(Kind::Payment, payload)))
}

/// A subscription was stopped or resumed at Telegram, or could not be renewed.
fn renewal(change: &Subscription<'_>) -> Routed {
    match payment_key(&change.payload) {
        Some(key) if key.kind() == Kind::Subscription => {
            let state = change.state.to_string();
            Routed::To(key, subscription::Message::Changed { state }.into())
        }
        _ => Routed::Ignored,
    }
}

fn pre_checkout(bot: &BotId, query: &PreCheckout<'_>) -> Routed {
    let (Some(key), Ok(currency)) = (payment_key(&query.payload), Currency::parse(&query.currency))
    else {
        return Routed::Ignored;
    };
    let (query_id, customer) = (query.id.to_string(), Key::session(bot, query.from.id));
    let amount = Money::new(query.amount_minor, currency);
    let language_code = language_of(Some(&query.from));
    let message = match key.kind() {
        Kind::Subscription => {
            let query = query_id;
            subscription::Message::PreCheckout { query, customer, amount, language_code }.into()
        }
        _ => {
            let query = query_id;
            payment::Message::PreCheckout { query, customer, amount, language_code }.into()
        }
    };
    Routed::To(key, message)
}

/// `None` for a message that is not about money.
fn money(said: &Said<'_>) -> Option<Routed> {
    let (payload, charge, currency, amount_minor, paid) = match &said.content {
        Content::Paid(paid) => (
            &paid.payload,
            &paid.telegram_charge_id,
            &paid.currency,
            paid.amount_minor,
            Some(paid.subscription_until),
        ),
        Content::Refunded(back) => {
            (&back.payload, &back.telegram_charge_id, &back.currency, back.amount_minor, None)
        }
        _ => return None,
    };
    let (Some(key), Ok(currency)) = (payment_key(payload), Currency::parse(currency)) else {
        return Some(Routed::Ignored);
    };
    let amount = Money::new(amount_minor, currency);
    let charge = charge.to_string();
    let message = match (key.kind(), paid) {
        (Kind::Subscription, Some(until_s)) => {
            let until_ms = until_s.map(|until_s| until_s.saturating_mul(1_000));
            subscription::Message::Paid { charge, amount, until_ms }.into()
        }
        (Kind::Subscription, None) => subscription::Message::Returned { charge, amount }.into(),
        (_, paid) => {
            let (event, checkout) = (charge.clone(), key.to_string());
            let report = match paid {
                Some(_) => CheckoutReport::Captured { amount, charge: Some(charge) },
                None => CheckoutReport::Refunded { refund: charge, amount },
            };
            payment::Message::GatewayReported { event, checkout, report }.into()
        }
    };
    Some(Routed::To(key, message))
}
