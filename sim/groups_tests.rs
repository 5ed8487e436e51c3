//! Groups, channels and what bots see of them, through the methods themselves.

use serde_json::{Map, Value, json};

use crate::params::Params;
use crate::world::{World, WorldOptions};
use crate::{ChatKind, NewBot, NewChat, Person, methods};

struct Scene {
    world: World,
    bot: i64,
    ada: i64,
    bob: i64,
}

fn scene() -> Scene {
    // Another test may have installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = WorldOptions { limits_on: false, ..WorldOptions::default() };
    let runtime = tokio::runtime::Handle::current();
    let world = World::new(options, reqwest::Client::new(), runtime);
    let bot = world.add_bot(NewBot {
        token: "7:T".to_owned(),
        username: "shop_bot".to_owned(),
        first_name: "Shop".to_owned(),
        reads_all: false,
        inline: false,
    });
    let ada = world.add_person(Person::named("Ada")).id;
    let bob = world.add_person(Person::named("Bob")).id;
    Scene { world, bot, ada, bob }
}

impl Scene {
    fn call(&self, method: &str, params: Value) -> Result<Value, String> {
        let map: Map<String, Value> = params.as_object().cloned().unwrap_or_default();
        let mut read = Params::default();
        for (name, value) in map {
            read.set(&name, value);
        }
        methods::run(&self.world, self.bot, method, &read).map_err(|refused| refused.description)
    }

    /// The pending updates, which are confirmed by looking at them.
    fn updates(&self) -> Vec<Value> {
        let mut turn = self.world.turn();
        let queue = turn.queue(self.bot).expect("a queue");
        let batch = queue.peek(100);
        queue.confirm(i64::MAX);
        batch.iter().map(|update| serde_json::from_str(&update.body).expect("JSON")).collect()
    }

    fn kinds(&self) -> Vec<String> {
        let updates = self.updates();
        let kinds = updates.iter().filter_map(|update| {
            update.as_object()?.keys().find(|key| *key != "update_id").cloned()
        });
        kinds.collect()
    }
}

#[tokio::test]
async fn privacy_hides_what_does_not_concern_the_bot() {
    let scene = scene();
    let mut new = NewChat::of(ChatKind::Group, "Friends", scene.ada, scene.bot);
    new.admin_bots.clear();
    new.bots.push(scene.bot);
    let chat = scene.world.add_chat(new).expect("a group");
    assert_eq!(scene.kinds(), ["my_chat_member"]);
    for text in ["hello", "/shop", "/shop@other_bot", "hey @Shop_Bot"] {
        scene.world.send_in_chat(scene.ada, chat, text, None).expect("sent");
    }
    let seen = scene.updates();
    let texts: Vec<&str> = seen.iter().filter_map(|one| one["message"]["text"].as_str()).collect();
    assert_eq!(texts, ["/shop", "hey @Shop_Bot"]);
    let sent = scene.call("sendMessage", json!({"chat_id": chat, "text": "hi"})).expect("sent");
    let id = sent["message_id"].as_i64().expect("an id");
    scene.world.reply_in_chat(scene.ada, chat, "thanks", id).expect("sent");
    assert_eq!(scene.updates()[0]["message"]["reply_to_message"]["text"], "hi");
}

#[tokio::test]
async fn a_group_that_migrates_says_where_it_went() {
    let scene = scene();
    let new = NewChat::of(ChatKind::Group, "Friends", scene.ada, scene.bot);
    let old = scene.world.add_chat(new).expect("a group");
    scene.updates();
    let new = scene.world.migrate(old).expect("migrated");
    let updates = scene.updates();
    assert_eq!(updates[0]["message"]["migrate_to_chat_id"], new);
    assert_eq!(updates[1]["message"]["migrate_from_chat_id"], old);
    let mut read = Params::default();
    read.set("chat_id", json!(old));
    read.set("text", json!("x"));
    let refused = methods::run(&scene.world, scene.bot, "sendMessage", &read).expect_err("gone");
    assert_eq!(refused.body()["parameters"]["migrate_to_chat_id"], new);
    scene.call("sendMessage", json!({"chat_id": new, "text": "x"})).expect("sent");
}

