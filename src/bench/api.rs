//! The Bot API as a run needs it: where the server's webhook is, updates for who asks for them, and every message that
//! is sent, handed to the crowd. Lean, since it shares the machine with the server; `sim` is the whole of it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::spawn_local;

use super::crowd::Crowd;
use super::wire::Connection;

/// Public and worthless.
pub(super) const TOKEN: &str = "8000001:bench";
const BOT: i64 = 8_000_001;
/// Telegram gives at most so many updates at once.
const BATCH: usize = 100;
/// Telegram holds a call for updates at most so long.
const HELD_MAX: Duration = Duration::from_secs(50);

/// Where the server takes webhooks.
pub(super) struct Hook {
    pub(super) address: SocketAddr,
    /// A request's first lines, up to the number of its length.
    pub(super) head: String,
}

pub(super) struct Api {
    crowd: Rc<Crowd>,
    hook: RefCell<Option<Rc<Hook>>>,
    unconfirmed: RefCell<VecDeque<(i64, String)>>,
    arrived: Notify,
    ready: Notify,
    next_message: Cell<i64>,
}

#[derive(Deserialize)]
struct SetWebhook {
    url: String,
    secret_token: String,
}

#[derive(Deserialize)]
struct GetUpdates {
    #[serde(default)]
    offset: i64,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    timeout: u64,
}

impl Api {
    /// Listens on a port of its own.
    pub(super) async fn open(crowd: &Rc<Crowd>) -> std::io::Result<(Rc<Self>, SocketAddr)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let api = Rc::new(Self {
            crowd: Rc::clone(crowd),
            hook: RefCell::default(),
            unconfirmed: RefCell::default(),
            arrived: Notify::new(),
            ready: Notify::new(),
            next_message: Cell::new(1),
        });
        let accepting = Rc::clone(&api);
        spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A server that was killed leaves its connections broken; nobody is told.
                spawn_local(Rc::clone(&accepting).serve(stream));
            }
        });
        Ok((api, address))
    }

    /// Resolves when the server has set its webhook, or asks for updates.
    pub(super) async fn ready(&self) {
        self.ready.notified().await;
    }

    pub(super) fn hook(&self) -> Option<Rc<Hook>> {
        self.hook.borrow().clone()
    }

    /// Keeps an update until it is confirmed.
    pub(super) fn offer(&self, id: i64, update: String) {
        self.unconfirmed.borrow_mut().push_back((id, update));
        self.arrived.notify_waiters();
    }

    async fn serve(self: Rc<Self>, stream: TcpStream) -> Option<()> {
        let mut connection = Connection::over(stream).ok()?;
        let (mut result, mut answer) = (Vec::new(), Vec::new());
        loop {
            let message = connection.read().await.ok()??;
            result.clear();
            let path = connection.first_line(&message).split(' ').nth(1).unwrap_or_default();
            let call = path.strip_prefix("/bot").and_then(|path| path.strip_prefix(TOKEN));
            let method = call.and_then(|call| call.strip_prefix('/')).unwrap_or_default();
            let body = connection.body(&message);
            let done = match method {
                "sendMessage" => self.send_message(body, &mut result),
                "getUpdates" => {
                    let Ok(asked) = serde_json::from_slice(body) else { return None };
                    self.get_updates(asked, &mut result).await;
                    true
                }
                _ => self.other(method, body, &mut result),
            };
            answer.clear();
            write_answer(&mut answer, done, &result);
            connection.write(&answer).await.ok()?;
        }
    }

    /// The message as Telegram gives it back.
    fn send_message(&self, body: &[u8], result: &mut Vec<u8>) -> bool {
        #[derive(Deserialize)]
        struct Parts<'a> {
            chat_id: i64,
            #[serde(borrow)]
            text: &'a serde_json::value::RawValue,
        }
        let Ok(parts) = serde_json::from_slice::<Parts>(body) else { return false };
        if !self.crowd.take(body) {
            return false;
        }
        let number = self.next_message.replace(self.next_message.get() + 1);
        let (chat, text, date) = (parts.chat_id, parts.text.get(), self.crowd.now_s());
        write!(
            result,
            "{{\"message_id\":{number},\"from\":{{\"id\":{BOT},\"is_bot\":true,\"first_name\":\"Bench\",\
             \"username\":\"bench_bot\"}},\"chat\":{{\"id\":{chat},\"first_name\":\"Load\",\
             \"type\":\"private\"}},\"date\":{date},\"text\":{text}}}"
        )
        .is_ok()
    }

    async fn get_updates(&self, asked: GetUpdates, result: &mut Vec<u8>) {
        self.ready.notify_one();
        let held = Duration::from_secs(asked.timeout).min(HELD_MAX);
        let limit = asked.limit.unwrap_or(BATCH).clamp(1, BATCH);
        {
            let mut unconfirmed = self.unconfirmed.borrow_mut();
            while unconfirmed.front().is_some_and(|(id, _)| *id < asked.offset) {
                unconfirmed.pop_front();
            }
        }
        let arrived = self.arrived.notified();
        if self.unconfirmed.borrow().is_empty() {
            // An empty batch is an answer too.
            drop(tokio::time::timeout(held, arrived).await);
        }
        result.push(b'[');
        for (at, (_, update)) in self.unconfirmed.borrow().iter().take(limit).enumerate() {
            if at > 0 {
                result.push(b',');
            }
            result.extend_from_slice(update.as_bytes());
        }
        result.push(b']');
    }

    fn other(&self, method: &str, body: &[u8], result: &mut Vec<u8>) -> bool {
        let answer = match method {
            "getMe" => json!({
                "id": BOT, "is_bot": true, "first_name": "Bench", "username": "bench_bot",
                "can_join_groups": true, "can_read_all_group_messages": false,
                "supports_inline_queries": false,
            }),
            "getWebhookInfo" => {
                let url = self.hook().map(|hook| hook.url());
                json!({
                    "url": url.unwrap_or_default(), "has_custom_certificate": false,
                    "pending_update_count": 0,
                })
            }
            "setWebhook" => {
                let Some(hook) = serde_json::from_slice(body).ok().and_then(Hook::to) else {
                    return false;
                };
                self.hook.replace(Some(Rc::new(hook)));
                self.ready.notify_one();
                json!(true)
            }
            "" => return false,
            _ => json!(true),
        };
        serde_json::to_writer(result, &answer).is_ok()
    }
}

impl Hook {
    /// Only plain HTTP on an address: the server is on this machine.
    fn to(asked: SetWebhook) -> Option<Self> {
        let rest = asked.url.strip_prefix("http://")?;
        let (host, path) = rest.split_once('/')?;
        let address = host.parse().ok()?;
        let secret = asked.secret_token;
        let head = format!(
            "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Connection: keep-alive\r\nX-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        );
        Some(Self { address, head })
    }

    fn url(&self) -> String {
        let path = self.head.split(' ').nth(1).unwrap_or_default();
        format!("http://{}{path}", self.address)
    }
}

fn write_answer(answer: &mut Vec<u8>, done: bool, result: &[u8]) {
    const REFUSED: &[u8] =
        b"{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: not understood\"}";
    let (status, start, middle, end): (_, &[u8], _, &[u8]) = match done {
        true => ("200 OK", b"{\"ok\":true,\"result\":", result, b"}"),
        false => ("400 Bad Request", b"", REFUSED, b""),
    };
    let length = start.len() + middle.len() + end.len();
    write!(
        answer,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    .expect("memory takes everything");
    for part in [start, middle, end] {
        answer.extend_from_slice(part);
    }
}
