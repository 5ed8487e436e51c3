//! Registration, settings, terms, reminders, help: whatever stands around the shop.

use std::sync::Arc;

use entities::{Currency, Row};
use time::Duration;

use super::{ADA, DIALOGUE, registered, state};
use crate::catalogue::Catalogue;
use crate::flow::Flows;
use crate::intent::{Keyboard, Lane, Method, Report};
use crate::manners::{Entry, Leaflets, Quiet, Terms};
use crate::session::contact::{checked_email, checked_phone};
use crate::session::{Asked, Incoming, Step};
use crate::town::Town;

/// A house that asks for everything.
pub(in crate::session) fn thorough() -> Town {
    let mut town = Town::stocked(5);
    let rules = Arc::make_mut(&mut town.house.rules);
    rules.manners.ask_phone = true;
    rules.manners.ask_email = true;
    rules.manners.support = Some("@olga".to_owned());
    let mut products = town.house.catalogue.products.clone();
    products[0].prices.insert(Currency::parse("USD").expect("a code"), 1_300);
    town.house.catalogue = Arc::new(Catalogue::new(Vec::new(), products));
    asks_for(&mut town, "v1");
    let text = "## How do I pay?\nBy card.\n## Where is my order?\nSee /orders.";
    Arc::make_mut(&mut town.house.leaflets).faq.insert("en".to_owned(), Entry::read(text));
    town
}

fn asks_for(town: &mut Town, version: &str) {
    let texts = [("en".to_owned(), "# Terms\nBe <kind> & fair.".to_owned())].into();
    let terms = Some(Terms { version: version.to_owned(), texts });
    let faq = town.house.leaflets.faq.clone();
    town.house.leaflets = Arc::new(Leaflets { faq, terms });
}

fn shares(town: &mut Town, phone: &str, owner: i64) {
    let phone = phone.to_owned();
    town.does(ADA, Incoming::Contact { message_id: 1, phone, user_id: Some(owner) });
}

fn arrives(town: &mut Town) {
    town.says(ADA, "/start");
    town.chooses(ADA, "✓ English");
    town.chooses(ADA, "I agree");
    town.says(ADA, "Ada");
}

pub(super) fn customer() -> Town {
    let mut town = thorough();
    arrives(&mut town);
    town.says(ADA, "Skip");
    town.chooses(ADA, "Skip");
    town
}

fn keyboard(town: &Town) -> Keyboard {
    let found = town.sent.iter().rev().find_map(|call| match &call.method {
        Method::SendText { keyboard, .. } => Some(keyboard.clone()),
        _ => None,
    });
    found.expect("something was said")
}

#[test]
fn a_newcomer_agrees_says_their_name_and_gives_what_they_like() {
    let mut town = thorough();
    town.says(ADA, "/start");
    town.chooses(ADA, "✓ English");
    assert!(town.last_words().starts_with("<b>Terms</b>\nBe &lt;kind&gt; &amp; fair."));
    town.chooses(ADA, "I agree");
    let consent = state(&town).about.consent.clone().expect("kept");
    assert_eq!((&*consent.version, consent.at_ms), ("v1", town.now.unix_timestamp() * 1_000));
    town.says(ADA, "Ada");
    assert!(matches!(keyboard(&town), Keyboard::Contact { .. }));
    shares(&mut town, "+441632960001", ADA + 1);
    assert!(town.last_words().contains("somebody else’s"));
    shares(&mut town, "441632960001", ADA);
    assert_eq!(state(&town).about.phone.as_deref(), Some("+441632960001"));
    for wrong in ["", "ada", "a@b", "a b@c.de", "a@b..c", &"x".repeat(300)] {
        town.says(ADA, wrong);
        assert!(town.last_words().contains("does not look like"), "{wrong}");
    }
    town.says(ADA, " Ada@Example.COM ");
    assert!(town.last_words().contains("Nice to meet you, <b>Ada</b>"));
    let row = town.rows.iter().rev().find_map(|row| match row {
        Row::Profile(row) => Some(row.clone()),
        _ => None,
    });
    let row = row.expect("a row");
    assert_eq!(row.email.as_deref(), Some("Ada@example.com"));
    assert_eq!(row.terms_version.as_deref(), Some("v1"));
    assert_eq!(state(&town).step, Step::Idle);
}

