//! What the bot does in a group: pure. One line where to talk, and otherwise silence.

use entities::{BotId, Key};

use super::state::{Fact, State};
use super::{Chat, Message};
use crate::capability::{Decision, Input, Moment, Refusal};
use crate::clock::to_ms;
use crate::intent::{Button, Intent, Keyboard, Lane, Method, Outcome, TelegramCall};
use crate::texts;

/// The bot says where to talk once in this time, however often it is called.
const QUIET_MS: i64 = 60_000;

/// A notice is cut here: Telegram takes 4,096 UTF-16 units, and escaping lengthens.
const NOTICE_MAX_CHARS: usize = 800;

pub(super) fn decide(
    state: &State,
    input: &Input<Chat>,
    at: &Moment<'_>,
) -> Result<Decision<Chat>, Refusal> {
    let Some((bot, chat)) = at.key.bot_and_number() else {
        return Err(Refusal::new("not-a-chat", format!("{} is no chat's key", at.key)));
    };
    let message = match input {
        Input::Message(message) => message,
        Input::Timer(timer) => match *timer {},
        Input::Result { outcome: Outcome::Refused { unreachable: true, .. }, .. } => {
            return Ok(Decision::of(Fact::Removed));
        }
        Input::Result { .. } => return Ok(Decision::nothing()),
    };
    Ok(match message {
        Message::Addressed { language_code, bot_username, .. } => {
            addressed(state, at, (bot, chat), language_code.as_deref(), bot_username.as_deref())
        }
        Message::Press { query, language_code } => {
            let lang = texts::language(language_code.as_deref(), &at.house.rules);
            let text = Some(texts::plain(lang, "group-press", &[]));
            let method = Method::AnswerCallback { query: query.clone(), text, alert: false };
            Decision::nothing().then(call(bot, 0, method, Lane::Answer))
        }
        Message::MigratedTo { chat: to } if state.moved_to == Some(*to) => Decision::nothing(),
        Message::MigratedTo { chat: to } => {
            let told = Message::MigratedFrom { chat }.into();
            Decision::of(Fact::MovedTo { chat: *to })
                .then(Intent::Tell { to: Key::chat(&bot, *to), message: told })
        }
        Message::MigratedFrom { chat: from } if state.moved_from == Some(*from) => {
            Decision::nothing()
        }
        Message::MigratedFrom { chat: from } => Decision::of(Fact::MovedFrom { chat: *from }),
        Message::Joined if state.removed => Decision::of(Fact::Joined),
        Message::Removed if !state.removed => Decision::of(Fact::Removed),
        Message::Notice { text } => notice(state, (bot, chat), text),
        Message::Joined | Message::Removed | Message::Other => Decision::nothing(),
    })
}

fn addressed(
    state: &State,
    at: &Moment<'_>,
    (bot, chat): (BotId, i64),
    language_code: Option<&str>,
    bot_username: Option<&str>,
) -> Decision<Chat> {
    let at_ms = to_ms(at.now);
    let gone = state.moved_to.is_some();
    if gone || (state.answered_ms..state.answered_ms + QUIET_MS).contains(&at_ms) {
        return Decision::nothing();
    }
    let lang = texts::language(language_code, &at.house.rules);
    let keyboard = match bot_username {
        Some(name) => Keyboard::Inline(vec![vec![Button::Link {
            label: texts::plain(lang, "group-open", &[]),
            url: format!("https://t.me/{name}"),
        }]]),
        None => Keyboard::None,
    };
    let html = texts::say(lang, "group-hint", &[("shop", (&*at.house.rules.shop_name).into())]);
    Decision::of(Fact::Answered { at_ms }).then(call(
        bot,
        chat,
        Method::SendText { html, keyboard }.aligned(lang),
        Lane::Answer,
    ))
}

/// Told here, or where the chat has moved.
fn notice(state: &State, (bot, chat): (BotId, i64), text: &str) -> Decision<Chat> {
    let short: String = text.chars().take(NOTICE_MAX_CHARS).collect();
    if let Some(to) = state.moved_to {
        let message = Message::Notice { text: short }.into();
        return Decision::nothing().then(Intent::Tell { to: Key::chat(&bot, to), message });
    }
    let html = texts::escape(&short);
    let method = Method::SendText { html, keyboard: Keyboard::None };
    Decision::nothing().then(call(bot, chat, method, Lane::Notice))
}

fn call(bot: BotId, chat: i64, method: Method, lane: Lane) -> Intent {
    Intent::Telegram(TelegramCall { bot, chat, method, lane, report: false })
}
