//! Somebody is erased: what they said in real conversations is in none of the database's files any more, and the books
//! still balance.

use std::path::Path;
use std::sync::Arc;

use actors::flow::Flows;
use actors::manners::{Leaflets, Manners, Terms};
use actors::order::{self, Progress};
use actors::payment::{self, CheckoutReport};
use actors::{Catalogue, External, House, Product, ProductKind, Rules};
use entities::{Currency, Database, Key, Kind, Money, UnparsedRow};
use kontor::delivery::limits::OutboundLimits;

use crate::rig::{BOT, By, Ground, Rig, wait_until};

/// What is hers and nobody else's, as it is written into the database.
const MARKERS: [&str; 7] = [
    "Zebulonia",
    "441632960777",
    "zebulonia@example.org",
    "campaign-zebulonia",
    "nothing but zebras",
    "12 Zebra Road",
    "a stripe nobody could parse",
];

const FLOW: &str = r#"
name = "poll"
command = "/poll"
when_done = "thanks"

[[steps]]
id = "wish"
prompt = "what do you wish for?"
reply = "noted: {wish}"
"#;

fn house() -> House {
    let mug = Product {
        id: "mug".to_owned(),
        title: [("en".to_owned(), "Mug".to_owned())].into(),
        description: [("en".to_owned(), "To drink from.".to_owned())].into(),
        prices: [(Currency::EUR, 1_200)].into(),
        photo: None,
        category: None,
        kind: ProductKind::Physical,
        variants: Vec::new(),
        regions: Vec::new(),
    };
    let texts = [("en".to_owned(), "# Terms\nBe kind.".to_owned())].into();
    House {
        catalogue: Arc::new(Catalogue::new(Vec::new(), vec![mug])),
        flows: Arc::new(Flows::parse(&[("poll.toml", FLOW)]).expect("a flow")),
        rules: Arc::new(Rules {
            manners: Manners { ask_phone: true, ask_email: true, ..Manners::default() },
            ..Rules::default()
        }),
        leaflets: Arc::new(Leaflets {
            terms: Some(Terms { version: "v1".to_owned(), texts }),
            ..Leaflets::default()
        }),
        promos: Arc::default(),
    }
}

/// Waits for the newest button with this label, and presses it.
async fn press(ground: &Ground, person: i64, label: &str) {
    let found = || {
        let messages = ground.world.messages(person, BOT);
        messages.iter().rev().find_map(|message| {
            let rows = message["reply_markup"]["inline_keyboard"].as_array()?;
            let mut buttons = rows.iter().filter_map(|row| row.as_array()).flatten();
            let button =
                buttons.find(|one| one["text"].as_str().is_some_and(|text| text == label))?;
            Some((message["message_id"].as_i64()?, button["callback_data"].as_str()?.to_owned()))
        })
    };
    let see = || format!("{label}: {:?}", ground.world.bot_texts(person, BOT));
    wait_until(|| found().is_some(), see).await;
    let (message_id, data) = found().expect("it was seen");
    ground.world.press(person, BOT, message_id, &data).await.expect("is pressed");
}

async fn sees(ground: &Ground, person: i64, words: &str) {
    let texts = || ground.world.bot_texts(person, BOT);
    let seen = || texts().iter().any(|text| text.contains(words));
    wait_until(seen, || format!("{words}: {:?}", texts())).await;
}

/// From the first word to a paid order, with everything that a person may tell a shop.
async fn lives(rig: &Rig<'_>, person: i64, (name, phone, email): (&str, &str, &str)) {
    let ground = rig.ground;
    let writes = |text: &str| ground.writes(person, text);
    ground
        .world
        .start(person, BOT, Some(&format!("campaign-{}", name.to_lowercase())))
        .expect("starts");
    press(ground, person, "I agree").await;
    sees(ground, person, "call you").await;
    writes(name);
    sees(ground, person, "phone number").await;
    writes(phone);
    sees(ground, person, "e-mail").await;
    writes(email);
    sees(ground, person, "Nice to meet you").await;
    writes("/poll");
    sees(ground, person, "wish for").await;
    writes(&format!("nothing but {}", if name == "Zebulonia" { "zebras" } else { "horses" }));
    sees(ground, person, "thanks").await;
    writes("/shop");
    press(ground, person, "Mug · 12.00\u{a0}EUR").await;
    press(ground, person, "1").await;
    press(ground, person, "🛒 Cart · 1").await;
    press(ground, person, "Check out · 12.00\u{a0}EUR").await;
    sees(ground, person, "name, street").await;
    writes(&format!("{name}, 12 {} Road", if name == "Zebulonia" { "Zebra" } else { "Horse" }));
    press(ground, person, "Place order").await;
    pay(rig, person).await;
    sees(ground, person, "Receipt").await;
    ship(rig, person).await;
    sees(ground, person, "on its way").await;
}

