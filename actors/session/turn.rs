//! One step of a conversation being put together: whom it is with, in which language, and what is said and kept.
//! Knows no rules of the conversation.

use std::sync::Arc;

use entities::{BotId, CustomerRow, Key, ProfileRow, Row};
use time::OffsetDateTime;

use super::about::{About, Change};
use super::basket::Basket;
use super::button::{Act, Press, Surface};
use super::state::{Card, Fact, State, Step, Timer, Who};
use super::{Profile, Session};
use crate::capability::{Decision, Moment, TimerChange};
use crate::clock::{from_ms, to_ms};
use crate::flow::FlowRun;
use crate::intent::{Button, Intent, Keyboard, Lane, Method, TelegramCall};
use crate::message::Message as AnyMessage;
use crate::texts::{self, Args};

/// A `/start` payload has at most 64 characters (Telegram's limit).
const PAYLOAD_MAX_CHARS: usize = 64;

pub(super) struct Turn<'a> {
    /// As it was before the step.
    pub(super) state: &'a State,
    pub(super) at: &'a Moment<'a>,
    /// Who the customer is after the facts so far.
    pub(super) who: Option<Arc<Who>>,
    /// What else is known of them, likewise.
    pub(super) about: Arc<About>,
    bot: BotId,
    user: i64,
    lang: Arc<str>,
    /// The message whose button was pressed, unless it is kept: what is shown next takes its place.
    pub(super) pressed: Option<(i64, Surface)>,
    /// What is asked after this step, where it changed.
    stepped: Option<Step>,
    customer_changed: bool,
    about_changed: bool,
    hinted: bool,
    /// What is asked after the facts so far.
    step: Step,
    /// As it is after the step.
    basket: Arc<Basket>,
    decision: Decision<Session>,
}

impl<'a> Turn<'a> {
    /// `None` when the key is no session's.
    pub(super) fn new(state: &'a State, at: &'a Moment<'a>) -> Option<Self> {
        let (bot, user) = at.key.bot_and_number()?;
        let lang = match &state.who {
            Some(who) => who.language.clone(),
            None => at.house.rules.default_language.as_str().into(),
        };
        Some(Self {
            state,
            at,
            who: state.who.clone(),
            about: state.about.clone(),
            bot,
            user,
            lang,
            pressed: None,
            stepped: None,
            customer_changed: false,
            about_changed: false,
            hinted: false,
            step: state.step.clone(),
            basket: state.basket.clone(),
            decision: Decision::nothing(),
        })
    }

    pub(super) fn done(mut self) -> Decision<Session> {
        self.basket_done();
        if self.state.hinted_at_ms != 0 && !self.hinted && !self.decision.intents.is_empty() {
            self.decision.facts.push(Fact::Hinted { at_ms: 0 });
        }
        if let (true, Some(who)) = (self.customer_changed, &self.who) {
            self.decision.rows.push(Row::Customer(CustomerRow {
                session: self.at.key.to_string(),
                bot: self.bot.to_string(),
                user_id: self.user,
                name: who.name.clone(),
                language: who.language.to_string(),
                reachable: who.reachable,
                came_by: who.came_by.clone(),
                first_seen_ms: who.first_seen_ms,
            }));
        }
        if self.about_changed {
            self.decision.rows.push(Row::Profile(self.profile()));
        }
        self.decision
    }

    fn profile(&self) -> ProfileRow {
        let about = &self.about;
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        ProfileRow {
            session: self.at.key.to_string(),
            phone: text(&about.phone),
            email: text(&about.email),
            time_zone: text(&about.time_zone),
            currency: about.currency.map(|currency| currency.code().to_owned()),
            silent: about.silent,
            quiet: about.quiet.map(|quiet| format!("{}-{}", quiet.from, quiet.to)),
            terms_version: about.consent.as_ref().map(|consent| consent.version.to_string()),
            consented_ms: about.consent.as_ref().map(|consent| consent.at_ms),
        }
    }

    // Who it is.

    pub(super) fn user(&self) -> i64 {
        self.user
    }

