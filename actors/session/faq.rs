//! Help: frequent questions and the search in them, and how to reach a person. Knows no orders.

use super::about::Asked;
use super::around::Around;
use super::button::{Act, Surface};
use super::home;
use super::state::Step;
use super::turn::{Turn, press};
use crate::intent::{Button, Keyboard};
use crate::manners::{Entry, Leaflets};
use crate::texts;

/// Questions shown at once.
const SHOWN: usize = 6;
/// Answers found at once.
const FOUND: usize = 5;

fn entries<'a>(turn: &Turn<'a>) -> &'a [Entry] {
    let house = turn.at.house;
    house.leaflets.entries(turn.lang(), &house.rules.default_language)
}

/// `/help`, and `/help words`.
pub(super) fn help(turn: &mut Turn<'_>, words: &str) {
    if !words.trim().is_empty() {
        return search(turn, words);
    }
    if turn.state.step == Step::About(Asked::Question) {
        turn.step_to(Step::Idle);
    }
    let html = turn.say("help", &[("shop", (&*turn.at.house.rules.shop_name).into())]);
    let entries = entries(turn);
    let mut rows = questions(turn, entries, &(0..entries.len().min(SHOWN)).collect::<Vec<_>>());
    if entries.len() > 1 {
        rows.push(vec![turn.button("button-search-help", Act::Around(Around::Search))]);
    }
    rows.push(vec![
        turn.button("button-support", Act::Around(Around::Support)),
        home::home_button(turn),
    ]);
    turn.show(html, Keyboard::Inline(rows));
}

fn questions(turn: &Turn<'_>, entries: &[Entry], places: &[usize]) -> Vec<Vec<Button>> {
    let row = |place: &usize| {
        let label = texts::shortened(&entries[*place].question, 60);
        let act = Act::Around(Around::Answer { place: *place });
        vec![press(Surface::Text, texts::aligned(turn.lang(), &label), act)]
    };
    places.iter().map(row).collect()
}

pub(super) fn answer(turn: &mut Turn<'_>, place: usize) -> Option<String> {
    let Some(entry) = entries(turn).get(place) else {
        help(turn, "");
        return Some(turn.plain("faq-gone", &[]));
    };
    let question = texts::escape(&entry.question);
    let html = format!("<b>{question}</b>\n\n{}", texts::escape(&entry.answer));
    let rows = vec![
        vec![turn.button("button-support", Act::Around(Around::Support))],
        vec![turn.button("button-help", Act::Help), home::home_button(turn)],
    ];
    turn.show(html, Keyboard::Inline(rows));
    None
}

pub(super) fn search_wanted(turn: &mut Turn<'_>) {
    turn.step_to(Step::About(Asked::Question));
    let html = turn.say("faq-search", &[]);
    let rows = vec![vec![turn.button("button-help", Act::Help), home::home_button(turn)]];
    turn.show(html, Keyboard::Inline(rows));
}

pub(super) fn search(turn: &mut Turn<'_>, words: &str) {
    let entries = entries(turn);
    let words = texts::shortened(words.trim(), 100);
    let found = Leaflets::search(entries, &words, FOUND);
    let key = if found.is_empty() { "faq-nothing" } else { "faq-found" };
    // The next words are no longer meant for the search.
    turn.step_to(if found.is_empty() { Step::About(Asked::Question) } else { Step::Idle });
    let html = turn.say(key, &[("words", words.into())]);
    let mut rows = questions(turn, entries, &found);
    rows.push(vec![
        turn.button("button-support", Act::Around(Around::Support)),
        turn.button("button-help", Act::Help),
    ]);
    rows.push(vec![home::home_button(turn)]);
    turn.show(html, Keyboard::Inline(rows));
}

/// How to reach a person.
pub(super) fn support(turn: &mut Turn<'_>) {
    let html = match &turn.at.house.rules.manners.support {
        Some(contact) => turn.say("support", &[("contact", (&**contact).into())]),
        None => turn.say("support-none", &[]),
    };
    let mut rows = Vec::new();
    if turn.is_registered() {
        rows.push(vec![turn.button("button-orders", Act::Orders { page: 0 })]);
    }
    rows.push(vec![turn.button("button-help", Act::Help), home::home_button(turn)]);
    turn.show(html, Keyboard::Inline(rows));
}
