//! The demo as a newcomer uses it, while its server is killed again and again: register, order, pay, see the receipt.

use std::cell::Cell;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use entities::Database;
use serde_json::{Value, json};

const ADA: i64 = 501;
const ORDERS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(40);
const AGAIN_AFTER: Duration = Duration::from_secs(1);

struct Demo {
    child: Child,
    url: String,
    http: reqwest::Client,
    bot: i64,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Its own child is killed with it.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

impl Demo {
    async fn start(data: &std::path::Path, more: &[&str]) -> Self {
        let sim = format!("127.0.0.1:{}", free_port());
        let log = std::fs::File::create(data.with_extension("log")).expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_kontor"))
            .args(["demo", "--fresh", "--sim-listen", &sim])
            .args(["--listen", &format!("127.0.0.1:{}", free_port())])
            .arg("--data")
            .arg(data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log again"))
            .stderr(log)
            .spawn()
            .expect("starts");
        // Another test of this process may have installed it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::new();
        let mut demo = Self { child, url: format!("http://{sim}"), http, bot: 0 };
        let state = demo.until("the world is there", async |demo| {
            let state = demo.get("/sim/state").await?;
            state["bots"][0]["id"].as_i64().map(|_| state)
        });
        demo.bot = state.await["bots"][0]["id"].as_i64().expect("a bot");
        demo
    }

    async fn get(&self, path: &str) -> Option<Value> {
        let sent = self.http.get(format!("{}{path}", self.url)).send().await.ok()?;
        sent.json().await.ok()
    }

    async fn post(&self, path: &str, body: Value) -> Option<Value> {
        let sent = self.http.post(format!("{}{path}", self.url)).json(&body).send().await.ok()?;
        sent.status().is_success().then_some(())?;
        sent.json().await.ok()
    }

    /// Tries again and again, for as long as a newcomer would not mind.
    async fn until<T>(&self, what: &str, attempt: impl AsyncFn(&Self) -> Option<T>) -> T {
        let mut tick = tokio::time::interval(Duration::from_millis(40));
        let tries = async {
            loop {
                if let Some(found) = attempt(self).await {
                    return found;
                }
                tick.tick().await;
            }
        };
        match tokio::time::timeout(PATIENCE, tries).await {
            Ok(found) => found,
            Err(_) => panic!("{what}: not in time; Ada sees {:#?}", self.texts().await),
        }
    }

    async fn messages(&self) -> Vec<Value> {
        let chat = self.get(&format!("/sim/chats/{ADA}/{}", self.bot)).await.unwrap_or_default();
        let messages = chat["messages"].as_array().cloned().unwrap_or_default();
        messages.into_iter().filter(|message| message["x"]["out"] != json!(true)).collect()
    }

    async fn texts(&self) -> Vec<String> {
        let text = |message: &Value| {
            let text = message["text"].as_str().or_else(|| message["caption"].as_str());
            text.unwrap_or_default().to_owned()
        };
        self.messages().await.iter().map(text).collect()
    }

    async fn act(&self, what: &str, body: Value) -> Option<Value> {
        self.post(&format!("/sim/chats/{ADA}/{}/{what}", self.bot), body).await
    }

    /// The newest button whose label begins so: its message and itself.
    async fn button(&self, label: &str) -> Option<(i64, Value)> {
        for message in self.messages().await.iter().rev() {
            let rows = message["reply_markup"]["inline_keyboard"].as_array();
            let mut buttons = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
            let fits = |button: &&Value| {
                button["text"].as_str().is_some_and(|text| text.starts_with(label))
            };
            if let Some(button) = buttons.find(fits) {
                return Some((message["message_id"].as_i64()?, button.clone()));
            }
        }
        None
    }

    /// Presses a button until what it leads to is there: pressing again is what people do when nothing happens for a
    /// while. Who hammers is not heard after thirty times.
    async fn press(&self, label: &str, leads_to: impl AsyncFn(&Self) -> bool) {
        let pressed = Cell::new(None::<Instant>);
        self.until(label, async |demo| {
            if leads_to(demo).await {
                return Some(());
            }
            if pressed.get().is_none_or(|at| at.elapsed() >= AGAIN_AFTER) {
                let (message_id, button) = demo.button(label).await?;
                let data = button["callback_data"].clone();
                demo.act("callback", json!({ "message_id": message_id, "data": data })).await;
                pressed.set(Some(Instant::now()));
            }
            None
        })
        .await;
    }

    async fn receipts(&self) -> usize {
        let texts = self.texts().await;
        let mut orders: Vec<&str> = texts
            .iter()
            .filter(|text| text.starts_with("Receipt"))
            .filter_map(|text| text.lines().nth(1))
            .collect();
        orders.sort_unstable();
        orders.dedup();
        orders.len()
    }

    async fn buy(&self, number: usize) {
        self.act("send", json!({ "text": "/shop" })).await.expect("is sent");
        let sees =
            |label: &'static str| async move |demo: &Self| demo.button(label).await.is_some();
        self.press("Mugs", sees("Blue mug")).await;
        self.press("Blue mug", sees("♡ Keep")).await;
        self.press("2", sees("✓ 2")).await;
        self.press("🛒 Cart · 2", sees("Check out")).await;
        // The address is asked once; the second order has it.
        if number == 1 {
            self.press("Check out", sees("European Union")).await;
            self.press("European Union", sees("Post")).await;
            let says = |words: &'static str| {
                async move |demo: &Self| {
                    demo.texts().await.last().is_some_and(|text| text.contains(words))
                }
            };
            self.press("Post", says("name, street")).await;
            self.act("send", json!({ "text": "Ada, 1 Harbour Road, Bristol" })).await;
            let asked = |text: &String| text.contains("can the courier");
            self.until("the phone", async |demo| {
                demo.texts().await.last().filter(|t| asked(t)).map(drop)
            })
            .await;
            self.press("Skip", sees("Place order")).await;
        } else {
            self.press("Check out", sees("Place order")).await;
        }
        self.press("Place order", sees("Pay ")).await;
        let (_, button) = self.button("Pay ").await.expect("was there");
        let url = button["url"].as_str().expect("a link").to_owned();
        let checkout = url.rsplit('/').next().expect("an id").to_owned();
        let path = format!("/sim/gateway/checkouts/{checkout}/pay");
        self.post(&path, json!({ "outcome": "capture" })).await.expect("pays");
        self.until("the receipt", async |demo| (demo.receipts().await >= number).then_some(()))
            .await;
    }
}

#[tokio::test]
async fn a_newcomer_buys_while_the_server_is_killed_every_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let demo = Demo::start(&data, &["--kill-every", "1s"]).await;
    demo.act("start", json!({})).await.expect("starts");
    let asked = async |demo: &Demo| demo.texts().await.iter().any(|text| text.contains("call you"));
    demo.press("✓", async |demo| demo.button("I agree").await.is_some()).await;
    demo.press("I agree", asked).await;
    demo.act("send", json!({ "text": "Ada" })).await.expect("is sent");
    demo.until("the question for the number", async |demo| {
        demo.texts().await.iter().any(|text| text.contains("phone number")).then_some(())
    })
    .await;
    demo.act("send", json!({ "text": "Skip" })).await.expect("is sent");
    demo.press("Skip", async |demo| demo.button("Shop").await.is_some()).await;
    demo.until("the menu", async |demo| demo.button("Shop").await).await;
    for number in 1..=ORDERS {
        demo.buy(number).await;
    }
    let state = demo.get("/sim/state").await.expect("answers");
    assert!(state["counters"]["kills"].as_u64() >= Some(2), "{state}");
    let books = demo.http.get(format!("{}/gateway/v1/books", demo.url)).bearer_auth("sk_sandbox");
    let books: Value = books.send().await.expect("answers").json().await.expect("JSON");
    let at_the_gateway = books["currencies"]["EUR"]["balance_minor"].as_i64();
    drop(demo);
    audit(&data, at_the_gateway).await;
}