    /// With what this step made of them.
    pub(super) fn is_registered(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.registered)
    }

    /// Whether they may command the shop.
    pub(super) fn is_admin(&self) -> bool {
        self.at.house.rules.manners.admins.contains(&self.user)
    }

    /// The zone in which they are told times.
    pub(super) fn zone(&self) -> &str {
        self.about.time_zone.as_deref().unwrap_or(&self.at.house.rules.manners.time_zone)
    }

    /// A moment as their calendar and clock show it.
    pub(super) fn moment(&self, at_ms: i64) -> String {
        texts::moment(&self.lang, from_ms(at_ms), self.zone())
    }

    /// Speaks as they speak to Telegram, to somebody who may be nobody's customer yet.
    pub(super) fn speak_as(&mut self, from: &Profile) {
        if self.who.is_none() {
            let tag = from.language_code.as_deref();
            self.lang = texts::language(tag, &self.at.house.rules).into();
        }
    }

    /// The first contact, or one after they had blocked the bot.
    pub(super) fn meet(&mut self, from: &Profile) {
        match &self.who {
            Some(who) if who.reachable => {}
            Some(_) => self.customer(Fact::Returned),
            None => {
                let last = from.last_name.as_deref().unwrap_or_default();
                let tag = from.language_code.as_deref();
                let who = Who {
                    name: format!("{} {last}", from.first_name).trim().to_owned(),
                    language: texts::language(tag, &self.at.house.rules).into(),
                    registered: false,
                    reachable: true,
                    came_by: None,
                    first_seen_ms: self.now_ms(),
                };
                self.lang = who.language.clone();
                if self.about.erased {
                    self.about = Arc::default();
                }
                self.customer(Fact::Met { who });
            }
        }
    }

    /// Keeps the payload of the first `/start`.
    pub(super) fn came_by(&mut self, payload: &str) {
        let fresh = self.who.as_ref().is_some_and(|who| who.came_by.is_none());
        if fresh && !payload.is_empty() {
            let payload = payload.chars().take(PAYLOAD_MAX_CHARS).collect();
            self.customer(Fact::CameBy { payload });
        }
    }

    pub(super) fn speak(&mut self, code: &str) {
        self.lang = code.into();
        if self.who.as_ref().is_some_and(|who| who.language != self.lang) {
            self.customer(Fact::LanguageChosen { language: self.lang.clone() });
        }
    }

    pub(super) fn customer(&mut self, fact: Fact) {
        let mut after = State { who: self.who.take(), ..State::default() };
        after.apply(&fact);
        self.who = after.who;
        self.customer_changed = true;
        self.decision.facts.push(fact);
    }

    // What is kept.

    pub(super) fn about(&mut self, change: Change) {
        Arc::make_mut(&mut self.about).apply(&change);
        self.about_changed = true;
        self.decision.facts.push(Fact::About { change });
    }

    /// The last step of an erasure: the state is empty, and so are all tables.
    pub(super) fn erased(&mut self, fact: Fact) {
        self.who = None;
        (self.customer_changed, self.about_changed) = (false, false);
        self.decision.facts.push(fact);
        let session = self.at.key.to_string();
        self.decision.rows.push(Row::PersonErased { session, person: self.user });
    }

    pub(super) fn timer(&mut self, timer: Timer, at: OffsetDateTime) {
        self.decision.timers.push(TimerChange::Set(timer, at));
    }

    pub(super) fn clear(&mut self, timer: Timer) {
        self.decision.timers.push(TimerChange::Clear(timer));
    }

    pub(super) fn step_to(&mut self, to: Step) {
        if to != *self.stepped.as_ref().unwrap_or(&self.state.step) {
            self.stepped = Some(to.clone());
            self.step = to.clone();
            self.decision.facts.push(Fact::Stepped { to });
        }
    }

    pub(super) fn step(&self) -> &Step {
        &self.step
    }

    pub(super) fn basket(&self) -> &Basket {
        &self.basket
    }

    pub(super) fn change_basket<T>(&mut self, change: impl FnOnce(&mut Basket) -> T) -> T {
        change(Arc::make_mut(&mut self.basket))
    }

    /// The basket's fact, and the timer of a cart that is left alone.
    fn basket_done(&mut self) {
        if self.basket == self.state.basket {
            return;
        }
        let rules = &self.at.house.rules;
        let moved = self.basket.picks != self.state.basket.picks;
        let waits = !self.basket.picks.is_empty() && !self.basket.no_reminders;
        match rules.cart_reminder {
            Some(after) if waits && moved => {
                let due = self.at.now + after;
                self.decision.timers.push(TimerChange::Set(Timer::Cart, due));
            }
            Some(_) if !waits => self.decision.timers.push(TimerChange::Clear(Timer::Cart)),
            _ => {}
        }
        self.decision.facts.push(Fact::BasketChanged { basket: self.basket.clone() });
    }

    /// The flow goes on, or is over; its timer follows.
    pub(super) fn flow_to(&mut self, run: Option<FlowRun>) {
        let due = run.as_ref().and_then(|run| run.due);
        let was_due = self.state.run.as_ref().and_then(|run| run.due);
        match due {
            Some(due) => self.decision.timers.push(TimerChange::Set(Timer::Flow, due)),
            None if was_due.is_some() => {
                self.decision.timers.push(TimerChange::Clear(Timer::Flow));
            }
            None => {}
        }
        self.decision.facts.push(Fact::FlowMoved { run: run.map(Arc::new) });
    }

    pub(super) fn keep(&mut self, card: Card) {
        self.decision.facts.push(Fact::CardKept { card: Box::new(card) });
    }

    pub(super) fn renumber(&mut self, from: Key, to: Key) {
        self.decision.facts.push(Fact::CardRenumbered { from, to });
    }

    pub(super) fn record(&mut self, fact: Fact) {
        self.decision.facts.push(fact);
    }

    pub(super) fn row(&mut self, row: Row) {
        self.decision.rows.push(row);
    }

    // What is said.

    pub(super) fn lang(&self) -> &str {
        &self.lang
    }

    pub(super) fn say(&self, key: &str, args: &Args<'_>) -> String {
        texts::say(&self.lang, key, args)
    }

    pub(super) fn plain(&self, key: &str, args: &Args<'_>) -> String {
        texts::plain(&self.lang, key, args)
    }

    pub(super) fn button(&self, key: &str, act: Act) -> Button {
        self.button_on(Surface::Text, key, act)
    }

    pub(super) fn button_on(&self, on: Surface, key: &str, act: Act) -> Button {
        press(on, texts::label(&self.lang, key, &[]), act)
    }

    /// Answers what the customer did: in place of the message whose button was pressed, else as a new one.
    pub(super) fn show(&mut self, html: String, keyboard: Keyboard) {
        match self.pressed.take() {
            Some((message_id, Surface::Text)) => {
                self.call(Method::EditText { message_id, html, keyboard }, Lane::Answer, false);
            }
            Some((message_id, Surface::Photo)) => {
                self.call(Method::DeleteMessage { message_id }, Lane::Answer, false);
                self.send(html, keyboard);
            }
            Some((_, Surface::Kept)) | None => self.send(html, keyboard),
        }
    }

    /// What this step says is the hint.
    pub(super) fn hinted(&mut self) {
        self.hinted = true;
        self.decision.facts.push(Fact::Hinted { at_ms: self.now_ms() });
    }

    /// Answers a press on a photo's own buttons: its caption changes; without a photo the text does.
    pub(super) fn show_in_place(&mut self, html: String, keyboard: Keyboard) {
        match self.pressed.take() {
            Some((message_id, Surface::Photo)) => {
                let method = Method::EditCaption { message_id, html, keyboard };
                self.call(method, Lane::Answer, false);
            }
            pressed => {
                self.pressed = pressed;
                self.show(html, keyboard);
            }
        }
    }

    pub(super) fn send(&mut self, html: String, keyboard: Keyboard) {
        self.call(Method::SendText { html, keyboard }, Lane::Answer, false);
    }

    pub(super) fn call(&mut self, method: Method, lane: Lane, report: bool) {
        let method = method.aligned(&self.lang);
        let (bot, chat) = (self.bot.clone(), self.user);
        let call = TelegramCall { bot, chat, method, lane, report };
        self.decision.intents.push(Intent::Telegram(call));
    }

    /// Nobody asked for it: it may be left out after a crash.
    pub(super) fn remind(&mut self, html: String, keyboard: Keyboard) {
        self.call(Method::SendText { html, keyboard }, Lane::Bulk, false);
    }

    /// Something that belongs to no chat.
    pub(super) fn call_aside(&mut self, method: Method, lane: Lane) {
        let call = TelegramCall { bot: self.bot.clone(), chat: 0, method, lane, report: false };
        self.decision.intents.push(Intent::Telegram(call));
    }

    /// A press is always answered, and first.
    pub(super) fn answer_press(&mut self, query: &str, text: Option<String>) {
        // Telegram shows up to 200 characters; marks of direction may come on top.
        let text = text.map(|text| texts::shortened(&text, 190));
        let method = Method::AnswerCallback { query: query.to_owned(), text, alert: false };
        let method = method.aligned(&self.lang);
        let (bot, lane) = (self.bot.clone(), Lane::Answer);
        let call = TelegramCall { bot, chat: 0, method, lane, report: false };
        self.decision.intents.insert(0, Intent::Telegram(call));
    }

    pub(super) fn tell(&mut self, to: Key, message: AnyMessage) {
        self.decision.intents.push(Intent::Tell { to, message });
    }

    pub(super) fn intend(&mut self, intent: Intent) {
        self.decision.intents.push(intent);
    }

    pub(super) fn now_ms(&self) -> i64 {
        to_ms(self.at.now)
    }
}

/// An inline button of ours.
pub(super) fn press(on: Surface, label: String, act: Act) -> Button {
    Button::Press { label, data: Press { on, act }.to_string() }
}
