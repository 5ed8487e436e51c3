//! Tells the owner of the shop what needs a person. Knows no edges.

use std::sync::Arc;

use entities::Key;
use tokio::sync::mpsc;

use crate::external::External;
use crate::message::Message;
use crate::office::Office;
use crate::session;
use crate::shared::{Alarm, Shared};

/// Notices waiting to be told; more are only logged.
const ALARMS: usize = 64;

/// The alarm, and where its notices come out.
pub(super) fn alarm() -> (Alarm, mpsc::Receiver<String>) {
    let (alarm, alarms) = mpsc::channel(ALARMS);
    let tell = move |what: String| {
        if let Err(error) = alarm.try_send(what) {
            tracing::error!(%error, "too many alarms at once; this one is only logged");
        }
    };
    (Arc::new(tell), alarms)
}

/// Alarms reach the owner as messages of the bot; they are durable once the owner's session took them.
pub(super) async fn tell_owner(mut alarms: mpsc::Receiver<String>, office: Office, shared: Shared) {
    while let Some(text) = alarms.recv().await {
        let Some((bot, owner)) = shared.house().rules.owner.clone() else {
            continue;
        };
        let key = Key::session(&bot, owner);
        let external = External::Request(format!("alarm-{:016x}", shared.seed(&key)));
        let message = Message::from(session::Message::Notice { text: text.clone() });
        let told = office.tell_patiently(key, external, message).await;
        if let Err(failure) = told {
            tracing::error!(%failure, alarm = text, "the owner could not be told");
        }
    }
}
