//! Updates of the Bot API: read or kept with a reason, never lost, and what they say to an actor can be stored.

use entities::BotId;
use kontor::intake::digest::digest;
use kontor::intake::route::{self, Routed};
use kontor::intake::update::Update;
use kontor::telegram::Me;
use serde_json::{Value, json};

use crate::campaign::{corpus, fuzz};
use crate::damage::shapes;

fn seeds() -> Vec<Value> {
    let from = json!({"id": 7, "is_bot": false, "first_name": "Ada", "language_code": "en"});
    let chat = json!({"id": 7, "type": "private", "first_name": "Ada"});
    let message = |more: Value| {
        let mut message =
            json!({"message_id": 5, "from": from, "chat": chat, "date": 1_795_172_753});
        let fields = message.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("fields").clone());
        json!({"update_id": 100, "message": message})
    };
    let mut seeds = vec![
        message(
            json!({"text": "/start ref_1", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}),
        ),
        message(json!({"text": "привет 👋"})),
        message(
            json!({"contact": {"phone_number": "+998901234567", "first_name": "Ada", "user_id": 7}}),
        ),
        message(json!({"location": {"latitude": 41.3, "longitude": 69.2}})),
        message(
            json!({"photo": [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}], "caption": "c"}),
        ),
        message(
            json!({"document": {"file_id": "d", "file_unique_id": "e", "file_name": "x.pdf", "file_size": 12}}),
        ),
        message(
            json!({"successful_payment": {"currency": "XTR", "total_amount": 50, "invoice_payload": "K7Q2M9",
            "telegram_payment_charge_id": "t", "provider_payment_charge_id": "p"}}),
        ),
        json!({"update_id": 1, "callback_query": {"id": "9", "from": from, "chat_instance": "1", "data": "t.h",
            "message": {"message_id": 5, "chat": chat, "date": 1}}}),
        json!({"update_id": 2, "pre_checkout_query": {"id": "q", "from": from, "currency": "XTR",
            "total_amount": 50, "invoice_payload": "payment:K7Q2M9"}}),
        json!({"update_id": 3, "my_chat_member": {"chat": chat, "from": from, "date": 1,
            "old_chat_member": {"user": from, "status": "member"},
            "new_chat_member": {"user": from, "status": "kicked", "until_date": 0}}}),
        json!({"update_id": 4, "inline_query": {"id": "1", "from": from, "query": "mug", "offset": ""}}),
        json!({"update_id": 5, "poll": {"id": "1", "question": "?", "options": [{"text": "a", "voter_count": 1}],
            "total_voter_count": 1, "is_closed": false, "is_anonymous": true, "type": "regular",
            "allows_multiple_answers": false}}),
    ];
    for file in corpus("updates") {
        seeds.extend(serde_json::from_slice::<Value>(&file).ok());
    }
    seeds
}

fn check(bytes: &[u8]) {
    let parsed = Update::parse(bytes);
    let object = serde_json::from_slice::<Value>(bytes).ok();
    let stated = object.as_ref().and_then(|object| object.get("update_id")?.as_i64());
    match &parsed {
        Ok(update) => {
            assert!(stated.is_none_or(|id| id == update.update_id), "another id");
            look(update);
        }
        Err(unparsed) => {
            assert!(!unparsed.reason.is_empty(), "a reason");
            assert!(
                stated.is_none() || unparsed.update_id == stated,
                "the id is lost: {unparsed:?}"
            );
        }
    }
    for line in digest(bytes) {
        serde_json::to_string(&line).expect("a line of the digest");
    }
    // What later Bot APIs add changes nothing. (Written anew first: a key that was there twice counts once.)
    if let Some(mut object) = object {
        let before = object.to_string();
        grow(&mut object, 0);
        let grown = object.to_string();
        if let Ok(update) = Update::parse(before.as_bytes()) {
            assert_eq!(Update::parse(grown.as_bytes()), Ok(update), "{grown}");
        }
    }
}

fn look(update: &Update<'_>) {
    let (bot, me) = (
        BotId::parse("shop").expect("a name"),
        Me { id: 42, username: Some("ShopBot".to_owned()) },
    );
    let _known =
        (update.chat_id(), update.user_id(), update.kind.name(), route::is_chatter(update));
    for routed in [route::route(&bot, &me, update), route::too_fast(&bot, update)] {
        let Routed::To(key, message) = routed else { continue };
        assert_eq!(entities::Key::parse(&key.to_string()).ok().as_ref(), Some(&key), "a key");
        let stored = serde_json::to_string(&message).expect("a message is stored");
        assert!(!stored.contains("\\u0000"), "no database takes a NUL: {stored}");
        let read: actors::Message =
            serde_json::from_str(&stored).expect("a stored message is read");
        assert_eq!(read, message);
    }
}

/// Puts an unknown field into every object below the update itself, whose unknown fields are its kind.
fn grow(value: &mut Value, depth: usize) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(|inner| grow(inner, depth + 1));
            if depth > 0 {
                fields.insert("zz_of_a_later_year".to_owned(), json!({"a": [1, null]}));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| grow(inner, depth + 1)),
        _ => {}
    }
}

#[test]
fn updates() {
    fuzz("updates", shapes(seeds()), check);
}

/// One broken update hides none of its neighbours from the digest.
#[test]
fn lines_of_updates() {
    let whole = json!({"update_id": 100, "message": {"message_id": 1, "date": 1, "text": "a",
        "chat": {"id": 7, "type": "private"}}});
    let around = whole.to_string();
    fuzz("lines_of_updates", shapes(seeds()), |bytes| {
        let text = String::from_utf8_lossy(bytes).replace(['\n', '\r'], " ");
        let file = format!("{around}\n{text}\n{around}\n");
        let found = digest(file.as_bytes());
        let ours =
            found.iter().filter(|line| line.update_id == Some(100) && line.kind == "message");
        assert!(ours.count() >= 2, "{file}\n{found:?}");
    });
}
