//! What `[mtproto]` says: the business's own id at Telegram, and other data centres than Telegram's. Knows no other section.

use std::net::SocketAddrV4;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

/// The business's own MTProto accounts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MtprotoSettings {
    /// 0: none.
    pub api_id: i32,
    pub api_hash: SecretString,
    /// Instead of Telegram's, the home of accounts first.
    #[serde(default)]
    pub data_centres: Vec<DataCentreSettings>,
    /// The RSA key of those data centres.
    pub public_key_file: PathBuf,
}

/// One `[[mtproto.data_centres]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataCentreSettings {
    pub id: i32,
    pub address: SocketAddrV4,
}
