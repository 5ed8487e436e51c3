//! One of the exchanges that are under way at once: some users, one dialogue after the other. Posts an update until it is
//! acknowledged, as Telegram does.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::api::{Api, Hook};
use super::crowd::{Crowd, PATIENCE};
use super::dialogue::STEPS;
use super::wire::Connection;

/// Between two tries of an update that was not acknowledged. Telegram waits longer.
const AGAIN: Duration = Duration::from_millis(10);
/// An exchange that takes longer is broken off.
const EXCHANGE: Duration = Duration::from_secs(10);

pub(super) struct Lane {
    crowd: Rc<Crowd>,
    api: Rc<Api>,
    connection: Option<Connection>,
    text: String,
    update: String,
    request: Vec<u8>,
}

impl Lane {
    pub(super) fn new(crowd: &Rc<Crowd>, api: &Rc<Api>) -> Self {
        Self {
            crowd: Rc::clone(crowd),
            api: Rc::clone(api),
            connection: None,
            text: String::new(),
            update: String::new(),
            request: Vec::new(),
        }
    }

    /// Holds dialogues with each of its users in turn until the run is over.
    pub(super) async fn run(mut self, users: Vec<usize>) {
        for user in users.iter().cycle() {
            if self.crowd.is_over() {
                return;
            }
            if self.dialogue(*user).await {
                self.crowd.tally(|tally| tally.dialogues += 1);
            }
        }
    }

    async fn dialogue(&mut self, user: usize) -> bool {
        self.crowd.begin(user);
        for _ in 0..STEPS {
            let id = self.crowd.say(user, &mut self.text, &mut self.update);
            match self.api.hook() {
                Some(hook) => {
                    if !self.post(&hook).await {
                        self.crowd.lost(user);
                        return false;
                    }
                }
                None => self.api.offer(id, std::mem::take(&mut self.update)),
            }
            if !self.crowd.heard(user).await {
                return false;
            }
        }
        true
    }

    /// False when it was not acknowledged with all patience.
    async fn post(&mut self, hook: &Hook) -> bool {
        self.request.clear();
        self.request.extend_from_slice(hook.head.as_bytes());
        self.request.extend_from_slice(self.update.len().to_string().as_bytes());
        self.request.extend_from_slice(b"\r\n\r\n");
        self.request.extend_from_slice(self.update.as_bytes());
        let begun = Instant::now();
        loop {
            if let Ok(Ok(true)) = tokio::time::timeout(EXCHANGE, self.exchange(hook)).await {
                return true;
            }
            self.connection = None;
            self.crowd.tally(|tally| tally.repeated += 1);
            if begun.elapsed() > PATIENCE {
                return false;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn exchange(&mut self, hook: &Hook) -> io::Result<bool> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(Connection::open(hook.address).await?),
        };
        connection.write(&self.request).await?;
        let Some(message) = connection.read().await? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let is_fine = connection.first_line(&message).starts_with("HTTP/1.1 200");
        let call = connection.body(&message);
        if is_fine && !call.is_empty() && !self.crowd.take(call) {
            let words = format!("not understood in a response: {}", String::from_utf8_lossy(call));
            self.crowd.tally(|tally| tally.example(words));
        }
        Ok(is_fine)
    }
}
