//! Authorization keys: who is logged in with which, its salts and its sessions. It must not know
//! sockets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;

use super::crypto::{KeyBytes, key_id};
use super::session::Session;

/// How long a salt is handed out, seconds; it is taken for one period longer.
const SALT_PERIOD_S: i64 = 1800;

/// What a connection is told from outside.
#[derive(Clone, Debug)]
pub(crate) enum ToLink {
    /// Serialized `Updates`.
    Updates(Arc<Vec<u8>>),
    /// Close in order.
    Close,
}

/// Where a key's owner stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Login {
    #[default]
    Nobody,
    /// The code was right, the password is still asked for.
    AwaitsPassword(i64),
    User(i64),
    /// It was logged in; the name of the error that says why it is no more.
    Ended(&'static str),
}

/// A connection that has a session.
pub(crate) struct Linked {
    pub(crate) session: Arc<Mutex<Session>>,
    pub(crate) link: mpsc::Sender<ToLink>,
    /// The connection's number: an older one must not unlink a newer.
    pub(crate) number: u64,
}

/// One authorization key.
pub(crate) struct Key {
    pub(crate) bytes: KeyBytes,
    pub(crate) dc: i32,
    pub(crate) login: Login,
    /// The layer of its last initConnection.
    pub(crate) layer: Option<i32>,
    pub(crate) device: String,
    /// The permanent key behind a temporary one.
    pub(crate) permanent: Option<i64>,
    /// Unix seconds at which a temporary key ends.
    pub(crate) ends_s: Option<i64>,
    /// The salt that came out of the key exchange.
    first_salt: Option<i64>,
    /// Raised to make every salt of before wrong.
    epoch: u64,
    pub(crate) sessions: HashMap<i64, Arc<Mutex<Session>>>,
    pub(crate) linked: HashMap<i64, Linked>,
}

impl Key {
    pub(crate) fn new(dc: i32, bytes: KeyBytes) -> Self {
        Self {
            bytes,
            dc,
            login: Login::Nobody,
            layer: None,
            device: String::new(),
            permanent: None,
            ends_s: None,
            first_salt: None,
            epoch: 0,
            sessions: HashMap::new(),
            linked: HashMap::new(),
        }
    }

    pub(crate) fn with_salt(mut self, salt: i64) -> Self {
        self.first_salt = Some(salt);
        self
    }

    fn salt_of(&self, period: i64) -> i64 {
        let mut text = self.bytes[..32].to_vec();
        text.extend(period.to_le_bytes());
        text.extend(self.epoch.to_le_bytes());
        text.resize(256, 0);
        key_id(&text.try_into().unwrap_or([0; 256]))
    }

    /// The salt to use now.
    pub(crate) fn salt(&self, now_s: i64) -> i64 {
        self.salt_of(now_s.div_euclid(SALT_PERIOD_S))
    }

    /// Whether a client may use it now.
    pub(crate) fn takes_salt(&self, now_s: i64, salt: i64) -> bool {
        let period = now_s.div_euclid(SALT_PERIOD_S);
        self.first_salt == Some(salt)
            || (-1..=1).any(|offset| self.salt_of(period + offset) == salt)
    }

    /// This salt and the next ones: valid since, valid until, salt.
    pub(crate) fn salts(&self, now_s: i64, count: i64) -> Vec<(i64, i64, i64)> {
        let period = now_s.div_euclid(SALT_PERIOD_S);
        let of = |at: i64| (at * SALT_PERIOD_S, (at + 2) * SALT_PERIOD_S, self.salt_of(at));
        (period..period + count).map(of).collect()
    }

    /// Makes every salt that was handed out wrong.
    pub(crate) fn spoil_salts(&mut self) {
        self.epoch += 1;
        self.first_salt = None;
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_salt_is_taken_a_while_longer_and_never_after_it_was_spoilt() {
        let mut key = Key::new(1, [7; 256]).with_salt(42);
        let salt = key.salt(100_000);
        assert!(key.takes_salt(100_000, salt) && key.takes_salt(101_800, salt));
        assert!(key.takes_salt(100_000, 42));
        assert!(!key.takes_salt(200_000, salt));
        assert_eq!(key.salts(100_000, 3).len(), 3);
        key.spoil_salts();
        assert!(!key.takes_salt(100_000, salt) && !key.takes_salt(100_000, 42));
    }
}
