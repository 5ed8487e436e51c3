//! Live updates: new, changed and deleted posts, gaps, and what was missed while away.

use grammers_client::tl::{self, enums::Update};
use sim::{Mishap, MishapKind};

use crate::stage::{ADA, Stage, next};

fn posted(update: &Update) -> Option<String> {
    match update {
        Update::NewChannelMessage(new) => match &new.message {
            tl::enums::Message::Message(message) => Some(message.message.clone()),
            _ => None,
        },
        _ => None,
    }
}

async fn scene() -> (Stage, i64) {
    let stage = Stage::new().await;
    let chat = stage.channel(3);
    stage.world().join_chat(ADA, chat, None).unwrap();
    (stage, chat)
}

#[tokio::test]
async fn a_post_its_edit_its_reaction_and_its_end_are_pushed() {
    let (stage, chat) = scene().await;
    let mut player = stage.player(1, Some(ADA));
    let mut stream = player.updates(false).await;
    player.resolve("mug_news").await;
    let id = stage.bot_posts(chat, "one").await;
    assert_eq!(next(&mut stream, posted).await, "one");
    let (chat_id, message_id) = (chat.to_string(), id.to_string());
    let form = [("chat_id", chat_id.as_str()), ("message_id", &message_id), ("text", "two")];
    stage.bot("editMessageText", &form).await;
    let edited = next(&mut stream, |update| match update {
        Update::EditChannelMessage(edit) => match &edit.message {
            tl::enums::Message::Message(message) => Some(message.message.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(edited.await, "two");
    stage.world().react_in_chat(ADA, chat, id, "🔥").unwrap();
    let reacted = next(&mut stream, |update| match update {
        Update::MessageReactions(x) => Some(i64::from(x.msg_id)),
        _ => None,
    });
    assert_eq!(reacted.await, id);
    stage.bot("deleteMessage", &form[..2]).await;
    let deleted = next(&mut stream, |update| match update {
        Update::DeleteChannelMessages(x) => Some(x.messages.clone()),
        _ => None,
    });
    assert_eq!(deleted.await.into_iter().map(i64::from).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn a_lost_a_late_and_a_doubled_update_leave_no_hole() {
    let (stage, chat) = scene().await;
    let mut player = stage.player(1, Some(ADA));
    let mut stream = player.updates(false).await;
    player.resolve("mug_news").await;
    stage.bot_posts(chat, "0").await;
    assert_eq!(next(&mut stream, posted).await, "0");
    let mishaps = [MishapKind::LostUpdate, MishapKind::LateUpdate, MishapKind::DoubleUpdate];
    for (at, kind) in mishaps.into_iter().enumerate() {
        stage.dcs().add_mishap(Mishap::new(kind).times(1));
        for post in 0..3 {
            stage.bot_posts(chat, &format!("{at} {post}")).await;
        }
        for post in 0..3 {
            assert_eq!(next(&mut stream, posted).await, format!("{at} {post}"), "{kind:?}");
        }
    }
    stage.dcs().add_mishap(Mishap::new(MishapKind::TooLong).times(1));
    stage.bot_posts(chat, "too long").await;
    assert_eq!(next(&mut stream, posted).await, "too long");
    assert!(stage.dcs().mishaps().iter().all(|mishap| mishap.struck == 1));
}

#[tokio::test]
async fn what_was_posted_while_away_is_caught_up_with() {
    let (stage, chat) = scene().await;
    let session = {
        let mut player = stage.player(1, Some(ADA));
        let mut stream = player.updates(false).await;
        player.resolve("mug_news").await;
        stage.bot_posts(chat, "before").await;
        assert_eq!(next(&mut stream, posted).await, "before");
        stream.sync_update_state().await.unwrap();
        player.session()
    };
    for post in 0..250 {
        stage.bot_posts(chat, &post.to_string()).await;
    }
    let mut player = crate::stage::Player::on(session);
    let mut stream = player.updates(true).await;
    for post in 0..250 {
        assert_eq!(next(&mut stream, posted).await, post.to_string());
    }
}
