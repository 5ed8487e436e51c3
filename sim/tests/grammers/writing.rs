//! What a client writes, and what the Bot API's side of the world sees of it.

use grammers_client::tl;

use crate::stage::{ADA, BOT, OLGA, Stage, input, peer};

#[tokio::test]
async fn a_clients_post_is_a_channel_post_for_the_bot() {
    let stage = Stage::new().await;
    stage.channel(2);
    let olga = stage.player(1, Some(OLGA));
    let found = olga.client.resolve_username("mug_news").await.unwrap().unwrap();
    let reference = found.to_ref().await.unwrap().unwrap();
    let sent = olga.client.send_message(reference, "new mugs today").await.unwrap();
    let heard = stage.bot("getUpdates", &[("allowed_updates", "[\"channel_post\"]")]).await;
    let post = &heard.as_array().unwrap().last().unwrap()["channel_post"];
    assert_eq!(
        (post["text"].as_str(), post["message_id"].as_i64()),
        (Some("new mugs today"), Some(i64::from(sent.id())))
    );
    olga.client.edit_message(reference, sent.id(), "no mugs today").await.unwrap();
    let channel = olga.resolve("mug_news").await;
    let remove =
        tl::functions::channels::DeleteMessages { channel: input(&channel), id: vec![sent.id()] };
    let tl::enums::messages::AffectedMessages::Messages(gone) = olga.invoke(&remove).await.unwrap();
    assert_eq!(gone.pts_count, 1);

    let ada = stage.player(2, Some(ADA));
    stage.world().join_chat(ADA, -1_000_000_000_000 - channel.id, None).unwrap();
    let found = ada.client.resolve_username("mug_news").await.unwrap().unwrap();
    let reference = found.to_ref().await.unwrap().unwrap();
    let refused = ada.client.send_message(reference, "me too").await.unwrap_err();
    assert!(refused.is("CHAT_WRITE_FORBIDDEN"), "{refused}");
}

#[tokio::test]
async fn a_client_starts_a_bot_with_a_posts_payload() {
    let stage = Stage::new().await;
    let ada = stage.player(1, Some(ADA));
    let call =
        tl::functions::contacts::ResolveUsername { username: "mug_bot".to_owned(), referer: None };
    let tl::enums::contacts::ResolvedPeer::Peer(found) = ada.invoke(&call).await.unwrap();
    let Some(tl::enums::User::User(bot)) = found.users.into_iter().next() else {
        panic!("the bot");
    };
    let (user_id, access_hash) = (bot.id, bot.access_hash.unwrap());
    let start = tl::functions::messages::StartBot {
        bot: tl::types::InputUser { user_id, access_hash }.into(),
        peer: tl::types::InputPeerUser { user_id, access_hash }.into(),
        random_id: 1,
        start_param: "post_7".to_owned(),
    };
    ada.invoke(&start).await.unwrap();
    assert_eq!(stage.world().messages(ADA, BOT)[0]["text"], "/start post_7");
}

#[tokio::test]
async fn a_picture_of_the_past_can_be_looked_at() {
    let stage = Stage::new().await;
    stage.channel(40);
    let ada = stage.player(1, Some(ADA));
    let channel = ada.resolve("mug_news").await;
    let call = tl::functions::messages::Search {
        peer: peer(&channel),
        q: String::new(),
        from_id: None,
        saved_peer_id: None,
        saved_reaction: None,
        top_msg_id: None,
        filter: tl::enums::MessagesFilter::InputMessagesFilterPhotos,
        min_date: 0,
        max_date: 0,
        offset_id: 0,
        add_offset: 0,
        limit: 3,
        max_id: 0,
        min_id: 0,
        hash: 0,
    };
    let tl::enums::messages::Messages::ChannelMessages(found) = ada.invoke(&call).await.unwrap()
    else {
        panic!("channel messages");
    };
    let photo = found.messages.into_iter().find_map(|message| match message {
        tl::enums::Message::Message(message) => match message.media {
            Some(tl::enums::MessageMedia::Photo(media)) => media.photo,
            _ => None,
        },
        _ => None,
    });
    let Some(tl::enums::Photo::Photo(photo)) = photo else { panic!("a picture") };
    let location = tl::types::InputPhotoFileLocation {
        id: photo.id,
        access_hash: photo.access_hash,
        file_reference: photo.file_reference,
        thumb_size: "m".to_owned(),
    };
    let call = tl::functions::upload::GetFile {
        precise: false,
        cdn_supported: false,
        location: location.into(),
        offset: 0,
        limit: 512 * 1024,
    };
    let tl::enums::upload::File::File(file) = ada.invoke(&call).await.unwrap() else {
        panic!("no redirect");
    };
    assert!(file.bytes.starts_with(b"\x89PNG"));
}
