//! The chat page in real Chromium: a person chats with a scripted bot as in Telegram.
//! It must not know Kontor.
//!
//! Needs `chromedriver` and `chromium` on the path.

#![allow(clippy::unwrap_used)] // tests

#[path = "browser/bot.rs"]
mod bot;
#[path = "browser/browser.rs"]
mod browser;

use browser::{Browser, Key, Screen};
use sim::{NewBot, Person, Sim, SimConfig};

const TOKEN: &str = "900:a-token-of-the-scripted-bot-00000000";
const BOT: i64 = 900;

struct Stage {
    sim: Sim,
    ada: i64,
    leila: i64,
    page: Browser,
}

async fn world(listen: &str) -> (Sim, i64, i64) {
    let config = SimConfig { listen: listen.to_owned(), limits_on: false, ..SimConfig::default() };
    let sim = sim::start(config).await.unwrap();
    sim.world.add_bot(NewBot {
        token: TOKEN.into(),
        username: "mug_bot".into(),
        first_name: "Mug Shop".into(),
        reads_all: false,
        inline: false,
    });
    let person = |id: i64, name: &str, language: &str| {
        let mut person = Person { id, ..Person::named(name) };
        person.language_code = language.into();
        sim.world.add_person(person).id
    };
    let (ada, leila) = (person(101, "Ada", "en"), person(102, "ليلى", "ar"));
    sim.world.set_hints(vec!["Try: buy the blue mug.".into()]);
    actix_rt::spawn(bot::run(sim.url(), TOKEN));
    (sim, ada, leila)
}

async fn stage(screen: Screen) -> Stage {
    let (sim, ada, leila) = world("127.0.0.1:0").await;
    Stage { ada, leila, page: Browser::open(screen).await, sim }
}

impl Stage {
    async fn open(&self, person: i64) {
        let url = format!("{}/?person={person}&bot={BOT}", self.sim.url());
        self.page.goto(&url).await;
    }

    async fn end(self) {
        self.page.close().await;
        self.sim.stop().await;
    }
}

#[actix_rt::test]
async fn a_person_starts_presses_and_sees_toast_alert_and_edit_in_place() {
    let stage = stage(Screen::Desktop).await;
    let page = &stage.page;
    stage.open(stage.ada).await;
    let hint =
        "document.querySelector('#hint p')?.textContent === 'You are Ada. Try: buy the blue mug.'";
    page.until(hint, "the hint names Ada once").await;
    page.shows(".empty", "You are Ada").await;
    page.press("Start").await;
    page.shows(".row.out", "/start").await;
    page.shows(".row.in", "Welcome to Mug Shop").await;
    page.until("document.querySelector('.row.out .tick2')", "two ticks once the bot took it").await;
    page.press("Catalogue").await;
    page.shows(".toast", "Here is what we have").await;
    page.shows(".row.in", "Blue mug, 12.00 EUR").await;
    page.shows(".row.in .edited", "edited").await;
    assert_eq!(page.count(".row.in").await, 1, "the edit changed the message, it did not add one");
    page.press("Ask").await;
    page.shows("dialog.alert", "A person will answer").await;
    page.press("OK").await;
    page.until("!document.querySelector('dialog')", "the alert closes").await;
    page.say("hello <b>there</b>").await;
    page.shows(".row.in", "You said: hello <b>there</b>").await;
    assert_eq!(page.count(".row.out").await, 2, "what was pending is not shown twice");
    stage.end().await;
}

