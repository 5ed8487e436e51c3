//! Rules of the parse, on small updates written for them.

use proptest::prelude::{ProptestConfig, any, prop, proptest};

use super::message::{Content, Message};
use super::part::{ChatKind, MediaKind};
use super::{HANDLED, Ignored, Route, Update, UpdateKind};

const FIXTURES: [&str; 12] = [
    include_str!("../../../tests/fixtures/updates/start.json"),
    include_str!("../../../tests/fixtures/updates/album_photo.json"),
    include_str!("../../../tests/fixtures/updates/topic_reply.json"),
    include_str!("../../../tests/fixtures/updates/callback.json"),
    include_str!("../../../tests/fixtures/updates/callback_inaccessible.json"),
    include_str!("../../../tests/fixtures/updates/pre_checkout.json"),
    include_str!("../../../tests/fixtures/updates/paid.json"),
    include_str!("../../../tests/fixtures/updates/blocked.json"),
    include_str!("../../../tests/fixtures/updates/joined_by_link.json"),
    include_str!("../../../tests/fixtures/updates/nulls.json"),
    include_str!("../../../tests/fixtures/updates/odd_letters.json"),
    include_str!("../../../tests/fixtures/updates/later_kind.json"),
];

fn parse(json: &str) -> Update<'_> {
    Update::parse(json.as_bytes()).expect("a good update")
}

fn message<'u, 'a>(update: &'u Update<'a>) -> &'u Message<'a> {
    match &update.kind {
        UpdateKind::Message(message) => message,
        other => panic!("not a message: {}", other.name()),
    }
}

fn reason(json: &str) -> String {
    Update::parse(json.as_bytes()).expect_err("a malformed update").reason
}

/// A private message with these further fields.
fn private(fields: &str) -> String {
    format!(
        r#"{{"update_id":7,"message":{{"message_id":1,"date":1,
            "chat":{{"id":5,"type":"private"}},"from":{{"id":5}},{fields}}}}}"#
    )
}

#[test]
fn a_deep_link_is_a_command_with_its_payload() {
    let update = parse(FIXTURES[0]);
    let message = message(&update);
    let command = message.command().expect("a command");
    assert_eq!((command.name, command.bot, command.args), ("start", None, "ref_42"));
    assert_eq!(update.route(), Route::Private { user: 5_000_000_001 });
    let from = message.from.as_ref().expect("a sender");
    assert_eq!(from.language_code.as_deref(), Some("pt-br"));
}

