//! What happens around messages: membership, requests to join, reactions, polls. Knows nothing of
//! what follows from it.

use serde::{Deserialize, Deserializer};

use super::part::{Chat, Text, User, nullable};

/// Somebody's standing in a chat changed. As `my_chat_member` it is the bot's own; in a private
/// chat that means blocked (`Kicked`) or unblocked (`Member`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MemberChange<'a> {
    #[serde(borrow)]
    pub chat: Chat<'a>,
    /// Who did it.
    pub from: User<'a>,
    /// Unix time in seconds.
    #[serde(default, deserialize_with = "nullable")]
    pub date: i64,
    #[serde(rename = "old_chat_member")]
    pub old: Member<'a>,
    #[serde(rename = "new_chat_member")]
    pub new: Member<'a>,
    /// The link that they came by, where Telegram tells.
    pub invite_link: Option<InviteLink<'a>>,
}

/// One member of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Member<'a> {
    #[serde(borrow)]
    pub user: User<'a>,
    pub status: MemberStatus,
    /// Only for `Restricted`: whether they are in the chat at all.
    is_member: Option<bool>,
    /// Unix time in seconds; 0 or absent: for ever. For members of a paid channel: the paid-up
    /// time.
    #[serde(rename = "until_date")]
    pub until: Option<i64>,
}

impl Member<'_> {
    /// Whether they are in the chat now.
    pub fn is_in(&self) -> bool {
        match self.status {
            MemberStatus::Creator | MemberStatus::Administrator | MemberStatus::Member => true,
            MemberStatus::Restricted => self.is_member.unwrap_or(true),
            MemberStatus::Left | MemberStatus::Kicked | MemberStatus::Other => false,
        }
    }
}

/// A member's standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberStatus {
    Creator,
    Administrator,
    Member,
    Restricted,
    Left,
    Kicked,
    /// A standing that did not exist when this was written.
    Other,
}

impl<'de> Deserialize<'de> for MemberStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match &*Text::deserialize(deserializer)? {
            "creator" => Self::Creator,
            "administrator" => Self::Administrator,
            "member" => Self::Member,
            "restricted" => Self::Restricted,
            "left" => Self::Left,
            "kicked" => Self::Kicked,
            _ => Self::Other,
        })
    }
}

/// An invitation to a chat. Links of other administrators are shortened with `…`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InviteLink<'a> {
    #[serde(borrow, rename = "invite_link")]
    pub url: Text<'a>,
    pub name: Option<Text<'a>>,
    #[serde(default, deserialize_with = "nullable")]
    pub creates_join_request: bool,
}

/// Somebody asks to be let in. The bot may write to `user_chat_id` for five minutes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct JoinRequest<'a> {
    #[serde(borrow)]
    pub chat: Chat<'a>,
    pub from: User<'a>,
    /// Absent before Bot API 6.5.
    pub user_chat_id: Option<i64>,
    /// Unix time in seconds.
    #[serde(default, deserialize_with = "nullable")]
    pub date: i64,
    pub bio: Option<Text<'a>>,
    pub invite_link: Option<InviteLink<'a>>,
}

/// One user, or one chat in whose name somebody acts, changed their reactions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReactionChange<'a> {
    #[serde(borrow)]
    pub chat: Chat<'a>,
    pub message_id: i64,
    pub user: Option<User<'a>>,
    pub actor_chat: Option<Chat<'a>>,
    /// Unix time in seconds.
    #[serde(default, deserialize_with = "nullable")]
    pub date: i64,
    #[serde(default, rename = "old_reaction", deserialize_with = "nullable")]
    pub old: Vec<Reaction<'a>>,
    #[serde(default, rename = "new_reaction", deserialize_with = "nullable")]
    pub new: Vec<Reaction<'a>>,
}

/// The totals under a message with anonymous reactions. Grouped, up to minutes late.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReactionCounts<'a> {
    #[serde(borrow)]
    pub chat: Chat<'a>,
    pub message_id: i64,
    /// Unix time in seconds.
    #[serde(default, deserialize_with = "nullable")]
    pub date: i64,
    #[serde(default, rename = "reactions", deserialize_with = "nullable")]
    pub counts: Vec<ReactionCount<'a>>,
}

/// How often one reaction was given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReactionCount<'a> {
    #[serde(borrow, rename = "type")]
    pub reaction: Reaction<'a>,
    #[serde(rename = "total_count")]
    pub total: i64,
}

/// `emoji`, `custom_emoji`, `paid` or a later kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reaction<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    pub emoji: Option<Text<'a>>,
    pub custom_emoji_id: Option<Text<'a>>,
}

/// The state of a poll that the bot sent or that was stopped. Names neither user nor chat.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Poll<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub question: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub options: Vec<PollOption<'a>>,
    #[serde(default, rename = "total_voter_count", deserialize_with = "nullable")]
    pub voters: i64,
    #[serde(default, deserialize_with = "nullable")]
    pub is_closed: bool,
}

/// One choice of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PollOption<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub text: Text<'a>,
    #[serde(default, rename = "voter_count", deserialize_with = "nullable")]
    pub voters: i64,
}

/// Somebody voted in a poll that is not anonymous, or took the vote back (no options).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PollAnswer<'a> {
    #[serde(borrow)]
    pub poll_id: Text<'a>,
    pub user: Option<User<'a>>,
    /// The chat that voted, where it was not a user (Bot API 6.8).
    pub voter_chat: Option<Chat<'a>>,
    /// Places in the poll's list of options, from 0.
    #[serde(default, deserialize_with = "nullable")]
    pub option_ids: Vec<i64>,
}
