//! Updates as Telegram sends them, and whom they are told to.

use actors::payment::{self, CheckoutReport};
use actors::session::{self, Incoming};
use actors::{Message, bot, chat};
use entities::{BotId, Currency, Money};
use serde_json::{Value, json};

use super::{Routed, is_chatter, route};
use crate::intake::update::Update;
use crate::telegram::Me;

fn routed(content: Value) -> Routed {
    let mut update = content;
    update["update_id"] = json!(1);
    let bytes = serde_json::to_vec(&update).unwrap();
    let me = Me { id: 42, username: Some("ShopBot".to_owned()) };
    let bot = BotId::parse("shop").unwrap();
    route(&bot, &me, &Update::parse(&bytes).unwrap())
}

fn ada() -> Value {
    json!({"id": 7, "is_bot": false, "first_name": "Ada", "last_name": "Byron", "username": "ada",
        "language_code": "en"})
}

fn private(fields: Value) -> Value {
    let mut message = json!({"message_id": 5, "date": 1, "from": ada(),
        "chat": {"id": 7, "type": "private", "first_name": "Ada"}});
    for (name, value) in fields.as_object().unwrap() {
        message[name] = value.clone();
    }
    json!({"message": message})
}

fn group(fields: Value) -> Value {
    let mut update = private(fields);
    update["message"]["chat"] = json!({"id": -100, "type": "supergroup", "title": "G"});
    update
}

/// What the customer's session is told, of `session:shop:7`.
fn incoming(content: Value) -> Incoming {
    match routed(content) {
        Routed::To(key, Message::Session(message)) => {
            assert_eq!(key.as_str(), "session:shop:7");
            let session::Message::Customer { from, what } = *message else { panic!("{message:?}") };
            assert_eq!(
                (from.first_name.as_str(), from.language_code.as_deref()),
                ("Ada", Some("en"))
            );
            what
        }
        other => panic!("not to the session: {other:?}"),
    }
}

/// What the group's chat is told, of `chat:shop:-100`.
fn heard(content: Value) -> chat::Message {
    match routed(content) {
        Routed::To(key, Message::Chat(message)) => {
            assert_eq!(key.as_str(), "chat:shop:-100");
            *message
        }
        other => panic!("not to the chat: {other:?}"),
    }
}

#[test]
fn what_customers_write_goes_to_their_session() {
    let command = |name: &str, argument: &str| Incoming::Command {
        message_id: 5,
        name: name.to_owned(),
        argument: argument.to_owned(),
    };
    let text = |text: &str| Incoming::Text { message_id: 5, text: text.to_owned() };
    for (said, expected) in [
        ("hello", text("hello")),
        ("/start ref_7", command("start", "ref_7")),
        ("/START", command("start", "")),
        ("/help@shopbot now", command("help", "now")),
        ("/help@otherbot", text("/help@otherbot")),
        ("/", text("/")),
    ] {
        assert_eq!(incoming(private(json!({"text": said}))), expected, "{said}");
    }
    let edit = private(json!({"text": "better", "edit_date": 2}));
    let edited = Incoming::Edited { message_id: 5, text: Some("better".to_owned()) };
    assert_eq!(incoming(json!({"edited_message": edit["message"]})), edited);
}

#[test]
fn what_customers_send_goes_to_their_session() {
    let contact = json!({"contact": {"phone_number": "+44", "first_name": "A", "user_id": 7}});
    let shared = Incoming::Contact { message_id: 5, phone: "+44".to_owned(), user_id: Some(7) };
    assert_eq!(incoming(private(contact)), shared);
    let file = json!({"file_id": "x"});
    for (content, expected) in [
        (json!({"sticker": file}), "sticker"),
        (json!({"dice": {"emoji": "🎲", "value": 3}}), "dice"),
        (json!({"hologram": {}}), "unknown"),
    ] {
        let what = Incoming::Other { message_id: 5, what: expected.to_owned() };
        assert_eq!(incoming(private(content)), what);
    }
    for (content, kind) in
        [(json!({"photo": [file], "caption": "look"}), "photo"), (json!({"voice": file}), "voice")]
    {
        let (kind, file_id) = (kind.to_owned(), "x".to_owned());
        let what = Incoming::File { message_id: 5, kind, file_id, name: None, bytes: None };
        assert_eq!(incoming(private(content)), what);
    }
    let there = json!({"location": {"latitude": 41.311_081, "longitude": -69.240_562}});
    let place =
        Incoming::Location { message_id: 5, latitude_e6: 41_311_081, longitude_e6: -69_240_562 };
    assert_eq!(incoming(private(there)), place);
}

#[test]
fn presses_go_where_the_button_stands() {
    let press = |message: Value| {
        json!({"callback_query": {"id": "q1", "from": ada(), "chat_instance": "1",
            "data": "t.h", "message": message}})
    };
    let (query, data) = ("q1".to_owned(), "t.h".to_owned());
    let here = private(json!({"text": "x"}))["message"].clone();
    let shown = Incoming::Press { query: query.clone(), message_id: Some(5), data: data.clone() };
    assert_eq!(incoming(press(here.clone())), shown);
    let mut gone = here.clone();
    gone["date"] = json!(0);
    let unseen = Incoming::Press { query: query.clone(), message_id: None, data };
    assert_eq!(incoming(press(gone)), unseen);
    let in_group = group(json!({"text": "x"}))["message"].clone();
    let pressed = chat::Message::Press { query, language_code: Some("en".to_owned()) };
    assert_eq!(heard(press(in_group)), pressed);
}