#[test]
fn whoever_skips_is_a_customer_all_the_same() {
    let mut town = customer();
    assert!(state(&town).is_registered() && state(&town).about.phone.is_none());
    town.says(ADA, "/shop");
    assert!(town.last_words().contains("<b>Shop</b>"));
    // The keyboard of the question was still open on another device.
    town.says(ADA, "Skip");
    assert!(town.last_words().contains("What would you like to do?"));
    shares(&mut town, "+441632960001", ADA);
    assert!(town.last_words().contains("Phone: +441632960001"));
}

#[test]
fn who_does_not_agree_is_not_pressed_and_finds_the_way_back() {
    let mut town = thorough();
    town.says(ADA, "/start");
    town.chooses(ADA, "✓ English");
    town.chooses(ADA, "I do not agree");
    assert!(town.last_words().contains("That is fine"));
    assert!(!state(&town).is_registered() && state(&town).about.consent.is_none());
    town.chooses(ADA, "Privacy");
    town.says(ADA, "hello");
    town.chooses(ADA, "✓ English");
    town.chooses(ADA, "I agree");
    town.says(ADA, "Ada");
    assert!(state(&town).is_registered());
}

#[test]
fn a_new_version_of_the_terms_asks_everybody_again() {
    let mut town = customer();
    town.says(ADA, "/menu");
    let old = crate::town::button(&town.sent, "I agree").expect("a button of v1");
    asks_for(&mut town, "v2");
    for command in ["/help", "/privacy", "/settings", "/orders", "/terms", "/support"] {
        town.says(ADA, command);
        assert!(!town.last_words().contains("once more"), "{command} is free");
    }
    for what in ["/shop", "/menu", "hello", "/start p_mug-1"] {
        town.says(ADA, what);
        assert!(town.last_words().contains("Our terms have changed"), "{what}");
    }
    town.presses(ADA, 7, &old);
    assert_eq!(&*state(&town).about.consent.clone().expect("v1 stands").version, "v1");
    town.chooses(ADA, "I agree");
    assert_eq!(&*state(&town).about.consent.clone().expect("kept").version, "v2");
    town.says(ADA, "/shop");
    assert!(town.last_words().contains("<b>Shop</b>"));
}

#[test]
fn consent_can_be_taken_back_and_given_again() {
    let mut town = customer();
    town.says(ADA, "/terms");
    assert!(town.last_words().contains("You agreed to version v1 on November 20, 2026"));
    town.chooses(ADA, "Withdraw my agreement");
    assert!(state(&town).about.consent.is_none());
    town.says(ADA, "/shop");
    town.chooses(ADA, "I agree");
    assert!(state(&town).about.consent.is_some());
}

#[test]
fn registration_ends_with_the_questionnaire_or_the_product_that_was_wanted() {
    let mut town = thorough();
    town.house.flows = Arc::new(Flows::parse(&[("dialogue.toml", &asked())]).expect("a flow"));
    Arc::make_mut(&mut town.house.rules).manners.questionnaire = Some("dialogue".to_owned());
    arrives(&mut town);
    town.says(ADA, "Skip");
    town.chooses(ADA, "Skip");
    assert_eq!(town.last_words(), "question 1");
    let mut town = thorough();
    town.says(ADA, "/start p_mug-1");
    town.chooses(ADA, "✓ English");
    town.chooses(ADA, "I agree");
    town.says(ADA, "Ada");
    town.says(ADA, "Skip");
    town.chooses(ADA, "Skip");
    assert!(town.last_words().contains("Mug &lt;1&gt;"), "{}", town.last_words());
    assert_eq!(state(&town).about.wanted, None);
    town.says(ADA, "/start s_mug-2_ada");
    assert!(town.last_words().contains("Mug &lt;2&gt;"));
    town.says(ADA, "/start p_gone");
    assert!(town.last_words().contains("<b>Shop</b>"), "{}", town.last_words());
    assert_eq!(state(&town).who.expect("met").came_by.as_deref(), Some("p_mug-1"), "the first");
}

/// The dialogue, bound to nothing but its command.
fn asked() -> String {
    DIALOGUE.replace("on = \"start\"", "command = \"/ask\"")
}

