//! Under which epoch update ids count: it is asked of the bot's actor at the start, and begun anew when ids jump after
//! idle days. Knows no polling and no HTTP.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actors::{Answer, Clock, External, Failure, Office, Tell, bot};
use entities::{BotId, Key, Kind};
use serde::Deserialize;

/// Telegram picks ids anew after a week without updates; it keeps none for longer than a day.
const IDLE_MS: i64 = 3 * 24 * 3_600_000;
/// Ids that ascend by no more than this are the old ones going on (while the server was down, say).
const GOES_ON: i64 = 1_000_000;
/// The bot's actor notes the last update so often.
const NOTED_EVERY_MS: i64 = 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stream {
    epoch: u32,
    last_id: Option<i64>,
    seen_ms: i64,
    noted_ms: i64,
}

/// What the bot's actor answers.
#[derive(Deserialize)]
struct Opened {
    epoch: u32,
    last_id: Option<i64>,
    seen_ms: Option<i64>,
}

/// The epoch of one bot.
pub(super) struct Epoch {
    key: Key,
    office: Office,
    clock: Clock,
    stream: Mutex<Option<Stream>>,
    /// One asks the actor, the others wait.
    asking: tokio::sync::Mutex<()>,
}

impl Epoch {
    pub(super) fn new(bot: &BotId, office: Office, clock: Clock) -> Self {
        let key = Key::new(Kind::Bot, bot);
        Self { key, office, clock, stream: Mutex::default(), asking: tokio::sync::Mutex::default() }
    }

    /// Before the first update.
    pub(super) async fn open(&self, api_url: &str) -> Result<(), Failure> {
        let _turn = self.asking.lock().await;
        if self.stream().is_some() {
            return Ok(());
        }
        let message = bot::Message::OpenIntake { api_url: api_url.to_owned() };
        let opened = self.ask(format!("open-{}", uuid::Uuid::new_v4()), message).await?;
        let seen_ms = opened.seen_ms.unwrap_or_else(|| self.clock.now_ms());
        let noted_ms = opened.seen_ms.unwrap_or_default();
        let stream = Stream { epoch: opened.epoch, last_id: opened.last_id, seen_ms, noted_ms };
        *self.stream() = Some(stream);
        Ok(())
    }

    pub(super) fn is_open(&self) -> bool {
        self.stream().is_some()
    }

    /// The id under which an update is known.
    pub(super) async fn external(&self, id: i64) -> Result<External, Failure> {
        let Some(stream) = *self.stream() else {
            return Err(Failure::Fault("intake is not open yet".to_owned()));
        };
        let epoch = match jumped(&stream, id, self.clock.now_ms()) {
            true => self.begin(id).await?,
            false => stream.epoch,
        };
        self.note(id);
        Ok(External::Update { epoch, id })
    }

    /// The ids jumped. Whoever comes second finds it done.
    async fn begin(&self, id: i64) -> Result<u32, Failure> {
        let _turn = self.asking.lock().await;
        let Some(stream) = *self.stream() else {
            return Err(Failure::Closing);
        };
        let (true, Some(last_id)) = (jumped(&stream, id, self.clock.now_ms()), stream.last_id)
        else {
            return Ok(stream.epoch);
        };
        let message = bot::Message::IdsJumped { last_id, new_id: id };
        let opened = self.ask(format!("jump-{}-{id}", stream.epoch), message).await?;
        tracing::info!(bot = %self.key, last_id, id, epoch = opened.epoch, "update ids begin anew");
        let seen_ms = self.clock.now_ms();
        let stream = Stream { epoch: opened.epoch, last_id: Some(id), seen_ms, noted_ms: 0 };
        *self.stream() = Some(stream);
        Ok(opened.epoch)
    }

    /// Remembers the newest update, and has it noted for the next start. Nobody waits for that.
    fn note(&self, id: i64) {
        let now_ms = self.clock.now_ms();
        let noted = {
            let mut stream = self.stream();
            let Some(stream) = &mut *stream else { return };
            stream.last_id = Some(stream.last_id.map_or(id, |last_id| last_id.max(id)));
            stream.seen_ms = now_ms;
            if (stream.noted_ms..stream.noted_ms + NOTED_EVERY_MS).contains(&now_ms) {
                return;
            }
            stream.noted_ms = now_ms;
            (stream.epoch, id)
        };
        let tell = Tell {
            key: self.key.clone(),
            external: External::Request(format!("seen-{}-{}", noted.0, noted.1)),
            message: bot::Message::Seen { update_id: id }.into(),
            inline: false,
        };
        // Once more in an hour, if this one is lost.
        drop(self.office.post(tell));
    }

    async fn ask(&self, request: String, message: bot::Message) -> Result<Opened, Failure> {
        let (key, external) = (self.key.clone(), External::Request(request));
        let answer = self.office.tell_patiently(key, external, message.into()).await?;
        match answer {
            Answer::Value(value) => serde_json::from_value(value)
                .map_err(|error| Failure::Fault(format!("the bot's actor answered: {error}"))),
            other => Err(Failure::Fault(format!("the bot's actor answered {other:?}"))),
        }
    }

    fn stream(&self) -> MutexGuard<'_, Option<Stream>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn jumped(stream: &Stream, id: i64, now_ms: i64) -> bool {
    let idle = now_ms.saturating_sub(stream.seen_ms) >= IDLE_MS;
    idle && stream
        .last_id
        .is_some_and(|last_id| !(last_id..last_id.saturating_add(GOES_ON)).contains(&id))
}

#[cfg(test)]
mod tests {
    use super::{IDLE_MS, Stream, jumped};

    #[test]
    fn only_after_idle_days_do_other_ids_begin_an_epoch() {
        let stream = Stream { epoch: 1, last_id: Some(1000), seen_ms: 0, noted_ms: 0 };
        assert!(!jumped(&stream, 5, IDLE_MS - 1), "late, redelivered");
        assert!(!jumped(&stream, 1001, IDLE_MS), "goes on");
        assert!(!jumped(&stream, 50_000, IDLE_MS), "the server was down");
        assert!(jumped(&stream, 5, IDLE_MS));
        assert!(jumped(&stream, 900_000_000, IDLE_MS));
        let first = Stream { last_id: None, ..stream };
        assert!(!jumped(&first, 5, IDLE_MS));
    }
}
