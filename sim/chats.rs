//! Groups, supergroups and channels: members, rights, links, topics. It must not know how messages
//! are built.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::acts::Acts;
use crate::history::History;
use crate::ledger::Ledger;
use crate::life::Life;

/// Messages kept in a channel or supergroup, whose history Telegram never forgets.
const CHANNEL_KEPT: usize = 500_000;

/// What kind of shared chat it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    /// A basic group.
    Group,
    /// A supergroup.
    Supergroup,
    /// A channel.
    Channel,
}

impl ChatKind {
    /// The Bot API's word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Supergroup => "supergroup",
            Self::Channel => "channel",
        }
    }
}

/// A member's standing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Standing {
    Owner,
    /// With the rights it has.
    Administrator(Map<String, Value>),
    Member,
    /// With the permissions it has left, and whether it is in the chat.
    Restricted(Map<String, Value>, bool),
    Left,
    Kicked,
}

/// One member, past or present.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) standing: Standing,
    pub(crate) until_s: i64,
    pub(crate) title: Option<String>,
    pub(crate) is_bot: bool,
}

/// Rights an administrator can have; all but the first are granted by default.
pub(crate) const ADMIN_RIGHTS: [&str; 18] = [
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_post_messages",
    "can_edit_messages",
    "can_pin_messages",
    "can_manage_topics",
    "can_manage_direct_messages",
    "can_manage_tags",
    "can_send_welcome_messages",
];

/// Permissions an ordinary member can lose.
pub(crate) const PERMISSIONS: [&str; 16] = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_react_to_messages",
    "can_edit_tag",
];

impl Member {
    pub(crate) fn new(standing: Standing, is_bot: bool) -> Self {
        Self { standing, until_s: 0, title: None, is_bot }
    }

    /// Whether it is in the chat.
    pub(crate) fn present(&self) -> bool {
        match &self.standing {
            Standing::Owner | Standing::Administrator(_) | Standing::Member => true,
            Standing::Restricted(_, inside) => *inside,
            Standing::Left | Standing::Kicked => false,
        }
    }

    pub(crate) fn is_admin(&self) -> bool {
        matches!(self.standing, Standing::Owner | Standing::Administrator(_))
    }

    /// Whether it has an administrator's right.
    pub(crate) fn may(&self, right: &str) -> bool {
        match &self.standing {
            Standing::Owner => true,
            Standing::Administrator(rights) => {
                rights.get(right).and_then(Value::as_bool).unwrap_or(false)
            }
            _ => false,
        }
    }

    /// The Bot API's `ChatMember`.
    pub(crate) fn json(&self, user: Value) -> Value {
        let mut member = match &self.standing {
            Standing::Owner => json!({"status": "creator", "is_anonymous": false}),
            Standing::Administrator(rights) => {
                let mut map = rights.clone();
                map.insert("status".to_owned(), json!("administrator"));
                map.insert("can_be_edited".to_owned(), json!(false));
                Value::Object(map)
            }
            Standing::Member if self.until_s > 0 => {
                json!({"status": "member", "until_date": self.until_s})
            }
            Standing::Member => json!({"status": "member"}),
            Standing::Restricted(permissions, inside) => {
                let mut map = permissions.clone();
                map.insert("status".to_owned(), json!("restricted"));
                map.insert("is_member".to_owned(), json!(inside));
                map.insert("until_date".to_owned(), json!(self.until_s));
                Value::Object(map)
            }
            Standing::Left => json!({"status": "left"}),
            Standing::Kicked => json!({"status": "kicked", "until_date": self.until_s}),
        };
        if let Some(title) = &self.title {
            member["custom_title"] = json!(title);
        }
        member["user"] = user;
        member
    }
}

/// All rights but anonymity.
pub(crate) fn full_rights() -> Map<String, Value> {
    ADMIN_RIGHTS.iter().map(|name| ((*name).to_owned(), json!(*name != "is_anonymous"))).collect()
}

/// All permissions.
pub(crate) fn full_permissions() -> Map<String, Value> {
    PERMISSIONS.iter().map(|name| ((*name).to_owned(), json!(true))).collect()
}

/// An invite link; `link` is the Bot API's `ChatInviteLink`.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) url: String,
    pub(crate) link: Map<String, Value>,
    pub(crate) joined: i64,
}

/// A forum topic.
#[derive(Clone, Debug)]
pub(crate) struct Topic {
    pub(crate) name: String,
    pub(crate) emoji: Option<String>,
    pub(crate) closed: bool,
}

/// A request to join that waits for an answer.
#[derive(Clone, Debug)]
pub(crate) struct JoinRequest {
    pub(crate) date: i64,
    pub(crate) link: Option<Value>,
}

/// A shared chat.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    pub(crate) kind: ChatKind,
    pub(crate) title: String,
    pub(crate) username: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) is_forum: bool,
    pub(crate) by_request: bool,
    pub(crate) members: BTreeMap<i64, Member>,
    pub(crate) history: History,
    pub(crate) links: Vec<Link>,
    pub(crate) requests: BTreeMap<i64, JoinRequest>,
    pub(crate) topics: BTreeMap<i64, Topic>,
    pub(crate) pinned: Vec<i64>,
    pub(crate) permissions: Map<String, Value>,
    pub(crate) migrated_to: Option<i64>,
    /// What happened to its posts.
    pub(crate) ledger: Ledger,
    /// The life it leads by itself, if it does.
    pub(crate) life: Option<Box<Life>>,
    /// What was done in it.
    pub(crate) acts: Acts,
    /// When it was made, Unix seconds; 0 when nobody wrote that down.
    pub(crate) born_s: i64,
}

impl Chat {
    pub(crate) fn new(id: i64, kind: ChatKind, title: &str, cap: usize) -> Self {
        Self {
            id,
            kind,
            title: title.to_owned(),
            username: None,
            description: None,
            is_forum: false,
            by_request: false,
            members: BTreeMap::new(),
            history: History::new(match kind {
                ChatKind::Group => cap,
                ChatKind::Supergroup | ChatKind::Channel => cap.max(CHANNEL_KEPT),
            }),
            links: Vec::new(),
            requests: BTreeMap::new(),
            topics: BTreeMap::new(),
            pinned: Vec::new(),
            permissions: full_permissions(),
            migrated_to: None,
            ledger: Ledger::default(),
            life: None,
            acts: Acts::default(),
            born_s: 0,
        }
    }

    /// The Bot API's `Chat`.
    pub(crate) fn json(&self) -> Value {
        let mut chat = json!({"id": self.id, "title": self.title, "type": self.kind.name()});
        if let Some(name) = &self.username {
            chat["username"] = json!(name);
        }
        if self.is_forum {
            chat["is_forum"] = json!(true);
        }
        chat
    }

    /// Ids of the people in it, without bots.
    pub(crate) fn people(&self) -> Vec<i64> {
        self.present().filter(|(_, one)| !one.is_bot).map(|(id, _)| *id).collect()
    }

    /// How many are in it: those whom the world knows, and the many of a channel's life.
    pub(crate) fn subscribers(&self, now_s: i64) -> i64 {
        let present = i64::try_from(self.present().count()).unwrap_or(i64::MAX);
        self.life.as_ref().map_or(present, |life| life.subscribers(now_s) + present)
    }

    /// Everybody in it.
    pub(crate) fn present(&self) -> impl Iterator<Item = (&i64, &Member)> {
        self.members.iter().filter(|(_, member)| member.present())
    }
}