#[test]
fn in_groups_only_what_is_for_the_bot_is_for_the_bot() {
    let addressed = chat::Message::Addressed {
        message_id: 5,
        language_code: Some("en".to_owned()),
        bot_username: Some("ShopBot".to_owned()),
    };
    for said in ["/start", "/help@shopbot", "/order@ShopBot 1", "hi @shopbot!", "(@SHOPBOT)"] {
        assert_eq!(heard(group(json!({"text": said}))), addressed, "{said}");
    }
    for said in ["/order", "/start@otherbot", "hello", "me@shopbot", "@shopbot2", "@"] {
        assert_eq!(heard(group(json!({"text": said}))), chat::Message::Other, "{said}");
    }
    let post = json!({"channel_post": {"message_id": 5, "date": 1, "text": "@shopbot",
        "chat": {"id": -100, "type": "channel"}}});
    assert_eq!(heard(post), chat::Message::Other);
}

#[test]
fn a_group_is_followed_through_its_migration_and_the_bots_standing() {
    let moved = group(json!({"migrate_to_chat_id": -1009}));
    assert_eq!(heard(moved), chat::Message::MigratedTo { chat: -1009 });
    let came = group(json!({"migrate_from_chat_id": -9}));
    assert_eq!(heard(came), chat::Message::MigratedFrom { chat: -9 });
    let standing = |chat: Value, status: &str| {
        let member = |status| json!({"user": {"id": 42, "is_bot": true}, "status": status});
        json!({"my_chat_member": {"chat": chat, "from": ada(), "date": 1,
            "old_chat_member": member("left"), "new_chat_member": member(status)}})
    };
    let of_group = json!({"id": -100, "type": "supergroup"});
    assert_eq!(heard(standing(of_group.clone(), "administrator")), chat::Message::Joined);
    assert_eq!(heard(standing(of_group, "kicked")), chat::Message::Removed);
    let with_ada = json!({"id": 7, "type": "private"});
    assert_eq!(incoming(standing(with_ada.clone(), "kicked")), Incoming::Blocked);
    assert_eq!(incoming(standing(with_ada, "member")), Incoming::Unblocked);
}

#[test]
fn money_goes_to_the_payment_that_the_invoice_names() {
    let paid = |content: Value| match routed(content) {
        Routed::To(key, Message::Payment(message)) => {
            assert_eq!(key.as_str(), "payment:K7Q2M9");
            *message
        }
        other => panic!("not to the payment: {other:?}"),
    };
    let amount = Money::new(350, Currency::XTR);
    let ask = json!({"pre_checkout_query": {"id": "p1", "from": ada(), "currency": "XTR",
        "total_amount": 350, "invoice_payload": "payment:K7Q2M9"}});
    let asked = payment::Message::PreCheckout {
        query: "p1".to_owned(),
        customer: entities::Key::parse("session:shop:7").unwrap(),
        amount,
        language_code: Some("en".to_owned()),
    };
    assert_eq!(paid(ask), asked);
    let receipt = json!({"currency": "XTR", "total_amount": 350, "invoice_payload": "K7Q2M9",
        "telegram_payment_charge_id": "c1"});
    let reported = |report| payment::Message::GatewayReported {
        event: "c1".to_owned(),
        checkout: "payment:K7Q2M9".to_owned(),
        report,
    };
    let came = private(json!({"successful_payment": receipt}));
    assert_eq!(
        paid(came),
        reported(CheckoutReport::Captured { amount, charge: Some("c1".to_owned()) })
    );
    let went = private(json!({"refunded_payment": receipt}));
    let refunded = CheckoutReport::Refunded { refund: "c1".to_owned(), amount };
    assert_eq!(paid(went), reported(refunded));
}

#[test]
fn polls_are_the_bots_and_the_rest_is_nobodys() {
    match routed(json!({"poll": {"id": "1", "question": "?", "options": []}})) {
        Routed::To(key, message) => {
            assert_eq!((key.as_str(), message), ("bot:shop", bot::Message::Poll.into()));
        }
        Routed::Ignored => panic!("ignored"),
    }
    for content in [
        private(json!({"pinned_message": {"message_id": 1}})),
        json!({"message_reaction": {"chat": {"id": -100}, "message_id": 1, "date": 1,
            "old_reaction": [], "new_reaction": []}}),
        json!({"tomorrows_news": {}}),
    ] {
        assert_eq!(routed(content), Routed::Ignored);
    }
}

#[test]
fn an_inline_question_is_answered_by_the_askers_session() {
    let asked = json!({"inline_query": {"id": "1", "from": ada(), "query": "mug", "offset": "20"}});
    let Routed::To(key, message) = routed(asked) else { panic!("ignored") };
    assert_eq!(key.as_str(), "session:shop:7");
    let Message::Session(message) = message else { panic!("{message:?}") };
    let session::Message::Inline { words, offset, bot_username, .. } = *message else {
        panic!("{message:?}")
    };
    assert_eq!((&*words, &*offset, &*bot_username), ("mug", "20", "ShopBot"));
}

#[test]
fn money_is_never_chatter() {
    let chatter = |content: Value| {
        let mut update = content;
        update["update_id"] = json!(1);
        is_chatter(&Update::parse(&serde_json::to_vec(&update).unwrap()).unwrap())
    };
    assert!(chatter(private(json!({"text": "x"}))));
    assert!(!chatter(private(json!({"successful_payment": {"currency": "XTR", "total_amount": 1,
        "invoice_payload": "x", "telegram_payment_charge_id": "c"}}))));
    assert!(!chatter(json!({"pre_checkout_query": {"id": "p", "from": ada(), "currency": "XTR",
        "total_amount": 1, "invoice_payload": "x"}})));
}
