//! A connected account: one sender pool, every call under a time-out, and a socket that is proven closed. Knows no
//! command.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use grammers_client::sender::{ConnectionParams, NoRetries};
use grammers_client::{Client, InvocationError, SenderPool, tl};
use tokio::task::JoinHandle;

use super::session::AccountSession;
use crate::settings::mtproto::MtprotoSettings;

/// No call of an account waits longer.
const WITHIN: Duration = Duration::from_secs(30);
/// How long a connection may take to end.
const END_WITHIN: Duration = Duration::from_secs(5);
/// Updates that may wait; grammers drops what is more.
const UPDATES_WAITING: usize = 10_000;

/// What a call of an account comes to when it fails.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("{name}")]
    Refused { name: String, value: Option<u32> },
    #[error("the data centre did not answer within {} s", WITHIN.as_secs())]
    Silent,
    #[error("{0}")]
    Broken(InvocationError),
}

impl CallError {
    /// Whether Telegram refused with this name.
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { name, .. } if name == wanted)
    }

    pub fn of(error: InvocationError) -> Self {
        match error {
            InvocationError::Rpc(error) => Self::Refused { name: error.name, value: error.value },
            other => Self::Broken(other),
        }
    }
}

/// A connected account.
pub struct Wire {
    pub client: Client,
    pub session: Arc<AccountSession>,
    handle: grammers_client::sender::SenderPoolHandle,
    runner: JoinHandle<()>,
}

impl Wire {
    /// Connects with the first call.
    pub fn new(session: Arc<AccountSession>, settings: &MtprotoSettings) -> Self {
        let params = ConnectionParams {
            device_model: "server".to_owned(),
            system_version: std::env::consts::OS.to_owned(),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            system_lang_code: "en".to_owned(),
            lang_code: "en".to_owned(),
            use_ipv6: false,
            // Our own scheduler is to see every wait.
            retry_policy: Box::new(NoRetries),
            updates_channel_capacity: NonZeroUsize::new(UPDATES_WAITING).expect("not zero"),
            __non_exhaustive: (),
        };
        let pool = SenderPool::with_configuration(Arc::clone(&session), settings.api_id, params);
        let handle = pool.handle.thin.clone();
        let client = Client::new(pool.handle);
        let runner = tokio::spawn(pool.runner.run());
        Self { client, session, handle, runner }
    }

    /// Calls a method at the account's home.
    ///
    /// # Errors
    /// What Telegram refuses, or that it does not answer.
    pub async fn call<R: tl::RemoteCall>(&self, request: &R) -> Result<R::Return, CallError> {
        within(self.client.invoke(request)).await
    }

    /// Ends the connection and waits until its socket is closed: the same key must not speak from two places.
    ///
    /// # Errors
    /// When it does not end in time; it is then cut.
    pub async fn close(self) -> anyhow::Result<()> {
        self.session.save().await.context("keep the session")?;
        self.handle.quit();
        let Self { client, mut runner, .. } = self;
        drop(client);
        if tokio::time::timeout(END_WITHIN, &mut runner).await.is_err() {
            runner.abort();
            bail!("the connection did not end in time and was cut");
        }
        Ok(())
    }
}

/// Any answer of the client, under the time-out.
///
/// # Errors
/// As [`Wire::call`].
pub async fn within<T>(
    call: impl Future<Output = Result<T, InvocationError>>,
) -> Result<T, CallError> {
    match tokio::time::timeout(WITHIN, call).await {
        Ok(answer) => answer.map_err(CallError::of),
        Err(_) => Err(CallError::Silent),
    }
}
