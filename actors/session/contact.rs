//! Phone number and e-mail address: asked for, checked, never required. Knows nothing of what is sold.

use super::about::{Asked, Change};
use super::around::Around;
use super::button::Act;
use super::state::Step;
use super::turn::Turn;
use super::{home, registration, settings};
use crate::intent::Keyboard;
use crate::texts;

/// The longest address that mail servers take (RFC 5321, 4.5.3.1.3).
const EMAIL_MAX: usize = 254;

/// `alone`: from the settings, where the way back is another.
pub(super) fn ask_phone(turn: &mut Turn<'_>, alone: bool) {
    turn.step_to(Step::About(Asked::Phone { alone }));
    let html = turn.say("phone-ask", &[]);
    let keyboard = phone_keyboard(turn, alone);
    // A reply keyboard cannot stand under a message that is edited.
    turn.pressed = None;
    turn.show(html, keyboard);
}

/// Telegram shares one's own number by a button of the reply keyboard only.
fn phone_keyboard(turn: &Turn<'_>, alone: bool) -> Keyboard {
    let label = |key| texts::label(turn.lang(), key, &[]);
    let mut others = vec![label(if alone { "button-leave" } else { "button-skip" })];
    if turn.about.phone.is_some() {
        others.push(label("button-forget"));
    }
    Keyboard::Contact { share: label("button-share-phone"), others }
}

/// Whether this is a label of the keyboard above, pressed after the question was left.
pub(super) fn is_leftover(turn: &Turn<'_>, text: &str) -> bool {
    let labels = ["button-skip", "button-leave", "button-forget"];
    labels.iter().any(|key| texts::label(turn.lang(), key, &[]) == text.trim())
}

/// Takes the keyboard away and goes home.
pub(super) fn leave(turn: &mut Turn<'_>) {
    let html = turn.say("phone-skipped", &[]);
    turn.send(html, Keyboard::Remove);
    home::menu(turn);
}

/// A number in words, or the label of the other button.
pub(super) fn phone_said(turn: &mut Turn<'_>, text: &str, alone: bool) {
    let is = |key: &str| texts::label(turn.lang(), key, &[]) == text.trim();
    if is("button-skip") || is("button-leave") {
        return phone_over(turn, alone, "phone-skipped");
    }
    if is("button-forget") {
        turn.about(Change::Phone { phone: None });
        return phone_over(turn, alone, "phone-forgotten");
    }
    match checked_phone(text) {
        Some(phone) => phone_given(turn, &phone, alone),
        None => {
            let html = turn.say("phone-wrong", &[]);
            let keyboard = phone_keyboard(turn, alone);
            turn.send(html, keyboard);
        }
    }
}

/// `owner`: whose number it is, where that one has Telegram.
pub(super) fn shared(turn: &mut Turn<'_>, phone: &str, owner: Option<i64>, alone: bool) {
    if owner.is_some_and(|owner| owner != turn.user()) {
        let html = turn.say("phone-of-another", &[]);
        let keyboard = phone_keyboard(turn, alone);
        return turn.send(html, keyboard);
    }
    phone_said(turn, phone, alone);
}

fn phone_given(turn: &mut Turn<'_>, phone: &str, alone: bool) {
    turn.about(Change::Phone { phone: Some(phone.into()) });
    phone_over(turn, alone, "phone-kept");
}

/// One message takes the reply keyboard away, the next carries on.
fn phone_over(turn: &mut Turn<'_>, alone: bool, key: &str) {
    let html = turn.say(key, &[]);
    turn.send(html, Keyboard::Remove);
    match alone {
        true => settings::show(turn),
        false => registration::after_phone(turn),
    }
}

/// `+` and 7 to 15 digits (ITU-T E.164), however they are set apart; any digits of ours.
pub(super) fn checked_phone(text: &str) -> Option<String> {
    let mut phone = String::from("+");
    for letter in text.trim().chars() {
        match letter {
            '+' | ' ' | '-' | '(' | ')' | '.' | '\u{a0}' | '–' => {}
            letter => {
                let digit = texts::digits(letter.encode_utf8(&mut [0; 4]))?;
                phone.push_str(&digit.to_string());
            }
        }
    }
    // `00` is how many dial the `+`.
    let phone = phone.strip_prefix("+00").map_or_else(|| phone.clone(), |rest| format!("+{rest}"));
    (8..=16).contains(&phone.len()).then_some(phone)
}

pub(super) fn ask_email(turn: &mut Turn<'_>, alone: bool) {
    turn.step_to(Step::About(Asked::Email { alone }));
    let html = turn.say("email-ask", &[]);
    let keyboard = email_keyboard(turn, alone);
    turn.show(html, keyboard);
}

fn email_keyboard(turn: &Turn<'_>, alone: bool) -> Keyboard {
    let mut row = Vec::new();
    match alone {
        true => {
            row.push(turn.button("button-back", Act::Around(Around::Settings)));
            if turn.about.email.is_some() {
                row.push(turn.button("button-forget", Act::Around(Around::ForgetEmail)));
            }
        }
        false => row.push(turn.button("button-skip", Act::Around(Around::Skip))),
    }
    Keyboard::Inline(vec![row])
}

pub(super) fn email_said(turn: &mut Turn<'_>, text: &str, alone: bool) {
    match checked_email(text) {
        Some(email) => {
            turn.about(Change::Email { email: Some(email.as_str().into()) });
            match alone {
                true => settings::show(turn),
                false => registration::after_email(turn),
            }
        }
        None => {
            let html = turn.say("email-wrong", &[]);
            let keyboard = email_keyboard(turn, alone);
            turn.show(html, keyboard);
        }
    }
}

/// Plausible, as far as that can be known without writing to it.
pub(super) fn checked_email(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, domain) = text.rsplit_once('@')?;
    let is_plain = |letter: char| !letter.is_whitespace() && !letter.is_control();
    let names = domain.split('.').all(|label| {
        !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    });
    let fits = text.len() <= EMAIL_MAX && (1..=64).contains(&name.len());
    let ok = fits
        && text.chars().all(is_plain)
        && !name.contains(['@', ',', ';', '<', '>', '"', '(', ')'])
        && names
        && domain.contains('.');
    ok.then(|| format!("{name}@{}", domain.to_lowercase()))
}
