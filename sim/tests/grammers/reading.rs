//! Reading channels: history without a hole, search, members, rights, figures.

use std::collections::BTreeSet;

use grammers_client::tl;
use sim::NewChat;

use crate::stage::{ADA, BOT, OLGA, Player, Stage, input, peer};

async fn page(player: &Player, of: &tl::types::Channel, offset_id: i32) -> Vec<tl::types::Message> {
    let call = tl::functions::messages::GetHistory {
        peer: peer(of),
        offset_id,
        offset_date: 0,
        add_offset: 0,
        limit: 100,
        max_id: 0,
        min_id: 0,
        hash: 0,
    };
    let answer = player.invoke(&call).await.unwrap();
    let tl::enums::messages::Messages::ChannelMessages(answer) = answer else {
        panic!("channel messages");
    };
    let messages = answer.messages.into_iter().map(|message| match message {
        tl::enums::Message::Message(message) => message,
        other => panic!("an ordinary message: {other:?}"),
    });
    messages.collect()
}

async fn all(player: &Player, of: &tl::types::Channel) -> Vec<tl::types::Message> {
    let mut all = Vec::new();
    let mut offset_id = 0;
    loop {
        let page = page(player, of, offset_id).await;
        let Some(last) = page.last() else { return all };
        offset_id = last.id;
        all.extend(page);
    }
}

#[tokio::test]
async fn a_history_is_whole_and_says_what_is_gone() {
    let stage = Stage::new().await;
    stage.channel(150);
    let player = stage.player(1, Some(ADA));
    let channel = player.resolve("mug_news").await;
    let posts = all(&player, &channel).await;
    assert!(posts.len() > 250, "{}", posts.len());
    assert!(posts.windows(2).all(|two| two[0].id > two[1].id && two[0].date >= two[1].date));
    assert!(posts.iter().all(|post| post.views.unwrap() > 0 && !post.message.is_empty()));
    assert!(posts.iter().any(|post| post.reactions.is_some() && post.media.is_some()));
    let there: BTreeSet<i32> = posts.iter().map(|post| post.id).collect();
    let gone: Vec<i32> = (1..posts[0].id).filter(|id| !there.contains(id)).collect();
    assert!(!gone.is_empty());
    let ids = gone.iter().take(100).chain([&posts[3].id]);
    let ids = ids.map(|id| tl::types::InputMessageId { id: *id }.into()).collect();
    let call = tl::functions::channels::GetMessages { channel: input(&channel), id: ids };
    let answer = player.invoke(&call).await.unwrap();
    let tl::enums::messages::Messages::ChannelMessages(answer) = answer else {
        panic!("channel messages");
    };
    let (last, empty) = answer.messages.split_last().unwrap();
    assert!(empty.iter().all(|one| matches!(one, tl::enums::Message::Empty(_))));
    assert!(matches!(last, tl::enums::Message::Message(one) if one.message == posts[3].message));
}

#[tokio::test]
async fn the_clients_own_paging_and_search_work() {
    let stage = Stage::new().await;
    stage.channel(60);
    let player = stage.player(1, Some(ADA));
    let found = player.client.resolve_username("mug_news").await.unwrap().unwrap();
    let reference = found.to_ref().await.unwrap().unwrap();
    let mut messages = player.client.iter_messages(reference);
    let mut count = 0;
    let mut said = String::new();
    while let Some(message) = messages.next().await.unwrap() {
        count += 1;
        said = message.text().to_owned();
    }
    assert_eq!(count, messages.total().await.unwrap());
    let word = said.split_whitespace().next().unwrap().to_owned();
    let mut hits = player.client.search_messages(reference).query(&word);
    let first = hits.next().await.unwrap().unwrap();
    assert!(first.text().contains(&word));
}

#[tokio::test]
async fn a_bots_post_is_the_post_that_a_client_sees() {
    let stage = Stage::new().await;
    let chat = stage.channel(2);
    let id = stage.bot_posts(chat, "Read https://example.org and #enjoy").await;
    let player = stage.player(1, Some(ADA));
    let channel = player.resolve("mug_news").await;
    let newest = page(&player, &channel, 0).await.remove(0);
    assert_eq!((i64::from(newest.id), newest.post), (id, true));
    assert_eq!(newest.message, "Read https://example.org and #enjoy");
    assert_eq!(newest.entities.map(|all| all.len()), Some(2));
}

