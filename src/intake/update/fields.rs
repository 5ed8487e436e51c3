//! Reads a message's fields in one pass, lenient about all that Kontor does not use. Knows the wire
//! names and which of several contents counts; nothing of their meaning.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::message::{Content, Message, Reply, Submission};
use super::money::{RefundedPayment, SuccessfulPayment};
use super::part::{Chat, Contact, File, Location, MediaKind, Text, User, Venue, largest};
use crate::delivery::markup::Entity;

/// What people can send and Kontor does not read. Bot API 10.3, `Message`.
const OTHERS: [&str; 15] = [
    "checklist",
    "dice",
    "game",
    "gift",
    "giveaway",
    "invoice",
    "live_photo",
    "paid_media",
    "passport_data",
    "poll",
    "rich_message",
    "story",
    "unique_gift",
    "user_shared",
    "users_shared",
];

/// What Telegram notes in a chat and Kontor does not act on. Bot API 10.3, `Message`, and older
/// names.
const SERVICES: [&str; 49] = [
    "boost_added",
    "channel_chat_created",
    "chat_background_set",
    "chat_owner_changed",
    "chat_owner_left",
    "chat_shared",
    "checklist_tasks_added",
    "checklist_tasks_done",
    "community_chat_added",
    "community_chat_joined",
    "community_chat_removed",
    "connected_website",
    "delete_chat_photo",
    "direct_message_price_changed",
    "forum_topic_closed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "gift_upgrade_sent",
    "giveaway_completed",
    "giveaway_created",
    "giveaway_winners",
    "group_chat_created",
    "managed_bot_created",
    "message_auto_delete_timer_changed",
    "new_chat_photo",
    "new_chat_title",
    "paid_message_price_changed",
    "pinned_message",
    "poll_option_added",
    "poll_option_deleted",
    "proximity_alert_triggered",
    "suggested_post_approval_failed",
    "suggested_post_approved",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "supergroup_chat_created",
    "video_chat_ended",
    "video_chat_participants_invited",
    "video_chat_scheduled",
    "video_chat_started",
    "voice_chat_ended",
    "voice_chat_participants_invited",
    "voice_chat_scheduled",
    "voice_chat_started",
    "write_access_allowed",
];

/// Services that are flags: `false` says nothing.
const FLAGS: [&str; 4] =
    ["channel_chat_created", "delete_chat_photo", "group_chat_created", "supergroup_chat_created"];

impl<'de: 'a, 'a> Deserialize<'de> for Message<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MessageVisitor)
    }
}

struct MessageVisitor;

impl<'de> Visitor<'de> for MessageVisitor {
    type Value = Message<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut draft = Draft::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            draft.read(key.as_bytes(), &mut map)?;
        }
        draft.finish()
    }
}

/// A message while its fields come in, in any order.
#[derive(Default)]
struct Draft<'a> {
    message_id: Option<i64>,
    chat: Option<Chat<'a>>,
    from: Option<User<'a>>,
    sender_chat: Option<Box<Chat<'a>>>,
    date: Option<i64>,
    thread_id: Option<i64>,
    is_topic: Option<bool>,
    reply_to: Option<Reply>,
    media_group_id: Option<Text<'a>>,
    text: Option<Text<'a>>,
    entities: Option<Vec<Entity>>,
    venue: Option<Box<Venue<'a>>>,
    content: Option<Content<'a>>,
}

