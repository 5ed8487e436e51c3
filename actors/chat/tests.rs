//! How the bot behaves among many. Knows no private chats.

use entities::{BotId, Key};
use time::{Duration, OffsetDateTime};

use super::{Chat, Message, State};
use crate::capability::{Capability, Decision, Input, Moment};
use crate::house::House;
use crate::intent::{Button, Intent, Keyboard, Method, Outcome};
use crate::message::Message as AnyMessage;

fn group() -> Key {
    Key::chat(&BotId::parse("shop").expect("a name"), -42)
}

fn decided(state: &mut State, input: Input<Chat>, seconds: i64) -> Decision<Chat> {
    let start = OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time");
    let now = start + Duration::seconds(seconds);
    let at = Moment { key: &group(), now, seed: 1, house: &House::default() };
    let decision = Chat::decide(state, &input, &at).expect("not refused");
    decision.facts.iter().for_each(|fact| Chat::apply(state, fact));
    decision
}

fn hears(state: &mut State, message: Message) -> Vec<Intent> {
    decided(state, Input::Message(message), 0).intents
}

fn addressed() -> Message {
    Message::Addressed {
        message_id: 1,
        language_code: Some("en".to_owned()),
        bot_username: Some("kontor_bot".to_owned()),
    }
}

fn sent(intents: &[Intent]) -> Vec<&Method> {
    fn method(intent: &Intent) -> Option<&Method> {
        match intent {
            Intent::Telegram(call) => Some(&call.method),
            _ => None,
        }
    }
    intents.iter().filter_map(method).collect()
}

#[test]
fn one_line_points_to_the_private_chat_and_is_not_repeated() {
    let mut state = State::default();
    let intents = hears(&mut state, addressed());
    let [Method::SendText { html, keyboard: Keyboard::Inline(rows) }] = &sent(&intents)[..] else {
        panic!("one text: {intents:?}");
    };
    assert!(html.contains("private chat") && !html.contains('\n'), "{html}");
    assert!(matches!(&rows[0][0], Button::Link { url, .. } if url == "https://t.me/kontor_bot"));
    assert!(hears(&mut state, addressed()).is_empty(), "not again at once");
    let later = decided(&mut state, Input::Message(addressed()), 61);
    assert_eq!(later.intents.len(), 1);
}

#[test]
fn everything_else_is_met_with_silence() {
    let mut state = State::default();
    for message in [Message::Other, Message::Joined, Message::Removed, Message::Removed] {
        assert!(hears(&mut state, message).is_empty());
    }
    assert!(state.removed);
    hears(&mut state, Message::Joined);
    assert!(!state.removed);
}

#[test]
fn a_press_is_answered() {
    let press = Message::Press { query: "q1".to_owned(), language_code: None };
    let intents = hears(&mut State::default(), press);
    assert!(matches!(&sent(&intents)[..], [Method::AnswerCallback { query, .. }] if query == "q1"));
}

#[test]
fn a_group_is_followed_into_its_supergroup() {
    let mut state = State::default();
    let moved = Message::MigratedTo { chat: -100 };
    let intents = hears(&mut state, moved.clone());
    let [Intent::Tell { to, message: AnyMessage::Chat(message) }] = &intents[..] else {
        panic!("the new chat is told: {intents:?}");
    };
    assert_eq!(to.as_str(), "chat:shop:-100");
    assert_eq!(**message, Message::MigratedFrom { chat: -42 });
    assert!(hears(&mut state, moved).is_empty(), "told once");
    assert!(hears(&mut state, addressed()).is_empty(), "nobody is there any more");

    let notice = hears(&mut state, Message::Notice { text: "<b>".to_owned() });
    assert!(matches!(&notice[..], [Intent::Tell { to, .. }] if to.as_str() == "chat:shop:-100"));
}

#[test]
fn a_notice_is_plain_text_and_a_closed_door_is_remembered() {
    let mut state = State::default();
    let intents = hears(&mut state, Message::Notice { text: "1 < 2 &".repeat(1_000) });
    let [Method::SendText { html, .. }] = &sent(&intents)[..] else { panic!("a text") };
    assert!(html.starts_with("1 &lt; 2 &amp;"), "{html}");
    assert!(html.encode_utf16().count() <= 4_096);

    let outcome = Outcome::Refused { reason: "Forbidden".to_owned(), unreachable: true };
    let intent = intents.into_iter().next().expect("the send");
    decided(&mut state, Input::Result { intent, outcome }, 1);
    assert!(state.removed);
}