#[actix_rt::test]
async fn an_invoice_can_be_declined_then_paid_and_the_reply_keyboard_answers() {
    let stage = stage(Screen::Desktop).await;
    let page = &stage.page;
    stage.open(stage.ada).await;
    page.press("Start").await;
    page.shows(".row.in", "Welcome").await;
    page.say("/buy").await;
    page.shows(".invoice", "12.00 EUR").await;
    page.press("Pay 12.00 EUR").await;
    page.until("document.querySelector('dialog.pay-sheet')", "the payment sheet").await;
    page.press("Let the card be declined").await;
    page.shows(".pay-state.bad", "declined").await;
    page.click("dialog.pay-sheet .primary").await;
    page.until("!document.querySelector('dialog')", "the sheet closes when it is paid").await;
    page.shows(".service", "You paid 12.00 EUR").await;
    page.shows(".invoice.paid .invoice-state", "Paid").await;
    page.shows(".row.in", "Thank you").await;
    page.shows(".reply-keyboard", "Wrap it").await;
    page.press("Wrap it").await;
    page.shows(".row.out", "Wrap it").await;
    page.shows(".row.in", "Noted").await;
    page.until("document.querySelector('.keyboard-slot').hidden", "the bot removed the keyboard")
        .await;
    let before = stage.sim.world.clock().offset_ms();
    page.press("+1 day").await;
    page.shows("#clock-ahead", "+1 d").await;
    assert_eq!(stage.sim.world.clock().offset_ms() - before, 86_400_000);
    stage.end().await;
}

#[actix_rt::test]
async fn the_keyboard_alone_is_enough() {
    let stage = stage(Screen::Desktop).await;
    let page = &stage.page;
    stage.open(stage.ada).await;
    page.press("Start").await;
    page.shows(".row.in", "Welcome").await;
    page.focused("#composer-text").await;
    page.type_keys("/b").await;
    page.shows("#suggestions [aria-selected=true]", "/buy").await;
    page.key(Key::Enter).await;
    page.shows(".invoice", "Blue mug").await;
    page.type_keys("one line").await;
    page.key(Key::Enter).await;
    page.shows(".row.in", "You said: one line").await;
    page.key(Key::Up).await;
    page.shows(".about", "Edit the message").await;
    page.type_keys(" more").await;
    page.key(Key::Enter).await;
    page.shows(".row.out .edited", "edited").await;
    page.shows(".row.out", "one line more").await;
    page.key(Key::Escape).await;
    page.focused(".person[aria-current=true]").await;
    page.key(Key::Down).await;
    page.key(Key::Enter).await;
    page.shows(".chat-title", "you are ليلى").await;
    stage.end().await;
}

#[actix_rt::test]
async fn on_a_phone_the_list_leads_to_the_chat_and_back_and_arabic_runs_right_to_left() {
    let stage = stage(Screen::Phone).await;
    let page = &stage.page;
    page.goto(&stage.sim.url()).await;
    page.shows(".people-list", "Ada").await;
    page.until(
        "getComputedStyle(document.querySelector('.chat')).display === 'none'",
        "only the list",
    )
    .await;
    page.press("ليلى").await;
    page.press("Start").await;
    page.shows(".row.in", "Welcome").await;
    page.say("أريد الكوب الأزرق").await;
    page.shows(".row.in", "قلت").await;
    let right = "[...document.querySelectorAll('.row.in .text')].at(-1).matches(':dir(rtl)')";
    page.until(right, "Arabic runs right to left").await;
    page.until(
        "document.documentElement.scrollWidth <= innerWidth",
        "nothing is wider than the phone",
    )
    .await;
    page.click("#theme").await;
    page.until("document.documentElement.dataset.theme", "the switch of colours").await;
    page.click("#back").await;
    page.shows(".person", "قلت").await;
    assert_eq!(stage.sim.world.bot_texts(stage.leila, BOT).len(), 2);
    stage.end().await;
}

#[actix_rt::test]
async fn a_world_that_went_away_and_came_back_is_shown_as_it_is() {
    let mut stage = stage(Screen::Desktop).await;
    stage.open(stage.ada).await;
    stage.page.press("Start").await;
    stage.page.shows(".row.in", "Welcome").await;
    let listen = stage.sim.addr.to_string();
    stage.sim.stop().await;
    stage
        .page
        .until("!document.getElementById('offline').hidden", "the page says that nobody answers")
        .await;
    (stage.sim, stage.ada, stage.leila) = world(&listen).await;
    stage
        .page
        .until("document.getElementById('offline').hidden", "the page is back by itself")
        .await;
    stage.page.press("Start").await;
    stage.page.shows(".row.in", "Welcome").await;
    stage.page.say("again").await;
    stage.page.shows(".row.in", "You said: again").await;
    let lines = stage.sim.world.messages(stage.ada, BOT).len();
    assert_eq!(stage.page.count(".log > article").await, u64::try_from(lines).unwrap());
    stage.end().await;
}
