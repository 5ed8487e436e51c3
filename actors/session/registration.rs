//! Becoming a customer: language, terms, name, contact, questionnaire; and changing the language later. Knows nothing of
//! what is sold.

use super::about::{Asked, Change};
use super::button::{Act, Surface};
use super::state::{Fact, Step};
use super::turn::{Turn, press};
use super::{contact, decide, flows, home, remind, terms};
use crate::intent::{Button, Keyboard};
use crate::texts;

/// Visible characters of a name.
const NAME_MAX: usize = 64;
/// Characters of a name with its marks and joiners: a few letters can carry hundreds.
const NAME_MAX_CHARS: usize = 256;
/// Characters of a product's id, and room to spare.
const WANTED_MAX: usize = 40;

pub(super) fn begin(turn: &mut Turn<'_>) {
    remind::begin(turn);
    if turn.at.house.rules.languages.len() > 1 {
        turn.step_to(Step::Language);
        let html = turn.say("welcome", &[("shop", (&*turn.at.house.rules.shop_name).into())]);
        let rows = language_rows(turn);
        turn.show(html, Keyboard::Inline(rows));
    } else {
        go_on(turn);
    }
}

/// The link that brought them was a product's: they see it as soon as they are customers.
pub(super) fn wanted(turn: &mut Turn<'_>, product: Option<String>) {
    if let Some(product) = product.filter(|product| product.len() <= WANTED_MAX) {
        turn.about(Change::Wanted { product: Some(product.as_str().into()) });
    }
}

/// Goes on where they stopped.
pub(super) fn resume(turn: &mut Turn<'_>) {
    match turn.state.step {
        Step::Name | Step::About(Asked::Terms) => go_on(turn),
        _ => begin(turn),
    }
}

/// The next question to somebody whose language is known.
pub(super) fn go_on(turn: &mut Turn<'_>) {
    if terms::are_open(turn) {
        terms::ask(turn);
    } else {
        name_wanted(turn);
    }
}

/// What registration asks now is not answered.
pub(super) fn skip(turn: &mut Turn<'_>) {
    match turn.state.step {
        Step::About(Asked::Phone { .. }) => after_phone(turn),
        Step::About(Asked::Email { .. }) => after_email(turn),
        _ if turn.is_registered() => home::menu(turn),
        _ => go_on(turn),
    }
}

fn after_name(turn: &mut Turn<'_>) {
    match turn.at.house.rules.manners.ask_phone && turn.about.phone.is_none() {
        true => contact::ask_phone(turn, false),
        false => after_phone(turn),
    }
}

pub(super) fn after_phone(turn: &mut Turn<'_>) {
    match turn.at.house.rules.manners.ask_email && turn.about.email.is_none() {
        true => contact::ask_email(turn, false),
        false => after_email(turn),
    }
}

/// Everything was asked: the questionnaire, the product that they came for, or the menu.
pub(super) fn after_email(turn: &mut Turn<'_>) {
    turn.step_to(Step::Idle);
    let name = turn.who.as_ref().map_or_else(String::new, |who| who.name.clone());
    let shop = &*turn.at.house.rules.shop_name;
    let html = turn.say("registered", &[("name", name.into()), ("shop", shop.into())]);
    let flows = turn.at.house.flows.clone();
    let questionnaire = turn.at.house.rules.manners.questionnaire.as_deref();
    let flow = questionnaire.and_then(|name| flows.all().find(|flow| flow.name() == name));
    if let Some(product) = turn.about.wanted.clone() {
        turn.about(Change::Wanted { product: None });
        turn.show(html, Keyboard::None);
        decide::linked(turn, &product);
    } else if let Some(flow) = flow {
        turn.show(html, Keyboard::None);
        flows::begin(turn, flow);
    } else {
        let keyboard = home::menu_keyboard(turn);
        turn.show(html, keyboard);
    }
}