/// The gateway's books and ours agree to the unit, every order is complete, and the book balances.
async fn audit(data: &std::path::Path, at_the_gateway: Option<i64>) {
    let url = format!("sqlite://{}", data.join("kontor.db").display());
    let database = Database::open(&url).await.expect("opens");
    let ledger = entities::ledger(&database.read).await.expect("reads");
    assert_eq!(ledger.iter().map(|line| line.amount_minor).sum::<i64>(), 0, "it balances");
    let gateway = ledger.iter().filter(|line| line.account == "gateway:sandbox");
    let ours: i64 = gateway.map(|line| line.amount_minor).sum();
    assert_eq!(Some(ours), at_the_gateway);
    let orders = entities::orders(&database.read).await.expect("reads");
    let complete: Vec<_> = orders.iter().filter(|order| order.state == "confirmed").collect();
    let paid: i64 = complete.iter().map(|order| order.total_minor).sum();
    assert_eq!(paid, ours, "each paid order once, the regulars' included");
    let adas = complete.iter().filter(|order| order.session.ends_with(&format!(":{ADA}"))).count();
    assert_eq!(adas, ORDERS, "{orders:?}");
    let stock = entities::stock(&database.read).await.expect("reads");
    let mug = stock.iter().find(|row| row.product == "blue-mug").expect("is sold");
    let mugs = taken(&database, &complete).await;
    assert_eq!(25 - mug.on_hand, mugs, "each taken once");
    database.close().await;
}

/// Blue mugs in these orders.
async fn taken(database: &Database, orders: &[&entities::OrderRow]) -> i64 {
    let mut mugs = 0;
    for order in orders {
        let lines = entities::order_lines(&database.read, &order.id).await.expect("reads");
        let of = lines.iter().filter(|line| line.product == "blue-mug");
        mugs += of.map(|line| i64::from(line.quantity)).sum::<i64>();
    }
    mugs
}