#[tokio::test]
async fn who_follows_a_posts_link_is_the_customer_of_the_bot() {
    let stage = Stage::new().await;
    let chat = stage.channel(60);
    let player = stage.player(1, Some(ADA));
    let channel = player.resolve("mug_news").await;
    let linked = all(&player, &channel).await.into_iter().find(|post| {
        post.entities.iter().flatten().any(|entity| {
            matches!(entity, tl::enums::MessageEntity::TextUrl(link) if link.url.contains("?start="))
        })
    });
    let linked = linked.expect("some posts link to the bot");
    stage.world().follow_post(ADA, chat, i64::from(linked.id)).unwrap();
    let said = stage.world().messages(ADA, BOT);
    assert!(said[0]["text"].as_str().unwrap().starts_with("/start post_"), "{said:?}");
}

#[tokio::test]
async fn a_private_channel_opens_to_its_link_only() {
    let stage = Stage::new().await;
    let kind = sim::ChatKind::Channel;
    let chat = stage.world().add_chat(NewChat::of(kind, "Inner circle", OLGA, BOT)).unwrap();
    let link = stage.bot("createChatInviteLink", &[("chat_id", &chat.to_string())]).await;
    let hash = link["invite_link"].as_str().unwrap().rsplit('+').next().unwrap().to_owned();
    let player = stage.player(1, Some(ADA));
    let check = tl::functions::messages::CheckChatInvite { hash: hash.clone() };
    let shown = player.invoke(&check).await.unwrap();
    assert!(
        matches!(shown, tl::enums::ChatInvite::Invite(invite) if invite.title == "Inner circle")
    );
    player.invoke(&tl::functions::messages::ImportChatInvite { hash: hash.clone() }).await.unwrap();
    let tl::enums::ChatInvite::Already(already) = player.invoke(&check).await.unwrap() else {
        panic!("she is in");
    };
    let tl::enums::Chat::Channel(channel) = already.chat else { panic!("a channel") };
    player
        .invoke(&tl::functions::channels::LeaveChannel { channel: input(&channel) })
        .await
        .unwrap();
    let full = tl::functions::channels::GetFullChannel { channel: input(&channel) };
    assert_eq!(player.invoke(&full).await.unwrap_err(), "CHANNEL_PRIVATE");
    let hash = "nothing".to_owned();
    let wrong = player.invoke(&tl::functions::messages::CheckChatInvite { hash }).await;
    assert_eq!(wrong.unwrap_err(), "INVITE_HASH_EXPIRED");
}

#[tokio::test]
async fn administrators_see_more_than_others() {
    let stage = Stage::new().await;
    let chat = stage.channel(30);
    stage.world().join_chat(ADA, chat, None).unwrap();
    let ada = stage.player(1, Some(ADA));
    let olga = stage.player(2, Some(OLGA));
    let full = |channel: &tl::types::Channel| tl::functions::channels::GetFullChannel {
        channel: input(channel),
    };
    let channel = ada.resolve("mug_news").await;
    let stats = tl::functions::stats::GetBroadcastStats { dark: false, channel: input(&channel) };
    assert!(ada.invoke(&stats).await.unwrap_err().starts_with("STATS_MIGRATE"));
    let log = |channel: &tl::types::Channel| tl::functions::channels::GetAdminLog {
        channel: input(channel),
        q: String::new(),
        events_filter: None,
        admins: None,
        max_id: 0,
        min_id: 0,
        limit: 50,
    };
    assert_eq!(ada.invoke(&log(&channel)).await.unwrap_err(), "CHAT_ADMIN_REQUIRED");
    let (dc, _) = stage.dcs().addresses()[1];
    let refused = ada.client.invoke_in_dc(dc, &stats).await.unwrap_err();
    assert!(refused.is("CHAT_ADMIN_REQUIRED"), "{refused}");

    let channel = olga.resolve("mug_news").await;
    assert!(channel.creator && channel.participants_count.unwrap() > 3000);
    let tl::enums::messages::ChatFull::Full(shown) = olga.invoke(&full(&channel)).await.unwrap();
    let tl::enums::ChatFull::ChannelFull(shown) = shown.full_chat else { panic!("a channel") };
    assert_eq!((shown.can_view_stats, shown.stats_dc), (true, Some(dc)));
    let tl::enums::channels::AdminLogResults::Results(events) =
        olga.invoke(&log(&channel)).await.unwrap();
    assert!(!events.events.is_empty());
    let stats = tl::functions::stats::GetBroadcastStats { dark: false, channel: input(&channel) };
    let tl::enums::stats::BroadcastStats::Stats(stats) =
        olga.client.invoke_in_dc(dc, &stats).await.unwrap();
    let tl::enums::StatsAbsValueAndPrev::Prev(followers) = stats.followers;
    assert!(followers.current > 3000.0);
    let foreign = tl::types::InputChannel { channel_id: channel.id, access_hash: 1 };
    let wrong = tl::functions::channels::GetFullChannel { channel: foreign.into() };
    assert_eq!(olga.invoke(&wrong).await.unwrap_err(), "CHANNEL_INVALID");
}
