//! What people send that nobody asked for, at every place of the conversation, in every language: a helpful answer, no
//! dead end, nothing lost.

use time::Duration;

use super::people::thorough;
use super::{ADA, state};
use crate::intent::{Keyboard, Method};
use crate::session::{Incoming, Step};
use crate::texts;
use crate::town::{Town, data_of};

/// A place of the conversation, and the way there from nothing.
type Way = (&'static str, fn(&mut Town));

fn chosen(town: &mut Town) {
    town.says(ADA, "/start");
    // In whatever language the test speaks.
    let language = town.tongue;
    town.presses(ADA, 7, &format!("t.w.{language}"));
}

fn agreed(town: &mut Town) {
    chosen(town);
    town.presses(ADA, 7, "t.a.ty.v1");
}

fn named(town: &mut Town) {
    agreed(town);
    town.says(ADA, "Ada");
}

fn asked_email(town: &mut Town) {
    named(town);
    town.says(ADA, "+441632960001");
}

fn customer(town: &mut Town) {
    asked_email(town);
    town.says(ADA, "ada@example.com");
}

const WAYS: [Way; 15] = [
    ("nothing yet", |_| {}),
    ("the language", |town| town.says(ADA, "/start")),
    ("the terms", chosen),
    ("the name", agreed),
    ("the phone number", named),
    ("the address", asked_email),
    ("the menu", customer),
    ("the quantity", |town| {
        customer(town);
        town.presses(ADA, 7, "t.p.mug-1");
    }),
    ("the summary", |town| {
        customer(town);
        town.presses(ADA, 7, "t.q.mug-1.2");
    }),
    ("the zone", |town| {
        customer(town);
        town.presses(ADA, 7, "t.a.zz");
    }),
    ("the quiet hours", |town| {
        customer(town);
        town.presses(ADA, 7, "t.a.qq");
    }),
    ("the name again", |town| {
        customer(town);
        town.presses(ADA, 7, "t.a.na");
    }),
    ("the phone again", |town| {
        customer(town);
        town.presses(ADA, 7, "t.a.ph");
    }),
    ("the address again", |town| {
        customer(town);
        town.presses(ADA, 7, "t.a.em");
    }),
    ("the search", |town| {
        customer(town);
        town.presses(ADA, 7, "t.a.ff");
    }),
];

fn text(text: &str) -> Incoming {
    Incoming::Text { message_id: 1, text: text.to_owned() }
}

fn other(what: &str) -> Incoming {
    Incoming::Other { message_id: 1, what: what.to_owned() }
}

fn press(data: &str, message_id: Option<i64>) -> Incoming {
    Incoming::Press { query: "q-rough".to_owned(), message_id, data: data.to_owned() }
}

/// What comes, by a name for the report of a failure.
fn rough() -> Vec<(&'static str, Incoming)> {
    let contact = |phone: &str, user_id| {
        let phone = phone.to_owned();
        Incoming::Contact { message_id: 1, phone, user_id }
    };
    vec![
        ("a sticker", other("sticker")),
        ("a voice message", other("voice")),
        ("a location", other("location")),
        ("an unknown kind", other("unknown")),
        ("somebody else's contact", contact("+441632960002", Some(8))),
        ("a contact without a number", contact("", None)),
        ("nothing visible", text("\u{200b}\u{2800}\u{3164}")),
        ("4,000 emoji", text(&"😀".repeat(4_000))),
        ("markup", text("<b>&amp;</i><a href=\"javascript:x\">*_`[")),
        ("a word that turns the text", text("\u{202e}evil\u{202d}")),
        ("a very long number", text(&"9".repeat(400))),
        ("a number below zero", text("-1")),
        ("a number with a fraction", text("1.5")),
        (
            "an unknown command",
            Incoming::Command { message_id: 1, name: "x".repeat(300), argument: "<b>".to_owned() },
        ),
        ("a button of last month", press("t.b.mug-1.2.abc", Some(3))),
        ("a button of a message that is gone", press("t.a.q.600.700", None)),
        ("a button of another program", press("buy:42", Some(3))),
        ("an empty button", press("", Some(3))),
        ("a button that counts too far", press("t.a.f.99999999999999999999", Some(3))),
    ]
}

fn town_in(lang: &'static str) -> Town {
    let mut town = thorough();
    town.tongue = lang;
    town
}

/// Whether the newest words are in the language that was chosen, as far as its letters show.
fn speaks(words: &str, lang: &str) -> bool {
    match lang {
        "ru" => words.chars().any(|letter| ('а'..='я').contains(&letter)),
        "ar" => words.chars().any(|letter| ('\u{620}'..='\u{64a}').contains(&letter)),
        _ => true,
    }
}

fn home_has_buttons(town: &Town) -> bool {
    town.sent.iter().rev().any(|call| match &call.method {
        Method::SendText { keyboard: Keyboard::Inline(rows), .. } => {
            rows.iter().flatten().any(|button| data_of(button).is_some())
        }
        _ => false,
    })
}

#[test]
fn whatever_comes_wherever_it_comes_is_answered() {
    for (lang, _) in texts::LANGUAGES {
        for (place, way) in WAYS {
            for (what, incoming) in rough() {
                let mut town = town_in(lang);
                way(&mut town);
                let told = format!("{what} at {place} in {lang}");
                let (before, kept) = (town.sent.len(), state(&town));
                town.does(ADA, incoming);
                assert!(town.sent.len() > before, "{told}: silence");
                let after = state(&town);
                let was_chosen = !matches!(place, "nothing yet" | "the language");
                assert!(
                    !was_chosen || speaks(&town.last_words(), lang),
                    "{told}: {}",
                    town.last_words()
                );
                assert_eq!(after.cards, kept.cards, "{told}");
                assert!(
                    after.is_registered() || !kept.is_registered(),
                    "{told}: registered no more"
                );
                assert_eq!(after.about.consent, kept.about.consent, "{told}");
                town.must_hold();
                town.says(ADA, "/cancel");
                assert_eq!(state(&town).step, Step::Idle, "{told}");
                assert!(home_has_buttons(&town), "{told}: home has buttons");
            }
        }
    }
}

#[test]
fn ten_messages_at_once_are_ten_answers_or_one_hint() {
    for (place, way) in WAYS {
        let mut town = town_in("en");
        way(&mut town);
        let before = town.sent.len();
        for number in 0..10 {
            town.says(ADA, &format!("what? {number}"));
        }
        assert!(town.sent.len() > before, "{place}");
        town.says(ADA, "/cancel");
        assert_eq!(state(&town).step, Step::Idle, "{place}");
    }
}

#[test]
fn who_leaves_in_the_middle_goes_on_where_they_were() {
    for (place, way) in WAYS {
        let mut town = town_in("en");
        way(&mut town);
        let kept = state(&town);
        town.does(ADA, Incoming::Blocked);
        town.pass(Duration::hours(3));
        town.does(ADA, Incoming::Unblocked);
        let after = state(&town);
        assert_eq!((after.step, after.about), (kept.step, kept.about), "{place}");
        let sent = town.sent.len();
        town.does(ADA, other("sticker"));
        assert!(town.sent.len() > sent, "{place}");
    }
}

#[test]
fn two_devices_that_press_at_once_order_once() {
    let mut town = town_in("en");
    customer(&mut town);
    town.checks_out(ADA, &[("mug-1", 2)]);
    let place = crate::town::button(&town.sent, "Place order").expect("a button");
    town.presses(ADA, 7, &place);
    town.presses(ADA, 8, &place);
    town.settle();
    assert_eq!(town.orders.states.len(), 1);
    // Settings opened on both: the later word counts, and both are answered.
    town.presses(ADA, 9, "t.a.qq");
    town.presses(ADA, 10, "t.a.zz");
    town.presses(ADA, 9, "t.a.q.1260.540");
    town.presses(ADA, 10, "t.a.z.Europe/Madrid");
    let about = state(&town).about;
    assert_eq!(about.time_zone.as_deref(), Some("Europe/Madrid"));
    assert_eq!(about.quiet.map(|quiet| (quiet.from, quiet.to)), Some((1_260, 540)));
}
