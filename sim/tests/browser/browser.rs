//! Real Chromium over WebDriver: opens, presses, types, waits inside the page.
//! It must not know what is tested.

use std::process::Stdio;

use fantoccini::actions::{
    InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction,
};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How big the window is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    /// 1440 × 900.
    Desktop,
    /// 390 × 844, with touch.
    Phone,
}

/// Keys that are no letters, as WebDriver numbers them.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Enter = 0xE007,
    Escape = 0xE00C,
    Up = 0xE013,
    Down = 0xE015,
}

/// One browser of its own; its driver dies with it, and the browser with the driver.
pub(crate) struct Browser {
    client: Client,
    _driver: Child,
    _said: Lines<BufReader<ChildStdout>>,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn open(screen: Screen) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver is on the path (Debian: chromium-driver)");
        let mut said = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = said.next_line().await.unwrap().expect("chromedriver says its port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let profile = TempDir::new().unwrap();
        let options = options(screen, &profile);
        let wanted = json!({"browserName": "chrome", "goog:chromeOptions": options});
        let Value::Object(wanted) = wanted else { unreachable!("an object was written") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        Self { client, _driver: driver, _said: said, _profile: profile }
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    /// Waits, inside the page, until the expression is true.
    pub(crate) async fn until(&self, expression: &str, what: &str) {
        let script = format!(
            "const until = performance.now() + 10000;
             return new Promise((done) => {{ const look = () => {{
                 let is = false;
                 try {{ is = Boolean({expression}); }} catch {{ /* not there yet */ }}
                 if (is || performance.now() > until) done(is); else setTimeout(look, 20);
             }}; look(); }});"
        );
        let is = self.client.execute(&script, Vec::new()).await.unwrap();
        if is != Value::Bool(true) {
            let page =
                self.client.execute("return document.body.innerText", Vec::new()).await.unwrap();
            panic!("never came: {what}; the page says {page}");
        }
    }

    /// Waits until an element of this kind is visible and holds the text.
    pub(crate) async fn shows(&self, css: &str, text: &str) {
        let expression = format!(
            "[...document.querySelectorAll({})].some((one) => one.checkVisibility() \
             && one.innerText.includes({}))",
            json!(css),
            json!(text)
        );
        self.until(&expression, &format!("{css} with {text:?}")).await;
    }

    /// Waits until the element has the focus.
    pub(crate) async fn focused(&self, css: &str) {
        let expression = format!("document.activeElement.matches({})", json!(css));
        self.until(&expression, &format!("focus on {css}")).await;
    }

    pub(crate) async fn count(&self, css: &str) -> u64 {
        let script = "return document.querySelectorAll(arguments[0]).length";
        self.client.execute(script, vec![json!(css)]).await.unwrap().as_u64().unwrap()
    }

    pub(crate) async fn click(&self, css: &str) {
        self.until(&format!("document.querySelector({})", json!(css)), css).await;
        self.press_at(&format!("document.querySelector({})", json!(css))).await;
    }

    /// Clicks where the newest visible button that holds this text is, as a hand does.
    pub(crate) async fn press(&self, text: &str) {
        let find = format!(
            "[...document.querySelectorAll('button')].findLast((one) => !one.disabled \
             && one.checkVisibility() \
             && one.innerText.includes({}))",
            json!(text)
        );
        self.until(&find, &format!("a button {text:?}")).await;
        self.press_at(&find).await;
    }

    async fn press_at(&self, find: &str) {
        let script = format!(
            "const one = {find}; one.scrollIntoView({{ block: 'nearest' }});
             const box = one.getBoundingClientRect();
             return [box.x + box.width / 2, box.y + box.height / 2]"
        );
        let at = self.client.execute(&script, Vec::new()).await.unwrap();
        let (x, y) = (at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
        let button = MOUSE_BUTTON_LEFT;
        let press = MouseActions::new("hand".into())
            .then(PointerAction::MoveTo { duration: None, x, y })
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button });
        self.client.perform_actions(press).await.unwrap();
    }

    /// Writes into the composer and sends with Enter.
    pub(crate) async fn say(&self, text: &str) {
        self.until("document.getElementById('composer-text').checkVisibility()", "the composer")
            .await;
        let field = self.client.find(Locator::Css("#composer-text")).await.unwrap();
        field.send_keys(text).await.unwrap();
        self.key_to(&[char::from_u32(Key::Enter as u32).unwrap()]).await;
    }

    /// Types to whatever has the focus.
    pub(crate) async fn type_keys(&self, text: &str) {
        self.key_to(&text.chars().collect::<Vec<_>>()).await;
    }

    pub(crate) async fn key(&self, key: Key) {
        self.key_to(&[char::from_u32(key as u32).unwrap()]).await;
    }

    async fn key_to(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keys".into());
        for &value in keys {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.unwrap();
    }
}

fn options(screen: Screen, profile: &TempDir) -> Value {
    let profile = format!("--user-data-dir={}", profile.path().display());
    let mut options = json!({"args": [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--window-size=1440,900", "--lang=en-US", profile,
    ]});
    if screen == Screen::Phone {
        let metrics =
            json!({"width": 390, "height": 844, "pixelRatio": 1.0, "mobile": true, "touch": true});
        options["mobileEmulation"] = json!({"deviceMetrics": metrics});
    }
    options
}
