//! The business's own MTProto accounts: logging in, sessions sealed in the database, where each account stands. Knows no
//! command and no actor.

pub mod exchange;
pub mod import;
pub mod login;
pub mod session;
pub mod wire;

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};

use anyhow::Context;
use grammers_session::SessionData;
use grammers_session::types::DcOption;

use crate::settings::mtproto::MtprotoSettings;
use wire::CallError;

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// It can be used.
    Ready,
    /// A person does not want it to be used.
    Paused,
    /// Telegram allows it to read only.
    Frozen,
    /// The data centre does not know its key any more, or the key was used in two places.
    KeyLost,
    /// Its login was ended.
    NeedsLogin,
    /// Telegram has closed it.
    Banned,
}

impl AccountState {
    /// Its word in the database and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Paused => "paused",
            Self::Frozen => "frozen",
            Self::KeyLost => "key lost",
            Self::NeedsLogin => "needs login",
            Self::Banned => "banned",
        }
    }

    /// What a failed call says about its account; none when it says nothing.
    pub fn after(error: &CallError) -> Option<Self> {
        let name = match error {
            CallError::Refused { name, .. } => name.as_str(),
            CallError::Broken(error) if is_unknown_key(error) => return Some(Self::KeyLost),
            CallError::Broken(_) | CallError::Silent => return None,
        };
        match name {
            "AUTH_KEY_UNREGISTERED"
            | "SESSION_REVOKED"
            | "SESSION_EXPIRED"
            | "USER_DEACTIVATED"
            | "SESSION_PASSWORD_NEEDED" => Some(Self::NeedsLogin),
            "AUTH_KEY_DUPLICATED" | "AUTH_KEY_INVALID" => Some(Self::KeyLost),
            "USER_DEACTIVATED_BAN" | "PHONE_NUMBER_BANNED" => Some(Self::Banned),
            "FROZEN_METHOD_INVALID" => Some(Self::Frozen),
            _ => None,
        }
    }
}

/// −404 of the transport, after which grammers tries to agree on a new key: that fails, or our own session refuses it.
fn is_unknown_key(error: &grammers_client::InvocationError) -> bool {
    use grammers_client::InvocationError as E;
    match error {
        E::Transport(grammers_mtproto::transport::Error::BadStatus { status }) => *status == 404,
        E::Authentication(_) => true,
        E::Session(error) => error.is::<session::SessionError>(),
        _ => false,
    }
}

/// A session of nobody: Telegram's data centres, or those of the settings, with keys where ours has to be agreed on.
///
/// # Errors
/// When a configured data centre does not answer, or the public key cannot be read.
pub async fn fresh_session(settings: &MtprotoSettings) -> anyhow::Result<SessionData> {
    let mut data = SessionData::default();
    if settings.data_centres.is_empty() {
        return Ok(data);
    }
    let file = &settings.public_key_file;
    let pem = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let public_key = exchange::PublicKey::from_pem(&pem)?;
    data.dc_options.clear();
    data.home_dc = settings.data_centres.first().map_or(data.home_dc, |dc| dc.id);
    for dc in &settings.data_centres {
        let agreed = exchange::agree(dc.id, SocketAddr::V4(dc.address), &public_key).await;
        let auth_key =
            agreed.with_context(|| format!("data centre {} at {}", dc.id, dc.address))?;
        let ipv6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, dc.address.port(), 0, 0);
        let option = DcOption { id: dc.id, ipv4: dc.address, ipv6, auth_key: Some(auth_key) };
        data.dc_options.insert(dc.id, option);
    }
    Ok(data)
}

/// A session of another program, with the user still unknown.
pub fn imported_session(settings: &MtprotoSettings, imported: &import::Imported) -> SessionData {
    let mut data = SessionData::default();
    for dc in &settings.data_centres {
        let ipv6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, dc.address.port(), 0, 0);
        let option = DcOption { id: dc.id, ipv4: dc.address, ipv6, auth_key: None };
        data.dc_options.insert(dc.id, option);
    }
    let ipv6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, imported.address.port(), 0, 0);
    let auth_key = Some(imported.key);
    let option = DcOption { id: imported.dc, ipv4: imported.address, ipv6, auth_key };
    data.dc_options.insert(imported.dc, option);
    data.home_dc = imported.dc;
    data
}
