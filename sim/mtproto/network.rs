//! All data centres together: their keys, accounts, faults and log, behind one cloneable handle. It
//! must not know sockets.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::accounts::Accounts;
use super::calls::Calls;
use super::crypto::{KeyBytes, key_id};
use super::keys::{Key, Login, ToLink};
use super::mishaps::Mishaps;
use super::rsa::RsaKey;
use super::session::MessageIds;
use crate::world::World;

/// One data centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dc {
    pub(crate) id: i32,
    pub(crate) addr: SocketAddr,
}

pub(crate) struct Inner {
    pub(crate) world: World,
    pub(crate) rsa: RsaKey,
    pub(crate) dcs: Vec<Dc>,
    /// The data centre that answers `stats.*`.
    pub(crate) stats_dc: i32,
    pub(crate) ids: MessageIds,
    pub(crate) calls: Calls,
    pub(crate) mishaps: Mishaps,
    pub(crate) accounts: Mutex<Accounts>,
    keys: Mutex<HashMap<i64, Key>>,
    links: AtomicU64,
}

/// A cloneable handle over the data centres.
#[derive(Clone)]
pub(crate) struct Network(pub(crate) Arc<Inner>);

impl Network {
    pub(crate) fn new(world: World, dcs: Vec<Dc>, seed: u64) -> Self {
        let stats_dc = dcs.last().map_or(1, |dc| dc.id);
        Self(Arc::new(Inner {
            world,
            rsa: RsaKey::new(),
            dcs,
            stats_dc,
            ids: MessageIds::default(),
            calls: Calls::default(),
            mishaps: Mishaps::new(seed),
            accounts: Mutex::new(Accounts::new(seed)),
            keys: Mutex::new(HashMap::new()),
            links: AtomicU64::new(0),
        }))
    }

    pub(crate) fn keys(&self) -> MutexGuard<'_, HashMap<i64, Key>> {
        // Plain data: whoever panicked left nothing half done that matters here.
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a new connection.
    pub(crate) fn link_number(&self) -> u64 {
        self.0.links.fetch_add(1, Ordering::Relaxed)
    }

    /// Real Unix milliseconds: message ids and salts follow real time, since clients compare them
    /// with their own clocks; dates of posts follow the world's clock.
    pub(crate) fn real_ms(&self) -> i64 {
        let clock = self.0.world.clock();
        clock.now_ms() - clock.offset_ms()
    }

    /// World time in Telegram's seconds.
    pub(crate) fn now_s(&self) -> i32 {
        i32::try_from(self.0.world.clock().now_s()).unwrap_or(i32::MAX)
    }

    /// The number of the first data centre, where accounts live unless they say otherwise.
    pub(crate) fn home_dc(&self) -> i32 {
        self.0.dcs.first().map_or(1, |dc| dc.id)
    }

    /// Adds a key that a client knows already; logged in as `user` when given.
    pub(crate) fn add_key(&self, dc: i32, bytes: KeyBytes, user: Option<i64>) -> i64 {
        let id = key_id(&bytes);
        let mut key = Key::new(dc, bytes);
        key.login = user.map_or(Login::Nobody, Login::User);
        self.keys().insert(id, key);
        id
    }

    /// Logs a key in, out, or in between.
    pub(crate) fn set_login(&self, key: i64, login: Login) {
        if let Some(key) = self.keys().get_mut(&key) {
            key.login = login;
        }
    }

    /// Ends every login of a user with the error that says why, and closes its connections.
    pub(crate) fn end_logins(&self, user: i64, why: &'static str) -> usize {
        let mut keys = self.keys();
        let mut ended = 0;
        for key in keys.values_mut().filter(|key| key.login == Login::User(user)) {
            key.login = Login::Ended(why);
            ended += 1;
            for linked in key.linked.values() {
                // A link that is full of updates notices at its next call.
                let _ = linked.link.try_send(ToLink::Close);
            }
        }
        ended
    }

    /// Forgets the keys of a user: its next packet is answered −404.
    pub(crate) fn forget_keys(&self, user: i64) -> usize {
        let mut keys = self.keys();
        let before = keys.len();
        keys.retain(|_, key| key.login != Login::User(user));
        before - keys.len()
    }

    /// Gives updates to the sessions of a user at its home that want them; how many there were.
    pub(crate) fn push(&self, user: i64, updates: &Arc<Vec<u8>>) -> usize {
        let home = self.accounts().home_of(user, self.home_dc());
        let keys = self.keys();
        let at_home = keys.values().filter(|key| key.login == Login::User(user) && key.dc == home);
        let mut pushed = 0;
        for linked in at_home.flat_map(|key| key.linked.values()) {
            let wants = linked.session.lock().unwrap_or_else(PoisonError::into_inner).wants_updates;
            if wants {
                // A link that does not keep up loses updates, and recovers as after any loss.
                let _ = linked.link.try_send(ToLink::Updates(Arc::clone(updates)));
                pushed += 1;
            }
        }
        pushed
    }

    /// The users who have a session that wants updates.
    pub(crate) fn listeners(&self) -> Vec<i64> {
        let keys = self.keys();
        let logged_in = keys.values().filter(|key| !key.linked.is_empty());
        let mut users: Vec<i64> = logged_in
            .filter_map(|key| match key.login {
                Login::User(user) => Some(user),
                _ => None,
            })
            .collect();
        users.sort_unstable();
        users.dedup();
        users
    }
}