#[test]
fn settings_are_changed_and_shown() {
    let mut town = customer();
    town.says(ADA, "/settings");
    assert!(town.last_words().contains("Time zone: UTC (it is 11:05 AM there)"));
    town.chooses(ADA, "Time zone");
    town.says(ADA, "Atlantis");
    assert!(town.last_words().contains("do not know this place"));
    town.says(ADA, "madrid");
    assert!(town.last_words().contains("Europe/Madrid (it is 12:05 PM there)"));
    town.chooses(ADA, "Quiet hours");
    town.says(ADA, "never ever");
    assert!(town.last_words().contains("did not understand these hours"));
    town.says(ADA, "21:30-7");
    assert!(town.last_words().contains("Quiet hours: 9:30 PM – 7:00 AM"), "{}", town.last_words());
    town.chooses(ADA, "Turn reminders off");
    assert!(state(&town).about.silent);
    town.chooses(ADA, "Currency");
    town.chooses(ADA, "USD");
    assert!(town.last_words().contains("Prices in: USD"));
    town.chooses(ADA, "E-mail");
    town.says(ADA, "ada@example.com");
    town.chooses(ADA, "E-mail");
    town.chooses(ADA, "Forget it");
    assert!(town.last_words().contains("E-mail: not given"));
    town.chooses(ADA, "Phone");
    town.says(ADA, "+44 (1632) 960-001");
    assert!(town.last_words().contains("Phone: +441632960001"), "{}", town.last_words());
    town.chooses(ADA, "Name");
    town.says(ADA, "\u{200b}");
    assert_eq!(state(&town).step, Step::About(Asked::Name));
    town.says(ADA, "Ada L.");
    assert!(town.last_words().contains("Name: Ada L."));
    town.presses(ADA, 7, "t.a.q.9999.1");
    assert_eq!(state(&town).about.quiet, Some(Quiet { from: 1_290, to: 420 }));
}

#[test]
fn who_stops_registering_is_asked_once_and_not_at_night() {
    let mut town = thorough();
    town.says(ADA, "/start");
    town.chooses(ADA, "✓ English");
    let sent = town.sent.len();
    town.pass(Duration::hours(23));
    assert_eq!(town.sent.len(), sent);
    town.pass(Duration::hours(2));
    assert!(town.last_words().contains("did not finish"));
    assert_eq!(town.sent.last().map(|call| call.lane), Some(Lane::Bulk));
    town.pass(Duration::days(30));
    assert_eq!(town.sent.len(), sent + 1, "once");
    town.chooses(ADA, "Begin");
    assert!(town.last_words().contains("Be &lt;kind&gt;"), "where they stopped");

    let mut night = thorough();
    // It is 11:05; a day later it is within the house's own quiet hours.
    Arc::make_mut(&mut night.house.rules).manners.quiet = Quiet { from: 11 * 60, to: 13 * 60 };
    night.says(ADA, "/start");
    let sent = night.sent.len();
    night.pass(Duration::hours(25));
    assert_eq!(night.sent.len(), sent);
    night.pass(Duration::hours(1));
    assert!(night.last_words().contains("did not finish"), "{}", night.last_words());
}

#[test]
fn who_does_not_want_reminders_gets_none() {
    let mut town = thorough();
    town.says(ADA, "/start");
    town.pass(Duration::hours(25));
    town.chooses(ADA, "Do not remind me");
    town.says(ADA, "/start");
    let sent = town.sent.len();
    town.pass(Duration::days(9));
    assert_eq!(town.sent.len(), sent);
    let mut town = customer();
    let sent = town.sent.len();
    town.pass(Duration::days(9));
    assert_eq!(town.sent.len(), sent, "a customer is not asked to become one");
}

#[test]
fn help_answers_and_searches_and_names_a_person() {
    let mut town = customer();
    town.says(ADA, "/help");
    town.chooses(ADA, "How do I pay?");
    assert!(town.last_words().contains("By card."));
    town.says(ADA, "/help orders");
    town.chooses(ADA, "Where is my order?");
    assert!(town.last_words().contains("/orders"));
    town.chooses(ADA, "Help");
    town.chooses(ADA, "Search in help");
    town.does(ADA, Incoming::Other { message_id: 1, what: "sticker".to_owned() });
    assert!(town.last_words().contains("What are you looking for?"));
    town.says(ADA, "<weather>");
    assert!(town.last_words().contains("nothing for “&lt;weather&gt;”"));
    town.says(ADA, "paying");
    assert!(town.last_words().contains("What we found"));
    town.chooses(ADA, "Reach a person");
    assert!(town.last_words().contains("@olga"));
    town.says(ADA, "/support");
    assert!(town.last_words().contains("@olga"));
    town.presses(ADA, 7, "t.a.f.99");
    assert!(town.last_words().contains("help"));
}