#[tokio::test]
async fn a_join_request_is_approved_and_told() {
    let scene = scene();
    let new = NewChat::of(ChatKind::Channel, "News", scene.ada, scene.bot);
    let chat = scene.world.add_chat(new).expect("a channel");
    scene
        .world
        .turn()
        .queue(scene.bot)
        .expect("a queue")
        .allow(&json!(["chat_join_request", "chat_member"]));
    scene.updates();
    let link = scene
        .call("createChatInviteLink", json!({"chat_id": chat, "creates_join_request": true}))
        .expect("a link");
    let url = link["invite_link"].as_str().expect("an address");
    scene.world.join_chat(scene.bob, chat, Some(url)).expect("asked");
    let request = scene.updates()[0]["chat_join_request"].clone();
    assert_eq!(request["invite_link"]["invite_link"], url);
    let who = json!({"chat_id": chat, "user_id": scene.bob});
    scene.call("approveChatJoinRequest", who.clone()).expect("approved");
    assert_eq!(scene.updates()[0]["chat_member"]["new_chat_member"]["status"], "member");
    assert_eq!(
        scene.call("approveChatJoinRequest", who.clone()),
        Err("Bad Request: HIDE_REQUESTER_MISSING".to_owned())
    );
    scene.call("banChatMember", who.clone()).expect("banned");
    assert_eq!(scene.call("getChatMember", who.clone()).expect("a member")["status"], "kicked");
    scene.call("unbanChatMember", who.clone()).expect("unbanned");
    assert_eq!(scene.call("getChatMember", who).expect("a member")["status"], "left");
}

#[tokio::test]
async fn topics_hold_messages_apart() {
    let scene = scene();
    let mut new = NewChat::of(ChatKind::Supergroup, "Desk", scene.ada, scene.bot);
    new.is_forum = true;
    let chat = scene.world.add_chat(new).expect("a forum");
    let topic = scene
        .call("createForumTopic", json!({"chat_id": chat, "name": "Ada's order"}))
        .expect("a topic");
    let thread = topic["message_thread_id"].as_i64().expect("an id");
    let text = json!({"chat_id": chat, "text": "x", "message_thread_id": thread});
    let sent = scene.call("sendMessage", text.clone()).expect("sent");
    assert_eq!(sent["message_thread_id"], thread);
    assert_eq!(sent["is_topic_message"], true);
    let nowhere = json!({"chat_id": chat, "text": "x", "message_thread_id": thread + 50});
    assert_eq!(
        scene.call("sendMessage", nowhere),
        Err("Bad Request: message thread not found".to_owned())
    );
    scene.updates();
    scene.world.send_in_chat(scene.ada, chat, "hello", Some(thread)).expect("sent");
    assert_eq!(scene.updates()[0]["message"]["message_thread_id"], thread);
    let which = json!({"chat_id": chat, "message_thread_id": thread});
    scene.call("closeForumTopic", which.clone()).expect("closed");
    scene.call("deleteForumTopic", which).expect("deleted");
    assert!(scene.call("sendMessage", text).is_err());
}

#[tokio::test]
async fn channel_posts_reach_administrators_and_others_may_not_post() {
    let scene = scene();
    let mut new = NewChat::of(ChatKind::Channel, "News", scene.ada, scene.bot);
    new.members.push(scene.bob);
    let chat = scene.world.add_chat(new).expect("a channel");
    scene.updates();
    scene.world.send_in_chat(scene.ada, chat, "news", None).expect("posted");
    let post = scene.updates()[0]["channel_post"].clone();
    assert_eq!(post["sender_chat"]["id"], chat);
    assert!(post.get("from").is_none());
    assert!(scene.world.send_in_chat(scene.bob, chat, "x", None).is_err());
    let link = json!({"chat_id": chat, "subscription_period": 2_592_000, "subscription_price": 10});
    let link = scene.call("createChatSubscriptionInviteLink", link).expect("a link");
    assert_eq!(link["subscription_price"], 10);
}

#[tokio::test]
async fn updates_vanish_after_a_day_and_ids_start_anew_after_a_week() {
    let scene = scene();
    scene.world.send_text(scene.ada, scene.bot, "one").expect("sent");
    scene.world.advance(24 * 3600 * 1000 + 1000);
    assert_eq!(scene.world.pending_updates(scene.bot), 0);
    scene.world.send_text(scene.ada, scene.bot, "two").expect("sent");
    let before = scene.updates()[0]["update_id"].as_i64().expect("an id");
    scene.world.advance(8 * 24 * 3600 * 1000);
    scene.world.send_text(scene.ada, scene.bot, "three").expect("sent");
    let after = scene.updates()[0]["update_id"].as_i64().expect("an id");
    assert!((after - before).abs() > 1);
}

#[tokio::test]
async fn a_blocked_bot_is_told_and_reactions_only_when_asked_for() {
    let scene = scene();
    scene.world.start(scene.ada, scene.bot, None).expect("started");
    scene.world.block(scene.ada, scene.bot).expect("blocked");
    scene.world.unblock(scene.ada, scene.bot).expect("unblocked");
    scene.world.react(scene.ada, scene.bot, 1, "👍").expect("reacted");
    assert_eq!(scene.kinds(), ["message", "my_chat_member", "my_chat_member"]);
    scene.world.turn().queue(scene.bot).expect("a queue").allow(&json!(["message_reaction"]));
    scene.world.react(scene.ada, scene.bot, 1, "🔥").expect("reacted");
    assert_eq!(scene.updates()[0]["message_reaction"]["old_reaction"][0]["emoji"], "👍");
}