#[test]
fn only_a_clean_word_after_the_slash_is_a_command() {
    for (text, expected) in [
        ("/help@shop_bot now", Some(("help", Some("shop_bot"), "now"))),
        ("/a\\nb c", Some(("a", None, "b c"))),
        ("/", None),
        ("/ a", None),
        ("/größe", None),
        (" /help", None),
        ("/help@", None),
    ] {
        let json = private(&format!(r#""text":"{text}""#));
        let update = parse(&json);
        let found = message(&update).command().map(|c| (c.name, c.bot, c.args));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn of_a_photo_the_largest_size_counts_wherever_it_stands() {
    let update = parse(FIXTURES[1]);
    let message = message(&update);
    let Content::Media(MediaKind::Photo, file) = &message.content else { panic!("no photo") };
    assert_eq!(file.file_id, "large");
    assert_eq!(message.media_group_id.as_deref(), Some("77"));
    assert_eq!(message.text.as_deref(), Some("the blue mug"));
    assert_eq!(message.entities.len(), 1);
}

#[test]
fn a_topic_of_a_forum_is_told_from_a_mere_thread() {
    let update = parse(FIXTURES[2]);
    let message = message(&update);
    assert!(message.is_topic && message.chat.is_forum);
    assert_eq!(message.thread_id, Some(33));
    assert_eq!(message.reply_to.map(|reply| reply.message_id), Some(70));
    assert_eq!(message.chat.kind(), ChatKind::Supergroup);
    assert_eq!(update.route(), Route::Chat { chat: -1_001_234_567_890 });
}

#[test]
fn a_press_is_routed_by_the_chat_where_the_button_stands() {
    let group = parse(FIXTURES[3]);
    assert_eq!(group.route(), Route::Chat { chat: -100_200 });
    let private = parse(FIXTURES[4]);
    assert_eq!(private.route(), Route::Private { user: 6 });
    let UpdateKind::Callback(callback) = &private.kind else { panic!("no callback") };
    assert!(!callback.message.as_ref().expect("a message").is_accessible());
    let inline = parse(r#"{"update_id":1,"callback_query":{"id":"q","from":{"id":9}}}"#);
    assert_eq!(inline.route(), Route::Private { user: 9 });
}

#[test]
fn a_checkout_question_goes_to_the_payment_that_its_payload_names() {
    let update = parse(FIXTURES[5]);
    assert_eq!(update.route(), Route::Payment { payload: "pay_1" });
    let update = parse(FIXTURES[6]);
    let Content::Paid(paid) = &message(&update).content else { panic!("no payment") };
    assert_eq!((paid.amount_minor, &*paid.currency), (4_200, "EUR"));
    assert_eq!(paid.subscription_until, None);
}

#[test]
fn membership_tells_who_is_in_and_by_which_link() {
    let blocked = parse(FIXTURES[7]);
    assert_eq!(blocked.route(), Route::Private { user: 5 });
    let UpdateKind::MyMember(change) = &blocked.kind else { panic!("not my member") };
    assert!(change.old.is_in() && !change.new.is_in());
    let joined = parse(FIXTURES[8]);
    let UpdateKind::Member(change) = &joined.kind else { panic!("not a member") };
    assert_eq!(change.invite_link.as_ref().and_then(|l| l.name.as_deref()), Some("spring"));
}

#[test]
fn null_counts_as_absent_and_zero_as_no_chat() {
    let update = parse(FIXTURES[9]);
    let message = message(&update);
    assert!(matches!(message.content, Content::Media(MediaKind::Document, _)));
    assert_eq!(message.text.as_deref(), Some("caption"));
    assert_eq!(message.reply_to, None);
}

#[test]
fn a_lone_surrogate_and_an_escaped_nul_become_replacement_letters() {
    let update = parse(FIXTURES[10]);
    let message = message(&update);
    assert_eq!(message.text.as_deref(), Some("a\u{fffd}b\u{fffd}c😀"));
    assert_eq!(message.from.as_ref().map(|user| &*user.first_name), Some("\u{3164}\u{200b}"));
    assert_eq!(message.date, 0);
}

#[test]
fn repair_touches_lone_surrogates_alone() {
    let json = private(
        r#""text":"\\ud83d \ud83d\ude00\n\udc00\ud83d\"\ud83d","caption_entities":[
        {"type":"text_link","offset":0,"length":1,"url":"\udfff"}]"#,
    );
    let update = parse(&json);
    let message = message(&update);
    assert_eq!(message.text.as_deref(), Some("\\ud83d 😀\n\u{fffd}\u{fffd}\"\u{fffd}"));
    assert_eq!(message.entities[0].url.as_deref(), Some("\u{fffd}"));
    let bytes = [&br#"{"update_id":1,"poll":{"id":"a"#[..], &[0xFF], br#""}}"#].concat();
    let update = Update::parse(&bytes).expect("repaired");
    assert!(matches!(&update.kind, UpdateKind::Poll(poll) if poll.id == "a\u{fffd}"));
}

#[test]
fn what_did_not_exist_when_this_was_written_is_no_error() {
    let later = parse(FIXTURES[11]);
    let UpdateKind::Ignored(Ignored { kind, is_known, .. }) = &later.kind else { panic!("known?") };
    assert_eq!((&**kind, *is_known), ("hologram_call", false));
    let update = parse(r#"{"update_id":3}"#);
    assert_eq!((update.kind.name(), update.route()), ("unknown", Route::Bot));
    let json = private(r#""hologram":{"file_id":"x"}"#);
    assert_eq!(message(&parse(&json)).content, Content::Unknown);
}

#[test]
fn what_kontor_does_not_read_keeps_its_name() {
    for (fields, expected) in [
        (r#""dice":{"emoji":"🎲","value":3}"#, Content::Other("dice")),
        (r#""forum_topic_closed":{}"#, Content::Service("forum_topic_closed")),
        (r#""delete_chat_photo":false"#, Content::Unknown),
        (r#""migrate_to_chat_id":-1009"#, Content::MigratedTo(-1009)),
        (r#""poll":{"id":"1"},"text":"""#, Content::Other("poll")),
    ] {
        let json = private(fields);
        assert_eq!(message(&parse(&json)).content, expected, "{fields}");
    }
}

#[test]
fn an_animation_outweighs_the_document_that_comes_with_it() {
    let json = private(r#""document":{"file_id":"d"},"animation":{"file_id":"a"}"#);
    let update = parse(&json);
    assert!(matches!(message(&update).content, Content::Media(MediaKind::Animation, _)));
}

#[test]
fn a_malformed_field_is_named_and_its_value_is_not_quoted() {
    let json = private(r#""text":{"secret":"4111"}"#);
    assert!(reason(&json).starts_with("message.text: invalid type: map"), "{}", reason(&json));
    let json = r#"{"update_id":7,"message":{"message_id":"top secret, expected","chat":{"id":1}}}"#;
    let unparsed = Update::parse(json.as_bytes()).expect_err("malformed");
    assert_eq!((unparsed.update_id, unparsed.kind.as_deref()), (Some(7), Some("message")));
    assert!(unparsed.reason.starts_with("message.message_id: invalid type: string, expected i64"));
    let json = r#"{"update_id":8,"message":{"message_id":1}}"#;
    assert!(reason(json).starts_with("message: missing field `chat`"), "{}", reason(json));
    let json = r#"{"update_id":8,"callback_query":{"id":"1","from":{}}}"#;
    assert!(reason(json).starts_with("callback_query.from: missing field `id`"));
}

#[test]
fn a_broken_update_still_tells_its_id() {
    let cut = &FIXTURES[0][..FIXTURES[0].len() / 2];
    assert_eq!(Update::parse(cut.as_bytes()).expect_err("cut").update_id, Some(900_000_001));
    let twice = format!("{} {}", FIXTURES[0].trim(), "{}");
    assert!(Update::parse(twice.as_bytes()).is_err());
    let bare = r#"{"message_id":1,"date":0,"chat":{"id":1,"type":"private"},"text":"hi"}"#;
    assert!(reason(bare).contains("bare message"), "{}", reason(bare));
}

#[test]
fn every_handled_kind_is_refused_where_it_is_no_object() {
    for kind in HANDLED {
        let json = format!(r#"{{"update_id":1,"{kind}":5}}"#);
        assert!(reason(&json).starts_with(kind), "{kind}");
        let json = format!(r#"{{"update_id":1,"{kind}":null}}"#);
        assert_eq!(parse(&json).kind.name(), "unknown");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_parse_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(update) = Update::parse(&bytes) {
            update.route();
        }
    }

    #[test]
    fn no_damage_to_an_update_makes_the_parse_panic(
        fixture in 0..FIXTURES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..8),
    ) {
        let mut bytes = FIXTURES[fixture].as_bytes().to_vec();
        for (place, byte, how) in damage {
            let at = place.index(bytes.len().max(1));
            bytes.resize(bytes.len().max(1), byte);
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        match Update::parse(&bytes) {
            Ok(update) => {
                update.route();
                if let UpdateKind::Message(message) = &update.kind {
                    message.command();
                }
            }
            Err(unparsed) => assert!(!unparsed.reason.is_empty()),
        }
    }
}