/// The shop sends the parcel: its address is needed no more.
async fn ship(rig: &Rig<'_>, person: i64) {
    let session = Key::session(&crate::rig::shop(), person);
    let orders = entities::orders_of(&rig.kernel.database().read, session.as_str()).await;
    let order = orders.expect("reads").pop().expect("an order");
    let key = Key::parse(&order.id).expect("a key");
    let (to, by) = (Progress::Shipped, "eve".to_owned());
    let message = order::Message::Advance { to, tracking: None, by };
    let external = External::Request(format!("ship-{person}"));
    rig.kernel.office.tell_patiently(key, external, message.into()).await.expect("is taken");
}

/// The gateway reports that the order's money came.
async fn pay(rig: &Rig<'_>, person: i64) {
    let session = Key::session(&crate::rig::shop(), person);
    let waits = async || {
        let orders = entities::orders_of(&rig.kernel.database().read, session.as_str()).await;
        orders.expect("reads").into_iter().find(|order| order.state == "awaiting_payment")
    };
    let mut order = None;
    let mut beat = tokio::time::interval(std::time::Duration::from_millis(10));
    for _ in 0..1_000 {
        order = waits().await;
        if order.is_some() {
            break;
        }
        beat.tick().await;
    }
    let order = order.expect("an order waits for its money");
    let key = Key::new(Kind::Payment, Key::parse(&order.id).expect("a key").id());
    let event = format!("evt-{person}");
    let message = payment::Message::GatewayReported {
        event: event.clone(),
        checkout: format!("co-{}", key.id()),
        report: CheckoutReport::Captured { amount: Money::new(1_200, Currency::EUR), charge: None },
    };
    let external = External::Event(event);
    rig.kernel.office.tell_patiently(key, external, message.into()).await.expect("is taken");
}

/// Every byte that the database keeps.
async fn bytes(ground: &Ground, database: &Database) -> Vec<u8> {
    match Database::file(&ground.url) {
        Some(file) => {
            let folder = Path::new(file).parent().expect("a folder");
            let mut all = Vec::new();
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("a file").path();
                if path.is_file() {
                    all.extend(std::fs::read(path).expect("is read"));
                }
            }
            all
        }
        None => entities::scratch_bytes(database).await.expect("reads the files"),
    }
}

fn holds(bytes: &[u8], marker: &str) -> bool {
    bytes.windows(marker.len()).any(|window| window.eq_ignore_ascii_case(marker.as_bytes()))
}

async fn left(ground: &Ground, database: &Database) -> Vec<&'static str> {
    let bytes = bytes(ground, database).await;
    MARKERS.into_iter().filter(|marker| holds(&bytes, marker)).collect()
}

#[test]
fn who_is_erased_is_in_no_file_of_the_database() {
    for server in [None, std::env::var("KONTOR_TEST_POSTGRES").ok()] {
        let url = server.as_ref().map(|server| {
            let made = entities::create_scratch(server);
            actix_rt::System::new().block_on(made).expect("a scratch database")
        });
        let mut ground = Ground::on(url);
        // Nobody here waits for Telegram's patience.
        let much = OutboundLimits { chat_per_second: 1_000, chat_burst: 1_000, ..ground.outbound };
        ground.outbound = OutboundLimits { bot_per_second: 1_000, bot_burst: 1_000, ..much };
        ground.life(By::Polling, async |rig| erased(rig).await);
        if let Some(server) = server {
            let dropped = entities::drop_scratch(&server, &ground.url);
            actix_rt::System::new().block_on(dropped).expect("drops");
        } else if std::env::var("KONTOR_TEST_POSTGRES").is_err() {
            return;
        }
    }
}

