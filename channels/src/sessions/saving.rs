//! Saves a [`Session`] to its store.
//!
//! Source: Django's `SessionBase`, and channels/sessions.py, `InstanceSessionWrapper`.

use super::expiry::SessionExpiry;
use super::session::State;
use super::{Save, Session, SessionData, SessionError, SessionKey, SessionRecord};
use crate::error::WithSources;
use crate::scope::Scope;

/// The number of new keys to try before the store counts as broken.
const TRIES: usize = 8;

impl Session {
    /// Writes the session to the store; a new session gets its key.
    ///
    /// # Errors
    /// [`SessionError::Deleted`] if it was deleted since it was loaded: nothing is written, and
    /// the handle is empty then. [`SessionError::Full`], [`SessionError::Store`].
    pub async fn save(&self) -> Result<(), SessionError> {
        let _turn = self.0.turn.lock().await;
        self.load_in_turn().await?;
        let Some(key) = self.session_key() else {
            return self.create().await;
        };
        self.state().unsaved = false;
        let saved = self.0.store.save(&key, &self.record(), Save::Update).await;
        match &saved {
            Ok(()) => {}
            // Values that remain must not be saved under a new key.
            Err(SessionError::Deleted) => self.clear(),
            Err(_) => self.state().unsaved = true,
        }
        saved
    }

    /// Deletes the session from the store and drops all values; values set later get a new key.
    ///
    /// # Errors
    /// [`SessionError::Store`]; the session is as it was then.
    pub async fn flush(&self) -> Result<(), SessionError> {
        let _turn = self.0.turn.lock().await;
        if let Some(key) = self.session_key() {
            self.0.store.delete(&key).await?;
        }
        self.clear();
        Ok(())
    }

    /// Moves the values to a new key, in the store and at once, so that the old key becomes invalid
    /// (session fixation). A session without a key gets one.
    ///
    /// # Errors
    /// [`SessionError::Full`], [`SessionError::Store`].
    pub async fn cycle_key(&self) -> Result<(), SessionError> {
        let _turn = self.0.turn.lock().await;
        self.load_in_turn().await?;
        let old = self.session_key();
        self.create().await?;
        match old {
            Some(old) => self.0.store.delete(&old).await,
            None => Ok(()),
        }
    }

    async fn create(&self) -> Result<(), SessionError> {
        for _ in 0..TRIES {
            let key = SessionKey::random();
            self.state().unsaved = false;
            match self.0.store.save(&key, &self.record(), Save::Create).await {
                Err(SessionError::KeyTaken) => {}
                Err(failure) => {
                    self.state().unsaved = true;
                    return Err(failure);
                }
                Ok(()) => {
                    let mut state = self.state();
                    state.key = Some(key);
                    state.modified = true;
                    return Ok(());
                }
            }
        }
        Err(SessionError::KeyTaken)
    }

    fn clear(&self) {
        *self.state() = State {
            key: None,
            data: Some(SessionData::new()),
            modified: true,
            unsaved: false,
        };
    }

    pub(super) fn record(&self) -> SessionRecord {
        let data = self.state().data.clone().unwrap_or_default();
        let age = SessionExpiry::of(&data).age();
        SessionRecord {
            age: age.unwrap_or(self.0.settings.age),
            data,
        }
    }

    /// Saves the session with an answer of this status; returns the header for the client.
    pub(super) async fn finish(
        &self,
        status: u16,
        client_has_cookie: bool,
    ) -> Result<Option<String>, SessionError> {
        let settings = &self.0.settings;
        let wanted = self.modified() || settings.save_every_request;
        // An application that failed must not leave half of its changes behind.
        if status == 500 || !wanted {
            return Ok(None);
        }
        self.load().await?;
        if self.is_empty() {
            return Ok(client_has_cookie.then(|| settings.delete()).transpose()?);
        }
        if self.state().unsaved || settings.save_every_request || self.session_key().is_none() {
            self.save().await?;
        }
        let at_close = self.expires_at_browser_close().await?;
        let age = (!at_close).then_some(self.expiry_age().await?);
        let key = self.session_key();
        let cookie = key.map(|key| settings.set(key.as_str(), age));
        Ok(cookie.transpose()?)
    }
}

/// Saves unsaved changes of a consumer, if the middleware is configured so.
pub(crate) async fn save_at_the_end(scope: &Scope) {
    let Some(session) = scope.get::<Session>() else {
        return;
    };
    if !session.0.settings.autosave || !session.state().unsaved || session.is_empty() {
        return;
    }
    match session.save().await {
        Ok(()) => {}
        Err(SessionError::Deleted) => {
            log::info!(target: "channels::sessions", "a session was deleted before its autosave");
        }
        Err(failure) => {
            let failure = WithSources(&failure);
            log::error!(target: "channels::sessions", "a session was not saved: {failure}");
        }
    }
}
