//! Where sessions are kept: [`SessionStore`].
//!
//! Source: The part of Django's `SessionBase` that each backend implements.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::{CookieError, SessionKey};
use crate::error::BoxError;

/// The values of a session: JSON values by name.
pub type SessionData = Map<String, Value>;

/// The record of a store for one key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionRecord {
    /// The values.
    pub data: SessionData,
    /// How long from now the record is valid.
    pub age: Duration,
}

/// Whether a record is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Save {
    /// The key must be free: Django's `must_create`.
    Create,
    /// The key must still exist.
    Update,
}

/// A failure of a session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The key of a new record is in use.
    #[error("the session key is taken")]
    KeyTaken,
    /// The record was deleted since it was loaded, for example by a logout elsewhere. The handle is
    /// empty from here on.
    #[error("the session was deleted before it could be saved; the user may have logged out")]
    Deleted,
    /// A value cannot be decoded as the requested type, or cannot be encoded as JSON.
    #[error("session value {name:?} does not fit")]
    Value {
        /// The value's name.
        name: String,
        /// What serde says.
        source: serde_json::Error,
    },
    /// The store is full.
    #[error("the session store is full: {0} sessions")]
    Full(usize),
    /// The cookie's settings do not make a valid header.
    #[error(transparent)]
    Cookie(#[from] CookieError),
    /// The store itself failed. This signs nobody in or out.
    #[error("the session store failed")]
    Store(#[source] BoxError),
}

impl SessionError {
    /// The error of a store.
    pub fn store(cause: impl Into<BoxError>) -> Self {
        Self::Store(cause.into())
    }
}

/// Keeps sessions. One value serves all connections.
///
/// ```
/// use channels::sessions::{InMemorySessionStore, Save, SessionKey, SessionRecord, SessionStore};
/// # actix_web::rt::System::new().block_on(async {
/// let store = InMemorySessionStore::new();
/// let (key, record) = (SessionKey::random(), SessionRecord::default());
/// // Nobody brings a session back that was deleted.
/// assert!(store.save(&key, &record, Save::Update).await.is_err());
/// # });
/// ```
pub trait SessionStore: Send + Sync + 'static {
    /// The values of a key, or `None` if it does not exist or has expired.
    fn load<'a>(
        &'a self,
        key: &'a SessionKey,
    ) -> BoxFuture<'a, Result<Option<SessionData>, SessionError>>;

    /// Writes a record. [`SessionError::KeyTaken`] if a new one's key is in use,
    /// [`SessionError::Deleted`] if a known one is gone: both must be checked atomically with the
    /// write, otherwise a concurrent request could undo a logout.
    fn save<'a>(
        &'a self,
        key: &'a SessionKey,
        record: &'a SessionRecord,
        how: Save,
    ) -> BoxFuture<'a, Result<(), SessionError>>;

    /// Deletes a record; does nothing if it does not exist.
    fn delete<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<(), SessionError>>;

    /// Whether there is a record that has not expired.
    fn exists<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<bool, SessionError>> {
        Box::pin(async move { Ok(self.load(key).await?.is_some()) })
    }
}

impl<S: SessionStore + ?Sized> SessionStore for Arc<S> {
    fn load<'a>(
        &'a self,
        key: &'a SessionKey,
    ) -> BoxFuture<'a, Result<Option<SessionData>, SessionError>> {
        (**self).load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a SessionKey,
        record: &'a SessionRecord,
        how: Save,
    ) -> BoxFuture<'a, Result<(), SessionError>> {
        (**self).save(key, record, how)
    }

    fn delete<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<(), SessionError>> {
        (**self).delete(key)
    }

    fn exists<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<bool, SessionError>> {
        (**self).exists(key)
    }
}