impl<'de> Draft<'de> {
    /// Text and caption exclude each other, but some senders write both, one as `null` or empty.
    fn read<A: MapAccess<'de>>(&mut self, key: &[u8], map: &mut A) -> Result<(), A::Error> {
        match key {
            b"message_id" => self.message_id = map.next_value()?,
            b"from" => self.from = map.next_value()?,
            b"chat" => self.chat = map.next_value()?,
            b"date" => self.date = map.next_value()?,
            b"text" | b"caption" => {
                let text: Option<Text<'de>> = map.next_value()?;
                self.text = text.filter(|text| !text.is_empty()).or(self.text.take());
            }
            b"entities" | b"caption_entities" => {
                let entities: Option<Vec<Entity>> = map.next_value()?;
                self.entities = entities.filter(|all| !all.is_empty()).or(self.entities.take());
            }
            b"reply_to_message" => self.reply_to = map.next_value()?,
            b"sender_chat" => self.sender_chat = map.next_value()?,
            b"message_thread_id" => self.thread_id = map.next_value()?,
            b"is_topic_message" => self.is_topic = map.next_value()?,
            b"media_group_id" => self.media_group_id = map.next_value()?,
            b"venue" => self.venue = map.next_value()?,
            _ => return self.read_content(key, map),
        }
        Ok(())
    }

    fn read_content<A: MapAccess<'de>>(&mut self, key: &[u8], map: &mut A) -> Result<(), A::Error> {
        let content = match key {
            b"photo" => map
                .next_value::<Option<Vec<File<'de>>>>()?
                .and_then(largest)
                .map(|file| Content::Media(MediaKind::Photo, Box::new(file))),
            b"document" => media(MediaKind::Document, map)?,
            b"video" => media(MediaKind::Video, map)?,
            b"voice" => media(MediaKind::Voice, map)?,
            b"sticker" => media(MediaKind::Sticker, map)?,
            b"audio" => media(MediaKind::Audio, map)?,
            b"video_note" => media(MediaKind::VideoNote, map)?,
            b"animation" => media(MediaKind::Animation, map)?,
            b"contact" => map.next_value::<Option<Box<Contact<'de>>>>()?.map(Content::Contact),
            b"location" => map
                .next_value::<Option<Location>>()?
                .map(|location| Content::Location(location, None)),
            b"successful_payment" => map
                .next_value::<Option<SuccessfulPayment<'de>>>()?
                .map(|paid| Content::Paid(Box::new(paid))),
            b"refunded_payment" => map
                .next_value::<Option<RefundedPayment<'de>>>()?
                .map(|refunded| Content::Refunded(Box::new(refunded))),
            b"web_app_data" => {
                map.next_value::<Option<Box<Submission<'de>>>>()?.map(Content::WebApp)
            }
            b"new_chat_members" => map
                .next_value::<Option<Vec<User<'de>>>>()?
                .filter(|users| !users.is_empty())
                .map(Content::Joined),
            b"left_chat_member" => {
                map.next_value::<Option<User<'de>>>()?.map(|user| Content::Left(Box::new(user)))
            }
            b"migrate_to_chat_id" => chat_id(map)?.map(Content::MigratedTo),
            b"migrate_from_chat_id" => chat_id(map)?.map(Content::MigratedFrom),
            _ => unread(key, map)?,
        };
        self.offer(content);
        Ok(())
    }

    /// The first content counts, except that animations come with a `document` for old bots, and
    /// that what Kontor reads outweighs what it does not.
    fn offer(&mut self, content: Option<Content<'de>>) {
        let Some(content) = content else { return };
        let better = match &self.content {
            None => true,
            Some(Content::Other(_) | Content::Service(_)) => {
                !matches!(content, Content::Other(_) | Content::Service(_))
            }
            Some(Content::Media(MediaKind::Document, _)) => {
                matches!(content, Content::Media(MediaKind::Animation, _))
            }
            Some(_) => false,
        };
        if better {
            self.content = Some(content);
        }
    }

    fn finish<E: Error>(self) -> Result<Message<'de>, E> {
        let content = match self.content {
            Some(Content::Location(location, _)) => Content::Location(location, self.venue),
            Some(content) => content,
            None if self.text.is_some() => Content::Text,
            None => Content::Unknown,
        };
        Ok(Message {
            message_id: self.message_id.ok_or_else(|| E::missing_field("message_id"))?,
            chat: self.chat.ok_or_else(|| E::missing_field("chat"))?,
            from: self.from,
            sender_chat: self.sender_chat,
            date: self.date.unwrap_or(0),
            thread_id: self.thread_id,
            is_topic: self.is_topic.unwrap_or(false),
            reply_to: self.reply_to,
            media_group_id: self.media_group_id,
            text: self.text,
            entities: self.entities.unwrap_or_default(),
            content,
        })
    }
}

fn media<'de, A: MapAccess<'de>>(
    kind: MediaKind,
    map: &mut A,
) -> Result<Option<Content<'de>>, A::Error> {
    let file: Option<Box<File<'de>>> = map.next_value()?;
    Ok(file.map(|file| Content::Media(kind, file)))
}

/// A chat's id; 0, which some senders write for "none", is none.
fn chat_id<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<i64>, A::Error> {
    Ok(map.next_value::<Option<i64>>()?.filter(|id| *id != 0))
}

/// Skips a field that Kontor does not read, and names it if it is the message's content.
fn unread<'de, A: MapAccess<'de>>(
    key: &[u8],
    map: &mut A,
) -> Result<Option<Content<'de>>, A::Error> {
    let key = std::str::from_utf8(key).unwrap_or_default();
    if FLAGS.contains(&key) {
        let said = map.next_value::<Option<bool>>()?.unwrap_or(false);
        return Ok(find(&SERVICES, key).filter(|_| said).map(Content::Service));
    }
    let present = map.next_value::<Option<IgnoredAny>>()?.is_some();
    let name = || {
        find(&OTHERS, key)
            .map(Content::Other)
            .or_else(|| find(&SERVICES, key).map(Content::Service))
    };
    Ok(if present { name() } else { None })
}

fn find(names: &[&'static str], key: &str) -> Option<&'static str> {
    names.iter().copied().find(|name| *name == key)
}