async fn erased(rig: &Rig<'_>) {
    let (ground, database) = (rig.ground, rig.kernel.database().clone());
    rig.kernel.set_house(house());
    let stock = actors::stock::Message::SetOnHand { count: 9 };
    let key = Key::new(Kind::Stock, "mug");
    let filled =
        rig.kernel.office.tell_patiently(key, External::Request("s".to_owned()), stock.into());
    filled.await.expect("is filled");
    rig.registered().await;
    let (zeb, bob) = (ground.person("Zebulonia"), ground.person("Bob"));
    lives(rig, zeb, ("Zebulonia", "+44 1632 960 777", "zebulonia@example.org")).await;
    lives(rig, bob, ("Bob", "+44 1632 960 111", "bob@example.org")).await;
    keep_unparsed(rig, zeb).await;
    rig.settle().await;
    // All but the update, which is sealed.
    assert_eq!(left(ground, &database).await, MARKERS[..6], "the search finds what is there");

    ground.writes(zeb, "/privacy");
    press(ground, zeb, "Send me my data").await;
    let documents = || {
        let calls = ground.world.calls_after(0);
        calls.iter().filter(|call| call.method == "sendDocument" && call.outcome == "ok").count()
    };
    wait_until(|| documents() == 2, || format!("{} documents", documents())).await;
    press(ground, zeb, "Erase everything about me").await;
    press(ground, zeb, "Yes, erase everything").await;
    sees(ground, zeb, "will be erased on").await;
    ground.clock.advance(time::Duration::hours(25));
    sees(ground, zeb, "Everything about you is erased").await;
    scrubbed(rig).await;
    rig.rests().await;

    assert_eq!(left(ground, &database).await, <[&str; 0]>::default(), "nothing of hers is left");
    let all = bytes(ground, &database).await;
    assert!(holds(&all, "bob@example.org") && holds(&all, "nothing but horses"), "Bob stays");
    let ledger = entities::ledger(&database.read).await.expect("reads");
    assert_eq!(ledger.iter().map(|line| line.amount_minor).sum::<i64>(), 0, "it balances");
    let sold = ledger.iter().filter(|line| line.account == "sales");
    assert_eq!(sold.map(|line| line.amount_minor).sum::<i64>(), -2_400, "both sales stand");
    let orders = entities::orders(&database.read).await.expect("reads");
    assert_eq!(orders.len(), 2);
    let hers: Vec<_> = orders.iter().filter(|order| order.session.contains(":-")).collect();
    assert_eq!(hers.len(), 1, "one belongs to a pseudonym: {orders:?}");
    let erasures = entities::erasures(&database.read).await.expect("reads");
    let mark = rig.kernel.erased_mark(entities::PersonId(zeb));
    assert_eq!(erasures[0].person.as_deref(), Some(&*mark), "a restore knows her again");
    assert_eq!(erasures[0].session, None);

    // After a restore: whoever is on the list is erased again, whoever is not stays.
    let mark = |person| rig.kernel.erased_mark(entities::PersonId(person));
    let elsewhere = [(mark(bob), 7), ("of nobody".to_owned(), 7)];
    assert_eq!(rig.kernel.erase_again(&elsewhere).await.expect("begins"), 1);
    ground.clock.advance(time::Duration::minutes(1));
    sees(ground, bob, "Everything about you is erased").await;

    ground.writes(zeb, "/start");
    press(ground, zeb, "I agree").await;
    // What this database did itself does not count: she is somebody new.
    let here = erasures[0].done_ms.expect("it is done");
    assert_eq!(rig.kernel.erase_again(&[(mark(zeb), here)]).await.expect("reads"), 0);
    let text = || ground.world.bot_texts(zeb, BOT).last().cloned().unwrap_or_default();
    wait_until(|| text().contains("call you"), text).await;
    rig.settle().await;
    rig.shut_down().await;
}

/// An update of hers that nobody understood, as intake keeps it.
async fn keep_unparsed(rig: &Rig<'_>, person: i64) {
    let body = format!("{{\"from\":{{\"id\":{person}}},\"x\":\"a stripe nobody could parse\"}}");
    let row = UnparsedRow {
        bot: "shop".to_owned(),
        update_id: 1,
        at_ms: 0,
        reason: "a test".to_owned(),
        body: rig.ground.master.seal(body.as_bytes(), &entities::unparsed_purpose("shop")),
    };
    rig.kernel.journal.keep_unparsed(row).await.expect("is kept");
}

/// Waits until the database was written anew.
async fn scrubbed(rig: &Rig<'_>) {
    let done = async || {
        let rows = entities::erasures(&rig.kernel.database().read).await.expect("reads");
        !rows.is_empty() && rows.iter().all(|row| row.scrubbed)
    };
    let look = async {
        let mut beat = tokio::time::interval(std::time::Duration::from_millis(20));
        while !done().await {
            rig.ground.clock.advance(time::Duration::minutes(1));
            beat.tick().await;
        }
    };
    tokio::time::timeout(crate::rig::SOON, look).await.expect("it is scrubbed in time");
}

#[test]
fn every_table_is_accounted_for() {
    let ground = Ground::new();
    let tables = ground
        .look(async |database| entities::table_names(&database).await.expect("reads the schema"));
    let known: Vec<&str> = entities::TABLES.iter().map(|(table, _)| *table).collect();
    let strange: Vec<_> = tables.iter().filter(|table| !known.contains(&&***table)).collect();
    assert!(strange.is_empty(), "say in entities/erasure.rs what erasure does about {strange:?}");
    let gone: Vec<_> =
        known.iter().filter(|table| !tables.iter().any(|one| one == *table)).collect();
    assert!(gone.is_empty(), "entities/erasure.rs names tables that are not there: {gone:?}");
}