/// The choice of languages, for somebody who is a customer or becomes one.
pub(super) fn languages(turn: &mut Turn<'_>) {
    if !turn.state.is_registered() {
        turn.step_to(Step::Language);
    }
    let html = turn.say("language-choose", &[]);
    let mut rows = language_rows(turn);
    if turn.state.is_registered() {
        rows.push(vec![home::home_button(turn)]);
    }
    turn.show(html, Keyboard::Inline(rows));
}

/// Two a row, each in its own words; the present one is marked.
fn language_rows(turn: &Turn<'_>) -> Vec<Vec<Button>> {
    let button = |code: &String| {
        let mark = if **code == *turn.lang() { "✓ " } else { "" };
        let label = format!("{mark}{}", texts::language_name(code));
        press(Surface::Text, label, Act::Language { code: code.clone() })
    };
    let codes = &turn.at.house.rules.languages;
    codes.chunks(2).map(|pair| pair.iter().map(button).collect()).collect()
}

pub(super) fn language_pressed(turn: &mut Turn<'_>, code: &str) -> Option<String> {
    if !turn.at.house.rules.languages.iter().any(|known| known == code) {
        languages(turn);
        return Some(turn.plain("language-gone", &[]));
    }
    turn.speak(code);
    if turn.state.is_registered() {
        home::menu(turn);
        return Some(turn.plain("language-changed", &[]));
    }
    go_on(turn);
    None
}

/// Somebody wrote the language instead of pressing it.
pub(super) fn language_said(turn: &mut Turn<'_>, text: &str) {
    let said = text.trim().to_lowercase();
    let named =
        |code: &&String| said == **code || said == texts::language_name(code).to_lowercase();
    match turn.at.house.rules.languages.iter().find(named) {
        Some(code) => {
            turn.speak(code);
            go_on(turn);
        }
        None => {
            let html = turn.say("language-choose", &[]);
            let rows = language_rows(turn);
            turn.show(html, Keyboard::Inline(rows));
        }
    }
}

pub(super) fn name_wanted(turn: &mut Turn<'_>) {
    turn.step_to(Step::Name);
    let html = turn.say("name-ask", &[]);
    turn.show(html, Keyboard::None);
}

pub(super) fn name_said(turn: &mut Turn<'_>, text: &str) {
    match checked_name(text) {
        Ok(name) => {
            turn.customer(Fact::Registered { name });
            remind::end(turn);
            after_name(turn);
        }
        Err(key) => name_refused(turn, key, Keyboard::None),
    }
}

pub(super) fn name_refused(turn: &mut Turn<'_>, key: &str, keyboard: Keyboard) {
    let html = turn.say(key, &[("max", (NAME_MAX as u32).into())]);
    turn.show(html, keyboard);
}

/// The name as it is kept, or the text that says what is wrong with it.
pub(super) fn checked_name(text: &str) -> Result<String, &'static str> {
    let kept: String = text
        .chars()
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
        .filter(|letter| !letter.is_control() && !turns_text(*letter))
        .collect();
    let name = kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let visible = name.chars().filter(|letter| is_visible(*letter)).count();
    match visible {
        0 => Err("name-invisible"),
        _ if visible > NAME_MAX || name.chars().count() > NAME_MAX_CHARS => Err("name-too-long"),
        _ => Ok(name),
    }
}

/// What is on no screen, or turns what is.
pub(super) fn is_hidden(letter: char) -> bool {
    turns_text(letter) || (!is_visible(letter) && !is_mark(letter) && !is_joiner(letter))
}

/// Joins letters and pictures into one.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe0f}')
}

/// Marks that turn the direction of whatever text stands beside the name.
fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}

/// Whether the character alone leaves something on the screen.
fn is_visible(letter: char) -> bool {
    !letter.is_whitespace()
        && !letter.is_control()
        && !matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
        && !is_mark(letter)
}

/// Marks that stand on another character.
fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{64b}'..='\u{65f}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}
