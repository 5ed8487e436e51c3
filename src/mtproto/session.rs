//! One account's MTProto session: addresses, keys, peers and the state of its updates, in memory and sealed in the
//! database. Knows no calls.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use entities::{Database, DbErr, MasterKey, SealError};
use futures_util::future::BoxFuture;
use grammers_session::types::{
    ChannelState, DcOption, PeerId, PeerInfo, UpdateState, UpdatesState,
};
use grammers_session::{Session, SessionData};
use serde::{Deserialize, Serialize};

#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A data centre says that it does not know the key: replacing it silently would hide that the login is gone.
    #[error("the key of data centre {0} is not replaced")]
    KeyKept(i32),
    #[error("keep the session: {0}")]
    Database(#[from] DbErr),
    #[error("the stored session cannot be opened: {0}")]
    Sealed(#[from] SealError),
    #[error("the stored session cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
}

/// What is stored of a session.
#[derive(Serialize, Deserialize)]
struct Stored {
    home_dc: i32,
    dcs: Vec<DcOption>,
    peers: Vec<PeerInfo>,
    updates: UpdatesState,
}

/// Where a session is kept.
struct Place {
    database: Database,
    master: MasterKey,
    user_id: i64,
}

/// A session that is written down with every change that must not be lost.
pub struct AccountSession {
    inner: Mutex<SessionData>,
    place: OnceLock<Place>,
}

fn purpose(user_id: i64) -> String {
    format!("account {user_id}")
}

fn stored(data: &SessionData) -> Stored {
    Stored {
        home_dc: data.home_dc,
        dcs: data.dc_options.values().cloned().collect(),
        peers: data.peer_infos.values().cloned().collect(),
        updates: data.updates_state.clone(),
    }
}

impl AccountSession {
    /// A session of nobody yet: it is kept nowhere before [`Self::keep_at`].
    pub fn new(data: SessionData) -> Self {
        Self { inner: Mutex::new(data), place: OnceLock::new() }
    }

    /// The session of a known account.
    ///
    /// # Errors
    /// When it was sealed with another key.
    pub fn open(
        database: &Database,
        master: &MasterKey,
        user_id: i64,
        sealed: &[u8],
    ) -> Result<Self, SessionError> {
        let plain = master.open(sealed, &purpose(user_id))?;
        let stored: Stored = serde_json::from_slice(&plain)?;
        let data = SessionData {
            home_dc: stored.home_dc,
            dc_options: stored.dcs.into_iter().map(|dc| (dc.id, dc)).collect(),
            peer_infos: stored.peers.into_iter().map(|peer| (peer.id(), peer)).collect(),
            updates_state: stored.updates,
        };
        let session = Self::new(data);
        session.keep_at(database, master, user_id);
        Ok(session)
    }

    /// From now on changes are written down.
    pub fn keep_at(&self, database: &Database, master: &MasterKey, user_id: i64) {
        let place = Place { database: database.clone(), master: master.clone(), user_id };
        // A session belongs to one account for ever: the first place stays.
        let _ = self.place.set(place);
    }

    /// The whole session, sealed for an account.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn sealed(&self, master: &MasterKey, user_id: i64) -> Result<Vec<u8>, SessionError> {
        let plain = serde_json::to_vec(&stored(&self.data()))?;
        Ok(master.seal(&plain, &purpose(user_id)))
    }

    fn data(&self) -> MutexGuard<'_, SessionData> {
        // Plain data, changed in single steps: whoever panicked left nothing half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the session down as it is now.
    ///
    /// # Errors
    /// The database's.
    pub async fn save(&self) -> Result<(), SessionError> {
        let Some(place) = self.place.get() else { return Ok(()) };
        let sealed = self.sealed(&place.master, place.user_id)?;
        entities::keep_session(&place.database.write, place.user_id, sealed).await?;
        Ok(())
    }
}

impl Session for AccountSession {
    type Error = SessionError;

    fn home_dc_id(&self) -> Result<i32, SessionError> {
        Ok(self.data().home_dc)
    }

    fn set_home_dc_id(&self, dc_id: i32) -> BoxFuture<'_, Result<(), SessionError>> {
        Box::pin(async move {
            self.data().home_dc = dc_id;
            self.save().await
        })
    }

    fn dc_option(&self, dc_id: i32) -> Result<Option<DcOption>, SessionError> {
        Ok(self.data().dc_options.get(&dc_id).cloned())
    }

    fn set_dc_option(&self, option: &DcOption) -> BoxFuture<'_, Result<(), SessionError>> {
        let option = option.clone();
        Box::pin(async move {
            {
                let mut data = self.data();
                let known = data.dc_options.get(&option.id).and_then(|known| known.auth_key);
                if known.is_some() && known != option.auth_key {
                    return Err(SessionError::KeyKept(option.id));
                }
                data.dc_options.insert(option.id, option);
            }
            self.save().await
        })
    }

    fn peer(&self, peer: PeerId) -> BoxFuture<'_, Result<Option<PeerInfo>, SessionError>> {
        Box::pin(async move { Ok(self.data().peer_infos.get(&peer).cloned()) })
    }

    /// Peers come with every answer; they are written down with the next change that matters.
    fn cache_peer(&self, peer: PeerInfo) -> BoxFuture<'_, Result<(), SessionError>> {
        Box::pin(async move {
            let mut data = self.data();
            let known = data.peer_infos.entry(peer.id()).or_insert_with(|| peer.clone());
            known.extend_info(&peer);
            Ok(())
        })
    }

    fn updates_state(&self) -> BoxFuture<'_, Result<UpdatesState, SessionError>> {
        Box::pin(async move { Ok(self.data().updates_state.clone()) })
    }

    fn set_update_state(&self, update: UpdateState) -> BoxFuture<'_, Result<(), SessionError>> {
        Box::pin(async move {
            {
                let mut data = self.data();
                let state = &mut data.updates_state;
                match update {
                    UpdateState::All(all) => *state = all,
                    UpdateState::Primary { pts, date, seq } => {
                        (state.pts, state.date, state.seq) = (pts, date, seq);
                    }
                    UpdateState::Secondary { qts } => state.qts = qts,
                    UpdateState::Channel { id, pts } => {
                        state.channels.retain(|channel| channel.id != id);
                        state.channels.push(ChannelState { id, pts });
                    }
                }
            }
            self.save().await
        })
    }
}
