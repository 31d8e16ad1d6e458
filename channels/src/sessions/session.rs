//! The session of one connection: [`Session`].
//!
//! Source: Django's `SessionBase`. Values are read from the store on first access (lazily).

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::expiry::{EXPIRY, SessionExpiry};
use super::{SessionData, SessionError, SessionKey, SessionStore, Settings};

/// A session: JSON values by name. Clones are the same session, on any thread.
///
/// Nothing is written until [`save`](Self::save). The middleware does that with the answer to the
/// handshake; afterwards it is up to the consumer, or to
/// [`SessionMiddleware::autosave`](super::SessionMiddleware::autosave).
///
/// ```
/// use channels::{Context, Frame, HandlerError, HandlerResult, WebsocketConsumer};
///
/// struct Counter;
///
/// impl WebsocketConsumer for Counter {
///     type Event = ();
///     async fn receive(&mut self, _: Frame, ctx: &mut Context<Self>) -> HandlerResult {
///         let session = ctx.session().ok_or(HandlerError::msg("wrap in a SessionMiddleware"))?;
///         let seen = session.get::<u32>("seen").await?.unwrap_or(0) + 1;
///         session.insert("seen", &seen).await?;
///         session.save().await?;
///         ctx.send(format!("frame {seen}"))?;
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Session(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) store: Arc<dyn SessionStore>,
    pub(super) settings: Settings,
    /// Locked while the store is read, so that two tasks do not read it at once.
    pub(super) turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) key: Option<SessionKey>,
    /// `None` until the first access.
    pub(super) data: Option<SessionData>,
    pub(super) modified: bool,
    pub(super) unsaved: bool,
}

impl Session {
    pub(super) fn new(
        store: Arc<dyn SessionStore>,
        settings: Settings,
        key: Option<SessionKey>,
    ) -> Self {
        let data = key.is_none().then(SessionData::new);
        let state = State {
            key,
            data,
            ..State::default()
        };
        Self(Arc::new(Shared {
            store,
            settings,
            turn: tokio::sync::Mutex::default(),
            state: Mutex::new(state),
        }))
    }

    /// A panic cannot leave the state inconsistent, so a poisoned lock is safe to use.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn load(&self) -> Result<(), SessionError> {
        let _turn = self.0.turn.lock().await;
        self.load_in_turn().await
    }

    pub(super) async fn load_in_turn(&self) -> Result<(), SessionError> {
        let key = {
            let state = self.state();
            match &state.key {
                Some(key) if state.data.is_none() => key.clone(),
                _ => return Ok(()),
            }
        };
        let found = self.0.store.load(&key).await?;
        let mut state = self.state();
        if found.is_none() {
            // A key that is not in the store may be planted by an attacker (session fixation).
            state.key = None;
        }
        state.data = Some(found.unwrap_or_default());
        Ok(())
    }

    fn change<T>(&self, change: impl FnOnce(&mut SessionData) -> T) -> T {
        let mut state = self.state();
        state.modified = true;
        state.unsaved = true;
        change(state.data.get_or_insert_default())
    }

    /// A value, or `None` if there is none of that name.
    ///
    /// # Errors
    /// [`SessionError::Value`] if it is not a `T`, [`SessionError::Store`].
    pub async fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, SessionError> {
        self.load().await?;
        let value = self
            .state()
            .data
            .as_ref()
            .and_then(|data| data.get(name).cloned());
        value
            .map(|value| serde_json::from_value(value).map_err(|source| unfit(name, source)))
            .transpose()
    }

    /// Sets a value.
    ///
    /// # Errors
    /// [`SessionError::Value`] if it is not JSON, [`SessionError::Store`].
    pub async fn insert<T: Serialize + ?Sized>(
        &self,
        name: &str,
        value: &T,
    ) -> Result<(), SessionError> {
        let value = serde_json::to_value(value).map_err(|source| unfit(name, source))?;
        self.load().await?;
        self.change(|data| data.insert(name.to_owned(), value));
        Ok(())
    }

    /// Removes a value and returns it, whatever its type.
    ///
    /// # Errors
    /// [`SessionError::Store`].
    pub async fn remove(&self, name: &str) -> Result<Option<Value>, SessionError> {
        self.load().await?;
        let is_there = self
            .state()
            .data
            .as_ref()
            .is_some_and(|data| data.contains_key(name));
        Ok(is_there
            .then(|| self.change(|data| data.remove(name)))
            .flatten())
    }

    /// All values.
    ///
    /// # Errors
    /// [`SessionError::Store`].
    pub async fn values(&self) -> Result<SessionData, SessionError> {
        self.load().await?;
        Ok(self.state().data.clone().unwrap_or_default())
    }

    /// Whether anything was changed since the handshake, saved or not.
    pub fn modified(&self) -> bool {
        self.state().modified
    }

    /// Whether there is neither a key nor a value. A client's key counts until its values are read
    /// and do not exist.
    pub fn is_empty(&self) -> bool {
        let state = self.state();
        state.key.is_none() && state.data.as_ref().is_none_or(SessionData::is_empty)
    }

    /// The key, if there is one.
    pub fn session_key(&self) -> Option<SessionKey> {
        self.state().key.clone()
    }

    /// Whether the store still has it: false after a logout elsewhere.
    ///
    /// # Errors
    /// [`SessionError::Store`].
    pub async fn exists(&self) -> Result<bool, SessionError> {
        match self.session_key() {
            Some(key) => self.0.store.exists(&key).await,
            None => Ok(false),
        }
    }

    /// Sets how long the session lasts, instead of the middleware's setting.
    ///
    /// # Errors
    /// [`SessionError::Store`].
    pub async fn set_expiry(&self, expiry: SessionExpiry) -> Result<(), SessionError> {
        match expiry.to_value() {
            Some(value) => self.insert(EXPIRY, &value).await,
            None => self.remove(EXPIRY).await.map(drop),
        }
    }

    /// How long the store keeps it after it was saved.
    ///
    /// # Errors
    /// [`SessionError::Store`].
    pub async fn expiry_age(&self) -> Result<Duration, SessionError> {
        self.load().await?;
        Ok(self.record().age)
    }

    /// Whether the cookie ends when the browser is closed.
    ///
    /// # Errors
    /// [`SessionError::Store`].
    pub async fn expires_at_browser_close(&self) -> Result<bool, SessionError> {
        Ok(match SessionExpiry::of(&self.values().await?) {
            SessionExpiry::Default => self.0.settings.ends_with_browser,
            expiry => expiry == SessionExpiry::AtBrowserClose,
        })
    }
}

fn unfit(name: &str, source: serde_json::Error) -> SessionError {
    SessionError::Value {
        name: name.to_owned(),
        source,
    }
}

impl fmt::Debug for Session {
    /// Omits key and values, because they are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("modified", &self.modified())
            .finish_non_exhaustive()
    }
}
