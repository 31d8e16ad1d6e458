//! The session store of actix-session, backed by the table of sessions. It has rows for signed-in
//! people only. A request in flight cannot bring an ended session back (a race).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use actix_session::storage::{
    LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key,
};
use actix_web::cookie::time::Duration as CookieDuration;
use sha2::{Digest, Sha256};

use super::{LOG_IN, OPENING, Opening, SIGNED_IN, SessionRef, SignedIn};
use crate::accounts::models::{NewSession, StoredSession};
use crate::config::Limits;
use crate::db::{Database, Timestamp};
use crate::error::{Error, Result};
use crate::security::security_log::SecurityEvent;

type State = HashMap<String, String>;

/// The maximum size of other session data, in bytes, because every request reads it.
const MAX_DATA_BYTES: usize = 4096;

/// A handle to the table. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Database,
    idle: Duration,
    longest: Duration,
    per_user: u32,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// Returns the id of the session with this key.
pub(super) fn hash(key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Records that a session is in use, unless that was done recently (throttled). A failure is only
/// logged, because a full disk must not sign anybody out.
pub(super) async fn note_use(database: &Database, row: &StoredSession, now: Timestamp) {
    if !row.is_stale(now) {
        return;
    }
    let row = row.clone();
    let noted = database.write(move |conn| Ok(row.touch(conn, now)?));
    if let Err(error) = noted.await {
        log::warn!(target: "parlour::accounts", "the last use of a session was not stored: \
            {error}");
    }
}

impl Store {
    pub(super) fn new(database: Database, limits: &Limits) -> Self {
        Self {
            database,
            idle: limits.session_idle.0,
            longest: limits.session_max.0,
            per_user: limits.sessions_per_user,
            clock: Arc::new(Timestamp::now),
        }
    }

    #[cfg(test)]
    pub(super) fn with_clock(
        mut self,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Returns the person who is signed in by this session. Deletes a session that is no longer
    /// valid.
    pub(super) async fn find(&self, id_hash: &str) -> Result<Option<SignedIn>> {
        Ok(self
            .find_with_data(id_hash)
            .await?
            .map(|(signed_in, _)| signed_in))
    }

    async fn find_with_data(&self, id_hash: &str) -> Result<Option<(SignedIn, String)>> {
        let now = (self.clock)();
        let id = id_hash.to_owned();
        let found = self
            .database
            .read(move |conn| Ok(StoredSession::find(conn, &id)?))
            .await?;
        let Some((row, user)) = found else {
            return Ok(None);
        };
        if !row.is_live(&user, now) {
            let id = row.id_hash;
            self.database
                .write(move |conn| Ok(StoredSession::delete(conn, &id)?))
                .await?;
            return Ok(None);
        }
        note_use(&self.database, &row, now).await;
        let session = SessionRef {
            id_hash: row.id_hash,
            user_id: row.user_id,
            epoch: row.epoch,
            used_at: row.last_seen_at,
        };
        Ok(Some((SignedIn { user, session }, row.data)))
    }

    async fn insert(&self, key: &SessionKey, opening: Opening, data: String) -> Result<()> {
        let now = (self.clock)();
        let new = NewSession {
            id_hash: hash(key.as_ref()),
            user_id: opening.user_id,
            data,
            epoch: opening.epoch,
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus(self.idle.min(self.longest)),
            absolute_expires_at: now.plus(self.longest),
            user_agent: opening.user_agent,
            ip: opening.ip,
        };
        let per_user = self.per_user;
        self.database
            .write(move |conn| Ok(new.insert(conn, per_user)?))
            .await
    }
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> std::result::Result<Option<State>, LoadError> {
        let found = self.find_with_data(&hash(key.as_ref())).await;
        let Some((signed_in, data)) = found.map_err(|error| LoadError::Other(error.into()))? else {
            return Ok(None);
        };
        let mut state: State = serde_json::from_str(&data).unwrap_or_default();
        let who = serde_json::to_string(&signed_in);
        state.insert(
            SIGNED_IN.to_owned(),
            who.map_err(|error| LoadError::Other(error.into()))?,
        );
        Ok(Some(state))
    }

    /// Stores a new session. Visitors get a key without a row, which opens nothing.
    async fn save(
        &self,
        mut state: State,
        _ttl: &CookieDuration,
    ) -> std::result::Result<SessionKey, SaveError> {
        let key = generate_session_key();
        let Some(opening) = state.remove(OPENING) else {
            return Ok(key);
        };
        let is_log_in = state.remove(LOG_IN).is_some();
        let opening: Opening = serde_json::from_str(&opening)
            .map_err(|error| SaveError::Serialization(error.into()))?;
        let (user, client) = (opening.user_id, opening.ip.parse());
        let data = data_of(state).map_err(SaveError::Serialization)?;
        let inserted = self.insert(&key, opening, data).await;
        inserted.map_err(|error| SaveError::Other(error.into()))?;
        if is_log_in {
            let client = client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            SecurityEvent::LoginSucceeded.record(Some(user.0), client);
        }
        Ok(key)
    }

    /// Updates the data. If the session has ended meanwhile, it is not created again: the new key
    /// opens nothing.
    async fn update(
        &self,
        key: SessionKey,
        state: State,
        _ttl: &CookieDuration,
    ) -> std::result::Result<SessionKey, UpdateError> {
        let id = hash(key.as_ref());
        let data = data_of(state).map_err(UpdateError::Serialization)?;
        let put = self
            .database
            .write(move |conn| Ok(StoredSession::put(conn, &id, &data)?));
        match put.await {
            Ok(true) => Ok(key),
            Ok(false) => Ok(generate_session_key()),
            Err(error) => Err(UpdateError::Other(error.into())),
        }
    }

    /// Does nothing, because the lifetime is decided on loading.
    async fn update_ttl(
        &self,
        _key: &SessionKey,
        _ttl: &CookieDuration,
    ) -> std::result::Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> std::result::Result<(), anyhow::Error> {
        let id = hash(key.as_ref());
        self.database
            .write(move |conn| Ok(StoredSession::delete(conn, &id)?))
            .await?;
        Ok(())
    }
}

/// Returns the data to store as JSON, without values that have a column of their own.
fn data_of(mut state: State) -> std::result::Result<String, anyhow::Error> {
    state.remove(SIGNED_IN);
    state.remove(OPENING);
    state.remove(LOG_IN);
    let data = serde_json::to_string(&state)?;
    if data.len() > MAX_DATA_BYTES {
        return Err(Error::TooLarge.into());
    }
    Ok(data)
}