#[test]
fn every_page_speaks_every_language() {
    for (code, name) in crate::texts::LANGUAGES {
        let mut town = customer();
        town.says(ADA, "/language");
        town.chooses(ADA, if code == "en" { "✓ English" } else { name });
        for page in ["/settings", "/help", "/terms", "/privacy", "/support", "/orders", "/menu"] {
            town.says(ADA, page);
            assert!(!town.last_words().is_empty(), "{code} {page}");
        }
        for press in ["t.a.zz", "t.a.qq", "t.a.cc", "t.a.ph", "t.a.em", "t.a.na", "t.a.ff"] {
            town.presses(ADA, 7, press);
        }
    }
}

#[test]
fn arabic_lines_run_from_right_to_left() {
    let mut town = customer();
    town.says(ADA, "/language");
    town.chooses(ADA, "العربية");
    town.says(ADA, "/menu");
    assert!(town.last_words().starts_with("\u{200f}<b>\u{2066}"), "{:?}", town.last_words());
    town.says(ADA, "/settings");
    assert!(town.last_words().contains("الاسم: \u{2066}Ada\u{2069}"));
}

#[test]
fn phone_numbers_and_addresses_are_read_as_people_write_them() {
    for (said, kept) in [
        ("+44 (1632) 960-001", Some("+441632960001")),
        ("٠٠٩٦٦١١١٢٣٤٥٦٧", Some("+966111234567")),
        ("+998 71 123 45 67", Some("+998711234567")),
        ("12345", None),
        ("+1234567890123456", None),
        ("call me", None),
        ("", None),
    ] {
        assert_eq!(checked_phone(said).as_deref(), kept, "{said}");
    }
    for (said, is_one) in [
        ("ada@example.com", true),
        ("ada+shop@mail.example.co.uk", true),
        ("почта@пример.рф", true),
        ("ada@localhost", false),
        ("ada", false),
        ("@example.com", false),
        ("<ada@example.com>", false),
        ("ada@exa mple.com", false),
    ] {
        assert_eq!(checked_email(said).is_some(), is_one, "{said}");
    }
}

#[test]
fn nobody_is_asked_for_terms_where_there_are_none() {
    let mut town = registered(Town::stocked(5));
    town.says(ADA, "/terms");
    assert!(town.last_words().contains("no terms"));
    town.says(ADA, "/shop");
    assert!(town.last_words().contains("<b>Shop</b>"));
}

#[test]
fn admins_command_and_nobody_else_does() {
    let mut town = customer();
    for command in ["/stats", "/order ABC", "/order ABC cancel"] {
        town.says(ADA, command);
        assert!(town.sent.iter().all(|call| !matches!(call.method, Method::SendReport { .. })));
        assert!(town.post.is_empty(), "{command}");
    }
    Arc::make_mut(&mut town.house.rules).manners.admins = vec![ADA];
    town.says(ADA, "/order");
    assert!(town.last_words().contains("shows an order"));
    town.says(ADA, "/order abc");
    let number = "ABC".to_owned();
    let asked = town.sent.last().map(|call| call.method.clone());
    let lang = "en".to_owned();
    assert_eq!(asked, Some(Method::SendReport { report: Report::Order { number }, lang }));
    town.says(ADA, "/order abc cancel");
    assert!(town.last_words().contains("Order ABC is being called off"));
    assert_eq!(town.post.len(), 1);
}

#[test]
fn a_flows_reminder_waits_until_the_night_is_over() {
    let mut town = super::talking();
    // It is 11:05.
    Arc::make_mut(&mut town.house.rules).manners.quiet = Quiet { from: 11 * 60, to: 13 * 60 };
    town.says(ADA, "/start");
    let sent = town.sent.len();
    town.pass(Duration::minutes(100));
    assert_eq!(town.sent.len(), sent);
    town.pass(Duration::minutes(16));
    assert!(town.last_words().contains("still there?"), "{}", town.last_words());
}
